"""What a calendar file's events amount to between two times: repeated, moved, cancelled, each on its own clock.

Clocks: a time with a zone is on that zone's; one without is on the calendar's own (X-WR-TIMEZONE) or else on the
schedule's; a whole day runs from midnight to midnight on the schedule's. Repetitions keep the time on the wall, and so
do their ends: a shift from 20:00 to 08:00 is one hour shorter or longer when the clocks change, and leaves no gap to
the next. A time that the clocks skip is read with the offset before, one that comes twice is the first (RFC 5545,
3.3.5).
"""

import re
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import partial
from itertools import islice
from typing import Any, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events  # type: ignore[import-untyped]
from icalendar.timezone import tzp

from bot.calendars.calendar import Found, Reading, Unreadable
from bot.calendars.lines import CURE, Lines, checked
from bot.domain.oncall.schedule import Schedule

SHIFTS = 2_000
"""Repetitions between the two times, of all events together."""

A_DAY = 48
"""Repetitions a day that a rule may ask for."""

STEPS = 100_000
"""Steps from an event's first time to the last time asked for: 11 years by the hour, 270 by the day."""

YEARS = range(1900, 2200)
"""Within these, arithmetic on times can't leave the calendar."""

PATIENCE = 10
"""Seconds for all repetitions together. One rule that never fits took 6 s at most (measured), so 16 s is the end."""

TIMES = ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE")
READ = (*TIMES, "DURATION", "RRULE")
"""The properties that say when. One of them that can't be read makes the calendar unreadable."""

SECONDS = {"HOURLY": 3600, "DAILY": 86_400, "WEEKLY": 604_800, "MONTHLY": 2_592_000, "YEARLY": 31_536_000}

MARGIN = timedelta(days=2)
"""Whole days and times without a zone may lie this far from where they seem to be."""

T = TypeVar("T")
Component: TypeAlias = Any
"""A part of a calendar: its properties come in many types, and those that are asked for are checked in `_check`."""


def read(data: bytes, schedule: Schedule, start: datetime, end: datetime) -> Reading:
    """Read who is on shift between two times. Raises Unreadable with the line, where it is known."""
    elsewhere = schedule.elsewhere
    assert elsewhere is not None
    lines = checked(data)
    calendars = _parsed(data)
    events = (event for calendar in calendars for event in calendar.walk("VEVENT"))
    for event, where in zip(events, lines, strict=True):
        _check(event, where, end)
    found, zone = Found(elsewhere, start, end), ZoneInfo(schedule.zone)
    for occurrence in _expanded(calendars, start - MARGIN, end + MARGIN):
        _take(occurrence, zone, found)
    return found.reading()


def _parsed(data: bytes) -> list[Component]:
    tzp.use_default()  # forgets the zones of the calendar before: two calendars may give two zones the same name
    return _guarded(lambda: icalendar.Calendar.from_ical(data, multiple=True))


def _check(event: Component, where: Lines, end: datetime) -> None:
    """Refuse what the libraries would read in their own way, or in more time than there is."""
    for name, why in event.errors:
        if name is None or name in READ:
            raise _at(where.of(name or ""), f"{name or 'a property'} can't be read: {str(why)[:100]}")
    for name in TIMES:
        for value in _listed(event.get(name)):
            if "TZID" in value.params and any(_kind(at) == "a time without a zone" for at in _moments(value)):
                raise _at(where.of(name), f"there is no time zone “{value.params['TZID'][:60]}”")
    begins, ends = _moment(event, "DTSTART", where), _moment(event, "DTEND", where)
    if begins is None:
        raise _at(where.first, "an event has no DTSTART")
    if ends is not None and _kind(begins) != _kind(ends):
        raise _at(where.of("DTEND"), f"DTSTART is {_kind(begins)}, and DTEND {_kind(ends)}")
    if ends is not None and ends < begins:
        raise _at(where.of("DTEND"), "DTEND is before DTSTART")
    for name, at in (("DTSTART", begins), ("DTEND", ends)):
        if at is not None and at.year not in YEARS:
            raise _at(where.of(name), f"nobody is on shift in the year {at.year}")
    if any(length.dt < timedelta(0) for length in _listed(event.get("DURATION"))):
        raise _at(where.of("DURATION"), "DURATION is negative")
    for rule in _listed(event.get("RRULE")):
        _check_rule(rule, begins, end, where)


def _check_rule(rule: Any, begins: date, end: datetime, where: Lines) -> None:
    frequency, interval = str(rule.get("FREQ", [""])[0]), int(rule.get("INTERVAL", [1])[0])
    if frequency not in SECONDS:
        raise _at(where.of("RRULE"), f"a shift can't repeat {frequency or 'without FREQ'}")
    a_day = 24 if frequency == "HOURLY" else len(rule.get("BYHOUR", [0]))
    a_day *= len(rule.get("BYMINUTE", [0])) * len(rule.get("BYSECOND", [0]))
    steps = (end.toordinal() - begins.toordinal()) * 86_400 / SECONDS[frequency]
    if interval < 1 or a_day > A_DAY or steps / interval > STEPS:
        raise _at(where.of("RRULE"), "the rule asks for too many repetitions")


def _expanded(calendars: Iterable[Component], start: datetime, end: datetime) -> Iterator[Component]:
    """Yield every event as often as it happens, as a copy with its own times."""
    many, until = 0, time.monotonic() + PATIENCE
    for calendar in calendars:
        for series in _guarded(partial(_series, calendar)):
            happens = _guarded(partial(_happens, series, start, end))
            many += len(happens)
            if many > SHIFTS or time.monotonic() > until:
                raise Unreadable("The calendar's events repeat more often than can be read.", CURE)
            yield from happens


def _series(calendar: Component) -> Any:
    return recurring_ical_events.of(calendar).series


def _happens(series: Any, start: datetime, end: datetime) -> list[Component]:
    occurrences = islice(series.between(start, end), SHIFTS + 1)
    return [occurrence.as_component(keep_recurrence_attributes=False) for occurrence in occurrences]


def _take(event: Component, zone: tzinfo, found: Found) -> None:
    if str(_first(event, "STATUS")).upper() == "CANCELLED":
        return
    first, last = event["DTSTART"].dt, event["DTEND"].dt
    begins, ends = _on(zone, first), _on(zone, last)
    if last > first and ends <= begins:
        ends = begins + (last - first)  # it lies where the clocks skip an hour
    if not found.overlaps(begins, ends):
        return
    summary = " ".join(str(_first(event, "SUMMARY")).split())
    if ends == begins:
        found.nobody(f"{summary[:60] or 'An event'}, which has no end")
        return
    for called in _called(event, summary, found):
        if person := found.who((called,)):
            found.on_shift(person, begins, ends, summary[:100])
        else:
            found.nobody(called)


def _called(event: Component, summary: str, found: Found) -> list[str]:
    """Say who is on shift, as the event puts it: its summary, or those who attend, or else whoever organises it."""
    if found.who((summary,)):
        return [summary]
    attend = [_address(who) for who in _listed(event.get("ATTENDEE")) if who.params.get("PARTSTAT") != "DECLINED"]
    organise = [_address(who) for who in _listed(event.get("ORGANIZER"))]
    return next((called for called in (attend, organise) if found.who(called)), [summary])


def _address(who: Any) -> str:
    return re.sub("^mailto:", "", str(who), flags=re.IGNORECASE)


def _on(zone: tzinfo, at: date) -> datetime:
    """Make one moment of a day, a time without a zone or one with it."""
    if not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day, tzinfo=zone)
    elif at.tzinfo is None:
        at = at.replace(tzinfo=zone)
    return at.astimezone(UTC)


def _moment(event: Component, name: str, where: Lines) -> Any:
    """Return the one day or time of this name, or None. Two times of one kind compare; what else it is we don't ask."""
    values = _listed(event.get(name))
    if not values:
        return None
    if len(values) > 1 or not isinstance(values[0].dt, date):
        raise _at(where.of(name), f"{name} must be one day or time")
    return values[0].dt


def _moments(value: Any) -> list[Any]:
    """List the times in a property: each a day, a time, or where a period begins."""
    times = [one.dt for one in value.dts] if hasattr(value, "dts") else [value.dt]
    return [at[0] if isinstance(at, tuple) else at for at in times]


def _kind(at: Any) -> str:
    if not isinstance(at, datetime):
        return "a day"
    return "a time without a zone" if at.tzinfo is None else "a time with a zone"


def _listed(value: Any) -> list[Any]:
    """A property that stands once comes alone, one that stands twice in a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _first(event: Component, name: str) -> Any:
    return next(iter(_listed(event.get(name))), "")


def _guarded(work: Callable[[], T]) -> T:
    """Run the libraries on a stranger's calendar. What it can break in them cannot be listed; all of it is told."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return work()
    except Exception as error:
        raise _unreadable(f"{type(error).__name__}, {' '.join(str(error).split())[:100]}") from error


def _at(line: int, what: str) -> Unreadable:
    return Unreadable(f"The calendar can't be read, line {line}: {what}.", CURE)


def _unreadable(what: str) -> Unreadable:
    return Unreadable(f"The calendar can't be read: {what}.", "Export the calendar again.")
