"""One installation on a clock to wind: real Redis, the local Slack and real receivers; its workers work when asked."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
from rq import Queue
from rq.serializers import JSONSerializer

from bot.domain.incident.commands import AnyCommand, Declare
from bot.domain.incident.events import AnyEvent
from bot.domain.incident.state import Incident
from bot.domain.rejected import Rejected
from bot.domain.severity import Severity
from bot.engine import Receipt
from bot.settings import read
from bot.store.keys import Keys
from bot.store.waker import QUEUES
from bot.verbs import run
from bot.verbs.request import Request, Said
from bot.wiring import wire
from tests.harness.clock import NOON, WoundClock
from tests.harness.mailbox import Mailbox
from tests.harness.orders import header
from tests.harness.people import BEN
from tests.harness.receivers import Hook, PagerDuty
from tests.harness.redis_server import RedisServer, connection
from tests.harness.world import ROOT, World
from workers.__main__ import clockwork
from workers.clock import Clockwork
from workers.perform import hands, serve

_hundreds, _typed = count(1), count(1)

KEY = "0123456789abcdef0123456789abcdef"
SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGUgcGhvbmU="


class Night:
    """A night in minutes. `passes` lets time go by as clock and workers would see it; either may be asleep."""

    def __init__(self, world: World, folder: Path, book: str = "") -> None:
        self.world = world
        self.clock = WoundClock()
        self.mailbox, self.pager, self.phone = Mailbox(), PagerDuty(KEY), Hook(SECRET)
        self.folder = folder
        self.workflow = "hybrid"
        self.clocks_sleep = self.workers_sleep = False
        shutil.copytree(world.manifests, folder / "manifests")
        self.write(book or (ROOT / "tests" / "harness" / "oncall" / "book.yaml").read_text())

    def __enter__(self) -> Self:
        for receiver in (self.mailbox, self.pager, self.phone):
            receiver.__enter__()
        self.starts()
        self.wired.redis.hset(Keys().numbers, "last", next(_hundreds) * 100)  # the local Slack is shared
        return self

    def __exit__(self, *_: object) -> None:
        for receiver in (self.mailbox, self.pager, self.phone):
            receiver.__exit__(None, None, None)
        connection(self.wired.redis).close()
        self.wired.raw_redis.close()
        httpx.post(self.world.url("slack") + "/control/reset", json={}).raise_for_status()

    def write(self, book: str) -> None:
        """Declare another on-call book; it holds from the next start on."""
        (self.folder / "manifests" / "oncall" / "book.yaml").write_text(book)

    def asks(
        self, approval: str, *, severities: str = "p1", before: str = "mitigation", stages: str = "", of: str = ""
    ) -> None:
        """Declare an approval, in YAML without its name and title, that mitigations, say, wait for; start anew."""
        workflow = self.folder / "manifests" / "workflows" / "hybrid.yaml"
        narrow = f"severities: [{severities}], stages: [{stages}]{f', of: [{of}]' if of else ''}"
        declared = f"gates:\n  - {{use: tried, before: [{before}], {narrow}}}\n"
        text = workflow.read_text().replace("gates:\n", declared, 1)
        given = "".join(f"    {line}\n" for line in ("title: Tried", *approval.strip().splitlines()))
        workflow.write_text(text.replace("approvals:\n", f"approvals:\n  tried:\n{given}", 1))
        self.starts()

    def goes_by(self, workflow: str) -> None:
        """Put another of the shipped workflows in force; start anew."""
        self.workflow = workflow
        self.starts()

    def asked(self, person: str, incident: str) -> list[dict[str, Any]]:
        """Return the direct messages that ask a person for their vote, or once did."""
        return [
            m for m in self.direct(person, incident) if "pproval" in m["text"] or "(m" in m["text"] or "(g" in m["text"]
        ]

    def starts(self) -> None:
        """Start the bot's processes anew: with today's manifests, on yesterday's data."""
        text = (self.folder / "manifests" / "oncall" / "book.yaml").read_text()
        text = text.replace("url: http://127.0.0.1:9}", f"url: {self.pager.url}}}")
        text = text.replace("http://127.0.0.1:9/messages", f"{self.phone.url}/messages")
        (self.folder / "manifests" / "oncall" / "book.yaml").write_text(text)
        settings = read(
            {
                **self.world.environment,
                "MANIFESTS": str(self.folder / "manifests"),
                "WORKFLOW": self.workflow,
                "SMTP_URL": f"smtp://127.0.0.1:{self.mailbox.port}",
                "PAGERDUTY_KEY": KEY,
                "PHONE_SECRET": SECRET,
            }
        )
        self.wired = wire(settings, clock=self.clock)
        self.crew, self.ticking = hands(self.wired), clockwork(self.wired)

    # Time

    def passes(self, seconds: float = 0, *, minutes: float = 0) -> None:
        """Let time go by in steps of what is due next; clock and workers do their work at each, unless they sleep."""
        end = self.clock.now() + timedelta(seconds=seconds, minutes=minutes)
        self.works()
        while (due := self._next_due()) is not None and due <= end:
            self.clock.wind(max(0.0, (due - self.clock.now()).total_seconds()))
            self.ticks()
            self.works()
        self.clock.wind((end - self.clock.now()).total_seconds())
        self.ticks()
        self.works()

    def ticks(self) -> None:
        """Look at what is due, as the clock process does."""
        if not self.clocks_sleep:
            self.ticking.tick()

    def clockwork(self) -> Clockwork:
        """Start another clock."""
        return clockwork(self.wired)

    def works(self) -> None:
        """Answer RQ's wake-up calls, as workers do, until there are none."""
        while not self.workers_sleep and (lanes := self._wake_up_calls()):
            for lane in lanes:
                serve(lane, self.crew, self.wired.outbox)

    def _wake_up_calls(self) -> list[str]:
        lanes = []
        for name in QUEUES:
            queue = Queue(name, connection=self.wired.raw_redis, serializer=JSONSerializer)
            for job in queue.get_jobs():
                lanes.append(str(job.args[0]))
                job.delete()
        return lanes

    def _next_due(self) -> datetime | None:
        """Return when a timer or a lane is due next, for as long as somebody is awake who looks at it."""
        keys, now = Keys(), self.clock.now()
        looked_at = [keys.lanes, *([] if self.clocks_sleep else [keys.timers])]
        after = f"({now.timestamp() * 1000:.0f}"
        redis = connection(self.wired.redis)
        found: list[Any] = [
            redis.zrangebyscore(key, after, "+inf", start=0, num=1, withscores=True) for key in looked_at
        ]
        times = [at for entries in found for _, at in entries]
        return datetime.fromtimestamp(min(times) / 1000, UTC) if times else None

    # What people do

    def declared(
        self,
        by: str = BEN,
        severity: Severity = Severity.P1,
        title: str = "checkout is down",
        service: str | None = "checkout",
    ) -> str:
        order = Declare(**{**header(by, 0), "at": self.clock.now()}, title=title, severity=severity, service=service)
        return self.wired.house.engine.declare(order).incident.id

    def types(self, line: str, by: str, incident: str, *, here: bool = True) -> str:
        """Somebody types a verb, in the incident's channel or elsewhere; returns what they are told."""
        request = Request(by=by, at=self.clock.now(), cause=f"typed-{next(_typed)}", incident=incident, here=here)
        try:
            answer = run(line, request, self.wired.house)
        except Rejected as no:
            return no.sentence
        self.passes(seconds=5)
        return answer.text if isinstance(answer, Said) else type(answer).__name__

    def does(self, order: AnyCommand, incident: str) -> Receipt | Rejected:
        """Somebody orders something now."""
        try:
            return self.wired.house.engine.submit(
                order.model_copy(update={"incident": incident, "at": self.clock.now()})
            )
        except Rejected as no:
            return no

    # What came of it

    def incident(self, incident: str) -> Incident:
        return self.wired.house.engine.incident(incident)

    def events(self, incident: str) -> list[AnyEvent]:
        return [record.event for record in self.wired.house.engine.history(incident)]

    def paged(self, person: str, incident: str) -> list[dict[str, Any]]:
        """Return the direct messages that call a person, or once did."""
        state = httpx.get(self.world.url("slack") + "/control/state").json()
        named = {
            (message["channel"], message["ts"])
            for message in state["Message"]
            if (message["metadata"] or {}).get("event_payload", {}).get("incident") == incident
            and message["metadata"]["event_payload"]["name"].startswith("page:")
        }
        return [m for m in self.direct(person) if (m.get("channel", self._dm(person)), m["ts"]) in named]

    def direct(self, person: str, *words: str) -> list[dict[str, Any]]:
        """Return the bot's direct messages to a person that hold all these words."""
        return self._messages(self._dm(person), person, *words)

    def _dm(self, person: str) -> str:
        answer = httpx.post(self.world.url("slack") + "/client/dm", json={"user": person, "with": "UMUSTER"})
        return str(answer.json()["channel"]["id"])

    def posted_to(self, person: str, channel: str) -> list[dict[str, Any]]:
        """Return what a person can read in a channel."""
        return self._messages(channel, person)

    def posted(self, channel: str, *words: str) -> list[dict[str, Any]]:
        return self._messages(channel, "UMO", *words)

    def _messages(self, channel: str, person: str, *words: str) -> list[dict[str, Any]]:
        query = {"user": person, "channel": channel}
        found = httpx.get(self.world.url("slack") + "/client/messages", params=query).json().get("messages", [])
        return [m for m in found if all(word in m["text"] for word in words)]

    def slack_fails(self, *faults: dict[str, Any]) -> None:
        httpx.post(self.world.url("slack") + "/control/faults", json={"faults": faults}).raise_for_status()


@pytest.fixture(scope="session")
def quiet_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A local Slack without any of the bot's processes: they are called by hand."""
    world = World(tmp_path_factory.mktemp("quiet"))
    world.start("slack")
    yield world
    world.stop()


@pytest.fixture
def night(quiet_world: World, tmp_path: Path) -> Iterator[Night]:
    """An installation of the test's own, at noon on a Monday, with an empty record."""
    redis = RedisServer(_made(tmp_path / "redis"))
    redis.start()
    quiet_world.redis = redis
    with Night(quiet_world, tmp_path) as night:
        assert night.clock.now() == NOON
        yield night
    redis.kill()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
