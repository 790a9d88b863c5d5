"""Calendars to subscribe to: what is written can be read back, and a shift stays the same entry."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.calendars import events
from bot.calendars.feed import feed
from bot.domain.oncall.schedule import Elsewhere, Schedule, Shift
from tests.harness.clock import NOON, at

PAYMENTS = Schedule(id="payments", title="Payments, first line")
SEARCH = Schedule(id="search", title="Search; all of it")
NAMES = {"ana": "Ana Ruiz", "ben": "Ben"}
ANAS = Shift(person="ana", start=at(0), end=at(3600))


def written(*shifts: tuple[Schedule, Shift], names: dict[str, str] = NAMES, now: datetime = NOON) -> bytes:
    return feed("Payments", shifts, names, now)


def parsed(data: bytes) -> list[dict[str, str]]:
    return [{name: str(value) for name, value in event.items()} for event in Calendar.from_ical(data).walk("VEVENT")]


def uids(data: bytes) -> list[str]:
    return [event["UID"] for event in parsed(data)]


def test_a_shift_is_an_entry_that_says_who_is_on_call_for_what() -> None:
    (entry,) = parsed(written((PAYMENTS, ANAS)))
    assert entry["SUMMARY"] == "Ana Ruiz is on call: Payments, first line"


def test_the_file_is_what_calendars_expect() -> None:
    lines = written((PAYMENTS, ANAS)).decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert {
        *("VERSION:2.0", "PRODID:-//Muster//On call//EN", "NAME:Payments", "X-WR-CALNAME:Payments"),
        *("REFRESH-INTERVAL;VALUE=DURATION:PT15M", "X-PUBLISHED-TTL:PT15M", "DTSTAMP:20261102T120000Z"),
        *("DTSTART:20261102T120000Z", "DTEND:20261102T130000Z", "TRANSP:TRANSPARENT"),
        "SUMMARY:Ana Ruiz is on call: Payments\\, first line",
    } <= set(lines)
    assert lines[-2:] == ["END:VCALENDAR", ""]


def test_a_shift_keeps_its_uid_whenever_it_is_written_and_whatever_stands_beside_it() -> None:
    before = Shift(person="ben", start=at(-3600), end=at(0))
    (alone,) = uids(written((PAYMENTS, ANAS)))
    assert uids(written((PAYMENTS, ANAS), (PAYMENTS, before), now=at(86_400)))[1] == alone
    elsewhere = ANAS.model_copy(update={"start": ANAS.start.astimezone(ZoneInfo("Asia/Seoul"))})
    assert uids(written((PAYMENTS, elsewhere))) == [alone]


def test_a_shift_that_is_cut_short_or_said_otherwise_is_still_the_same() -> None:
    short = ANAS.model_copy(update={"end": at(60), "because": "override"})
    assert uids(written((PAYMENTS, short), names={})) == uids(written((PAYMENTS, ANAS)))


def test_other_shifts_are_other_entries() -> None:
    others = [
        (PAYMENTS, ANAS),
        (SEARCH, ANAS),
        (PAYMENTS, ANAS.model_copy(update={"person": "ben"})),
        (PAYMENTS, ANAS.model_copy(update={"start": at(1)})),
        (PAYMENTS, ANAS.model_copy(update={"end": at(60)})),
    ]
    assert len(set(uids(written(*others)))) == len(others)
    alone = [uid for other in others[:4] for uid in uids(written(other))]
    assert len(set(alone)) == 4


def test_somebody_without_a_name_goes_by_the_key() -> None:
    (entry,) = parsed(written((PAYMENTS, ANAS), names={}))
    assert entry["SUMMARY"].startswith("ana is on call")


def test_nobody_on_shift_is_a_calendar_too() -> None:
    assert parsed(written()) == []


def test_the_stamp_is_in_utc_and_no_control_character_gets_in() -> None:
    """RFC 5545, 3.8.7.2 and 3.3.11: a DTSTAMP is in UTC, and a text holds no control characters."""
    odd = Schedule(id="odd", title="Pay\x00ments\x07,\u2028 all\n of it")
    data = written((odd, ANAS), now=NOON.astimezone(ZoneInfo("Asia/Seoul")))
    assert b"DTSTAMP:20261102T120000Z\r\n" in data
    assert "SUMMARY:Ana Ruiz is on call: Payments\\, all of it\r\n" in data.decode()


def test_no_line_is_longer_than_calendars_take() -> None:
    """RFC 5545, 3.1: 75 octets, and no character is torn."""
    long = Schedule(id="long", title="Zahlungsverkehr für Österreich 🔥 " * 20)
    data = written((long, ANAS))
    assert max(map(len, data.split(b"\r\n"))) <= 75
    (entry,) = parsed(data)
    assert entry["SUMMARY"] == f"Ana Ruiz is on call: {long.title}".strip()


titles = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(str.strip)
moments = st.datetimes(datetime(2026, 10, 1), datetime(2026, 12, 1), timezones=st.just(UTC), allow_imaginary=False).map(  # noqa: DTZ001
    lambda moment: moment.replace(microsecond=0)
)


@st.composite
def planned(draw: st.DrawFn) -> Shift:
    start = draw(moments)
    return Shift(
        person=draw(st.sampled_from(["ana", "ben"])),
        start=start,
        end=start + timedelta(seconds=draw(st.integers(1, 10**6))),
    )


@given(
    shifts=st.lists(planned(), max_size=8, unique_by=lambda one: (one.person, one.start, one.end)),
    title=titles,
    name=titles,
)
def test_what_is_written_reads_back_the_same(shifts: list[Shift], title: str, name: str) -> None:
    schedule = Schedule(id="payments", title=title)
    data = feed(name, [(schedule, shift) for shift in shifts], {"ben": f"Ben {name}"}, NOON)
    called = {
        event["SUMMARY"]: "ana" if event["SUMMARY"].startswith("ana is on call") else "ben" for event in parsed(data)
    }
    elsewhere = Elsewhere(uses="ics", url="http://x.test", people=called)
    reader = Schedule(id="read", title="Read", elsewhere=elsewhere)
    reading = events.read(data, reader, datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC))
    assert reading.unknown == ()
    assert {(one.person, one.start, one.end) for one in reading.shifts} == {
        (one.person, one.start, one.end) for one in shifts
    }
