"""A note by signed HTTP: requests a second beside a bare Bolt app, latency on a schedule, memory afterwards."""

import statistics
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from tests.bench.figure import Figure, quantile, spread
from tests.bench.load import closed_loop, command, open_loop
from tests.bench.seed import with_channels
from tests.bench.stand import CLIENTS, SERVERS, Stand, megabytes, on_cpu, session, standing

ROUNDS = 9
BARE, NOTES = 2500, 1500
"""Requests of one round: about half a second each."""
INCIDENTS = 24

_triggers = count(1)


def run(folder: Path) -> list[Figure]:
    standing_apart = standing(folder / "note", "web", "bare", redis_on=CLIENTS)
    with on_cpu(SERVERS), standing_apart as stand, on_cpu(CLIENTS):
        wired = stand.wired()
        pairs = with_channels(wired.house.engine, wired.clock.now(), INCIDENTS)
        channels = [channel for _, channel in pairs]
        before = _events(stand, pairs)
        floor, notes = [], []
        for number in range(ROUNDS + 1):
            bare = closed_loop(stand.ports["bare"], _notes(channels, BARE))
            ours = closed_loop(stand.ports["web"], _notes(channels, NOTES))
            if number:  # the first round warms both up
                floor.append(bare.per_second)
                notes.append(ours.per_second)
        ratio = statistics.median(notes) / statistics.median(floor)
        throughput = Figure(
            "signed /incident note over HTTP, requests/s",
            "≥ 0.35 of the floor (aim: 0.5)",
            f"{statistics.median(notes):,.0f}/s = {ratio:.2f} ({spread(notes)})",
            ratio >= 0.35,
            f"{statistics.median(floor):,.0f}/s ({spread(floor)})",
        )
        slow = _latency(stand, channels, per_second=50, seconds=12, most=10)
        fast = _latency(stand, channels, per_second=500, seconds=6, most=15)
        sent = (ROUNDS + 1) * NOTES + 50 * 12 + 500 * 6
        assert _events(stand, pairs) - before == sent, "each note is an event"
        return [throughput, slow, fast, *_memory(stand)]


def _latency(stand: Stand, channels: Sequence[str], per_second: int, seconds: int, most: int) -> Figure:
    requests = _notes(channels, per_second * seconds)
    ours = open_loop(stand.ports["web"], requests, per_second).latencies
    bare = open_loop(stand.ports["bare"], _notes(channels, len(requests)), per_second).latencies
    p99 = 1000 * quantile(ours, 0.99)
    return Figure(
        f"… p99 at {per_second} requests/s, from the scheduled time",
        f"≤ {most} ms",
        f"{p99:.1f} ms (p50 {1000 * quantile(ours, 0.5):.1f}, worst {1000 * max(ours):.1f})",
        p99 <= most,
        f"{1000 * quantile(bare, 0.99):.1f} ms (p50 {1000 * quantile(bare, 0.5):.1f})",
    )


def _memory(stand: Stand) -> list[Figure]:
    """Granian's own process watches over the one that serves; both are the web."""
    watcher, *_, serving = session(stand.running["web"].pid)
    rss = megabytes(serving)
    return [
        Figure("web after the load: RSS of the serving process", "≤ 90 MB", f"{rss:.1f} MB", rss <= 90),
        Figure(
            "… of the process that watches over it; PSS of both together",
            "",
            f"{megabytes(watcher):.1f} MB; {sum(megabytes(pid, 'Pss') for pid in (watcher, serving)):.1f} MB",
            None,
        ),
    ]


def _notes(channels: Sequence[str], how_many: int) -> list[bytes]:
    text = "note error rate is down to 2 % since the restart of the second instance"
    return [
        command(text, channels[n % len(channels)], f"13345224609.{next(_triggers)}.8fb2226") for n in range(how_many)
    ]


def _events(stand: Stand, pairs: Sequence[tuple[str, str]]) -> int:
    store = stand.wired().store
    return sum(stored.version for incident, _ in pairs if (stored := store.load(incident)) is not None)
