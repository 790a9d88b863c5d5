"""A clock as it always runs, which also keeps, under its own name, how long it took from one of its beats to the next.

Of the heartbeats in Redis there is one for all clocks: with two of them it says how often either of them has looked.
"""

import sys
import time

from redis import Redis

from bot.store.read_models import RedisHeartbeats
from workers.__main__ import tick

LONGEST = "bench:longest"
"""A hash: each clock by its name, with the longest seconds between two of its beats."""


def measured(name: str) -> None:
    """Have this process's clock keep what it takes from one beat to the next."""
    beat, times = RedisHeartbeats.beat, [0.0, 0.0]

    def beats(hearts: RedisHeartbeats, process: str) -> None:
        beat(hearts, process)
        before, times[0] = times[0], time.monotonic()
        if before and times[0] - before > times[1]:
            times[1] = times[0] - before
            hearts._redis.hset(LONGEST, name, f"{times[1]}")

    RedisHeartbeats.beat = beats  # type: ignore[assignment,method-assign]


def longest(url: str) -> dict[str, float]:
    """Return the longest time between two beats of each clock."""
    with Redis.from_url(url, decode_responses=True) as redis:
        return {name: float(took) for name, took in redis.hgetall(LONGEST).items()}


if __name__ == "__main__":
    measured(sys.argv[1])
    tick()
