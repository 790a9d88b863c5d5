"""Waking workers: a lane's name becomes an RQ job on the queue of its kind. The job's entry point is an address."""

import logging
import re
from collections import defaultdict
from collections.abc import Iterable
from secrets import token_hex

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from bot.domain.effects import queue_of

log = logging.getLogger("muster.store")

QUEUES = ("pages", "remediation", "slack", "exports")
"""In the order in which an idle worker looks at them."""

PERFORM = "workers.perform.perform"
"""RQ's one door; nothing in `bot` imports it, a test resolves it."""

JOB_TIMEOUT = 900
"""Seconds; above the longest step (600 s) and a lane's shift."""

ENOUGH = 200
"""Wake-up calls that wait in one queue. More would only cost Redis memory: the clock looks twenty times a second."""


class RqWaker:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._queues = {name: Queue(name, connection=redis, serializer=JSONSerializer) for name in QUEUES}

    def wake(self, lanes: Iterable[str]) -> None:
        """Enqueue a wake-up call for each lane, all in one step. If Redis is away the clock does it a second later."""
        if not (lanes := tuple(lanes)):
            return
        pipeline = self._redis.pipeline()
        try:
            for lane in lanes:
                self._queues[queue_of(lane)].enqueue(
                    PERFORM, lane, job_id=f"{_named(lane)}-{token_hex(8)}", job_timeout=JOB_TIMEOUT, result_ttl=0,
                    failure_ttl=3600, description=lane, pipeline=pipeline,
                )  # fmt: skip
            pipeline.execute()
        except RedisError as error:
            log.warning("wake-up not sent lanes=%s", ",".join(lanes), exc_info=error)

    def remind(self, lanes: Iterable[str]) -> None:
        """Wake the lanes whose wake-up call doesn't wait in its queue already: behind a backlog, one call is enough.

        A queue in which many calls wait gets no more of them: its workers are busy, and the lanes are offered again.
        """
        of_queue = defaultdict[str, list[str]](list)
        for lane in lanes:
            of_queue[queue_of(lane)].append(lane)
        self.wake(lane for name, few in of_queue.items() for lane in self._uncalled(self._queues[name], few))

    def _uncalled(self, queue: Queue, lanes: Iterable[str]) -> list[str]:
        if (room := ENOUGH - queue.count) <= 0:
            return []
        called = {id_.rpartition("-")[0] for id_ in queue.get_job_ids()}
        return [lane for lane in lanes if _named(lane) not in called][:room]


def _named(lane: str) -> str:
    """Say the lane in characters that RQ takes in a job's id."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", lane)
