"""A scene to look at: an incident brought to a state by orders through the real rules, with people who have names."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from bot.domain.dry_run import Answer
from bot.domain.gates.choice import GateChoice
from bot.domain.gates.orders import BreakGlass, Countersign
from bot.domain.gates.policy import Choice
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident import commands as c
from bot.domain.incident.decide import decide
from bot.domain.incident.evolve import evolve
from bot.domain.incident.mitigations import Mitigation
from bot.domain.incident.record import GENESIS, Recorded, chain
from bot.domain.incident.state import Incident
from bot.domain.runbook import HttpStep, Plan, Signal, TrialStep, Verify, WaitStep
from bot.domain.severity import Severity
from bot.domain.workflow.criterion import Check, Criterion, Evidence, Strictness
from bot.domain.workflow.lifecycle import StagePolicy
from bot.domain.workflow.policy import Channels, Policy, SeverityPolicy
from bot.domain.workflow.reminders import HatReminder, ReminderPolicy, Reminders, StuckReminder
from tests.harness.orders import casting
from tests.harness.plans import ANYBODY, anybody
from tests.harness.stages import HATS, STAGES, TRANSITIONS, Stages

ANA, BEN, CY, DEE = "UANA", "UBEN", "UCY", "UDEE"
PEOPLE = {ANA: "Ana Ruiz", BEN: "Ben Okafor", CY: "Cy Lindqvist", DEE: "Dee Park"}
START = datetime(2026, 11, 21, 14, 2, tzinfo=UTC)


def names(person: str) -> str:
    return PEOPLE.get(person, person)


POLICY = Policy(
    name="hybrid",
    severities={
        Severity.P1: SeverityPolicy(
            means="Customers can't buy.", sla_minutes=15, approval=True, auto_remediation=False, update_every_minutes=30
        ),
        Severity.P2: SeverityPolicy(
            means="It hurts.", sla_minutes=60, approval=False, auto_remediation=True, update_every_minutes=30
        ),
        Severity.P3: SeverityPolicy(means="Some notice.", sla_minutes=480, approval=False, auto_remediation=True),
        Severity.P4: SeverityPolicy(means="Nobody does.", sla_minutes=2880, approval=False, auto_remediation=True),
    },
    approvals={"anybody": ANYBODY},
    gates=(GateChoice(use="anybody", before=("mitigation",)),),
    channels=Channels(announce="incidents", managers="incident-managers"),
    hats=HATS,
    stages=STAGES,
    transitions=TRANSITIONS,
)
REMINDERS = Reminders(
    no_commander=ReminderPolicy(after=5, every=5, most=3),
    empty_hat=HatReminder(after=10, hats=(Hat.FIRST_RESPONDER, Hat.MITIGATOR)),
    stuck=StuckReminder(after=60, stages={"triage": 15}),
    no_activity=ReminderPolicy(after=15),
    update_overdue=ReminderPolicy(after=0),
    offer_waits=ReminderPolicy(after=5),
)
REMINDING = POLICY.model_copy(update={"reminders": {Severity.P1: REMINDERS}})
TRIAGE = StagePolicy(
    hats=(Hat.FIRST_RESPONDER,),
    sla={Severity.P1: 15},
    exit=(
        Criterion(id="severity", title="The severity is justified by whom it hurts", check=Check.SEVERITY_JUSTIFIED),
        Criterion(
            id="blast-radius",
            title="The blast radius is known: services, regions, customers",
            confirmed_by=(Hat.FIRST_RESPONDER,),
            evidence=Evidence.REQUIRED,
        ),
        Criterion(id="told", title="Stakeholders have been told", check=Check.STAKEHOLDERS_TOLD),
        Criterion(id="sources", title="Two independent sources are cited", check=Check.TWO_SOURCES),
        Criterion(id="watched", title="Somebody watches", confirmed_by=(Hat.VERIFIER,), evidence=Evidence.NONE),
    ),
)
MITIGATING = Stages.MITIGATING.id
ASKING = POLICY.model_copy(
    update={
        "stages": {**STAGES, "triage": TRIAGE},
        "transitions": tuple(
            one.model_copy(update={"criteria": Strictness.WARN, "guards": ()}) if one.to == MITIGATING else one
            for one in TRANSITIONS
        ),
    }
)
"""A policy whose triage asks for five things, and lets a mitigation begin without them."""
TWO_VOTES = POLICY.model_copy(update={"approvals": {"anybody": anybody(2, last_resort="reject")}})


CAREFUL = POLICY.model_copy(
    update={
        "channels": POLICY.channels.model_copy(update={"customers": "status"}),
        "approvals": {
            "anybody": ANYBODY,
            "undo": anybody(id="undo", limit=300, then="roll-back"),
            "board": anybody(id="board", limit=600, then="roll-back"),
        },
        "gates": (
            GateChoice(use="undo", before=("rollback",)),
            GateChoice(use="anybody", before=("notification",)),
            GateChoice(use="board", before=("resolution",)),
            *POLICY.gates,
        ),
    }
)
"""A policy that asks before anything is undone, before customers are told, and before it is called resolved."""


def plan(**changes: Any) -> Plan:
    whole = Plan(
        runbook="restart-checkout",
        title="Restart checkout",
        target="checkout",
        environment="production",
        url="https://checkout.internal",
        risk="Carts of the last minute are lost.",
        expect="Failed payments fall to their usual level.",
        parameters={"wave": 2, "reason": "leak"},
        steps=(
            HttpStep(id="drain", says="Take one instance out of the pool", path="/drain", body={"wave": 2}),
            WaitStep(id="settle", says="Let its connections end", seconds=20),
            HttpStep(id="restart", says="Restart it and put it back", path="/restart", timeout=60),
        ),
        rollback=(HttpStep(id="refill", says="Put every instance back into the pool", path="/refill"),),
        verify=Verify(settle=60, within=600),
        signal=Signal(path="/health"),
        policy=POLICY.hash,
    )
    return whole.model_copy(update=changes)


TRY = TrialStep(id="try", says="What a restart would do", path="/restart", shows="would")


class Scene:
    """An incident, its records and its clock."""

    def __init__(
        self, title: str = "Checkout is down", policy: Policy = POLICY, id_: str = "INC-42", **facts: Any
    ) -> None:
        self.id = id_
        self.policy = policy
        self.now = START
        self.records: list[Recorded] = []
        self._incident: Incident | None = None
        declared = {"severity": Severity.P1, "service": "checkout", "summary": "Nobody can pay by card.", **facts}
        self.does(c.Declare, ANA, title=title, **declared)

    @property
    def incident(self) -> Incident:
        assert self._incident is not None
        return self._incident

    @property
    def mitigation(self) -> Mitigation:
        assert self.incident.current_mitigation is not None
        return self.incident.current_mitigation

    def does(self, order: Callable[..., c.AnyCommand], /, by: str = SYSTEM, **facts: Any) -> Self:
        """Have one order decided and folded, ten seconds after the last."""
        self.now = self.soon
        command = order(incident=self.id, by=by, at=self.now, cause=f"cause-{len(self.records)}", **facts)
        events = decide(command, self._incident, self.policy)
        version, head = (self.records[-1].version, self.records[-1].hash) if self.records else (0, GENESIS)
        self.records += chain(self.id, events, command.cause, version, head)
        for event in events:
            self._incident = evolve(self._incident, event, self.id)
        return self

    @property
    def soon(self) -> datetime:
        """When the next order is given."""
        return self.now + timedelta(seconds=10)

    def later(self, **time: float) -> Self:
        self.now += timedelta(**time)
        return self

    def in_channel(self) -> Self:
        return self.does(c.RecordChannel, channel="C042", name="inc-42-checkout-is-down")

    def commanded(self) -> Self:
        return self.in_channel().does(c.TakeHat, ANA, hat=Hat.COMMANDER)

    def proposed(self, by: str = BEN, **changes: Any) -> Self:
        return self.does(c.Propose, by, plan=plan(**changes))

    def tried(self, *said: str, ok: bool = True) -> Self:
        """The latest dry run comes back."""
        m = self.mitigation
        steps = zip(m.plan.dry_run, said, strict=False)
        answers = tuple(Answer(step=step.id, ok=ok, text=text) for step, text in steps)
        return self.does(c.RecordDryRun, mitigation=m.id, trial=m.trials, answers=answers)

    def broken(self, because: str) -> Self:
        """The commander breaks the glass of what is proposed."""
        order = BreakGlass(by=ANA, at=self.soon, because=because)
        return self.does(c.AtGate, ANA, gate="m1", order=order)

    def countersigned(self, by: str, *, agrees: bool, comment: str = "") -> Self:
        order = Countersign(by=by, at=self.soon, agrees=agrees, comment=comment, here=True)
        return self.does(c.AtGate, by, gate="m1", order=order)

    def votes(self, by: str, choice: Choice = "approve", comment: str = "") -> Self:
        return self.does(c.AtGate, by, gate=self.mitigation.id, order=casting(by, self.soon, choice, comment))

    def votes_on(self, gate: str, by: str, choice: Choice = "approve", comment: str = "") -> Self:
        return self.does(c.AtGate, by, gate=gate, order=casting(by, self.soon, choice, comment))

    def step(self, number: int, *, ok: bool = True, detail: str = "200 OK", phase: str = "plan") -> Self:
        return self.begins(number, phase).does(
            c.RecordStepFinished, mitigation=self.mitigation.id, phase=phase, step=number, ok=ok, detail=detail
        )

    def begins(self, number: int, phase: str = "plan") -> Self:
        return self.does(c.RecordStepStarted, mitigation=self.mitigation.id, phase=phase, step=number)

    def ran(self) -> Self:
        for number in range(len(self.mitigation.plan.steps)):
            self.step(number)
        return self

    def reads(self, reading: str = "ok", *, healthy: bool = True) -> Self:
        return self.does(c.RecordSignal, mitigation=self.mitigation.id, healthy=healthy, reading=reading)

    def last(self, kind: str) -> Recorded:
        """The latest record whose event has this stored type."""
        return next(record for record in reversed(self.records) if record.event.type == kind)
