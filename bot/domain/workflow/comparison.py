"""Workflows side by side: what each of them says of one thing, and where they differ."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.severity import Severity
from bot.domain.workflow.asked import at
from bot.domain.workflow.overview import overview
from bot.domain.workflow.policy import Policy

AS_THE_FIRST, DIFFERS, NOT_THERE = "=", "≠", "–"
"""How it is marked on a page."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing, and what the workflows say of it, in their order."""

    section: str
    what: str
    said: tuple[str | None, ...]
    """None: a workflow has no such thing."""

    @property
    def is_same(self) -> bool:
        return len(set(self.said)) == 1


def compared(policies: Sequence[Policy]) -> tuple[Row, ...]:
    """Set workflows side by side, section by section; what only later ones have stands below what the first one has.

    What is the same at several severities stands in one row.
    """
    said = [{(line.section, line.what, line.severity): line.said for line in overview(policy)} for policy in policies]
    keys = dict.fromkeys(key for one in said for key in one)
    rows = dict[tuple[str, str, tuple[str | None, ...]], list[Severity]]()
    for section, what, severity in keys:
        row = rows.setdefault((section, what, tuple(one.get((section, what, severity)) for one in said)), [])
        row += [severity] if severity is not None else Severity
    order = list(dict.fromkeys(section for section, _, _ in keys))
    found = [Row(section, f"{what}{at(severities)}", cells) for (section, what, cells), severities in rows.items()]
    return tuple(sorted(found, key=lambda row: order.index(row.section)))
