"""The clock: what fell due becomes a command, a lane that wants a worker gets one. Any number of clocks may run."""

import logging
from dataclasses import dataclass
from threading import Event

from redis.exceptions import RedisError

from bot.domain.ids import SYSTEM
from bot.domain.incident.commands import Tick
from bot.engine import Engine
from bot.ports import Clock, EventStore
from bot.store.outbox import RedisOutbox
from bot.store.read_models import RedisHeartbeats
from bot.store.waker import RqWaker
from workers.lookout import Lookout

log = logging.getLogger("muster.clock")

TICK = 0.05
"""Seconds between two looks: a timer is at most this late, plus the work, and never early."""

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Clockwork:
    engine: Engine
    store: EventStore
    outbox: RedisOutbox
    waker: RqWaker
    clock: Clock
    heartbeats: RedisHeartbeats
    lookout: Lookout

    def run(self, stopped: Event) -> None:
        """Tick until told to stop. If Redis goes away, wait for it: nothing is due that it does not remember.

        First every open incident is looked at: the policy may have changed while no clock ran.
        """
        has_looked = False
        while not stopped.wait(TICK):
            try:
                if not has_looked:
                    self.store.look_at_all(self.clock.now())
                    has_looked = True
                self.tick()
            except RedisError as error:
                log.warning("the store is out of reach: %s", error)
                stopped.wait(1)

    def tick(self) -> None:
        """Look once."""
        now = self.clock.now()
        for incident, due in self.store.due(now, AT_ONCE):
            cause = f"due:{incident}:{due.timestamp():.3f}"
            try:
                self.engine.submit(Tick(incident=incident, by=SYSTEM, at=now, cause=cause))
            except Exception as error:
                log.exception("tick failed incident=%s", incident, exc_info=error)
        try:
            self.lookout.look(now)
        except RedisError:
            raise
        except Exception as error:
            log.exception("look at who is on call failed", exc_info=error)
        self.waker.remind(self.outbox.due_lanes())
        self.heartbeats.beat("clock")
