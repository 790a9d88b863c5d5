"""The review of an incident: by when its meeting is held, on a clock on some wall."""

import re
from datetime import datetime, time, timedelta
from typing import Annotated

from pydantic import Field

from bot.domain.declared import CLOCK, Shape, Zone
from bot.domain.oncall.wall import instant, shown_at
from bot.domain.runbook import Frozen
from bot.domain.severity import Severity

SATURDAY = 5

Days = Annotated[str, Shape(r"[1-9][0-9]?(d|wd)", "Write days, or working days: 3d, 5wd.")]
"""Days, or working days, which are Monday to Friday."""


class ReviewPolicy(Frozen):
    meeting: dict[Severity, Days]
    """By when it is held, counted from the day on which the review opens; none for a severity: no meeting is held."""
    at: Annotated[str, Shape(CLOCK, "Write a time of day: 14:00.")] = "14:00"
    """When on that day."""
    zone: Zone = "UTC"
    """Whose clock `at` is on."""
    minutes: int = Field(default=30, ge=5, le=240)
    """How long it takes."""

    def meeting_at(self, severity: Severity, opened: datetime) -> datetime | None:
        """Return when the meeting is; None: there is none at this severity."""
        if (said := self.meeting.get(severity)) is None:
            return None
        number, unit = re.findall(r"[0-9]+|[a-z]+", said)
        day = shown_at(opened, self.zone).date()
        for _ in range(int(number)):
            day += timedelta(days=1)
            while unit == "wd" and day.weekday() >= SATURDAY:
                day += timedelta(days=1)
        return instant(datetime.combine(day, time.fromisoformat(self.at)), self.zone)
