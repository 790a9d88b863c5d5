"""Lanes of waiting effects: lined up by the engine, served by one worker at a time, remembered until they are done."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any, Literal

from redis.exceptions import RedisError

from bot.domain.effects import EFFECTS, AnyEffect
from bot.ports import Clock
from bot.store.client import Client
from bot.store.event_store import GRACE, entry, ms, script
from bot.store.keys import Keys

LEASE = 3000
"""Milliseconds that a silent worker keeps its lane; a living one renews each second."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One effect at the head of a lane."""

    id: str
    effect: AnyEffect
    tries: int
    """1 on the first try. More: an earlier one may have acted before it died."""
    since: datetime
    """When it was lined up."""


class RedisOutbox:
    def __init__(self, redis: Client, keys: Keys, clock: Clock) -> None:
        self._redis = redis
        self._keys = keys
        self._clock = clock
        self._put = redis.register_script(script("put"))
        self._next = redis.register_script(script("next"))
        self._due = redis.register_script(script("due_lanes"))

    def put(self, effect: AnyEffect, *, id: str, at: datetime) -> tuple[str, ...]:  # noqa: A002 - the effect's id
        k, lane = self._keys, effect.lane
        woken = self._put(
            keys=[k.lane(lane), k.once(lane), k.lanes],
            args=[lane, effect.once or "", entry(effect, id, at), ms(at) + GRACE],
        )
        return (woken,) if woken else ()

    def next(
        self, lane: str, token: str, *, done: str = "", rest: float = 0, untried: str = ""
    ) -> Waiting | Literal["idle", "taken"]:
        """Take the lane's next effect, saying which one is done and how many seconds the lane should rest.

        `untried`: an effect that was taken and not attempted; its count of tries goes back by one.

        `taken`: somebody else serves the lane. `idle`: nothing to do now; the clock knows when there is.
        """
        k = self._keys
        answer: list[Any] = self._next(
            keys=[k.lane(lane), k.once(lane), k.lease(lane), k.lanes, k.attempts],
            args=[lane, token, ms(self._clock.now()), LEASE, done, int(rest * 1000), untried],
        )
        match answer:
            case ["effect", text, tries]:
                raw = json.loads(text)
                since = datetime.fromtimestamp(raw["at"] / 1000, UTC)
                return Waiting(raw["id"], EFFECTS.validate_python(raw["effect"]), int(tries), since)
            case ["taken"]:
                return "taken"
            case _:
                return "idle"

    @contextmanager
    def renewing(self, lane: str, token: str) -> Iterator[None]:
        """Keep the lane's lease while the block runs."""
        over = Event()
        keeper = Thread(target=self._keep, args=(lane, token, over), daemon=True)
        keeper.start()
        try:
            yield
        finally:
            over.set()
            keeper.join(timeout=2)

    def _keep(self, lane: str, token: str, over: Event) -> None:
        lease = self._keys.lease(lane)
        while not over.wait(LEASE / 3000):
            try:
                if self._redis.get(lease) != token:
                    return
                pipeline = self._redis.pipeline()
                pipeline.pexpire(lease, LEASE)
                pipeline.zadd(self._keys.lanes, {lane: ms(self._clock.now()) + LEASE})
                pipeline.execute()
            except RedisError:
                continue  # the lease ends by itself if Redis stays away

    def due_lanes(self, limit: int = 500) -> list[str]:
        """Lanes that want a worker and have none; the caller wakes them."""
        prefix = self._keys.lease("")
        return list(self._due(keys=[self._keys.lanes], args=[ms(self._clock.now()), GRACE, limit, prefix]))

    def waiting(self) -> dict[str, int]:
        """How many effects wait in each lane, for doctor and metrics."""
        lanes = self._redis.zrange(self._keys.lanes, 0, -1)
        return {lane: self._redis.llen(self._keys.lane(lane)) for lane in lanes}
