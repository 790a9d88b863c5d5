"""HTML: one file that needs no network: read, filtered, searched, printed, and replayed up to any instant."""

import hashlib
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from string import Template

from bot.domain.hats import Hat
from bot.domain.incident.evolve import evolve
from bot.domain.incident.mitigations import Mitigation
from bot.domain.incident.state import Incident
from bot.exporters.approvals import approval_facts, approval_heading
from bot.exporters.export import Export, Exporter, Row, iso
from bot.exporters.facts import Fact, facts, heading, mitigation_facts

HERE = Path(__file__).parent
PAGE = Template((HERE / "page.html").read_text())
STYLE = (HERE / "page.css").read_text()
SCRIPT = (HERE / "page.js").read_text()


def _sha(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


CSP = f"default-src 'none'; style-src {_sha(STYLE)}; script-src {_sha(SCRIPT)}; base-uri 'none'; form-action 'none'"
"""Only this very style and this very script: whatever words slip through, nothing in them runs or calls home."""


def render(export: Export) -> bytes:
    rows = list(export.rows())
    page = PAGE.substitute(
        csp=CSP,
        style=STYLE,
        script=SCRIPT,
        title=escape(export.words(f"{export.incident.id}: {export.incident.title}")),
        facts=_definitions(facts(export)),
        mitigations="\n".join(_mitigation(export, mitigation) for mitigation in export.incident.mitigations.values()),
        approvals=_approvals(export),
        tags=_options((row.tag, row.tag) for row in rows),
        people=_options((row.by, row.actor) for row in rows),
        items="\n".join(_items(export, rows)),
        count=len(rows),
        head=export.head,
        made_at=_time(export.made_at),
    )
    return page.encode()


def _definitions(rows: Iterable[Fact]) -> str:
    items = "\n".join(
        f'<div><dt>{label}</dt><dd dir="auto">{_time(at) + " " if at else ""}{escape(text)}</dd></div>'
        for label, text, at in rows
    )
    return f"<dl>\n{items}\n</dl>"


def _mitigation(export: Export, mitigation: Mitigation) -> str:
    return _folded(heading(export, mitigation), mitigation_facts(export, mitigation))


def _approvals(export: Export) -> str:
    gates = export.incident.gates.values()
    told = [_folded(approval_heading(export, gate), approval_facts(export, gate)) for gate in gates]
    return "\n".join(["<h2>Approvals</h2>", *told]) if told else ""


def _folded(head: str, rows: Iterable[Fact]) -> str:
    title, body = escape(head), _definitions(rows)
    return f'<details open class="mitigation"><summary dir="auto">{title}</summary>\n{body}\n</details>'


def _options(choices: Iterable[tuple[str, str]]) -> str:
    return "".join(
        f'<option value="{escape(value)}">{escape(name)} ({count})</option>'
        for (value, name), count in Counter(choices).most_common()
    )


def _items(export: Export, rows: list[Row]) -> Iterator[str]:
    """One item an event. `data-state` says, where it changed, what was true by then: the replay shows it."""
    day = known = ""
    for row, state in zip(rows, _states(export), strict=True):
        at, date = iso(row.at), f"{row.at:%Y-%m-%d}"
        marks = f' data-day="{date}"' if date != day else ""
        marks += f' data-state="{escape(state)}"' if state != known else ""
        day, known = date, state
        yield (
            f'<li id="e{row.version}" data-tag="{row.tag}" data-by="{escape(row.by)}"{marks}>'
            f'<a href="#e{row.version}">{row.version}</a><time datetime="{at}">{at[11:19]}</time>'
            f'<p dir="auto"><b>{escape(row.actor)}</b> {escape(row.sentence)}</p><i>{row.tag}</i></li>'
        )


def _states(export: Export) -> Iterator[str]:
    incident: Incident | None = None
    for record in export.records:
        incident = evolve(incident, record.event, record.incident)
        commander = ", ".join(map(export.name, incident.wearers(Hat.COMMANDER))) or "nobody"
        mitigation = incident.current_mitigation
        doing = f" · {mitigation.id} {mitigation.progress.value.replace('-', ' ')}" if mitigation else ""
        yield f"{incident.severity.label} · {incident.stage.label} · commander {commander}{doing}"


def _time(at: datetime) -> str:
    return f'<time datetime="{iso(at)}">{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}</time>'


HTML = Exporter(name="html", aliases=(), suffix=".html", media_type="text/html", render=render)
