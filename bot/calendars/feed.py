"""Shifts as one calendar file (RFC 5545) to subscribe to."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

from bot.domain.oncall.schedule import Schedule, Shift

AGAIN = timedelta(minutes=15)
"""How often subscribers are asked to look again; most look when they like."""


def feed(name: str, shifts: Iterable[tuple[Schedule, Shift]], names: Mapping[str, str], now: datetime) -> bytes:
    """Write the shifts as a calendar called `name`; `names` says how people are called, by their keys.

    The same shift has the same UID each time, so that subscribers keep what they noted beside it. Times are in UTC.
    """
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", "-//Muster//On call//EN")
    calendar.add("name", _plain(name))  # RFC 7986; those who do not know it read the X-
    calendar.add("x-wr-calname", _plain(name))
    calendar.add("refresh-interval", AGAIN, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", f"PT{AGAIN // timedelta(minutes=1)}M")
    seen = Counter[str]()
    for schedule, shift in sorted(shifts, key=_order):
        uid = _uid(schedule, shift)
        seen[uid] += 1
        calendar.add_component(_event(schedule, shift, names, now, f"{uid}-{seen[uid]}@muster"))
    return bytes(calendar.to_ical())


def _event(schedule: Schedule, shift: Shift, names: Mapping[str, str], now: datetime, uid: str) -> Event:
    who = names.get(shift.person, shift.person)
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", now)  # written in UTC
    event.add("dtstart", shift.start.astimezone(UTC))
    event.add("dtend", shift.end.astimezone(UTC))
    event.add("summary", _plain(f"{who} is on call: {schedule.title}"))
    event.add("transp", "TRANSPARENT")  # on call is not busy: people may still be invited
    return event


def _uid(schedule: Schedule, shift: Shift) -> str:
    """Name a shift by what makes it the same one: when it is cut short, it still is."""
    told = f"{schedule.id}/{shift.person}/{shift.start.astimezone(UTC).isoformat()}"
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def _order(planned: tuple[Schedule, Shift]) -> tuple[datetime, datetime, str, str]:
    schedule, shift = planned
    return shift.start, shift.end, schedule.id, shift.person


def _plain(text: str) -> str:
    """Leave out what a calendar file can't hold: line breaks and control characters."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
