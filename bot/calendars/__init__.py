"""Schedules that other systems keep, one kind per file."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from bot.calendars import ics, opsgenie, pagerduty
from bot.calendars.calendar import Passing, Reading, Unreadable
from bot.domain.oncall.schedule import Schedule

Reader: TypeAlias = Callable[[Schedule, datetime, datetime, Mapping[str, str]], Reading]

ALL: Mapping[str, Reader] = {"ics": ics.read, "pagerduty": pagerduty.read, "opsgenie": opsgenie.read}


def read(schedule: Schedule, start: datetime, end: datetime, secrets: Mapping[str, str]) -> Reading:
    """Read who is on call between two times, where `schedule.elsewhere` says so; `secrets` is the environment.

    Raises Passing (try again; what was read last holds), Unreadable (somebody has to act; what was read last holds).
    """
    if schedule.elsewhere is None:
        raise Unreadable(f"{schedule.id} is not kept elsewhere.", "Declare elsewhere: where it is kept.")
    return ALL[schedule.elsewhere.uses](schedule, start, end, secrets)


__all__ = ["ALL", "Passing", "Reading", "Unreadable", "read"]
