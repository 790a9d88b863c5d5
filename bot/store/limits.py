"""Limits of what one destination gets: so many pages in so much time, and the rest held back to go out as one."""

import math
from datetime import datetime

from bot.store.client import Client
from bot.store.event_store import ms, script
from bot.store.keys import Keys

GARBAGE = 3600_000
"""Milliseconds on top of its window for which Redis keeps what nobody asks about any more. No rule depends on it."""

BUNDLE = 86_400_000
"""Milliseconds for which a page can ask again what it stood for: longer than anybody tries to send it."""


class RedisLimits:
    """Exact under any number of processes, for each decision is one step in Redis. Time comes in as an argument."""

    def __init__(self, redis: Client, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._take = redis.register_script(script("take_page"))
        self._take_held = redis.register_script(script("take_held"))

    def take(self, destination: str, most: int, within: float, now: datetime) -> float:
        """Ask to send one more page: `most` in any `within` seconds.

        Returns 0 if it may go, and counts it; else the seconds until one may. Who asks again then is not sure to be
        the first.
        """
        window = max(1, math.ceil(within * 1000))
        wait = self._take(
            keys=[self._keys.pages(destination), self._keys.page_numbers],
            args=[ms(now), most, window, window + GARBAGE],
        )
        return int(wait) / 1000

    def hold(self, destination: str, ref: str, now: datetime) -> bool:
        """Let a page wait to be bundled; the same one again waits once. Returns True for the first time."""
        return self._redis.zadd(self._keys.held(destination), {ref: ms(now)}, nx=True) == 1

    def take_held(self, destination: str, by: str) -> list[str]:
        """Take everything that waits, longest wait first, for the page `by` to stand for.

        Nobody else gets the same; the same page gets the same again for a day, be it nothing, so that a worker that
        dies before or after it has sent the bundle loses nothing and adds nothing.
        """
        return list(
            self._take_held(keys=[self._keys.held(destination), self._keys.bundle(destination, by)], args=[BUNDLE])
        )
