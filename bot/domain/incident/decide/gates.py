"""Gates in an incident: orders to them, what has fallen due there, and what a gate's outcome brings about."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.gates import events as g
from bot.domain.gates import orders as o
from bot.domain.gates.decide import decide
from bot.domain.gates.gate import Gate
from bot.domain.gates.rejections import NoSuchGate
from bot.domain.gates.standing import approvers
from bot.domain.gates.stricter import Asked
from bot.domain.gates.subject import Subject
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM, digest
from bot.domain.incident.commands import AtGate, Command
from bot.domain.incident.decide import rollbacks
from bot.domain.incident.decide.moves import check_move, made, moved_by_itself
from bot.domain.incident.events import AnyEvent, CustomersTold, TroubleMet
from bot.domain.incident.evolve import evolve
from bot.domain.incident.mitigations import gate_timer
from bot.domain.incident.rejections import GateStillOpen, NoSuchStage
from bot.domain.incident.state import Incident
from bot.domain.rejected import Rejected
from bot.domain.workflow.lifecycle import Purpose, Trigger
from bot.domain.workflow.policy import Policy


def at_gate(command: AtGate, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Obey an order to a gate, and do what follows from it."""
    gate = find(incident, command.gate)
    return with_consequences(decide(_order(command, incident), gate), incident, policy)


def open_gate(
    command: Command,
    gate: str,
    approval: Asked,
    subject: Subject,
    *,
    wakes: bool,
    trial_due: datetime | None = None,
) -> list[g.AnyFact]:
    """Ask. Where the policy shuffles its steps, the command's cause is the chance: nobody chooses it."""
    order = o.OpenGate(
        by=command.by,
        at=command.at,
        gate=gate,
        policy=approval.policy,
        subject=subject,
        wakes=wakes,
        seed=digest({"cause": command.cause}) if approval.policy.shuffle else "",
        trial_due=trial_due,
        declared=approval.declared,
        stricter=approval.stricter,
    )
    return decide(order, None)


def ask_to_move(
    command: Command, subject: Subject, approval: Asked, incident: Incident, policy: Policy
) -> list[AnyEvent]:
    """Ask for a move into a stage. The same move is asked for once; one question about stages at a time.

    Whoever asks for another move asks in place of their own question; somebody else's stands.
    """
    replaced = list[AnyEvent]()
    for other in incident.moves_asked:
        if other.subject.target == subject.target and other.proposer == command.by:
            return []
        if other.proposer != command.by:
            raise GateStillOpen(title=other.subject.action, gate=other.id)
        replaced += decide(o.Supersede(by=command.by, at=command.at, successor=next_gate(incident)), other)
    for event in replaced:
        incident = evolve(incident, event, incident.id)
    return [*replaced, *ask(command, subject, approval, incident, policy)]


def ask(command: Command, subject: Subject, approval: Asked, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Open a gate before what is no mitigation: these are numbered through, `g1`, `g2`."""
    asked = open_gate(command, next_gate(incident), approval, subject, wakes=policy.of(incident.severity).wakes)
    return with_consequences(asked, incident, policy)


def next_gate(incident: Incident) -> str:
    """Name the next gate before what is no mitigation."""
    return f"g{sum(gate not in incident.mitigations for gate in incident.gates) + 1}"


def overtaken(command: Command, events: Iterable[AnyEvent], incident: Incident) -> list[AnyEvent]:
    """Where the incident has moved on, nobody need decide about another move, nor about anything once it is closed."""
    if not incident.moves_asked and not incident.notices_asked:
        return []
    now = incident
    for event in events:
        now = evolve(now, event, now.id)
    if now.stage.id == incident.stage.id:
        return []
    gone = [*now.moves_asked, *(now.notices_asked if now.stage.purpose is Purpose.CLOSED else ())]
    because = f"the incident is at {now.stage.label.lower()} by now"
    order = o.WithdrawGate(by=SYSTEM, at=command.at, leads=True, because=because)
    return [fact for gate in gone for fact in decide(order, gate)]


def time_is_up(command: Command, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Do what has fallen due at any gate by now."""
    events = list[AnyEvent]()
    for name in overdue(incident, command.at):
        facts = decide(o.Tick(by=SYSTEM, at=command.at), incident.gates[name])
        following, incident = _followed(facts, incident, policy)
        events += following
    return events


def overdue(incident: Incident, at: datetime) -> list[str]:
    """Name the gates at which something has fallen due."""
    timers = incident.timers
    return [name for name in incident.gates if (due := timers.get(gate_timer(name))) is not None and due <= at]


def with_consequences(facts: Iterable[g.AnyFact], incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Add what follows from a gate's end to its facts."""
    return _followed(facts, incident, policy)[0]


def _followed(facts: Iterable[g.AnyFact], incident: Incident, policy: Policy) -> tuple[list[AnyEvent], Incident]:
    """Return facts with what follows from a gate's end, and what is true after all of it."""
    events = list[AnyEvent]()
    for fact in facts:
        incident = evolve(incident, fact, incident.id)
        events.append(fact)
        if isinstance(fact, g.GateClosed):
            for event in _brought_about(fact, incident, policy):
                events.append(event)
                incident = evolve(incident, event, incident.id)
    return events, incident


def _brought_about(fact: g.GateClosed, incident: Incident, policy: Policy) -> Iterable[AnyEvent]:
    """What was approved executes, without anybody's pressing anything again."""
    gate = incident.gates[fact.gate]
    match gate.subject.purpose:
        case "rollback":
            return rollbacks.decided(gate, fact, incident)
        case "stage" | "resolution" if fact.rolls_back:
            return rollbacks.instead_of(gate, fact, incident)
        case _ if not fact.outcome.goes_ahead:
            return []
        case "stage" | "resolution":
            return _moves(gate, fact, incident, policy)
        case "notification":
            return [_told(gate, fact)]
        case _:
            because = "a mitigation begins"
            return moved_by_itself(Trigger.MITIGATION, incident, policy, by=fact.by, at=fact.at, because=because)


def _told(gate: Gate, fact: g.GateClosed) -> CustomersTold:
    return CustomersTold(
        by=gate.proposer,
        at=fact.at,
        text=str(gate.subject.parameters["text"]),
        channel=gate.subject.target,
        approved_by=approvers(gate) if fact.how in {"votes", "override"} else (),
        gate=gate.id,
    )


def _moves(gate: Gate, fact: g.GateClosed, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Make the move that was approved; what stands in its way by now is told, for whoever asked to put it right."""
    to, because = policy.stage_by_id.get(gate.subject.target), str(gate.subject.parameters.get("because", ""))
    try:
        if to is None:
            raise NoSuchStage(stage=gate.subject.target, stages=", ".join(policy.stages))
        check_move(incident, to, policy)
    except Rejected as no:
        why = f"“{gate.subject.action}” was approved, and can't be done now. {no.sentence}"
        return [TroubleMet(by=SYSTEM, at=fact.at, effect="stage", why=why, cure="Put it right, and ask again.")]
    return made(incident, to, policy, by=gate.proposer, at=fact.at, because=because)


def _order(command: AtGate, incident: Incident) -> o.AnyOrder:
    """Return the order by whoever gives the command, with what the incident knows of them."""
    order = command.order.model_copy(update={"by": command.by, "at": command.at})
    if isinstance(order, o.Spoken):
        channel = f"#{incident.channel_name}" if incident.channel_name else "its channel, once that is open"
        here = order.here or order.by in incident.people
        order = order.model_copy(update={"here": here, "channel": channel})
    match order:
        case o.WithdrawGate():
            return order.model_copy(update={"leads": order.by in incident.wearers(Hat.COMMANDER)})
        case o.BreakGlass() | o.Countersign():
            worn = tuple(f"hat {hat.value}" for hat in incident.wears(order.by))
            return order.model_copy(update={"holds": (*order.holds, *worn)})
        case _:
            return order


def find(incident: Incident, gate: str) -> Gate:
    found = incident.gates.get(gate)
    if found is None:
        raise NoSuchGate
    return found
