"""What happens to a gate, for ever. A stored type is written out, because the word outlives the class.

Add a field with a default; never rename or remove one.
"""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from bot.domain.gates.gate import Chair, How, Outcome
from bot.domain.gates.policy import ApprovalPolicy, Choice
from bot.domain.gates.stricter import Reason
from bot.domain.gates.subject import Subject


class FactBase(BaseModel):
    model_config = ConfigDict(frozen=True)

    by: str
    at: AwareDatetime
    gate: str = ""
    """Which of the incident's gates it is about."""
    linked: dict[str, str] = {}
    """What was learnt with it about accounts that are one person's."""


class GateOpened(FactBase):
    type: Literal["gate.opened"] = "gate.opened"
    policy: ApprovalPolicy
    """By which it goes: where there were reasons to be stricter, with the raised quorum."""
    subject: Subject
    wakes: bool = False
    order: tuple[int, ...]
    """Which of the policy's steps comes when; `seed` gave it where the policy shuffles them."""
    seed: str = ""
    limit_due: AwareDatetime | None = None
    trial_due: AwareDatetime | None = None
    """Until when the dry run is awaited before anybody is asked; None: there is none."""
    declared: ApprovalPolicy | None = None
    """As the workflow declares it, where `policy` is stricter."""
    stricter: tuple[Reason, ...] = ()
    """Why it is."""


class TierCalled(FactBase):
    """A tier is to be asked; a lookup finds who sits there."""

    type: Literal["gate.called"] = "gate.called"
    turn: int
    ballot: int
    tier: int
    due: AwareDatetime
    because: str = ""
    notice_at: AwareDatetime | None = None
    """When the channel is told again, where anybody there may answer."""


class PeopleAsked(FactBase):
    """Who sits in a tier's seats, and why. Those with `told` are told now, the others when they are awake."""

    type: Literal["gate.asked"] = "gate.asked"
    turn: int
    chairs: tuple[Chair, ...]
    missing: tuple[str, ...] = ()


class PersonOutOfReach(FactBase):
    """Somebody can't be asked: nobody waits for them any more."""

    type: Literal["gate.out-of-reach"] = "gate.out-of-reach"
    turn: int
    account: str
    because: str


class TierStuck(FactBase):
    """A tier can't pass any more, whoever still votes."""

    type: Literal["gate.stuck"] = "gate.stuck"
    turn: int
    because: str


class QuorumEased(FactBase):
    """Those who are asked are too few for the stricter quorum, and nobody else is left: the declared one holds."""

    type: Literal["gate.quorum-eased"] = "gate.quorum-eased"
    because: str


class DeputyAsked(FactBase):
    type: Literal["gate.deputy-asked"] = "gate.deputy-asked"
    turn: int
    instead_of: str
    """The account that doesn't answer, or may not."""
    chairs: tuple[Chair, ...]
    """One for each seat that is theirs."""


class PeopleReminded(FactBase):
    """People are told, or told again, and each knows when next; None: it was the last time."""

    type: Literal["gate.reminded"] = "gate.reminded"
    turn: int
    following: dict[str, AwareDatetime | None]


class ChannelReminded(FactBase):
    """The channel is told again that anybody there may answer."""

    type: Literal["gate.channel-reminded"] = "gate.channel-reminded"
    turn: int
    following: AwareDatetime | None = None
    """When next; None: it was the last time."""


class PassedOn(FactBase):
    type: Literal["gate.passed-on"] = "gate.passed-on"
    turn: int
    to: str
    chairs: tuple[Chair, ...] = ()
    """None where the other one sits there already."""
    because: str = ""


class PlanOpened(FactBase):
    type: Literal["gate.plan-opened"] = "gate.plan-opened"
    subject: str


class VoteCast(FactBase):
    type: Literal["gate.voted"] = "gate.voted"
    ballot: int = 0
    choice: Choice
    comment: str = ""
    subject: str


class VoteWithdrawn(FactBase):
    type: Literal["gate.vote-withdrawn"] = "gate.vote-withdrawn"
    ballot: int


class VoteCameLate(FactBase):
    type: Literal["gate.late-vote"] = "gate.late-vote"
    choice: Choice
    outcome: Outcome
    comment: str = ""


class StepPassed(FactBase):
    type: Literal["gate.step-passed"] = "gate.step-passed"
    ballot: int
    tier: int
    last: bool = False
    """None is left: the gate's end follows."""


class StepReopened(FactBase):
    """A vote on which a step had passed is gone. It is open again, and those after it are asked again in their turn."""

    type: Literal["gate.step-reopened"] = "gate.step-reopened"
    ballot: int
    due: AwareDatetime


class Contested(FactBase):
    """The votes reject it; those who can override that are asked."""

    type: Literal["gate.contested"] = "gate.contested"
    because: str


class ContestEnded(FactBase):
    """A no on which the rejection rested was taken back: the step is open again, its limit runs anew."""

    type: Literal["gate.contest-ended"] = "gate.contest-ended"
    ballot: int
    due: AwareDatetime
    limit_due: AwareDatetime | None = None
    """When the whole gate's limit is up, which stood still meanwhile."""


class SubjectChanged(FactBase):
    """What is asked is another thing now. Votes on what it was have fallen."""

    type: Literal["gate.subject-changed"] = "gate.subject-changed"
    subject: Subject
    policy: ApprovalPolicy | None = None
    """The policy that holds from now on; None: the one that held before."""
    changed: tuple[str, ...]
    order: tuple[int, ...]
    limit_due: AwareDatetime | None = None
    trial_due: AwareDatetime | None = None
    """Until when the dry run of the changed plan is awaited before anybody is asked."""


class DryRunShown(FactBase):
    """What the dry run has said is a part of what is asked from here on; people are asked now."""

    type: Literal["gate.dry-run"] = "gate.dry-run"
    dry_run: str
    late: bool = False
    """It said nothing in time."""
    limit_due: AwareDatetime | None = None
    """When the gate's limit is up, which runs from here on; None: as it was, or there is none."""


class LimitPutOff(FactBase):
    """Nobody of a tier is told before `since`, so its limit runs from then on."""

    type: Literal["gate.limit-put-off"] = "gate.limit-put-off"
    turn: int
    since: AwareDatetime
    due: AwareDatetime
    limit_due: AwareDatetime | None = None
    """When the whole gate's limit is up, where that is put off, too."""


class LimitPassed(FactBase):
    """The gate's limit is up, and its policy wants the next tier asked."""

    type: Literal["gate.limit-passed"] = "gate.limit-passed"


class GateExhausted(FactBase):
    """All tiers were asked in vain: a record for the review."""

    type: Literal["gate.exhausted"] = "gate.exhausted"
    because: str
    channel: str | None = None


class GlassBroken(FactBase):
    type: Literal["gate.glass-broken"] = "gate.glass-broken"
    because: str
    seat: str
    """By which seat the person was allowed to."""
    subject: str
    due: AwareDatetime
    """The countersignature is owed by then."""
    remind_at: AwareDatetime | None = None
    """When whoever may sign is reminded first."""


class Countersigned(FactBase):
    type: Literal["gate.countersigned"] = "gate.countersigned"
    agrees: bool
    comment: str = ""
    seat: str = ""


class DebtOverdue(FactBase):
    type: Literal["gate.debt-overdue"] = "gate.debt-overdue"
    remind_at: AwareDatetime | None = None
    """When it is reminded of next; None: never."""


class DebtReminded(FactBase):
    """Whoever may countersign is reminded that it is owed."""

    type: Literal["gate.debt-reminded"] = "gate.debt-reminded"
    remind_at: AwareDatetime | None = None
    """When next; None: not before it is due, or it was the last time."""


class GateClosed(FactBase):
    type: Literal["gate.ended"] = "gate.ended"
    outcome: Outcome
    how: How = "votes"
    because: str = ""
    rolls_back: bool = False
    """What the gate stood before is undone."""
    successor: str | None = None


AnyFact = (
    GateOpened
    | TierCalled
    | PeopleAsked
    | PersonOutOfReach
    | TierStuck
    | QuorumEased
    | DeputyAsked
    | PeopleReminded
    | ChannelReminded
    | PassedOn
    | PlanOpened
    | VoteCast
    | VoteWithdrawn
    | VoteCameLate
    | StepPassed
    | StepReopened
    | Contested
    | ContestEnded
    | SubjectChanged
    | DryRunShown
    | LimitPutOff
    | LimitPassed
    | GateExhausted
    | GlassBroken
    | Countersigned
    | DebtOverdue
    | DebtReminded
    | GateClosed
)

FACTS: TypeAdapter[Any] = TypeAdapter(Annotated[AnyFact, Field(discriminator="type")])
"""Reads a stored fact."""
