"""The weekly digest: when it is due, by a clock on some wall, and which week it is about."""

from datetime import datetime, time, timedelta

from bot.domain.declared import WeeklyTime, Zone
from bot.domain.oncall.hours import DAYS
from bot.domain.oncall.wall import instant, shown_at
from bot.domain.runbook import Frozen


class DigestPolicy(Frozen):
    at: WeeklyTime
    """When it is told, each week."""
    zone: Zone = "UTC"
    """Whose clock `at` is on."""

    def last_due(self, now: datetime) -> datetime:
        """Return when the latest digest was due."""
        return self._due(now, 0)

    def span(self, due: datetime) -> tuple[datetime, datetime]:
        """Return the week that a digest is about: from when the one before it was due, so that none is left out."""
        return self.last_due(due - timedelta(seconds=1)), due

    def _due(self, now: datetime, weeks_ago: int) -> datetime:
        day, clock = self.at.split()
        today = shown_at(now, self.zone).date()
        wall = datetime.combine(today, time.fromisoformat(clock))
        wall -= timedelta(days=(today.weekday() - DAYS.index(day)) % 7, weeks=weeks_ago)
        due = instant(wall, self.zone)
        return due if due <= now else self._due(now, weeks_ago + 1)
