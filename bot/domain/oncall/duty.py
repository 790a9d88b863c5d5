"""Who is on duty: a schedule at one instant, a person's next shifts, and what a change means for whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.oncall import rota
from bot.domain.oncall.book import Arranged, Book
from bot.domain.oncall.check import is_known
from bot.domain.oncall.schedule import Schedule, Shift
from bot.domain.oncall.spans import Span, union, within, without

AHEAD = timedelta(weeks=4)
"""How far ahead is looked for whoever comes next, where nobody is on call."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One schedule at one instant."""

    schedule: Schedule
    is_known: bool
    """False for one that is kept elsewhere, and of which nothing was heard yet."""
    on: tuple[Shift, ...] = ()
    then: tuple[Shift, ...] = ()
    """Who follows whoever leaves first; where nobody is on, who is next within four weeks."""


def duty(schedule: Schedule, at: datetime, arranged: Arranged) -> Duty:
    """Find out who is on call at an instant, and who follows."""
    if not is_known(schedule, arranged):
        return Duty(schedule, is_known=False)
    on = rota.on_call(schedule, at, arranged)
    if on:
        return Duty(schedule, True, on, rota.on_call(schedule, min(shift.end for shift in on), arranged))
    later = (shift for shift in rota.shifts(schedule, at, at + AHEAD, arranged) if shift.start > at)
    return Duty(schedule, True, (), tuple(later)[:1])


@dataclass(frozen=True, slots=True)
class Planned:
    """A shift of somebody's in a schedule."""

    schedule: Schedule
    shift: Shift
    relieves: tuple[str, ...] = ()
    """Who was on call until then."""
    relieved_by: tuple[str, ...] = ()
    """Who follows."""


def shifts_of(book: Book, person: str, start: datetime, end: datetime, arranged: Arranged) -> tuple[Planned, ...]:
    """Return a person's shifts that touch a stretch of time, in all schedules, earliest first."""
    found = [
        planned(schedule, shift, arranged)
        for schedule in book.schedules.values()
        for shift in rota.shifts(schedule, start, end, arranged)
        if shift.person == person
    ]
    return tuple(sorted(found, key=lambda it: (it.shift.start, it.shift.end, it.schedule.id)))


def planned(schedule: Schedule, shift: Shift, arranged: Arranged) -> Planned:
    """Put beside a shift who is relieved, and by whom."""
    before = rota.on_call(schedule, shift.start - rota.MOMENT, arranged)
    after = rota.on_call(schedule, shift.end, arranged)
    return Planned(schedule, shift, _others(before, shift), _others(after, shift))


def _others(shifts: Iterable[Shift], shift: Shift) -> tuple[str, ...]:
    return tuple(dict.fromkeys(other.person for other in shifts if other.person != shift.person))


@dataclass(frozen=True, slots=True)
class Changes:
    """Who comes on call and who goes off by something that was arranged, and when."""

    coming: Mapping[str, Sequence[Span]]
    going: Mapping[str, Sequence[Span]]


def changes(schedule: Schedule, span: Span, before: Arranged, after: Arranged) -> Changes:
    """Compare who is on call within a stretch of time, before something was arranged and after."""
    then, now = _staffed(schedule, span, before), _staffed(schedule, span, after)
    return Changes(_more(now, then), _more(then, now))


def _staffed(schedule: Schedule, span: Span, arranged: Arranged) -> dict[str, list[Span]]:
    staffed = dict[str, list[Span]]()
    for shift in rota.shifts(schedule, *span, arranged):
        inside = within(Span(shift.start, shift.end), span)
        if inside is not None:
            staffed.setdefault(shift.person, []).append(inside)
    return staffed


def _more(ones: Mapping[str, Iterable[Span]], others: Mapping[str, Iterable[Span]]) -> dict[str, Sequence[Span]]:
    """Keep what each has in the first that they have not in the second."""
    kept = {person: without(union(spans), union(others.get(person, ()))) for person, spans in ones.items()}
    return {person: spans for person, spans in kept.items() if spans}
