"""Processes are killed, and the others tell: in Slack, and where no worker is left, by mail from the clock itself."""

import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.store.keys import Keys
from bot.store.read_models import RedisHeartbeats
from bot.wiring import SystemClock
from tests.harness.mailbox import Mailbox
from tests.harness.receivers import Receiver
from tests.harness.redis_server import connection
from tests.harness.wired import Truth, WiredWorld
from tests.harness.world import until

pytestmark = pytest.mark.crash


class AuditedWorld(WiredWorld):
    """An installation whose clocks go a round each second."""

    heart: Receiver
    mailbox: Mailbox

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {
            "HEARTBEAT_URL": f"{self.heart.url}/beats",
            "HEARTBEAT_EVERY": "1",
            "AUDIT_CONTACT": "email:ops@local.test",
            "SMTP_URL": f"smtp://127.0.0.1:{self.mailbox.port}",
        }

    def ops(self, *words: str) -> list[str]:
        """What stands in the ops channel with all these words in it."""
        query = {"user": "UMO", "channel": "COPS"}
        messages = httpx.get(self.url("slack") + "/client/messages", params=query).json()["messages"]
        return [m["text"] for m in messages if all(word in m["text"] for word in words)]

    def beats(self) -> None:
        """Wait for another heartbeat."""
        count = len(self.heart.requests)
        until("a heartbeat", lambda: len(self.heart.requests) > count)


@pytest.fixture
def audited(tmp_path: Path) -> Iterator[AuditedWorld]:
    folder = tmp_path / "world"
    folder.mkdir()
    world = AuditedWorld(folder)
    with Receiver() as world.heart, Mailbox() as world.mailbox:
        world.start_all()
        yield world
        world.stop()


@pytest.fixture
def known(audited: AuditedWorld) -> Iterator[Truth]:
    truth = Truth(audited)
    yield truth
    truth.close()


def silent_for_a_minute(truth: Truth, kind: str) -> None:
    """Let the seconds go by for which nobody doubts yet that a kind of process lives."""
    then = int(SystemClock().now().timestamp() * 1000) - 60_000
    connection(truth.client).hset(Keys().heartbeats, kind, then)


def is_named(truth: Truth, pid: int) -> bool:
    """Say whether a process that said no goodbye has this id."""
    heartbeats = RedisHeartbeats(truth.client, Keys(), SystemClock())
    return any(process.name.endswith(f":{pid}") for process in heartbeats.processes())


def test_a_clock_that_is_killed_is_told_once_by_the_other_and_a_worker_by_mail(
    audited: AuditedWorld, known: Truth
) -> None:
    audited.start("another clock")
    audited.beats()
    killed = audited.running["another clock"].pid
    until("its name", lambda: is_named(known, killed))
    audited.kill("another clock")
    until("word of it", lambda: audited.ops("The clock process", f":{killed} ended without a goodbye"))
    audited.beats()
    audited.start("another clock")
    until("all to be well", lambda: audited.ops("✓ All is well again", f":{killed}"))
    assert len(audited.ops("Muster since")) + len(audited.ops("All is well")) == 1, "one message, edited"

    audited.kill("worker")
    silent_for_a_minute(known, "worker")
    until("a letter", audited.mailbox.letters)
    (letter,) = audited.mailbox.letters()
    assert letter.to == ("ops@local.test",)
    assert "The worker process is gone" in letter.text
    assert "python -m workers worker" in letter.text
    audited.start("worker")
    until("all to be well", lambda: audited.ops("✓ All is well again", "The worker process is gone"))
    audited.beats()
    assert len(audited.mailbox.letters()) == 1


def test_a_clock_that_is_told_to_stop_says_goodbye_and_a_worker_stands_in_where_none_is_left(
    audited: AuditedWorld, known: Truth
) -> None:
    clock = audited.running.pop("clock")
    until("its name", lambda: is_named(known, clock.pid))
    clock.send_signal(signal.SIGTERM)
    assert clock.wait(20) == 0
    assert not is_named(known, clock.pid)
    silent_for_a_minute(known, "clock")
    until("the worker to tell", lambda: audited.ops("The clock process is gone", "python -m workers clock"))
    audited.start("clock")
    until("all to be well", lambda: audited.ops("✓ All is well again"))
    audited.beats()
