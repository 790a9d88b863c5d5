"""A workflow as a picture: in words for a terminal, in Mermaid for a page."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from bot.domain.severity import Severity
from bot.domain.workflow.criterion import Criterion
from bot.domain.workflow.lifecycle import Stage, Transition
from bot.domain.workflow.overview import Line, approvals, asks, in_minutes, matrix, without_asking
from bot.domain.workflow.policy import Policy


def in_words(policy: Policy) -> Iterator[str]:
    """Draw line by line: each stage with its hats and limits, each way out with what it asks for and whom it waits for.

    Who is asked and how, what runs without asking, and what the severities ask for follow.
    """
    for stage in policy.stage_by_id.values():
        hats = ", ".join(policy.called(hat) for hat in policy.needs(stage))
        named = "" if stage.id == stage.purpose else f" ({stage.purpose})"
        limits = ", ".join(f"{at.label} {in_minutes(minutes)}" for at, minutes in policy.stages[stage.id].sla.items())
        yield f"{stage.id}{named}{': ' if hats else ''}{hats}" + (f" · within {limits}" if limits else "")
        declared = policy.stages[stage.id]
        yield from (f"  before it begins: {_asks(criterion)}" for criterion in declared.entry)
        yield from (f"  before it ends: {_asks(criterion)}" for criterion in declared.exit)
        for to, move in _ways_out(policy, stage):
            said = ", ".join(asks(policy, move))
            yield f"  → {to.id}" + (f" · {said}" if said else "")
    kept_apart = [Line("Kept apart", one, other) for one, other in _conflicts(policy)]
    yield from _sections((*kept_apart, *approvals(policy), *without_asking(policy)))
    yield from ("", "Severities", *_table(matrix(policy)))


def _conflicts(policy: Policy) -> Iterator[tuple[str, str]]:
    """Say what one person does not wear, or do, together."""
    for conflict in policy.conflicts:
        one, two = (policy.called(hat) for hat in conflict.pair)
        other = f"not {conflict.deed.value.replace('-', ' ')}" if conflict.deed is not None else f"not {two}"
        yield one, f"{other} · {conflict.firmness.value}: {conflict.because}"


def _sections(lines: Iterable[Line]) -> Iterator[str]:
    for section, below in groupby(lines, key=lambda line: line.section):
        yield ""
        yield section
        yield from (f"  {line.what}: {line.said}" for line in below)


def _table(rows: dict[str, dict[Severity, str]]) -> Iterator[str]:
    """Set severities beside each other, each column as wide as its longest words."""
    columns = [["", *rows], *([one.label, *(said[one] for said in rows.values())] for one in Severity)]
    widths = [max(map(len, column)) for column in columns]
    for cells in zip(*columns, strict=True):
        yield ("  " + "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))).rstrip()


def in_mermaid(policy: Policy) -> Iterator[str]:
    """Draw as a state diagram, to be pasted where Mermaid is read."""
    yield "stateDiagram-v2"
    for stage in policy.stage_by_id.values():
        yield f'  state "{_text(stage.title)}" as {_id(stage)}'
    yield f"  [*] --> {_id(policy.first)}"
    for stage in policy.stage_by_id.values():
        for to, move in _ways_out(policy, stage):
            said = _text(", ".join(asks(policy, move)))
            yield f"  {_id(stage)} --> {_id(to)}" + (f": {said}" if said else "")
        if not policy.next_stages(stage):
            yield f"  {_id(stage)} --> [*]"


def _ways_out(policy: Policy, stage: Stage) -> Iterator[tuple[Stage, Transition]]:
    for to in policy.next_stages(stage):
        move = policy.move(stage, to)
        assert move is not None, "next_stages follows the moves"
        yield to, move


def _asks(criterion: Criterion) -> str:
    """Say what must be so, who or what says so, and where it is asked for."""
    seen = f"checked: {criterion.check.value}" if criterion.check is not None else ""
    hats = " or ".join(hat.label for hat in criterion.confirmed_by)
    said = f"confirmed by {hats}" if hats else ""
    only = f", at {' and '.join(severity.label for severity in criterion.severities)}" if criterion.severities else ""
    return f"{criterion.title} ({criterion.id}; {' or '.join(filter(None, (seen, said)))}{only})"


ESCAPED = {letter: f"#{ord(letter)};" for letter in ':;"#{}<>%'}
"""What ends a label, a line or a text in Mermaid, or begins a comment; its entities are decimal, without “&”."""

KEYWORDS = frozenset({
    "as", "choice", "class", "classdef", "click", "concurrent", "default", "direction", "end", "fork", "hide", "href",
    "join", "note", "scale", "state", "statediagram", "style",
})  # fmt: skip
"""What no state can be called: https://mermaid.js.org/syntax/stateDiagram.html and its grammar."""


def _text(words: str) -> str:
    """Write words that people chose so that Mermaid shows them, and reads nothing else out of them."""
    return "".join(ESCAPED.get(letter, letter) for letter in re.sub(r"\s+", " ", words).strip())


def _id(stage: Stage) -> str:
    return f"{stage.id.replace('-', '_')}{'_' * (stage.id in KEYWORDS)}"
