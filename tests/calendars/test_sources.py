"""Schedules kept elsewhere, over HTTP: what is asked, what is made of the answer, what is said when there is none."""

import json
import socket
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import bot.calendars
from bot.calendars import Passing, Reading, Unreadable, read, web
from bot.calendars.calendar import moment
from bot.domain.oncall.schedule import Schedule
from tests.calendars.files import WEEK, calendar, event, schedule, shifts
from tests.calendars.vendors import SECRET, Vendors, entry, period

SECRETS = {"THE_KEY": SECRET}
SEOUL = ZoneInfo("Asia/Seoul")
ONE = calendar(event("DTSTART:20261103T090000Z", "DTEND:20261103T170000Z"))
OTHER = calendar(event("DTSTART:20261103T090000Z", "DTEND:20261103T170000Z", summary="Ben Okafor"))


def ics(vendors: Vendors, path: str = f"/{SECRET}/basic.ics", **more: Any) -> Schedule:
    return schedule(url=vendors.url + path, **more)


def pagerduty(vendors: Vendors, **more: Any) -> Schedule:
    people = {"PANA": "ana", "Ben Okafor": "ben", "cy@local.test": "cy"}
    declared: dict[str, Any] = {
        "uses": "pagerduty",
        "url": vendors.url,
        "schedule": "PSCHED1",
        "key": "THE_KEY",
        "people": people,
    }
    return schedule(**declared | more)


def opsgenie(vendors: Vendors, **more: Any) -> Schedule:
    declared: dict[str, Any] = {"uses": "opsgenie", "url": vendors.url, "schedule": "d875alp4-9b4e", "key": "THE_KEY"}
    return schedule(**declared | more)


KINDS: dict[str, Callable[..., Schedule]] = {"ics": ics, "pagerduty": pagerduty, "opsgenie": opsgenie}


def reading(declared: Schedule, secrets: Mapping[str, str] = SECRETS) -> Reading:
    return read(declared, *WEEK, secrets)


def complaint(declared: Schedule, secrets: Mapping[str, str] = SECRETS) -> str:
    """What is said when it can't be read; no secret is ever in it, nor in what lies behind it in the log."""
    with pytest.raises(Unreadable) as told:
        read(declared, *WEEK, secrets)
    error: BaseException | None = told.value
    while error is not None:
        assert SECRET not in f"{error!r} {error}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return str(told.value)


# Calendar files


def test_a_calendar_is_fetched_and_read(vendors: Vendors) -> None:
    vendors.calendar = ONE
    assert shifts(reading(ics(vendors))) == [("ana", "11-03 09:00", "11-03 17:00")]


def test_the_address_may_be_a_secret_in_the_environment(vendors: Vendors) -> None:
    vendors.calendar = ONE
    secret = schedule(url="", key="PAYMENTS_CALENDAR")
    assert reading(secret, {"PAYMENTS_CALENDAR": f"{vendors.url}/{SECRET}/basic.ics\n"}).shifts
    assert complaint(secret, {}) == "PAYMENTS_CALENDAR is not set. Set PAYMENTS_CALENDAR in .env and restart."


def test_a_webcal_address_is_fetched_over_https() -> None:
    """What the server hears first is the beginning of TLS (RFC 8446, 5.1: a record of type 22)."""
    heard = list[bytes]()

    def listen(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            heard.append(connection.recv(1))

    with socket.create_server(("127.0.0.1", 0)) as server:
        listening = Thread(target=listen, args=(server,))
        listening.start()
        with pytest.raises(Passing, match=r"The calendar at 127\.0\.0\.1 can't be reached"):
            read(schedule(url=f"webcal://127.0.0.1:{server.getsockname()[1]}/x.ics"), *WEEK, {})
        listening.join(5)
    assert heard == [b"\x16"]


@pytest.mark.parametrize(
    "address", ["ftp://calendar.test/x", "file:///etc/passwd", "/etc/passwd", "https://", "http://[::", "webcal:x"]
)
def test_only_addresses_of_the_web_are_fetched(address: str) -> None:
    assert complaint(schedule(url="", key="CALENDAR"), {"CALENDAR": address}) == (
        "The calendar's address is none. Let it begin with https://, http:// or webcal://."
    )


def test_an_unchanged_calendar_is_not_sent_again(vendors: Vendors) -> None:
    vendors.calendar, vendors.tag = ONE, '"v1"'
    first = reading(ics(vendors))
    assert reading(ics(vendors)) == first
    assert [asked.status for asked in vendors.asked] == [200, 304]
    vendors.calendar, vendors.tag = OTHER, '"v2"'
    assert [one.person for one in reading(ics(vendors)).shifts] == ["ben"]
    assert [asked.status for asked in vendors.asked] == [200, 304, 200]


def test_only_so_many_calendars_are_remembered(vendors: Vendors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "KEPT", 1)
    vendors.calendar, vendors.tag = ONE, '"v1"'
    for path in (f"/{SECRET}/basic.ics", f"/{SECRET}/basic.ics?second", f"/{SECRET}/basic.ics"):
        reading(ics(vendors, path))
    assert [asked.status for asked in vendors.asked] == [200, 200, 200]


def test_a_calendar_without_an_etag_is_fetched_each_time(vendors: Vendors) -> None:
    vendors.calendar = ONE
    reading(ics(vendors))
    vendors.calendar = OTHER
    assert [one.person for one in reading(ics(vendors)).shifts] == ["ben"]


def test_a_calendar_that_moved_is_followed_but_not_out_of_the_web(vendors: Vendors) -> None:
    vendors.calendar = ONE
    assert reading(ics(vendors, "/moved")).shifts
    assert complaint(ics(vendors, "/astray")) == (
        "The calendar at 127.0.0.1 can't be asked like this. Correct its address and its key."
    )


def test_a_calendar_that_is_gone_is_told_with_a_cure(vendors: Vendors) -> None:
    assert complaint(ics(vendors, f"/{SECRET}/gone.ics")) == (
        "The calendar at 127.0.0.1 answered 404. "
        "Check that the calendar is still shared, and put its secret iCal address into url."
    )


def test_a_calendar_too_large_is_not_read_to_its_end(vendors: Vendors) -> None:
    vendors.calendar = b"x" * (web.LARGEST + 1)
    assert complaint(ics(vendors)).startswith("The calendar at 127.0.0.1 sends more than 5 MB.")


def test_without_the_extra_it_is_said_what_to_install(vendors: Vendors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "recurring_ical_events", None)
    monkeypatch.delitem(sys.modules, "bot.calendars.events", raising=False)
    monkeypatch.delattr(bot.calendars, "events", raising=False)
    assert "Install Muster with its extra: muster[calendars]." in complaint(ics(vendors))


# PagerDuty


def test_pagerduty_knows_people_by_id_name_and_address(vendors: Vendors) -> None:
    vendors.pagerduty = [
        entry("PANA", "2026-11-02T09:00:00Z", "2026-11-03T09:00:00Z", "Ana R."),
        entry("PBEN", "2026-11-03T09:00:00Z", "2026-11-04T09:00:00Z", "Ben Okafor"),
        entry("PCY", "2026-11-04T10:00:00+01:00", "2026-11-05T10:00:00+01:00", "Cy L."),
        entry("PEVE", "2026-11-05T09:00:00Z", "2026-11-06T09:00:00Z", "Eve"),
    ]
    vendors.addresses = {"PCY": "Cy@local.test", "PEVE": "eve@local.test"}
    found = reading(pagerduty(vendors))
    assert shifts(found) == [
        ("ana", "11-02 09:00", "11-03 09:00"),
        ("ben", "11-03 09:00", "11-04 09:00"),
        ("cy", "11-04 09:00", "11-05 09:00"),
    ]
    assert found.unknown == ("Eve",)


def test_pagerduty_is_asked_in_utc_for_the_time_and_for_whole_shifts(vendors: Vendors) -> None:
    vendors.pagerduty = [entry("PANA", "2026-10-26T09:00:00Z", "2026-11-02T09:00:00Z")]
    east = WEEK[0].astimezone(SEOUL)
    assert shifts(read(pagerduty(vendors), east, WEEK[1].astimezone(SEOUL), SECRETS)) == [
        ("ana", "10-26 09:00", "11-02 09:00")
    ]
    (asked,) = vendors.asked
    assert asked.path == "/schedules/PSCHED1"
    assert asked.query == {
        "since": "2026-11-02T00:00:00Z",
        "until": "2026-11-09T00:00:00Z",
        "time_zone": "UTC",
        "overflow": "true",
    }


def test_pagerduty_is_asked_for_addresses_only_where_one_is_declared(vendors: Vendors) -> None:
    vendors.pagerduty = [entry("PEVE", "2026-11-02T09:00:00Z", "2026-11-03T09:00:00Z", "Eve")]
    assert reading(pagerduty(vendors, people={"PANA": "ana"})).unknown == ("Eve",)
    assert [asked.path for asked in vendors.asked] == ["/schedules/PSCHED1"]


# Opsgenie


def test_opsgenies_rotations_all_count_and_empty_turns_do_not(vendors: Vendors) -> None:
    vendors.opsgenie = [
        {
            "id": "r1",
            "name": "Days",
            "periods": [
                period("CY@local.test", "2026-11-02T09:00:00Z", "2026-11-02T21:00:00Z"),
                period(None, "2026-11-02T21:00:00Z", "2026-11-03T09:00:00Z"),
                period("dee@local.test", "2026-11-03T09:00:00Z", "2026-11-03T21:00:00Z", type_="override"),
                period("Payments", "2026-11-04T09:00:00Z", "2026-11-04T21:00:00Z", kind="team"),
            ],
        },
        {"id": "r2", "name": "Nights", "periods": [period("Ana", "2026-11-02T09:00:00Z", "2026-11-02T21:00:00Z")]},
    ]
    found = reading(opsgenie(vendors))
    assert [(one.person, one.because) for one in found.shifts] == [
        ("ana", "default"),
        ("cy", "default"),
        ("dee", "override"),
    ]
    assert found.unknown == ("Payments",)


def test_opsgenie_is_asked_for_all_of_the_time(vendors: Vendors) -> None:
    last = period("Ana", "2026-11-08T23:00:00Z", "2026-11-15T00:00:00Z")
    later = period("Ana", "2026-11-09T00:00:00Z", "2026-11-10T00:00:00Z")
    vendors.opsgenie = [{"id": "r1", "periods": [last, later]}]
    east = WEEK[0].astimezone(SEOUL)
    assert shifts(read(opsgenie(vendors), east, WEEK[1], SECRETS)) == [("ana", "11-08 23:00", "11-15 00:00")]
    assert vendors.asked[0].query == {
        "identifierType": "id",
        "interval": "8",
        "intervalUnit": "days",
        "date": "2026-11-02T00:00:00Z",
    }


# What goes wrong with any of them


@pytest.mark.parametrize("kind", ["pagerduty", "opsgenie"])
def test_a_wrong_key_is_told_by_its_variable(vendors: Vendors, kind: str) -> None:
    told = complaint(KINDS[kind](vendors), {"THE_KEY": f"not-{SECRET[:4]}"})
    assert "answered 401. Put a valid" in told
    assert "into THE_KEY" in told


@pytest.mark.parametrize("kind", ["pagerduty", "opsgenie"])
def test_a_key_that_no_header_can_carry_is_not_repeated(vendors: Vendors, kind: str) -> None:
    for key in (f"{SECRET}\r\nx: y", f"{SECRET}é\u20ac"):
        assert "can't be asked like this. Correct its address and its key." in complaint(
            KINDS[kind](vendors), {"THE_KEY": key}
        )


@pytest.mark.parametrize("kind", ["pagerduty", "opsgenie"])
def test_a_schedule_that_is_not_there_is_told_by_its_id(vendors: Vendors, kind: str) -> None:
    assert "answered 404. Correct schedule: ../../x." in complaint(KINDS[kind](vendors, schedule="../../x"))
    assert vendors.asked[0].path.removesuffix("/timeline").endswith("/schedules/..%2F..%2Fx")


@pytest.mark.parametrize("kind", ["pagerduty", "opsgenie"])
def test_a_key_that_is_not_set_is_asked_for(vendors: Vendors, kind: str) -> None:
    assert complaint(KINDS[kind](vendors), {"THE_KEY": " "}).startswith("THE_KEY is not set.")
    assert vendors.asked == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_what_may_pass_is_told_apart(vendors: Vendors, kind: str, status: int) -> None:
    vendors.trouble = (status, {"Retry-After": "7"}, b"")
    with pytest.raises(Passing, match=f"answered {status}") as told:
        reading(KINDS[kind](vendors))
    assert told.value.seconds == 7
    vendors.trouble = (status, {"Retry-After": "Fri, 31 Dec 2027 23:59:59 GMT"}, b"")
    with pytest.raises(Passing) as told:
        reading(KINDS[kind](vendors))
    assert told.value.seconds is None


@pytest.mark.parametrize("kind", KINDS)
def test_who_is_out_of_reach_may_be_back(vendors: Vendors, kind: str) -> None:
    vendors.url = "http://127.0.0.1:9"
    with pytest.raises(Passing, match="can't be reached"):
        reading(KINDS[kind](vendors))


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_that_is_cut_off_may_be_whole_again(vendors: Vendors, kind: str) -> None:
    vendors.trouble = (200, {"Content-Length": "100"}, ONE[:50])
    with pytest.raises(Passing, match="can't be reached"):
        reading(KINDS[kind](vendors))


def test_a_server_that_dawdles_is_left(vendors: Vendors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "PATIENCE", -1)
    vendors.calendar = ONE
    with pytest.raises(Passing, match="was not done within"):
        reading(ics(vendors))


def test_a_server_that_never_answers_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "TIMEOUT", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(Passing, match="did not answer within"):
            read(schedule(url=f"http://127.0.0.1:{silent.getsockname()[1]}/x.ics"), *WEEK, {})
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [204, 301, 304, 400, 402, 403, 418])
def test_any_other_answer_is_told_and_not_tried_again(vendors: Vendors, kind: str, status: int) -> None:
    vendors.trouble = (status, {}, b"")
    assert complaint(KINDS[kind](vendors))


def both(entries: object, periods: object) -> bytes:
    """What would do for PagerDuty and for Opsgenie, if it were right."""
    final = {"final_schedule": {"rendered_schedule_entries": entries}}
    return json.dumps({"schedule": final, "data": {"finalTimeline": {"rotations": [{"periods": periods}]}}}).encode()


@pytest.mark.parametrize("kind", ["pagerduty", "opsgenie"])
def test_what_they_say_of_another_time_or_of_no_time_is_left_out(vendors: Vendors, kind: str) -> None:
    spans = [("2026-12-01", "2026-12-02"), ("2026-11-04", "2026-11-03"), ("2026-11-03", "2026-11-03")]
    times = [(f"{start}T09:00:00Z", f"{end}T09:00:00Z") for start, end in spans]
    entries = [entry("PANA", *span) for span in times] + [entry("PEVE", *times[0], "Eve")]
    periods = [period("Ana", *span) for span in times] + [period("eve@local.test", *times[0])]
    vendors.trouble = (200, {}, both(entries, periods))
    assert reading(KINDS[kind](vendors)) == Reading((), ())


NO_OFFSET = "2026-11-03T09:00:00"
ODD = [
    *(b"", b"<html>", b"null", b"[]", b"5", b"[" * 100_000, b"\xff"),
    b'{"schedule": null, "data": null}',
    b'{"schedule": {"final_schedule": 5}, "data": {"finalTimeline": []}}',
    both(5, 5),
    both([5], [5]),
    both([{"user": None, "start": 5, "end": ""}], [{"startDate": 5, "endDate": ""}]),
    both(
        [{"user": {"id": "U"}, "start": NO_OFFSET, "end": NO_OFFSET}],
        [{"recipient": {}, "startDate": NO_OFFSET, "endDate": NO_OFFSET}],
    ),
]


@pytest.mark.parametrize("kind", ["pagerduty", "opsgenie"])
@pytest.mark.parametrize("body", ODD, ids=lambda body: body[:40].decode("latin-1"))
def test_an_answer_of_another_shape_is_told(vendors: Vendors, kind: str, body: bytes) -> None:
    vendors.trouble = (200, {}, body)
    assert "answered something else than a schedule" in complaint(KINDS[kind](vendors))


def test_a_time_without_an_offset_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="2026-11-03T09:00:00 has no offset"):
        moment(NO_OFFSET)


def test_a_schedule_of_our_own_is_not_read_elsewhere() -> None:
    assert "is not kept elsewhere" in complaint(Schedule(id="own", title="Own"))


def test_a_time_in_another_zone_is_the_same_time(vendors: Vendors) -> None:
    vendors.calendar = ONE
    start = datetime.fromisoformat("2026-11-03T17:59:59+09:00")
    assert read(ics(vendors), start, start + timedelta(seconds=2), SECRETS).shifts
    assert not read(ics(vendors), start, start + timedelta(seconds=1), SECRETS).shifts
