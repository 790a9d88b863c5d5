"""The clock: what fell due becomes a command, a lane that wants a worker gets one. Any number of clocks may run."""

import logging
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain
from threading import Event

from redis.exceptions import RedisError

from bot.domain.effects import queue_of
from bot.domain.ids import SYSTEM
from bot.domain.incident.commands import Tick
from bot.domain.workflow.workflows import Workflows
from bot.engine import Engine
from bot.ports import Clock, EventStore
from bot.store.outbox import RedisOutbox
from bot.store.read_models import RedisHeartbeats
from bot.store.waker import QUEUES, RqWaker
from workers.lookout import Lookout
from workers.weekly import Weekly

log = logging.getLogger("muster.clock")

TICK = 0.05
"""Seconds between two looks: a timer is at most this late, plus the work, and never early."""

AT_ONCE = 100
"""Incidents that are taken and decided together; another clock takes the next ones."""

LONGEST = 0.5
"""Seconds for which one look goes on with what is due: lanes and the heartbeat want their turn, too."""

KEPT = 60.0
"""Seconds between two times that the workflows in force are kept for the incidents that go by them."""

HANDS = 2
"""Threads that go through a burst: one decides while the other waits for Redis, which is a quarter of the time."""


@dataclass(frozen=True, slots=True)
class Clockwork:
    engine: Engine
    store: EventStore
    outbox: RedisOutbox
    waker: RqWaker
    clock: Clock
    heartbeats: RedisHeartbeats
    lookout: Lookout
    weekly: Weekly
    _hands: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(HANDS, "hand"))

    def run(self, stopped: Event) -> None:
        """Tick until told to stop. If Redis goes away, wait for it: nothing is due that it does not remember.

        Whenever other workflows come into force, every open incident is looked at: some may go by the one in force,
        for their own can't be had.
        """
        looked_by: Workflows | None = None
        is_behind, keeps_at = False, 0.0
        while not stopped.wait(0 if is_behind else TICK):
            try:
                if looked_by is not (now := self.engine.workflows) or time.monotonic() >= keeps_at:
                    self.engine.keep_policies()
                    keeps_at = time.monotonic() + KEPT
                if looked_by is not now:
                    self.store.look_at_all(self.clock.now())
                    looked_by = now
                is_behind = self.tick()
            except RedisError as error:
                log.warning("the store is out of reach: %s", error)
                stopped.wait(1)

    def tick(self) -> bool:
        """Look once; say whether more was due than one look can go through."""
        ends = time.monotonic() + LONGEST
        ticks = self._due()
        lanes = list(self._submitted(ticks))
        if len(ticks) == AT_ONCE:
            lanes += chain.from_iterable(self._hands.map(self._until, [ends] * HANDS))
        self._wake(lanes)
        for what, look in (("who is on call", self.lookout.look), ("the week", self.weekly.look)):
            try:
                look(self.clock.now())
            except RedisError:
                raise
            except Exception as error:
                log.exception("look at %s failed", what, exc_info=error)
        self.waker.remind(self.outbox.due_lanes())
        self.heartbeats.beat("clock")
        return time.monotonic() > ends

    def _until(self, ends: float) -> list[str]:
        """Go on with what is due until nothing is, or it is time for something else; return the lanes to wake."""
        lanes = list[str]()
        while time.monotonic() < ends:
            ticks = self._due()
            lanes += self._submitted(ticks)
            if len(ticks) < AT_ONCE:
                break
        return lanes

    def _due(self) -> list[Tick]:
        now = self.clock.now()
        return [
            Tick(incident=incident, by=SYSTEM, at=now, cause=f"due:{incident}:{due.timestamp():.3f}")
            for incident, due in self.store.take_due(now, AT_ONCE)
        ]

    def _submitted(self, ticks: Sequence[Tick]) -> tuple[str, ...]:
        """Submit them together; where that does not work, one by one: an incident in trouble keeps no other one up."""
        try:
            return self.engine.submit_all(ticks)
        except RedisError:
            raise
        except Exception as error:
            log.exception("not all of %s ticks could be decided together", len(ticks), exc_info=error)
        for tick in ticks:
            try:
                self.engine.submit(tick)
            except Exception as error:
                log.exception("tick failed incident=%s", tick.incident, exc_info=error)
        return ()

    def _wake(self, lanes: Iterable[str]) -> None:
        """Wake lanes, pages first; behind a burst of them, the rest is reminded of when its grace is over."""
        self.waker.wake(sorted(lanes, key=lambda lane: QUEUES.index(queue_of(lane)))[:AT_ONCE])
