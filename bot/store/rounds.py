"""What is done again and again: when it was taken on last and for what, so that any number of clocks do it once."""

from datetime import datetime

from bot.store.client import Client
from bot.store.event_store import ms, script
from bot.store.keys import Keys


class RedisRounds:
    def __init__(self, redis: Client, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._claim = redis.register_script(script("claim"))

    def claim(self, what: str, word: str, every: float | None, at: datetime, *, patient: bool = False) -> str | None:
        """Take on to do `what` now, if `every` seconds went by since the last time, or another word stood there then.

        `every`: None where time alone is no reason. `patient`: another word alone is none. Returns the word of the last
        time (empty: there was none), or None where there is nothing to do: it is not time, or somebody else took it on.
        """
        pause = -1 if every is None else int(every * 1000)
        taken: str | None = self._claim(keys=[self._keys.rounds], args=[what, word, pause, ms(at), int(patient)])
        return taken

    def last(self, what: str) -> str:
        """Return the word of the last time; empty: there was none."""
        return (self._redis.hget(self._keys.rounds, what) or "").partition(" ")[2]
