"""Targets: one change at a time, leases that end, and fencing numbers that only grow."""

from concurrent.futures import ThreadPoolExecutor

from bot.store.targets import RedisTargets
from tests.harness.clock import WoundClock

M1, M2 = "INC-1:m1", "INC-2:m1"


def test_one_holds_a_target_and_the_other_learns_who(targets: RedisTargets) -> None:
    assert targets.acquire("checkout", M1, 60) == 1
    assert targets.acquire("checkout", M2, 60) == M1


def test_targets_do_not_mind_each_other(targets: RedisTargets) -> None:
    assert targets.acquire("checkout", M1, 60) == 1
    assert targets.acquire("search", M2, 60) == 1


def test_the_holder_renews_under_the_same_number(targets: RedisTargets, clock: WoundClock) -> None:
    assert targets.acquire("checkout", M1, 60) == 1
    clock.wind(59)
    assert targets.acquire("checkout", M1, 60) == 1
    clock.wind(59)
    assert targets.acquire("checkout", M2, 60) == M1


def test_a_lease_ends_at_its_time_and_not_before(targets: RedisTargets, clock: WoundClock) -> None:
    targets.acquire("checkout", M1, 60)
    clock.wind(59.999)
    assert targets.acquire("checkout", M2, 60) == M1
    clock.wind(0.001)
    assert targets.acquire("checkout", M2, 60) == 2


def test_who_was_overtaken_comes_back_with_a_higher_number(targets: RedisTargets, clock: WoundClock) -> None:
    targets.acquire("checkout", M1, 60)
    clock.wind(60)
    targets.acquire("checkout", M2, 60)
    clock.wind(60)
    assert targets.acquire("checkout", M1, 60) == 3


def test_who_was_not_overtaken_keeps_the_number(targets: RedisTargets, clock: WoundClock) -> None:
    targets.acquire("checkout", M1, 60)
    clock.wind(3600)
    assert targets.acquire("checkout", M1, 60) == 1


def test_releasing_frees_it_for_the_next_with_a_higher_number(targets: RedisTargets) -> None:
    targets.acquire("checkout", M1, 60)
    targets.release("checkout", M1)
    targets.release("checkout", M1)
    assert targets.acquire("checkout", M2, 60) == 2


def test_only_the_holder_can_release(targets: RedisTargets) -> None:
    targets.acquire("checkout", M1, 60)
    targets.release("checkout", M2)
    assert targets.acquire("checkout", M2, 60) == M1


def test_many_at_once_make_one_holder(targets: RedisTargets) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: targets.acquire("checkout", f"INC-{n}:m1", 60), range(32)))
    assert [answer for answer in answers if isinstance(answer, int)] == [1]
    assert len({answer for answer in answers if isinstance(answer, str)}) == 1
