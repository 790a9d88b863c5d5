"""One measured figure beside its target, and the table of all of them."""

import os
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    what: str
    target: str
    measured: str
    met: bool | None
    """None: no target; shown so that the others can be understood."""
    floor: str = ""
    """What the same thing costs without Muster, measured in the same run."""


HEAD = ("figure", "target", "floor", "measured", "")


def table(figures: Iterable[Figure]) -> str:
    rows = [HEAD, *((f.what, f.target, f.floor, f.measured, VERDICT[f.met]) for f in figures)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


VERDICT = {True: "met", False: "MISSED", None: ""}


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all values don't exceed."""
    ordered = sorted(values)
    return ordered[max(0, -int(-len(ordered) * share // 1) - 1)]


def spread(values: Sequence[float]) -> str:
    """How noisy it was: the quartiles' distance in percent of the median."""
    low, middle, high = statistics.quantiles(values, n=4)
    return f"±{50 * (high - low) / middle:.0f} %"


def machine() -> str:
    """What else was going on: a busy machine makes slow figures."""
    one, five, _ = os.getloadavg()
    return f"{os.cpu_count()} CPUs, load {one:.1f} (1 min), {five:.1f} (5 min)"
