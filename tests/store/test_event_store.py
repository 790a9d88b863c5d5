"""The EventStore port: what every implementation promises. Redis keeps it, and so does the one in memory."""

import json

import pytest

from bot.domain.incident.commands import AnyCommand
from bot.domain.incident.evolve import replay
from bot.domain.incident.record import breaks
from bot.domain.severity import Severity
from bot.engine import Engine
from bot.ports import EventStore
from bot.store.client import Client
from bot.store.event_store import RedisEventStore
from bot.store.keys import Keys
from tests.harness.clock import at
from tests.harness.memory import MemoryStore, NobodyToWake
from tests.harness.orders import INC, approve, declare, note, open_channel, propose, resolve, tick, withdraw
from tests.harness.people import ANA, BEN, CY
from tests.harness.plans import POLICY, REMINDING, policy
from tests.harness.redis_server import connection


@pytest.fixture(params=["redis", "memory"])
def port(request: pytest.FixtureRequest) -> EventStore:
    if request.param == "memory":
        return MemoryStore()
    store: RedisEventStore = request.getfixturevalue("store")
    return store


@pytest.fixture
def submit(port: EventStore) -> Engine:
    return Engine(port, NobodyToWake(), POLICY)


def obey(engine: Engine, *orders: AnyCommand) -> None:
    for order in orders:
        engine.submit(order)


def test_nothing_is_there_before_it_is_declared(port: EventStore) -> None:
    assert port.load(INC) is None
    assert port.history(INC) == []
    assert port.has_seen(INC, "cause") is None
    assert port.of_channel("C1") is None
    assert (port.open(), port.recent(10), port.take_due(at(1e6), 10)) == ([], [], [])


def test_what_was_obeyed_is_there(port: EventStore, submit: Engine) -> None:
    obey(submit, declare(), propose(), note("hm"))
    stored = port.load(INC)
    assert stored is not None
    history = port.history(INC)
    assert [record.version for record in history] == [1, 2, 3, 4, 5]
    assert (stored.version, stored.head) == (5, history[-1].hash)
    assert stored.incident == replay((record.event for record in history), INC)
    assert list(breaks(port.raw_history(INC))) == []


def test_history_can_be_read_from_anywhere(port: EventStore, submit: Engine) -> None:
    obey(submit, declare(), note("one"), note("two"))
    assert [record.version for record in port.history(INC, after=1)] == [2, 3]
    assert [record.version for record in port.history(INC, after=1, limit=1)] == [2]
    assert port.history(INC, after=3) == []


def test_a_cause_is_obeyed_once(port: EventStore, submit: Engine) -> None:
    obey(submit, declare())
    order = note("hm")
    first, again = submit.submit(order), submit.submit(order)
    assert (first.repeated, again.repeated) == (False, True)
    assert (again.version, again.events) == (first.version, ())
    assert len(port.history(INC)) == 2
    seen = port.has_seen(INC, order.cause)
    assert seen is not None
    assert seen.version == 2


def test_the_same_cause_may_serve_two_incidents(port: EventStore, submit: Engine) -> None:
    order = declare()
    obey(submit, order, order.model_copy(update={"incident": "INC-2"}))
    assert port.open() == [INC, "INC-2"]


def test_an_open_incident_is_listed_until_it_is_resolved(port: EventStore, submit: Engine) -> None:
    later = declare(at=60).model_copy(update={"incident": "INC-2"})
    obey(submit, declare(at=0), later)
    assert port.open() == [INC, "INC-2"]
    obey(submit, resolve())
    assert port.open() == ["INC-2"]
    assert port.recent(10) == ["INC-2", INC]
    assert port.recent(1) == ["INC-2"]


def test_an_incident_is_found_by_its_channel(port: EventStore, submit: Engine) -> None:
    obey(submit, declare(), open_channel("C7"))
    assert port.of_channel("C7") == INC
    assert port.of_channel("C8") is None


def test_a_channel_in_which_nothing_lived_is_looked_up_again(port: EventStore, submit: Engine) -> None:
    assert port.of_channel("C7") is None
    obey(submit, declare(), open_channel("C7"))
    assert port.of_channel("C7") == INC


def test_timers_follow_the_state(port: EventStore, submit: Engine) -> None:
    limit = 30 * 60
    obey(submit, declare())
    assert port.take_due(at(1e6), 10) == []
    obey(submit, propose(at=0))
    assert port.take_due(at(limit - 1), 10) == []
    assert port.take_due(at(limit), 10) == [(INC, at(limit))]
    obey(submit, withdraw())
    assert port.take_due(at(1e6), 10) == []
    obey(submit, resolve(at=100))
    assert port.take_due(at(1e6), 10) == [(INC, at(100 + 15 * 60))]
    obey(submit, tick(100 + 15 * 60))
    assert port.take_due(at(1e6), 10) == []


def test_the_first_that_fell_due_comes_first(port: EventStore, submit: Engine) -> None:
    for number, seconds in ((1, 30), (2, 10), (3, 20)):
        name = f"INC-{number}"
        obey(submit, declare().model_copy(update={"incident": name}))
        obey(submit, propose(at=seconds).model_copy(update={"incident": name}))
    assert [incident for incident, _ in port.take_due(at(1e6), 2)] == ["INC-2", "INC-3"]


def test_what_one_clock_was_given_no_other_gets_for_a_second(port: EventStore, submit: Engine) -> None:
    limit = 30 * 60
    for number in range(3):
        for order in (declare(), propose(at=number)):
            obey(submit, order.model_copy(update={"incident": f"INC-{number}"}))
    now = limit + 10
    assert [incident for incident, _ in port.take_due(at(now), 2)] == ["INC-0", "INC-1"]
    assert [incident for incident, _ in port.take_due(at(now), 2)] == ["INC-2"]
    assert port.take_due(at(now + 0.999), 10) == []
    again = port.take_due(at(now + 1), 10)
    assert {incident for incident, _ in again} == {"INC-0", "INC-1", "INC-2"}, "that clock may have died"


def test_whatever_is_appended_sets_anew_when_something_is_due(port: EventStore, submit: Engine) -> None:
    obey(submit, declare(), propose(at=0))
    due = (INC, at(30 * 60))
    assert port.take_due(at(1e6), 10) == [due]
    obey(submit, note("still here", at=1e6))
    assert port.take_due(at(1e6), 10) == [due]


def test_several_are_loaded_together_in_the_order_in_which_they_are_asked_for(port: EventStore, submit: Engine) -> None:
    for name in ("INC-1", "INC-2"):
        obey(submit, declare().model_copy(update={"incident": name}))
    assert port.load_all(["INC-2", "INC-7", "INC-1"]) == [port.load("INC-2"), None, port.load("INC-1")]
    assert port.load_all([]) == []


def test_when_something_happened_last_is_told_for_several_at_once(port: EventStore, submit: Engine) -> None:
    obey(submit, declare(), note("one", at=60))
    submit.submit(declare(at=5).model_copy(update={"incident": "INC-2"}))
    assert port.last_at([INC, "INC-3", "INC-2"]) == [at(60), None, at(5)]
    assert port.last_at([]) == []


def test_incidents_that_are_open_or_in_which_something_happened_since_are_gone_through(
    port: EventStore, submit: Engine
) -> None:
    for number, begun in (("INC-1", 0), ("INC-2", 10), ("INC-3", 20), ("INC-4", 30)):
        submit.submit(declare(at=begun).model_copy(update={"incident": number}))
    for number, ended in (("INC-1", 100), ("INC-2", 200), ("INC-3", 300)):
        submit.submit(resolve(at=ended).model_copy(update={"incident": number}))
    assert [one.id for one in submit.active_since(at(200))] == ["INC-4", "INC-3", "INC-2"]
    assert [one.id for one in submit.active_since(at(400))] == ["INC-4"]
    assert [one.id for one in submit.active_since(at(-1))] == ["INC-4", "INC-3", "INC-2", "INC-1"]


def test_numbers_are_handed_out_once_per_cause(port: EventStore) -> None:
    assert [port.number_for(cause) for cause in ("a", "b", "a", "c")] == [1, 2, 1, 3]


# on Redis alone


def test_a_tampered_event_is_found(redis: Client, keys: Keys, store: RedisEventStore, engine: Engine) -> None:
    obey(engine, declare(Severity.P2), *(note(f"note {n}") for n in range(5)))
    server, log = connection(redis), keys.log(INC)

    def rewrite(records: list[str]) -> list[str]:
        server.delete(log)
        for number, record in enumerate(records, start=1):
            server.xadd(log, {"r": record}, id=f"{number}-0")
        return list(breaks(store.raw_history(INC)))

    whole = [fields["r"] for _, fields in redis.xrange(log, min="-")]
    assert rewrite(whole) == []
    forged = [record.replace("note 2", "note 9") for record in whole]
    assert rewrite(forged) == ["Event 4 was changed after it was written."]
    assert "something was removed" in rewrite([*whole[:2], *whole[3:]])[0]
    assert rewrite([*whole[:2], whole[3], whole[2], *whole[4:]])
    assert rewrite([*whole, whole[-1]])


def test_a_process_that_remembers_what_redis_lost_does_not_write_over_what_came_instead(
    redis: Client, store: RedisEventStore, engine: Engine, keys: Keys
) -> None:
    """Redis comes back a second older, others go on; whoever still remembers that second has to read again."""
    obey(engine, declare())
    server = connection(redis)
    kept = (keys.incident(INC), keys.log(INC), keys.causes(INC))
    for key in kept:
        server.copy(key, f"{key}:older")
    obey(engine, note("this second will be lost"))
    for key in kept:
        server.copy(f"{key}:older", key, replace=True)
    Engine(store, NobodyToWake(), POLICY).submit(note("this came instead"))
    obey(engine, note("and this is added"))
    assert list(breaks(store.raw_history(INC))) == []
    assert [getattr(record.event, "text", "") for record in store.history(INC)] == [
        "", "this came instead", "and this is added",
    ]  # fmt: skip


def test_an_incident_is_looked_at_when_it_was_told_to_unless_something_happened_since(
    port: EventStore, submit: Engine
) -> None:
    obey(submit, declare())
    port.look_at(INC, at(100), expected=1)
    assert port.due(at(99), 10) == []
    assert port.due(at(100), 10) == [(INC, at(100))]
    obey(submit, note("hm"))
    port.look_at(INC, at(50), expected=1)
    assert port.due(at(1e6), 10) == [], "what was found out before the note is out of date"
    port.look_at(INC, at(50), expected=2)
    port.look_at(INC, None, expected=2)
    assert port.due(at(1e6), 10) == []
    port.look_at("INC-99", at(1), expected=1)
    assert port.due(at(1e6), 10) == [], "there is no such incident"


def test_every_open_incident_can_be_looked_at_and_none_later_for_it(port: EventStore, submit: Engine) -> None:
    port.look_at_all(at(5))
    obey(submit, declare(), propose())
    over, early = declare(), declare()
    submit.submit(over.model_copy(update={"incident": "INC-2"}))
    submit.submit(resolve().model_copy(update={"incident": "INC-2"}))
    submit.submit(early.model_copy(update={"incident": "INC-3"}))
    port.look_at("INC-3", at(1), expected=1)
    port.look_at_all(at(5))
    assert port.due(at(5), 10) == [("INC-3", at(1)), (INC, at(5))]


def test_a_look_that_finds_nothing_moves_on_to_what_is_due_next(port: EventStore) -> None:
    engine = Engine(port, NobodyToWake(), REMINDING)
    obey(engine, declare())
    assert port.due(at(1e6), 10) == [(INC, at(300))]
    port.look_at_all(at(10))
    assert port.due(at(10), 10) == [(INC, at(10))]
    assert engine.submit(tick(10)).events == ()
    assert port.due(at(1e6), 10) == [(INC, at(300))]


def test_another_policy_moves_what_is_due_when_all_are_looked_at(port: EventStore) -> None:
    obey(Engine(port, NobodyToWake(), POLICY), declare())
    assert port.due(at(1e6), 10) == []
    reminding = Engine(port, NobodyToWake(), REMINDING)
    port.look_at_all(at(10))
    obey(reminding, tick(10))
    assert port.due(at(1e6), 10) == [(INC, at(300))]
    port.look_at_all(at(20))
    obey(Engine(port, NobodyToWake(), POLICY), tick(20))
    assert port.due(at(1e6), 10) == [], "who reminds no more is not looked at either"


def test_a_state_that_was_written_in_another_shape_is_folded_anew_from_the_record(
    redis: Client, keys: Keys, store: RedisEventStore, engine: Engine
) -> None:
    engine.submit(declare())
    engine.submit(propose(by=ANA))
    now = store.load(INC)
    state = json.loads(redis.hget(keys.incident(INC), "s") or "")
    before = state | {"gates": {}, "mitigations": {"m1": state["mitigations"]["m1"] | {"gate": {"quorum": 1}}}}
    redis.hset(keys.incident(INC), "s", json.dumps(before))
    assert store.load(INC) == now
    assert store.load_all([INC]) == [now]
    other = Engine(store, NobodyToWake(), policy(quorum=2))
    assert other.submit(approve(by=BEN)).events
    assert other.submit(approve(by=CY)).events
    assert json.loads(redis.hget(keys.incident(INC), "s") or "")["gates"]["m1"]["outcome"] == "approved"
