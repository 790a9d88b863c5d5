"""Wall clocks: which instant it is when a zone's clock shows a time, and what it shows at an instant.

One rule for the switches of daylight saving, for hand-overs, for weekly times, for everything:
a time that is skipped is the instant at which the clock jumps; a time that is shown twice is the first time round.
So a later time on the wall is never an earlier instant, and two times that are skipped together are the same instant.
"""

from datetime import UTC, date, datetime, time, timedelta

from whenever import Instant, PlainDateTime

DAY = timedelta(days=1)


def instant(wall: datetime, zone: str) -> datetime:
    """Return the instant, in UTC, at which the clock of `zone` shows `wall`, a time without a zone.

    Raises ValueError where that is outside of the years 1 to 9999.
    """
    shown = PlainDateTime(wall)
    first = shown.assume_tz(zone, disambiguation="earlier")
    if first.to_plain() == shown:
        return first.to_instant().to_stdlib()
    jump = first.next_transition()  # `shown` is skipped, and whenever goes back by as much as the clock jumps
    assert jump is not None
    return jump.to_instant().to_stdlib()


def shown_at(at: datetime, zone: str) -> datetime:
    """Return what the clock of `zone` shows at an instant: a time without a zone."""
    return Instant(at).to_tz(zone).to_plain().to_stdlib()


def midnight(day: date, zone: str) -> datetime:
    """Return the instant at which a day begins in `zone`."""
    return instant(datetime.combine(day, time()), zone)


def in_utc(at: datetime) -> datetime:
    """Return the same instant in UTC, where times compare and subtract as instants do.

    Raises ValueError for a time that does not say its zone.
    """
    if at.utcoffset() is None:
        raise ValueError(f"{at} has no time zone: it could be any of some forty instants")
    return at.astimezone(UTC)
