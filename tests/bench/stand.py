"""Where figures are measured: an installation in processes, on the CPUs of our choice, and what each of them holds."""

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from rq import Queue
from rq.registry import StartedJobRegistry
from rq.worker import Worker

from bot.settings import read
from bot.store.waker import QUEUES
from bot.wiring import Wired, wire
from tests.harness.redis_server import RedisServer, free_port
from tests.harness.world import World

SERVERS, CLIENTS = 0, 1
"""CPUs: the process that is measured has one to itself, who measures runs on the other, and so does Redis."""


class Stand(World):
    """An installation whose Redis writes to disk each second, as the README tells operators to have it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        super().__init__(folder)
        self.redis = RedisServer(self.redis.data, fsync="everysec")
        self.ports["bare"] = free_port()

    def commands(self) -> Mapping[str, list[str]]:
        bare = ["-m", "tests.bench.bare", str(self.ports["bare"])]
        commands = super().commands()
        clocks = {name: ["-m", "tests.bench.clock", name] for name in ("clock", "clock2")}
        return {**commands, **clocks, "worker2": commands["worker"], "bare": bare}

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "LOG_LEVEL": "warning"}

    def wired(self) -> Wired:
        """Return this process's own hands on the installation."""
        return wire(read(self.environment))


@contextmanager
def standing(folder: Path, *names: str, redis_on: int | None = None, book: str = "") -> Iterator[Stand]:
    """Redis, on a CPU of its own if one is named, and these processes, from ready until stopped.

    `book`: an on-call book in the place of the tests' own.
    """
    stand = Stand(folder)
    if book:
        (stand.manifests / "oncall" / "book.yaml").write_text(book)
    try:
        with nullcontext() if redis_on is None else on_cpu(redis_on):
            stand.redis.start()
        for name in names:
            stand.start(name, wait=False)
        for name in names:
            stand.ready(name)
            if name in stand.ports:
                wait_for(f"{name} to listen", lambda port=stand.ports[name]: listens(port))  # type: ignore[misc]
        yield stand
    finally:
        stand.stop()


@contextmanager
def on_cpu(number: int) -> Iterator[None]:
    """Run this thread, and what it starts meanwhile, on one CPU."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {number})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@dataclass(frozen=True)
class Pool:
    """The RQ side of an installation."""

    stand: Stand
    wired: Wired

    def workers(self, name: str) -> set[int]:
        """Return the processes of this tree that have said hello to RQ."""
        registered = {worker.pid for worker in Worker.all(connection=self.wired.raw_redis) if worker.pid}
        return registered & set(session(self.stand.running[name].pid))

    def is_ready(self, name: str) -> bool:
        return len(self.workers(name)) == self.wired.settings.workers

    def is_idle(self) -> bool:
        """Nobody works and no wake-up call waits."""
        queues = [Queue(name, connection=self.wired.raw_redis) for name in QUEUES]
        return not any(queue.count or StartedJobRegistry(queue=queue).get_job_count(cleanup=False) for queue in queues)


def wait_for(what: str, look: Callable[[], bool], seconds: float = 60) -> None:
    """Look every millisecond: the time until something is so is what is measured here."""
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, f"waited {seconds:g} s in vain for: {what}"
        time.sleep(0.001)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def session(leader: int) -> list[int]:
    """A process that was started with a session of its own, and all that it started, oldest first."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(ProcessLookupError):
            if os.getsid(int(folder.name)) == leader:
                found.append(int(folder.name))
    return sorted(found)


def megabytes(pid: int, measure: str = "Rss") -> float:
    """What a process holds: `Rss` counts shared pages wholly, `Pss` by its share."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{measure}:")) / 1024
