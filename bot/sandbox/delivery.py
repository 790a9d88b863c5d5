"""How what happened reaches the app: over its socket or else signed to its request URL; events more than once."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Coroutine
from typing import Any, Literal, TypeAlias
from urllib.parse import urlencode

import httpx

from bot.sandbox.clock import now
from bot.sandbox.faults import Faults
from bot.sandbox.payloads import event_callback
from bot.sandbox.sockets import NotAcknowledgedError, Sockets
from bot.sandbox.workspace import Channel, Json, Workspace

Kind: TypeAlias = Literal["slash_commands", "interactive", "events_api"]

ANSWER_WITHIN = 3.0


class UndeliveredError(Exception):
    """The app didn't take it. ``code`` is what Slack shows the person, ``reason`` what it tells the app on retry."""

    def __init__(self, code: str, reason: str, *, final: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.reason = reason
        self.final = final
        """The app asked not to be told again."""


class Delivery:
    def __init__(self, workspace: Workspace, sockets: Sockets, faults: Faults) -> None:
        self.workspace = workspace
        self.sockets = sockets
        self.faults = faults
        self.http = httpx.AsyncClient(timeout=ANSWER_WITHIN, trust_env=False)
        self.tasks: set[asyncio.Task[Any]] = set()

    async def deliver(self, kind: Kind, payload: Json, retry: tuple[int, str] | None = None) -> Json | None:
        """Hand the payload to the app once and return what it answered; a fault may delay or double it."""
        if late := self.faults.strike("late_delivery", kind):
            await asyncio.sleep(late.delay)
        if self.faults.strike("duplicate_delivery", kind):
            self.in_background(self._quietly(kind, payload, (1, "http_timeout")))
        return await self._once(kind, payload, retry)

    def emit(self, event: Json, channel: Channel | None) -> None:
        """Send an event if the app subscribed to it and its bot may see where it happened."""
        app = self.workspace.app
        if _subscription(event) not in app.bot_events:
            return
        if channel is not None and app.bot_user_id not in channel.members:
            return
        self.in_background(self._until_taken(event_callback(self.workspace, event)))

    def in_background(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await self.http.aclose()

    async def _until_taken(self, callback: Json) -> None:
        """An event and its three retries; while a Socket Mode app has no connection, the event waits for one."""
        app = self.workspace.app
        retry: tuple[int, str] | None = None
        for attempt, delay in enumerate((0.0, *app.retry_delays)):
            await asyncio.sleep(delay)
            if app.socket_mode and not self.sockets.connections and not app.request_url:
                try:
                    await asyncio.wait_for(self.sockets.someone.wait(), app.keep_events)
                except TimeoutError:
                    return
            try:
                await self.deliver("events_api", callback, retry)
            except UndeliveredError as failed:
                if failed.final:
                    return
                retry = (attempt + 1, failed.reason)
            else:
                return

    async def _quietly(self, kind: Kind, payload: Json, retry: tuple[int, str]) -> None:
        try:
            await self._once(kind, payload, retry)
        except UndeliveredError:
            return  # nobody waits for the second copy

    async def _once(self, kind: Kind, payload: Json, retry: tuple[int, str] | None) -> Json | None:
        if self.sockets.connections:
            return await self._by_socket(kind, payload, retry)
        if self.workspace.app.request_url:
            return await self._by_http(self.workspace.app.request_url, kind, payload, retry)
        raise UndeliveredError("dispatch_failed", "connection_failed")

    async def _by_socket(self, kind: Kind, payload: Json, retry: tuple[int, str] | None) -> Json | None:
        try:
            return await self.sockets.deliver(kind, payload, with_answer=kind != "events_api", retry=retry)
        except NotAcknowledgedError as error:
            raise UndeliveredError("operation_timeout", "timeout") from error

    async def _by_http(self, url: str, kind: Kind, payload: Json, retry: tuple[int, str] | None) -> Json | None:
        headers, body = _signed(self.workspace.app.signing_secret, kind, payload)
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry[0]), "X-Slack-Retry-Reason": retry[1]}
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                response = await self.http.post(url, content=body, headers=headers)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise UndeliveredError("operation_timeout", "http_timeout") from error
        except httpx.HTTPError as error:
            raise UndeliveredError("dispatch_failed", "connection_failed") from error
        if response.is_success:
            return _answer(response)
        code = "http_client_error" if response.is_client_error else "http_service_error"
        raise UndeliveredError(code, "http_error", final=response.headers.get("x-slack-no-retry") == "1")


def _signed(secret: str, kind: Kind, payload: Json) -> tuple[dict[str, str], bytes]:
    """Headers and body as Slack would send them: commands and interactions as forms, events as JSON."""
    if kind == "events_api":
        content_type, body = "application/json", json.dumps(payload)
    else:
        content_type = "application/x-www-form-urlencoded"
        body = urlencode(payload if kind == "slash_commands" else {"payload": json.dumps(payload)})
    at = str(int(now()))
    digest = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": content_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": f"v0={digest}",
    }
    return headers, body.encode()


def _answer(response: httpx.Response) -> Json | None:
    """What the app said: JSON as it is, plain text as a message's text, nothing as nothing."""
    if not response.content:
        return None
    if response.headers.get("content-type", "").startswith("application/json"):
        answer = response.json()
        return answer if isinstance(answer, dict) else None
    return {"text": response.text}


def _subscription(event: Json) -> str:
    """The name under which an app subscribes to this event."""
    if event["type"] != "message":
        return str(event["type"])
    return {"channel": "message.channels", "group": "message.groups", "im": "message.im", "mpim": "message.mpim"}[
        event["channel_type"]
    ]
