"""The ways on from a stage, as they would be answered now: what is missing, what refuses them, whose yes is wanted."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bot.domain.gates.explain import whose_answer
from bot.domain.incident.criteria import Way, ways_on
from bot.domain.incident.guards import holding
from bot.domain.incident.rejections import GateStillOpen
from bot.domain.incident.state import Incident
from bot.domain.rejected import Rejected
from bot.domain.workflow.policy import Policy


def ways(incident: Incident, policy: Policy, at: datetime, person: str = "") -> tuple[Way, ...]:
    """Go through the ways on, each with all that stands before it for somebody; their own question they may replace."""
    return tuple(_as_it_stands(way, incident, policy, at, person) for way in ways_on(incident, policy))


def waits(way: Way) -> Iterator[str]:
    """Say whose yes a way waits for, or who is asked right now, with people as `<@id>`."""
    if way.asked is not None:
        yield f"it is asked right now ({way.asked.id}): {way.asked.policy.title}, waiting for {whose_answer(way.asked)}"
    elif way.approval is not None:
        yield f"it waits for approval: {way.approval.title}"


def _as_it_stands(way: Way, incident: Incident, policy: Policy, at: datetime, person: str) -> Way:
    approval = policy.approval_of_move(way.to, incident.severity, at)
    if approval is None:
        return replace(way, held=tuple(_refusing(way, incident, policy)))
    asked = incident.moves_asked
    own = next((gate for gate in asked if gate.subject.target == way.to.id), None)
    others = [gate for gate in asked if gate.proposer != person] if own is None else []
    still = (GateStillOpen(title=gate.subject.action, gate=gate.id) for gate in others)
    return replace(way, held=(*_refusing(way, incident, policy), *still), approval=approval, asked=own)


def _refusing(way: Way, incident: Incident, policy: Policy) -> Iterator[Rejected]:
    move = policy.move(incident.stage, way.to)
    if move is not None:
        yield from holding(move, incident, policy)
