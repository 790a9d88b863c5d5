"""A small load generator: keep-alive connections, one thread, requests made and signed beforehand."""

import hashlib
import hmac
import json
import random
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

SECRET = "local-signing-secret"


def command(text: str, channel: str, trigger: str, user: str = "UANA") -> bytes:
    """Slack's request for a slash command, signed."""
    return signed(
        {
            "token": "unused", "team_id": "T0LOCAL", "team_domain": "local", "channel_id": channel,
            "channel_name": "inc-1-checkout", "user_id": user, "user_name": "ana", "command": "/incident",
            "text": text, "api_app_id": "A0MUSTER", "is_enterprise_install": "false",
            "response_url": "http://127.0.0.1:1/response/none", "trigger_id": trigger,
        }
    )  # fmt: skip


def click(action_id: str, value: str, channel: str, ts: str, user: str = "UBEN") -> bytes:
    """Slack's request for a click on a message's button, signed."""
    action = {
        "type": "button", "block_id": "b", "action_id": action_id, "value": value, "action_ts": f"{time.time():.6f}",
        "text": {"type": "plain_text", "text": "Approve"},
    }  # fmt: skip
    payload = {
        "type": "block_actions", "team": {"id": "T0LOCAL", "domain": "local"}, "api_app_id": "A0MUSTER",
        "user": {"id": user, "username": "ben", "name": "ben", "team_id": "T0LOCAL"}, "trigger_id": f"{ts}.click",
        "container": {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": False},
        "channel": {"id": channel, "name": "inc-1-checkout"}, "message": {"ts": ts, "text": "", "blocks": []},
        "response_url": "http://127.0.0.1:1/response/none", "actions": [action],
    }  # fmt: skip
    return signed({"payload": json.dumps(payload)})


def signed(form: dict[str, str]) -> bytes:
    body = urlencode(form).encode()
    stamp = str(int(time.time()))
    proof = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    head = (
        "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\nX-Slack-Request-Timestamp: {stamp}\r\nX-Slack-Signature: v0={proof}\r\n\r\n"
    )
    return head.encode() + body


@dataclass
class Connection:
    """One keep-alive connection; at most one request is under way on it."""

    port: int
    since: float = 0
    """When the request under way was due."""
    received: bytes = b""
    wire: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.wire = socket.create_connection(("127.0.0.1", self.port))
        self.wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes, since: float) -> None:
        self.since, self.received = since, b""
        self.wire.sendall(request)

    def is_answered(self) -> bool:
        """Read what has come; say whether the answer is complete. Anything but 200 ends the benchmark."""
        part = self.wire.recv(65536)
        self.received += part
        head, end, body = self.received.partition(b"\r\n\r\n")
        assert part, f"the server hung up: {self.received[:300]!r}"
        if not end:
            return False
        assert head.startswith(b"HTTP/1.1 200"), self.received[:300]
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        return len(body) >= int(length[15:])


@dataclass(frozen=True)
class Load:
    """What came of it."""

    seconds: float
    latencies: Sequence[float]

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds


def closed_loop(port: int, requests: Sequence[bytes], connections: int = 8) -> Load:
    """As fast as the server answers: each connection sends its next request when it has the last one's answer."""
    return _drive(port, requests, iter(()), connections)


def open_loop(port: int, requests: Sequence[bytes], per_second: float, connections: int = 64) -> Load:
    """On a schedule that does not care for the server; latencies count from the scheduled time."""
    chance = random.Random(1)
    offsets = []
    at = 0.0
    for _ in requests:
        at += chance.expovariate(per_second)
        offsets.append(at)
    return _drive(port, requests, iter(offsets), connections)


def _drive(port: int, requests: Sequence[bytes], schedule: Iterator[float], connections: int) -> Load:
    """Send requests at their offset, or as soon as a connection is free where there is no schedule."""
    selector = selectors.DefaultSelector()
    idle = [Connection(port) for _ in range(connections)]
    for connection in idle:
        selector.register(connection.wire, selectors.EVENT_READ, connection)
    latencies: list[float] = []
    start, sent = time.perf_counter(), 0
    due = start + next(schedule, 0.0)
    while len(latencies) < len(requests):
        now = time.perf_counter()
        while sent < len(requests) and idle and now >= due:
            idle.pop().send(requests[sent], due if due > start else now)
            sent += 1
            due = start + next(schedule, 0.0)
            now = time.perf_counter()
        # epoll waits whole milliseconds, rounded up: the last one before a request is due is spun away.
        wait = max(0.0, due - now - 0.001) if sent < len(requests) and idle else 1.0
        for key, _ in selector.select(wait):
            if key.data.is_answered():
                latencies.append(time.perf_counter() - key.data.since)
                idle.append(key.data)
    seconds = time.perf_counter() - start
    for key in list(selector.get_map().values()):
        key.data.wire.close()
    selector.close()
    return Load(seconds, latencies)
