"""The caretaker: what is wrong with edited manifests is told, once and until it is mended, also past a dead Redis."""

import logging
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from redis import Redis

from bot.caretaker import AGAIN, KEY, Caretaker
from bot.config import Manifests, load
from bot.config.watch import APART, SETTLED, Watch
from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.problems import RedisProblems
from tests.harness.clock import WoundClock
from tests.test_config import WORKFLOW, folder

LONG = int(SETTLED + APART)


class House:
    """A folder of manifests, and the process that looks after it."""

    def __init__(self, root: Path, redis: Client) -> None:
        self.root = folder(root)
        self.clock = WoundClock()
        self.problems = RedisProblems(redis, Keys("test"), self.clock)
        self.caretaker = self.another()

    def another(self) -> Caretaker:
        """Start another process on the same Redis."""
        watch = Watch(self.root, partial(load, self.root, {}), self.clock)
        return Caretaker(watch, self.problems, self.clock)

    def writes(self, text: str) -> None:
        (self.root / "workflows" / "hybrid.yaml").write_text(text)

    def passes(self, seconds: int = LONG) -> None:
        for _ in range(seconds):
            self.clock.wind(1)
            self.caretaker.look()

    @property
    def told(self) -> tuple[str, str] | None:
        problem = self.problems.all().get(KEY)
        return (problem.why, problem.cure) if problem else None


@pytest.fixture
def house(tmp_path: Path, redis: Client) -> House:
    return House(tmp_path, redis)


ONE = WORKFLOW.replace("quorum: 1", "quorm: 1")
TWO = ONE.replace("last_resort: expire", "last_resort: go")


def test_a_mistake_is_told_with_its_line_and_cure_until_it_is_mended(house: House) -> None:
    house.writes(ONE)
    house.passes()
    goes_on = "Manifests were edited and have mistakes; Muster goes on with the last good ones."
    where = "manifests/workflows/hybrid.yaml:6: approvals.anybody.quorm: unknown key “quorm”."
    assert house.told == (f"{goes_on} {where}", "Did you mean “quorum”?")
    house.writes(TWO)
    house.passes()
    assert house.told is not None
    assert house.told[0].endswith(" And 1 more.")
    assert house.told[1].endswith(" `muster workflow check` lists them all.")
    house.writes(WORKFLOW)
    house.passes()
    assert house.told is None


def test_it_is_logged_once_and_so_is_its_mending(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "muster.manifests")
    house.writes(ONE)
    house.passes(300)
    house.writes(WORKFLOW)
    house.passes(300)
    wrong, mended = [record.message for record in caplog.records]
    assert wrong.startswith("manifests have mistakes, the last good ones stay in force:\nmanifests/workflows/hybrid")
    assert mended.startswith("manifests read anew version=")


def test_a_process_that_starts_well_takes_back_what_none_that_lives_says(house: House) -> None:
    house.problems.raise_(KEY, "of a process that is gone", "-")
    house.another().look()
    assert house.told is None


def test_what_another_process_took_back_is_said_again_while_it_is_so(house: House) -> None:
    house.writes(ONE)
    house.passes()
    house.problems.clear(KEY)
    house.passes(int(AGAIN))
    assert house.told is not None


def test_with_redis_away_manifests_are_read_anew_and_told_when_it_is_back(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    dead: Client = Redis.from_url("redis://127.0.0.1:1/0", decode_responses=True, retry=None)  # type: ignore[assignment]
    well = house.caretaker
    house.caretaker = replace(well, problems=RedisProblems(dead, Keys("test"), house.clock))
    house.writes(WORKFLOW.replace("sla_minutes: 15", "sla_minutes: 45"))
    house.passes()
    assert next(iter(well.watch.in_force.now.policy.severities.values())).sla_minutes == 45
    house.writes(ONE)
    house.passes()
    assert house.told is None
    house.caretaker.problems = house.problems
    house.passes(1)
    assert house.told is not None


def test_a_fault_in_whoever_hears_of_it_ends_nothing(house: House, caplog: pytest.LogCaptureFixture) -> None:
    heard = list[Manifests]()

    def breaks(manifests: Manifests) -> None:
        heard.append(manifests)
        if len(heard) == 2:
            raise RuntimeError("a fault of ours")

    house.caretaker.watch.in_force.hear(breaks)
    house.writes(WORKFLOW.replace("sla_minutes: 15", "sla_minutes: 45"))
    house.passes()
    assert "manifests could not be looked after" in caplog.text
    house.writes(ONE)
    house.passes()
    assert house.told is not None
