"""Runs: what workers report of steps and signal, and how a mitigation ends: verified, undone, or a human's."""

from datetime import timedelta

from bot.domain.gates.stricter import Asked
from bot.domain.gates.subject import of_rollback
from bot.domain.incident.commands import (
    RecordSignal,
    RecordStepFinished,
    RecordStepStarted,
    RecordTargetBusy,
    RollBack,
    StopRun,
)
from bot.domain.incident.decide import gates
from bot.domain.incident.decide.mitigations import find
from bot.domain.incident.decide.rollbacks import UNDOABLE
from bot.domain.incident.events import (
    AnyEvent,
    HumanNeeded,
    MitigationRolledBack,
    MitigationVerified,
    RollbackStarted,
    RunStopped,
    RunWaits,
    SignalRead,
    StepFinished,
    StepStarted,
    VerificationStarted,
)
from bot.domain.incident.evolve import evolve
from bot.domain.incident.mitigations import Mitigation, Progress
from bot.domain.incident.rejections import GateStillOpen, NoRollback, NothingRuns
from bot.domain.incident.state import Incident
from bot.domain.words import check_length
from bot.domain.workflow.policy import Policy

EXPECTS_STEPS = {
    "plan": {Progress.APPROVED, Progress.RUNNING},
    "rollback": {Progress.ROLLING_BACK},
}


def target_busy(command: RecordTargetBusy, incident: Incident) -> list[AnyEvent]:
    mitigation = find(incident, command.mitigation)
    if mitigation.waits_for == command.holder or not mitigation.progress.is_live:
        return []
    return [RunWaits(by=command.by, at=command.at, mitigation=mitigation.id, holder=command.holder)]


def step_started(command: RecordStepStarted, incident: Incident) -> list[AnyEvent]:
    """Begin the next step, unless it was begun before (a worker died in it) or the run was stopped meanwhile."""
    mitigation = find(incident, command.mitigation)
    begun = [run for run in mitigation.steps if run.phase == command.phase]
    is_next = command.step == len(begun) < len(mitigation.steps_of(command.phase)) and all(run.ok for run in begun)
    if not is_next or mitigation.progress not in EXPECTS_STEPS[command.phase]:
        return []
    return [StepStarted(by=command.by, at=command.at, mitigation=mitigation.id, phase=command.phase, step=command.step)]


def step_finished(command: RecordStepFinished, incident: Incident, policy: Policy) -> list[AnyEvent]:
    mitigation = find(incident, command.mitigation)
    run = mitigation.run_of(command.phase, command.step)
    if run is None or run.finished_at is not None:
        return []
    finished = StepFinished(
        by=command.by,
        at=command.at,
        mitigation=mitigation.id,
        phase=command.phase,
        step=command.step,
        ok=command.ok,
        detail=command.detail,
    )
    if mitigation.progress not in EXPECTS_STEPS[command.phase]:
        return [finished]  # stopped while the step ran: recorded, and nothing follows from it
    return [finished, *_after_step(command, mitigation, incident, policy)]


def _after_step(
    command: RecordStepFinished, mitigation: Mitigation, incident: Incident, policy: Policy
) -> list[AnyEvent]:
    name = mitigation.steps_of(command.phase)[command.step].id
    is_last = command.step + 1 == len(mitigation.steps_of(command.phase))
    if command.phase == "rollback":
        if not command.ok:
            because = f"the rollback's step {name} failed: {command.detail}"
            return [HumanNeeded(by=command.by, at=command.at, mitigation=mitigation.id, because=because)]
        return [MitigationRolledBack(by=command.by, at=command.at, mitigation=mitigation.id)] if is_last else []
    if not command.ok:
        return _undo(command, mitigation, f"step {name} failed: {command.detail}", incident, policy)
    if not is_last:
        return []
    deadline = command.at + timedelta(seconds=mitigation.plan.verify.within)
    return [VerificationStarted(by=command.by, at=command.at, mitigation=mitigation.id, deadline=deadline)]


def signal_read(command: RecordSignal, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Healthy without a break for the settling time proves it; not settled by the deadline undoes it."""
    mitigation = find(incident, command.mitigation)
    if mitigation.progress is not Progress.VERIFYING:
        return []
    read = SignalRead(
        by=command.by, at=command.at, mitigation=mitigation.id, healthy=command.healthy, reading=command.reading
    )
    verify, deadline = mitigation.plan.verify, mitigation.verify_until
    since = (mitigation.healthy_since or command.at) if command.healthy else None
    if since is not None and command.at - since >= timedelta(seconds=verify.settle):
        return [read, MitigationVerified(by=command.by, at=command.at, mitigation=mitigation.id)]
    if deadline is not None and command.at >= deadline:
        because = f"the signal had not settled after {verify.within:g} s: {command.reading}"
        return [read, *_undo(command, mitigation, because, incident, policy)]
    return [read]


def stop(command: StopRun, incident: Incident) -> list[AnyEvent]:
    mitigation = find(incident, command.mitigation)
    if mitigation.progress is Progress.STOPPED:
        return []
    if mitigation.progress not in {Progress.APPROVED, Progress.RUNNING, Progress.VERIFYING}:
        raise NothingRuns(title=mitigation.plan.title, progress=mitigation.progress)
    return [RunStopped(by=command.by, at=command.at, mitigation=mitigation.id)]


def roll_back(command: RollBack, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Undo what a person wants undone: at once, or after the yes of those who are asked before it."""
    mitigation = find(incident, command.mitigation)
    if mitigation.progress in {Progress.ROLLING_BACK, Progress.ROLLED_BACK} or incident.waits_to_undo(mitigation.id):
        return []
    if mitigation.progress not in UNDOABLE:
        raise NothingRuns(title=mitigation.plan.title, progress=mitigation.progress)
    if not mitigation.plan.rollback:
        raise NoRollback(title=mitigation.plan.title, because=mitigation.plan.no_rollback_because or "none declared")
    check_length(command.because)
    because = f"<@{command.by}> ordered it" + (f": {command.because}" if command.because else "")
    approval = policy.approval_of_rollback(UNDOABLE[mitigation.progress], incident.severity, command.at)
    if approval is None:
        return [RollbackStarted(by=command.by, at=command.at, mitigation=mitigation.id, because=because)]
    for other in incident.proposed:
        raise GateStillOpen(title=other.plan.title, gate=other.id)
    subject = of_rollback(mitigation.id, mitigation.plan, because, approval.hash)
    return gates.ask(command, subject, Asked(approval), incident, policy)


def _undo(
    command: RecordStepFinished | RecordSignal,
    mitigation: Mitigation,
    because: str,
    incident: Incident,
    policy: Policy,
) -> list[AnyEvent]:
    """Undo what did not help; where somebody is asked before that, it is a human's until they have decided."""
    facts = {"by": command.by, "at": command.at, "mitigation": mitigation.id}
    if not mitigation.plan.rollback:
        because = f"{because}; there is no rollback: {mitigation.plan.no_rollback_because or 'none declared'}"
        return [HumanNeeded(**facts, because=because)]
    approval = policy.approval_of_rollback("failed", incident.severity, command.at)
    if approval is None:
        return [RollbackStarted(**facts, because=because)]
    needed = HumanNeeded(**facts, because=because, rollback=f"waits for approval ({gates.next_gate(incident)})")
    subject = of_rollback(mitigation.id, mitigation.plan, because, approval.hash)
    return [needed, *gates.ask(command, subject, Asked(approval), evolve(incident, needed, incident.id), policy)]
