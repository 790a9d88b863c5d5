"""Mitigations and their gate: proposing, amending, voting, withdrawing, running out of time."""

from collections.abc import Iterable
from datetime import timedelta

from bot.domain.gates.gate import Gate, Outcome, Vote
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM, mitigation_id
from bot.domain.incident.commands import CastVote, Command, Propose, Withdraw
from bot.domain.incident.decide.moves import moved_by_itself
from bot.domain.incident.decide.words import check_length, has_words
from bot.domain.incident.events import (
    AnyEvent,
    GateClosed,
    MitigationAmended,
    MitigationProposed,
    VoteCameLate,
    VoteCast,
)
from bot.domain.incident.evolve import evolve
from bot.domain.incident.mitigations import Mitigation, Progress, gate_timer
from bot.domain.incident.rejections import (
    GateStillOpen,
    IsOver,
    NoSuchMitigation,
    NothingToVoteOn,
    NotYoursToWithdraw,
    OwnProposal,
    PlanHasChanged,
    ReasonMissing,
    StillRunning,
    VotedAlready,
)
from bot.domain.incident.state import Incident
from bot.domain.lifecycle import Trigger
from bot.domain.policy import Policy


def propose(command: Propose, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Ask for a mitigation; where nobody's yes is needed and no customer data is touched, it begins at once."""
    if incident.stage.is_over:
        raise IsOver(incident=incident.id, stage=incident.stage.label.lower())
    plan = command.plan
    for other in incident.open_gates:
        if other.proposer == command.by and other.plan.runbook == plan.runbook:
            return _amend(command, other, policy)
        raise GateStillOpen(title=other.plan.title)
    for other in incident.mitigations.values():
        if other.progress.is_live:
            raise StillRunning(title=other.plan.title, progress=other.progress)
    asks = policy.of(incident.severity).approval or bool(plan.touches)
    gate = policy.mitigation_gate
    proposed = MitigationProposed(
        by=command.by,
        at=command.at,
        mitigation=mitigation_id(len(incident.mitigations) + 1),
        plan=plan,
        quorum=gate.quorum if asks else 0,
        due=command.at + timedelta(minutes=gate.limit_minutes),
        then=gate.then,
    )
    return [proposed] if asks else [proposed, *_mitigating(command, [proposed], incident, policy)]


def _amend(command: Propose, mitigation: Mitigation, policy: Policy) -> list[AnyEvent]:
    changed = command.plan.differs_from(mitigation.plan)
    if not changed:
        return []
    due = command.at + timedelta(minutes=policy.mitigation_gate.limit_minutes)
    return [
        MitigationAmended(
            by=command.by, at=command.at, mitigation=mitigation.id, plan=command.plan, changed=changed, due=due
        )
    ]


def vote(command: CastVote, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Count one person's vote, bound to the plan that they saw. Votes after the outcome are recorded as late."""
    mitigation = find(incident, command.mitigation)
    gate = mitigation.gate
    if gate is None:
        raise NothingToVoteOn
    if gate.outcome is not None:
        return _late(command, gate, gate.outcome)
    if command.by == gate.proposer:
        raise OwnProposal
    if command.plan_hash not in {None, mitigation.plan_hash}:
        raise PlanHasChanged(changed=", ".join(mitigation.amended))
    if (earlier := gate.votes.get(command.by)) is not None:
        if earlier.choice == command.choice:
            return []
        raise VotedAlready
    if command.choice == "reject" and not has_words(command.comment):
        raise ReasonMissing
    check_length(command.comment)
    cast = VoteCast(
        by=command.by,
        at=command.at,
        mitigation=mitigation.id,
        choice=command.choice,
        comment=command.comment,
        plan_hash=mitigation.plan_hash,
    )
    counted = gate.with_vote(command.by, Vote(choice=command.choice, at=command.at, comment=command.comment))
    match counted.verdict():
        case None:
            return [cast]
        case Outcome.APPROVED:
            closed = GateClosed(by=SYSTEM, at=command.at, mitigation=mitigation.id, outcome=Outcome.APPROVED)
            return [cast, closed, *_mitigating(command, [cast, closed], incident, policy)]
        case outcome:
            closed = GateClosed(
                by=SYSTEM, at=command.at, mitigation=mitigation.id, outcome=outcome, because=command.comment
            )
            return [cast, closed]


def _late(command: CastVote, gate: Gate, outcome: Outcome) -> list[AnyEvent]:
    earlier = gate.votes.get(command.by)
    if command.by in gate.late or (earlier is not None and earlier.choice == command.choice):
        return []
    return [
        VoteCameLate(
            by=command.by, at=command.at, mitigation=command.mitigation, choice=command.choice, outcome=outcome
        )
    ]


def withdraw(command: Withdraw, incident: Incident) -> list[AnyEvent]:
    mitigation = find(incident, command.mitigation)
    if mitigation.progress is not Progress.PROPOSED:
        return []
    if command.by != mitigation.proposer and command.by not in incident.wearers(Hat.COMMANDER):
        raise NotYoursToWithdraw(proposer=mitigation.proposer)
    because = f"<@{command.by}> withdrew it"
    return [
        GateClosed(by=command.by, at=command.at, mitigation=mitigation.id, outcome=Outcome.WITHDRAWN, because=because)
    ]


def time_is_up(command: Command, incident: Incident) -> list[AnyEvent]:
    """Close every gate whose limit has passed, with its stated outcome."""
    return [
        GateClosed(
            by=SYSTEM,
            at=command.at,
            mitigation=mitigation.id,
            outcome=Outcome(mitigation.gate.then),
            because="nobody decided in time",
        )
        for mitigation in incident.open_gates
        if mitigation.gate and incident.timers.get(gate_timer(mitigation.id), command.at) <= command.at
    ]


def find(incident: Incident, mitigation: str) -> Mitigation:
    found = incident.mitigations.get(mitigation)
    if found is None:
        raise NoSuchMitigation
    return found


def _mitigating(
    command: Propose | CastVote, events: Iterable[AnyEvent], incident: Incident, policy: Policy
) -> Iterable[AnyEvent]:
    """What is approved executes: the stage follows by itself."""
    for event in events:
        incident = evolve(incident, event, incident.id)
    because = "a mitigation begins"
    return moved_by_itself(Trigger.MITIGATION, incident, policy, by=command.by, at=command.at, because=because)
