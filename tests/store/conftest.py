"""A store, its outbox and targets on the empty Redis, under a clock to wind."""

from collections.abc import Callable

import pytest

from bot.engine import Engine
from bot.store.client import Client
from bot.store.event_store import RedisEventStore
from bot.store.keys import Keys
from bot.store.limits import RedisLimits
from bot.store.outbox import RedisOutbox
from bot.store.targets import RedisTargets
from tests.harness.clock import WoundClock
from tests.harness.memory import NobodyToWake
from tests.harness.plans import policy

KEYS = Keys("test")

Boot = Callable[[], Engine]


@pytest.fixture
def clock() -> WoundClock:
    return WoundClock()


@pytest.fixture
def keys() -> Keys:
    return KEYS


@pytest.fixture
def store(redis: Client) -> RedisEventStore:
    return RedisEventStore(redis, KEYS)


@pytest.fixture
def outbox(redis: Client, clock: WoundClock) -> RedisOutbox:
    return RedisOutbox(redis, KEYS, clock)


@pytest.fixture
def targets(redis: Client, clock: WoundClock) -> RedisTargets:
    return RedisTargets(redis, KEYS, clock)


@pytest.fixture
def limits(redis: Client) -> RedisLimits:
    return RedisLimits(redis, KEYS)


@pytest.fixture
def boot(store: RedisEventStore) -> Boot:
    """Start a process: an engine with a memory of its own. The gate wants two votes."""
    return lambda: Engine(store, NobodyToWake(), policy(quorum=2))


@pytest.fixture
def engine(boot: Boot) -> Engine:
    return boot()
