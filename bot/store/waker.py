"""Waking workers: a lane's name becomes an RQ job on the queue of its kind. The job's entry point is an address."""

import logging
from collections.abc import Iterable

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

from bot.domain.effects import queue_of

log = logging.getLogger("muster.store")

QUEUES = ("remediation", "slack", "exports")
"""In the order in which an idle worker looks at them."""

PERFORM = "workers.perform.perform"
"""RQ's one door; nothing in `bot` imports it, a test resolves it."""

JOB_TIMEOUT = 900
"""Seconds; above the longest step (600 s) and a lane's shift."""

CROWDED = 200
"""Waiting wake-up calls of a queue from which on no more are added: nothing is lost, the lanes still wait."""


class RqWaker:
    def __init__(self, redis: Redis) -> None:
        self._queues = {name: Queue(name, connection=redis, serializer=JSONSerializer) for name in QUEUES}

    def wake(self, lanes: Iterable[str]) -> None:
        """Enqueue a wake-up call for each lane. If Redis is away the clock does it a second later."""
        for lane in lanes:
            try:
                self._queues[queue_of(lane)].enqueue(
                    PERFORM, lane, job_timeout=JOB_TIMEOUT, result_ttl=0, failure_ttl=3600, description=lane
                )
            except RedisError as error:
                log.warning("wake-up not sent lane=%s", lane, exc_info=error)

    def crowded(self, lane: str) -> bool:
        return self._queues[queue_of(lane)].count > CROWDED
