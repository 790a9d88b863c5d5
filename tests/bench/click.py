"""From a click on *Approve* to the first step, with idle workers in a whole installation; what they hold then."""

import time
from pathlib import Path

from bot.domain.incident.events import StepStarted
from bot.domain.incident.state import Incident
from bot.slack.views.gate import voting
from bot.wiring import Wired
from tests.bench.figure import Figure, quantile
from tests.bench.load import Connection, click
from tests.bench.seed import declare, propose
from tests.bench.stand import Pool, Stand, megabytes, standing, wait_for
from tests.bench.target import Target, serving

CLICKS = 100
APART = 0.25
"""Seconds from a run's end to the next click, at least."""


def run(folder: Path) -> list[Figure]:
    with standing(folder / "click", "slack", "web", "worker", "clock") as stand, serving() as target:
        wired = stand.wired()
        pool = Pool(stand, wired)
        wait_for("the workers", lambda: pool.is_ready("worker"))
        incidents = [declare(wired.house.engine, wired.clock.now()) for _ in range(CLICKS + 1)]
        wait_for("all channels to open", lambda: all(_incident(wired, id_).channel for id_ in incidents), 120)
        for incident in incidents:
            propose(wired.house.engine, incident, wired.clock.now(), target.url)
        wait_for("all messages to be posted", lambda: not sum(wired.outbox.waiting().values()), 120)
        to_event, to_call, to_ack = list[float](), list[float](), list[float]()
        for number, incident in enumerate(incidents):
            time.sleep(APART)
            wait_for("idle workers", pool.is_idle)
            sent, acked = _approve(stand, wired, incident)
            wait_for("the run to end", lambda: _incident(wired, incident).mitigations["m1"].ended_at is not None)  # noqa: B023
            if number:  # the first one warms everything up
                to_event.append(_first_step(wired, incident) - sent)
                to_call.append(_called(target, incident) - sent)
                to_ack.append(acked - sent)
        p99 = 1000 * quantile(to_event, 0.99)
        return [
            Figure(
                f"click Approve → first step started, {CLICKS} clicks: p99",
                "≤ 60 ms",
                f"{p99:.1f} ms (p50 {1000 * quantile(to_event, 0.5):.1f}, worst {1000 * max(to_event):.1f})",
                p99 <= 60,
            ),
            *(
                Figure(what, "", f"{1000 * quantile(s, 0.99):.1f} ms (p50 {1000 * quantile(s, 0.5):.1f})", None)
                for what, s in (("… → the step's call reaches the target: p99", to_call), ("… → ack: p99", to_ack))
            ),
            *_memory(stand, pool),
        ]


def _approve(stand: Stand, wired: Wired, incident: str) -> tuple[float, float]:
    """Ben clicks; returns when the click was sent and when it was acked."""
    truth = _incident(wired, incident)
    approve, _ = voting(truth, truth.gates["m1"])
    connection = Connection(stand.ports["web"])
    request = click(approve["action_id"], approve["value"], truth.channel or "", f"{time.time():.6f}")
    sent = time.time()
    connection.send(request, sent)
    while not connection.is_answered():
        pass
    connection.wire.close()
    return sent, time.time()


def _incident(wired: Wired, incident: str) -> Incident:
    return wired.house.engine.incident(incident)


def _first_step(wired: Wired, incident: str) -> float:
    events = (record.event for record in wired.house.engine.history(incident))
    return next(event.at.timestamp() for event in events if isinstance(event, StepStarted))


def _called(target: Target, incident: str) -> float:
    return next(calls[0] for key, calls in target.calls.items() if key.startswith(f"{incident}-"))


def _memory(stand: Stand, pool: Pool) -> list[Figure]:
    """The pool's master forks the workers, each worker forks a work-horse for each job."""
    master, workers = stand.running["worker"].pid, pool.workers("worker")
    rss = max(megabytes(pid) for pid in workers)
    together = sum(megabytes(pid, "Pss") for pid in (master, *workers))
    return [
        Figure("largest worker after the load: RSS", "≤ 70 MB", f"{rss:.1f} MB", rss <= 70),
        Figure(
            f"… of the pool's master; PSS of it and its {len(workers)} workers",
            "",
            f"{megabytes(master):.1f} MB; {together:.1f} MB",
            None,
        ),
    ]
