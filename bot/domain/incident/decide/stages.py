"""Severity and stage: how bad it is, and how far it has come."""

from bot.domain.gates.stricter import with_reasons
from bot.domain.gates.subject import of_move
from bot.domain.ids import SYSTEM
from bot.domain.incident.commands import ChangeSeverity, ChangeStage, Resolve, Tick
from bot.domain.incident.decide import gates
from bot.domain.incident.decide.actions import brought_by
from bot.domain.incident.decide.moves import check_move, made, moved, moved_by_itself
from bot.domain.incident.due import review_due, stage_due
from bot.domain.incident.events import AnyEvent, SeverityChanged, SeverityJustified, StageChanged, StageOverdue
from bot.domain.incident.evolve import evolve
from bot.domain.incident.findings import link_in
from bot.domain.incident.rejections import NoSuchStage, ResolutionMissing, SeverityNeedsReason, SeverityStays
from bot.domain.incident.state import Incident
from bot.domain.words import check_length, has_words, is_a_phrase
from bot.domain.workflow.lifecycle import Purpose, Stage, Trigger
from bot.domain.workflow.policy import Policy


def change_severity(command: ChangeSeverity, incident: Incident) -> list[AnyEvent]:
    """Raise it at once, lower it with evidence; the one that it has already may be justified."""
    check_length(command.because)
    if command.to is incident.severity:
        if not has_words(command.because) or command.because == incident.severity_because:
            return []
        return [SeverityJustified(by=command.by, at=command.at, severity=command.to, because=command.because)]
    if command.to.is_lower_than(incident.severity):
        _check_lowering(command, incident)
    return [
        SeverityChanged(by=command.by, at=command.at, before=incident.severity, to=command.to, because=command.because)
    ]


def _check_lowering(command: ChangeSeverity, incident: Incident) -> None:
    if incident.stage.is_over:
        severity = incident.severity.label
        raise SeverityStays(incident=incident.id, stage=incident.stage.label, severity=severity)
    if not is_a_phrase(command.because) and not link_in(command.because):
        raise SeverityNeedsReason(to=command.to.value)


def change_stage(command: ChangeStage, incident: Incident, policy: Policy) -> list[AnyEvent]:
    to = policy.stage_by_id.get(command.to)
    if to is None:
        raise NoSuchStage(stage=command.to, stages=", ".join(policy.stages))
    if to.id == incident.stage.id:
        return []
    if to.purpose is Purpose.RESOLVED:
        return _resolve(command, command.because, to, incident, policy)
    check_move(incident, to, policy)
    check_length(command.because)
    return _asked_or_made(command, command.because, to, incident, policy)


def _asked_or_made(
    command: ChangeStage | Resolve, because: str, to: Stage, incident: Incident, policy: Policy
) -> list[AnyEvent]:
    """Make a move, or ask those whose yes it waits for."""
    declared = policy.approval_of_move(to, incident.severity, command.at)
    if declared is not None:
        approval = with_reasons(declared, command.known)
        subject = of_move(to.id, to.label, because, approval.policy.hash, purpose=to.purpose.asks)
        return gates.ask_to_move(command, subject, approval, incident, policy)
    return made(incident, to, policy, by=command.by, at=command.at, because=because)


def resolve(command: Resolve, incident: Incident, policy: Policy) -> list[AnyEvent]:
    if incident.stage.purpose is Purpose.RESOLVED:
        return []
    return _resolve(command, command.summary, policy.stage_for(Purpose.RESOLVED), incident, policy)


def _resolve(
    command: ChangeStage | Resolve, summary: str, to: Stage, incident: Incident, policy: Policy
) -> list[AnyEvent]:
    """Customers are fine again. On the way there it passes through what nobody has said that it passed through."""
    events = list[AnyEvent]()
    for passed in moved_by_itself(Trigger.RESOLUTION, incident, policy, by=command.by, at=command.at):
        if isinstance(passed, StageChanged) and policy.move(incident.stage, to) is not None:
            break
        events.append(passed)
        incident = evolve(incident, passed, incident.id)
    check_move(incident, to, policy)
    if not has_words(summary):
        raise ResolutionMissing
    check_length(summary)
    return [*events, *_asked_or_made(command, summary, to, incident, policy)]


def time_is_up(command: Tick, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Move on what moves on in time; else say once that it takes longer than promised."""
    return _open_review(command, incident, policy) or _overdue(command, incident, policy)


def _open_review(command: Tick, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """What is resolved is reviewed by itself when its time has come, as soon as guards and criteria let it."""
    due, move = review_due(incident, policy), policy.move_in_time(incident.stage)
    if due is None or move is None or command.at < due:
        return []
    to = policy.stage_by_id[move.to]
    if policy.approval_of_move(to, incident.severity, command.at) is not None:
        return []  # what waits for somebody's yes doesn't happen by itself
    changed = moved(incident, to, policy, by=SYSTEM, at=command.at, because="a resolved incident is reviewed")
    return [changed, *brought_by(changed, incident, policy)]


def _overdue(command: Tick, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """A stage that takes longer than promised is so once, until the incident moves on."""
    due = stage_due(incident, policy)
    if due is None or command.at < due or incident.overdue_at is not None:
        return []
    return [StageOverdue(by=SYSTEM, at=command.at, stage=incident.stage, due=due)]
