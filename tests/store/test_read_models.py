"""Small facts beside the incidents: posts, people, signatures, heartbeats, closings."""

from bot.domain.gates.stricter import Ended
from bot.domain.oncall.people import Person
from bot.ports import Post, Ran
from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.read_models import (
    ENDED_KEPT,
    SIGNATURE_LIFE,
    RedisClosings,
    RedisGates,
    RedisGuard,
    RedisHeartbeats,
    RedisPeople,
    RedisPosts,
    RedisTracks,
)
from bot.store.trip import Trip
from tests.harness.clock import NOON, WoundClock, at
from tests.harness.orders import INC
from tests.harness.people import ANA, BEN
from tests.harness.redis_server import connection


def test_where_a_message_stands_is_remembered(redis: Client, keys: Keys) -> None:
    posts = RedisPosts(redis, keys)
    assert posts.find(INC, "card") is None
    posts.remember(INC, "card", Post("C1", "1700000000.000100"))
    assert posts.find(INC, "card") == Post("C1", "1700000000.000100")
    assert posts.find("INC-2", "card") is None


def test_people_are_known_by_what_slack_said_last(redis: Client, keys: Keys) -> None:
    people = RedisPeople(redis, keys)
    assert people.name(ANA) == ANA
    people.meet(ANA, "ana")
    people.meet(BEN, "Ben")
    people.meet(ANA, "")
    assert (people.name(ANA), people.id_of("ANA"), people.id_of("ben")) == ("ana", ANA, BEN)
    assert RedisPeople(redis, keys).name(ANA) == "ana"
    people.meet(ANA, "ana.ruiz")
    assert people.name(ANA) == "ana.ruiz"
    assert people.id_of("nobody") is None


def test_a_name_that_was_learned_is_shown_rather_than_the_login(redis: Client, keys: Keys) -> None:
    people = RedisPeople(redis, keys)
    people.meet(ANA, "ana")
    assert not people.knows(ANA)
    RedisPeople(redis, keys).learn(ANA, "Ana Ruiz")
    assert people.knows(ANA)
    assert people.name(ANA) == "Ana Ruiz"
    assert people.id_of("ana") == ANA


def test_the_on_call_book_names_people_whom_slack_has_not_told_us_of(redis: Client, keys: Keys) -> None:
    ana = Person(id="ana", slack=ANA, name="Ana Ruiz", zone="Europe/Madrid")
    people = RedisPeople(redis, keys, {"ana": ana})
    assert (people.name(ANA), people.id_of("Ana"), people.knows(ANA)) == ("Ana Ruiz", ANA, False)
    people.learn(ANA, "Ana R.")
    assert people.name(ANA) == "Ana R.", "what Slack says goes before it"


def test_a_signature_opens_the_door_once(redis: Client, keys: Keys) -> None:
    guard = RedisGuard(Trip(redis.connection_pool), keys)
    for signature, first in (("v0=abc", True), ("v0=abc", False), ("v0=abd", True)):
        guard.meet(signature)
        assert guard.is_first() is first
    assert 300 < connection(redis).ttl(keys.replay("v0=abc")) <= SIGNATURE_LIFE


def test_heartbeats_tell_who_was_alive_when(redis: Client, keys: Keys, clock: WoundClock) -> None:
    hearts = RedisHeartbeats(redis, keys, clock)
    assert hearts.last() == {}
    hearts.beat("clock")
    clock.wind(5)
    hearts.beat("worker")
    assert hearts.last() == {"clock": NOON, "worker": clock.now()}


def test_what_slack_asked_to_leave_alone_is_left_alone_for_a_while(redis: Client, keys: Keys) -> None:
    closings = RedisClosings(redis, keys)
    assert closings.seconds_left("chat.postMessage:C1") == 0
    closings.close("chat.postMessage:C1", 30)
    assert 29 < closings.seconds_left("chat.postMessage:C1") <= 30
    assert closings.seconds_left("chat.postMessage:C2") == 0


def test_how_a_run_ended_is_remembered_once_per_run(redis: Client, keys: Keys) -> None:
    tracks = RedisTracks(redis, keys)
    cleared = Ran(at(0), 90.5, cleared=True, undone=False)
    undone = Ran(at(60), 30, cleared=False, undone=True)
    assert tracks.of("restart") == []
    tracks.remember("restart", "INC-1/m1", undone)
    tracks.remember("restart", "INC-1/m1", cleared)
    tracks.remember("restart", "INC-2/m1", undone)
    tracks.remember("scale", "INC-2/m2", undone)
    assert sorted(tracks.of("restart"), key=lambda ran: ran.at) == [cleared, undone]


def test_how_gates_ended_is_remembered_once_per_gate_for_each_policy_and_the_latest_are_kept(
    redis: Client, keys: Keys
) -> None:
    gates = RedisGates(redis, keys)

    def ended(minutes: float) -> Ended:
        return Ended(at=at(minutes * 60), seconds=90.5, in_time=True, votes=2, stamps=1)

    assert gates.of("anybody") == []
    gates.remember("anybody", "INC-1/m1", ended(1))
    gates.remember("anybody", "INC-1/m1", ended(2))
    gates.remember("others", "INC-1/m1", ended(3))
    assert gates.of("anybody") == [ended(2)]
    for number in range(ENDED_KEPT + 5):
        gates.remember("anybody", f"INC-{number}/g1", ended(number))
    kept = gates.of("anybody")
    assert len(kept) == ENDED_KEPT
    assert kept == sorted(kept, key=lambda one: one.at, reverse=True)
    assert kept[0] == ended(ENDED_KEPT + 4)
