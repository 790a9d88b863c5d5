"""Gates as they were stored before there was one model of them: the events of a mitigation, read as a gate's facts.

They are read, and never written any more. A mitigation that was proposed without a gate has no facts.
"""

from datetime import datetime
from typing import Literal

from bot.domain.gates import events as e
from bot.domain.gates.gate import Gate, How, Outcome
from bot.domain.gates.policy import ApprovalPolicy, Step, Tier
from bot.domain.gates.seat import Seat
from bot.domain.gates.subject import of_plan
from bot.domain.ids import SYSTEM
from bot.domain.incident.events import GateClosed, MitigationAmended, MitigationProposed, VoteCameLate, VoteCast

Then = Literal["expired", "rejected"]
Old = MitigationProposed | MitigationAmended | VoteCast | VoteCameLate | GateClosed
NOBODY_DECIDED = "nobody decided in time"
"""The reason that a gate was always stored with when time had ended it."""


def policy_before(quorum: int, then: Then, seconds: float) -> ApprovalPolicy:
    """Write out what every gate was: anybody but the proposer, so many of them, one no is a no, and a limit."""
    tier = Tier(
        seats=(Seat(anyone=True, voices=quorum),), quorum=quorum, limit=seconds, deputy_after=None, renotify=None
    )
    return ApprovalPolicy(
        id="before",
        title="Anybody here",
        kind="parallel",
        steps=(Step(tiers=(tier,)),),
        last_resort="reject" if then == "rejected" else "expire",
    )


def facts_of(event: Old, gate: Gate | None) -> list[e.AnyFact]:
    """Read one event of a mitigation as facts of its gate, which is as the events before have left it."""
    if gate is None and not isinstance(event, MitigationProposed):
        return []
    match event:
        case MitigationProposed():
            return _opened(event)
        case MitigationAmended():
            return _amended(event, event.due, gate.turns + 1 if gate else 1) if event.due else []
        case VoteCast():
            return [
                e.VoteCast(
                    by=event.by, at=event.at, choice=event.choice, comment=event.comment, subject=event.plan_hash
                )
            ]
        case VoteCameLate():
            return [e.VoteCameLate(by=event.by, at=event.at, choice=event.choice, outcome=event.outcome)]
        case GateClosed():
            return _closed(event)


def _opened(event: MitigationProposed) -> list[e.AnyFact]:
    if not event.quorum or event.due is None:
        return []
    seconds = (event.due - event.at).total_seconds()
    opened = e.GateOpened(
        by=event.by,
        at=event.at,
        gate=event.mitigation,
        policy=policy_before(event.quorum, event.then, seconds),
        subject=of_plan(event.plan),
        order=(0,),
    )
    return [opened, _called(event.at, event.due, 1)]


def _amended(event: MitigationAmended, due: datetime, turn: int) -> list[e.AnyFact]:
    changed = e.SubjectChanged(by=event.by, at=event.at, subject=of_plan(event.plan), changed=event.changed, order=(0,))
    return [changed, _called(event.at, due, turn)]


def _called(at: datetime, due: datetime, turn: int) -> e.TierCalled:
    return e.TierCalled(by=SYSTEM, at=at, turn=turn, ballot=0, tier=0, due=due)


def _closed(event: GateClosed) -> list[e.AnyFact]:
    how: How = "votes"
    if event.outcome is Outcome.WITHDRAWN:
        how = "person"
    elif event.because == NOBODY_DECIDED:
        how = "last-resort"
    closed = e.GateClosed(by=event.by, at=event.at, outcome=event.outcome, how=how, because=event.because)
    if event.outcome is not Outcome.APPROVED:
        return [closed]
    return [e.StepPassed(by=event.by, at=event.at, ballot=0, tier=0), closed]
