"""Starts the RQ workers or the clock: `python -m workers worker`, `python -m workers clock`."""

import functools
import logging
import signal
import sys
from collections.abc import Sequence
from threading import Event, Thread

from redis.exceptions import RedisError
from rq.serializers import JSONSerializer
from rq.worker import Worker
from rq.worker_pool import WorkerPool

from bot.settings import read
from bot.store.outbox import RedisOutbox
from bot.store.waker import QUEUES
from bot.wiring import configure_logging, wire
from workers.clock import Clockwork
from workers.crew import Crew

log = logging.getLogger("muster.workers")


@functools.cache
def crew_and_outbox() -> tuple[Crew, RedisOutbox]:
    """Build a worker's hands, once per process; RQ forks each job from a parent that has done so."""
    wired = wire(read())
    return Crew(wired.house, wired.desk, wired.clock, wired.targets, wired.tracks), wired.outbox


def work(queues: Sequence[str]) -> None:
    """Run as many RQ workers as WORKERS says on these queues, until told to stop."""
    settings = read()
    configure_logging(settings)
    wired = wire(settings)
    crew_and_outbox()
    stopped = Event()
    Thread(target=_beat, args=(wired.heartbeats.beat, stopped), daemon=True).start()
    pool = WorkerPool(
        queues,
        connection=wired.raw_redis,
        num_workers=settings.workers,
        worker_class=Worker,
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


def _beat(beat: "functools.partial[None]", stopped: Event) -> None:
    while not stopped.wait(2):
        try:
            beat("worker")
        except RedisError as error:
            log.warning("the store is out of reach: %s", error)


def main(arguments: list[str]) -> int:
    match arguments:
        case ["worker", *queues] if set(queues) <= set(QUEUES):
            work(queues or QUEUES)
        case ["clock"]:
            tick()
        case _:
            print(f"usage: python -m workers worker [{' | '.join(QUEUES)} …] | clock", file=sys.stderr)  # noqa: T201
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
