"""Approval policies as operators declare them: who is asked, how many must agree, how long we wait, and what then.

A gate is an ordered list of steps that must all pass. A step has tiers: the first is asked; when its time is up, or
when it can no longer pass, the next is asked, too. A tier has seats, which are asked at once. So a sequential gate is
many steps of one seat, a parallel one is a step with many seats, a dynamic one has a seat that a route fills; and
mixtures need nothing of their own.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from bot.domain.declared import ChannelName, Name, Seconds, Weekly, Words, Zone, misfit
from bot.domain.gates.passable import Asks, Sitting, can_all_pass
from bot.domain.gates.seat import Seat
from bot.domain.gates.short import written_out
from bot.domain.ids import digest
from bot.domain.runbook import Frozen

DEEPEST = 3
"""Tiers of a step, and links of a chain of “not me”, unless the policy says otherwise (mission.md, E5)."""
HOUR = 3600.0

Purpose = Literal["mitigation", "stage", "resolution", "notification", "rollback"]
"""What a gate can stand before."""
Undoes = Literal["failed", "stopped", "verified"]
"""What a rollback undoes: what failed or did not settle, what somebody stopped, what was proven to help."""
Choice = Literal["approve", "reject"]
"""What a vote says."""
Model = Literal["sequential", "parallel", "dynamic", "mixed"]
LastResort = Literal["approve", "reject", "roll-back", "expire"]
Then = Literal["approve", "reject", "roll-back", "expire", "escalate"]

Concern = Literal["stale-runbook", "rubber-stamps"]
"""What may make a policy ask for more: nobody has reviewed the runbook for long, or people vote without reading."""


class Tier(Frozen):
    """Seats that are asked at once."""

    seats: tuple[Seat, ...] = Field(min_length=1, max_length=20)
    """Who is asked."""
    quorum: int | None = Field(default=None, ge=1, validate_default=True)
    """The weight of yeses with which it passes; None: that of all seats."""
    noes: int = Field(default=1, ge=1, validate_default=True)
    """How many noes reject it."""
    limit: Seconds = Field(default=2 * HOUR, gt=0, le=30 * 24 * HOUR)
    """Seconds without a decision until the next tier is asked, too."""
    deputy_after: Seconds | None = Field(default=HOUR, gt=0, le=30 * 24 * HOUR)
    """Seconds without an answer until somebody's deputy is asked, too; None: never."""
    renotify: Seconds | None = Field(default=900, ge=60, le=24 * HOUR)
    """Seconds without an answer until somebody is told again; None: never."""
    notices: int = Field(default=3, ge=1, le=20)
    """How often somebody is told at most."""
    hours: tuple[Weekly, ...] = ()
    """Only these times count towards `limit` and `deputy_after`; none: all."""
    zone: Zone = "UTC"
    """Whose clock `hours` are on."""

    @field_validator("seats")
    @classmethod
    def _seat_nobody_twice(cls, seats: tuple[Seat, ...]) -> tuple[Seat, ...]:
        people = [seat.person for seat in seats if seat.person is not None]
        for person in people:
            if people.count(person) > 1:
                raise misfit(f"“{person}” sits there twice", "One person counts once. Give the seat a weight instead.")
        return seats

    @field_validator("quorum")
    @classmethod
    def _can_be_reached(cls, quorum: int | None, info: ValidationInfo) -> int | None:
        most = sum(seat.most for seat in info.data.get("seats", ()))
        if quorum is not None and most and quorum > most:
            raise misfit(
                f"a quorum of {quorum} can never be reached: all seats together weigh {most}",
                f"Write quorum: {most} or less, or more seats or voices.",
            )
        return quorum

    @field_validator("noes")
    @classmethod
    def _can_be_rejected(cls, noes: int, info: ValidationInfo) -> int:
        most = sum(seat.voices for seat in info.data.get("seats", ()))
        if most and noes > most:
            raise misfit(
                f"{noes} noes can never come together: there are {most} voices", f"Write noes: {most} at most."
            )
        return noes

    @property
    def most(self) -> int:
        """The weight of all yeses that there could be."""
        return sum(seat.most for seat in self.seats)

    @property
    def needs(self) -> int:
        return self.quorum or self.most

    @property
    def is_open_to_all(self) -> bool:
        return any(seat.anyone for seat in self.seats)


class Step(Frozen):
    """One question of a gate. Tier after tier is asked, and the first that passes answers it."""

    tiers: tuple[Tier, ...] = Field(min_length=1)
    """The first is asked; each of the others when those before gave no answer in time."""


class Glass(Frozen):
    """Who may go ahead at once, with a reason, and who signs for it afterwards."""

    who: tuple[Seat, ...] = Field(min_length=1)
    """Any of them."""
    countersigned_by: tuple[Seat, ...] = Field(default=(Seat(anyone=True),), min_length=1)
    """Never whoever broke it, and never the proposer."""
    within: Seconds = Field(default=24 * HOUR, ge=60, le=30 * 24 * HOUR)
    """Seconds in which somebody signs for it; whoever may is reminded at half time."""
    nag: Seconds = Field(default=24 * HOUR, ge=60, le=30 * 24 * HOUR)
    """Seconds between two reminders of what is overdue."""
    nags: int = Field(default=3, ge=0, le=20)
    """How often it is reminded of after that at most."""

    @field_validator("who", "countersigned_by")
    @classmethod
    def _is_known_at_once(cls, seats: tuple[Seat, ...]) -> tuple[Seat, ...]:
        if any(seat.route for seat in seats):
            raise misfit("a route must be looked up first", "Name roles, people, hats, teams, groups or schedules.")
        return seats


class ApprovalPolicy(Frozen):
    """What an open gate keeps: it goes on with the policy it began with, whatever is edited meanwhile."""

    id: Name
    """Its name in the workflow."""
    title: Words
    """What people call it: it stands above what is asked."""
    kind: Model = "mixed"
    """With `chain`, `seats` or `route` in place of `steps`, how these are meant. Measures are told apart by it."""
    steps: tuple[Step, ...] = Field(default=(), max_length=8, validate_default=True)
    """What must pass, one after the other."""
    max_depth: int = Field(default=DEEPEST, ge=1, le=10, validate_default=True)
    """As many tiers as a step may have, and as often as “not me” may pass a question on."""
    quiet: tuple[Weekly, ...] = ()
    """Times at which only whoever is on shift is told, unless the severity wakes people: nights, weekends."""
    zone: Zone = "UTC"
    """Whose clock `quiet` is on."""
    shuffle: bool = False
    """The steps come in an order that the gate's seed gives."""
    limit: Seconds | None = Field(default=None, gt=0, le=30 * 24 * HOUR)
    """Seconds after which the whole gate ends as `then` says; None: its tiers' limits are enough."""
    then: Then = Field(default="expire", validate_default=True)
    """What the limit does: it gives an outcome, or has the next tier asked at once."""
    last_resort: LastResort = "expire"
    """The outcome when all tiers were asked in vain."""
    tells: ChannelName | None = None
    """The channel that hears of the last resort; None: the managers' channel."""
    comment: Literal["reject", "always", "never"] = "reject"
    """Which votes must say why."""
    override: Tier | None = Field(default=None, validate_default=True)
    """Who is asked after a rejection, and with which quorum it is overridden; None: a no stands."""
    glass: Glass | None = None
    """Who may go ahead at once; None: nobody."""
    cost_per_hour: float | None = Field(default=None, ge=0)
    """What an hour of waiting costs, in the operator's currency."""
    stricter: dict[Concern, Annotated[int, Field(ge=1, le=10)]] = {}
    """What is added to the quorum of each tier, as far as its seats reach, where there is reason for it."""

    @model_validator(mode="before")
    @classmethod
    def _written_out(cls, given: Any) -> Any:
        return written_out(given) if isinstance(given, Mapping) else given

    @field_validator("max_depth")
    @classmethod
    def _is_deep_enough(cls, depth: int, info: ValidationInfo) -> int:
        tiers = max((len(step.tiers) for step in info.data.get("steps", ())), default=0)
        if tiers > depth:
            raise misfit(f"a step has {tiers} tiers", f"Write max_depth: {tiers}, or fewer tiers.")
        return depth

    @field_validator("steps")
    @classmethod
    def _can_pass(cls, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        if not steps:
            raise misfit(
                "it says nowhere who is asked",
                "Write kind: parallel with seats, sequential with chain, dynamic with route, or steps.",
            )
        if not can_pass(steps):
            raise misfit(
                "it can never pass: one person would have to count in two steps",
                "Name somebody else in one of them, or a team.",
            )
        return steps

    @field_validator("then")
    @classmethod
    def _has_a_limit(cls, then: Then, info: ValidationInfo) -> Then:
        if then != "expire" and info.data.get("limit", 0) is None:
            raise misfit(f"“{then}” never comes: there is no limit", "Write limit: 30m, say.")
        return then

    @field_validator("override")
    @classmethod
    def _outweighs(cls, override: Tier | None, info: ValidationInfo) -> Tier | None:
        most = max((tier.needs for step in info.data.get("steps", ()) for tier in step.tiers), default=0)
        if override is not None and override.needs <= most:
            raise misfit(
                f"{override.needs} would override what {most} may decide", f"Write quorum: {most + 1} or more there."
            )
        return override

    @field_validator("stricter")
    @classmethod
    def _can_be_raised(cls, stricter: dict[Concern, int], info: ValidationInfo) -> dict[Concern, int]:
        steps = info.data.get("steps", ())
        if stricter and steps and raised(steps, info.data.get("override"), 1)[0] == steps:
            raise misfit(
                "no quorum here can be raised: each asks for all that its seats weigh, or for as much as it may",
                "Give a seat more voices, or remove this.",
            )
        return stricter

    def asks_why(self, choice: Choice) -> bool:
        """Say whether such a vote counts with a reason only."""
        return self.comment == "always" or (self.comment == "reject" and choice == "reject")

    @property
    def hash(self) -> str:
        return digest(self.model_dump(mode="json"))


def raised(steps: tuple[Step, ...], override: Tier | None, by: int) -> tuple[tuple[Step, ...], Tier | None]:
    """Add to the quorum of each tier, as far as its seats reach, and as long as the steps can pass.

    What overrides a no is raised with them, for it must stay the larger one; where it can't be, they stay below it.
    """
    over = override and override.model_copy(update={"quorum": min(override.needs + by, override.most)})
    for n, m in [(n, m) for n, step in enumerate(steps) for m in range(len(step.tiers))]:
        before, tier, after = steps[n].tiers[:m], steps[n].tiers[m], steps[n].tiers[m + 1 :]
        needs = min(tier.needs + by, tier.most, over.needs - 1 if over is not None else tier.most)
        higher = Step(tiers=(*before, tier.model_copy(update={"quorum": needs}), *after))
        tried = (*steps[:n], higher, *steps[n + 1 :])
        if needs > tier.needs and can_pass(tried):
            steps = tried
    return steps, over


def can_pass(steps: Sequence[Step], alone: Collection[str] = ()) -> bool:
    """Say whether some tier of each step can pass although nobody counts in two steps.

    `alone`: names of seats in which one person sits at a time, whom nobody has named: `hat commander`.
    """
    return can_all_pass([[asked_of(tier, alone) for tier in step.tiers] for step in steps])


def asked_of(tier: Tier, alone: Collection[str] = ()) -> Asks:
    """Say what a tier asks of people who are known by name, or to be one, before anybody is looked up."""
    return Asks(tier.needs, tuple(_sitting(seat, alone) for seat in tier.seats))


def _sitting(seat: Seat, alone: Collection[str]) -> Sitting:
    if seat.person is not None or seat.name in alone:
        return Sitting(seat.weight, must=seat.must, people=frozenset([seat.name]))
    return Sitting(seat.weight, seat.voices, must=seat.must)
