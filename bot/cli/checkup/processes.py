"""Processes: is there a worker, a clock, and somebody who takes what Slack sends?"""

from collections.abc import Iterator
from datetime import timedelta

import httpx
from redis.exceptions import RedisError
from rq import Worker

from bot.audit.clocks import CURES, missing, no_hands
from bot.cli.checkup.finding import Finding, mend, ok, warning
from bot.wiring import Wired

SILENCE = timedelta(seconds=10)
"""They tell each other every two seconds that they live; one that was not heard of for so long is missing."""

MANY = 100
"""Waiting effects from which on people notice."""


def check(wired: Wired) -> Iterator[Finding]:
    try:
        beats, now = wired.heartbeats.last(), wired.clock.now()
        workers = Worker.count(connection=wired.raw_redis)
        waiting = wired.outbox.waiting()
    except RedisError:
        cure = "Mend Redis first, and run this again."
        yield warning("Whether worker and clock are alive can't be told without Redis.", cure)
        return
    for process in wired.settings.processes:
        if (found := missing(process, beats.get(process), now, SILENCE)) is not None:
            yield mend(found)
        elif process == "worker" and not workers:
            yield mend(no_hands())
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
