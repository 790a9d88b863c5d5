"""The WSGI app: Slack's signed requests, calendars, liveness and readiness. Nothing here answers 500."""

import hmac
import json
import logging
import secrets
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_plus

from redis.exceptions import RedisError
from slack_bolt import App, BoltRequest

from bot.http.calendars import Calendars
from bot.ports import Clock, Guard

log = logging.getLogger("muster.http")

LARGEST = 1_000_000
"""Bytes of a body; Slack's largest payloads (a view with its state) stay well below 500 kB."""

FRESH = 300
"""Seconds that a signature lives, to either side; Slack's own rule."""

StartResponse = Callable[[str, list[tuple[str, str]]], object]

STATUS = {
    200: "200 OK",
    304: "304 Not Modified",
    400: "400 Bad Request",
    401: "401 Unauthorized",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    413: "413 Content Too Large",
    503: "503 Service Unavailable",
}


class HttpDoor:
    def __init__(
        self,
        app: App,
        signing_secret: str,
        guard: Guard,
        clock: Clock,
        reach_store: Callable[[], object],
        *,
        calendars: Calendars | None = None,
    ) -> None:
        self._app = app
        self._secret = (signing_secret or secrets.token_hex(32)).encode()
        self._guard = guard
        self._clock = clock
        self._reach_store = reach_store
        self._calendars = calendars or Calendars()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        match environ["REQUEST_METHOD"], environ["PATH_INFO"]:
            case "POST", "/slack/events":
                status, headers, body = self._slack(environ)
            case "GET" | "HEAD", "/healthz":
                status, headers, body = _text(200, "alive\n")
            case "GET" | "HEAD", "/readyz":
                status, headers, body = self._ready()
            case "GET" | "HEAD", path if path.startswith("/oncall/"):
                status, headers, body = self._calendars.answer(environ)
            case _, path if path in {"/slack/events", "/healthz", "/readyz"} or path.startswith("/oncall/"):
                status, headers, body = _text(405, "This address takes another method.\n")
            case _:
                status, headers, body = _text(404, "There is nothing here. Slack's requests go to /slack/events.\n")
        start_response(STATUS.get(status, f"{status} -"), headers)
        return [body]

    def _ready(self) -> tuple[int, list[tuple[str, str]], bytes]:
        try:
            self._reach_store()
        except RedisError as error:
            return _text(503, f"The store is out of reach: {error}\n")
        return _text(200, "ready\n")

    def _slack(self, environ: dict[str, Any]) -> tuple[int, list[tuple[str, str]], bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > LARGEST:
            return _refused(413, "the body is too large")
        raw: bytes = environ["wsgi.input"].read(length)
        at, signature = environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", ""), environ.get("HTTP_X_SLACK_SIGNATURE", "")
        if not self._is_signed(raw, at, signature):
            return _refused(401, "the signature is missing, wrong or expired")
        # Slack repeats an unanswered event, at once the first time: by its number that is no replay.
        self._guard.meet(f"{signature}/{environ.get('HTTP_X_SLACK_RETRY_NUM', '')[:1]}")
        try:
            payload = _payload(raw, environ.get("CONTENT_TYPE", ""))
            if payload.get("ssl_check") == "1":
                return _text(200, "")
            _check(payload)
            if "challenge" in payload and payload.get("type") == "url_verification":
                return _text(200, str(payload["challenge"]))
            # "socket_mode" is Bolt's word for a payload that comes parsed and needs no proof: both is done here.
            response = self._app.dispatch(BoltRequest(body=payload, mode="socket_mode"))
        except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
            return _refused(400, f"the payload can't be read: {error}")
        if self._is_replay():
            return _refused(401, "this request was answered before")
        if response.status == 404:
            return _refused(400, "nothing here takes this kind of payload")
        answer = [(name, value) for name, values in response.headers.items() for value in values]
        return response.status, answer, response.body.encode()

    def _is_replay(self) -> bool:
        """Ask when all is done: done anew it changed nothing, as each cause is obeyed once; nor is its answer given."""
        try:
            return not self._guard.is_first()
        except RedisError:
            log.warning("replay guard out of reach")  # the listener has said so to the person
            return False

    def _is_signed(self, raw: bytes, at: str, signature: str) -> bool:
        """Check the HMAC over the bytes as they came; what they say is read only afterwards."""
        if not at.isascii() or not at.isdecimal() or abs(self._clock.now().timestamp() - int(at[:15])) > FRESH:
            return False
        expected = "v0=" + hmac.digest(self._secret, b"v0:" + at.encode() + b":" + raw, "sha256").hex()
        return hmac.compare_digest(expected.encode(), signature.encode())


def _payload(raw: bytes, content_type: str) -> dict[str, Any]:
    """Read a body: JSON, a form, or JSON in a form's `payload`. Raises ValueError."""
    if content_type.startswith("application/json"):
        payload = json.loads(raw)
    else:
        pairs = (pair.partition("=") for pair in raw.decode().split("&"))
        form = {_unquoted(name): _unquoted(value) for name, _, value in pairs}
        payload = json.loads(form["payload"]) if "payload" in form else form
    if not isinstance(payload, dict):
        raise ValueError("it is no object")  # noqa: TRY004 - of a payload, not of our code
    return payload


def _unquoted(text: str) -> str:
    return unquote_plus(text) if "%" in text or "+" in text else text


NEEDS: dict[str, tuple[str, ...]] = {
    "command": ("user_id", "channel_id", "trigger_id"),
    "event_callback": ("event", "event_id"),
    "block_actions": ("user", "actions"),
    "view_submission": ("user", "view"),
    "view_closed": ("user", "view"),
    "shortcut": ("user", "callback_id", "trigger_id"),
    "message_action": ("user", "callback_id", "trigger_id", "message", "channel"),
    "url_verification": ("challenge",),
}
"""What must be there in each kind of payload."""


def _check(payload: dict[str, Any]) -> None:
    """Refuse what Slack never sends, before a listener meets it."""
    kind = "command" if "command" in payload else payload.get("type")
    if kind not in NEEDS:
        raise ValueError("it is no kind of payload that I know")
    for field in NEEDS[kind]:
        if not payload.get(field):
            raise KeyError(f"{field} is missing")


def _refused(status: int, why: str) -> tuple[int, list[tuple[str, str]], bytes]:
    reference = secrets.token_hex(4)
    log.warning("refused status=%s reference=%s why=%s", status, reference, why)
    return _text(status, f"Refused: {why}. Reference {reference}.\n")


def _text(status: int, words: str) -> tuple[int, list[tuple[str, str]], bytes]:
    return status, [("content-type", "text/plain; charset=utf-8")], words.encode()
