"""How gates do, measured from their facts: how long they take, how they end, who carries them, what waiting costs."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from statistics import fmean, median

from bot.domain.durations import lasted
from bot.domain.gates import events as e
from bot.domain.gates.count import barred_from
from bot.domain.gates.evolve import evolve
from bot.domain.gates.gate import Call, Chair, Gate, Outcome
from bot.domain.gates.stricter import Ended

RUBBER_STAMP = timedelta(seconds=10)
"""A vote sooner than this after being asked, by somebody who hasn't opened the plan, has not been thought about."""
TOO_STRICT = 0.2
"""With a greater share of overrides, a gate is in the way more than it helps (mission.md, E9)."""
OUT_OF_TIME = {"time", "last-resort"}
"""What closes a gate that nobody has decided."""
DECIDED = {"votes", "override"}
"""What closes a gate that people have decided; breaking the glass is no decision, nor is taking the question back."""
USUAL_FROM = 3
"""Of fewer gates nothing can be called usual."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A vote that came sooner than anybody can read."""

    gate: str
    account: str
    after: timedelta


@dataclass(slots=True)
class Load:
    """What one person carries."""

    asked: int = 0
    voted: int = 0
    late: int = 0
    passed_on: int = 0
    answered: list[float] = field(default_factory=list)
    """Seconds that each answer took."""
    unanswered: list[float] = field(default_factory=list)
    """Seconds that they had for each question whose limit passed without a word of theirs."""
    stamps: int = 0
    """Votes of theirs that came sooner than anybody can read."""

    @property
    def median(self) -> timedelta | None:
        """How soon they answer, half of the time."""
        return timedelta(seconds=median(self.answered)) if self.answered else None


@dataclass(frozen=True, slots=True)
class Measures:
    """Gates of one policy, or of one model, taken together."""

    gates: int
    closed: int
    mean: timedelta | None
    """From opening to outcome; None: none is closed."""
    p95: timedelta | None
    """95 of 100 took no longer."""
    outcomes: Counter[str]
    timeouts: int
    """Ended by time, or by the last resort, though somebody could have decided."""
    stuck: int
    """Ended because nobody could decide: too few may, or can be asked."""
    escalated: int
    """Had more than a first tier asked."""
    overrides: int
    broken_glass: int
    unsigned: int
    """Of these, still owed a countersignature."""
    refused: int
    """Of these, those with which somebody did not agree."""
    votes: int
    stamps: tuple[Stamp, ...]
    cost: float | None
    """What waiting has cost, by the policies' rates; None where none states a rate."""

    @property
    def override_share(self) -> float:
        return self.overrides / self.closed if self.closed else 0.0

    @property
    def is_too_strict(self) -> bool:
        return self.override_share > TOO_STRICT


History = Sequence[e.AnyFact]


def measure(histories: Iterable[History]) -> Measures:
    """Measure some gates. Those still open count, but have no time yet."""
    read = [(_folded(history), history) for history in histories if history]
    gates = [gate for gate, _ in read]
    took = sorted(gate.closed_at - gate.opened_at for gate in gates if gate.closed_at is not None)
    costs = [cost for gate in gates if (cost := cost_of(gate)) is not None]
    return Measures(
        gates=len(gates),
        closed=len(took),
        mean=timedelta(seconds=fmean(span.total_seconds() for span in took)) if took else None,
        p95=took[ceil(0.95 * len(took)) - 1] if took else None,
        outcomes=Counter(gate.outcome.value for gate in gates if gate.outcome is not None),
        timeouts=sum(gate.how in OUT_OF_TIME and not was_stuck(history) for gate, history in read),
        stuck=sum(was_stuck(history) for _, history in read),
        escalated=sum(any(isinstance(it, e.TierCalled) and it.tier > 0 for it in history) for _, history in read),
        overrides=sum(gate.outcome is Outcome.OVERRIDDEN for gate in gates),
        broken_glass=sum(gate.debt is not None for gate in gates),
        unsigned=sum(gate.debt is not None and gate.debt.is_owed for gate in gates),
        refused=sum(gate.debt is not None and gate.debt.agrees is False for gate in gates),
        votes=sum(len(cast(history)) for _, history in read),
        stamps=tuple(stamp for _, history in read for stamp in stamps(history)),
        cost=sum(costs) if costs else None,
    )


def by_policy(histories: Iterable[History]) -> dict[str, Measures]:
    """Measure each policy's gates apart."""
    return _apart(histories, lambda gate: gate.policy.id)


def by_model(histories: Iterable[History]) -> dict[str, Measures]:
    """Measure sequential, parallel, dynamic and mixed gates apart."""
    return _apart(histories, lambda gate: gate.policy.kind)


def _apart(histories: Iterable[History], name: Callable[[Gate], str]) -> dict[str, Measures]:
    groups = dict[str, list[History]]()
    for history in histories:
        if history:
            groups.setdefault(name(_folded(history)), []).append(history)
    return {group: measure(members) for group, members in sorted(groups.items())}


def cost_of(gate: Gate, at: datetime | None = None) -> float | None:
    """Return what waiting for a gate has cost until its outcome, or until `at`; None without either, or a rate."""
    until = gate.closed_at or at
    if until is None or gate.policy.cost_per_hour is None:
        return None
    return (until - gate.opened_at) / timedelta(hours=1) * gate.policy.cost_per_hour


def ended(history: History) -> Ended | None:
    """Keep of a gate what later ones of its policy are judged by; None: it is open, or no gate."""
    gate = _folded(history) if history else None
    if gate is None or gate.closed_at is None:
        return None
    return Ended(
        at=gate.closed_at,
        seconds=(gate.closed_at - gate.opened_at).total_seconds(),
        in_time=gate.how not in OUT_OF_TIME,
        votes=len(cast(history)),
        stamps=len(stamps(history)),
        how="stuck" if was_stuck(history) else gate.how or "",
    )


def usual(ended: Sequence[Ended]) -> str:
    """Say how gates of a policy usually do: `usually decided in 4 min; 2 of 20 ran out of time`; empty: too few."""
    if len(ended) < USUAL_FROM:
        return ""
    took = [one.seconds for one in ended if one.how in DECIDED or (not one.how and one.in_time)]
    late = sum(not one.in_time and one.how != "stuck" for one in ended)
    stuck, broken = (sum(one.how == how for one in ended) for how in ("stuck", "glass"))
    parts = [
        f"usually decided in {lasted(timedelta(seconds=median(took)))}" if took else "never decided so far",
        f"{late} of {len(ended)} ran out of time",
        f"{stuck} of {len(ended)} could be decided by nobody" if stuck else "",
        f"the glass was broken at {broken} of {len(ended)}" if broken else "",
    ]
    return "; ".join(part for part in parts if part)


def was_stuck(history: History) -> bool:
    """Say whether a gate ended because nobody could decide it, whoever still answered; not because time was up."""
    return any(isinstance(one, e.TierStuck) and isinstance(then, e.GateExhausted) for one, then in pairwise(history))


def cast(history: History) -> list[e.VoteCast]:
    """List the votes that were cast. One that was taken back and cast again is one vote: the latest."""
    whole, edition, found = _folded(history), 0, dict[tuple[str, int, int], e.VoteCast]()
    for fact in history:
        match fact:
            case e.SubjectChanged():
                edition += 1
            case e.VoteCast():
                found[whole.person(fact.by), fact.ballot, edition] = fact
            case _:
                pass
    return list(found.values())


def stamps(history: History) -> list[Stamp]:
    """Find votes within 10 s of being asked on that ballot, by people who hadn't opened the plan as it was then."""
    votes = {id(vote) for vote in cast(history)} if history else set()
    found, asked, readers = list[Stamp](), dict[tuple[str, int], datetime](), set[str]()
    gate: Gate | None = None
    for fact in history:
        gate = evolve(gate, fact)
        match fact:
            case e.PeopleAsked() | e.DeputyAsked() | e.PassedOn():
                ballot = _ballot(gate, fact.turn)
                for chair in fact.chairs:
                    asked.setdefault((gate.person(chair.account), ballot), fact.at)
            case e.StepReopened() | e.ContestEnded():
                asked = {one: at for one, at in asked.items() if one[1] <= fact.ballot}  # the others are asked anew
            case e.SubjectChanged():
                asked, readers = {}, set()
            case e.DryRunShown():
                readers = set()  # what they read did not say it yet
            case e.PlanOpened():
                readers.add(gate.person(fact.by))
            case e.VoteCast() if id(fact) in votes:
                person = gate.person(fact.by)
                after = fact.at - asked.get((person, fact.ballot), _called_at(gate, fact.ballot))
                if after < RUBBER_STAMP and person not in readers:
                    found.append(Stamp(gate.id, fact.by, after))
            case _:
                pass
    return found


def _ballot(gate: Gate, turn: int) -> int:
    call = gate.call(turn)
    assert call is not None, "who is asked is asked in a tier that was called"
    return call.ballot


def _called_at(gate: Gate, ballot: int) -> datetime:
    """Return since when anybody could vote, where everybody in the channel may."""
    return min((call.at for call in gate.calls_of(ballot)), default=gate.opened_at)


def loads(histories: Iterable[History]) -> dict[str, Load]:
    """Find what each approver carries: how often they were asked, how often and how soon they answered.

    By person, whichever account they used. Who may not decide, or can't be asked, was not asked; nor was whoever is
    not told, since their tier could not pass. A question that others decided before its limit was not left unanswered.
    """
    found = defaultdict[str, Load](Load)
    for history in histories:
        if not history:
            continue
        person = _folded(history).person
        _add_loads(history, person, found)
        for vote in cast(history):
            found[person(vote.by)].voted += 1
        for stamp in stamps(history):
            found[person(stamp.account)].stamps += 1
    return {person: load for person, load in found.items() if load != Load()}


def _add_loads(history: History, person: Callable[[str], str], found: dict[str, Load]) -> None:
    gate: Gate | None = None
    waiting = dict[tuple[str, int], tuple[datetime, datetime]]()
    """Who was asked on which ballot: since when, and until when."""
    for fact in history:
        gate = evolve(gate, fact)
        match fact:
            case e.PeopleAsked() | e.DeputyAsked() | e.PassedOn():
                call = gate.call(fact.turn)
                assert call is not None
                for one in _really_asked(gate, call, fact.chairs, person):
                    found[one].asked += 1
                    waiting.setdefault((one, call.ballot), (fact.at, call.due))
                if isinstance(fact, e.PassedOn):
                    found[person(fact.by)].passed_on += 1
                    waiting.pop((person(fact.by), call.ballot), None)
            case e.PersonOutOfReach():
                gone = person(fact.account)
                if waiting.pop((gone, _ballot(gate, fact.turn)), None) is not None:
                    found[gone].asked -= 1
            case e.TierStuck():
                ballot = _ballot(gate, fact.turn)
                for one, asked_at in [(one, at) for (one, on), (at, _) in waiting.items() if on == ballot]:
                    del waiting[one, ballot]
                    found[one].asked -= asked_at == fact.at
            case e.VoteCast():
                since, _ = waiting.pop((person(fact.by), fact.ballot), (None, None))
                if since is not None:
                    found[person(fact.by)].answered.append((fact.at - since).total_seconds())
            case e.SubjectChanged():
                waiting = {}
            case e.GateClosed():
                for (silent, _), (since, due) in waiting.items():
                    if due <= fact.at:
                        found[silent].unanswered.append((due - since).total_seconds())
            case e.VoteCameLate():
                found[person(fact.by)].late += 1
            case _:
                pass


def _really_asked(gate: Gate, call: Call, chairs: Iterable[Chair], person: Callable[[str], str]) -> list[str]:
    """Name who of those that were found may decide, and can be asked."""
    barred = {person(one) for one in barred_from(gate, call.ballot)} | {person(author) for author in gate.authors}
    asked = dict.fromkeys(person(chair.account) for chair in chairs if not chair.is_away)
    return [one for one in asked if one not in barred]


def _folded(history: History) -> Gate:
    gate = None
    for fact in history:
        gate = evolve(gate, fact)
    assert gate is not None
    return gate
