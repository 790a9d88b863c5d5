"""Lanes: effects in order, one worker at a time, remembered until they are done, and waited for by the clock."""

from datetime import timedelta

import pytest

from bot.domain.effects import EFFECTS, AnyEffect, ReadSignal, RunStep, ShowCard, Tell, Whisper, queue_of
from bot.engine import Engine
from bot.store.client import Client
from bot.store.event_store import RedisEventStore
from bot.store.keys import Keys
from bot.store.outbox import LEASE, RedisOutbox, Waiting
from tests.harness.clock import NOON, WoundClock
from tests.harness.memory import NobodyToWake
from tests.harness.orders import INC, declare, note, open_channel
from tests.harness.people import ANA, BEN
from tests.harness.plans import POLICY
from tests.harness.redis_server import connection

LANE = f"slack:{INC}"


def tell(version: int) -> Tell:
    return Tell(incident=INC, version=version)


def take(outbox: RedisOutbox, lane: str = LANE, token: str = "worker-1", *, done: str = "", rest: float = 0) -> Waiting:
    """The lane's next effect, which must be there."""
    waiting = outbox.next(lane, token, done=done, rest=rest)
    assert isinstance(waiting, Waiting), waiting
    return waiting


def lease_ends(redis: Client, keys: Keys, lane: str = LANE) -> None:
    """What Redis does by itself once the lease's milliseconds are over."""
    connection(redis).delete(keys.lease(lane))


@pytest.fixture
def three(outbox: RedisOutbox) -> RedisOutbox:
    """Three sentences wait in one lane."""
    for n in (1, 2, 3):
        outbox.put(tell(n), id=f"e{n}", at=NOON)
    return outbox


def test_a_lane_is_served_in_order(three: RedisOutbox) -> None:
    first = take(three)
    second = take(three, done=first.id)
    third = take(three, done=second.id)
    assert [first.effect, second.effect, third.effect] == [tell(1), tell(2), tell(3)]
    assert three.next(LANE, "worker-1", done=third.id) == "idle"
    assert three.waiting() == {}


def test_an_effect_comes_back_as_it_was_put(outbox: RedisOutbox) -> None:
    effects: list[AnyEffect] = [
        Whisper(person=ANA, channel="C1", text="結帳 🔥 “quoted”\n"),
        RunStep(incident=INC, mitigation="m1", phase="rollback", step=1),
    ]
    for n, effect in enumerate(effects):
        outbox.put(effect, id=f"e{n}", at=NOON)
        waiting = take(outbox, effect.lane)
        assert (waiting.id, waiting.effect, waiting.tries, waiting.since) == (f"e{n}", effect, 1, NOON)


def test_what_only_waited_for_its_turn_was_not_tried(three: RedisOutbox) -> None:
    first = take(three)
    assert three.next(LANE, "worker-1", rest=1, untried=first.id) == "idle"
    assert take(three).tries == 1
    assert three.next(LANE, "worker-1", rest=1) == "idle"
    assert take(three).tries == 2


def test_a_lane_has_one_worker(three: RedisOutbox) -> None:
    take(three, token="worker-1")
    assert three.next(LANE, "worker-2") == "taken"
    assert three.next(LANE, "worker-2", done="e1") == "taken"
    assert take(three, token="worker-1", done="e1").id == "e2"


def test_lanes_go_on_side_by_side(three: RedisOutbox) -> None:
    three.put(ShowCard(incident=INC), id="card", at=NOON)
    assert take(three, token="worker-1").id == "e1"
    assert take(three, f"card:{INC}", token="worker-2").id == "card"


def test_when_a_lease_ends_another_worker_does_the_same_effect_again(
    three: RedisOutbox, redis: Client, keys: Keys
) -> None:
    take(three, token="worker-1")
    lease_ends(redis, keys)
    again = take(three, token="worker-2")
    assert (again.id, again.tries) == ("e1", 2)


def test_a_worker_whose_lease_ended_cannot_take_an_effect_off_the_lane(
    three: RedisOutbox, redis: Client, keys: Keys
) -> None:
    take(three, token="worker-1")
    lease_ends(redis, keys)
    assert three.next(LANE, "worker-1", done="e1") == "taken"
    take(three, token="worker-2")
    assert three.next(LANE, "worker-1", done="e1") == "taken"
    assert three.waiting() == {LANE: 3}


def test_a_lease_really_ends_by_itself(three: RedisOutbox, redis: Client, keys: Keys) -> None:
    take(three)
    assert 0 < connection(redis).pttl(keys.lease(LANE)) <= LEASE


def test_a_working_worker_keeps_its_lease(three: RedisOutbox, redis: Client, keys: Keys) -> None:
    take(three, token="worker-1")
    connection(redis).pexpire(keys.lease(LANE), 1500)
    with three.renewing(LANE, "worker-1"):
        for _ in range(300):
            if connection(redis).pttl(keys.lease(LANE)) > 1500:
                break
            connection(redis).blpop(["nothing"], timeout=0.01)
    assert connection(redis).pttl(keys.lease(LANE)) > 1500


def test_done_means_the_effect_at_the_head_and_no_other(three: RedisOutbox) -> None:
    take(three)
    assert take(three, done="e2").id == "e1"
    assert take(three, done="e1").id == "e2"
    assert take(three, done="e1").id == "e2"


def test_a_lane_that_rests_keeps_its_effect_in_its_place(three: RedisOutbox, clock: WoundClock) -> None:
    take(three)
    assert three.next(LANE, "worker-1", rest=30) == "idle"
    clock.wind(29)
    assert three.due_lanes() == []
    clock.wind(1)
    assert three.due_lanes() == [LANE]
    again = take(three, token="worker-2")
    assert (again.id, again.tries) == ("e1", 2)


def test_a_lane_can_rest_after_what_was_done(three: RedisOutbox, clock: WoundClock) -> None:
    take(three)
    assert three.next(LANE, "worker-1", done="e1", rest=5) == "idle"
    clock.wind(5)
    assert three.due_lanes() == [LANE]
    assert take(three).id == "e2"


def test_new_effects_do_not_wake_a_lane_that_rests(three: RedisOutbox) -> None:
    take(three)
    three.next(LANE, "worker-1", rest=30)
    assert three.put(tell(4), id="e4", at=NOON) == ()


def test_only_the_first_effect_of_a_lane_asks_for_a_worker(outbox: RedisOutbox) -> None:
    assert outbox.put(tell(1), id="e1", at=NOON) == (LANE,)
    assert outbox.put(tell(2), id="e2", at=NOON) == ()
    take(outbox)
    assert outbox.put(tell(3), id="e3", at=NOON) == ()


def test_equal_wishes_to_show_the_present_wait_once(outbox: RedisOutbox) -> None:
    card = ShowCard(incident=INC)
    for n in range(5):
        outbox.put(card, id=f"c{n}", at=NOON)
    assert outbox.waiting() == {card.lane: 1}


def test_a_wish_that_is_being_carried_out_does_not_swallow_the_next(outbox: RedisOutbox) -> None:
    """The worker may have read the state already; what comes now must be shown after."""
    card = ShowCard(incident=INC)
    outbox.put(card, id="c1", at=NOON)
    take(outbox, card.lane)
    outbox.put(card, id="c2", at=NOON)
    outbox.put(card, id="c3", at=NOON)
    assert take(outbox, card.lane, done="c1").id == "c2"
    assert outbox.next(card.lane, "worker-1", done="c2") == "idle"


def test_however_often_a_wish_is_retried_one_equal_wish_waits_behind_it(outbox: RedisOutbox) -> None:
    card = ShowCard(incident=INC)
    outbox.put(card, id="c0", at=NOON)
    for n in range(1, 10):
        take(outbox, card.lane)
        outbox.put(card, id=f"c{n}", at=NOON)
        outbox.next(card.lane, "worker-1", rest=0.001)
    assert outbox.waiting() == {card.lane: 2}


def test_facts_are_told_one_by_one(three: RedisOutbox) -> None:
    three.put(tell(3), id="again", at=NOON)
    assert three.waiting() == {LANE: 4}


def test_a_delayed_effect_waits_for_its_time(outbox: RedisOutbox, clock: WoundClock) -> None:
    reading = ReadSignal(incident=INC, mitigation="m1", delay=5)
    outbox.put(reading, id="r1", at=NOON)
    assert outbox.next(reading.lane, "worker-1") == "idle"
    clock.wind(4.999)
    assert outbox.due_lanes() == []
    clock.wind(0.001)
    assert outbox.due_lanes() == [reading.lane]
    assert take(outbox, reading.lane).effect == reading


def test_a_wake_up_that_got_lost_is_sent_again_after_a_second_of_grace(three: RedisOutbox, clock: WoundClock) -> None:
    assert three.due_lanes() == []
    clock.wind(0.999)
    assert three.due_lanes() == []
    clock.wind(0.001)
    assert three.due_lanes() == [LANE]
    assert three.due_lanes() == []
    clock.wind(1)
    assert three.due_lanes() == [LANE]


def test_a_lane_with_a_living_worker_is_not_offered(
    three: RedisOutbox, clock: WoundClock, redis: Client, keys: Keys
) -> None:
    take(three)
    clock.wind(LEASE / 1000)
    assert three.due_lanes() == []
    lease_ends(redis, keys)
    clock.wind(1)
    assert three.due_lanes() == [LANE]


def test_nothing_is_left_behind_by_what_is_done(three: RedisOutbox, redis: Client, keys: Keys) -> None:
    for n in ("", "e1", "e2", "e3"):
        three.next(LANE, "worker-1", done=n)
    assert connection(redis).keys("*") == []


def test_what_follows_from_an_order_is_lined_up_with_it(outbox: RedisOutbox, store: RedisEventStore) -> None:
    woken: list[str] = []

    class Bell:
        def wake(self, lanes: tuple[str, ...]) -> None:
            woken.extend(lanes)

    engine = Engine(store, Bell(), POLICY)  # type: ignore[arg-type]
    engine.submit(declare())
    assert (outbox.waiting(), woken) == ({LANE: 1, f"page:{INC}": 1}, [LANE, f"page:{INC}"])
    engine.submit(open_channel())
    assert f"card:{INC}" in woken
    assert outbox.waiting()[f"card:{INC}"] == 2, "it is pinned, and shown once"
    assert woken.count(LANE) == 1


def test_a_repeated_or_refused_order_lines_nothing_up(outbox: RedisOutbox, store: RedisEventStore) -> None:
    engine = Engine(store, NobodyToWake(), POLICY)
    engine.submit(declare())
    order = open_channel()
    engine.submit(order)
    waiting = outbox.waiting()
    engine.submit(order)
    assert outbox.waiting() == waiting


def test_cards_of_many_notes_are_one_card(outbox: RedisOutbox, store: RedisEventStore) -> None:
    engine = Engine(store, NobodyToWake(), POLICY)
    engine.submit(declare())
    engine.submit(open_channel())
    for n in range(20):
        engine.submit(note(f"{n}"))
    assert outbox.waiting()[f"card:{INC}"] == 2, "it is pinned, and shown once"


def test_since_tells_how_long_an_effect_has_waited(outbox: RedisOutbox, clock: WoundClock) -> None:
    outbox.put(tell(1), id="e1", at=clock.now())
    clock.wind(90)
    assert clock.now() - take(outbox).since == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("lane", "queue"),
    [
        (f"run:{INC}:m1", "remediation"),
        (f"signal:{INC}:m1", "remediation"),
        (f"export:{INC}", "exports"),
        (f"slack:{INC}", "slack"),
        (f"home:{BEN}", "slack"),
    ],
)
def test_each_lane_has_its_queue(lane: str, queue: str) -> None:
    assert queue_of(lane) == queue


def test_an_unknown_effect_is_refused_and_not_guessed() -> None:
    with pytest.raises(ValueError, match="send-pigeon"):
        EFFECTS.validate_python({"type": "send-pigeon", "incident": INC})
