"""Processes: is there a worker, a clock, and somebody who takes what Slack sends?"""

from collections.abc import Iterator
from datetime import timedelta

import httpx
from redis.exceptions import RedisError
from rq import Worker

from bot.cli.checkup.finding import Finding, failure, lasted, ok, warning
from bot.wiring import Wired

SILENCE = timedelta(seconds=10)
"""They tell each other every two seconds that they live; one that was not heard of for so long is missing."""

MANY = 100
"""Waiting effects from which on people notice."""

CURES = {
    "worker": "Start it: python -m workers worker. Nothing reaches Slack and no runbook runs without it.",
    "clock": "Start it: python -m workers clock. No time limit ends without it.",
    "web": "Start it: muster web. Slack's commands and clicks go nowhere without it.",
}


def check(wired: Wired) -> Iterator[Finding]:
    try:
        beats, now = wired.heartbeats.last(), wired.clock.now()
        workers = Worker.count(connection=wired.raw_redis)
        waiting = wired.outbox.waiting()
    except RedisError:
        cure = "Mend Redis first, and run this again."
        yield warning("Whether worker and clock are alive can't be told without Redis.", cure)
        return
    heard_of = ("worker", "clock", "web") if wired.settings.mode == "socket" else ("worker", "clock")
    for process in heard_of:
        if process not in beats:
            yield failure(f"No {process} process was ever started.", CURES[process])
        elif (silent := now - beats[process]) > SILENCE:
            yield failure(f"The {process} process is gone: last heard of {lasted(silent)} ago.", CURES[process])
        elif process == "worker" and not workers:
            yield failure("The worker process is there, but none of its RQ workers.", CURES[process])
        else:
            hands = f" ({_count(workers, 'RQ worker')})" if process == "worker" else ""
            yield ok(f"The {process} process is alive{hands}.")
    if wired.settings.mode == "http":
        yield _door(wired)
    late = sum(waiting.values())
    if late > MANY:
        cure = "If it stays so, start more workers: WORKERS=4. If Slack is down, they go out when it is back."
        yield warning(f"Waiting for a worker: {_count(late, 'effect')} in {_count(len(waiting), 'lane')}.", cure)
    else:
        yield ok(f"Waiting for a worker: {_count(late, 'effect')}.")


def _door(wired: Wired) -> Finding:
    """Knock where `muster web` listens, if it does so on this machine."""
    url = f"http://{wired.settings.muster_host}:{wired.settings.port}"
    try:
        ready = httpx.get(f"{url}/readyz", timeout=2).is_success
    except httpx.HTTPError:
        ready = False
    if ready:
        return ok(f"The web process answers at {url}.")
    return warning(f"Nothing answers at {url}.", f"{CURES['web']} If it runs on another machine, all is well.")


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" + ("" if number == 1 else "s")
