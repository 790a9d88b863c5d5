"""The HTTP door in this process, on the real Redis; Slack itself is out of reach."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.http.app import HttpDoor
from bot.http.calendars import Calendars
from bot.settings import Settings
from bot.wiring import bolt_app, wire
from tests.harness.redis_server import RedisServer
from tests.harness.signed import FORM, SECRET, signature

ROOT = Path(__file__).parent.parent.parent
NOW = 1_700_000_000


@dataclass(frozen=True)
class StoppedClock:
    at: float = NOW

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str


class Caller:
    """Calls the door as Granian does."""

    def __init__(self, door: HttpDoor) -> None:
        self.door = door

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
        for name, value in (headers or {}).items():
            key = name.upper().replace("-", "_")
            environ[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = value
        begun: list[tuple[str, list[tuple[str, str]]]] = []
        content = b"".join(self.door(environ, lambda status, headers: begun.append((status, headers))))
        ((status, answered),) = begun
        return Answer(int(status.split()[0]), dict(answered), content.decode())

    def slack(self, body: bytes, content_type: str = FORM, *, at: str = str(NOW), **changed: str) -> Answer:
        """Send as Slack would; `changed` headers replace those that belong there."""
        sent = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": signature(body, at),
        }
        sent |= {name.replace("_", "-"): value for name, value in changed.items()}
        return self.ask("POST", "/slack/events", body, sent)


@pytest.fixture(scope="session")
def caller(redis_server: RedisServer) -> Caller:
    return caller_on(redis_server.url)


def caller_on(
    redis_url: str,
    secret: str = SECRET,
    at: float = NOW,
    *,
    calendars: Calendars | None = None,
    manifests: Path = ROOT / "manifests",
) -> Caller:
    settings = Settings(
        redis_url=redis_url,
        slack_bot_token="xoxb-none",
        slack_signing_secret=secret,
        slack_api_url="http://127.0.0.1:9/api/",
        manifests=manifests,
    )
    wired = wire(settings, in_a_hurry=True)
    ping = wired.redis.ping
    return Caller(HttpDoor(bolt_app(wired), secret, wired.guard, StoppedClock(at), ping, calendars=calendars))
