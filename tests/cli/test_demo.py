"""`muster demo` as a new user calls it: one command, one URL, everything behind it, and an end to all of it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from bot.cli import embedded
from tests.harness.actors import Person
from tests.harness.world import ROOT, children, processes, until

pytestmark = pytest.mark.story

PARTS = ("redis", "slack", "checkout", "mail", "web", "worker", "clock")
"""In the order in which they are started."""

PORT = 10_000 + 10 * (os.getpid() % 2000)
"""Below the ports that systems hand out by themselves, and apart from those of a test run beside this one."""


class Demo:
    """A running `muster demo`, in a folder of its own."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self.folder = folder
        self.said = folder / "said.txt"
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "demo", "--port", str(PORT), *arguments],
                env={"PATH": os.defpath, "PYTHONPATH": str(ROOT), "HOME": str(folder), **environment}
                | {"MANIFESTS": str(ROOT / "manifests")},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
            )
        self.urls = until("the URL", lambda: re.findall(r"http://127\.0\.0\.1:\d+|redis://\S+", self.news()))

    def news(self) -> str:
        """What this run has printed; raises if it ended before it was ready."""
        printed = self.said.read_text()
        assert self.process.poll() is None, printed
        return printed if "Ctrl-C" in printed else ""

    def url(self, name: str) -> str:
        """The address of a part: the page is printed first, the service to break second."""
        slack, checkout, redis = self.urls
        return str({"slack": slack, "checkout": checkout, "redis": redis}[name])

    def stops(self) -> str:
        """End it as a service manager would; returns what it printed."""
        parts = children(self.process.pid)
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0
        assert not set(parts) & set(processes()), "something was left running"
        printed = self.said.read_text()
        self.said.unlink()
        return printed


Starts = Callable[..., Demo]


@pytest.fixture
def starts(tmp_path: Path) -> Iterator[Starts]:
    begun: list[Demo] = []

    def start(*arguments: str, **environment: str) -> Demo:
        begun.append(Demo(tmp_path, *arguments, **environment))
        return begun[-1]

    yield start
    for demo in begun:
        if demo.process.poll() is None:
            demo.process.terminate()
            demo.process.wait(30)


def declares(demo: Demo, title: str) -> str:
    """Ana declares in the page's channel; returns the name of the channel that opens."""
    ana = Person(demo, "UANA")  # type: ignore[arg-type]  # it only asks for the address
    assert "is declared" in ana.types(f"/incident declare p1 {title}")
    return str(until("the channel", lambda: next((c["name"] for c in ana.channels() if "inc-" in c["name"]), None)))


def names(demo: Demo) -> list[str]:
    return [channel["name"] for channel in Person(demo, "UANA").channels()]  # type: ignore[arg-type]


def test_one_url_leads_to_all_of_it_and_the_end_is_clean(starts: Starts) -> None:
    demo = starts()
    assert "text/html" in httpx.get(demo.url("slack")).headers["content-type"]
    assert httpx.get(demo.url("checkout") + "/health").json()["status"] == "ok"
    channel = declares(demo, "checkout is down")
    assert channel == "inc-1-checkout-is-down"
    assert "`--fresh` forgets it" in demo.stops()
    again = starts()
    assert channel in names(again)
    again.stops()
    fresh = starts("--fresh")
    assert channel not in names(fresh)


def test_mail_that_muster_sends_is_seen(starts: Starts) -> None:
    ana = Person(starts(), "UANA")  # type: ignore[arg-type]  # it only asks for the address
    (box,) = (link["url"] for link in ana.get("/client/boot")["links"] if "mail" in link["title"])
    ana.clicks_in_view("Test my page", ana.home("Your shifts"))
    (letter,) = until("the letter", lambda: httpx.get(box + "letters.json").json()["letters"])
    assert letter["to"] == "ana@local.test"
    assert "TEST" in letter["subject"]


def test_over_socket_mode(starts: Starts) -> None:
    assert declares(starts("--socket"), "mail is late") == "inc-1-mail-is-late"


def test_what_dies_is_started_again(starts: Starts) -> None:
    demo = starts()
    os.kill(children(demo.process.pid)[PARTS.index("worker")], signal.SIGKILL)
    until("the news", lambda: "worker ended with -9; starting it again" in demo.said.read_text())
    assert declares(demo, "search is slow") == "inc-1-search-is-slow"


def test_a_redis_server_on_the_path_is_used(starts: Starts, tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "redis-server").symlink_to(embedded.executable())
    demo = starts(PATH=f"{programs}:{os.defpath}")
    assert Redis.from_url(demo.url("redis")).info("server")["executable"] == str(programs / "redis-server")
    assert Redis.from_url(demo.url("redis")).config_get("append*")["appendonly"] == "yes"


def test_another_redis_is_used_when_its_url_is_set(starts: Starts, tmp_path: Path) -> None:
    theirs = starts()
    folder = tmp_path / "another"
    folder.mkdir()
    other = Demo(folder, REDIS_URL=theirs.url("redis"))
    try:
        assert other.url("redis") == theirs.url("redis")
        assert other.url("slack") != theirs.url("slack"), "a port that is taken is left to whom it belongs"
        assert not (folder / ".muster" / "demo" / "redis").exists()
    finally:
        other.stops()


def test_where_no_server_can_be_found_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr(embedded, "find_spec", lambda _: None)
    with pytest.raises(embedded.NoServer, match=r"install redis-server, or .*, or set REDIS_URL"):
        embedded.executable()
