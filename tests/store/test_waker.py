"""Waking workers through a real RQ: each lane has its queue, and one call that waits is enough."""

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from bot.store.client import Client
from bot.store.waker import ENOUGH, PERFORM, RqWaker
from tests.harness.redis_server import RedisServer


@pytest.fixture
def raw(redis: Client, redis_server: RedisServer) -> Redis:
    return Redis.from_url(redis_server.url)


@pytest.fixture
def waker(raw: Redis) -> RqWaker:
    return RqWaker(raw)


def calls(raw: Redis, queue: str) -> list[str]:
    """The lanes that wait in a queue, in their order."""
    jobs = Queue(queue, connection=raw, serializer=JSONSerializer).jobs
    assert all(job.func_name == PERFORM for job in jobs)
    return [job.args[0] for job in jobs]


def test_each_lane_is_called_on_the_queue_of_its_kind(waker: RqWaker, raw: Redis) -> None:
    waker.wake(["run:INC-1:m1", "slack:INC-1", "export:INC-1", "card:INC-1"])
    assert calls(raw, "remediation") == ["run:INC-1:m1"]
    assert calls(raw, "slack") == ["slack:INC-1", "card:INC-1"]
    assert calls(raw, "exports") == ["export:INC-1"]


def test_a_lane_whose_call_waits_is_not_called_again(waker: RqWaker, raw: Redis) -> None:
    waker.wake(["slack:INC-1", "slack:INC-1:UBEN"])
    waker.remind(["slack:INC-1", "slack:INC-1:UBEN", "slack:INC-1:UCY", "slack:INC-11"])
    assert calls(raw, "slack") == ["slack:INC-1", "slack:INC-1:UBEN", "slack:INC-1:UCY", "slack:INC-11"]


def test_a_lane_whose_call_was_lost_is_called_again(waker: RqWaker, raw: Redis) -> None:
    waker.wake(["slack:INC-1"])
    raw.delete("rq:queue:slack")
    waker.remind(["slack:INC-1"])
    assert calls(raw, "slack") == ["slack:INC-1"]


def test_a_lane_with_a_call_under_way_is_called_again(waker: RqWaker, raw: Redis) -> None:
    waker.wake(["slack:INC-1"])
    assert raw.rpoplpush("rq:queue:slack", "elsewhere") is not None
    waker.wake(["slack:INC-1"])
    assert calls(raw, "slack") == ["slack:INC-1"]
    assert len(raw.keys("rq:job:*")) == 2, "the second call must not overwrite the first, which is being answered"


def test_a_queue_in_which_many_calls_wait_gets_no_more_of_them_and_others_do(waker: RqWaker, raw: Redis) -> None:
    lanes = [f"slack:INC-{number}" for number in range(ENOUGH + 50)]
    waker.remind(lanes)
    assert calls(raw, "slack") == lanes[:ENOUGH]
    waker.remind([*lanes, "page:INC-1"])
    assert len(calls(raw, "slack")) == ENOUGH
    assert calls(raw, "pages") == ["page:INC-1"]
    raw.ltrim("rq:queue:slack", 10, -1)
    waker.remind(lanes[ENOUGH:])
    assert calls(raw, "slack") == lanes[10 : ENOUGH + 10], "as soon as there is room"


def test_no_lanes_are_no_trouble(waker: RqWaker, raw: Redis) -> None:
    waker.wake(())
    waker.remind(())
    assert not raw.keys("rq:queue:*")
