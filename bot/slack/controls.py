"""Every button and every form: its id and the typed value that it carries. Values hold ids only; truth is looked up."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.domain.gates.policy import Choice
from bot.domain.hats import Hat
from bot.domain.workflow.reminders import Kind
from bot.verbs.request import FormName


class Control(BaseModel):
    """What a button means. Slack wants action ids unique within a block, hence the suffix behind the slash."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: ClassVar[str]
    incident: str

    @property
    def action_id(self) -> str:
        suffix = "-".join(str(value) for name, value in self if name in {"hat", "form", "choice", "accept"})
        return f"{self.id}/{suffix}" if suffix else self.id

    @property
    def value(self) -> str:
        return self.model_dump_json()


class TakeHatButton(Control):
    id = "hat.take"
    hat: Hat


class AnswerOfferButton(Control):
    id = "offer.answer"
    hat: Hat
    accept: bool


class VoteButton(Control):
    id = "gate.vote"
    gate: str
    subject: str
    """The hash of what the person sees."""
    ballot: int
    choice: Choice


class PassVoteOnButton(Control):
    id = "gate.pass-on"
    gate: str


class WithdrawGateButton(Control):
    id = "gate.withdraw"
    gate: str


class BreakGlassButton(Control):
    """Open the form that asks why it can't wait."""

    id = "glass.break"
    gate: str
    subject: str
    """The hash of what the person sees."""


class CountersignButton(Control):
    id = "glass.countersign"
    gate: str
    accept: bool


class OpenPlanButton(Control):
    id = "plan.open"
    mitigation: str


class TryAgainButton(Control):
    id = "mitigation.try-again"
    mitigation: str


class WithdrawButton(Control):
    id = "mitigation.withdraw"
    mitigation: str


class StopButton(Control):
    id = "run.stop"
    mitigation: str


class RollBackButton(Control):
    id = "run.roll-back"
    mitigation: str


class AcknowledgeButton(Control):
    id = "escalation.acknowledge"


class TakeOverButton(Control):
    id = "escalation.take-over"


class EscalateButton(Control):
    id = "escalation.escalate"


class SnoozeButton(Control):
    id = "reminder.snooze"
    kind: Kind


class StopReminderButton(Control):
    id = "reminder.stop"
    kind: Kind


class ConfirmButton(Control):
    """Confirm a criterion; where evidence may be given, a form asks for it."""

    id = "criterion.confirm"
    criterion: str


class OpenFormButton(Control):
    """Open a form; an empty incident for `declare`."""

    id = "form.open"
    form: FormName


class AnswerStandInButton(Control):
    id = "stand-in.answer"
    incident: str = ""
    override: str
    accept: bool


class FindStandInButton(Control):
    """Open the form that asks somebody to stand in, with this time filled in."""

    id = "stand-in.find"
    incident: str = ""
    schedule: str
    start: int
    """Seconds since 1970."""
    end: int


class CancelOverrideButton(Control):
    id = "override.cancel"
    incident: str = ""
    override: str


class TestPageButton(Control):
    __test__ = False  # pytest would take it for a class of tests
    id = "page.test"
    incident: str = ""


class RunVerbButton(Control):
    """Type these words for me: the nearest verb, or a verb in the incident that was picked."""

    id = "verb.run"
    words: str


class LinkButton(Control):
    """A button with a url; Slack reports the click and nothing is to be done."""

    id = "link"


CONTROLS: tuple[type[Control], ...] = (
    TakeHatButton,
    AnswerOfferButton,
    VoteButton,
    PassVoteOnButton,
    WithdrawGateButton,
    BreakGlassButton,
    CountersignButton,
    OpenPlanButton,
    TryAgainButton,
    WithdrawButton,
    StopButton,
    RollBackButton,
    AcknowledgeButton,
    TakeOverButton,
    EscalateButton,
    SnoozeButton,
    StopReminderButton,
    ConfirmButton,
    OpenFormButton,
    AnswerStandInButton,
    FindStandInButton,
    CancelOverrideButton,
    TestPageButton,
    RunVerbButton,
    LinkButton,
)


def read_control(action_id: str, value: str | None) -> Control | None:
    """Read what a click carries; None for a button that this version does not know."""
    name = action_id.partition("/")[0]
    kind = next((control for control in CONTROLS if control.id == name), None)
    if kind is None:
        return None
    try:
        return kind.model_validate_json(value or "{}")
    except ValidationError:
        return LinkButton(incident="") if kind is LinkButton else None


class FormFacts(BaseModel):
    """What a form carries in its private_metadata from opening to submission."""

    model_config = ConfigDict(frozen=True)

    form: Annotated[FormName | Literal["plan"], Field(description="also the view's callback_id")]
    incident: str = ""
    mitigation: str = ""
    gate: str = ""
    subject: str = ""
    """The hash of what was asked when the form was opened."""
    ballot: int | None = None
    here: bool = False
    """The form was opened in the incident's channel."""
    runbook: str = ""
    origin: str = ""
    """The message that a declaration starts from, as `channel:ts`."""
    words: str = ""
    """What was typed, to pre-fill."""
    schedule: str = ""
    start: int | None = None
    """Of a time to pre-fill, in seconds since 1970."""
    end: int | None = None
