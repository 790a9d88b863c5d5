"""Markdown: the timeline for a wiki, a ticket or a pull request."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import groupby

from bot.exporters.approvals import approval_facts, approval_heading
from bot.exporters.export import Export, Exporter, iso
from bot.exporters.facts import Fact, facts, heading, mitigation_facts

SPECIAL = re.compile(r"[\\`*_\[\]~|#$]")
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "<br>", "\t": " "})


def render(export: Export) -> bytes:
    return ("\n".join(_lines(export)) + "\n").encode()


def escape(text: str) -> str:
    """Make people's words plain text on one line: no link, table, heading or HTML comes of them.

    A word at the start of a line could still begin a list; nobody's words stand there.
    """
    return SPECIAL.sub(r"\\\g<0>", text.strip()).translate(ENTITIES)


def _lines(export: Export) -> Iterator[str]:
    incident = export.incident
    yield f"# {incident.id}: {escape(export.words(incident.title))}"
    yield ""
    yield from _table(facts(export))
    if incident.mitigations:
        yield "## Mitigations"
        yield ""
    for mitigation in incident.mitigations.values():
        yield f"### {escape(heading(export, mitigation))}"
        yield ""
        yield from _table(mitigation_facts(export, mitigation))
    if incident.gates:
        yield "## Approvals"
        yield ""
    for gate in incident.gates.values():
        yield f"### {escape(approval_heading(export, gate))}"
        yield ""
        yield from _table(approval_facts(export, gate))
    yield "## Timeline (times in UTC)"
    yield ""
    for day, rows in groupby(export.rows(), key=lambda row: row.at.date()):
        yield f"### {day}"
        yield ""
        for row in rows:
            yield f"- `{row.at:%H:%M:%S}` **{escape(row.actor)}** {escape(row.sentence)} _({row.tag})_"
        yield ""
    yield f"{len(export.records)} events. Chain head `{export.head}`. Made {iso(export.made_at)} by Muster."


def _table(rows: Iterable[Fact]) -> Iterator[str]:
    yield "| Fact | |"
    yield "| --- | --- |"
    for label, text, at in rows:
        yield f"| {label} | {_when(at)}{escape(text)} |"
    yield ""


def _when(at: datetime | None) -> str:
    return f"{iso(at)[:19].replace('T', ' ')} UTC " if at else ""


MARKDOWN = Exporter(name="markdown", aliases=("md",), suffix=".md", media_type="text/markdown", render=render)
