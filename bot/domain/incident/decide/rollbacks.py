"""Rollbacks that a gate decides: its own, or one of a move that ends with undoing what was done last."""

from collections.abc import Iterable

from bot.domain.gates import events as g
from bot.domain.gates.gate import Gate, names
from bot.domain.gates.policy import Undoes
from bot.domain.gates.standing import approvers
from bot.domain.ids import SYSTEM
from bot.domain.incident.events import AnyEvent, HumanNeeded, RollbackStarted, TroubleMet
from bot.domain.incident.mitigations import Mitigation, Progress
from bot.domain.incident.state import Incident

UNDOABLE: dict[Progress, Undoes] = {
    Progress.NEEDS_HUMAN: "failed",
    Progress.STOPPED: "stopped",
    Progress.VERIFIED: "verified",
}
"""What can be rolled back by order, and as what a gate's choice knows it."""


def decided(gate: Gate, fact: g.GateClosed, incident: Incident) -> list[AnyEvent]:
    """Roll back at once what was approved, or what its policy undoes without a decision; else leave it as it is."""
    mitigation = incident.mitigations[str(gate.subject.parameters["mitigation"])]
    if fact.outcome.goes_ahead or fact.rolls_back:
        because = f"{gate.subject.parameters['because']}; {_by_whom(gate, fact)}"
        return [RollbackStarted(by=fact.by, at=fact.at, mitigation=mitigation.id, because=because)]
    if mitigation.progress is not Progress.NEEDS_HUMAN:
        return []
    rollback = f"was {fact.outcome.value} ({gate.id})" + (f": {fact.because}" if fact.because else "")
    return [HumanNeeded(by=SYSTEM, at=fact.at, mitigation=mitigation.id, because=mitigation.because, rollback=rollback)]


def _by_whom(gate: Gate, fact: g.GateClosed) -> str:
    match fact.how:
        case "glass":
            return f"<@{fact.by}> broke the glass: {fact.because}"
        case "time" | "last-resort":
            return fact.because
        case _:
            return f"approved by {names(approvers(gate))}"


def instead_of(gate: Gate, fact: g.GateClosed, incident: Incident) -> list[AnyEvent]:
    """A move was not decided, and its policy undoes what was done last. Where that can't be, say why."""
    because = f"“{gate.subject.action}” was {fact.outcome.value}: {fact.because}"
    undone = _latest(incident.mitigations.values())
    why_not = "nothing that was done has a rollback." if undone is None else _why_not(undone, incident)
    if undone is None or why_not:
        why = f"{because}. Its policy rolls back what was done last, and {why_not}"
        cure = "Look at it, and undo by hand what must be undone: `/incident rollback`, or `/incident note …`."
        return [TroubleMet(by=SYSTEM, at=fact.at, effect="rollback", why=why, cure=cure)]
    return [RollbackStarted(by=SYSTEM, at=fact.at, mitigation=undone.id, because=because)]


def _latest(mitigations: Iterable[Mitigation]) -> Mitigation | None:
    can = (m for m in reversed([*mitigations]) if m.progress in UNDOABLE and m.plan.rollback)
    return next(can, None)


def _why_not(undone: Mitigation, incident: Incident) -> str:
    if undone.plan.touches:
        return f"“{undone.plan.title}” touches {', '.join(undone.plan.touches)}: only a person may undo it."
    if incident.waits_to_undo(undone.id):
        return f"the rollback of “{undone.plan.title}” waits for approval already."
    live = next((m for m in incident.mitigations.values() if m.progress.is_live), None)
    return f"“{live.plan.title}” is still {live.progress.value.replace('-', ' ')}." if live is not None else ""
