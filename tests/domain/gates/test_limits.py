"""Times that run in some hours only: held against a watcher who counts minute by minute."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.gates.limits import after, awake
from bot.domain.oncall.hours import covers

HOURS = st.sampled_from(
    (("mon-fri 09:00-17:00",), ("mon-sun 22:00-07:00",), ("sat 00:00-24:00",), ("mon 01:30-03:30", "sun 01:00-04:00"))
)
ZONES = st.sampled_from(("Europe/Berlin", "America/Chicago", "Asia/Kolkata", "UTC"))
MINUTE = timedelta(minutes=1)
STARTS = st.integers(0, 400 * 24 * 60).map(lambda minutes: datetime(2026, 3, 1, tzinfo=UTC) + minutes * MINUTE)


@given(start=STARTS, minutes=st.integers(1, 600), hours=HOURS, zone=ZONES)
def test_a_limit_runs_in_its_hours_only(start: datetime, minutes: int, hours: tuple[str, ...], zone: str) -> None:
    end, counted = start, 0
    while counted < minutes:
        counted += covers(hours, zone, end)
        end += MINUTE
    assert after(start, minutes * 60, hours, zone) == end


@given(start=STARTS, quiet=HOURS, zone=ZONES)
def test_whoever_sleeps_is_told_when_they_wake(start: datetime, quiet: tuple[str, ...], zone: str) -> None:
    told = awake(start, quiet, zone)
    assert not covers(quiet, zone, told)
    assert told == start or all(covers(quiet, zone, start + n * MINUTE) for n in range(int((told - start) / MINUTE)))


def test_without_hours_all_time_counts_and_who_is_never_awake_is_told_at_once() -> None:
    start = datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert after(start, 90) == start + timedelta(seconds=90)
    assert awake(start, ("mon-sun 00:00-24:00",), "UTC") == start
