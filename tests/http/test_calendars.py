"""Calendars at secret addresses: who has the address reads, who has not learns nothing, and little is sent twice."""

import hashlib
import hmac
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import ConnectionError as RedisConnectionError

from bot.calendars.feed import feed
from bot.domain.oncall.links import KINDS, Kind, calendar_of, calendar_path, calendar_token
from bot.domain.oncall.schedule import Schedule, Shift
from bot.http.calendars import Calendars
from tests.harness.clock import WoundClock, at
from tests.harness.redis_server import RedisServer
from tests.http.conftest import Caller, caller_on

SECRET = "0123456789abcdef"
PAYMENTS = Schedule(id="payments", title="Payments, first line")


class Shifts:
    """What a wired callable would know: Ana and the team of payments have shifts; the store may be away."""

    def __init__(self) -> None:
        self.clock = WoundClock()
        self.known: dict[tuple[Kind, str], list[Shift]] = {
            ("person", "ana"): [Shift(person="ana", start=at(0), end=at(3600))],
            ("team", "payments"): [Shift(person="ben", start=at(0), end=at(3600))],
        }
        self.trouble: Exception | None = None

    def calendar(self, kind: Kind, name: str) -> bytes | None:
        if self.trouble is not None:
            raise self.trouble
        if (shifts := self.known.get((kind, name))) is None:
            return None
        return feed(name, [(PAYMENTS, shift) for shift in shifts], {"ana": "Ana", "ben": "Ben"}, self.clock.now())


@pytest.fixture
def shifts() -> Shifts:
    return Shifts()


@pytest.fixture
def door(shifts: Shifts, redis_server: RedisServer) -> Caller:
    return caller_on(redis_server.url, calendars=Calendars(SECRET, shifts.calendar))


def test_a_person_and_a_team_have_calendars(door: Caller) -> None:
    person = door.ask("GET", calendar_path(SECRET, "person", "ana"))
    assert (person.status, person.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert "SUMMARY:Ana is on call: Payments" in person.text
    assert "SUMMARY:Ben is on call: Payments" in door.ask("GET", calendar_path(SECRET, "team", "payments")).text


def test_a_persons_address_does_not_open_a_team_of_the_same_name(door: Caller, shifts: Shifts) -> None:
    shifts.known["team", "ana"] = []
    assert "Ana is on call" in door.ask("GET", calendar_path(SECRET, "person", "ana")).text
    assert "Ana is on call" not in door.ask("GET", calendar_path(SECRET, "team", "ana")).text


@pytest.mark.parametrize(
    "path",
    [
        f"/oncall/{'0' * 32}/ana.ics",
        f"/oncall/{calendar_token(SECRET, 'person', 'ana')}/ben.ics",
        f"/oncall/{calendar_token('another secret!!', 'person', 'ana')}/ana.ics",
        f"/oncall/{calendar_token(SECRET, 'person', 'ana').upper()}/ana.ics",
        f"/oncall/{calendar_token(SECRET, 'person', 'ana')[:-1]}/ana.ics",
        calendar_path(SECRET, "person", "ana") + "/",
        calendar_path(SECRET, "person", "ana").removesuffix(".ics"),
        calendar_path(SECRET, "person", "nobody"),
        calendar_path(SECRET, "person", "../ana"),
        "/oncall/",
        "/oncall//ana.ics",
        "/oncall/\u00e9/ana.ics",
    ],
)
def test_without_the_right_address_there_is_nothing(door: Caller, path: str) -> None:
    answer = door.ask("GET", path)
    assert (answer.status, answer.text) == (404, door.ask("GET", "/oncall/x").text)


def test_without_a_secret_it_is_said_what_to_set(shifts: Shifts, redis_server: RedisServer) -> None:
    unset = [caller_on(redis_server.url), caller_on(redis_server.url, calendars=Calendars("", shifts.calendar))]
    for door in unset:
        answer = door.ask(
            "GET", f"/oncall/{hmac.new(b'', b'calendar/person/ana', hashlib.sha256).hexdigest()[:32]}/ana.ics"
        )
        assert answer.status == 404
        assert "set CALENDAR_SECRET" in answer.text


def test_what_has_not_changed_is_not_sent_again(door: Caller, shifts: Shifts) -> None:
    path = calendar_path(SECRET, "person", "ana")
    first = door.ask("GET", path)
    shifts.clock.wind(minutes=20)
    again = door.ask("GET", path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.text, again.headers["etag"]) == (304, "", first.headers["etag"])
    assert door.ask("GET", path, headers={"If-None-Match": f'"other", {first.headers["etag"]}'}).status == 304
    assert door.ask("GET", path, headers={"If-None-Match": '"other"'}).status == 200
    shifts.known["person", "ana"].append(Shift(person="ana", start=at(7200), end=at(9000)))
    later = door.ask("GET", path, headers={"If-None-Match": first.headers["etag"]})
    assert later.status == 200
    assert later.text.count("BEGIN:VEVENT") == 2


def test_head_says_what_get_would_send_and_sends_nothing(door: Caller) -> None:
    path = calendar_path(SECRET, "person", "ana")
    whole, head = door.ask("GET", path), door.ask("HEAD", path)
    assert (head.status, head.headers, head.text) == (200, whole.headers, "")
    assert int(head.headers["content-length"]) == len(whole.text.encode())


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PROPFIND", "OPTIONS"])
def test_a_calendar_is_only_read(door: Caller, method: str) -> None:
    assert door.ask(method, calendar_path(SECRET, "person", "ana")).status == 405


def test_a_store_that_is_away_is_no_error_of_ours(door: Caller, shifts: Shifts) -> None:
    shifts.trouble = RedisConnectionError("connection refused")
    answer = door.ask("GET", calendar_path(SECRET, "person", "ana"))
    assert (answer.status, answer.text) == (503, "The store is out of reach: connection refused\n")


def test_a_fault_of_ours_is_told_with_a_reference(
    door: Caller, shifts: Shifts, caplog: pytest.LogCaptureFixture
) -> None:
    shifts.trouble = KeyError("ana")
    with caplog.at_level(logging.ERROR):
        answer = door.ask("GET", calendar_path(SECRET, "person", "ana"))
    assert answer.status == 503
    assert answer.text.rpartition("Reference ")[2].strip(".\n") in caplog.text


def test_a_token_needs_a_secret() -> None:
    with pytest.raises(ValueError, match="CALENDAR_SECRET"):
        calendar_token("", "person", "ana")


names = st.from_regex(r"[a-z0-9][a-z0-9-]{0,40}", fullmatch=True)
secrets = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(secret=secrets, other=secrets, name=names, another=names, kind=st.sampled_from(KINDS))
def test_a_token_opens_one_calendar_and_no_other(secret: str, other: str, name: str, another: str, kind: Kind) -> None:
    token = calendar_token(secret, kind, name)
    assert calendar_of(secret, token, name) == kind
    assert calendar_of(secret, token, another) == (kind if another == name else None)
    assert calendar_of(other, token, name) == (kind if other == secret else None)
