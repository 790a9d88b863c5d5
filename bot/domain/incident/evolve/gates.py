"""Gates: what a fact about one changes in its incident; the mitigation that it decides follows."""

from collections.abc import Iterable
from typing import Any

from bot.domain.gates import events as g
from bot.domain.gates.due import next_due
from bot.domain.gates.evolve import evolve
from bot.domain.gates.gate import Gate, Outcome
from bot.domain.incident.evolve.changes import without_timer
from bot.domain.incident.mitigations import Mitigation, Progress, gate_timer
from bot.domain.incident.state import Incident

ENDS = {
    Outcome.APPROVED: Progress.APPROVED,
    Outcome.OVERRIDDEN: Progress.APPROVED,
    Outcome.REJECTED: Progress.REJECTED,
    Outcome.EXPIRED: Progress.EXPIRED,
    Outcome.WITHDRAWN: Progress.WITHDRAWN,
    Outcome.SUPERSEDED: Progress.WITHDRAWN,
}


def gated(incident: Incident, name: str, facts: Iterable[g.AnyFact]) -> dict[str, Any]:
    """Fold facts about one gate: they change it, when something of it falls due, and what it stands before."""
    gate, mitigation = incident.gates.get(name), incident.mitigations.get(name)
    people = incident.people
    for fact in facts:
        gate = evolve(gate, fact)
        if incident.private and isinstance(fact, g.PeopleAsked | g.DeputyAsked | g.PassedOn):
            people = tuple(dict.fromkeys((*people, *(chair.account for chair in fact.chairs))))
        if isinstance(fact, g.GateClosed) and mitigation is not None:
            mitigation = _decided(mitigation, gate, fact)
    if gate is None:
        return {}
    changes: dict[str, Any] = {"gates": {**incident.gates, name: gate}, "timers": _timers(incident, gate)}
    if people != incident.people:
        changes["people"] = people  # who decides something must be able to see what it is about
    if mitigation is not None:
        changes["mitigations"] = {**incident.mitigations, name: mitigation}
    return changes


def _timers(incident: Incident, gate: Gate) -> dict[str, Any]:
    due = next_due(gate)
    timer = gate_timer(gate.id)
    return without_timer(incident, timer) if due is None else {**incident.timers, timer: due}


def _decided(mitigation: Mitigation, gate: Gate, fact: g.GateClosed) -> Mitigation:
    ended = None if fact.outcome.goes_ahead else fact.at
    changes = {"progress": ENDS[fact.outcome], "ended_at": ended, "because": fact.because}
    return mitigation.model_copy(update=changes) if gate.subject.purpose == "mitigation" else mitigation
