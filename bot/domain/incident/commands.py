"""Commands: orders to one incident. Each says who, when, and by which cause, so that the same order twice is one."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from bot.domain.gates.gate import Choice
from bot.domain.hats import Hat
from bot.domain.incident.lifecycle import Stage
from bot.domain.runbook import Plan
from bot.domain.severity import Severity

Words = Annotated[str, StringConstraints(strip_whitespace=True)]
Phase = Literal["plan", "rollback"]


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


class ChangeSeverity(Command):
    to: Severity
    because: Words


class ChangeStage(Command):
    to: Stage
    because: Words = ""


class Resolve(Command):
    summary: Words


class Propose(Command):
    """Ask for a mitigation. By the same person for the same runbook while its gate is open, it changes the plan."""

    plan: Plan


class Withdraw(Command):
    mitigation: str


class CastVote(Command):
    mitigation: str
    plan_hash: str | None = None
    """The plan that the voter saw; None (typed in words): the plan as it stands."""
    choice: Choice
    comment: Words = ""


class StopRun(Command):
    mitigation: str


class RollBack(Command):
    """A person orders the rollback of what was stopped or got stuck."""

    mitigation: str


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
    | PinMessage
    | UnpinMessage
    | RecordPinEdited
    | RecordPinDeleted
    | PostUpdate
    | ChangeSeverity
    | ChangeStage
    | Resolve
    | Propose
    | Withdraw
    | CastVote
    | StopRun
    | RollBack
    | RecordTargetBusy
    | RecordStepStarted
    | RecordStepFinished
    | RecordSignal
    | RequestExport
    | RecordExport
    | RecordTrouble
    | Tick
)
