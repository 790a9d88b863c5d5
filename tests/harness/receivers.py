"""Where pages arrive in tests: real HTTP servers that remember everything and refuse what the real services refuse.

    with PagerDuty() as pagerduty:
        ...                                  # notifier.url = pagerduty.url, the key is pagerduty.key
        (page,) = pagerduty.pages()
        assert page.status == "open"
        pagerduty.answers(429, headers={"Retry-After": "7"})   # from now on, until pagerduty.works()

What they check is what PagerDuty's and Opsgenie's pages and the specification of Standard Webhooks say.
"""

import base64
import hashlib
import hmac
import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Literal, Self
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import pytest

NO_HTTP = 0
"""The status of an answer that is only bytes."""

Status = Literal["open", "acknowledged", "resolved"]


@dataclass(frozen=True)
class Request:
    """What really arrived."""

    method: str
    path: str
    """As it was sent, still quoted."""
    query: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), strict_parsing=True, keep_blank_values=True))


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0
    """Seconds between two bytes."""
    missing: int = 0
    """Bytes that are announced and never come."""


@dataclass
class Page:
    """What one person would see at the other side, however often it was sent."""

    key: str
    to: str
    title: str
    text: str
    link: str
    raw: Any
    status: Status = "open"
    times: int = 1


class Receiver:
    """A server that takes every POST. Kinds of services say in `accept` what they take."""

    def __init__(self, certificate: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        """Everything that arrived, refused or not."""
        self.written = 0
        """Bytes of answers that somebody was there to read."""
        self._standing: Callable[[Request], Answer | None] = self.accept
        self._over = Event()
        self._lock = Lock()
        self._server = _server(self)
        if certificate:
            self._server.socket = certificate.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"

    def accept(self, request: Request) -> Answer:
        return Answer(200 if request.method == "POST" else 405)

    def pages(self) -> list[Page]:
        return []

    def answers(self, status: int, body: str = "", headers: Mapping[str, str] | None = None) -> None:
        """From now on answer this to everybody and take nothing."""
        self._standing = lambda _: Answer(status, body.encode(), headers or {})

    def echoes(self, status: int) -> None:
        """From now on refuse, and repeat all that was sent, headers too, as a talkative service does."""

        def repeat(request: Request) -> Answer:
            said = json.dumps([request.path, request.query, *request.headers.values()]).encode()
            return Answer(status, said[:1000] + request.body)

        self._standing = repeat

    def hangs(self) -> None:
        """From now on take requests and never answer."""

        def wait(_: Request) -> None:
            self._over.wait(30)

        self._standing = wait

    def hangs_up(self) -> None:
        """From now on close the connection instead of an answer."""
        self._standing = lambda _: None

    def babbles(self) -> None:
        """From now on answer with something that is no HTTP."""
        self._standing = lambda _: Answer(NO_HTTP, b"\x00\xff who are you?\r\n\r\n")

    def drips(self, status: int) -> None:
        """From now on answer with a body that comes byte by byte, for half a minute."""
        self._standing = lambda _: Answer(status, b"." * 600, pause=0.05)

    def breaks_off(self, status: int) -> None:
        """From now on close the connection in the middle of the answer's body."""
        self._standing = lambda _: Answer(status, b"half", missing=4)

    def works(self) -> None:
        self._standing = self.accept

    def goes_away(self) -> None:
        """Close the port for good."""
        self._over.set()
        self._server.shutdown()
        self._server.server_close()

    def is_over(self, seconds: float) -> bool:
        """Wait a while; say whether the test is over."""
        return self._over.wait(seconds)

    def respond(self, request: Request) -> Answer | None:
        """Answer a request; None: hang up."""
        with self._lock:
            self.requests.append(request)
        standing = self._standing
        if standing == self.accept:
            with self._lock:
                return self.accept(request)
        return standing(request)

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.goes_away()


def _server(receiver: Receiver) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def answer(self) -> None:
            address = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): _text(value) for name, value in self.headers.items()}
            answer = receiver.respond(Request(self.command, address.path, address.query, headers, body))
            if answer is None or answer.status == NO_HTTP:
                self.wfile.write(answer.body if answer else b"")
                self.close_connection = True
                return
            self.send_response_only(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(answer.body) + answer.missing)}.items():
                self.send_header(name, value)
            self.end_headers()
            self.close_connection = bool(answer.missing)
            size = 1 if answer.pause else 65536
            for start in range(0, len(answer.body), size):
                receiver.written += self.wfile.write(answer.body[start : start + size])
                if answer.pause and receiver.is_over(answer.pause):
                    return

        do_GET = do_POST = do_PUT = answer  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *_: object) -> None:
            """A client that goes away in the middle is a part of the test."""

    return Server(("127.0.0.1", 0), Handler)


def _text(header: str) -> str:
    """Read a header as UTF-8: http.server reads Latin-1."""
    return header.encode("latin-1").decode("utf-8", "replace")


class _Refused(Exception):
    def __init__(self, status: int, what: str) -> None:
        super().__init__(what)
        self.status = status


def _require(fits: bool, what: str, status: int = 400) -> None:
    if not fits:
        raise _Refused(status, what)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class PagerDuty(Receiver):
    """Events API v2."""

    key = "0123456789abcdef0123456789ABCDEF"
    """The routing key of its one integration, unless `keys` names more."""

    def __init__(self, *keys: str) -> None:
        super().__init__()
        self.keys = keys or (self.key,)
        self._pages: dict[tuple[str, str], Page] = {}
        self._over_and_done: list[Page] = []

    def pages(self) -> list[Page]:
        """Everything that ever was an alert, oldest first."""
        return [*self._over_and_done, *self._pages.values()]

    def accept(self, request: Request) -> Answer:
        try:
            _require((request.method, request.path) == ("POST", "/v2/enqueue"), "not found", 404)
            _require(len(request.body) <= 512 * 1024, "too large", 413)
            event = _json(request)
            self._take(event)
        except _Refused as refused:
            said = {"status": "invalid event", "message": "Event object is invalid", "errors": [str(refused)]}
            return Answer(refused.status, json.dumps(said).encode())
        said = {"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]}
        return Answer(202, json.dumps(said).encode())

    def _take(self, event: Any) -> None:
        _require(isinstance(event, dict), "not an object")
        _require(event.get("routing_key") in self.keys, "'routing_key' is missing or invalid")
        _require(isinstance(event.get("dedup_key"), str) and 0 < _units(event["dedup_key"]) <= 255, "'dedup_key'")
        known = event["routing_key"], event["dedup_key"]
        match event.get("event_action"):
            case "trigger":
                self._trigger(known, event)
            case "acknowledge":
                if known in self._pages:
                    self._pages[known].status = "acknowledged"
            case "resolve":
                if (page := self._pages.pop(known, None)) is not None:
                    page.status = "resolved"
                    self._over_and_done.append(page)
            case _:
                raise _Refused(400, "'event_action' must be one of trigger, acknowledge, resolve")

    def _trigger(self, known: tuple[str, str], event: dict[str, Any]) -> None:
        payload = event.get("payload")
        _require(isinstance(payload, dict), "'payload' is missing")
        assert isinstance(payload, dict)
        for name in ("summary", "source", "severity"):
            _require(
                isinstance(payload.get(name), str) and payload[name] != "", f"'payload.{name}' is missing or blank"
            )
        _require(_units(payload["summary"]) <= 1024, "'payload.summary' is too long")
        _require(payload["severity"] in {"critical", "error", "warning", "info"}, "'payload.severity' is invalid")
        links = event.get("links", [])
        _require(all(str(link.get("href", "")).startswith(("http://", "https://")) for link in links), "'links'")
        if (page := self._pages.get(known)) is not None:
            page.times += 1
            return
        details = payload.get("custom_details", {})
        link = links[0]["href"] if links else ""
        self._pages[known] = Page(known[1], known[0], payload["summary"], str(details.get("text")), link, event)


class Opsgenie(Receiver):
    """Alert API v2."""

    key = "8a1c0de0-0b5c-4b1e-9a9e-5e7c0ffee123"

    def __init__(self) -> None:
        super().__init__()
        self._pages: list[Page] = []

    def pages(self) -> list[Page]:
        """Everything that ever was an alert, oldest first."""
        return list(self._pages)

    def accept(self, request: Request) -> Answer:
        try:
            _require(request.headers.get("authorization") == f"GenieKey {self.key}", "Could not authenticate", 401)
            _require(request.method == "POST" and request.path.startswith("/v2/alerts"), "not found", 404)
            self._take(request)
        except _Refused as refused:
            return Answer(refused.status, json.dumps({"message": str(refused), "took": 0.0, "requestId": "r"}).encode())
        return Answer(202, b'{"result": "Request will be processed", "took": 0.1, "requestId": "r"}')

    def _take(self, request: Request) -> None:
        body = _json(request)
        _require(isinstance(body, dict), "Request body is not processable", 422)
        match request.path.removeprefix("/v2/alerts").split("/"):
            case [""]:
                self._create(body)
            case ["", alias, ("acknowledge" | "close") as way]:
                _require(parse_qs(request.query).get("identifierType") == ["alias"], "no alert has this id", 404)
                for page in self._pages:
                    if page.key == unquote(alias) and page.status != "resolved":
                        page.status = "acknowledged" if way == "acknowledge" else "resolved"
            case _:
                raise _Refused(404, "not found")

    def _create(self, alert: dict[str, Any]) -> None:
        for name, limit in {"message": 130, "alias": 512}.items():
            said = alert.get(name)
            _require(isinstance(said, str) and 0 < _units(said) <= limit, f"{name} is missing or too long", 422)
        _require(_units(alert.get("description", "")) <= 15_000, "description is too long", 422)
        _require(_units(alert.get("entity", "")) <= 512, "entity is too long", 422)
        _require(alert.get("priority", "P3") in {"P1", "P2", "P3", "P4", "P5"}, "priority must be P1 to P5", 422)
        tags = alert.get("tags", [])
        _require(len(tags) <= 20 and all(_units(tag) <= 50 for tag in tags), "tags", 422)
        _require(all(isinstance(value, str) for value in alert.get("details", {}).values()), "details", 422)
        responders = alert.get("responders", [])
        for responder in responders:
            _require(responder.get("type") == "user" and "@" in responder.get("username", ""), "responders", 422)
        to = responders[0]["username"] if responders else ""
        for page in self._pages:
            if page.key == alert["alias"] and page.status != "resolved":
                page.times += 1
                return
        text = alert.get("description", "")
        self._pages.append(Page(alert["alias"], to, alert["message"], text, text, alert))


class Hook(Receiver):
    """A webhook's receiver, which checks the signature if it has a secret, and takes each key once."""

    def __init__(self, secret: str = "", certificate: ssl.SSLContext | None = None) -> None:
        super().__init__(certificate)
        self.secret = secret
        self._pages: dict[str, Page] = {}

    def pages(self) -> list[Page]:
        return list(self._pages.values())

    def accept(self, request: Request) -> Answer:
        if request.method != "POST":
            return Answer(405)
        if self.secret and not signed(request, self.secret):
            return Answer(401, b"bad signature")
        key = request.headers.get("idempotency-key", "")
        if key in self._pages:
            self._pages[key].times += 1
        else:
            text = request.body.decode()
            self._pages[key] = Page(key, request.path, text, text, text, request)
        return Answer(204)


def signed(request: Request, secret: str) -> bool:
    """Check a request as the specification of Standard Webhooks tells receivers to, but for its age."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = f"{request.headers.get('webhook-id')}.{request.headers.get('webhook-timestamp')}.".encode() + request.body
    proof = base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return f"v1,{proof}" in request.headers.get("webhook-signature", "").split(" ")


def _json(request: Request) -> Any:
    _require(request.headers.get("content-type", "").startswith("application/json"), "not JSON", 422)
    try:
        return json.loads(request.body)
    except ValueError:
        raise _Refused(400, "Check that the JSON is valid") from None


@pytest.fixture
def pagerduty() -> Any:
    with PagerDuty() as receiver:
        yield receiver


@pytest.fixture
def opsgenie() -> Any:
    with Opsgenie() as receiver:
        yield receiver


@pytest.fixture
def hook() -> Any:
    with Hook() as receiver:
        yield receiver
