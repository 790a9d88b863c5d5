"""`make bench`: run the benchmarks, print their figures. A missed target is said, not punished: machines differ."""

import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.bench import audit, click, death, escalations, export, gates, history, note, timers
from tests.bench.figure import Figure, machine, table

ALL: Mapping[str, Callable[[Path], list[Figure]]] = {
    "note": note.run,
    "history": history.run,
    "click": click.run,
    "death": death.run,
    "timers": timers.run,
    "escalations": escalations.run,
    "gates": gates.run,
    "export": export.run,
    "audit": audit.run,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"There is no benchmark {', '.join(unknown)}; there are {', '.join(ALL)}.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is stopped
    figures: list[Figure] = []
    start = time.monotonic()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
        for name in names or ALL:
            print(f"{name} …", flush=True)
            figures += ALL[name](Path(folder))
    print(f"\n{table(figures)}\n\n{time.monotonic() - start:.0f} s; {machine()}")
    missed = sum(figure.met is False for figure in figures)
    print(f"{missed} missed" if missed else "All targets met.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
