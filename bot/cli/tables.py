"""Workflows side by side on a page: in columns as wide as the terminal is, or as a table in Markdown."""

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest

from bot.domain.workflow.comparison import AS_THE_FIRST, DIFFERS, NOT_THERE, Row

KEY = f"{AS_THE_FIRST} as in the first column · {DIFFERS} differs · {NOT_THERE} not there"

GAP = "  "
NARROWEST = 8
"""Characters of a column; a narrower one would hold no word."""


def in_columns(names: Sequence[str], rows: Sequence[Row], width: int) -> Iterator[str]:
    """Set rows in columns, every line `width` characters at most; below NARROWEST for a column it grows wider."""
    label = max(NARROWEST, min(26, width // 4))
    left = width - len(DIFFERS) - 1 - label - len(GAP) * len(names)
    widths = [label, *([max(NARROWEST, left // len(names))] * len(names))]
    yield from _wrapped(" ", ["", *names], widths)
    for section, below in groupby(rows, key=lambda row: row.section):
        yield ""
        yield section.upper()
        for row in below:
            yield from _wrapped(AS_THE_FIRST if row.is_same else DIFFERS, [row.what, *_cells(row)], widths)
    yield ""
    yield from textwrap.wrap(KEY, width)


def in_markdown(names: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    """Write rows as one table; what differs stands out in bold."""
    yield f"| | {' | '.join(map(_escaped, names))} |"
    yield "| --- " * (len(names) + 1) + "|"
    for section, below in groupby(rows, key=lambda row: row.section):
        yield f"| **{section.upper()}** {'| ' * len(names)}|"
        for row in below:
            what = _escaped(row.what)
            cells = [what if row.is_same else f"**{what}**", *map(_escaped, _cells(row))]
            yield f"| {' | '.join(cells)} |"
    yield ""
    yield KEY


def _cells(row: Row) -> Iterator[str]:
    """Show each thing once: what a later workflow says as the first one does is only marked."""
    first, *later = row.said
    yield first or NOT_THERE
    yield from (AS_THE_FIRST if said == first else said or NOT_THERE for said in later)


def _wrapped(mark: str, cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    columns = [
        textwrap.wrap(cell, width, break_on_hyphens=False) or [""] for cell, width in zip(cells, widths, strict=True)
    ]
    for number, line in enumerate(zip_longest(*columns, fillvalue="")):
        words = GAP.join(part.ljust(width) for part, width in zip(line, widths, strict=True))
        yield f"{' ' if number else mark} {words}".rstrip()


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")
