"""Dry runs: what a trial has said becomes a part of what is asked; nobody is asked before, for a stated time."""

from bot.domain.dry_run import NO_ANSWER
from bot.domain.gates import events as e
from bot.domain.gates import orders as o
from bot.domain.gates.decide.case import Case
from bot.domain.gates.decide.settle import limit_due
from bot.domain.ids import SYSTEM


def show(case: Case, order: o.ShowDryRun) -> None:
    """Put what a trial has said to the vote. Where people were asked with another answer, that is another question."""
    gate = case.gate
    if not gate.is_open:
        return
    if gate.trial_due is not None:
        _ask(case, order.by, order.dry_run)
        return
    subject = gate.subject.model_copy(update={"dry_run": order.dry_run})
    if changed := subject.differs_from(gate.subject):
        limit = limit_due(gate.policy, case.at)
        changes = {"subject": subject, "changed": changed, "order": gate.order, "limit_due": limit}
        case.add(e.SubjectChanged(by=order.by, at=case.at, **changes))


def is_late(case: Case) -> bool:
    """Ask without a trial that has said nothing in time; what it says later changes what is asked."""
    due = case.gate.trial_due
    if due is None or case.at < due:
        return False
    _ask(case, SYSTEM, NO_ANSWER, late=True)
    return True


def _ask(case: Case, by: str, dry_run: str, *, late: bool = False) -> None:
    """Let people be asked from now on, and the limit run."""
    limit = limit_due(case.gate.policy, case.at)
    case.add(e.DryRunShown(by=by, at=case.at, dry_run=dry_run, late=late, limit_due=limit))
