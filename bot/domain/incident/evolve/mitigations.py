"""Mitigations: what an event about one changes, from the proposal to the proof."""

from collections.abc import Iterable
from typing import Any, assert_never

from bot.domain.dry_run import Trial
from bot.domain.hats import Hat
from bot.domain.incident import events as e
from bot.domain.incident.evolve.before import Old, facts_of
from bot.domain.incident.evolve.course import past
from bot.domain.incident.evolve.gates import gated
from bot.domain.incident.mitigations import Mitigation, Progress, StepRun
from bot.domain.incident.state import Incident


def proposed(incident: Incident, event: e.MitigationProposed) -> dict[str, Any]:
    mitigation = Mitigation(
        id=event.mitigation,
        plan=event.plan,
        plan_hash=event.plan.hash,
        proposer=event.by,
        proposed_at=event.at,
        progress=Progress.PROPOSED if event.gate or event.quorum else Progress.APPROVED,
    )
    changes = {"mitigations": {**incident.mitigations, event.mitigation: mitigation}}
    return {**changes, **_gated_before(incident.model_copy(update=changes), event)}


def _gated_before(incident: Incident, event: Old) -> dict[str, Any]:
    """Fold what an event of before says of the gate: nothing, where gates have events of their own."""
    return gated(incident, event.mitigation, facts_of(event, incident.gates.get(event.mitigation)))


def mitigated(incident: Incident, event: e.MitigationEvent) -> dict[str, Any]:
    if isinstance(event, e.VoteCast | e.VoteCameLate | e.GateClosed):
        return _gated_before(incident, event)
    before = incident.mitigations[event.mitigation]
    after = by_hands(before.model_copy(update=_mitigation_changes(before, event)), incident.wearers(Hat.MITIGATOR))
    changes: dict[str, Any] = {"mitigations": {**incident.mitigations, event.mitigation: after}}
    if (before.progress.runs or after.progress.runs) and any(not said.is_past for said in incident.confirmed.values()):
        changes["confirmed"] = past(incident.confirmed)
    match event:
        case e.MitigationAmended():
            changes |= _gated_before(incident.model_copy(update=changes), event)
        case e.MitigationVerified() if incident.mitigated_at is None:
            changes["mitigated_at"] = event.at
        case e.RollbackStarted() if before.progress is Progress.VERIFIED:
            changes["mitigated_at"] = None
        case _:
            pass
    return changes


def by_hands(mitigation: Mitigation, wearers: Iterable[str]) -> Mitigation:
    """Remember who wears the mitigator's hat while it runs."""
    new = [person for person in wearers if person not in mitigation.hands]
    if not new or not mitigation.progress.runs:
        return mitigation
    return mitigation.model_copy(update={"hands": (*mitigation.hands, *new)})


Run = (
    e.MitigationAmended
    | e.DryRunOrdered
    | e.MitigationTried
    | e.RunWaits
    | e.StepStarted
    | e.StepFinished
    | e.VerificationStarted
    | e.SignalRead
    | e.MitigationVerified
    | e.RollbackStarted
    | e.MitigationRolledBack
    | e.HumanNeeded
    | e.RunStopped
)


def _mitigation_changes(mitigation: Mitigation, event: Run) -> dict[str, Any]:
    match event:
        case e.MitigationAmended():
            return {"plan": event.plan, "plan_hash": event.plan.hash, "amended": event.changed, "trial": None}
        case e.DryRunOrdered():
            return {"trials": event.trial, "trial_ordered_at": event.at}
        case e.MitigationTried():
            return {"trial": Trial(number=event.trial, at=event.at, answers=event.answers)}
        case e.RunWaits():
            return {"waits_for": event.holder}
        case e.StepStarted():
            run = StepRun(phase=event.phase, step=event.step, started_at=event.at)
            progress = Progress.RUNNING if event.phase == "plan" else Progress.ROLLING_BACK
            return {"steps": (*mitigation.steps, run), "progress": progress, "waits_for": None}
        case e.StepFinished():
            return {"steps": tuple(_finish(run, event) for run in mitigation.steps)}
        case e.VerificationStarted():
            return {"progress": Progress.VERIFYING, "verify_until": event.deadline, "healthy_since": None}
        case e.SignalRead():
            since = (mitigation.healthy_since or event.at) if event.healthy else None
            return {"healthy_since": since, "reading": event.reading}
        case e.MitigationVerified():
            return {"progress": Progress.VERIFIED, "ended_at": event.at}
        case e.RollbackStarted():
            return {
                "progress": Progress.ROLLING_BACK,
                "because": event.because,
                "ended_at": None,
                "is_past": False,
                "rollbacks": mitigation.rollbacks + 1,
                "steps": tuple(run for run in mitigation.steps if run.phase == "plan"),
            }
        case e.MitigationRolledBack():
            return {"progress": Progress.ROLLED_BACK, "ended_at": event.at}
        case e.HumanNeeded():
            return {"progress": Progress.NEEDS_HUMAN, "because": event.because, "ended_at": event.at}
        case e.RunStopped():
            return {"progress": Progress.STOPPED, "because": f"<@{event.by}> stopped it.", "ended_at": event.at}
        case _:
            assert_never(event)


def _finish(run: StepRun, event: e.StepFinished) -> StepRun:
    if (run.phase, run.step) != (event.phase, event.step):
        return run
    return run.model_copy(update={"finished_at": event.at, "ok": event.ok, "detail": event.detail})
