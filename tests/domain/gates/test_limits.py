"""Times that run in some hours only: held against a watcher who counts minute by minute."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.gates.limits import after, awake
from bot.domain.oncall.hours import covers
from tests.domain.gates.asking import HOUR, Asking, policy
from tests.harness.clock import NOON
from tests.harness.people import BEN, CY, DEE

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


def test_a_limit_in_hours_so_rare_that_it_takes_years_does_not_come_early() -> None:
    tuesday = datetime(2026, 11, 3, 12, tzinfo=UTC)
    assert after(tuesday, 2 * HOUR, ("mon 09:00-09:01",)) == datetime(2029, 2, 19, 9, 1, tzinfo=UTC), "120 Mondays"


# Nights in which clocks are changed

SWITCHES = {
    "Europe/Berlin": (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    "America/Chicago": (datetime(2026, 3, 8, 8, tzinfo=UTC), datetime(2026, 11, 1, 7, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
}
"""The instants at which clocks change in 2026, as the tz database has them; Lord Howe's by half an hour."""
NIGHTS = [(zone, at) for zone, both in SWITCHES.items() for at in both]
STEP = timedelta(seconds=30)
HALF_DAY = timedelta(hours=12)


@pytest.mark.parametrize(("zone", "switch"), NIGHTS)
def test_the_switches_are_where_the_zone_has_them(zone: str, switch: datetime) -> None:
    before, then = ((switch + step).astimezone(ZoneInfo(zone)).utcoffset() for step in (-STEP, STEP))
    assert before != then


@pytest.mark.parametrize("hours", [("mon-sun 01:30-03:30",), ("mon-sun 22:00-07:00",), ("mon-sun 09:00-17:00",)])
@pytest.mark.parametrize(("zone", "switch"), NIGHTS)
def test_limits_count_real_time_through_the_night_in_which_clocks_change(
    zone: str, switch: datetime, hours: tuple[str, ...]
) -> None:
    """From every ten minutes of the day around the switch, against somebody who looks each half minute."""
    begin = switch - HALF_DAY
    looks = [covers(hours, zone, begin + n * STEP) for n in range(5 * 24 * 120)]
    counted = [0, *accumulate(looks)]
    for minutes in (60, 120):
        wanted = minutes * 2
        for start in range(0, 24 * 120, 20):
            end = next(n for n in range(start, len(counted)) if counted[n] - counted[start] == wanted)
            assert after(begin + start * STEP, minutes * 60, hours, zone) == begin + end * STEP


@pytest.mark.parametrize(("zone", "switch"), NIGHTS)
def test_a_deputy_is_asked_after_an_hour_and_the_next_tier_after_two_whatever_the_clock_on_the_wall_says(
    zone: str, switch: datetime
) -> None:
    asks = policy(kind="sequential", chain=[{"person": "ben"}], second=[{"person": "cy"}], zone=zone)
    opened = (switch - timedelta(minutes=30) - NOON).total_seconds()
    asking = Asking(asks, deputies={BEN: [DEE]}, now=opened)
    asking.ticks(opened + HOUR - 1)
    assert asking.asked == [BEN]
    asking.ticks(opened + HOUR)
    assert asking.asked == [BEN, DEE]
    asking.ticks(opened + 2 * HOUR - 1)
    assert asking.asked == [BEN, DEE]
    asking.ticks(opened + 2 * HOUR)
    assert asking.asked == [BEN, DEE, CY]
