"""What the clock lines up once a week: one digest however many clocks look, late rather than never, and no old ones."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.effects import AnyEffect, PostDigest
from bot.domain.workflow.digest import DigestPolicy
from bot.domain.workflow.policy import Policy
from bot.engine import Engine
from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.rounds import RedisRounds
from tests.harness.memory import MemoryStore, NobodyToWake
from tests.harness.plans import POLICY, edited
from workers.weekly import Weekly

KEYS = Keys("test")
MONDAY = datetime(2026, 11, 9, 8, tzinfo=UTC)
"""09:00 in Berlin."""
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
DIGESTING = edited(POLICY, digest=DigestPolicy(at="mon 09:00", zone="Europe/Berlin"))


class Clocks:
    """Some clocks on one Redis, each a process of its own."""

    def __init__(self, redis: Client, policy: Policy = DIGESTING, clocks: int = 3) -> None:
        self.lined_up = list[AnyEffect]()
        self.redis, self.policy = redis, policy
        self.clocks = [self.another() for _ in range(clocks)]

    def another(self) -> Weekly:
        engine = Engine(MemoryStore(), NobodyToWake(), self.policy)
        return Weekly(engine, RedisRounds(self.redis, KEYS), self, NobodyToWake())

    def put(self, effect: AnyEffect, *, id: str, at: datetime) -> tuple[str, ...]:  # noqa: A002 - the port's words
        self.lined_up.append(effect)
        return (effect.lane,)

    def at(self, *times: datetime) -> list[datetime]:
        """Have all clocks look at these times; return which digests were lined up."""
        before = len(self.lined_up)
        for now in times:
            for clock in self.clocks:
                clock.look(now)
        return [effect.due for effect in self.lined_up[before:] if isinstance(effect, PostDigest)]


@pytest.fixture
def clocks(redis: Client) -> Clocks:
    return Clocks(redis)


def test_it_is_lined_up_once_when_its_time_has_come(clocks: Clocks) -> None:
    assert clocks.at(MONDAY - DAY, MONDAY - SECOND) == []
    assert clocks.at(MONDAY, MONDAY + SECOND, MONDAY + DAY) == [MONDAY]
    assert clocks.at(MONDAY + 7 * DAY) == [MONDAY + 7 * DAY]


def test_at_the_very_first_look_there_is_nothing_to_tell(clocks: Clocks) -> None:
    assert clocks.at(MONDAY + DAY) == []


def test_after_a_dead_clock_it_comes_late_and_once(clocks: Clocks) -> None:
    clocks.at(MONDAY - DAY)
    clocks.clocks = [clocks.another() for _ in range(2)]
    assert clocks.at(MONDAY + 2 * DAY) == [MONDAY]


def test_of_weeks_long_past_only_the_last_one_comes(clocks: Clocks) -> None:
    clocks.at(MONDAY - DAY)
    assert clocks.at(MONDAY + 22 * DAY) == [MONDAY + 21 * DAY]


def test_a_clock_that_dies_before_it_has_taken_it_on_loses_nothing(clocks: Clocks) -> None:
    clocks.at(MONDAY - DAY)
    rounds = RedisRounds(clocks.redis, KEYS)
    before = rounds.last("digest")
    assert clocks.at(MONDAY) == [MONDAY]
    clocks.redis.hset(KEYS.rounds, "digest", f"0 {before}")  # as the clock left it that died in between
    clocks.clocks = [clocks.another()]
    assert clocks.at(MONDAY + SECOND) == [MONDAY], "it may wait twice: it is posted once"
    assert len({effect.once for effect in clocks.lined_up}) == 1


def test_an_earlier_time_of_the_same_week_is_no_second_digest(clocks: Clocks) -> None:
    clocks.at(MONDAY - DAY, MONDAY)
    clocks.policy = edited(POLICY, digest=DigestPolicy(at="mon 08:00", zone="Europe/Berlin"))
    clocks.clocks = [clocks.another()]
    assert clocks.at(MONDAY + DAY) == []


def test_a_workflow_without_a_digest_gets_none(redis: Client) -> None:
    assert Clocks(redis, POLICY).at(MONDAY - DAY, MONDAY, MONDAY + 7 * DAY) == []
