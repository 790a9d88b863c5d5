"""A second opinion on who is on call: somebody sits before a clock on the wall and notes the latest time it has shown.

Deliberately slow and simple, on the standard library's zones: whoever is right is right because of the rule, not
because of the same code. The rule: a time has come when the clock has shown it, or anything later, for the first time.
"""

import bisect
import calendar
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from bot.domain.oncall.schedule import Layer, Override, Schedule

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
LINE = re.compile(r"(\w{3})(?:-(\w{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)")


def ticks(start: datetime, end: datetime, zone: str, seconds: int = 30) -> Iterator[tuple[datetime, datetime]]:
    """Yield each instant with the latest time that the wall has shown by then."""
    watched_since = start - timedelta(hours=30)
    step, at, latest = timedelta(seconds=seconds), watched_since, datetime.min  # noqa: DTZ901 - a wall has no zone
    while at < end:
        latest = max(latest, on_the_wall(at, zone))
        if at >= start:
            yield at, latest
        at += step


def on_the_wall(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def latest_shown(at: datetime, zone: str) -> datetime:
    """Return the latest time that the wall had shown by an instant, looking every minute."""
    return max(on_the_wall(at - timedelta(minutes=n), zone) for n in range(26 * 60))


def switches(zone: str, first: int, last: int) -> list[datetime]:
    """Find the instants at which the clock is changed in these years, by looking at it every half hour."""
    found, at = [], datetime(first, 1, 1, tzinfo=UTC)
    there = ZoneInfo(zone)
    while at.year <= last:
        later = at + timedelta(minutes=30)
        if later.astimezone(there).utcoffset() != at.astimezone(there).utcoffset():
            found.append(later)
        at = later
    return found


class NaiveRota:
    """Knows every hand-over of every layer from the first on, one after the other."""

    def __init__(self, schedule: Schedule, overrides: Sequence[Override], until: datetime) -> None:
        self._layers = [(layer, list(hand_overs(layer, until))) for layer in schedule.layers]
        self._overrides = sorted(overrides, key=lambda override: override.at)

    def who(self, at: datetime, latest: datetime) -> str | None:
        """Say who is on call at an instant by which the wall has shown `latest`."""
        person = None
        for layer, hand_overs in self._layers:
            person = self._of(layer, hand_overs, latest) or person
        for override in self._overrides:
            if override.start <= at < override.end and override.instead_of in {None, person}:
                person = override.person
        return person

    @staticmethod
    def _of(layer: Layer, hand_overs: list[datetime], latest: datetime) -> str | None:
        if layer.ends and latest >= datetime.fromisoformat(layer.ends):
            return None
        if layer.only and not any(lies_in(line, latest) for line in layer.only):
            return None
        done = bisect.bisect_right(hand_overs, latest)
        return layer.people[(done - 1) % len(layer.people)] if done else None


def hand_overs(layer: Layer, until: datetime) -> Iterator[datetime]:
    """Count them off on the wall."""
    starts, k = datetime.fromisoformat(layer.starts), 0
    moment = starts
    while moment <= until:
        yield moment
        k += 1
        match layer.rotation:
            case "hourly":
                moment += timedelta(hours=layer.every)
            case "daily":
                moment += timedelta(days=layer.every)
            case "weekly":
                moment += timedelta(days=7 * layer.every)
            case "custom":
                moment += timedelta(seconds=layer.lengths[(k - 1) % len(layer.lengths)])
            case "monthly":
                year, month = starts.year, starts.month + k * layer.every
                while month > 12:
                    year, month = year + 1, month - 12
                moment = starts.replace(
                    year=year, month=month, day=min(starts.day, calendar.monthrange(year, month)[1])
                )


def lies_in(line: str, wall: datetime) -> bool:
    """Say whether a time on the wall lies in one line of weekly times, begun today or yesterday."""
    days, begin, end = written(line)
    for back in (0, 1):
        minute = back * 24 * 60 + wall.hour * 60 + wall.minute + wall.second / 60
        if (wall.weekday() - back) % 7 in days and begin <= minute < end:
            return True
    return False


@cache
def written(line: str) -> tuple[list[int], int, int]:
    """Read one line: its days, and from which minute of the day until which."""
    found = LINE.fullmatch(line)
    assert found
    first, last, *times = found.groups()
    days = [DAYS.index(first)]
    while last and DAYS[days[-1]] != last:
        days.append((days[-1] + 1) % 7)
    begin, end = int(times[0]) * 60 + int(times[1]), int(times[2]) * 60 + int(times[3])
    return days, begin, end if begin < end else end + 24 * 60
