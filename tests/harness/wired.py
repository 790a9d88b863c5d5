"""An installation with wires to hold, and what must be true of it after any crash: all there, once, in order."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.domain import effects as x
from bot.domain.incident.decide.escalations import is_wanted
from bot.domain.incident.escalations import Standing
from bot.domain.incident.events import AnyEvent, ExportDelivered
from bot.domain.incident.evolve import evolve
from bot.domain.incident.react import react
from bot.domain.incident.record import breaks
from bot.domain.incident.state import Incident
from bot.domain.oncall.reach import SLACK
from bot.store.event_store import RedisEventStore
from bot.store.keys import Keys
from bot.store.outbox import RedisOutbox
from bot.wiring import SystemClock
from tests.harness import laws
from tests.harness.mailbox import Mailbox
from tests.harness.receivers import Hook
from tests.harness.redis_server import connection
from tests.harness.wire import Wire
from tests.harness.world import World, until

Seen = dict[str, Any]

PHONE_SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGUgcGhvbmU="


class WiredWorld(World):
    """The bot's processes reach Redis, Slack and checkout over wires; people and tests reach them directly.

    There may be another worker tree and another clock. Pages arrive at a mailbox and at a phone of its own, and whoever
    is silent is passed over within seconds.
    """

    PARTS = ("slack", "checkout", "web", "worker", "clock")

    def __init__(self, folder: Path, *, socket_mode: bool = False) -> None:
        super().__init__(folder, socket_mode=socket_mode)
        self.redis_wire = Wire(self.redis.port)
        self.slack_wire = Wire(self.ports["slack"])
        self.checkout_wire = Wire(self.ports["checkout"])
        self.mailbox, self.phone = Mailbox(), Hook(PHONE_SECRET)
        self.mailbox.__enter__()
        self.phone.__enter__()
        book = (Path(__file__).parent / "hasty_book.yaml").read_text()
        (self.manifests / "oncall" / "book.yaml").write_text(book.replace("http://127.0.0.1:9", self.phone.url))

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_wire.port}/0",
            "SLACK_API_URL": f"http://127.0.0.1:{self.slack_wire.port}/api/",
            "SERVICE_URL_CHECKOUT": f"http://127.0.0.1:{self.checkout_wire.port}",
            "SMTP_URL": f"smtp://127.0.0.1:{self.mailbox.port}",
            "PHONE_SECRET": PHONE_SECRET,
        }

    def commands(self) -> Mapping[str, list[str]]:
        commands = super().commands()
        return {**commands, **{f"another {name}": commands[name] for name in ("worker", "clock")}}

    def start_all(self) -> None:
        self.redis.start()
        for name in self.PARTS:
            self.start(name, wait=False)
        for name in self.PARTS:
            self.ready(name)

    def slack_fails(self, *faults: Seen) -> None:
        """Have the local Slack fail like this from now on, or no more."""
        httpx.post(self.url("slack") + "/control/faults", json={"faults": faults}).raise_for_status()

    def stop(self) -> None:
        super().stop()
        for wire in (self.redis_wire, self.slack_wire, self.checkout_wire):
            wire.close()
        self.mailbox.__exit__()
        self.phone.__exit__()


class Truth:
    """What the record, the workspace and the target say, read past the bot."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = world.redis.client()
        self.store = RedisEventStore(self.client, Keys())
        self.outbox = RedisOutbox(self.client, Keys(), SystemClock())

    def close(self) -> None:
        connection(self.client).close()

    def events(self, incident: str) -> list[AnyEvent]:
        return [record.event for record in self.store.history(incident)]

    def comes(self, type_: str, incident: str) -> None:
        """Wait for an event of this type."""
        until(type_, lambda: type_ in self.types(incident))

    def types(self, incident: str) -> list[str]:
        return [event.type for event in self.events(incident)]

    def state(self, incident: str) -> Incident:
        stored = self.store.load(incident)
        assert stored is not None
        return stored.incident

    def is_calling(self, incident: str) -> bool:
        """Say whether somebody is being called who has not answered yet, and others are waited for."""
        return any(one.standing is Standing.RUNNING for one in self.state(incident).escalations.values())

    def forget_wake_up_calls(self) -> None:
        """Lose everything that RQ knows."""
        redis = connection(self.client)
        for key in redis.scan_iter("rq:*"):
            redis.delete(key)

    def leases_end(self) -> None:
        """Let the seconds go by for which a dead worker still holds its lanes."""
        keys, redis = Keys(), connection(self.client)
        for lane in self.outbox.waiting():
            redis.delete(keys.lease(lane))
            redis.zadd(keys.lanes, {lane: 0}, xx=True)

    def is_whole(self, incident: str) -> None:
        """Wait until nothing waits; then all is there, each thing once, in order, and nobody rewrote anything."""
        until(f"the lanes to empty: {self.outbox.waiting()}", lambda: not self.outbox.waiting())
        assert list(breaks(self.store.raw_history(incident))) == []
        wished = self._wishes(incident)
        workspace = httpx.get(self.world.url("slack") + "/control/state").json()
        posts = _posts(workspace["Message"], incident)
        assert [name for name, times in Counter(posts).items() if times > 1] == []
        for place in ("channel", "announce", "managers", "customers"):
            told = [int(name.partition(":")[2]) for name in posts if name.startswith(f"{place}:")]
            assert told == [wish.version for wish in wished if isinstance(wish, x.Tell) and wish.place == place], place
        timelines = {int(name.split(":")[1]) for name in posts if name.startswith("timeline:")}
        assert timelines == {wish.version for wish in wished if isinstance(wish, x.PostTimeline)}
        assert posts.count("card") == posts.count("announcement") == 1
        assert {name for name in posts if name.startswith("mitigation:")} == {
            f"mitigation:{wish.mitigation}" for wish in wished if isinstance(wish, x.ShowMitigation)
        }
        self._calls_are_whole(incident, posts, wished)
        mine = [c for c in workspace["Channel"] if c["name"].startswith(f"{incident.lower()}-")]
        assert [channel["id"] for channel in mine] == [self.state(incident).channel]
        delivered = [event.file for event in self.events(incident) if isinstance(event, ExportDelivered)]
        shared = [f["name"] for f in workspace["File"] if f["completed"] and f["name"].startswith(incident.lower())]
        assert shared == delivered
        calls = httpx.get(self.world.url("checkout") + "/admin/calls").json()["calls"]
        acted = Counter(call["key"] for call in calls if call["status"] == 200 and not call["repeat"])
        assert [key for key, times in acted.items() if times > 1] == []

    def _calls_are_whole(self, incident: str, posts: Sequence[str], wished: Sequence[x.AnyEffect]) -> None:
        """What was sent by Slack stands there; every call followed from the one before; an answer was the end of it."""
        state, events = self.state(incident), self.events(incident)
        escalations = {wish.escalation for wish in wished if isinstance(wish, x.ShowEscalation)}
        assert {name for name in posts if name.startswith("escalation:")} == {f"escalation:{e}" for e in escalations}
        sent = {
            f"page:{page.id}"
            for page in state.pages.values()
            if any((way.by, way.state) == (SLACK, "sent") for way in page.ways)
        }
        assert sent <= {name for name in posts if name.startswith("page:")}
        assert list(laws.tried_after_an_answer(events)) == []
        assert list(laws.ended_twice_or_untried(events)) == []
        assert list(laws.out_of_turn(events)) == []
        pages = state.pages.values()
        assert [page.id for page in pages if is_wanted(page, state) and not all(way.is_over for way in page.ways)] == []

    def _wishes(self, incident: str) -> list[x.AnyEffect]:
        """List every effect that followed from the record; its fold must be the stored state."""
        wishes: list[x.AnyEffect] = []
        before: Incident | None = None
        for _, together in groupby(self.store.history(incident), key=lambda record: record.cause):
            records = list(together)
            after = before
            for record in records:
                after = evolve(after, record.event, incident)
            assert after is not None
            wishes += react(records, before, after)
            before = after
        assert before == self.state(incident)
        return wishes


def _posts(messages: list[Seen], incident: str) -> list[str]:
    """Name the bot's messages about an incident, in the order in which they stand."""
    ours = sorted((m for m in messages if (m["metadata"] or {}).get("event_type") == "muster_post"), key=_ts)
    payloads = [m["metadata"]["event_payload"] for m in ours]
    return [payload["name"] for payload in payloads if payload["incident"] == incident]


def _ts(message: Seen) -> float:
    return float(message["ts"])


@pytest.fixture(scope="session")
def one_wired_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WiredWorld]:
    world = WiredWorld(tmp_path_factory.mktemp("wired"))
    world.start_all()
    yield world
    world.stop()


@pytest.fixture
def wired(one_wired_world: WiredWorld) -> Iterator[WiredWorld]:
    """One installation for all crashes and faults, whole again after each, with a checkout that leaks."""
    world = one_wired_world
    httpx.post(world.url("checkout") + "/reset")
    httpx.post(world.url("checkout") + "/break", json={"how": "leak"})
    yield world
    for name in set(world.running) - set(world.PARTS):
        world.kill(name)
    for name in set(world.PARTS) - set(world.running):
        world.start(name)
    world.slack_fails()
    world.phone.works()


@pytest.fixture
def truth(wired: WiredWorld) -> Iterator[Truth]:
    truth = Truth(wired)
    yield truth
    truth.close()
