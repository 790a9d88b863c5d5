"""Mitigations: proposing one, changing its plan, withdrawing it. A gate decides it where somebody's yes is needed."""

from collections.abc import Iterable

from bot.domain.gates import orders as o
from bot.domain.gates.decide import decide
from bot.domain.gates.stricter import with_reasons
from bot.domain.gates.subject import of_plan
from bot.domain.ids import mitigation_id
from bot.domain.incident.commands import AtGate, Propose, Withdraw
from bot.domain.incident.decide import gates
from bot.domain.incident.decide.moves import moved_by_itself
from bot.domain.incident.events import AnyEvent, MitigationAmended, MitigationProposed
from bot.domain.incident.evolve import evolve
from bot.domain.incident.mitigations import Mitigation
from bot.domain.incident.rejections import GateStillOpen, IsOver, NoSuchMitigation, NotInThisStage, StillRunning
from bot.domain.incident.state import Incident
from bot.domain.lifecycle import Trigger
from bot.domain.policy import Policy


def propose(command: Propose, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Ask for a mitigation; where nobody's yes is needed and no customer data is touched, it begins at once."""
    if incident.stage.is_over:
        raise IsOver(incident=incident.id, stage=incident.stage.label.lower())
    if not policy.takes_mitigations(incident.stage):
        raise NotInThisStage(incident.stage, policy)
    plan = command.plan
    for other in incident.proposed:
        if other.proposer == command.by and other.plan.runbook == plan.runbook:
            return _amend(command, other, incident)
        raise GateStillOpen(title=other.plan.title)
    for other in incident.mitigations.values():
        if other.progress.is_live:
            raise StillRunning(title=other.plan.title, progress=other.progress)
    for gate in incident.rollbacks_asked:
        raise GateStillOpen(title=gate.subject.action)
    name = mitigation_id(len(incident.mitigations) + 1)
    asks = policy.of(incident.severity).approval or bool(plan.touches)
    proposed = MitigationProposed(by=command.by, at=command.at, mitigation=name, plan=plan, gate=name if asks else None)
    if not asks:
        return [proposed, *_begins(command, proposed, incident, policy)]
    declared = policy.approval("mitigation", incident.severity, command.at)
    assert declared is not None, "a policy without one is refused when it is loaded"
    approval = with_reasons(declared, command.known)
    subject = of_plan(plan, approval=approval.policy.hash)
    asked = gates.open_gate(command, name, approval, subject, wakes=policy.of(incident.severity).wakes)
    known = evolve(incident, proposed, incident.id)
    return [proposed, *gates.with_consequences(asked, known, policy)]


def _begins(command: Propose, proposed: AnyEvent, incident: Incident, policy: Policy) -> Iterable[AnyEvent]:
    """What needs nobody's yes executes: the stage follows by itself."""
    incident = evolve(incident, proposed, incident.id)
    because = "a mitigation begins"
    return moved_by_itself(Trigger.MITIGATION, incident, policy, by=command.by, at=command.at, because=because)


def _amend(command: Propose, mitigation: Mitigation, incident: Incident) -> list[AnyEvent]:
    changed = command.plan.differs_from(mitigation.plan)
    if not changed:
        return []
    gate = gates.find(incident, mitigation.id)
    subject = of_plan(command.plan, approval=gate.policy.hash)
    amended = MitigationAmended(
        by=command.by, at=command.at, mitigation=mitigation.id, plan=command.plan, changed=changed
    )
    return [amended, *decide(o.ChangeSubject(by=command.by, at=command.at, subject=subject), gate)]


def withdraw(command: Withdraw, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Withdraw a proposal: its gate closes without a decision."""
    mitigation = find(incident, command.mitigation)
    if mitigation not in incident.proposed:
        return []
    order = o.WithdrawGate(by=command.by, at=command.at)
    facts = command.model_dump(include={"incident", "by", "at", "cause"})
    return gates.at_gate(AtGate(**facts, gate=mitigation.id, order=order), incident, policy)


def find(incident: Incident, mitigation: str) -> Mitigation:
    found = incident.mitigations.get(mitigation)
    if found is None:
        raise NoSuchMitigation
    return found
