"""Events: what happened, for ever. A stored type is written out, because the word outlives the class.

Add a field with a default; never rename or remove one.
"""

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from bot.domain.dry_run import Answer
from bot.domain.gates import events as gates
from bot.domain.gates.gate import Outcome
from bot.domain.gates.policy import Choice
from bot.domain.hats import Hat
from bot.domain.incident.findings import Priority
from bot.domain.oncall.escalation import EscalationPolicy
from bot.domain.oncall.reach import Way
from bot.domain.runbook import Phase, Plan
from bot.domain.severity import Severity
from bot.domain.workflow.lifecycle import OF_A_WORD, Stage
from bot.domain.workflow.reminders import Kind
from bot.domain.workflow.wearing import Deed


class EventBase(BaseModel):
    model_config = ConfigDict(frozen=True)

    by: str
    at: AwareDatetime


class Declared(EventBase):
    type: Literal["incident.declared"] = "incident.declared"
    title: str
    severity: Severity
    service: str | None = None
    summary: str = ""
    private: bool = False
    origin: str | None = None
    policy: str
    stage: Stage = OF_A_WORD["detected"]
    """In which it begins."""


class ChannelOpened(EventBase):
    type: Literal["channel.opened"] = "channel.opened"
    channel: str
    name: str


class HatTaken(EventBase):
    type: Literal["hat.taken"] = "hat.taken"
    hat: Hat
    title: str = ""
    """What the workflow calls it, where that is not its id."""


class HatGiven(EventBase):
    type: Literal["hat.given"] = "hat.given"
    hat: Hat
    to: str
    title: str = ""
    """What the workflow calls it, where that is not its id."""


class HatReleased(EventBase):
    type: Literal["hat.released"] = "hat.released"
    hat: Hat
    title: str = ""
    """What the workflow calls it, where that is not its id."""


class HatOffered(EventBase):
    type: Literal["hat.offered"] = "hat.offered"
    hat: Hat
    to: str
    title: str = ""
    """What the workflow calls it, where that is not its id."""


class HatHandedOver(EventBase):
    """`by` accepted it from `giver`."""

    type: Literal["hat.handed-over"] = "hat.handed-over"
    hat: Hat
    giver: str
    title: str = ""
    """What the workflow calls it, where that is not its id."""


class OfferDeclined(EventBase):
    type: Literal["hat.offer-declined"] = "hat.offer-declined"
    hat: Hat
    giver: str
    title: str = ""
    """What the workflow calls it, where that is not its id."""


class ConflictMet(EventBase):
    """Somebody does, or wears, what the workflow would rather not see together. They were told so in private."""

    type: Literal["conflict.met"] = "conflict.met"
    person: str
    hats: tuple[Hat, ...]
    deed: Deed | None = None
    because: str


class NoteAdded(EventBase):
    type: Literal["note.added"] = "note.added"
    text: str
    source: str = ""
    """A link to where it shows."""


class HypothesisStated(EventBase):
    type: Literal["hypothesis.stated"] = "hypothesis.stated"
    hypothesis: str
    text: str
    evidence: str = ""


class HypothesisRuledOut(EventBase):
    type: Literal["hypothesis.ruled-out"] = "hypothesis.ruled-out"
    hypothesis: str
    because: str


class ActionItemAdded(EventBase):
    type: Literal["action.added"] = "action.added"
    item: str
    title: str
    owner: str | None = None
    priority: Priority | None = None
    due: date | None = None
    link: str = ""


class ActionItemChanged(EventBase):
    """It is so now; what is not said is as it was."""

    type: Literal["action.changed"] = "action.changed"
    item: str
    owner: str | None = None
    priority: Priority | None = None
    due: date | None = None
    link: str | None = None


class CriterionConfirmed(EventBase):
    """Somebody says that a criterion is met, and what shows it."""

    type: Literal["criterion.confirmed"] = "criterion.confirmed"
    criterion: str
    title: str
    """As the workflow had it then."""
    stage: Stage
    """In which the incident was."""
    hat: Hat
    """For which they spoke."""
    called: str = ""
    """What the workflow calls it, where that is not its id."""
    evidence: str = ""


class CriterionWithdrawn(EventBase):
    """A confirmation was taken back."""

    type: Literal["criterion.withdrawn"] = "criterion.withdrawn"
    criterion: str
    title: str
    stage: Stage
    because: str


class MessagePinned(EventBase):
    type: Literal["message.pinned"] = "message.pinned"
    channel: str
    ts: str
    author: str
    text: str
    permalink: str = ""


class MessageUnpinned(EventBase):
    type: Literal["message.unpinned"] = "message.unpinned"
    ts: str


class PinEdited(EventBase):
    type: Literal["pin.edited"] = "pin.edited"
    ts: str
    text: str


class PinDeleted(EventBase):
    type: Literal["pin.deleted"] = "pin.deleted"
    ts: str


class UpdatePosted(EventBase):
    type: Literal["update.posted"] = "update.posted"
    text: str
    next_due: AwareDatetime | None = None


class CustomersTold(EventBase):
    """`by` wrote it."""

    type: Literal["customers.told"] = "customers.told"
    text: str
    channel: str
    """Its name in Slack."""
    approved_by: tuple[str, ...] = ()
    """Whose yes counted; none where nobody was asked, or where it went ahead without."""
    gate: str = ""
    """The gate that it waited at; empty: at none."""


class SeverityChanged(EventBase):
    type: Literal["severity.changed"] = "severity.changed"
    before: Severity
    to: Severity
    because: str


class SeverityJustified(EventBase):
    """Somebody said why it is as bad as that; it stays what it is."""

    type: Literal["severity.justified"] = "severity.justified"
    severity: Severity
    because: str


class StageChanged(EventBase):
    type: Literal["stage.changed"] = "stage.changed"
    before: Stage
    to: Stage
    because: str = ""
    missing: dict[str, str] = {}
    """Criteria that the workflow wanted for this and let be missing: ids with their titles."""
    actions: tuple[str, ...] = ()
    """What the workflow has it bring with it, by name."""


class ReviewOpened(EventBase):
    """Somebody writes what happened, and somebody sees to it that what was promised is done."""

    type: Literal["review.opened"] = "review.opened"
    author: str
    """Empty: nobody could be given the hat; so with the tracker's."""
    tracker: str
    meeting_at: AwareDatetime | None = None
    """When it is talked over; None: no meeting is held at this severity."""
    minutes: int = 30
    """How long the meeting takes."""


class StageOverdue(EventBase):
    """It has been in its stage for longer than the workflow promises; once per stay."""

    type: Literal["stage.overdue"] = "stage.overdue"
    stage: Stage
    due: AwareDatetime
    """Until when it should have moved on."""


class PolicyAdopted(EventBase):
    """The incident goes by another policy from here on."""

    type: Literal["policy.adopted"] = "policy.adopted"
    before: str
    """The hash of the one that it went by."""
    workflow_before: str = ""
    """What that one was called; empty: nobody knew, for it could not be had."""
    to: str
    workflow: str
    because: str
    review_at: AwareDatetime | None = None
    """When the review of what is resolved opens by itself now; None: it does not, or nobody waits for it yet."""


class MitigationProposed(EventBase):
    type: Literal["mitigation.proposed"] = "mitigation.proposed"
    mitigation: str
    plan: Plan
    gate: str | None = None
    """The gate that decides it, whose own events follow. None: the policy asks for nobody's yes; or see `quorum`."""
    quorum: int = 0
    """Before gates had events of their own: so many yeses were asked for."""
    due: AwareDatetime | None = None
    then: Literal["expired", "rejected"] = "expired"


class MitigationAmended(EventBase):
    type: Literal["mitigation.amended"] = "mitigation.amended"
    mitigation: str
    plan: Plan
    changed: tuple[str, ...]
    due: AwareDatetime | None = None
    """Before gates had events of their own: when the limit is up that began anew."""


class DryRunOrdered(EventBase):
    """A worker is to ask what the plan would do, before anybody decides."""

    type: Literal["mitigation.dry-run-ordered"] = "mitigation.dry-run-ordered"
    mitigation: str
    trial: int
    """How many there were of this mitigation, with this one."""


class MitigationTried(EventBase):
    """What the plan would do, as its target says; nothing was done."""

    type: Literal["mitigation.tried"] = "mitigation.tried"
    mitigation: str
    trial: int
    answers: tuple[Answer, ...]


class VoteCast(EventBase):
    """Before gates had events of their own, as are the next two."""

    type: Literal["vote.cast"] = "vote.cast"
    mitigation: str
    choice: Choice
    comment: str = ""
    plan_hash: str


class VoteCameLate(EventBase):
    type: Literal["vote.came-late"] = "vote.came-late"
    mitigation: str
    choice: Choice
    outcome: Outcome


class GateClosed(EventBase):
    type: Literal["gate.closed"] = "gate.closed"
    mitigation: str
    outcome: Outcome
    because: str = ""


class RunWaits(EventBase):
    type: Literal["run.waits"] = "run.waits"
    mitigation: str
    holder: str


class StepStarted(EventBase):
    type: Literal["step.started"] = "step.started"
    mitigation: str
    phase: Phase
    step: int


class StepFinished(EventBase):
    type: Literal["step.finished"] = "step.finished"
    mitigation: str
    phase: Phase
    step: int
    ok: bool
    detail: str


class VerificationStarted(EventBase):
    type: Literal["verification.started"] = "verification.started"
    mitigation: str
    deadline: AwareDatetime


class SignalRead(EventBase):
    type: Literal["signal.read"] = "signal.read"
    mitigation: str
    healthy: bool
    reading: str


class MitigationVerified(EventBase):
    type: Literal["mitigation.verified"] = "mitigation.verified"
    mitigation: str


class RollbackStarted(EventBase):
    type: Literal["rollback.started"] = "rollback.started"
    mitigation: str
    because: str


class MitigationRolledBack(EventBase):
    type: Literal["mitigation.rolled-back"] = "mitigation.rolled-back"
    mitigation: str


class HumanNeeded(EventBase):
    type: Literal["mitigation.needs-human"] = "mitigation.needs-human"
    mitigation: str
    because: str
    rollback: str = ""
    """What became of its rollback: “waits for approval (g1)”, “was rejected (g1): …”; empty: nobody was asked."""


class RunStopped(EventBase):
    type: Literal["run.stopped"] = "run.stopped"
    mitigation: str


class Resolved(EventBase):
    type: Literal["incident.resolved"] = "incident.resolved"
    summary: str
    review_at: AwareDatetime | None
    """When the review opens by itself; None: it does not."""


class ExportRequested(EventBase):
    type: Literal["export.requested"] = "export.requested"
    format: str
    request: str


class ExportDelivered(EventBase):
    type: Literal["export.delivered"] = "export.delivered"
    format: str
    request: str
    file: str


class ExportFailed(EventBase):
    type: Literal["export.failed"] = "export.failed"
    format: str
    request: str
    because: str


class TroubleMet(EventBase):
    type: Literal["trouble.met"] = "trouble.met"
    effect: str
    why: str
    cure: str


class OnCallAssigned(EventBase):
    """These people are on call for what broke: they answer for it until somebody else does."""

    type: Literal["oncall.assigned"] = "oncall.assigned"
    people: tuple[str, ...]
    team: str = ""


class NobodyOnCall(EventBase):
    type: Literal["oncall.nobody"] = "oncall.nobody"
    why: str
    cure: str


class EscalationStarted(EventBase):
    type: Literal["escalation.started"] = "escalation.started"
    escalation: str
    team: str = ""
    policy: EscalationPolicy
    """Kept as it is now: a running escalation goes on with it, whatever is edited."""
    through: tuple[str, ...] = ()
    wakes: bool = True
    because: str


class EscalationCalled(EventBase):
    """A tier is called, or the person whom somebody named instead."""

    type: Literal["escalation.called"] = "escalation.called"
    escalation: str
    call: int
    round: int
    tier: int
    person: str | None = None
    due: AwareDatetime
    because: str = ""


class CallWasEmpty(EventBase):
    """Nobody stands behind this call, or can be reached; the next one begins at once."""

    type: Literal["escalation.nobody"] = "escalation.nobody"
    escalation: str
    call: int
    because: str


class SomebodyMissing(EventBase):
    """Of those who were meant, this one can't be called."""

    type: Literal["escalation.missing"] = "escalation.missing"
    escalation: str
    call: int
    because: str


class PageOrdered(EventBase):
    type: Literal["page.ordered"] = "page.ordered"
    page: str
    escalation: str
    call: int
    kind: Literal["person", "channel", "group"] = "person"
    who: str
    because: str
    ways: tuple[Way, ...]
    mention: str = ""


class PageTried(EventBase):
    type: Literal["page.tried"] = "page.tried"
    page: str
    way: int


class PageSent(EventBase):
    type: Literal["page.sent"] = "page.sent"
    page: str
    way: int
    detail: str
    late: float = 0
    """Seconds."""
    held_up: str = ""
    """What it waited for."""


class PageFailed(EventBase):
    type: Literal["page.failed"] = "page.failed"
    page: str
    way: int
    why: str
    cure: str = ""


class PageDelayed(EventBase):
    type: Literal["page.delayed"] = "page.delayed"
    page: str
    way: int
    why: str
    seconds: float


class Acknowledged(EventBase):
    type: Literal["escalation.acknowledged"] = "escalation.acknowledged"
    escalation: str


class TakenOver(EventBase):
    type: Literal["escalation.taken-over"] = "escalation.taken-over"
    escalation: str
    before: str
    """Who had acknowledged."""


class PassedOn(EventBase):
    type: Literal["escalation.passed-on"] = "escalation.passed-on"
    escalation: str
    to: str
    because: str = ""


class AcknowledgementLapsed(EventBase):
    type: Literal["escalation.lapsed"] = "escalation.lapsed"
    escalation: str
    answered_by: str
    seconds: float
    """Of silence."""


class EscalationExhausted(EventBase):
    """Nobody has answered at any tier."""

    type: Literal["escalation.exhausted"] = "escalation.exhausted"
    escalation: str
    call: int
    channel: str
    """The last resort."""


PageEvent = PageOrdered | PageTried | PageSent | PageFailed | PageDelayed
"""What becomes of one page."""


class ReminderGiven(EventBase):
    """Something is missing for too long, and is told."""

    type: Literal["reminder.given"] = "reminder.given"
    kind: Kind
    since: AwareDatetime
    """Since when it is missing."""
    number: int
    """How often it was told, this time."""
    count: int
    """How often it was told in this incident, all times together."""
    to: tuple[str, ...] = ()
    """Who is to be pinged: whoever owes it and did not just do something."""
    last: bool = False
    """The policy wants no more of it."""


class ReminderHeld(EventBase):
    """It was not told: whoever would be pinged has quiet hours, and the policy lets them sleep."""

    type: Literal["reminder.held"] = "reminder.held"
    kind: Kind
    count: int
    until: AwareDatetime
    because: str = ""


class ReminderEnded(EventBase):
    """What was missing is there, or is no longer wanted."""

    type: Literal["reminder.ended"] = "reminder.ended"
    kind: Kind
    because: Literal["done", "over", "changed"] = "done"


class RemindersSnoozed(EventBase):
    type: Literal["reminder.snoozed"] = "reminder.snoozed"
    kinds: tuple[Kind, ...]
    until: AwareDatetime


class RemindersStopped(EventBase):
    """Somebody wants to hear no more of these in this incident."""

    type: Literal["reminder.stopped"] = "reminder.stopped"
    kinds: tuple[Kind, ...]
    because: str = ""


class RemindersResumed(EventBase):
    """Somebody took a stop, or a snooze, back."""

    type: Literal["reminder.resumed"] = "reminder.resumed"
    kinds: tuple[Kind, ...]


ReminderEvent = ReminderGiven | ReminderHeld | ReminderEnded | RemindersSnoozed | RemindersStopped | RemindersResumed
"""What happens to reminders. None of it moves an incident on."""

REMINDER_EVENTS = frozenset[type](get_args(ReminderEvent))


EscalationEvent = (
    EscalationStarted
    | EscalationCalled
    | CallWasEmpty
    | SomebodyMissing
    | PageEvent
    | Acknowledged
    | TakenOver
    | PassedOn
    | AcknowledgementLapsed
    | EscalationExhausted
)
"""What happens to an escalation and its pages."""

MitigationEvent = (
    MitigationAmended
    | DryRunOrdered
    | MitigationTried
    | VoteCast
    | VoteCameLate
    | GateClosed
    | RunWaits
    | StepStarted
    | StepFinished
    | VerificationStarted
    | SignalRead
    | MitigationVerified
    | RollbackStarted
    | MitigationRolledBack
    | HumanNeeded
    | RunStopped
)
"""What happens to a mitigation once it is proposed."""

StageEvent = (
    SeverityChanged
    | SeverityJustified
    | StageChanged
    | ReviewOpened
    | StageOverdue
    | CriterionConfirmed
    | CriterionWithdrawn
)
"""How bad it is, and how far it has come."""

HatEvent = HatTaken | HatGiven | HatReleased | HatOffered | HatHandedOver | OfferDeclined | ConflictMet
"""Who wears what."""

FindingEvent = HypothesisStated | HypothesisRuledOut | ActionItemAdded | ActionItemChanged
"""What people found out, or promise."""

GateEvent = gates.AnyFact
"""What happens to a gate."""

AnyEvent = (
    Declared
    | ChannelOpened
    | HatEvent
    | NoteAdded
    | MessagePinned
    | MessageUnpinned
    | PinEdited
    | PinDeleted
    | UpdatePosted
    | CustomersTold
    | StageEvent
    | FindingEvent
    | SeverityChanged
    | StageChanged
    | PolicyAdopted
    | MitigationProposed
    | MitigationEvent
    | GateEvent
    | Resolved
    | ExportRequested
    | ExportDelivered
    | ExportFailed
    | TroubleMet
    | OnCallAssigned
    | NobodyOnCall
    | EscalationEvent
    | ReminderEvent
)

EVENTS: TypeAdapter[AnyEvent] = TypeAdapter(Annotated[AnyEvent, Field(discriminator="type")])
