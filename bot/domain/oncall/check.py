"""Looks the on-call book over for some weeks: gaps, clashes, people out of reach, and who carries how much."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import combinations

from bot.domain.oncall import hours, rota
from bot.domain.oncall.book import Arranged, Book
from bot.domain.oncall.escalation import EscalationPolicy
from bot.domain.oncall.named import named_in, reachable
from bot.domain.oncall.people import Person
from bot.domain.oncall.schedule import Schedule, Shift
from bot.domain.oncall.spans import Span, common, total, union, within, without
from bot.domain.oncall.wall import DAY, in_utc, midnight, shown_at

Holiday = Callable[[str, date], str | None]
"""Names the holiday of a region's day; None where it is none."""

UNFAIR = 1.5
"""Who carries more than so many times the mean of a schedule's people is told (our choice), if it is also more than
one shift above it: in any number of weeks somebody has had one turn more."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Somebody has to be on shift, and nobody is."""

    schedule: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class SameOnTwoTiers:
    """Who has not answered is called again: the later tier reaches nobody new."""

    policy: str
    person: str
    tiers: tuple[int, int]
    """Counted from 1."""
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class OutOfReach:
    """A schedule may put a person on call who has no contact, nor a deputy who has one."""

    person: str


@dataclass(frozen=True, slots=True)
class TwoAtOnce:
    """A person is on shift in two schedules at the same time."""

    person: str
    schedules: tuple[str, str]
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class NotHeard:
    """Another system keeps a schedule, and nothing is known of what it says."""

    schedule: str


@dataclass(frozen=True, slots=True)
class NeverOn:
    """A schedule names a person and in all these weeks has no shift for them."""

    schedule: str
    person: str


@dataclass(frozen=True, slots=True)
class NobodyCalls:
    """No schedule, policy or team names a person, and they are nobody's deputy."""

    person: str


@dataclass(frozen=True, slots=True)
class Unfair:
    """A person carries far more of a schedule than its people do on average."""

    schedule: str
    person: str
    asleep: bool
    """Counted are the hours in which they sleep; else all."""
    carried: timedelta
    mean: timedelta


Finding = Gap | SameOnTwoTiers | OutOfReach | TwoAtOnce | NotHeard | NeverOn | NobodyCalls | Unfair
SERIOUS = (Gap, SameOnTwoTiers, OutOfReach)
"""Findings with which a page may reach nobody."""


@dataclass(frozen=True, slots=True)
class Load:
    """How long a person is on call, by their own clock. Two schedules at once count once."""

    person: str
    shifts: int
    working: timedelta
    """Within their working hours, on no holiday."""
    off: timedelta
    asleep: timedelta
    """Within their quiet hours, where they do not work."""
    holidays: timedelta
    """How much of all that is on holidays."""

    @property
    def total(self) -> timedelta:
        return self.working + self.off + self.asleep


@dataclass(frozen=True, slots=True)
class Report:
    start: datetime
    end: datetime
    findings: tuple[Finding, ...]
    loads: tuple[Load, ...]
    """Of everybody who is on call at all, most first."""

    @property
    def serious(self) -> bool:
        return any(isinstance(finding, SERIOUS) for finding in self.findings)


def check(book: Book, arranged: Arranged, start: datetime, end: datetime, holiday: Holiday) -> Report:
    """Look everything over between two instants. Raises ValueError for times without a zone."""
    asked = Span(in_utc(start), in_utc(end))
    shifts = {id_: rota.shifts(schedule, *asked, arranged) for id_, schedule in book.schedules.items()}
    lives = {person.id: _life(person, asked, holiday) for person in book.people.values()}
    known = [schedule for schedule in book.schedules.values() if is_known(schedule, arranged)]
    findings: tuple[Finding, ...] = (
        *_gaps(known, asked, arranged),
        *_same_on_two_tiers(book, shifts, asked),
        *_out_of_reach(book, shifts),
        *_two_at_once(book, shifts, asked),
        *(NotHeard(schedule.id) for schedule in book.schedules.values() if schedule not in known),
        *_never_on(known, shifts),
        *_nobody_calls(book),
        *_unfair(book, shifts, lives, asked),
    )
    return Report(*asked, findings, _loads(shifts, lives, asked))


def is_known(schedule: Schedule, arranged: Arranged) -> bool:
    """Say whether it can be told who is on call: of a schedule kept elsewhere, once something was heard of it."""
    return schedule.elsewhere is None or schedule.id in arranged.elsewhere


def _gaps(schedules: Iterable[Schedule], asked: Span, arranged: Arranged) -> Iterator[Gap]:
    for schedule in schedules:
        gaps = list(rota.gaps(schedule, *asked, arranged))
        if schedule.needed:
            gaps = common(gaps, hours.spans(schedule.needed, schedule.zone, *asked))
        if gaps:
            yield Gap(schedule.id, tuple(gaps))


Shifts = Mapping[str, tuple[Shift, ...]]
"""By schedule."""


def _same_on_two_tiers(book: Book, shifts: Shifts, asked: Span) -> Iterator[SameOnTwoTiers]:
    for policy in book.escalations.values():
        tiers = list(enumerate(_called(policy, shifts, asked), 1))
        for (one, earlier), (other, later) in combinations(tiers, 2):
            for person in sorted(earlier.keys() & later.keys()):
                if both := common(earlier[person], later[person]):
                    yield SameOnTwoTiers(policy.id, person, (one, other), tuple(both))


def _called(policy: EscalationPolicy, shifts: Shifts, asked: Span) -> Iterator[dict[str, list[Span]]]:
    """Say for each tier who is called when. Teams do not count: of them everybody is called, the silent ones too."""
    for tier in policy.tiers:
        called = dict[str, list[Span]]()
        for target in tier.notify:
            if target.person:
                called[target.person] = [asked]
            for person, spans in _by_person(shifts.get(target.schedule or "", ()), asked).items():
                called[person] = union([*called.get(person, []), *spans])
        yield called


def _by_person(shifts: Iterable[Shift], asked: Span) -> dict[str, list[Span]]:
    """Say when each person is on shift, within what is asked."""
    found = dict[str, list[Span]]()
    for shift in shifts:
        if span := within(Span(shift.start, shift.end), asked):
            found.setdefault(shift.person, []).append(span)
    return {person: union(spans) for person, spans in found.items()}


def _out_of_reach(book: Book, shifts: Shifts) -> Iterator[OutOfReach]:
    people = {person for schedule in book.schedules.values() for person in named_in(schedule)}
    people |= {shift.person for each in shifts.values() for shift in each}
    yield from (OutOfReach(person) for person in sorted(people) if not reachable(book, person))


def _two_at_once(book: Book, shifts: Shifts, asked: Span) -> Iterator[TwoAtOnce]:
    told = {pair for policy in book.escalations.values() for pair in _on_different_tiers(policy)}
    for one, other in combinations(book.schedules, 2):
        if frozenset((one, other)) in told:
            continue
        ours, theirs = _by_person(shifts[one], asked), _by_person(shifts[other], asked)
        for person in sorted(ours.keys() & theirs.keys()):
            if both := common(ours[person], theirs[person]):
                yield TwoAtOnce(person, (one, other), tuple(both))


def _on_different_tiers(policy: EscalationPolicy) -> Iterator[frozenset[str]]:
    """Yield the pairs of schedules whose clashes are told as SameOnTwoTiers."""
    tiers = [[target.schedule for target in tier.notify if target.schedule] for tier in policy.tiers]
    for earlier, later in combinations(tiers, 2):
        yield from (frozenset((one, other)) for one in earlier for other in later)


def _never_on(schedules: Iterable[Schedule], shifts: Shifts) -> Iterator[NeverOn]:
    for schedule in schedules:
        on = {shift.person for shift in shifts[schedule.id]}
        yield from (NeverOn(schedule.id, person) for person in named_in(schedule) if person not in on)


def _nobody_calls(book: Book) -> Iterator[NobodyCalls]:
    called = {person for schedule in book.schedules.values() for person in named_in(schedule)}
    called |= {member for team in book.teams.values() for member in team.members}
    called |= {deputy for person in book.people.values() for deputy in person.deputies}
    for policy in book.escalations.values():
        called |= {target.person for tier in policy.tiers for target in tier.notify if target.person}
    yield from (NobodyCalls(person) for person in book.people if person not in called)


@dataclass(frozen=True, slots=True)
class _Life:
    """When a person works, sleeps and has a holiday; each a union."""

    working: list[Span]
    asleep: list[Span]
    holidays: list[Span]


def _life(person: Person, asked: Span, holiday: Holiday) -> _Life:
    holidays = union(_holidays(person, asked, holiday)) if person.holidays else []
    working = without(hours.spans(person.hours, person.zone, *asked), holidays)
    return _Life(working, without(hours.spans(person.quiet, person.zone, *asked), working), holidays)


def _holidays(person: Person, asked: Span, holiday: Holiday) -> Iterator[Span]:
    day, last = (shown_at(at, person.zone).date() for at in asked)
    while day <= last:
        if holiday(person.holidays, day) and (
            span := within(Span(midnight(day, person.zone), midnight(day + DAY, person.zone)), asked)
        ):
            yield span
        day += DAY


def _loads(shifts: Shifts, lives: Mapping[str, _Life], asked: Span) -> tuple[Load, ...]:
    everything = [shift for each in shifts.values() for shift in each]
    found = (
        _load(person, sum(shift.person == person for shift in everything), spans, lives[person])
        for person, spans in _by_person(everything, asked).items()
        if person in lives
    )
    return tuple(sorted(found, key=lambda load: (-load.total, load.person)))


def _load(person: str, shifts: int, spans: list[Span], life: _Life) -> Load:
    working, asleep = total(common(spans, life.working)), total(common(spans, life.asleep))
    return Load(
        person=person,
        shifts=shifts,
        working=working,
        off=total(spans) - working - asleep,
        asleep=asleep,
        holidays=total(common(spans, life.holidays)),
    )


def _unfair(book: Book, shifts: Shifts, lives: Mapping[str, _Life], asked: Span) -> Iterator[Unfair]:
    for schedule in book.schedules.values():
        ours = [shift for shift in shifts[schedule.id] if shift.person in lives]
        yield from _above_the_mean(schedule, ours, asked, None)
        yield from _above_the_mean(schedule, ours, asked, lives)


def _above_the_mean(
    schedule: Schedule, shifts: Sequence[Shift], asked: Span, lives: Mapping[str, _Life] | None
) -> Iterator[Unfair]:
    """Hold each person's part of a schedule against the mean; with `lives`, of the hours in which they sleep."""
    carried = dict.fromkeys(named_in(schedule), timedelta())
    longest = timedelta()
    for shift in shifts:
        spans = common([Span(shift.start, shift.end)], [asked])
        if lives is not None:
            spans = common(spans, lives[shift.person].asleep)
        carried[shift.person] = carried.get(shift.person, timedelta()) + total(spans)
        longest = max(longest, total(spans))
    if not carried:
        return
    mean = sum(carried.values(), timedelta()) / len(carried)
    for person, much in carried.items():
        if much > UNFAIR * mean and much - mean > longest:
            yield Unfair(schedule.id, person, lives is not None, much, mean)
