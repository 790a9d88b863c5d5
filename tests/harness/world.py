"""The whole of Muster in processes: Redis, the local Slack, web, RQ workers, clock, and checkout, which can break."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from bot.cli.demo import installed_app
from tests.harness.redis_server import RedisServer

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 60.0
"""Seconds that a test waits for what must come: far more than it takes, for slow machines."""

Seen = TypeVar("Seen")


def until(what: str, look: Callable[[], Seen | None], patience: float = PATIENCE) -> Seen:
    """Look until there is something to see, and return it."""
    end = time.monotonic() + patience
    while not (seen := look()):
        assert time.monotonic() < end, f"waited {patience:g} s in vain for: {what}"
        time.sleep(0.02)
    return seen


class World:
    """One installation. `kill` is a power cut for one process; `start` brings it back on the same data."""

    def __init__(self, folder: Path, *, socket_mode: bool = False) -> None:
        self.folder = folder
        self.socket_mode = socket_mode
        self.redis = RedisServer(_made(folder / "redis"))
        self.ports = dict(zip(("slack", "web", "checkout"), _free_ports(3), strict=True))
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.manifests = _quick_manifests(folder / "manifests")
        (folder / "app.json").write_text(json.dumps(self.app()))

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.defpath,
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.folder),
            "REDIS_URL": self.redis.url,
            "SLACK_API_URL": self.url("slack") + "/api/",
            "SLACK_BOT_TOKEN": "xoxb-local",
            "SLACK_APP_TOKEN": "xapp-local" if self.socket_mode else "",
            "SLACK_SIGNING_SECRET": "local-signing-secret",
            "SLACK_MODE": "socket" if self.socket_mode else "http",
            "PORT": str(self.ports["web"]),
            "MANIFESTS": str(self.manifests),
            "SERVICE_URL_CHECKOUT": self.url("checkout"),
            "SMTP_URL": "smtp+plain://127.0.0.1:9",
            "PAGERDUTY_KEY": "0" * 32,
            "PHONE_SECRET": "whsec_" + "A" * 32,
            "LOG_LEVEL": "info",
        }

    def commands(self) -> Mapping[str, list[str]]:
        data = ["--data", str(self.folder / "slack"), "--app", str(self.folder / "app.json")]
        return {
            "slack": ["-m", "bot.sandbox", "--port", str(self.ports["slack"]), *data],
            "checkout": ["-m", "bot.sandbox.checkout", "--port", str(self.ports["checkout"]), "--pace", "0.1"],
            "web": ["-m", "bot", "web"],
            "worker": ["-m", "workers", "worker"],
            "clock": ["-m", "workers", "clock"],
        }

    def start_all(self) -> None:
        self.redis.start()
        for name in self.commands():
            self.start(name, wait=False)
        for name in self.commands():
            self.ready(name)

    def start(self, name: str, *, wait: bool = True) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *self.commands()[name]],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=ROOT,
            )
        if wait:
            self.ready(name)

    def ready(self, name: str) -> None:
        path = {"slack": "/client/boot?user=UANA", "web": "/readyz", "checkout": "/health"}.get(name)
        if name == "web" and self.socket_mode:
            until(
                "the socket", lambda: httpx.get(self.url("slack") + "/client/boot?user=UANA").json()["app"]["connected"]
            )
        elif path is not None:
            until(f"{name} at {path}; {self.log(name)}", lambda: self._answers(self.url(name) + path))

    def kill(self, name: str) -> None:
        """Kill -9 the process and all of its children, also those that RQ puts into process groups of their own."""
        process = self.running.pop(name)
        killed: set[int] = set()
        while alive := session_of(process.pid) - killed:
            for pid in alive:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            killed |= alive
        process.wait()

    def stop(self) -> None:
        for name in list(self.running):
            self.kill(name)
        self.redis.kill()

    def log(self, name: str) -> str:
        file = self.folder / f"{name}.log"
        return file.read_text()[-3000:] if file.exists() else ""

    def terminal(self, *words: str, by: str = "UANA", **environment: str) -> subprocess.CompletedProcess[str]:
        """Type `muster incident …`."""
        return self.muster("incident", "--as", by, *words, **environment)

    def muster(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot", *arguments]
        return subprocess.run(
            command,
            env=self.environment | environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def _answers(self, url: str) -> bool:
        try:
            return httpx.get(url, timeout=1).is_success
        except httpx.HTTPError:
            return False

    def app(self) -> dict[str, Any]:
        url = None if self.socket_mode else self.url("web") + "/slack/events"
        return installed_app(ROOT / "manifests" / "slack" / "app.yaml", url)


def children(parent: int) -> list[int]:
    """List the processes that this one has started, in that order."""
    return sorted(pid for pid, started_by in processes().items() if started_by == parent)


def processes() -> dict[int, int]:
    """List all processes that live, each with its parent."""
    if Path("/proc/self/stat").exists():
        listed = [entry for stat in Path("/proc").glob("[0-9]*/stat") if (entry := _parent_of(stat))]
    else:
        said = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        listed = [(int(pid), int(parent)) for pid, parent in (line.split() for line in said.splitlines())]
    return dict(listed)


def _parent_of(stat: Path) -> tuple[int, int] | None:
    """Read a process's entry: its id, its name in brackets, its state, its parent."""
    try:
        state, parent = stat.read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None  # ended a moment ago
    return None if state == "Z" else (int(stat.parent.name), int(parent))


def session_of(leader: int) -> set[int]:
    """Find the processes that a process started, itself included: they share its session."""
    return {pid for pid in processes() if _session(pid) == leader}


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None  # ended a moment ago, or not ours to ask about


def _quick_manifests(folder: Path) -> Path:
    """Copy the shipped manifests, with waits that suit a test; scaling is what does not help, and is soon given up.

    The on-call book is the tests' own: the shipped one says another name each week. Reminders come after a week: where
    many stories share an installation, one that takes long must not meet them.
    """
    shutil.copytree(ROOT / "manifests", folder)
    shutil.rmtree(folder / "oncall")
    shutil.copytree(ROOT / "tests" / "harness" / "oncall", folder / "oncall")
    for workflow in (folder / "workflows").glob("*.yaml"):
        workflow.write_text(re.sub(r"\b(after|detected|triage): \w+", r"\1: 7d", workflow.read_text()))
    for book in (folder / "runbooks").glob("*.yaml"):
        quick = {"settle:": "settle: 0.5s", "every:": "every: 0.1s"}
        if book.stem == "scale-checkout":
            quick["within:"] = "within: 5s"
        book.write_text("\n".join(_quickened(line, quick) for line in book.read_text().splitlines()) + "\n")
    return folder


def _quickened(line: str, quick: Mapping[str, str]) -> str:
    for word, replacement in quick.items():
        if line.strip().startswith(word):
            return line[: len(line) - len(line.lstrip())] + replacement
    return line


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One installation over signed HTTP for all stories; each story has an incident of its own."""
    world = World(tmp_path_factory.mktemp("world"))
    world.start_all()
    yield world
    world.stop()


@pytest.fixture
def mortal_world(tmp_path: Path) -> Iterator[World]:
    """An installation of the test's own, to kill parts of."""
    world = World(_made(tmp_path / "world"))
    world.start_all()
    yield world
    world.stop()
