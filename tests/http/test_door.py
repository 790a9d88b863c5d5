"""The HTTP door: signatures, shapes and addresses. It says why it refuses, with a reference that the log has too."""

import json
import re
import secrets
from urllib.parse import urlencode

import pytest

from bot.http.app import LARGEST
from tests.harness.redis_server import RedisServer
from tests.harness.signed import JSON, command, interaction, signature
from tests.http.conftest import NOW, Answer, Caller, caller_on
from tests.http.payloads import CLICK, COMMAND, EVENTS, INTERACTIONS, SUBMISSION

BODY = command("help")


def refused(answer: Answer, status: int, caplog: pytest.LogCaptureFixture) -> None:
    assert answer.status == status
    reference = re.search(r"Reference (\w+)\.", answer.text)
    assert reference, answer.text
    assert reference[1] in caplog.text


@pytest.fixture
def fresh() -> bytes:
    """A body that was never sent before."""
    return command(f"help {secrets.token_hex(4)}")


def test_a_signed_request_is_answered(caller: Caller, fresh: bytes) -> None:
    answer = caller.slack(fresh)
    assert answer.status == 200
    assert json.loads(answer.text)["response_type"] == "ephemeral"


def test_the_signature_is_slacks(redis_server: RedisServer) -> None:
    """The example of Slack's page “Verifying requests from Slack”: secret, time, body and signature are theirs."""
    body = (
        "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name="
        "foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2F"
        "hooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id="
        "398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    door = caller_on(redis_server.url, "8f742231b10e8888abcd99yyyzzz85a5", at=1531420618)
    theirs = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    answer = door.slack(body.encode(), at="1531420618", X_Slack_Signature=theirs)
    assert answer.status == 200


@pytest.mark.parametrize(
    "changed",
    [
        {"X_Slack_Signature": "v0=" + "0" * 64},
        {"X_Slack_Signature": signature(BODY, str(NOW), "another secret")},
        {"X_Slack_Signature": signature(BODY, str(NOW)).removeprefix("v0=")},
        {"X_Slack_Signature": "v0=é"},
        {"X_Slack_Signature": ""},
        {"X_Slack_Request_Timestamp": ""},
        {"X_Slack_Request_Timestamp": "soon"},
        {"X_Slack_Request_Timestamp": "²"},
        {"X_Slack_Request_Timestamp": "-1"},
        {"X_Slack_Request_Timestamp": "9" * 5000},
        {"X_Slack_Request_Timestamp": str(NOW - 1)},
    ],
    ids=[
        "of zeros",
        "by another secret",
        "without its version",
        "not ASCII",
        "empty",
        "time empty",
        "time in words",
        "time a superscript",
        "time negative",
        "time endless",
        "time another",
    ],
)
def test_a_wrong_signature_is_refused(
    caller: Caller, changed: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    refused(caller.slack(BODY, **changed), 401, caplog)


def test_missing_headers_are_refused(caller: Caller, caplog: pytest.LogCaptureFixture) -> None:
    refused(caller.ask("POST", "/slack/events", BODY), 401, caplog)


@pytest.mark.parametrize(("age", "status"), [(299, 200), (301, 401), (-299, 200), (-301, 401)])
def test_a_signature_lives_five_minutes_to_either_side(caller: Caller, fresh: bytes, age: int, status: int) -> None:
    assert caller.slack(fresh, at=str(NOW - age)).status == status


def test_a_request_is_answered_once(caller: Caller, fresh: bytes, caplog: pytest.LogCaptureFixture) -> None:
    assert caller.slack(fresh).status == 200
    refused(caller.slack(fresh), 401, caplog)


def test_a_replay_changes_nothing_and_learns_nothing(caller: Caller, caplog: pytest.LogCaptureFixture) -> None:
    word = secrets.token_hex(4)
    body = command(f"declare p4 {word} is down")
    assert "is declared" in caller.slack(body).text
    replay = caller.slack(body)
    refused(replay, 401, caplog)
    assert "is declared" not in replay.text
    assert f"1 open incident with “{word}”" in json.loads(caller.slack(command(f"list {word}")).text)["text"]


def test_slacks_own_retry_is_no_replay(caller: Caller, fresh: bytes) -> None:
    assert caller.slack(fresh).status == 200
    assert caller.slack(fresh, X_Slack_Retry_Num="1").status == 200
    assert caller.slack(fresh, X_Slack_Retry_Num="1").status == 401


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"hello", "text/plain"),
        (b"payload=%7B", "application/x-www-form-urlencoded"),
        (b"payload=5", "application/x-www-form-urlencoded"),
        (b"payload=[]", "application/x-www-form-urlencoded"),
        (urlencode({"payload": json.dumps(CLICK)}).encode() + b"&payload=5", "application/x-www-form-urlencoded"),
        (b"{" + urlencode(COMMAND).encode(), "application/x-www-form-urlencoded"),
        (urlencode(COMMAND | {"user_id": ""}).encode(), "application/x-www-form-urlencoded"),
        (b"ssl_check=0&token=t", "application/x-www-form-urlencoded"),
        (b"{", JSON),
        (b"[" * 100_000, JSON),
        (b"5", JSON),
        (b'{"type": []}', JSON),
        (b'{"type": "event_callback", "event_id": "Ev1"}', JSON),
        (b'{"type": "event_callback", "event_id": "Ev1", "event": {"type": "never_heard_of"}}', JSON),
        (b'{"type": "block_actions", "user": "UANA", "actions": [5]}', JSON),
        (b'{"type": "url_verification"}', JSON),
        (b'{"type": "a kind from the future"}', JSON),
        (b'{"type": "event_callback", "event_id": "Ev1", "event": {"type": "reaction_added"}}', JSON),
        (interaction({"type": "view_submission", "user": {"id": "UANA"}, "view": {"id": "V1"}}), "text/plain"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_signed_body_out_of_shape_is_a_bad_request(
    caller: Caller, body: bytes, content_type: str, caplog: pytest.LogCaptureFixture
) -> None:
    refused(caller.slack(body, content_type, X_Slack_Retry_Num=secrets.choice("123456789")), 400, caplog)


def test_a_body_too_large_is_not_read(caller: Caller, caplog: pytest.LogCaptureFixture) -> None:
    refused(caller.slack(b"x" * (LARGEST + 1)), 413, caplog)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/slack/events", 405),
        ("PUT", "/slack/events", 405),
        ("POST", "/healthz", 405),
        ("POST", "/readyz", 405),
        ("GET", "/", 404),
        ("POST", "/slack/event", 404),
        ("POST", "/slack/events/", 404),
        ("GET", "/\u00ff", 404),
        ("GET", "/healthz", 200),
        ("HEAD", "/healthz", 200),
        ("GET", "/readyz", 200),
    ],
)
def test_addresses_and_methods(caller: Caller, method: str, path: str, status: int) -> None:
    assert caller.ask(method, path).status == status


def test_slack_may_verify_the_address(caller: Caller) -> None:
    body = json.dumps({"type": "url_verification", "token": "t", "challenge": secrets.token_hex(8)}).encode()
    answer = caller.slack(body, JSON)
    assert answer.status == 200
    assert answer.text == json.loads(body)["challenge"]


def test_slack_may_check_the_certificate(caller: Caller) -> None:
    assert caller.slack(f"ssl_check=1&token={secrets.token_hex(4)}".encode()).status == 200


@pytest.fixture(scope="module")
def cut_off(tmp_path_factory: pytest.TempPathFactory) -> Caller:
    """A door whose Redis was never there."""
    return caller_on(RedisServer(tmp_path_factory.mktemp("nobody")).url)


def test_without_the_store_a_command_is_answered_in_words(cut_off: Caller) -> None:
    answer = cut_off.slack(command("list"))
    assert answer.status == 200
    assert "I can't reach my record right now" in json.loads(answer.text)["text"]


def test_without_the_store_a_form_says_so_beside_a_field(cut_off: Caller) -> None:
    answer = cut_off.slack(interaction(SUBMISSION))
    assert answer.status == 200
    assert "I can't reach my record right now" in json.loads(answer.text)["errors"]["title"]


def test_without_the_store_a_click_is_taken_and_logged(cut_off: Caller, caplog: pytest.LogCaptureFixture) -> None:
    assert cut_off.slack(interaction(CLICK)).status == 200
    assert "answer not delivered: I can't reach my record right now" in caplog.text


def test_without_the_store_slack_shall_tell_an_event_again(cut_off: Caller, caplog: pytest.LogCaptureFixture) -> None:
    refused(cut_off.slack(json.dumps(EVENTS["reaction added"]).encode(), JSON), 503, caplog)


def test_without_the_store_it_is_alive_and_not_ready(cut_off: Caller) -> None:
    assert cut_off.ask("GET", "/healthz").status == 200
    assert cut_off.ask("GET", "/readyz").status == 503


@pytest.mark.parametrize("kind", INTERACTIONS)
def test_every_interaction_is_taken(caller: Caller, kind: str) -> None:
    assert caller.slack(interaction(INTERACTIONS[kind] | {"nonce": secrets.token_hex(4)})).status == 200


@pytest.mark.parametrize("kind", EVENTS)
def test_every_event_is_taken(caller: Caller, kind: str) -> None:
    body = json.dumps(EVENTS[kind] | {"nonce": secrets.token_hex(4)}).encode()
    assert caller.slack(body, JSON).status == 200
