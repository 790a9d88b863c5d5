"""A power cut: Redis is killed while people work. What was acknowledged is there; everybody goes on by themselves."""

import threading

import pytest
from redis.exceptions import RedisError

from bot.domain.incident.events import NoteAdded
from bot.domain.incident.evolve import replay
from bot.domain.incident.record import breaks
from bot.engine import Engine
from bot.store.event_store import RedisEventStore
from bot.store.keys import Keys
from bot.store.outbox import RedisOutbox, Waiting
from bot.store.targets import RedisTargets
from tests.harness.clock import NOON, WoundClock, at
from tests.harness.memory import NobodyToWake
from tests.harness.orders import INC, declare, note, propose
from tests.harness.plans import POLICY
from tests.harness.redis_server import RedisServer

KEYS = Keys("test")


@pytest.mark.crash
def test_what_was_acknowledged_survives_a_power_cut_and_the_engine_goes_on(mortal_server: RedisServer) -> None:
    store = RedisEventStore(mortal_server.client(), KEYS)
    engine = Engine(store, NobodyToWake(), POLICY)
    engine.submit(declare())
    acknowledged: list[str] = []
    doubtful: list[str] = []
    hundred = threading.Event()
    stopped = threading.Event()

    def people_write(who: int) -> None:
        n = 0
        while not stopped.is_set() and n < 5000:
            n += 1
            text = f"{who}/{n}"
            try:
                engine.submit(note(text))
                acknowledged.append(text)
            except RedisError:
                doubtful.append(text)
                return
            if len(acknowledged) > 100:
                hundred.set()

    writers = [threading.Thread(target=people_write, args=(who,)) for who in range(4)]
    for writer in writers:
        writer.start()
    assert hundred.wait(10)
    mortal_server.kill()
    for writer in writers:
        writer.join(10)
    stopped.set()
    assert len(doubtful) == 4, "everybody noticed, and nobody was told yes"

    mortal_server.start()
    receipt = engine.submit(note("we are back"))
    history = store.history(INC)
    texts = [record.event.text for record in history if isinstance(record.event, NoteAdded)]
    assert set(acknowledged) <= set(texts)
    assert set(texts) <= {*acknowledged, *doubtful, "we are back"}
    assert len(texts) == len(set(texts))
    assert receipt.version == len(history)
    assert list(breaks(store.raw_history(INC))) == []
    assert receipt.incident == replay((record.event for record in history), INC)


@pytest.mark.crash
def test_an_order_whose_answer_was_lost_can_be_repeated(mortal_server: RedisServer) -> None:
    engine = Engine(RedisEventStore(mortal_server.client(), KEYS), NobodyToWake(), POLICY)
    engine.submit(declare())
    order = note("did that arrive?")
    engine.submit(order)
    mortal_server.kill()
    with pytest.raises(RedisError):
        engine.submit(order)
    mortal_server.start()
    assert engine.submit(order).repeated


@pytest.mark.crash
def test_effects_timers_and_targets_survive_it_too(mortal_server: RedisServer) -> None:
    clock = WoundClock()
    client = mortal_server.client()
    store, outbox = RedisEventStore(client, KEYS), RedisOutbox(client, KEYS, clock)
    targets = RedisTargets(client, KEYS, clock)
    engine = Engine(store, NobodyToWake(), POLICY)
    engine.submit(declare())
    engine.submit(propose())
    assert targets.acquire("checkout", f"{INC}:m1", 60) == 1
    started = outbox.next(f"slack:{INC}", "a worker that dies with the server")
    assert isinstance(started, Waiting)

    mortal_server.kill()
    mortal_server.start()
    assert store.take_due(at(1e6), 10) == [(INC, at(30 * 60))]
    assert targets.acquire("checkout", "INC-2:m1", 60) == f"{INC}:m1"
    clock.wind(10)
    client.delete(KEYS.lease(f"slack:{INC}"))
    assert set(outbox.due_lanes()) == {f"slack:{INC}", f"page:{INC}"}
    again = outbox.next(f"slack:{INC}", "another worker")
    assert isinstance(again, Waiting)
    assert (again.id, again.tries, again.since) == (started.id, 2, NOON)
