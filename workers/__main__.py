"""Starts the RQ workers or the clock: `python -m workers worker`, `python -m workers clock`."""

import gc
import logging
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event, Thread
from typing import Any

from redis.exceptions import RedisError
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer
from rq.worker import Worker
from rq.worker_pool import WorkerPool

from bot.config import ManifestMistakes
from bot.settings import BadSettings, read
from bot.store.waker import QUEUES
from bot.wiring import Wired, caretaker, configure_logging, wire
from workers.audit import auditor
from workers.clock import Clockwork
from workers.lookout import Lookout
from workers.perform import crew_and_outbox, look_at_manifests
from workers.weekly import Weekly

log = logging.getLogger("muster.workers")

BURSTS = (20_000, 20, 10)
"""The clock's thresholds of garbage collection: a hundred incidents are 30,000 objects, and die together.

With Python's own (700, 10, 10) collecting costs a fifth of a burst's time.
"""


class Hand(Worker):
    """An RQ worker without RQ's scheduler, a process more that would find nothing: our clock wakes what is due.

    It leaves when its pool is gone: nobody would stop it any more, and it would work on with yesterday's code.
    """

    def work(self, *arguments: Any, **options: Any) -> bool:
        crew_and_outbox()  # here, where it is not inherited: manifests that are bad later must not keep jobs from it
        if (pool := multiprocessing.parent_process()) is not None:
            Thread(target=_leave_after, args=(pool.pid,), daemon=True).start()
        return super().work(*arguments, **options | {"with_scheduler": False})

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        """Let each job go by the manifests as they stand when it begins."""
        look_at_manifests()
        super().fork_work_horse(job, queue)


def _leave_after(pool: int | None) -> None:
    """Ask this process to stop, once the job at hand is done, when it has lost its parent."""
    while os.getppid() == pool:
        time.sleep(1)
    log.warning("the pool is gone; leaving")
    os.kill(os.getpid(), signal.SIGTERM)


def work(queues: Sequence[str]) -> None:
    """Run as many RQ workers as WORKERS says on these queues, until told to stop."""
    settings = read()
    configure_logging(settings)
    wired = wire(settings)
    _wait_for_store(wired.raw_redis.ping)
    crew_and_outbox()
    gc.freeze()  # else each fork's first collection copies the pages that it shares
    stopped = Event()
    beating = Thread(target=_beat, args=(wired.heartbeats.beat, stopped), daemon=True)
    beating.start()
    Thread(target=auditor(wired, stands_in=True).run, args=(stopped,), daemon=True).start()
    Thread(target=caretaker(wired).run, args=(stopped,), daemon=True).start()
    pool = WorkerPool(
        queues,
        connection=wired.raw_redis,
        num_workers=settings.workers,
        worker_class=Hand,
        serializer=JSONSerializer,
    )
    pool.start(logging_level="WARNING")
    stopped.set()
    beating.join(timeout=5)
    _leave(wired, "worker")


def tick() -> None:
    """Run the clock until told to stop."""
    settings = read()
    configure_logging(settings)
    wired = wire(settings)
    gc.freeze()  # else each full collection, in a burst several a second, goes through all that was imported
    gc.set_threshold(*BURSTS)
    stopped = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    Thread(target=auditor(wired).run, args=(stopped,), daemon=True).start()
    Thread(target=caretaker(wired).run, args=(stopped,), daemon=True).start()
    clockwork(wired).run(stopped)
    _leave(wired, "clock")


def clockwork(wired: Wired) -> Clockwork:
    house = wired.house
    lookout = Lookout(house.book, house.roster, wired.rounds, wired.problems, wired.outbox, wired.waker)
    house.in_force.hear(lambda read: lookout.go_by(read.book, read.hash))
    weekly = Weekly(house.engine, wired.rounds, wired.outbox, wired.waker)
    return Clockwork(
        house.engine, wired.store, wired.outbox, wired.waker, wired.clock, wired.heartbeats, lookout, weekly
    )


def _leave(wired: Wired, process: str) -> None:
    """Say goodbye, so that the audit does not miss this process."""
    with suppress(RedisError):
        wired.heartbeats.leave(process)


def _wait_for_store(ping: Callable[[], object]) -> None:
    """RQ's pool gives up where Redis is away when it starts; after a power cut both start at once."""
    while True:
        try:
            ping()
        except RedisError as error:
            log.warning("the store is out of reach: %s", error)
            time.sleep(1)
        else:
            return


def _beat(beat: Callable[[str], object], stopped: Event) -> None:
    while not stopped.is_set():
        try:
            beat("worker")
        except RedisError as error:
            log.warning("the store is out of reach: %s", error)
        stopped.wait(2)


def main(arguments: list[str]) -> int:
    """Run what is named; returns the exit code: 2 for what only a person can put right."""
    usage = f"usage: python -m workers worker [{' | '.join(QUEUES)} …] | clock"
    try:
        match arguments:
            case ["worker", *queues] if set(queues) <= set(QUEUES):
                work(queues or QUEUES)
            case ["clock"]:
                tick()
            case _:
                return _no(usage)
    except (BadSettings, ManifestMistakes) as mistakes:
        return _no(mistakes)
    return 0


def _no(why: object) -> int:
    print(why, file=sys.stderr)  # noqa: T201 - a terminal's answer
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
