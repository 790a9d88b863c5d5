"""When a time is up that runs only in some hours, and when somebody may be told who is left in peace in others.

These look at zones, so their answers are written into facts and never reckoned again while folding: a zone's rules may
change, and what was due then was due then.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.oncall.hours import covers, spans

AHEAD = timedelta(days=8)
"""A week, so that every weekly time is seen, and a day for clocks that are put back."""
YEAR = timedelta(days=365)
"""Where hours are so rare that a limit needs many weeks of them, a year is looked at in one go."""


def after(start: datetime, seconds: float, hours: Sequence[str] = (), zone: str = "UTC") -> datetime:
    """Return when this many seconds of these hours have passed since `start`; without hours, all seconds count."""
    left = timedelta(seconds=seconds)
    if not hours:
        return start + left
    since, ahead = start, AHEAD
    while True:
        for span in spans(hours, zone, since, since + ahead):
            if span.end - span.start >= left:
                return span.start + left
            left -= span.end - span.start
        since, ahead = since + ahead, min(2 * ahead, YEAR)


def awake(at: datetime, quiet: Sequence[str] = (), zone: str = "UTC") -> datetime:
    """Return the first instant from `at` on that isn't quiet; `at` itself for somebody whose every hour is quiet."""
    if not quiet or not covers(quiet, zone, at):
        return at
    first = spans(quiet, zone, at, at + AHEAD)[0]
    return first.end if first.end < at + AHEAD else at
