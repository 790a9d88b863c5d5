"""A night under audit: its clock, workers and auditor do what they do each minute, unless they are dead."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from rq.serializers import JSONSerializer
from rq.worker import Worker

from bot.audit.facts import Facts
from bot.store.audit import Book, RedisAudits
from bot.store.keys import Keys
from bot.wiring import Wired
from tests.harness.clock import WoundClock
from tests.harness.mailbox import Letter
from tests.harness.night import Night
from tests.harness.receivers import Receiver, Request
from tests.harness.redis_server import connection
from workers.audit import Auditor, auditor
from workers.perform import hands

TOKEN = "/beats/7d1f3c8e-5ecre7"

OPS = "COPS"


class OnTheWoundClock(RedisAudits):
    """Redis's clock is the real one; here it is wound along, unless it goes wrong."""

    skew = 0.0

    def _store_now(self) -> datetime:
        return WoundClock(self._clock.now()).wind(self.skew)


class Watch:
    """What one minute is like, and what came of it."""

    def __init__(self, night: Night, heart: Receiver) -> None:
        self.night = night
        self.heart = heart
        self.dead: set[str] = set()
        """Kinds of processes that don't beat and do nothing."""
        self.hang = False
        """Workers beat, and do nothing."""
        self.settings: dict[str, Any] = {
            "heartbeat_url": heart.url + TOKEN,
            "audit_contact": "email:ops@local.test",
        }
        self.raw = connection(night.wired.redis)
        self.keys = Keys()
        self.audits = OnTheWoundClock(
            night.wired.redis, night.wired.raw_redis, Keys(), night.clock,
            store=night.wired.store, problems=night.wired.problems, heartbeats=night.wired.heartbeats,
        )  # fmt: skip
        night.crew = hands(self.wired())
        Worker(["slack"], connection=night.wired.raw_redis, serializer=JSONSerializer).register_birth()  # type: ignore[no-untyped-call]

    def wired(self) -> Wired:
        settings = self.night.wired.settings.model_copy(update=self.settings)
        return replace(self.night.wired, settings=settings, audits=self.audits)

    def auditor(self, *, stands_in: bool = False) -> Auditor:
        """Return another process's auditor."""
        return auditor(self.wired(), stands_in=stands_in)

    def minutes(self, count: int = 1, auditor: Auditor | None = None) -> None:
        """Let minutes pass; at the end of each one round is done, and what follows from it, if anybody lives."""
        mine = auditor or self.auditor()
        self.night.clocks_sleep = "clock" in self.dead
        self.night.workers_sleep = self.hang or "worker" in self.dead
        for _ in range(count):
            self.night.passes(seconds=60)
            self.beats()
            mine.look()
            self.night.works()

    def beats(self) -> None:
        for kind in {"worker", "clock"} - self.dead:
            self.night.wired.heartbeats.beat(kind)

    def found(self) -> dict[str, str]:
        """Return what is found now, by key."""
        outbreak = self.audits.book().outbreak
        return {finding.key: finding.what for finding in outbreak.findings} if outbreak else {}

    def facts(self) -> Facts:
        return self.audits.look(Book(), ("worker", "clock"))[0]

    def ops(self, *words: str) -> list[str]:
        """Return what stands in the ops channel about Muster, oldest first."""
        messages = self.night.posted(OPS)
        said = [m["text"] for m in messages if _is_ours(m["text"])]
        return [text for text in said if all(word in text for word in words)]

    def letters(self) -> list[Letter]:
        """Return what the audit's contact got: others are paged meanwhile."""
        return [letter for letter in self.night.mailbox.letters() if letter.to == ("ops@local.test",)]

    def beaten(self) -> list[Request]:
        return self.heart.requests


def _is_ours(text: str) -> bool:
    return "with Muster since" in text or "All is well again" in text or "then worse" in text


@pytest.fixture
def heart() -> Iterator[Receiver]:
    """Whoever waits for heartbeats."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def watch(night: Night, heart: Receiver, tmp_path: Path) -> Watch:
    """All is well, at noon on a Monday."""
    watch = Watch(night, heart)
    watch.beats()
    return watch
