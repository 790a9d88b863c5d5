"""Requests as Slack signs them: `v0=` and HMAC-SHA256 over `v0:{timestamp}:{body}`, in hex."""

import hashlib
import hmac
import json
import secrets
import time
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.harness.world import World

SECRET = "local-signing-secret"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


def signature(body: bytes, at: str, secret: str = SECRET) -> str:
    return "v0=" + hmac.new(secret.encode(), b"v0:" + at.encode() + b":" + body, hashlib.sha256).hexdigest()


def headers(body: bytes, *, at: float | None = None, content_type: str = FORM, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))  # noqa: TID251 - a request is signed with the real time
    return {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": signature(body, stamp, secret),
    }


def send(
    world: World, body: bytes, *, content_type: str = FORM, at: float | None = None, retry: int = 0
) -> httpx.Response:
    """Send a body, signed, to the bot's request URL."""
    url = world.url("web") + "/slack/events"
    sent = headers(body, at=at, content_type=content_type) | ({"X-Slack-Retry-Num": str(retry)} if retry else {})
    return httpx.post(url, content=body, headers=sent, timeout=20)


def command(
    text: str,
    *,
    user: str = "UANA",
    channel: str = "CINCIDENTS",
    trigger: str | None = None,
    team: str = "T0LOCAL",
) -> bytes:
    """`/incident text`, as a form's body."""
    fields = {
        "command": "/incident",
        "text": text,
        "user_id": user,
        "user_name": user.lower(),
        "channel_id": channel,
        "team_id": team,
        "trigger_id": trigger or f"1.2.{secrets.token_hex(8)}",
        "response_url": "http://127.0.0.1:9/response/none",
    }
    return urlencode(fields).encode()


def interaction(payload: dict[str, Any]) -> bytes:
    """A click or a form, as a form's body."""
    return urlencode({"payload": json.dumps(payload)}).encode()
