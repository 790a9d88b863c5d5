"""A clock to wind: tests never wait for time, they move it."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
"""When every test begins: a Monday."""


def at(seconds: float) -> datetime:
    """Say a time as seconds after NOON."""
    return NOON + timedelta(seconds=seconds)


class WoundClock:
    """The Clock port. It stands still until somebody winds it."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def wind(self, seconds: float = 0, *, minutes: float = 0) -> datetime:
        """Let time pass; return the new time."""
        self._now += timedelta(seconds=seconds, minutes=minutes)
        return self._now
