"""What is arranged about who is on call, in Redis: a stream of facts, and what other systems said last."""

from datetime import UTC, datetime
from threading import Lock
from typing import Any

from pydantic import TypeAdapter

from bot.domain.effects import AnyEffect
from bot.domain.oncall.book import Arranged
from bot.domain.oncall.roster import FACTS, AnyFact, RosterState, fold
from bot.domain.oncall.schedule import Shift
from bot.store.client import Client
from bot.store.event_store import GRACE, entry, ms, script
from bot.store.keys import Keys

SHIFTS: TypeAdapter[tuple[Shift, ...]] = TypeAdapter(tuple[Shift, ...])


class RedisRoster:
    """Each fact has its number; whoever appends says which one it must be, and loses the race where it is taken."""

    def __init__(self, redis: Client, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._lock = Lock()
        self._number, self._state = 0, RosterState()
        self._append = redis.register_script(script("append_fact"))

    def arranged(self) -> Arranged:
        """Return what holds now."""
        return Arranged(overrides=tuple(self.state()[1].overrides.values()), elsewhere=self.elsewhere())

    def state(self) -> tuple[int, RosterState]:
        """Return the number of the last fact, and what all of them amount to. Only what is new is read."""
        with self._lock:
            entries: list[Any] = self._redis.xrange(self._keys.roster, f"{self._number + 1}-0")
            if entries:
                facts = [FACTS.validate_json(fields["f"]) for _, fields in entries]
                self._state = fold(facts, self._state)
                self._number = int(entries[-1][0].partition("-")[0])
            return self._number, self._state

    def elsewhere(self) -> dict[str, tuple[Shift, ...]]:
        """Return what other systems said last, by schedule."""
        said = self._redis.hgetall(self._keys.elsewhere)
        return {schedule: SHIFTS.validate_json(shifts) for schedule, shifts in said.items()}

    def append(self, fact: AnyFact, expected: int, then: AnyEffect) -> bool:
        """Add a fact behind number `expected` and line up what follows, in one step; False: somebody was faster."""
        k, lane = self._keys, then.lane
        lined_up = entry(then, f"roster:{expected + 1}", fact.at)
        appended = self._append(
            keys=[k.roster, k.lane(lane), k.lanes],
            args=[expected, fact.model_dump_json(), lane, lined_up, ms(fact.at) + GRACE],
        )
        return bool(appended)

    def history(self, until: int) -> tuple[AnyFact, ...]:
        """Return the facts from the first one to that of number `until`."""
        entries = self._redis.xrange(self._keys.roster, "1-0", count=until) if until else []
        return tuple(FACTS.validate_json(fields["f"]) for _, fields in entries)

    def learn(self, schedule: str, shifts: tuple[Shift, ...], at: datetime) -> None:
        """Keep what another system says about a schedule, in place of what it said before, and when it was read."""
        self._redis.hset(self._keys.elsewhere, schedule, SHIFTS.dump_json(shifts).decode())
        self._redis.hset(self._keys.readings, schedule, ms(at))

    def last_read(self) -> dict[str, datetime]:
        """Return when each schedule that is kept elsewhere was read well last."""
        readings = self._redis.hgetall(self._keys.readings)
        return {schedule: datetime.fromtimestamp(int(at) / 1000, UTC) for schedule, at in readings.items()}
