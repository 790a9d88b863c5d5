"""Mitigations: proposing one, changing its plan, withdrawing it. A gate decides it where somebody's yes is needed."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.dry_run import PATIENCE, Trial, harmless
from bot.domain.gates import orders as o
from bot.domain.gates.decide import decide
from bot.domain.gates.stricter import with_reasons
from bot.domain.gates.subject import of_plan
from bot.domain.ids import SYSTEM, mitigation_id
from bot.domain.incident.commands import AtGate, Propose, RecordDryRun, TryAgain, Withdraw
from bot.domain.incident.decide import gates
from bot.domain.incident.decide.moves import moved_by_itself
from bot.domain.incident.events import (
    AnyEvent,
    DryRunOrdered,
    MitigationAmended,
    MitigationProposed,
    MitigationTried,
)
from bot.domain.incident.evolve import evolve
from bot.domain.incident.mitigations import Mitigation, Progress
from bot.domain.incident.rejections import (
    GateStillOpen,
    IsOver,
    NoDryRun,
    NoSuchMitigation,
    NotForMachines,
    NotInThisStage,
    NotTriedNow,
    StillRunning,
)
from bot.domain.incident.state import Incident
from bot.domain.workflow.lifecycle import Trigger
from bot.domain.workflow.policy import Policy


def propose(command: Propose, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Ask for a mitigation; where nobody's yes is needed and no customer data is touched, it begins at once."""
    if incident.stage.is_over:
        raise IsOver(incident=incident.id, stage=incident.stage.label.lower())
    if not policy.takes_mitigations(incident.stage):
        raise NotInThisStage(incident.stage, policy)
    plan = command.plan
    for other in incident.proposed:
        if other.proposer == command.by and other.plan.runbook == plan.runbook:
            return _amend(command, other, incident)
        raise GateStillOpen(title=other.plan.title, gate=other.id)
    for other in incident.mitigations.values():
        if other.progress.is_live:
            raise StillRunning(title=other.plan.title, progress=other.progress)
    for gate in incident.rollbacks_asked:
        raise GateStillOpen(title=gate.subject.action, gate=gate.id)
    name = mitigation_id(len(incident.mitigations) + 1)
    asks = policy.of(incident.severity).approval or bool(plan.touches)
    if command.by == SYSTEM and not asks and not policy.of(incident.severity).auto_remediation:
        raise NotForMachines(severity=incident.severity.label)
    proposed = MitigationProposed(by=command.by, at=command.at, mitigation=name, plan=plan, gate=name if asks else None)
    if not asks:
        return [proposed, *_begins(command, proposed, incident, policy)]
    declared = policy.approval("mitigation", incident.severity, command.at)
    assert declared is not None, "a policy without one is refused when it is loaded"
    approval = with_reasons(declared, command.known)
    subject = of_plan(plan, approval=approval.policy.hash)
    wakes, due = policy.of(incident.severity).wakes, _trial_due(command)
    asked = gates.open_gate(command, name, approval, subject, wakes=wakes, trial_due=due)
    events = [proposed, *_ordered(command, name, 1)]
    for event in events:
        incident = evolve(incident, event, incident.id)
    return [*events, *gates.with_consequences(asked, incident, policy)]


def _trial_due(command: Propose) -> datetime | None:
    """Return until when the dry run is awaited before anybody is asked; None: there is none."""
    return command.at + PATIENCE if command.plan.dry_run else None


def _ordered(command: Propose, mitigation: str, trial: int) -> list[AnyEvent]:
    ordered = DryRunOrdered(by=command.by, at=command.at, mitigation=mitigation, trial=trial)
    return [ordered] if command.plan.dry_run else []


def _begins(command: Propose, proposed: AnyEvent, incident: Incident, policy: Policy) -> Iterable[AnyEvent]:
    """What needs nobody's yes executes: the stage follows by itself."""
    incident = evolve(incident, proposed, incident.id)
    because = "a mitigation begins"
    return moved_by_itself(Trigger.MITIGATION, incident, policy, by=command.by, at=command.at, because=because)


def _amend(command: Propose, mitigation: Mitigation, incident: Incident) -> list[AnyEvent]:
    changed = command.plan.differs_from(mitigation.plan)
    if not changed:
        return []
    gate = gates.find(incident, mitigation.id)
    subject = of_plan(command.plan, approval=gate.policy.hash)
    amended = MitigationAmended(
        by=command.by, at=command.at, mitigation=mitigation.id, plan=command.plan, changed=changed
    )
    order = o.ChangeSubject(by=command.by, at=command.at, subject=subject, trial_due=_trial_due(command))
    return [amended, *_ordered(command, mitigation.id, mitigation.trials + 1), *decide(order, gate)]


def try_again(command: TryAgain, incident: Incident) -> list[AnyEvent]:
    """Have it tried once more. Votes go on meanwhile: they fall only where it answers something else."""
    mitigation = find(incident, command.mitigation)
    if not mitigation.plan.dry_run:
        raise NoDryRun(title=mitigation.plan.title)
    if mitigation.progress is not Progress.PROPOSED:
        raise NotTriedNow(title=mitigation.plan.title, progress=mitigation.progress)
    if mitigation.is_being_tried(command.at):
        return []
    return [DryRunOrdered(by=command.by, at=command.at, mitigation=mitigation.id, trial=mitigation.trials + 1)]


def tried(command: RecordDryRun, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Put to the vote what the latest dry run has said; what comes of one before it is about nothing any more."""
    mitigation = find(incident, command.mitigation)
    gate = incident.gate_of(mitigation)
    if gate is None or not gate.is_open or command.trial != mitigation.trials:
        return []
    answers = harmless(command.answers)
    known = MitigationTried(
        by=command.by, at=command.at, mitigation=mitigation.id, trial=command.trial, answers=answers
    )
    said = Trial(number=command.trial, at=command.at, answers=answers).asked
    shown = decide(o.ShowDryRun(by=command.by, at=command.at, dry_run=said), gate)
    return [known, *gates.with_consequences(shown, evolve(incident, known, incident.id), policy)]


def while_asked(command: Withdraw | TryAgain | RecordDryRun, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Obey what is ordered, or comes back, while a mitigation waits for its approval."""
    match command:
        case Withdraw():
            return withdraw(command, incident, policy)
        case TryAgain():
            return try_again(command, incident)
        case RecordDryRun():
            return tried(command, incident, policy)


def withdraw(command: Withdraw, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Withdraw a proposal: its gate closes without a decision."""
    mitigation = find(incident, command.mitigation)
    if mitigation not in incident.proposed:
        return []
    order = o.WithdrawGate(by=command.by, at=command.at)
    facts = command.model_dump(include={"incident", "by", "at", "cause"})
    return gates.at_gate(AtGate(**facts, gate=mitigation.id, order=order), incident, policy)


def find(incident: Incident, mitigation: str) -> Mitigation:
    found = incident.mitigations.get(mitigation)
    if found is None:
        raise NoSuchMitigation
    return found
