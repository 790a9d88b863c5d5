"""Two questions on one trip: each gets its answer, whatever becomes of the other, the connection, or a script."""

import threading

import pytest
from redis.commands.core import Script
from redis.exceptions import RedisError, ResponseError

from bot.store.client import Client
from bot.store.trip import Trip
from tests.harness.redis_server import RedisServer, connection


@pytest.fixture
def trip(redis: Client) -> Trip:
    return Trip(redis.connection_pool)


def test_each_gets_its_own_answer(trip: Trip) -> None:
    trip.take_along("SET", "seen", "", "NX")
    assert trip.ask("INCR", "count") == 1
    assert trip.brought() == "OK"
    trip.take_along("SET", "seen", "", "NX")
    assert trip.ask("INCR", "count") == 2
    assert trip.brought() is None


def test_both_go_in_one_write(trip: Trip, redis: Client) -> None:
    trip.ask("PING")
    before = int(redis.info("stats")["total_reads_processed"])
    trip.take_along("SET", "seen", "", "NX")
    trip.ask("INCR", "count")
    trip.brought()
    assert int(redis.info("stats")["total_reads_processed"]) == before + 2, "the trip, and the reading of this"


def test_what_nobody_took_goes_by_itself_and_once(trip: Trip, redis: Client) -> None:
    trip.take_along("INCR", "count")
    assert trip.brought() == trip.brought() == 1
    assert redis.get("count") == "1"


def test_what_nobody_asked_about_is_dropped(trip: Trip, redis: Client) -> None:
    trip.take_along("INCR", "one")
    trip.take_along("INCR", "another")
    assert trip.brought() == 1
    assert redis.get("one") is None


def test_a_refusal_of_one_leaves_the_other(trip: Trip, redis: Client) -> None:
    redis.set("word", "no number")
    trip.take_along("INCR", "word")
    assert trip.ask("INCR", "count") == 1
    with pytest.raises(ResponseError, match="not an integer"):
        trip.brought()
    trip.take_along("INCR", "count")
    with pytest.raises(ResponseError, match="not an integer"):
        trip.ask("INCR", "word")
    assert trip.brought() == 2


def test_a_script_that_redis_forgot_runs_all_the_same_and_the_companion_once(trip: Trip, redis: Client) -> None:
    script = Script(connection(redis), "return redis.call('INCRBY', KEYS[1], ARGV[1])")
    for sum_ in (5, 10):
        trip.take_along("INCR", "count")
        assert trip.run(script, ["sum"], [5]) == sum_
        assert trip.brought() == sum_ // 5
        connection(redis).script_flush()


def test_many_questions_go_in_one_write_and_each_gets_its_own_answer(trip: Trip, redis: Client) -> None:
    trip.ask("PING")
    before = int(redis.info("stats")["total_reads_processed"])
    assert trip.ask_all([("INCR", "count"), ("GET", "nothing"), ("INCR", "count")]) == [1, None, 2]
    assert int(redis.info("stats")["total_reads_processed"]) == before + 2, "the trip, and the reading of this"
    assert trip.ask_all([]) == []


def test_a_script_that_redis_forgot_runs_many_times_all_the_same(trip: Trip, redis: Client) -> None:
    script = Script(connection(redis), "return redis.call('INCRBY', KEYS[1], ARGV[1])")
    connection(redis).script_flush()
    for sums in ([5, 6, 7], [12, 13, 14]):
        assert trip.run_all(script, [(["sum"], [5]), (["sum"], [1]), (["sum"], [1])]) == sums
    assert trip.run_all(script, []) == []


def test_one_refusal_among_many_is_raised_and_the_next_trip_gets_its_own_answer(trip: Trip, redis: Client) -> None:
    redis.set("word", "no number")
    with pytest.raises(ResponseError, match="not an integer"):
        trip.ask_all([("INCR", "word"), ("INCR", "count")])
    assert trip.ask("INCR", "count") == 2


def test_a_connection_that_redis_closed_is_made_anew(trip: Trip, redis: Client) -> None:
    trip.ask("CLIENT", "SETNAME", "lost")
    (lost,) = [client for client in connection(redis).client_list() if client["name"] == "lost"]
    connection(redis).client_kill_filter(_id=lost["id"])
    trip.take_along("SET", "seen", "", "NX")
    assert trip.ask("INCR", "count") == 1
    assert trip.brought() == "OK"


def test_a_trip_that_failed_brought_nothing_not_even_a_no(mortal_server: RedisServer) -> None:
    trip = Trip(mortal_server.client().connection_pool)
    trip.ask("PING")
    mortal_server.kill()
    trip.take_along("SET", "seen", "", "NX")
    with pytest.raises(RedisError):
        trip.ask("INCR", "count")
    mortal_server.start()
    with pytest.raises(RedisError):
        trip.brought()
    assert trip.ask("INCR", "count") == 1


def test_each_thread_travels_alone(trip: Trip, redis: Client) -> None:
    trip.take_along("SET", "mine", "")
    other = threading.Thread(target=trip.ask, args=("INCR", "count"))
    other.start()
    other.join()
    assert redis.get("mine") is None
    assert redis.get("count") == "1"
