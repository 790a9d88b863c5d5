"""Stages that have no end, although moves lead from them to it: what goes round by itself, and what nobody gets out of.

That moves lead on at all is looked at where manifests are read (config/stages.py). Here it is asked whether they can be
made. There are two ways in which a response could have no end:

*It goes round.* One word that makes moves happen by themselves (`when: [hat]`) leads from a stage back to it: whenever
that happens, the incident goes through all of them, and stays in the one where it happens to stop. Or moves `after` a
time lead back: then the clock moves it for ever. Where different words take turns, each needs somebody to do something,
and whoever does so can also order the move that leads on: that is no circle of the machine's.

*Nobody gets out.* An incident can come to a stage from which, at its severity, no order of moves that can be made leads
to the end. Or, where that is nowhere so, *nobody gets to* a stage at a severity: a gate, a guard or a criterion holds
each move into it for ever. A move cannot be made

* where it waits for an approval that can never pass: even if all who may sit in its seats said yes, some step would
  have no tier with its quorum, and neither time nor a broken glass lets it pass;
* where it is `enforced`, or asks for what is owed, and a criterion is missing that is seen only of what can be done
  while customers are hit (a mitigation, a call), once they are not, or of a mitigation in a stage that takes none:
  nobody's word counts for it, and nothing can show it there;
* where its guard `approved` asks for a mitigation's approval, for the same reason; or because the approval before
  mitigations can never pass.

It is assumed that people do whatever they may: put on any hat, confirm what a hat may confirm, name causes, write
action items, let runs end. Nobody knows who is in a user group, or who will own the service: there, enough people are.
That nobody counts in two steps of a gate is not looked at here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.domain.gates.count import Count, Place, fill
from bot.domain.gates.policy import ApprovalPolicy, Tier
from bot.domain.gates.seat import Seat
from bot.domain.oncall.book import Book
from bot.domain.severity import Severity
from bot.domain.workflow.asked import NOBODY, Asked, approves_itself, asked
from bot.domain.workflow.criterion import Check, Criterion, Strictness
from bot.domain.workflow.lifecycle import Guard, Purpose, Stage, Transition, Trigger
from bot.domain.workflow.policy import Policy


@dataclass(frozen=True, slots=True)
class Endless:
    """One stage without an end: why, and what would be right."""

    stage: str
    what: str
    instead: str


def endless(policy: Policy, book: Book) -> Iterator[Endless]:
    """Find stages without an end in a workflow whose moves lead on. The book says who sits in the seats of approvals.

    An empty book says nothing of them.
    """
    yield from _rounds(policy)
    yield from _stuck(policy, book)


# What goes round by itself


def _rounds(policy: Policy) -> Iterator[Endless]:
    found = dict[frozenset[str], Endless]()
    stages = policy.stage_by_id.values()
    for trigger in Trigger:
        for path in _circles(policy, {stage.id: policy.move_by_itself(stage, trigger) for stage in stages}):
            what = f"“{trigger.value}” leads round by itself: {_path(path)}"
            instead = f"Take {trigger.value} out of one of their `when`."
            found.setdefault(frozenset(path), Endless(path[0], what, instead))
    for path in _circles(policy, {stage.id: policy.move_in_time(stage) for stage in stages}):
        what = f"time leads round by itself, for ever: {_path(path)}"
        found.setdefault(frozenset(path), Endless(path[0], what, "Take `after` out of one of them."))
    yield from found.values()


def _circles(policy: Policy, moves: Mapping[str, Transition | None]) -> Iterator[list[str]]:
    """Follow the one move that each stage has; yield each circle once, from the first of its stages on."""
    done = set[str]()
    for stage in moves:
        path, here = list[str](), stage
        while here and here not in path and here not in done:
            path.append(here)
            move = moves[here]
            here = move.to if move is not None and _may_be_free(policy, move) else ""
        if here in path:
            yield path[path.index(here) :]
        done.update(path)


def _may_be_free(policy: Policy, move: Transition) -> bool:
    """Say whether a move waits for nobody at some severity and hour: else it never happens by itself."""
    to = policy.stage_by_id[move.to]
    return any(NOBODY in asked(policy, to.purpose.asks, severity, to.id) for severity in Severity)


def _path(stages: Iterable[str]) -> str:
    names = list(stages)
    return " → ".join([*names, names[0]])


# What nobody gets out of

Fact = Check | Guard
"""What is shown only of something done while customers are hit."""

STEPS: tuple[Fact, ...] = (
    Check.ROLLBACK_DECLARED,
    Guard.APPROVED,
    Check.CHANGE_RECORDED,
    Check.VERIFIED_BY_SIGNAL,
)
"""What is shown of a mitigation one after the other: where one of them is, so are those before it."""

WHILE_OPEN: frozenset[Fact] = frozenset((*STEPS, Check.ON_CALL_ASSIGNED))


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an incident may be, and what is shown of it by then."""

    stage: str
    shown: frozenset[Fact] = frozenset()
    """Where mitigations are taken, only what stays so: whatever else is asked for can be shown, or be so no longer."""
    owed: frozenset[str] = frozenset()
    """Criteria that were missing on the way, and that nobody's word can make good."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a move cannot be made."""

    what: str
    instead: str


def _stuck(policy: Policy, book: Book) -> Iterator[Endless]:
    found = defaultdict[tuple[str, str, Obstacle], list[str]](list)
    for severity in Severity:
        paths = _Paths(policy, severity, book)
        stuck = [("out of", *one) for one in paths.stuck()]
        for way, stage, obstacle in stuck or [("to", *one) for one in paths.out_of_reach()]:
            found[way, stage, obstacle].append(severity.label)
    for (way, stage, obstacle), severities in found.items():
        where = "" if len(severities) == len(Severity) else f" at {' and '.join(severities)}"
        yield Endless(stage, f"nobody may get {way} it{where}: {obstacle.what}", obstacle.instead)


class _Paths:
    """Where incidents of one severity may get to."""

    def __init__(self, policy: Policy, severity: Severity, book: Book) -> None:
        self.policy = policy
        self.severity = severity
        self.sitting = _Sitting(policy, book)
        self.no_mitigation = _no_mitigation(policy, severity, self.sitting)
        self.ways = self._explored()

    def stuck(self) -> Iterator[tuple[str, Obstacle]]:
        """Yield each stage from which the end cannot be reached, with what stands in the way of each move out of it."""
        ways = self.ways
        ending = {spot for spot in ways if self._stage(spot).purpose is Purpose.CLOSED}
        while more := {spot for spot, to in ways.items() if ending & to} - ending:
            ending |= more
        told = set[tuple[str, str]]()
        for spot in ways.keys() - ending:
            for move in self._moves_from(spot):
                obstacle = self._obstacle(spot, move)
                if obstacle is not None and (spot.stage, obstacle.what) not in told:
                    told.add((spot.stage, obstacle.what))
                    yield spot.stage, obstacle

    def out_of_reach(self) -> Iterator[tuple[str, Obstacle]]:
        """Yield each stage that no incident comes to, though a move leads there from where one does, and why not."""
        reached, told = {spot.stage for spot in self.ways}, set[str]()
        for spot in self.ways:
            for move in self._moves_from(spot):
                obstacle = self._obstacle(spot, move)
                if obstacle is not None and move.to not in reached | told:
                    told.add(move.to)
                    yield move.to, obstacle

    def _explored(self) -> Mapping[Spot, set[Spot]]:
        """Go wherever moves lead that can be made."""
        first = Spot(self.policy.first.id)
        ways, todo = dict[Spot, set[Spot]](), [first]
        while todo:
            spot = todo.pop()
            if spot in ways:
                continue
            moves = self._moves_from(spot)
            made = (move for move in moves if self._obstacle(spot, move) is None)
            ways[spot] = {after for move in made for after in self._after(spot, move)}
            todo.extend(ways[spot])
        return ways

    def _moves_from(self, spot: Spot) -> list[Transition]:
        stage = self._stage(spot)
        moves = (self.policy.move(stage, to) for to in self.policy.next_stages(stage))
        return [move for move in moves if move is not None]

    def _after(self, spot: Spot, move: Transition) -> Iterator[Spot]:
        """Make a move, whatever is shown by then of all that it lets be missing."""
        to, wanted = self.policy.stage_by_id[move.to], self._wanted(spot, move).keys()
        for shown in self._may_be_shown(spot):
            if wanted <= shown:
                asked_for = self._asked_for(spot, move) if move.criteria is Strictness.WARN else []
                missing = {one.id for one in asked_for if one.check not in shown}
                keeps = shown if to.is_over or not self.policy.takes_mitigations(to) else _with_earlier(shown & STAYS)
                yield Spot(to.id, keeps, spot.owed | missing)

    def _may_be_shown(self, spot: Spot) -> Iterator[frozenset[Fact]]:
        """Go through what people may have shown by the time they move on."""
        if self._stage(spot).is_over:
            yield spot.shown
            return
        if not self.policy.takes_mitigations(self._stage(spot)):
            yield from (spot.shown, spot.shown | {Check.ON_CALL_ASSIGNED})
            return
        steps = STEPS[: STEPS.index(Guard.APPROVED)] if self.no_mitigation else STEPS
        for count in range(len(steps) + 1):
            yield spot.shown | set(steps[:count])
            yield spot.shown | {*steps[:count], Check.ON_CALL_ASSIGNED}

    def _obstacle(self, spot: Spot, move: Transition) -> Obstacle | None:
        to = self.policy.stage_by_id[move.to]
        if why := self._never_passes(to):
            return Obstacle(f"the move to {to.id} waits for {why}", "Name more people there, or lower its quorum.")
        for fact, named in self._wanted(spot, move).items():
            if fact in STEPS[STEPS.index(Guard.APPROVED) :] and self.no_mitigation:
                what = f"the move to {to.id} asks for {named}, and {self.no_mitigation}"
                return Obstacle(what, "Name more people there, or lower its quorum.")
            if fact in spot.shown:
                continue
            if self._stage(spot).is_over:
                late = "nobody can be called" if fact is Check.ON_CALL_ASSIGNED else "no mitigation can be proposed"
                what = f"the move to {to.id} asks for {named}, and {late} once the incident is over"
                return Obstacle(what, REMOVE if fact is Guard.APPROVED else CONFIRM)
            if fact in STEPS and not self.policy.takes_mitigations(self._stage(spot)):
                what = f"the move to {to.id} asks for {named}, and nothing is changed in {spot.stage}"
                return Obstacle(what, REMOVE if fact is Guard.APPROVED else CONFIRM)
        return None

    def _never_passes(self, to: Stage) -> str:
        return self.sitting.none_passes(asked(self.policy, to.purpose.asks, self.severity, to.id))

    def _wanted(self, spot: Spot, move: Transition) -> dict[Fact, str]:
        """Return what a move asks for that can be shown only while the incident is open, and what it is called."""
        asks = self._asked_for(spot, move) if move.criteria is Strictness.ENFORCED else []
        wanted: dict[Fact, str] = {one.check: f"“{one.id}”" for one in asks if one.check is not None}
        if Guard.APPROVED in move.guards and self.policy.of(self.severity).approval:
            wanted[Guard.APPROVED] = "an approved mitigation"
        return wanted

    def _asked_for(self, spot: Spot, move: Transition) -> list[Criterion]:
        """Go through the criteria of a move that can be met only while the incident is open."""
        if move.criteria is Strictness.IGNORE:
            return []
        owed = [self.policy.criteria[name][0] for name in sorted(spot.owed)] if move.owed else []
        asked = [*self.policy.stages[spot.stage].exit, *self.policy.stages[move.to].entry, *owed]
        return [one for one in asked if _is_seen_while_open(one) and one.holds_at(self.severity)]

    def _stage(self, spot: Spot) -> Stage:
        return self.policy.stage_by_id[spot.stage]


STAYS: frozenset[Fact] = frozenset({Guard.APPROVED, Check.ON_CALL_ASSIGNED})
"""What no later mitigation changes."""


def _with_earlier(facts: Iterable[Fact]) -> frozenset[Fact]:
    shown = frozenset(facts)
    latest = max((n for n, fact in enumerate(STEPS) if fact in shown), default=-1)
    return shown | set(STEPS[: latest + 1])


CONFIRM = "Add confirmed_by, for what the record can't show; or write criteria: warn at the move."
REMOVE = "Take the guard off, or let the move begin where a mitigation may still be proposed."


def _is_seen_while_open(criterion: Criterion) -> bool:
    return criterion.check in WHILE_OPEN and not criterion.confirmed_by


def _no_mitigation(policy: Policy, severity: Severity, sitting: "_Sitting") -> str:
    """Say why no mitigation can begin at a severity; empty where some can."""
    if not policy.of(severity).approval:
        return ""
    why = sitting.none_passes(asked(policy, "mitigation", severity))
    return f"mitigations wait for {why}" if why else ""


# Gates: who may be asked at all, and whether they could pass


class _Sitting:
    """Who may sit in the seats of approvals, as far as anybody knows."""

    def __init__(self, policy: Policy, book: Book) -> None:
        self.policy = policy
        self.book = book

    def none_passes(self, choices: Iterable[Asked]) -> str:
        """Say of approvals of which one holds, by the hour, why none can ever pass; empty where one can."""
        names = [choice.approval for choice in choices]
        whys = [self._never_passes(self.policy.approvals[name]) if name is not None else "" for name in names]
        return whys[0] if all(whys) else ""

    def _never_passes(self, approval: ApprovalPolicy) -> str:
        if approves_itself(approval) or (
            approval.glass is not None and any(self._people(0, seat) for seat in approval.glass.who)
        ):
            return ""
        for step in approval.steps:
            best = [(tier.needs, self._at_best(tier)) for tier in step.tiers]
            if not any(count.passes for _, count in best):
                needs, count = best[0]
                missing = (
                    f"{count.weight} of {needs} yeses at best" if count.missing else "a seat that must say yes is empty"
                )
                return f"“{approval.id}”, which can never pass: {missing}"
        return ""

    def _at_best(self, tier: Tier) -> Count:
        """Count as if everybody who may sit there said yes."""
        places = [
            Place(person, person, number)
            for number, seat in enumerate(tier.seats)
            for person in self._people(number, seat)
        ]
        voters = list(dict.fromkeys(place.person for place in places))
        return Count(tier, fill(tier, places, voters))

    def _people(self, number: int, seat: Seat) -> list[str]:
        """Name who may sit in a seat; where that is not known, as many as it has voices."""
        book = self.book
        enough = [f"seat {number}, {n}" for n in range(seat.voices)]
        match seat.kind:
            case "person":
                return [str(seat.person)]
            case "hat":
                alone = seat.hat is not None and self.policy.hat(seat.hat).exclusive
                return [seat.name] if alone else enough
            case "role" if book.people:
                return [person.id for person in book.people.values() if seat.role in person.roles]
            case "team" if seat.team in book.teams:
                return [name for name in book.teams[seat.team].members if name in book.people]
            case "schedule" if seat.schedule in book.schedules and not book.schedules[seat.schedule].elsewhere:
                return [seat.name]  # rotations put on one at a time
            case "route" if seat.route is not None and seat.route.among in book.teams:
                return [name for name in book.teams[seat.route.among].members if name in book.people][
                    : seat.route.picks
                ]
            case _:
                return enough
