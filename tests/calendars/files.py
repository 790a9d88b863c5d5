"""Calendar files as other systems write them, and what Muster makes of them."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.calendars import events
from bot.calendars.calendar import Reading
from bot.domain.oncall.schedule import Elsewhere, Schedule

PEOPLE = {"Ana": "ana", "Ben Okafor": "ben", "cy@local.test": "cy", "dee@local.test": "dee"}
WEEK = (datetime(2026, 11, 2, tzinfo=ZoneInfo("UTC")), datetime(2026, 11, 9, tzinfo=ZoneInfo("UTC")))
"""From Monday to Monday."""


def schedule(zone: str = "UTC", **elsewhere: Any) -> Schedule:
    declared = Elsewhere.model_validate({"uses": "ics", "url": "http://calendar.test", "people": PEOPLE, **elsewhere})
    return Schedule(id="payments", title="Payments, first line", zone=zone, elsewhere=declared)


def event(*lines: str, summary: str = "Ana", uid: str = "one") -> list[str]:
    named = [f"SUMMARY:{summary}"] if summary else []
    return ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z", *named, *lines, "END:VEVENT"]


def calendar(*events: list[str]) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *(line for one in events for line in one)]
    return "".join(f"{line}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def read(data: bytes, zone: str = "UTC", between: tuple[datetime, datetime] = WEEK) -> Reading:
    return events.read(data, schedule(zone), *between)


def shifts(reading: Reading, zone: str = "UTC") -> list[tuple[str, str, str]]:
    """Write shifts as on a wall: who, from, until."""
    wall = ZoneInfo(zone)
    return [
        (one.person, f"{one.start.astimezone(wall):%m-%d %H:%M}", f"{one.end.astimezone(wall):%m-%d %H:%M}")
        for one in reading.shifts
    ]
