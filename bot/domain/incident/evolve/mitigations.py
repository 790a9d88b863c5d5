"""Mitigations: what an event about one changes, from the proposal to the proof."""

from typing import Any, assert_never

from bot.domain.gates.gate import Gate, Outcome, Vote
from bot.domain.incident import events as e
from bot.domain.incident.evolve.changes import without_timer
from bot.domain.incident.mitigations import Mitigation, Progress, StepRun, gate_timer
from bot.domain.incident.state import Incident

ENDS = {
    Outcome.APPROVED: Progress.APPROVED,
    Outcome.REJECTED: Progress.REJECTED,
    Outcome.EXPIRED: Progress.EXPIRED,
    Outcome.WITHDRAWN: Progress.WITHDRAWN,
}


def proposed(incident: Incident, event: e.MitigationProposed) -> dict[str, Any]:
    gate = (
        Gate(subject=event.plan.hash, proposer=event.by, quorum=event.quorum, due=event.due, then=event.then)
        if event.quorum
        else None
    )
    mitigation = Mitigation(
        id=event.mitigation,
        plan=event.plan,
        plan_hash=event.plan.hash,
        proposer=event.by,
        proposed_at=event.at,
        gate=gate,
        progress=Progress.PROPOSED if gate else Progress.APPROVED,
    )
    timers = {**incident.timers, gate_timer(event.mitigation): event.due} if gate else incident.timers
    return {"mitigations": {**incident.mitigations, event.mitigation: mitigation}, "timers": timers}


def mitigated(incident: Incident, event: e.MitigationEvent) -> dict[str, Any]:
    before = incident.mitigations[event.mitigation]
    after = before.model_copy(update=_mitigation_changes(before, event))
    changes: dict[str, Any] = {"mitigations": {**incident.mitigations, event.mitigation: after}}
    match event:
        case e.MitigationAmended():
            changes["timers"] = {**incident.timers, gate_timer(event.mitigation): event.due}
        case e.GateClosed():
            changes["timers"] = without_timer(incident, gate_timer(event.mitigation))
        case e.MitigationVerified() if incident.mitigated_at is None:
            changes["mitigated_at"] = event.at
        case e.RollbackStarted() if before.progress is Progress.VERIFIED:
            changes["mitigated_at"] = None
        case _:
            pass
    return changes


def _mitigation_changes(mitigation: Mitigation, event: e.MitigationEvent) -> dict[str, Any]:
    match event:
        case e.MitigationAmended():
            gate = mitigation.gate.asking_again(event.plan.hash, event.due) if mitigation.gate else None
            return {"plan": event.plan, "plan_hash": event.plan.hash, "gate": gate, "amended": event.changed}
        case e.VoteCast():
            assert mitigation.gate is not None
            vote = Vote(choice=event.choice, at=event.at, comment=event.comment)
            return {"gate": mitigation.gate.with_vote(event.by, vote)}
        case e.VoteCameLate():
            assert mitigation.gate is not None
            return {"gate": mitigation.gate.model_copy(update={"late": (*mitigation.gate.late, event.by)})}
        case e.GateClosed():
            gate = mitigation.gate.model_copy(update={"outcome": event.outcome}) if mitigation.gate else None
            ended = None if event.outcome is Outcome.APPROVED else event.at
            return {"gate": gate, "progress": ENDS[event.outcome], "ended_at": ended, "because": event.because}
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
