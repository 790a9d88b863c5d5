"""Approval policies as operators declare them: who is asked, how many must agree, how long we wait, and what then.

A gate is an ordered list of steps that must all pass. A step has tiers: the first is asked; when its time is up, or
when it can no longer pass, the next is asked, too. A tier has seats, which are asked at once. So a sequential gate is
many steps of one seat, a parallel one is a step with many seats, a dynamic one has a seat that a route fills; and
mixtures need nothing of their own.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import product
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, ValidationInfo, field_validator, model_validator

from bot.domain.declared import ChannelName, Name, Seconds, SlackGroup, Weekly, Words, Zone, misfit
from bot.domain.hats import Hat
from bot.domain.ids import digest
from bot.domain.oncall.hours import covers
from bot.domain.runbook import Frozen
from bot.domain.severity import Severity

DEEPEST = 3
"""Tiers of a step, and links of a chain of “not me”, unless the policy says otherwise (mission.md, E5)."""
HOUR = 3600.0

Purpose = Literal["mitigation", "stage", "resolution", "notification", "rollback"]
"""What a gate can stand before."""
Undoes = Literal["failed", "stopped", "verified"]
"""What a rollback undoes: what failed or did not settle, what somebody stopped, what was proven to help."""
Model = Literal["sequential", "parallel", "dynamic", "mixed"]
LastResort = Literal["approve", "reject", "roll-back", "expire"]
Then = Literal["approve", "reject", "roll-back", "expire", "escalate"]

Concern = Literal["stale-runbook", "rubber-stamps"]
"""What may make a policy ask for more: nobody has reviewed the runbook for long, or people vote without reading."""

SeatKind = Literal["role", "person", "hat", "team", "group", "schedule", "route", "anyone"]
SEAT_KINDS: tuple[SeatKind, ...] = get_args(SeatKind)


class Route(Frozen):
    """How a dynamic seat finds its people: by what is known of each candidate, and how much it weighs."""

    among: Name | None = None
    """The team whose members are candidates; None: whoever owns the service."""
    picks: int = Field(default=3, ge=1, le=20)
    """As many as are asked."""
    owner: float = Field(default=3, ge=0, le=100)
    """For whoever is in the team that owns the service."""
    shift: float = Field(default=2, ge=0, le=100)
    """For whoever is on shift."""
    working: float = Field(default=1, ge=0, le=100)
    """Within their working hours, on their own clock."""
    speed: float = Field(default=2, ge=0, le=100)
    """How soon they have answered before; twice as much at P1."""
    load: float = Field(default=1, ge=0, le=100)
    """Taken off for each thing that waits for them already."""
    history: int = Field(default=5, ge=0, le=1000)
    """Answers that all candidates together must have given; with fewer, the next tier is asked at once."""
    wakes: tuple[str, ...] = ("p1",)
    """Severities at which people who sleep are asked, too."""


class Seat(Frozen):
    """Somebody who is asked: exactly one of these."""

    role: Name | None = None
    """Whoever has this role in the organisation: `security`, `duty-manager`."""
    person: Name | None = None
    """Somebody of the on-call book."""
    hat: Hat | None = None
    """Whoever wears it in this incident."""
    team: Name | None = None
    """Each of its members."""
    group: SlackGroup | None = None
    """The members of a Slack user group: `S0614TZR7`."""
    schedule: Name | None = None
    """Whoever is on shift."""
    route: Route | None = None
    """Whoever fits best."""
    anyone: bool = False
    """Everybody in the incident's channel."""
    weight: int = Field(default=1, ge=1, le=10)
    """What one yes from here counts."""
    voices: int = Field(default=1, ge=1, le=20, validate_default=True)
    """How many of those who sit here may count, each as a person of their own."""
    must: bool = False
    """Without a yes from here, nothing passes."""

    @model_validator(mode="after")
    def _names_one(self) -> "Seat":
        named = (self.role, self.person, self.hat, self.team, self.group, self.schedule, self.route)
        if len(named) - named.count(None) + self.anyone != 1:
            raise misfit("a seat names one thing", f"Write one of: {', '.join(SEAT_KINDS)}.")
        if self.person is not None and self.voices != 1:
            raise misfit("one person has one voice", "Remove voices, or give the person a weight.")
        return self

    @property
    def kind(self) -> SeatKind:
        return next(kind for kind in SEAT_KINDS if getattr(self, kind))

    @property
    def name(self) -> str:
        """Name the seat, for people and for the door that says who sits in it: `team payments`."""
        match self.kind:
            case "anyone" | "route" as alone:
                return alone
            case kind:
                return f"{kind} {getattr(self, kind)}"

    @property
    def words(self) -> str:
        """Name the seat as people say it: `anyone in the channel`, `whoever is on shift in search`."""
        match self.kind:
            case "anyone":
                return "anyone in the channel"
            case "route":
                return "whoever fits best"
            case "person":
                return str(self.person)
            case "hat":
                return f"the {self.hat.label if self.hat else ''}"
            case "role":
                return f"whoever is {self.role}"
            case "team":
                return f"the team {self.team}"
            case "group":
                return f"the user group {self.group}"
            case "schedule":
                return f"whoever is on shift in {self.schedule}"

    @property
    def most(self) -> int:
        """The weight of all its yeses."""
        return self.weight * self.voices


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

    def could_pass_without(self, people: Collection[str]) -> bool:
        """Say whether it can pass if these people, who are named in its seats, count elsewhere."""
        left = [seat for seat in self.seats if seat.person not in people]
        musts = all(seat in left for seat in self.seats if seat.must)
        return musts and sum(seat.most for seat in left) >= self.needs


def in_words(seats: Iterable[Seat]) -> str:
    """Name seats in one line, as people say it."""
    return " and ".join(dict.fromkeys(seat.words for seat in seats))


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


def can_pass(steps: Sequence[Step]) -> bool:
    """Say whether some tier of each step can pass although nobody counts in two steps."""
    return any(_can_all_pass(tiers) for tiers in product(*(step.tiers for step in steps)))


def _can_all_pass(tiers: Sequence[Tier]) -> bool:
    places = dict[str, list[int]]()
    for n, tier in enumerate(tiers):
        for seat in tier.seats:
            if seat.person is not None:
                places.setdefault(seat.person, []).append(n)
    shared = {person: where for person, where in places.items() if len(where) > 1}
    return any(
        all(
            tier.could_pass_without([person for person, place in zip(shared, chosen, strict=True) if place != n])
            for n, tier in enumerate(tiers)
        )
        for chosen in product(*shared.values())
    )


# Short forms: the three models of an approval, written out as steps and tiers

_OF_A_TIER = {"quorum": "quorum", "noes": "noes", "next_after": "limit"} | {
    name: name for name in ("deputy_after", "renotify", "notices", "hours", "zone")
}

SHORT_KEYS = ("chain", "seats", "route", "fallback", "second", "second_quorum", *_OF_A_TIER)
"""What a short form has beside the keys of an approval."""


def written_out(given: Mapping[str, Any]) -> dict[str, Any]:
    """Write a short form out. What doesn't belong to one stays, and is refused as an unknown field.

    sequential: `chain`, seats in their order; parallel: `seats` and `quorum`; dynamic: `route` and `fallback`, seats
    that are asked one after the other when history is thin or nobody has decided in time. `second` is the tier that is
    asked next in the first two. `next_after` is a tier's limit; its other fields may stand beside.
    """
    policy = dict(given)
    if "steps" in policy:
        return policy
    tier = {name: policy.pop(short) for short, name in _OF_A_TIER.items() if short in policy}
    if "zone" in given:
        policy["zone"] = given["zone"]  # one clock for the tiers' hours and for the policy's quiet times
    match policy.get("kind"):
        case "sequential" if isinstance(policy.get("chain"), Sequence):
            second = _tiers(policy, "second", tier)
            policy["steps"] = [{"tiers": [{**tier, "seats": [seat]}, *second]} for seat in policy.pop("chain")]
        case "parallel" if isinstance(policy.get("seats"), Sequence):
            first = {**tier, "seats": policy.pop("seats")}
            policy["steps"] = [{"tiers": [first, *_tiers(policy, "second", tier)]}]
        case "dynamic" if "route" in policy:
            first = {"quorum": 1, **tier, "seats": [_routed(policy.pop("route"))]}
            after = {name: value for name, value in tier.items() if name not in {"quorum", "noes"}}
            last = [{**after, "seats": seats} for seats in _one_by_one(policy.pop("fallback", None))]
            policy["steps"] = [{"tiers": [first, *last]}]
        case _:
            return dict(given)
    return policy


def _tiers(policy: dict[str, Any], name: str, tier: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Write the second tier out: the same limits, and any one of it is enough unless it says otherwise."""
    quorum = policy.pop(f"{name}_quorum", 1)
    seats = policy.pop(name, ())
    kept = {key: value for key, value in tier.items() if key not in {"quorum", "noes"}}
    return [{**kept, "quorum": quorum, "seats": seats}] if seats else []


def _one_by_one(seats: Any) -> list[Any]:
    """Make a tier's seats of each; what is no list is refused as the seats of a tier."""
    return [[seat] for seat in seats] if isinstance(seats, Sequence) else [] if seats is None else [seats]


def _routed(route: Any) -> dict[str, Any]:
    picks = route.get("picks", 3) if isinstance(route, Mapping) else getattr(route, "picks", 3)
    return {"route": {} if route in (None, True) else route, "voices": picks}


class GateChoice(Frozen):
    """An approval policy, and when it is the one to use."""

    use: Name
    """An approval, by its name under `approvals`."""
    before: tuple[Purpose, ...] = Field(min_length=1)
    """What waits for it."""
    stages: tuple[Name, ...] = ()
    """Only before moves into these; empty: into any, if moves wait for it."""
    of: tuple[Undoes, ...] = ()
    """Only before rollbacks of what came to this; empty: of anything, if rollbacks wait for it."""
    severities: tuple[Severity, ...] = ()
    """Only at these; empty: at all."""
    hours: tuple[Weekly, ...] = ()
    """Only at these times; none: always."""
    zone: Zone = "UTC"
    """Whose clock `hours` are on."""

    @field_validator("of")
    @classmethod
    def _narrows_rollbacks(cls, of: tuple[Undoes, ...], info: ValidationInfo) -> tuple[Undoes, ...]:
        before = info.data.get("before")
        if of and before is not None and "rollback" not in before:
            raise misfit(
                f"it says what a rollback undoes, and this stands before: {', '.join(before)}",
                "Remove it, or write before: [rollback].",
            )
        return of

    def fits(self, purpose: Purpose, severity: str, at: datetime, stage: str = "", *, of: Undoes | None = None) -> bool:
        return (
            purpose in self.before
            and (not self.stages or not stage or stage in self.stages)
            and (not self.of or of is None or of in self.of)
            and (not self.severities or severity in self.severities)
            and (not self.hours or covers(self.hours, self.zone, at))
        )

    def always_fits(self, purpose: Purpose, severity: str) -> bool:
        """Say whether it fits at any hour."""
        return purpose in self.before and not self.hours and (not self.severities or severity in self.severities)


def chosen(
    choices: Iterable[GateChoice],
    purpose: Purpose,
    severity: str,
    at: datetime,
    stage: str = "",
    *,
    of: Undoes | None = None,
) -> str | None:
    """Name the policy that holds for a gate that opens now: the first choice that fits; None: no gate."""
    return next((choice.use for choice in choices if choice.fits(purpose, severity, at, stage, of=of)), None)
