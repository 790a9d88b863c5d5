"""Each approval that was asked for, as a review wants it: who was asked, which votes counted, what was overridden."""

from collections.abc import Iterator
from typing import Any

from bot.domain.gates.explain import explain
from bot.domain.gates.gate import Debt, Gate, Outcome
from bot.domain.timeline import asked as named
from bot.exporters.export import Export, iso
from bot.exporters.facts import Fact

SAID = {"approve": "approved", "reject": "rejected"}


def approval_heading(export: Export, gate: Gate) -> str:
    how = "open" if gate.outcome is None else gate.outcome.value
    glass = ", by breaking the glass" if gate.how == "glass" else ""
    if gate.debt is not None and gate.debt.agrees is False:
        glass += ", which was not agreed with"
    return export.words(f"{named(export.incident, gate.id)}: {how}{glass}")


def approval_facts(export: Export, gate: Gate) -> Iterator[Fact]:
    told, words, name = explain(gate), export.words, export.name
    yield Fact("Asked for", f"by {name(gate.proposer)}", gate.opened_at)
    yield Fact("Policy", words(f"{gate.policy.title} ({gate.policy.id})"))
    yield Fact("Outcome", words(told.outcome), gate.closed_at)
    if gate.subject.dry_run:
        yield Fact("Dry run", words(gate.subject.dry_run))
    for rule in told.rules:
        yield Fact("Rule", words(rule))
    for call in gate.calls:
        seats = gate.tier_of(call).seats
        people = ", ".join(f"{name(chair.account)} ({seats[chair.seat].words})" for chair in call.chairs)
        yield Fact("Asked", words(people or ", ".join(seat.words for seat in seats)), call.at)
    for sentence in told.missing:
        yield Fact("Not asked", words(sentence))
    for one in told.counted:
        instead = f", in place of {name(one.in_place_of)}" if one.in_place_of else ""
        yield Fact("Counted", words(f"{name(one.account)} {SAID[one.choice]} as {one.seat}{instead}"))
    for left in told.left_out:
        yield Fact("Not counted", words(f"{name(left.account)} {SAID[left.choice]}, because {left.because}"))
    if gate.outcome is Outcome.OVERRIDDEN and gate.how == "override":
        yield Fact("Override", words(f"the rejection ({gate.contest}) was outvoted: {gate.because}"))
    if gate.debt is not None:
        yield from _debt(export, gate.debt)


def _debt(export: Export, debt: Debt) -> Iterator[Fact]:
    yield Fact("Glass broken", export.words(f"by {export.name(debt.by)}: {debt.because}"), debt.at)
    if debt.signed_by is not None:
        did = "given" if debt.agrees else "refused"
        because = f": {debt.comment}" if debt.comment else ""
        yield Fact("Countersignature", export.words(f"{did} by {export.name(debt.signed_by)}{because}"))
        return
    late = "; it is overdue" if debt.is_told else ""
    yield Fact("Countersignature", f"still owed by then{late}", debt.due)


def approval(gate: Gate) -> dict[str, Any]:
    """Return what JSON says of a gate: no sentences, so that a later version adds the same up from the same events."""
    told = explain(gate)
    return {
        "id": gate.id,
        "purpose": gate.subject.purpose,
        "action": gate.subject.action,
        "target": gate.subject.target,
        "policy": gate.policy.id,
        "dry_run": gate.subject.dry_run,
        "proposed_by": gate.proposer,
        "opened_at": iso(gate.opened_at),
        "outcome": gate.outcome.value if gate.outcome is not None else None,
        "how": gate.how,
        "closed_at": iso(gate.closed_at) if gate.closed_at is not None else None,
        "asked": [chair.account for call in gate.calls for chair in call.chairs],
        "counted": [{"account": one.account, "choice": one.choice} for one in told.counted],
        "not_counted": [{"account": one.account, "choice": one.choice} for one in told.left_out],
        "glass": _glass(gate.debt) if gate.debt is not None else None,
    }


def _glass(debt: Debt) -> dict[str, Any]:
    return {
        "by": debt.by,
        "at": iso(debt.at),
        "because": debt.because,
        "owed_until": iso(debt.due),
        "overdue": debt.is_told,
        "signed_by": debt.signed_by,
        "agrees": debt.agrees,
        "comment": debt.comment,
    }
