"""Orders to a gate: each says who and when, and what the book knows about accounts that are one person's."""

from typing import Annotated

from pydantic import AwareDatetime, StringConstraints

from bot.domain.gates.gate import Found
from bot.domain.gates.policy import ApprovalPolicy, Choice
from bot.domain.gates.stricter import Reason
from bot.domain.gates.subject import Subject
from bot.domain.runbook import Frozen

Words = Annotated[str, StringConstraints(strip_whitespace=True)]


class Order(Frozen):
    by: str
    """An account's id, or SYSTEM."""
    at: AwareDatetime
    linked: dict[str, str] = {}
    """Accounts that are one person's, as far as it concerns this order: account → person."""


class OpenGate(Order):
    """Ask. `by` is whoever proposes it."""

    gate: str
    policy: ApprovalPolicy
    subject: Subject
    wakes: bool = False
    """Quiet hours don't hold it: the severity's policy says so."""
    seed: str = ""
    """Chance, for a policy that shuffles its steps. It is recorded, so that the order can be checked."""
    trial_due: AwareDatetime | None = None
    """Until when its dry run is awaited before anybody is asked."""
    declared: ApprovalPolicy | None = None
    """As the workflow declares it, where `policy` is stricter."""
    stricter: tuple[Reason, ...] = ()
    """Why it is."""


class RecordAsked(Order):
    """A lookup has found who sits in a tier's seats now."""

    turn: int
    found: tuple[Found, ...] = ()
    missing: tuple[str, ...] = ()
    """Who was meant and can't be asked, each as a sentence."""


class RecordOutOfReach(Order):
    """Somebody who was to be asked can't be: their account is deactivated, or takes no messages of ours."""

    turn: int
    account: str
    because: str


class Spoken(Order):
    """What somebody says in some place, and not everywhere may be: “anyone” means everybody in the incident's channel.

    The door says whether it was said there; whoever takes part counts as being there, wherever they say it.
    """

    here: bool = False
    channel: str = ""
    """What the incident's channel is called, for whoever has to go there."""


class CastVote(Spoken):
    choice: Choice
    comment: Words = ""
    subject: str | None = None
    """The hash of what the person saw; None where they voted in words, on what is asked now."""
    ballot: int | None = None
    """The step, or the override, that they were asked about; None where they voted in words."""


class WithdrawVote(Order):
    """Take one's own vote back."""

    ballot: int | None = None
    """The step, or the override, that it was cast on; None where they said so in words."""


class PassOn(Order):
    """“Not me”: ask this person instead."""

    to: str
    because: Words = ""


class OpenPlan(Order):
    """Somebody reads what would be done."""


class ChangeSubject(Order):
    """What is asked has changed: all votes fall, and everybody is asked again."""

    subject: Subject
    policy: ApprovalPolicy | None = None
    """The policy that holds now, if it isn't the gate's own any more."""
    trial_due: AwareDatetime | None = None
    """Until when the dry run of what it is now is awaited before anybody is asked."""


class ShowDryRun(Order):
    """The dry run of what is asked has said something: from here on it is a part of that."""

    dry_run: str


class AskNext(Order):
    """Ask the next tier, too, without waiting."""

    because: Words = ""


class WithdrawGate(Order):
    """Ask no longer."""

    leads: bool = False
    """The person leads the incident, and may withdraw what others proposed."""
    because: Words = ""


class Supersede(Order):
    """Another gate asks in this one's place."""

    successor: str


class BreakGlass(Spoken):
    """Go ahead at once."""

    because: Words
    holds: tuple[str, ...] = ()
    """Names of the policy's seats in which the person sits now, as the door has looked them up."""
    subject: str | None = None


class Countersign(Spoken):
    """Answer for it that the glass was broken: it was right, or it was not."""

    agrees: bool = True
    comment: Words = ""
    holds: tuple[str, ...] = ()


class Tick(Order):
    """Time has passed."""


AnyOrder = (
    OpenGate
    | RecordAsked
    | RecordOutOfReach
    | CastVote
    | WithdrawVote
    | PassOn
    | OpenPlan
    | ChangeSubject
    | ShowDryRun
    | AskNext
    | WithdrawGate
    | Supersede
    | BreakGlass
    | Countersign
    | Tick
)
