"""Weekly times as they are declared, `mon-fri 09:00-17:00`, on a zone's clock: is it now, and when is it?"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

from bot.domain.oncall.spans import Span, union, within
from bot.domain.oncall.wall import DAY, in_utc, instant, shown_at

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Window(NamedTuple):
    """One line of weekly times: on these days, from `begins` until `ends` after midnight."""

    days: frozenset[int]
    """0 is Monday, as in Python's weekday()."""
    begins: timedelta
    ends: timedelta
    """Later than `begins`; more than a day where it runs past midnight. It belongs to the day it begins on."""


def covers(weekly: Sequence[str], zone: str, at: datetime) -> bool:
    """Say whether an instant lies within weekly times on a zone's clock.

    Each time begins and ends at the instants that wall.py's rule gives. Raises ValueError for a naive `at`.
    """
    at = in_utc(at)
    return any(span.start <= at < span.end for span in _written_out(weekly, zone, at, at))


def spans(weekly: Sequence[str], zone: str, start: datetime, end: datetime) -> list[Span]:
    """Write weekly times out between two instants: joined where they overlap or adjoin, cut at both ends."""
    bounds = Span(in_utc(start), in_utc(end))
    found = (within(span, bounds) for span in _written_out(weekly, zone, *bounds))
    return union(span for span in found if span)


def _written_out(weekly: Sequence[str], zone: str, start: datetime, end: datetime) -> Iterator[Span]:
    windows = [read(line) for line in weekly]
    # A day more on both sides: what ran past midnight, and a clock that was put back across midnight.
    day, last = shown_at(start, zone).date() - DAY, shown_at(end, zone).date() + DAY
    while day <= last:
        for window in windows:
            if day.weekday() in window.days:
                yield _on(day, window, zone)
        day += DAY


def _on(day: date, window: Window, zone: str) -> Span:
    midnight = datetime.combine(day, time())
    return Span(instant(midnight + window.begins, zone), instant(midnight + window.ends, zone))


@lru_cache(maxsize=1024)
def read(line: str) -> Window:
    """Read `fri-mon 22:00-06:00`: days may run over Sunday, times past midnight, `09:00-09:00` is a whole day."""
    days, _, times = line.partition(" ")
    first, _, last = days.partition("-")
    begin, _, end = times.partition("-")
    begins, ends = _since_midnight(begin), _since_midnight(end)
    return Window(_days(first, last or first), begins, ends if begins < ends else ends + DAY)


def _days(first: str, last: str) -> frozenset[int]:
    begin, end = DAYS.index(first), DAYS.index(last)
    return frozenset((begin + n) % 7 for n in range((end - begin) % 7 + 1))


def _since_midnight(clock: str) -> timedelta:
    hours, minutes = clock.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
