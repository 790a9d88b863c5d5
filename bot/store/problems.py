"""Standing problems in Redis: what stays in the way until somebody acts, each with its cure and its age."""

import json
from datetime import UTC, datetime

from bot.ports import Clock, Problem
from bot.store.client import Client
from bot.store.event_store import ms
from bot.store.keys import Keys


class RedisProblems:
    """The Problems port."""

    def __init__(self, redis: Client, keys: Keys, clock: Clock) -> None:
        self._redis = redis
        self._keys = keys
        self._clock = clock

    def raise_(self, key: str, why: str, cure: str) -> bool:
        """Keep a problem; one that is there already keeps its age. Returns True where this is news."""
        known = self._redis.hget(self._keys.problems, key)
        before = _read(known) if known else None
        if before is not None and (before.why, before.cure) == (why, cure):
            return False
        since = before.since if before else self._clock.now()
        self._redis.hset(self._keys.problems, key, json.dumps([why, cure, ms(since)]))
        return True

    def clear(self, key: str) -> None:
        self._redis.hdel(self._keys.problems, key)

    def all(self) -> dict[str, Problem]:
        return {key: _read(kept) for key, kept in sorted(self._redis.hgetall(self._keys.problems).items())}


def _read(kept: str) -> Problem:
    why, cure, since = json.loads(kept)
    return Problem(why, cure, datetime.fromtimestamp(since / 1000, UTC))
