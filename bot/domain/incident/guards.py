"""What holds a move: its guards, and criteria that it enforces. One that happens in time is held like any other."""

from collections.abc import Iterator

from bot.domain.incident.criteria import enforced
from bot.domain.incident.rejections import CriteriaMissing, GateStillOpen, NeedsApproval, StillRunning
from bot.domain.incident.state import Incident
from bot.domain.rejected import Rejected
from bot.domain.workflow.lifecycle import Guard, Transition
from bot.domain.workflow.policy import Policy


def check(move: Transition, incident: Incident, policy: Policy) -> None:
    """Raise Rejected with what a move waits for."""
    for guard in move.guards:
        _check_guard(guard, incident, policy)
    if lacking := enforced(move, incident, policy):
        raise CriteriaMissing(incident, policy.stage_by_id[move.to], lacking)


def lets(move: Transition, incident: Incident, policy: Policy) -> bool:
    """Say whether nothing holds a move."""
    try:
        check(move, incident, policy)
    except Rejected:
        return False
    return True


def holding(move: Transition, incident: Incident, policy: Policy) -> Iterator[Rejected]:
    """Go through what the guards of a move wait for; criteria are told by themselves."""
    for guard in move.guards:
        try:
            _check_guard(guard, incident, policy)
        except Rejected as no:
            yield no


def _check_guard(guard: Guard, incident: Incident, policy: Policy) -> None:
    match guard:
        case Guard.APPROVED:
            if policy.of(incident.severity).approval and not _was_approved(incident):
                severity = incident.severity.label
                for waiting in incident.proposed:
                    raise NeedsApproval(severity=severity, waiting=waiting.plan.title, gate=waiting.id)
                raise NeedsApproval(severity=severity)
        case Guard.NOTHING_RUNS:
            for mitigation in incident.mitigations.values():
                if mitigation.progress.is_live:
                    raise StillRunning(title=mitigation.plan.title, progress=mitigation.progress)
            for mitigation in incident.proposed:
                raise GateStillOpen(title=mitigation.plan.title, gate=mitigation.id)
            for gate in incident.rollbacks_asked:
                raise GateStillOpen(title=gate.subject.action, gate=gate.id)


def _was_approved(incident: Incident) -> bool:
    gates = (incident.gate_of(mitigation) for mitigation in incident.mitigations.values())
    return any(gate is not None and gate.outcome is not None and gate.outcome.goes_ahead for gate in gates)
