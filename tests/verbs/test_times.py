"""Times as people say them: what is read, on whose clock, over the switches of daylight saving; and what is not."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.oncall.wall import shown_at
from bot.verbs.times import NotATime, read_time

BERLIN, CHICAGO, LORD_HOWE, KOLKATA, SEOUL = (
    "Europe/Berlin",
    "America/Chicago",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Asia/Seoul",
)
MONDAY = datetime(2026, 11, 2, 12, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "zone", "read"),
    [
        ("now", BERLIN, "2026-11-02 12:00"),
        ("22:00", "UTC", "2026-11-02 22:00"),
        ("22:00", BERLIN, "2026-11-02 21:00"),
        ("22:00", CHICAGO, "2026-11-03 04:00"),
        ("22:00", KOLKATA, "2026-11-02 16:30"),
        ("22:00", SEOUL, "2026-11-02 13:00"),
        ("20:00", SEOUL, "2026-11-03 11:00"),
        ("9:05", "UTC", "2026-11-03 09:05"),
        ("12:00", "UTC", "2026-11-03 12:00"),
        ("today 09:00", "UTC", "2026-11-02 09:00"),
        ("Tomorrow 09:00", BERLIN, "2026-11-03 08:00"),
        ("tomorrow 01:00", SEOUL, "2026-11-02 16:00"),
        ("saturday 22:00", BERLIN, "2026-11-07 21:00"),
        ("sat 22:00", LORD_HOWE, "2026-11-07 11:00"),
        ("Monday, 09:00", "UTC", "2026-11-09 09:00"),
        ("monday 13:00", "UTC", "2026-11-02 13:00"),
        ("mon 12:00", "UTC", "2026-11-09 12:00"),
        ("2026-12-24 18:00", BERLIN, "2026-12-24 17:00"),
        ("2026-12-24T18:00", BERLIN, "2026-12-24 17:00"),
        ("2026-07-24 18:00", BERLIN, "2026-07-24 16:00"),
        ("  2026-12-24   18:00 ", KOLKATA, "2026-12-24 12:30"),
    ],
)
def test_a_time_is_read_on_the_clock_of_whoever_says_it(words: str, zone: str, read: str) -> None:
    assert read_time(words, zone, MONDAY) == utc(read)


@pytest.mark.parametrize(
    ("words", "zone", "now", "read"),
    [
        ("2026-03-29 02:30", BERLIN, "2026-03-28 12:00", "2026-03-29 01:00"),
        ("02:30", BERLIN, "2026-03-28 12:00", "2026-03-29 01:00"),
        ("sunday 02:30", BERLIN, "2026-03-28 12:00", "2026-03-29 01:00"),
        ("2026-10-25 02:30", BERLIN, "2026-10-24 12:00", "2026-10-25 00:30"),
        ("02:30", BERLIN, "2026-10-25 00:45", "2026-10-26 01:30"),
        ("03:30", BERLIN, "2026-10-25 00:45", "2026-10-25 02:30"),
        ("2026-10-04 02:15", LORD_HOWE, "2026-10-01 00:00", "2026-10-03 15:30"),
        ("2026-04-05 01:45", LORD_HOWE, "2026-04-01 00:00", "2026-04-04 14:45"),
        ("tomorrow 02:30", CHICAGO, "2026-03-07 12:00", "2026-03-08 08:00"),
        ("tomorrow 01:30", CHICAGO, "2026-10-31 12:00", "2026-11-01 06:30"),
    ],
)
def test_a_time_that_is_skipped_is_the_jump_and_one_shown_twice_the_first(
    words: str, zone: str, now: str, read: str
) -> None:
    assert read_time(words, zone, utc(now)) == utc(read)


def test_until_counts_from_where_it_begins() -> None:
    saturday = read_time("saturday 22:00", "UTC", MONDAY)
    assert read_time("08:00", "UTC", MONDAY, saturday) == utc("2026-11-08 08:00")
    assert read_time("saturday 08:00", "UTC", MONDAY, saturday) == utc("2026-11-14 08:00")
    assert read_time("today 23:00", "UTC", MONDAY, saturday) == utc("2026-11-02 23:00")


@pytest.mark.parametrize(
    "words",
    [
        "", "later", "22", "22.00", "24:00", "22:60", "10pm", "22:00 saturday", "next saturday 22:00", "s 22:00",
        "satur 22:00", "2026-02-30 10:00", "0001-01-01 10:00", "9999-12-31 23:59", "24.12.2026 18:00", "-1:00",
        "22:00:00", "22:00 Z", "monday tuesday 22:00", "1\uff12:00",
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_said_with_examples(words: str) -> None:
    with pytest.raises(NotATime, match="Write `22:00`, `saturday 22:00`") as said:
        read_time(words, BERLIN, MONDAY)
    assert f"“{words}”" in str(said.value)


@pytest.mark.parametrize("words", ["saturday", "2026-12-24", "sat"])
def test_a_day_needs_its_time(words: str) -> None:
    with pytest.raises(NotATime, match="a day without a time"):
        read_time(words, BERLIN, MONDAY)


@given(
    st.integers(0, 700 * 24 * 60),
    st.sampled_from([BERLIN, CHICAGO, LORD_HOWE, KOLKATA, SEOUL]),
    st.integers(0, 23),
    st.integers(0, 59),
)
def test_a_bare_time_is_the_next_moment_at_which_the_clock_shows_it_within_a_day_and_an_hour(
    later: int, zone: str, hour: int, minute: int
) -> None:
    start = MONDAY + timedelta(minutes=later)
    read = read_time(f"{hour}:{minute:02}", zone, start)
    assert start < read <= start + timedelta(hours=25)
    shown = shown_at(read, zone)
    asked = shown.replace(hour=hour, minute=minute, second=0, microsecond=0)
    assert shown == asked or timedelta(0) < shown - asked <= timedelta(hours=1), "else it is skipped: the jump"
