"""What events amount to: zones, days, repetitions and their exceptions, and who is meant."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.calendars.calendar import Unreadable
from tests.calendars.files import WEEK, calendar, event, read, shifts

BERLIN_DAY = ("DTSTART;TZID=Europe/Berlin:20261102T090000", "DTEND;TZID=Europe/Berlin:20261103T090000")


def test_a_shift_is_one_event_in_its_zone() -> None:
    reading = read(calendar(event(*BERLIN_DAY)))
    assert shifts(reading) == [("ana", "11-02 08:00", "11-03 08:00")]
    assert reading.shifts[0].start.tzinfo is UTC
    assert reading.shifts[0].because == "Ana"
    assert reading.unknown == ()


def test_whole_days_are_days_of_the_schedules_zone() -> None:
    day = calendar(event("DTSTART;VALUE=DATE:20261103", "DTEND;VALUE=DATE:20261105"))
    assert shifts(read(day, "Asia/Seoul"), "Asia/Seoul") == [("ana", "11-03 00:00", "11-05 00:00")]
    assert shifts(read(day, "America/Chicago")) == [("ana", "11-03 06:00", "11-05 06:00")]


def test_a_day_without_an_end_is_that_day() -> None:
    assert shifts(read(calendar(event("DTSTART;VALUE=DATE:20261103")))) == [("ana", "11-03 00:00", "11-04 00:00")]


def test_a_day_begins_when_the_clocks_let_it() -> None:
    """In Cairo 2026-04-24 begins at 01:00: the clocks skip midnight."""
    between = (datetime(2026, 4, 23, tzinfo=UTC), datetime(2026, 4, 26, tzinfo=UTC))
    reading = read(calendar(event("DTSTART;VALUE=DATE:20260424")), "Africa/Cairo", between)
    assert shifts(reading, "Africa/Cairo") == [("ana", "04-24 01:00", "04-25 00:00")]


def test_times_without_a_zone_are_on_the_schedules_clock() -> None:
    floating = calendar(event("DTSTART:20261103T090000", "DTEND:20261103T170000", "RRULE:FREQ=DAILY;COUNT=2"))
    assert shifts(read(floating, "Asia/Seoul"), "Asia/Seoul") == [
        ("ana", "11-03 09:00", "11-03 17:00"),
        ("ana", "11-04 09:00", "11-04 17:00"),
    ]


def test_a_calendar_that_says_its_zone_is_on_that_clock() -> None:
    floating = [["X-WR-TIMEZONE:Europe/Berlin"], event("DTSTART:20261103T090000", "DTEND:20261103T170000")]
    assert shifts(read(calendar(*floating), "Asia/Seoul")) == [("ana", "11-03 08:00", "11-03 16:00")]


def test_a_zone_by_its_windows_name() -> None:
    zone = "TZID=W. Europe Standard Time"
    reading = read(calendar(event(f"DTSTART;{zone}:20261102T090000", f"DTEND;{zone}:20261102T170000")))
    assert shifts(reading) == [("ana", "11-02 08:00", "11-02 16:00")]


def test_a_zone_behind_a_vendors_prefix() -> None:
    zone = "TZID=/freeassociation.sourceforge.net/Europe/Berlin"
    reading = read(calendar(event(f"DTSTART;{zone}:20261102T090000", f"DTEND;{zone}:20261102T170000")))
    assert shifts(reading) == [("ana", "11-02 08:00", "11-02 16:00")]


def own_zone(offset: str, *more: str) -> list[str]:
    changes = ["BEGIN:STANDARD", "DTSTART:16010101T000000", f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}", *more]
    return ["BEGIN:VTIMEZONE", "TZID:Customized Time Zone", *changes, "END:STANDARD", "END:VTIMEZONE"]


IN_OWN_ZONE = event(
    "DTSTART;TZID=Customized Time Zone:20261102T090000", "DTEND;TZID=Customized Time Zone:20261102T170000"
)


def test_a_calendar_may_define_its_own_zone() -> None:
    assert shifts(read(calendar(own_zone("+0530"), IN_OWN_ZONE))) == [("ana", "11-02 03:30", "11-02 11:30")]
    assert shifts(read(calendar(IN_OWN_ZONE, own_zone("+0530")))) == [("ana", "11-02 03:30", "11-02 11:30")]


def test_two_calendars_may_give_one_name_to_two_zones() -> None:
    assert shifts(read(calendar(own_zone("+0500"), IN_OWN_ZONE))) == [("ana", "11-02 04:00", "11-02 12:00")]
    assert shifts(read(calendar(own_zone("-0700"), IN_OWN_ZONE))) == [("ana", "11-02 16:00", "11-03 00:00")]
    with pytest.raises(Unreadable, match="line 8: there is no time zone “Customized Time Zone”"):
        read(calendar(IN_OWN_ZONE))


def test_a_weekly_rotation_of_two_hands_over_on_the_wall_clock() -> None:
    """Each has every other week, from Monday 09:00 to Monday 09:00; in Berlin winter begins on 2026-10-25."""
    weeks = [
        event(
            f"DTSTART;TZID=Europe/Berlin:{first}T090000",
            f"DTEND;TZID=Europe/Berlin:{last}T090000",
            "RRULE:FREQ=WEEKLY;INTERVAL=2",
            summary=who,
            uid=who,
        )
        for who, first, last in [("Ana", "20261005", "20261012"), ("Ben Okafor", "20261012", "20261019")]
    ]
    between = (datetime(2026, 10, 13, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC))
    reading = read(calendar(*weeks), between=between)
    assert shifts(reading, "Europe/Berlin") == [
        ("ben", "10-12 09:00", "10-19 09:00"),
        ("ana", "10-19 09:00", "10-26 09:00"),
        ("ben", "10-26 09:00", "11-02 09:00"),
        ("ana", "11-02 09:00", "11-09 09:00"),
    ]
    assert reading.shifts[1].end - reading.shifts[1].start == timedelta(days=7, hours=1)


def on_wall(said: str) -> datetime:
    """A time as on some wall, without a zone."""
    return datetime.fromisoformat(said)


SWITCHES = [
    ("America/Chicago", on_wall("2026-03-08"), -60),
    ("America/Chicago", on_wall("2026-11-01"), 60),
    ("Europe/Berlin", on_wall("2026-03-29"), -60),
    ("Europe/Berlin", on_wall("2026-10-25"), 60),
    ("Australia/Lord_Howe", on_wall("2026-10-04"), -30),
    ("Australia/Lord_Howe", on_wall("2026-04-05"), 30),
]
"""Zone, the day on which its clocks change, and by how many minutes that day is longer."""


@pytest.mark.parametrize(("zone", "day", "longer"), SWITCHES)
@pytest.mark.parametrize("ends", ["DTEND", "DURATION"])
def test_nights_and_days_meet_when_the_clocks_change(zone: str, day: datetime, longer: int, ends: str) -> None:
    """Every night from 20:00 to 08:00, every day from 08:00 to 20:00, begun a week before; checked against zoneinfo."""
    first, turns = day - timedelta(days=7), [("Ana", 20), ("Ben Okafor", 8)]
    written = [
        event(
            f"DTSTART;TZID={zone}:{first + timedelta(hours=hour):%Y%m%dT%H%M%S}",
            f"DTEND;TZID={zone}:{first + timedelta(hours=hour + 12):%Y%m%dT%H%M%S}"
            if ends == "DTEND"
            else "DURATION:PT12H",
            "RRULE:FREQ=DAILY",
            summary=who,
            uid=who,
        )
        for who, hour in turns
    ]
    wall = ZoneInfo(zone)
    between = ((day - timedelta(days=2)).replace(tzinfo=wall), (day + timedelta(days=3)).replace(tzinfo=wall))
    reading = read(calendar(*written), between=between)
    handovers = [one.start for one in reading.shifts]
    assert all(one.end == after for one, after in zip(reading.shifts, handovers[1:], strict=False))
    assert {f"{at.astimezone(wall):%H:%M}" for at in handovers} == {"20:00", "08:00"}
    changed = next(one for one in reading.shifts if one.end.astimezone(wall).date() == day.date())
    assert changed.person == "ana"
    assert changed.end - changed.start == timedelta(hours=12, minutes=longer)


def test_a_time_that_the_clocks_skip_is_not_lost() -> None:
    """02:30 does not exist in Chicago on 2026-03-08: read with the offset before, it is 03:30, for its whole hour."""
    skipped = event(
        "DTSTART;TZID=America/Chicago:20260307T023000", "DTEND;TZID=America/Chicago:20260307T033000", "RRULE:FREQ=DAILY"
    )
    between = (datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC))
    reading = read(calendar(skipped), between=between)
    assert shifts(reading, "America/Chicago") == [("ana", "03-08 03:30", "03-08 04:30")]


def test_a_time_that_comes_twice_is_the_first() -> None:
    """01:30 comes twice in Chicago on 2026-11-01; from the first to 03:00 are two hours and a half."""
    twice = event("DTSTART;TZID=America/Chicago:20261101T013000", "DTEND;TZID=America/Chicago:20261101T030000")
    (shift,) = read(calendar(twice), between=(datetime(2026, 11, 1, tzinfo=UTC), WEEK[1])).shifts
    assert (shift.start, shift.end) == (
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 9, 0, tzinfo=UTC),
    )


DAILY = (*BERLIN_DAY, "RRULE:FREQ=DAILY")


def test_a_day_that_is_taken_out_has_nobody() -> None:
    reading = read(calendar(event(*DAILY, "EXDATE;TZID=Europe/Berlin:20261104T090000")))
    begin = [start for _, start, _ in shifts(reading, "Europe/Berlin")]
    assert begin == [f"11-0{day} 09:00" for day in (2, 3, 5, 6, 7, 8)]


def test_a_day_that_is_put_in_counts() -> None:
    reading = read(calendar(event(*BERLIN_DAY, "RDATE;TZID=Europe/Berlin:20261106T120000")))
    assert shifts(reading, "Europe/Berlin")[1] == ("ana", "11-06 12:00", "11-07 12:00")


def test_one_day_may_be_moved_and_given_to_somebody_else() -> None:
    moved = event(
        "RECURRENCE-ID;TZID=Europe/Berlin:20261104T090000",
        "DTSTART;TZID=Europe/Berlin:20261104T120000",
        "DTEND;TZID=Europe/Berlin:20261105T080000",
        summary="Ben Okafor",
    )
    assert shifts(read(calendar(event(*DAILY), moved)), "Europe/Berlin")[1:5] == [
        ("ana", "11-03 09:00", "11-04 09:00"),
        ("ben", "11-04 12:00", "11-05 08:00"),
        ("ana", "11-05 09:00", "11-06 09:00"),
        ("ana", "11-06 09:00", "11-07 09:00"),
    ]


def test_a_day_may_be_moved_into_the_time_that_is_asked_for() -> None:
    moved = event("RECURRENCE-ID:20271220T090000Z", "DTSTART:20261104T090000Z", "DTEND:20261104T120000Z")
    late = event("DTSTART:20271213T090000Z", "DTEND:20271213T170000Z", "RRULE:FREQ=WEEKLY")
    assert shifts(read(calendar(late, moved))) == [("ana", "11-04 09:00", "11-04 12:00")]


def test_what_is_cancelled_has_nobody() -> None:
    assert read(calendar(event(*BERLIN_DAY, "STATUS:CANCELLED"))).shifts == ()
    off = event("RECURRENCE-ID;TZID=Europe/Berlin:20261104T090000", *BERLIN_DAY, "STATUS:CANCELLED")
    assert len(read(calendar(event(*DAILY), off)).shifts) == len(read(calendar(event(*DAILY))).shifts) - 1


def test_a_duration_will_do_for_an_end() -> None:
    assert shifts(read(calendar(event("DTSTART:20261103T090000Z", "DURATION:P1DT2H")))) == [
        ("ana", "11-03 09:00", "11-04 11:00")
    ]


def test_shifts_that_overlap_all_count() -> None:
    both = calendar(event(*BERLIN_DAY), event(*BERLIN_DAY, summary="Ben Okafor", uid="two"))
    assert [who for who, *_ in shifts(read(both))] == ["ana", "ben"]


def test_the_same_shift_written_twice_is_one() -> None:
    assert len(read(calendar(event(*BERLIN_DAY), event(*BERLIN_DAY, uid="two"))).shifts) == 1


def test_a_shift_that_reaches_into_the_time_is_whole_and_one_beside_it_is_left_out() -> None:
    before = event("DTSTART:20261101T000000Z", "DTEND:20261102T000000Z", uid="before")
    into = event("DTSTART:20261101T120000Z", "DTEND:20261102T000001Z", uid="into")
    after = event("DTSTART:20261109T000000Z", "DTEND:20261110T000000Z", uid="after")
    assert shifts(read(calendar(before, into, after))) == [("ana", "11-01 12:00", "11-02 00:00")]


def test_people_are_found_by_summary_in_any_case() -> None:
    assert [who for who, *_ in shifts(read(calendar(event(*BERLIN_DAY, summary="  BEN  okafor "))))] == ["ben"]


def test_people_are_found_by_whoever_attends_unless_they_declined() -> None:
    attend = ("ATTENDEE;CN=Cy:mailto:Cy@local.test", "ATTENDEE;PARTSTAT=DECLINED:MAILTO:dee@local.test")
    reading = read(calendar(event(*BERLIN_DAY, *attend, summary="On call")))
    assert [(one.person, one.because) for one in reading.shifts] == [("cy", "On call")]
    assert reading.unknown == ()


def test_all_who_attend_are_on_shift_and_a_stranger_among_them_is_named() -> None:
    attend = ("ATTENDEE:mailto:cy@local.test", "ATTENDEE:mailto:dee@local.test", "ATTENDEE:mailto:eve@local.test")
    reading = read(calendar(event(*BERLIN_DAY, *attend, summary="On call")))
    assert [one.person for one in reading.shifts] == ["cy", "dee"]
    assert reading.unknown == ("eve@local.test",)


def test_an_address_may_be_written_in_capitals() -> None:
    reading = read(calendar(event(*BERLIN_DAY, "ATTENDEE:MAILTO:CY@LOCAL.TEST", summary="On call")))
    assert [one.person for one in reading.shifts] == ["cy"]


def test_whoever_attends_is_on_shift_rather_than_whoever_organises() -> None:
    both = ("ORGANIZER:mailto:dee@local.test", "ATTENDEE:mailto:cy@local.test")
    assert [one.person for one in read(calendar(event(*BERLIN_DAY, *both, summary="On call"))).shifts] == ["cy"]


def test_people_are_found_by_whoever_organises() -> None:
    reading = read(calendar(event(*BERLIN_DAY, "ORGANIZER:mailto:cy@local.test", summary="On call")))
    assert [one.person for one in reading.shifts] == ["cy"]


def test_whoever_is_not_declared_is_named_and_never_guessed() -> None:
    strangers = [event(*BERLIN_DAY, summary=name, uid=name) for name in ("Anastasia", "An", "Ana Ruiz")]
    reading = read(calendar(*strangers, event(*BERLIN_DAY, "ATTENDEE:mailto:eve@local.test", summary="Eve")))
    assert reading.shifts == ()
    assert reading.unknown == ("Anastasia", "An", "Ana Ruiz", "Eve")
    assert read(calendar(event(*BERLIN_DAY, summary=""))).unknown == ("an entry without a name",)


def test_a_time_without_an_end_is_no_shift_and_is_named() -> None:
    reading = read(calendar(event("DTSTART:20261103T090000Z")))
    assert (reading.shifts, reading.unknown) == ((), ("Ana, which has no end",))


def test_a_stranger_at_another_time_is_nobodys_business() -> None:
    assert read(calendar(event("DTSTART:20261203T090000Z", "DURATION:PT1H", summary="Eve"))).unknown == ()


TIMES = st.datetimes(on_wall("2026-10-20"), on_wall("2026-11-20")).map(lambda at: at.replace(microsecond=0))


@given(
    begins=TIMES,
    hours=st.integers(1, 60),
    every=st.integers(1, 5),
    zone=st.sampled_from(["UTC", *dict.fromkeys(z for z, *_ in SWITCHES)]),
)
@example(begins=on_wall("2026-10-24 02:30"), hours=24, every=1, zone="Europe/Berlin")
def test_a_daily_rule_is_what_counting_days_on_the_wall_gives(
    begins: datetime, hours: int, every: int, zone: str
) -> None:
    wall = ZoneInfo(zone)
    rule = event(
        f"DTSTART;TZID={zone}:{begins:%Y%m%dT%H%M%S}", f"DURATION:PT{hours}H", f"RRULE:FREQ=DAILY;INTERVAL={every}"
    )
    turns = [begins + timedelta(days=every * turn) for turn in range(60)]
    spans = [
        (at.replace(tzinfo=wall).astimezone(UTC), (at + timedelta(hours=hours)).replace(tzinfo=wall).astimezone(UTC))
        for at in turns
    ]
    expected = [(start, end) for start, end in spans if start < WEEK[1] and end > WEEK[0]]
    assert [(one.start, one.end) for one in read(calendar(rule)).shifts] == expected
