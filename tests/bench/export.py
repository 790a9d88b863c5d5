"""An export of ten thousand events to HTML, from the store to the finished file."""

import statistics
import time
from pathlib import Path

from bot.exporters import BY_NAME, Export
from tests.bench.figure import Figure
from tests.bench.history import grown
from tests.bench.stand import CLIENTS, on_cpu, standing

EVENTS = 10_000
TIMES = 5


def run(folder: Path) -> list[Figure]:
    with on_cpu(CLIENTS), standing(folder / "export") as stand:
        wired = stand.wired()
        incident = grown(wired, EVENTS)
        took = []
        for _ in range(TIMES):
            start = time.perf_counter()
            records = wired.house.engine.history(incident)
            page = BY_NAME["html"].render(Export(records, wired.house.people.name, wired.clock.now()))
            took.append(time.perf_counter() - start)
            assert len(records) == EVENTS
        size = len(page) / 1e6
        seconds = statistics.median(took)
        return [Figure("export of 10,000 events to HTML", "< 2 s", f"{seconds:.2f} s, {size:.1f} MB", seconds < 2)]
