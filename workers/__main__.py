"""Starts the RQ workers or the clock: `python -m workers worker`, `python -m workers clock`."""

import gc
import logging
import signal
import sys
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from redis.exceptions import RedisError
from rq.serializers import JSONSerializer
from rq.worker import Worker
from rq.worker_pool import WorkerPool

from bot.settings import read
from bot.store.waker import QUEUES
from bot.wiring import configure_logging, wire
from workers.clock import Clockwork
from workers.perform import crew_and_outbox

log = logging.getLogger("muster.workers")


class Hand(Worker):
    """An RQ worker without RQ's scheduler, a process more that would find nothing: our clock wakes what is due."""

    def work(self, *arguments: Any, **options: Any) -> bool:
        return super().work(*arguments, **options | {"with_scheduler": False})


def work() -> None:
    """Run as many RQ workers as WORKERS says, until told to stop."""
    settings = read()
    configure_logging(settings)
    wired = wire(settings)
    crew_and_outbox()
    gc.freeze()  # else each fork's first collection copies the pages that it shares
    stopped = Event()
    Thread(target=_beat, args=(wired.heartbeats.beat, stopped), daemon=True).start()
    pool = WorkerPool(
        QUEUES,
        connection=wired.raw_redis,
        num_workers=settings.workers,
        worker_class=Hand,
        serializer=JSONSerializer,
    )
    pool.start(logging_level="WARNING")
    stopped.set()


def tick() -> None:
    """Run the clock until told to stop."""
    settings = read()
    configure_logging(settings)
    wired = wire(settings)
    stopped = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    house = wired.house
    Clockwork(house.engine, wired.store, wired.outbox, wired.waker, wired.clock, wired.heartbeats).run(stopped)


def _beat(beat: Callable[[str], object], stopped: Event) -> None:
    while not stopped.wait(2):
        try:
            beat("worker")
        except RedisError as error:
            log.warning("the store is out of reach: %s", error)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["worker"]:
            work()
        case ["clock"]:
            tick()
        case _:
            print("usage: python -m workers worker | clock", file=sys.stderr)  # noqa: T201
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
