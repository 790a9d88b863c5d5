"""Reading times as people say them: `22:00`, `saturday 22:00`, `tomorrow 09:00`, `2026-12-24 18:00`, `now`.

Strict, and on one clock that is said with the answer. A day needs its time: “until Saturday” could mean its beginning
or its end. A time that the clock skips is the moment of the jump, one that it shows twice is the first time round.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.domain.oncall.wall import instant, shown_at
from bot.verbs.request import House

EXAMPLES = "`22:00`, `saturday 22:00`, `tomorrow 09:00`, or `2026-12-24 18:00`"

SPOKEN = re.compile(r"(?:(?P<day>\S+?)(?:,? |(?<=\d)t))?(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)", re.ASCII)
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
YEARS = range(1970, 3000)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""Or their first three letters."""


class NotATime(Exception):
    """What was said is no time that can be read; the message says what can."""

    def __init__(self, words: str, why: str = "") -> None:
        super().__init__(f"I can't read “{words}” as a time{f': {why}' if why else ''}. Write {EXAMPLES}.")


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock on which somebody's words are read."""

    zone: str
    whose: str

    def shown(self, at: datetime) -> str:
        return f"{shown_at(at, self.zone):%a %Y-%m-%d %H:%M}"

    def __str__(self) -> str:
        return f"{self.whose}, {self.zone}"


def clock_of(person: str, schedule: str | None, house: House) -> Clock:
    """Find the clock of whoever speaks: their own by the on-call book, else the schedule's."""
    known = house.book.by_slack.get(person)
    if known is not None:
        return Clock(known.zone, "your clock")
    schedules = house.book.schedules
    named = schedules.get(schedule or "") or next(iter(schedules.values()), None)
    return Clock(named.zone, "the schedule's clock") if named else Clock("UTC", "UTC")


def read_time(words: str, zone: str, now: datetime, after: datetime | None = None) -> datetime:
    """Read a time on the clock of `zone`: the next one that fits, counted from `after`, or else from now.

    Raises NotATime.
    """
    said = " ".join(words.lower().split())
    if said == "now":
        return now
    found = SPOKEN.fullmatch(said)
    if found is None:
        day_alone = day_of(said, shown_at(now, zone).date()) is not None
        raise NotATime(words, "it is a day without a time" if day_alone else "")
    clock, start = time(int(found["hour"]), int(found["minute"])), after or now
    match found["day"]:
        case None:
            return _next(shown_at(start, zone).date(), clock, zone, start, timedelta(days=1))
        case "today":
            return _at(shown_at(now, zone).date(), clock, zone, words)
        case "tomorrow":
            return _at(shown_at(now, zone).date() + timedelta(days=1), clock, zone, words)
        case day if (first := day_of(day, shown_at(start, zone).date())) is not None:
            if DATE.fullmatch(day):
                return _at(first, clock, zone, words)
            return _next(first, clock, zone, start, timedelta(days=7))
        case _:
            raise NotATime(words)


def day_of(word: str, today: date) -> date | None:
    """Read a date, or the next day of that name, today included; None for anything else."""
    if DATE.fullmatch(word):
        try:
            day = date.fromisoformat(word)
        except ValueError:
            return None
        return day if day.year in YEARS else None
    named = next((number for number, name in enumerate(DAYS) if word in {name[:3], name}), None)
    return None if named is None else today + timedelta(days=(named - today.weekday()) % 7)


def _next(day: date, clock: time, zone: str, start: datetime, step: timedelta) -> datetime:
    at = instant(datetime.combine(day, clock), zone)
    return at if at > start else instant(datetime.combine(day + step, clock), zone)


def _at(day: date, clock: time, zone: str, words: str) -> datetime:
    try:
        return instant(datetime.combine(day, clock), zone)
    except (OverflowError, ValueError):
        raise NotATime(words) from None
