"""What is arranged about who is on call, in Redis: a stream of facts, and what other systems said last."""

from threading import Lock
from typing import Any

from pydantic import TypeAdapter
from redis.exceptions import ResponseError

from bot.domain.oncall.book import Arranged
from bot.domain.oncall.roster import FACTS, AnyFact, RosterState, fold
from bot.domain.oncall.schedule import Shift
from bot.store.client import Client
from bot.store.keys import Keys

SHIFTS: TypeAdapter[tuple[Shift, ...]] = TypeAdapter(tuple[Shift, ...])


class RedisRoster:
    """Each fact has its number; whoever appends says which one it must be, and loses the race where it is taken."""

    def __init__(self, redis: Client, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._lock = Lock()
        self._number, self._state = 0, RosterState()

    def arranged(self) -> Arranged:
        """Return what holds now."""
        said = self._redis.hgetall(self._keys.elsewhere)
        elsewhere = {schedule: SHIFTS.validate_json(shifts) for schedule, shifts in said.items()}
        return Arranged(overrides=tuple(self.state()[1].overrides.values()), elsewhere=elsewhere)

    def state(self) -> tuple[int, RosterState]:
        """Return the number of the last fact, and what all of them amount to. Only what is new is read."""
        with self._lock:
            entries: list[Any] = self._redis.xrange(self._keys.roster, f"{self._number + 1}-0")
            if entries:
                facts = [FACTS.validate_json(fields["f"]) for _, fields in entries]
                self._state = fold(facts, self._state)
                self._number = int(entries[-1][0].partition("-")[0])
            return self._number, self._state

    def append(self, fact: AnyFact, expected: int) -> bool:
        """Add a fact behind number `expected`; False where somebody was faster."""
        try:
            self._redis.xadd(self._keys.roster, {"f": fact.model_dump_json()}, id=f"{expected + 1}-0")
        except ResponseError:
            return False
        return True

    def learn(self, schedule: str, shifts: tuple[Shift, ...]) -> None:
        """Keep what another system says about a schedule, in place of what it said before."""
        self._redis.hset(self._keys.elsewhere, schedule, SHIFTS.dump_json(shifts).decode())
