"""Severity and stage: moves along the transition table, each past its guard."""

from datetime import timedelta

from bot.domain.gates.gate import Outcome
from bot.domain.ids import SYSTEM
from bot.domain.incident.commands import ChangeSeverity, ChangeStage, Resolve, Tick
from bot.domain.incident.decide.words import check_length, has_words
from bot.domain.incident.events import AnyEvent, Resolved, SeverityChanged, StageChanged
from bot.domain.incident.lifecycle import TRANSITIONS, Guard, Stage, next_stages
from bot.domain.incident.rejections import (
    GateStillOpen,
    NeedsApproval,
    NoSuchMove,
    ResolutionMissing,
    SeverityNeedsReason,
    StillRunning,
)
from bot.domain.incident.state import POST_MORTEM_TIMER, Incident
from bot.domain.policy import Policy


def change_severity(command: ChangeSeverity, incident: Incident) -> list[AnyEvent]:
    if command.to is incident.severity:
        return []
    check_length(command.because)
    if command.to.is_lower_than(incident.severity) and not has_words(command.because):
        raise SeverityNeedsReason(to=command.to.value)
    return [
        SeverityChanged(by=command.by, at=command.at, before=incident.severity, to=command.to, because=command.because)
    ]


def change_stage(command: ChangeStage, incident: Incident, policy: Policy) -> list[AnyEvent]:
    if command.to is incident.stage:
        return []
    if command.to is Stage.RESOLVED:
        return resolve(
            Resolve(**command.model_dump(exclude={"to", "because"}), summary=command.because), incident, policy
        )
    check_move(incident, command.to, policy)
    check_length(command.because)
    return [StageChanged(by=command.by, at=command.at, before=incident.stage, to=command.to, because=command.because)]


def resolve(command: Resolve, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Customers are fine again. From DETECTED it passes through triage: somebody has looked, after all."""
    if incident.stage is Stage.RESOLVED:
        return []
    before, events = incident.stage, list[AnyEvent]()
    if before is Stage.DETECTED:
        events.append(StageChanged(by=command.by, at=command.at, before=before, to=Stage.TRIAGE))
        before = Stage.TRIAGE
        check_guard(incident, TRANSITIONS[before, Stage.RESOLVED], policy)
    else:
        check_move(incident, Stage.RESOLVED, policy)
    if not has_words(command.summary):
        raise ResolutionMissing
    check_length(command.summary)
    review_at = command.at + timedelta(minutes=policy.post_mortem_after_minutes)
    return [
        *events,
        Resolved(by=command.by, at=command.at, summary=command.summary, review_at=review_at),
        StageChanged(by=command.by, at=command.at, before=before, to=Stage.RESOLVED, because=command.summary),
    ]


def open_review(command: Tick, incident: Incident) -> list[AnyEvent]:
    """RESOLVED → POST_MORTEM happens by itself when its time has come."""
    due = incident.timers.get(POST_MORTEM_TIMER)
    if due is None or command.at < due or incident.stage is not Stage.RESOLVED:
        return []
    because = "a resolved incident is reviewed"
    return [StageChanged(by=SYSTEM, at=command.at, before=Stage.RESOLVED, to=Stage.POST_MORTEM, because=because)]


def check_move(incident: Incident, to: Stage, policy: Policy) -> None:
    guard = TRANSITIONS.get((incident.stage, to))
    if guard is None:
        raise NoSuchMove(incident.stage, to, next_stages(incident.stage))
    check_guard(incident, guard, policy)


def check_guard(incident: Incident, guard: Guard, policy: Policy) -> None:
    match guard:
        case Guard.NONE:
            pass
        case Guard.APPROVED:
            if policy.of(incident.severity).approval and not _was_approved(incident):
                raise NeedsApproval(severity=incident.severity.label)
        case Guard.NOTHING_RUNS:
            for mitigation in incident.mitigations.values():
                if mitigation.progress.is_live:
                    raise StillRunning(title=mitigation.plan.title, progress=mitigation.progress)
            for mitigation in incident.open_gates:
                raise GateStillOpen(title=mitigation.plan.title)


def _was_approved(incident: Incident) -> bool:
    return any(m.gate and m.gate.outcome is Outcome.APPROVED for m in incident.mitigations.values())
