"""One change at a time per target: a lock with an end, and a fencing number that only grows."""

from bot.ports import Clock
from bot.store.client import Client
from bot.store.event_store import ms, script
from bot.store.keys import Keys


class RedisTargets:
    def __init__(self, redis: Client, keys: Keys, clock: Clock) -> None:
        self._redis = redis
        self._keys = keys
        self._clock = clock
        self._acquire = redis.register_script(script("acquire"))
        self._release = redis.register_script(script("release"))

    def acquire(self, target: str, holder: str, lease: float) -> int | str:
        """Take or renew the target for `lease` seconds.

        Returns the holder's fencing number, or the name of whoever holds it. A holder that comes back after its lease
        ended and somebody else acted gets a new, higher number: what it did before is outdated, and targets that
        check the number refuse the old one.
        """
        answer = self._acquire(
            keys=[self._keys.target(target), self._keys.fences],
            args=[target, holder, ms(self._clock.now()), int(lease * 1000)],
        )
        return int(answer[1]) if answer[0] == "yours" else str(answer[1])

    def release(self, target: str, holder: str) -> None:
        self._release(keys=[self._keys.target(target)], args=[holder])
