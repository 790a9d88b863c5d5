"""A round of the self-audit over ten thousand open incidents, and what the clock's ticks feel of it."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

from bot.audit import findings
from bot.domain.incident.commands import AddNote
from bot.store.audit import Book
from bot.store.keys import Keys
from bot.wiring import Wired
from tests.bench.figure import Figure, quantile
from tests.bench.seed import cause, declare, propose
from tests.bench.stand import CLIENTS, on_cpu, standing
from tests.harness.redis_server import connection
from workers.__main__ import clockwork

INCIDENTS = 10_000
NOTES = 6
"""Events of each, beside its declaration; each tenth has an open gate."""
ROUNDS, TICKS = 12, 300


def run(folder: Path) -> list[Figure]:
    with on_cpu(CLIENTS), standing(folder / "audit") as stand:
        wired = stand.wired()
        _seed(wired)
        spent, lasted = _rounds(wired)
        connection(wired.redis).delete(Keys().lanes)  # there are no workers: the ticks would only send wake-up calls
        alone, beside = _ticks(wired, audited=False), _ticks(wired, audited=True)
        worst = 1000 * max(beside)
        return [
            Figure(
                f"a round of the audit over {INCIDENTS:,} open incidents: CPU of the clock's process",
                "≤ 1 s",
                f"{statistics.median(spent):.2f} s (worst {max(spent):.2f}; {statistics.median(lasted):.2f} s in all)",
                max(spent) <= 1,
            ),
            Figure(
                "a tick of the clock while rounds go on without a pause: p99",
                "≤ 50 ms",
                f"{1000 * quantile(beside, 0.99):.1f} ms (worst {worst:.1f})",
                quantile(beside, 0.99) <= 0.05,
                f"{1000 * quantile(alone, 0.99):.1f} ms",
            ),
        ]


def _seed(wired: Wired) -> None:
    engine, now = wired.house.engine, wired.clock.now()
    for number in range(INCIDENTS):
        incident = declare(engine, now)
        for note in range(NOTES):
            engine.submit(AddNote(incident=incident, by="UANA", at=now, cause=cause(), text=f"seen {note}"))
        if number % 10 == 0:
            propose(engine, incident, now + timedelta(minutes=5))


def _rounds(wired: Wired) -> tuple[Sequence[float], Sequence[float]]:
    """Go rounds; returns the seconds of CPU and of time that each took."""
    book, spent, lasted = Book(), list[float](), list[float]()
    for _ in range(ROUNDS):
        cpu, start = time.thread_time(), time.perf_counter()
        facts, book = wired.audits.look(book, ())
        found = findings(facts)
        spent.append(time.thread_time() - cpu)
        lasted.append(time.perf_counter() - start)
        assert not [finding for finding in found if finding.key.startswith("incidents")], found
        book = replace(book, suspects=())
    return spent, lasted


def _ticks(wired: Wired, *, audited: bool) -> Sequence[float]:
    """Measure ticks that find nothing to do; beside them rounds go on in a thread, if so asked."""
    over = Event()

    def audit() -> None:
        book = Book()
        while not over.is_set():
            facts, book = wired.audits.look(book, ())
            findings(facts)

    thread = Thread(target=audit)
    if audited:
        thread.start()
    ticking = clockwork(wired)
    took = list[float]()
    for _ in range(TICKS):
        start = time.perf_counter()
        ticking.tick()
        took.append(time.perf_counter() - start)
        time.sleep(0.005)
    over.set()
    if audited:
        thread.join()
    return took
