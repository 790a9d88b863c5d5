"""The clock under a burst: all that is due is decided, trouble in one incident is its own, and pages go first."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from bot.domain.hats import Hat
from bot.domain.incident.events import EscalationCalled
from bot.domain.oncall.book import Book
from bot.domain.severity import Severity
from bot.domain.workflow.workflows import Workflows
from bot.engine import Engine
from bot.store.client import Client
from bot.store.event_store import RedisEventStore
from bot.store.keys import Keys
from bot.store.outbox import RedisOutbox
from bot.store.problems import RedisProblems
from bot.store.read_models import RedisHeartbeats
from bot.store.roster import RedisRoster
from bot.store.rounds import RedisRounds
from bot.store.waker import RqWaker
from tests.harness import orders as o
from tests.harness.book import PAYMENTS
from tests.harness.clock import NOON, WoundClock
from tests.harness.memory import NobodyToWake
from tests.harness.night import Night
from tests.harness.people import BEN
from tests.harness.plans import POLICY, REMINDING, edited
from tests.harness.redis_server import RedisServer, connection
from tests.harness.world import until
from workers.clock import AT_ONCE, Clockwork
from workers.lookout import Lookout
from workers.weekly import Weekly

KEYS = Keys("test")
REVIEW = 7 * 24 * 60 + 1
"""Minutes after which the review opens by itself, as the tests' installations have it."""
DUE = timedelta(seconds=PAYMENTS.tiers[0].limit)


@pytest.fixture
def clock() -> WoundClock:
    return WoundClock()


@pytest.fixture
def raw(redis: Client, redis_server: RedisServer) -> Iterator[Redis]:
    with Redis.from_url(redis_server.url) as raw:
        yield raw


@pytest.fixture
def store(redis: Client) -> RedisEventStore:
    return RedisEventStore(redis, KEYS)


@pytest.fixture
def clockwork(redis: Client, raw: Redis, store: RedisEventStore, clock: WoundClock) -> Clockwork:
    waker = RqWaker(raw)
    outbox, heartbeats = RedisOutbox(redis, KEYS, clock), RedisHeartbeats(redis, KEYS, clock)
    rounds, problems = RedisRounds(redis, KEYS), RedisProblems(redis, KEYS, clock)
    lookout = Lookout(Book(), RedisRoster(redis, KEYS), rounds, problems, outbox, waker)
    engine = Engine(store, waker, POLICY)
    weekly = Weekly(engine, rounds, outbox, waker)
    return Clockwork(engine, store, outbox, waker, clock, heartbeats, lookout, weekly)


def escalating(store: RedisEventStore, how_many: int, since: datetime = NOON) -> list[str]:
    """Incidents in each of which somebody is called since then, whose effects have all been performed."""
    engine = Engine(store, NobodyToWake(), POLICY)
    names = [f"INC-{number}" for number in range(1, how_many + 1)]
    for name in names:
        for order in (o.declare(), o.start_escalation(PAYMENTS)):
            engine.submit(order.model_copy(update={"incident": name, "at": since}))
    redis = connection(store._redis)
    for key in redis.scan_iter("{test}:lane*"):
        redis.delete(key)
    return names


def called(store: RedisEventStore, incident: str) -> list[datetime]:
    events = (record.event for record in store.history(incident))
    return [event.at for event in events if isinstance(event, EscalationCalled)]


def calls(raw: Redis, queue: str) -> list[str]:
    return [job.args[0] for job in Queue(queue, connection=raw, serializer=JSONSerializer).jobs]


def test_one_look_decides_all_that_is_due_and_nothing_before(
    clockwork: Clockwork, clock: WoundClock, store: RedisEventStore
) -> None:
    names = escalating(store, 2 * AT_ONCE + 30)
    clock.wind(DUE.total_seconds() - 0.001)
    clockwork.tick()
    assert {len(called(store, name)) for name in names} == {1}
    clock.wind(0.001)
    clockwork.tick()
    clockwork.tick()
    assert all(called(store, name) == [NOON, NOON + DUE] for name in names)


def test_what_is_due_between_two_milliseconds_is_taken_when_it_is_due_and_no_second_later(
    clockwork: Clockwork, clock: WoundClock, store: RedisEventStore
) -> None:
    clock.wind(0.0004)
    (name,) = escalating(store, 1, clock.now())
    clock.wind(DUE.total_seconds() - 0.0002)
    clockwork.tick()
    assert len(called(store, name)) == 1
    clock.wind(0.001)
    clockwork.tick()
    assert len(called(store, name)) == 2


def test_an_incident_in_trouble_keeps_no_other_one_up(
    clockwork: Clockwork, clock: WoundClock, store: RedisEventStore, redis: Client, caplog: pytest.LogCaptureFixture
) -> None:
    first, *others = escalating(store, 20)
    state = redis.hget(KEYS.incident(first), "s")
    assert state is not None
    log = redis.xrange(KEYS.log(first), min="-")
    redis.hset(KEYS.incident(first), "s", "{}")
    connection(redis).delete(KEYS.log(first))  # and so it can't be folded anew
    clock.wind(DUE.total_seconds())
    clockwork.tick()
    assert all(len(called(store, name)) == 2 for name in others)
    assert f"tick failed incident={first}" in caplog.text
    redis.hset(KEYS.incident(first), "s", state)
    for id_, record in log:
        connection(redis).xadd(KEYS.log(first), dict[Any, Any](record), id=id_)
    clock.wind(1)
    clockwork.tick()
    assert len(called(store, first)) == 2, "it is looked at again after a second"


def test_whom_to_call_is_looked_up_before_anything_is_shown(
    clockwork: Clockwork, clock: WoundClock, store: RedisEventStore, raw: Redis
) -> None:
    names = escalating(store, AT_ONCE - 20)
    clock.wind(DUE.total_seconds())
    clockwork.tick()
    assert set(calls(raw, "pages")) == {f"page:{name}:e1" for name in names}
    assert len(calls(raw, "slack")) == 20, "a burst fills no queue: the rest is reminded of"
    clock.wind(1)
    clockwork.tick()
    assert set(calls(raw, "slack")) == {f"slack:{name}" for name in names}


def test_incidents_whose_policy_cannot_be_had_are_looked_at_when_what_stands_in_for_it_changes(
    clockwork: Clockwork, store: RedisEventStore
) -> None:
    Engine(store, NobodyToWake(), edited(name="lost")).submit(o.declare())
    stopped = Event()
    running = Thread(target=clockwork.run, args=(stopped,))
    running.start()
    until("the first look", lambda: clockwork.heartbeats.last() and not store.due(NOON + timedelta(days=1), 10))
    clockwork.engine.go_by(Workflows.alone(REMINDING))
    reminder = (o.INC, NOON + timedelta(minutes=5))
    until("its reminder to be known", lambda: store.due(NOON + timedelta(days=1), 10) == [reminder])
    stopped.set()
    running.join()


@pytest.mark.story
def test_a_workflow_that_keeps_apart_whom_its_review_would_choose_stops_no_clock(
    night: Night, caplog: pytest.LogCaptureFixture
) -> None:
    workflow = night.folder / "manifests" / "workflows" / "hybrid.yaml"
    apart = "conflicts:\n  - {hats: [commander, author], because: Whoever led does not tell the story}\n"
    workflow.write_text(workflow.read_text().replace("conflicts:\n", apart, 1))
    night.starts()
    incidents = [night.declared(by=BEN, severity=Severity.P3) for _ in (1, 2)]
    for incident in incidents:
        night.types("hat commander", BEN, incident)
        assert "Resolved" in night.types("resolve it was nothing", BEN, incident)
    night.passes(minutes=REVIEW)
    for incident in incidents:
        state = night.incident(incident)
        assert (state.stage.id, state.review is not None) == ("post-mortem", True)
        assert BEN not in state.wearers(Hat.AUTHOR)
    assert "tick failed" not in caplog.text
    assert "could be decided together" not in caplog.text
