"""Limits: never more than so many pages in so much time, never later than need be, and nothing that waits is lost."""

import multiprocessing
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.limits import RedisLimits
from tests.harness.clock import at
from tests.harness.redis_server import RedisServer, connection

ANA, BEN = "mail:ana@example.com", "mail:ben@example.com"


def test_as_many_go_as_may_and_the_next_learns_when(limits: RedisLimits) -> None:
    assert [limits.take(ANA, 3, 60, at(seconds)) for seconds in (0, 10, 20)] == [0, 0, 0]
    assert limits.take(ANA, 3, 60, at(25)) == 35
    assert limits.take(ANA, 3, 60, at(59.999)) == pytest.approx(0.001)
    assert limits.take(ANA, 3, 60, at(60)) == 0
    assert limits.take(ANA, 3, 60, at(60)) == 10


def test_who_has_to_wait_is_not_counted(limits: RedisLimits) -> None:
    limits.take(ANA, 1, 60, at(0))
    for seconds in range(1, 60):
        assert limits.take(ANA, 1, 60, at(seconds)) == 60 - seconds
    assert limits.take(ANA, 1, 60, at(60)) == 0


def test_destinations_do_not_mind_each_other(limits: RedisLimits) -> None:
    assert limits.take(ANA, 1, 60, at(0)) == 0
    assert limits.take(BEN, 1, 60, at(0)) == 0
    assert limits.take(ANA, 1, 60, at(0)) == 60


def test_a_limit_that_was_lowered_meanwhile_holds_at_once(limits: RedisLimits) -> None:
    for seconds in range(10):
        limits.take(ANA, 10, 60, at(seconds))
    assert limits.take(ANA, 4, 60, at(10)) == 56  # six of ten must have left the window: the one of second 6 is last
    assert limits.take(ANA, 4, 60, at(65.999)) > 0
    assert limits.take(ANA, 4, 60, at(66)) == 0


def test_a_window_shorter_than_a_millisecond_is_one(limits: RedisLimits) -> None:
    assert limits.take(ANA, 1, 0.0001, at(0)) == 0
    assert limits.take(ANA, 1, 0.0001, at(0)) == 0.001
    assert limits.take(ANA, 1, 0.0001, at(0.001)) == 0


def test_a_clock_that_is_behind_lets_no_more_through(limits: RedisLimits) -> None:
    assert limits.take(ANA, 1, 60, at(30)) == 0
    assert limits.take(ANA, 1, 60, at(0)) == 90


def test_what_nobody_asks_about_any_more_goes_by_itself(limits: RedisLimits, redis: Client, keys: Keys) -> None:
    limits.take(ANA, 1, 60, at(0))
    assert 60_000 < redis.pttl(keys.pages(ANA)) <= 60_000 + 3_600_000


steps = st.lists(st.one_of(st.sampled_from([0.0, 0.001, 1.0, 10.0]), st.floats(0, 30)), min_size=1, max_size=60)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, st.integers(1, 6), st.sampled_from([0.5, 10.0, 29.999, 60.0]))
def test_no_window_ever_holds_more_and_nobody_waits_longer_than_it_takes(
    redis: Client, passing: Sequence[float], most: int, within: float
) -> None:
    """Against the definition: look at everything that went, for each who asks."""
    connection(redis).flushall()
    limits = RedisLimits(redis, Keys("test"))
    went = list[int]()
    now = 0
    for pause in passing:
        now += round(pause * 1000)
        window = round(within * 1000)
        inside = [when for when in went if when > now - window]
        wait = limits.take(ANA, most, within, at(now / 1000))
        if len(inside) < most:
            assert wait == 0
            went.append(now)
        else:
            assert wait == pytest.approx((sorted(inside)[-most] + window - now) / 1000)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, st.integers(1, 4))
def test_who_comes_back_when_told_goes_through(redis: Client, passing: Sequence[float], most: int) -> None:
    connection(redis).flushall()
    limits = RedisLimits(redis, Keys("test"))
    now = 0.0
    for pause in passing:
        now += round(pause, 3)
        wait = limits.take(ANA, most, 10, at(now))
        if wait:
            now += wait
            assert limits.take(ANA, most, 10, at(now)) == 0


def test_many_at_once_are_counted_one_by_one(limits: RedisLimits) -> None:
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: limits.take(ANA, 5, 60, at(0)), range(200)))
    assert Counter(waits) == {0: 5, 60: 195}


def ask(url: str) -> list[float]:
    """What a process of its own does."""
    with Redis.from_url(url, decode_responses=True) as redis:
        limits = RedisLimits(cast("Client", redis), Keys("test"))
        return [limits.take(ANA, 7, 60, at(0)) for _ in range(50)]


def test_many_processes_keep_one_limit(redis: Client, redis_server: RedisServer) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        waits = [wait for each in pool.map(ask, [redis_server.url] * 3) for wait in each]
    assert Counter(waits) == {0: 7, 60: 143}


# What waits


def test_what_waits_is_taken_once_longest_wait_first(limits: RedisLimits) -> None:
    for seconds, ref in ((3, "c"), (1, "a"), (2, "b")):
        assert limits.hold(ANA, ref, at(seconds))
    assert limits.take_held(ANA, "page-1") == ["a", "b", "c"]
    assert limits.take_held(ANA, "page-2") == []


def test_the_same_page_waits_once_from_its_first_time(limits: RedisLimits) -> None:
    assert limits.hold(ANA, "a", at(0))
    assert limits.hold(ANA, "b", at(1))
    assert not limits.hold(ANA, "a", at(2))
    assert limits.take_held(ANA, "page-1") == ["a", "b"]


def test_a_page_that_is_tried_again_stands_for_the_same(limits: RedisLimits) -> None:
    limits.hold(ANA, "a", at(0))
    assert limits.take_held(ANA, "page-1") == ["a"]
    limits.hold(ANA, "b", at(1))
    assert limits.take_held(ANA, "page-1") == ["a"]
    assert limits.take_held(ANA, "page-2") == ["b"]


def test_a_page_that_stood_for_nothing_else_stays_so(limits: RedisLimits) -> None:
    """It may have arrived already: what it took along now would reach nobody."""
    assert limits.take_held(ANA, "page-1") == []
    limits.hold(ANA, "a", at(0))
    assert limits.take_held(ANA, "page-1") == []
    assert limits.take_held(ANA, "page-2") == ["a"]


def test_what_waits_for_one_is_not_told_another(limits: RedisLimits) -> None:
    limits.hold(ANA, "a", at(0))
    limits.hold(BEN, "b", at(0))
    assert limits.take_held(BEN, "page-1") == ["b"]
    assert limits.take_held(ANA, "page-1") == ["a"]


def test_names_that_run_into_each_other_stay_two(limits: RedisLimits) -> None:
    limits.hold("a:b", "one", at(0))
    limits.hold("a", "other", at(0))
    assert limits.take_held("a:b", "c") == ["one"]
    assert limits.take_held("a", "b:c") == ["other"]


def test_a_bundle_is_kept_for_a_day_and_not_for_ever(limits: RedisLimits, redis: Client, keys: Keys) -> None:
    limits.hold(ANA, "a", at(0))
    limits.take_held(ANA, "page-1")
    assert 0 < redis.pttl(keys.bundle(ANA, "page-1")) <= 86_400_000
    assert redis.pttl(keys.held(ANA)) == -2


@pytest.fixture
def crowd() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def test_while_many_hold_and_many_take_each_is_told_exactly_once(
    limits: RedisLimits, crowd: ThreadPoolExecutor
) -> None:
    held = [crowd.submit(limits.hold, ANA, f"ref-{n}", at(n)) for n in range(200)]
    taken = [crowd.submit(limits.take_held, ANA, f"page-{n}") for n in range(40)]
    assert all(each.result() for each in held)
    told = [ref for each in taken for ref in each.result()] + limits.take_held(ANA, "last")
    assert sorted(told) == sorted(f"ref-{n}" for n in range(200))
