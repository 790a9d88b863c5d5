"""Socket Mode: single-use tickets, connections, envelopes and their acknowledgements."""

import asyncio
import contextlib
import json
import secrets
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.workspace import Json

ACK_WITHIN = 3.0
CONNECTIONS = 10


class NotAcknowledgedError(Exception):
    """The app has the envelope but didn't answer in time, or hung up."""


class Connection:
    def __init__(self, websocket: WebSocket) -> None:
        self.websocket = websocket
        self.awaited: dict[str, asyncio.Future[Json | None]] = {}

    async def send(self, message: Json) -> None:
        await self.websocket.send_text(json.dumps(message))

    async def listen(self) -> None:
        """Take acknowledgements until the app hangs up."""
        try:
            while True:
                ack = json.loads(await self.websocket.receive_text())
                awaited = self.awaited.pop(ack.get("envelope_id", ""), None)
                if awaited and not awaited.done():
                    awaited.set_result(ack.get("payload"))
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            for awaited in self.awaited.values():
                if not awaited.done():
                    awaited.set_exception(NotAcknowledgedError())


class Sockets:
    def __init__(self, app_id: Callable[[], str], changed: Callable[[], None]) -> None:
        self.app_id = app_id
        self.changed = changed
        self.tickets: set[str] = set()
        self.connections: list[Connection] = []
        self.someone = asyncio.Event()
        self.turn = 0

    def ticket(self) -> str:
        ticket = secrets.token_hex(16)
        self.tickets.add(ticket)
        return ticket

    async def serve(self, websocket: WebSocket) -> None:
        """One connection's life."""
        ticket = websocket.query_params.get("ticket", "")
        if ticket not in self.tickets or len(self.connections) >= CONNECTIONS:
            await websocket.close(1008)
            return
        self.tickets.remove(ticket)
        await websocket.accept()
        connection = Connection(websocket)
        self.connections.append(connection)
        await connection.send(
            {
                "type": "hello",
                "num_connections": len(self.connections),
                "connection_info": {"app_id": self.app_id()},
                "debug_info": {"host": "local", "build_number": 1, "approximate_connection_time": 18060},
            }
        )
        self.someone.set()
        self.changed()
        try:
            await connection.listen()
        finally:
            self._lost(connection)

    async def deliver(
        self, kind: str, payload: Json, *, with_answer: bool, retry: tuple[int, str] | None = None
    ) -> Json | None:
        """Hand the payload to one of the connections, in turn, and wait for its acknowledgement."""
        self.turn += 1
        connection = self.connections[self.turn % len(self.connections)]
        envelope: dict[str, Any] = {
            "envelope_id": secrets.token_hex(16),
            "type": kind,
            "payload": payload,
            "accepts_response_payload": with_answer,
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry[0] if retry else 0, "retry_reason": retry[1] if retry else ""}
        awaited: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        connection.awaited[envelope["envelope_id"]] = awaited
        try:
            await connection.send(envelope)
            return await asyncio.wait_for(awaited, ACK_WITHIN)
        except (TimeoutError, RuntimeError) as error:
            raise NotAcknowledgedError from error
        finally:
            connection.awaited.pop(envelope["envelope_id"], None)

    async def refresh(self) -> None:
        """Ask every connection to come back on a new one, then hang up, as Slack does every few hours."""
        for connection in list(self.connections):
            await connection.send(
                {"type": "disconnect", "reason": "refresh_requested", "debug_info": {"host": "local"}}
            )
            await self._hang_up(connection)

    async def cut(self) -> None:
        for connection in list(self.connections):
            await self._hang_up(connection)

    async def _hang_up(self, connection: Connection) -> None:
        self._lost(connection)
        with contextlib.suppress(RuntimeError, TimeoutError):  # it hung up first, or doesn't say goodbye
            await asyncio.wait_for(connection.websocket.close(), 0.1)

    def _lost(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)
            self.changed()
        if not self.connections:
            self.someone.clear()
