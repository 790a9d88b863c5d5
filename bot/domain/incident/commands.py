"""Commands: orders to one incident. Each says who, when, and by which cause, so that the same order twice is one."""

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from bot.domain.dry_run import Answer
from bot.domain.gates.orders import AnyOrder
from bot.domain.gates.stricter import Known
from bot.domain.hats import Hat
from bot.domain.incident.findings import Priority
from bot.domain.incident.reminders import SNOOZE_MINUTES
from bot.domain.oncall.escalation import EscalationPolicy
from bot.domain.oncall.reach import Reachable
from bot.domain.runbook import Phase, Plan
from bot.domain.severity import Severity
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.reminders import Kind

Words = Annotated[str, StringConstraints(strip_whitespace=True)]


class Command(BaseModel):
    model_config = ConfigDict(frozen=True)

    incident: str
    by: str
    """A person's id, or SYSTEM."""
    at: AwareDatetime
    cause: str
    """What made this order: a trigger, a view, an effect. The engine obeys each cause once per incident."""


class Declare(Command):
    title: Words
    severity: Severity
    service: str | None = None
    summary: Words = ""
    private: bool = False
    origin: str | None = None
    """The message that it was declared from, as `channel:ts`."""


class RecordChannel(Command):
    """A worker made the channel."""

    channel: str
    name: str


class TakeHat(Command):
    hat: Hat


class GiveHat(Command):
    """Put a hat on somebody else's head: for hats that nobody wears."""

    hat: Hat
    to: str


class ReleaseHat(Command):
    hat: Hat


class OfferHat(Command):
    """Begin a hand-over; the other side must accept."""

    hat: Hat
    to: str


class AnswerOffer(Command):
    hat: Hat
    accept: bool


class AddNote(Command):
    text: Words
    source: Words = ""
    """A link to where it shows; the first one in the text unless said."""


class StateHypothesis(Command):
    """Say what might be the cause."""

    text: Words
    evidence: Words = ""


class RuleOutHypothesis(Command):
    hypothesis: str
    because: Words
    """What rules it out."""


class AddActionItem(Command):
    title: Words
    owner: str | None = None
    priority: Priority | None = None
    due: date | None = None
    link: Words = ""


class ChangeActionItem(Command):
    """Say what an action item lacks, or what has changed; None leaves as it is."""

    item: str
    owner: str | None = None
    priority: Priority | None = None
    due: date | None = None
    link: Words | None = None


class ConfirmCriterion(Command):
    criterion: str
    evidence: Words = ""
    """What shows it: words or a link."""


class WithdrawConfirmation(Command):
    criterion: str
    because: Words


class PinMessage(Command):
    channel: str
    ts: str
    author: str
    text: Words
    permalink: str = ""


class UnpinMessage(Command):
    ts: str


class RecordPinEdited(Command):
    ts: str
    text: Words


class RecordPinDeleted(Command):
    ts: str


class PostUpdate(Command):
    text: Words
    next_in_minutes: int | None = None
    """None: the severity's cadence."""


class TellCustomers(Command):
    """Tell customers. By the same person while a gate before it is open, it changes the text."""

    text: Words
    known: Known = Known()
    """What may make its approval stricter, as the door has looked it up."""


class ChangeSeverity(Command):
    to: Severity
    because: Words


class ChangeStage(Command):
    to: str
    """A stage's id."""
    because: Words = ""
    known: Known = Known()
    """What may make its approval stricter, as the door has looked it up."""


class AdoptPolicy(Command):
    """Let the incident go by another policy from now on."""

    to: Policy
    stage: str = ""
    """The id of its stage there; empty: as its stage is called now."""
    because: Words = ""


class Resolve(Command):
    summary: Words
    known: Known = Known()
    """What may make its approval stricter, as the door has looked it up."""


class Propose(Command):
    """Ask for a mitigation. By the same person for the same runbook while its gate is open, it changes the plan."""

    plan: Plan
    known: Known = Known()
    """What may make its approval stricter, as the door has looked it up."""


class Withdraw(Command):
    mitigation: str


class TryAgain(Command):
    """Ask once more what a plan would do, before people decide on it."""

    mitigation: str


class RecordDryRun(Command):
    """A worker has asked what a plan would do."""

    mitigation: str
    trial: int
    answers: tuple[Answer, ...]


class AtGate(Command):
    """An order to one of the incident's gates: a vote, a lookup's answer, “not me”."""

    gate: str
    order: AnyOrder


class StopRun(Command):
    mitigation: str


class RollBack(Command):
    """A person orders the rollback of what was stopped, got stuck or was proven; a gate may stand before it."""

    mitigation: str
    because: Words = ""


class RecordTargetBusy(Command):
    """A worker found the target held by another mitigation; it will try again."""

    mitigation: str
    holder: str


class RecordStepStarted(Command):
    mitigation: str
    phase: Phase
    step: int


class RecordStepFinished(Command):
    mitigation: str
    phase: Phase
    step: int
    ok: bool
    detail: str


class RecordSignal(Command):
    mitigation: str
    healthy: bool
    reading: str


class RequestExport(Command):
    format: str


class RecordExport(Command):
    request: str
    """The cause of the request."""
    format: str
    ok: bool
    detail: str
    """The file's name, or why there is none."""


class RecordTrouble(Command):
    """Something outside refused for good: a visible fact, never a silent loss."""

    effect: str
    why: str
    cure: str


class StartEscalation(Command):
    """Call a team, or somebody by name, tier by tier until somebody answers."""

    team: str = ""
    policy: EscalationPolicy
    through: tuple[str, ...] = ()
    wakes: bool = True
    because: Words
    person: str | None = None
    """Somebody who is called by name, before the policy's tiers."""
    assigned: tuple[str, ...] = ()
    """Whoever is on call for it: they become responsible for the incident."""
    told: tuple[Reachable, ...] = ()
    """Places that are told beside it; no answer is wanted from them."""
    again: bool = False
    """Ordered by Muster: also where the same policy was called before, unless that call still waits for an answer."""


class RecordNobodyOnCall(Command):
    """Nobody could be called when the incident was declared."""

    why: str
    cure: str
    told: tuple[Reachable, ...] = ()


class RecordCalled(Command):
    """A worker looked up whom a call means."""

    escalation: str
    call: int
    called: tuple[Reachable, ...]
    missing: tuple[str, ...] = ()
    """Who was meant and can't be called, each with the reason, as sentences."""


class TryPage(Command):
    """A worker is about to send: it may, unless somebody has answered meanwhile."""

    page: str
    way: int
    again: bool = False
    """An earlier try of the same effect may have sent."""


class RecordPageSent(Command):
    page: str
    way: int
    detail: str
    late: float = 0
    """Seconds between when it was to go and when it went."""


class RecordPageFailed(Command):
    page: str
    way: int
    why: str
    cure: str = ""


class RecordPageDelayed(Command):
    """A way out asked us to wait: the next way is taken meanwhile."""

    page: str
    way: int
    why: str
    seconds: float


class Acknowledge(Command):
    """Somebody has seen it and answers for it: nobody is called any more."""


class TakeOver(Command):
    """Answer in the place of somebody who has acknowledged."""


class PassOn(Command):
    """“Not me, ask …”"""

    to: str
    because: Words = ""


class EscalateNow(Command):
    """Call the next tier without waiting any longer."""

    because: Words = ""


class SnoozeReminders(Command):
    kinds: tuple[Kind, ...] = ()
    """Empty: all that there are."""
    minutes: float = SNOOZE_MINUTES


class StopReminders(Command):
    """Hear no more of these in this incident."""

    kinds: tuple[Kind, ...] = ()
    """Empty: all that there are."""
    because: Words = ""


class ResumeReminders(Command):
    """Take stops and snoozes back."""

    kinds: tuple[Kind, ...] = ()
    """Empty: all that there are."""


class RecordReminderHeld(Command):
    """A worker found that whoever would be pinged sleeps, and that the policy lets them."""

    kind: Kind
    count: int
    until: AwareDatetime
    because: str = ""


class Tick(Command):
    """Something of this incident fell due."""


AnyCommand = (
    Declare
    | RecordChannel
    | TakeHat
    | GiveHat
    | ReleaseHat
    | OfferHat
    | AnswerOffer
    | AddNote
    | StateHypothesis
    | RuleOutHypothesis
    | AddActionItem
    | ChangeActionItem
    | ConfirmCriterion
    | WithdrawConfirmation
    | PinMessage
    | UnpinMessage
    | RecordPinEdited
    | RecordPinDeleted
    | PostUpdate
    | TellCustomers
    | ChangeSeverity
    | ChangeStage
    | AdoptPolicy
    | Resolve
    | Propose
    | Withdraw
    | AtGate
    | TryAgain
    | RecordDryRun
    | StopRun
    | RollBack
    | RecordTargetBusy
    | RecordStepStarted
    | RecordStepFinished
    | RecordSignal
    | RequestExport
    | RecordExport
    | RecordTrouble
    | StartEscalation
    | RecordNobodyOnCall
    | RecordCalled
    | TryPage
    | RecordPageSent
    | RecordPageFailed
    | RecordPageDelayed
    | Acknowledge
    | TakeOver
    | PassOn
    | EscalateNow
    | SnoozeReminders
    | StopReminders
    | ResumeReminders
    | RecordReminderHeld
    | Tick
)
