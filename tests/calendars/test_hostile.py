"""Calendars that are broken or mean harm: each is told with its line, none is guessed at, none takes long."""

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendars.calendar import Unreadable
from bot.calendars.events import PATIENCE, SHIFTS
from bot.calendars.lines import MOST
from tests.calendars.files import calendar, event, read, shifts

GOOD = calendar(event("DTSTART:20261103T090000Z", "DTEND:20261103T170000Z"))
TIMES = ("DTSTART:20261103T090000Z", "DTEND:20261103T170000Z")


def zone(*rules: str) -> list[str]:
    change = ["BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200"]
    return ["BEGIN:VTIMEZONE", "TZID:Mine", *change, *rules, "END:STANDARD", "END:VTIMEZONE"]


NESTED = ["BEGIN:VEVENT"] * 500 + ["END:VEVENT"] * 500

BROKEN = {
    "nothing": (b"\r\n", "line 1: the file is empty"),
    "a web page": (b"<!doctype html>\n<title>Sign in</title>", "line 1: a calendar begins with BEGIN:VCALENDAR"),
    "one line without an end": (b"/etc/hostname", "line 1: a calendar begins with BEGIN:VCALENDAR"),
    "an address card": (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "line 1: a calendar begins with BEGIN:VCALENDAR"),
    "cut off in an event": (GOOD[: GOOD.index(b"END:VEVENT")], "line 4: VEVENT begins here and never ends"),
    "cut off in a word": (GOOD[: GOOD.index(b"DTEND") + 3], "line 9: “DTE” is no property"),
    "cut off at the end": (GOOD.removesuffix(b"END:VCALENDAR\r\n"), "line 1: VCALENDAR begins here and never ends"),
    "an end of nothing": (GOOD.replace(b"END:VEVENT", b"END:VTODO"), "END:VTODO ends nothing: VEVENT of line 4"),
    "more after its end": (GOOD + b"DTSTART:1\r\n", "line 12: a calendar begins with BEGIN:VCALENDAR"),
    "in Latin-1": (GOOD.replace(b"Ana", "Ána".encode("latin-1")), "line 7: this is not UTF-8 text"),
    "in UTF-16": (GOOD.decode().encode("utf-16"), "line 1: this is not UTF-8 text"),
    "a line that is torn": (GOOD.replace(b"SUMMARY:Ana", b"SUMMARY:Ana\r\nRuiz"), "line 8: “Ruiz” is no property"),
    "levels without end": (calendar(NESTED), "line 8: there are more than 5 levels of BEGIN"),
    "no beginning": (calendar(event("DTEND:20261103T170000Z")), "line 4: an event has no DTSTART"),
    "a beginning in words": (calendar(event("DTSTART:tomorrow")), "line 8: DTSTART can't be read"),
    "a beginning that is a length": (calendar(event("DTSTART:PT1H")), "line 8: DTSTART"),
    "two beginnings": (calendar(event(TIMES[0], *TIMES)), "line 8: DTSTART must be one day or time"),
    "an end before the beginning": (calendar(event(TIMES[0], "DTEND:20261102T090000Z")), "line 9: DTEND is before"),
    "a day until a time": (
        calendar(event("DTSTART;VALUE=DATE:20261103", TIMES[1])),
        "line 9: DTSTART is a day, and DTEND a time with a zone",
    ),
    "a zone that is none": (
        calendar(event("DTSTART;TZID=Mars/Olympus:20261103T090000")),
        "no time zone “Mars/Olympus”",
    ),
    "a zone that is none, for a day out": (
        calendar(event(*TIMES, "EXDATE;TZID=Mars/Olympus:20261103T090000")),
        "line 10: there is no time zone “Mars/Olympus”",
    ),
    "a calendar's zone that is none": (
        calendar(["X-WR-TIMEZONE:Mars"], event(*TIMES)),
        "can't be read: ZoneInfoNotFound",
    ),
    "a rule in words": (calendar(event(*TIMES, "RRULE:FREQ=SOMETIMES")), "line 10: RRULE can't be read"),
    "a rule without a frequency": (
        calendar(event(*TIMES, "RRULE:COUNT=3")),
        "line 10: a shift can't repeat without FREQ",
    ),
    "a day out in words": (calendar(event(*TIMES, "EXDATE:never")), "line 10: EXDATE can't be read"),
    "a length below nothing": (calendar(event(TIMES[0], "DURATION:-PT1H")), "line 9: DURATION is negative"),
    "a length of ages": (calendar(event(TIMES[0], "DURATION:P9999999D")), "can't be read: OverflowError"),
    "a length in words": (calendar(event(TIMES[0], "DURATION:long")), "line 9: DURATION can't be read"),
    "an end at the end of time": (
        calendar(event("DTSTART;TZID=Pacific/Honolulu:20261101T000000", "DTEND;TZID=Pacific/Honolulu:99991231T230000")),
        "line 9: nobody is on shift in the year 9999",
    ),
}


@pytest.mark.parametrize(("data", "says"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_told_with_its_line_and_a_cure(data: bytes, says: str) -> None:
    with pytest.raises(Unreadable) as told:
        read(data)
    assert says in told.value.why
    assert told.value.cure.endswith(".")


BOMBS = {
    "by the second": ["RRULE:FREQ=SECONDLY"],
    "by the minute": ["RRULE:FREQ=MINUTELY"],
    "every second of every day": [
        "RRULE:FREQ=DAILY"
        + "".join(
            f";{by}={','.join(map(str, range(most)))}"
            for by, most in [("BYHOUR", 24), ("BYMINUTE", 60), ("BYSECOND", 60)]
        )
    ],
    "every minute of every hour": [f"RRULE:FREQ=HOURLY;BYMINUTE={','.join(map(str, range(60)))}"],
    "three times an hour": ["RRULE:FREQ=HOURLY;BYMINUTE=0,20,40"],
    "no step at all": ["RRULE:FREQ=DAILY;INTERVAL=0"],
}


@pytest.mark.parametrize("rule", BOMBS.values(), ids=BOMBS)
def test_a_rule_that_repeats_without_end_is_refused_at_once(rule: list[str]) -> None:
    began = time.monotonic()
    with pytest.raises(
        Unreadable, match=r"line 10: (the rule asks for too many|a shift can't repeat|RRULE can't be read)"
    ):
        read(calendar(event(*TIMES, *rule)))
    assert time.monotonic() - began < 1


def test_a_rule_that_began_in_another_age_is_refused() -> None:
    old = event("DTSTART:19010101T000000Z", "DTEND:19010101T010000Z", "RRULE:FREQ=HOURLY")
    with pytest.raises(Unreadable, match="line 10: the rule asks for too many repetitions"):
        read(calendar(old))


def test_a_zone_that_changes_its_clocks_by_the_second_is_refused() -> None:
    mine = event("DTSTART;TZID=Mine:20261103T090000", "DURATION:PT8H")
    with pytest.raises(Unreadable, match="line 10: the clocks of a zone change by years"):
        read(calendar(zone("RRULE:FREQ=SECONDLY"), mine))
    assert shifts(read(calendar(zone("RRULE:FREQ=YEARLY"), mine))) == [("ana", "11-03 07:00", "11-03 15:00")]


def test_more_repetitions_than_anybody_works_are_refused() -> None:
    hourly = [event(*TIMES, "RRULE:FREQ=HOURLY", uid=str(number)) for number in range(SHIFTS // 100)]
    with pytest.raises(Unreadable, match="repeat more often than can be read"):
        read(calendar(*hourly))


def changes(rule: str, number: int) -> list[str]:
    change = [
        "BEGIN:STANDARD",
        "DTSTART:19700101T000000",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        *[rule] * bool(rule),
    ]
    return ["BEGIN:VTIMEZONE", "TZID:Mine", *[*change, "END:STANDARD"] * number, "END:VTIMEZONE"]


TOO_MANY = {
    "events": lambda many: [event(*TIMES, uid=str(number)) for number in range(many)],
    "lines in one event": lambda many: [event(*TIMES, *(f"ATTENDEE:mailto:{n}@x.test" for n in range(many - 5)))],
    "changes of clocks": lambda many: [changes("", many)],
    "rules for changes of clocks": lambda many: [changes("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", many)],
}


@pytest.mark.parametrize("what", TOO_MANY)
def test_more_than_any_real_calendar_has_is_refused_before_it_is_parsed(what: str) -> None:
    most = MOST[what]
    began = time.monotonic()
    with pytest.raises(Unreadable, match=f"there are more than {most} {what}"):
        read(calendar(*TOO_MANY[what](most + 1)))
    assert time.monotonic() - began < 1


def test_as_much_as_is_allowed_is_read() -> None:
    assert read(calendar(*TOO_MANY["lines in one event"](MOST["lines in one event"]))).shifts
    mine = event("DTSTART;TZID=Mine:20261103T090000", "DURATION:PT8H")
    assert read(calendar(changes("", MOST["changes of clocks"]), mine)).shifts


def test_rules_that_never_fit_end_with_our_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of these takes 0.2 s or more to find that there is no 30th of February until the year 9999."""
    ticks = itertools.count(0.0, PATIENCE / 3)
    monkeypatch.setattr("bot.calendars.events.time.monotonic", lambda: next(ticks))
    never = [event(*TIMES, "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", uid=str(number)) for number in range(50)]
    began = time.perf_counter()
    with pytest.raises(Unreadable, match="repeat more often than can be read"):
        read(calendar(*never))
    assert time.perf_counter() - began < 5


def test_an_empty_calendar_has_nobody_on_shift() -> None:
    assert read(calendar()).shifts == ()


def test_two_calendars_in_one_file_both_count() -> None:
    other = calendar(event(*TIMES, summary="Ben Okafor", uid="two"))
    assert [who for who, *_ in shifts(read(GOOD + other))] == ["ana", "ben"]


def test_a_byte_order_mark_and_plain_line_ends_are_fine() -> None:
    assert read(b"\xef\xbb\xbf" + GOOD.replace(b"\r\n", b"\n")) == read(GOOD)


def test_folded_lines_are_read_whole() -> None:
    assert read(GOOD.replace(b"SUMMARY:Ana", b"SUM\r\n MARY\r\n\t:A\r\n na")) == read(GOOD)


def test_what_does_not_say_when_may_be_broken() -> None:
    assert read(calendar(event(*TIMES, "PRIORITY:high", "GEO:here", "X-ANYTHING;A=1:x"))) == read(GOOD)


PIECES = st.sampled_from(
    [
        *("BEGIN:VEVENT", "END:VEVENT", "BEGIN:VTIMEZONE", "END:VTIMEZONE", "BEGIN:VALARM", "END:VALARM", "BEGIN:"),
        *("DTSTART:20261103T090000Z", "DTSTART;VALUE=DATE:20261103", "DTSTART;TZID=Europe/Berlin:20261103T090000"),
        *("DTEND:20261103T090000", "DTEND;VALUE=DATE:20261103", "DURATION:-PT1H", "DURATION:P1W", "DTSTART:PT1H"),
        *(
            "RRULE:FREQ=DAILY",
            "RRULE:FREQ=WEEKLY;BYDAY=2MO",
            "RRULE:FREQ=MONTHLY;BYSETPOS=1",
            "RRULE:UNTIL=1",
            "RRULE:",
        ),
        *("RRULE:FREQ=DAILY;COUNT=-1", "RRULE:FREQ=DAILY;UNTIL=20261104", "RRULE:FREQ=YEARLY;BYMONTH=99"),
        *(
            "RDATE;VALUE=PERIOD:20261103T090000Z/PT1H",
            "RDATE:",
            "EXDATE:20261103",
            "EXDATE;VALUE=DATE:20261103",
            "EXDATE:",
        ),
        *("RECURRENCE-ID:20261103T090000Z", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261103T090000Z", "RECURRENCE-ID:x"),
        *(
            "STATUS:CANCELLED",
            "SEQUENCE:x",
            "SEQUENCE:2",
            "SUMMARY:",
            "SUMMARY:Ben Okafor",
            "ATTENDEE:",
            "ORGANIZER;CN=x:y",
        ),
        *(
            "UID:one",
            "UID:",
            "X-WR-TIMEZONE:Europe/Berlin",
            "TZID:Mine",
            "CALSCALE:JULIAN",
            "METHOD:REQUEST",
            " folded",
            "",
        ),
    ]
)


@given(
    lines=st.lists(PIECES | st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=12),
    at=st.integers(0, 11),
    cut=st.integers(0, 400),
)
def test_any_calendar_is_read_or_told(lines: list[str], at: int, cut: int) -> None:
    good = GOOD.decode().split("\r\n")
    data = "\r\n".join([*good[:at], *lines, *good[at:]]).encode()
    for given_ in (data, data[:cut]):
        try:
            read(given_)
        except Unreadable as told:
            assert told.cure  # noqa: PT017 - it may also be readable
