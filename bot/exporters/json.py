"""JSON: the whole record, to be kept, computed with, and verified offline (see `verify`).

| field | holds |
| --- | --- |
| `format` | `muster-timeline/1`; another number means another shape |
| `made_at` | when the export was made |
| `incident` | the facts that the events add up to: see `facts` |
| `explanations` | by approval, in sentences: the rule, and why votes count or don't; not held against the events |
| `people` | the id of everybody who did something, and their name at the time of the export |
| `head` | the `hash` of the last record |
| `records` | every event as stored, one a line, oldest first, as `bot.domain.incident.record` has them |
| `seal` | SHA-256 of all bytes before this last line |

A record's `hash` is the SHA-256 of its canonical JSON (sorted keys, no spaces, UTF-8) without the field `hash`; its
`previous` is the hash of the record before it, 64 zeros for the first. The chain shows that nothing was changed inside;
that nothing was cut off at the end, or all of it written anew, shows only a `head` that you know from elsewhere.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from bot.domain.gates.explain import in_sentences
from bot.domain.gates.gate import Gate
from bot.domain.gates.standing import approvers
from bot.domain.ids import canonical
from bot.domain.incident.events import MessagePinned
from bot.domain.incident.mitigations import Mitigation
from bot.domain.incident.state import Incident
from bot.exporters.approvals import approval
from bot.exporters.export import Export, Exporter, iso

FORMAT = "muster-timeline/1"

LATER = frozenset({"approvals"})
"""Facts that exports of this format did not hold from the beginning: a file without them is whole, too."""


def render(export: Export) -> bytes:
    gates = export.incident.gates
    people = {by: export.name(by) for by in sorted(_people(export))}
    document = {
        "format": FORMAT,
        "made_at": iso(export.made_at),
        "incident": facts(export.incident),
        "explanations": {name: [export.words(said) for said in in_sentences(gate)] for name, gate in gates.items()},
        "people": people,
        "head": export.head,
    }
    return sealed(document, [record.raw() for record in export.records])


def sealed(document: Mapping[str, Any], records: list[Any]) -> bytes:
    """Lay a document out, one field or record a line, and seal it: the same content always gives the same bytes."""
    fields = b"".join(b'"%s":%s,\n' % (name.encode(), canonical(value)) for name, value in document.items())
    body = b'{\n%s"records":[\n%s\n],\n' % (fields, b",\n".join(map(canonical, records)))
    return body + b'"seal":"%s"}\n' % hashlib.sha256(body).hexdigest().encode()


def facts(incident: Incident) -> dict[str, Any]:
    """Return what an export says of its incident. Part of the format: it does not follow the state's own fields."""
    return {
        "id": incident.id,
        "title": incident.title,
        "severity": incident.severity.value,
        "stage": incident.stage.id,
        "service": incident.service,
        "summary": incident.summary,
        "private": incident.private,
        "origin": incident.origin,
        "policy": incident.policy,
        "channel": incident.channel_name,
        "declared_by": incident.declared_by,
        "declared_at": iso(incident.declared_at),
        "mitigated_at": iso(incident.mitigated_at) if incident.mitigated_at else None,
        "resolved_at": iso(incident.resolved_at) if incident.resolved_at else None,
        "resolution": incident.resolution,
        "hats": {hat.value: list(wearers) for hat, wearers in incident.hats.items()},
        "mitigations": [
            _mitigation(mitigation, incident.gate_of(mitigation)) for mitigation in incident.mitigations.values()
        ],
        "approvals": [approval(gate) for gate in incident.gates.values()],
    }


def _mitigation(mitigation: Mitigation, gate: Gate | None) -> dict[str, Any]:
    return {
        "id": mitigation.id,
        "title": mitigation.plan.title,
        "target": mitigation.plan.target,
        "plan_hash": mitigation.plan_hash,
        "proposed_by": mitigation.proposer,
        "proposed_at": iso(mitigation.proposed_at),
        "approved_by": list(approvers(gate)) if gate is not None else [],
        "progress": mitigation.progress.value,
        "ended_at": iso(mitigation.ended_at) if mitigation.ended_at else None,
        "because": mitigation.because,
    }


def _people(export: Export) -> set[str]:
    events = [record.event for record in export.records]
    authors = {event.author for event in events if isinstance(event, MessagePinned)}
    return {*export.incident.people, *authors, *(event.by for event in events)}


JSON = Exporter(name="json", aliases=(), suffix=".json", media_type="application/json", render=render)
