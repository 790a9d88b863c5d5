"""How far a gate has come: who is for and against it, what is missing, and what time will do."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.gates.count import Count, awaited, ayes, barred_from, could_pass, in_play, passing, rejecting, room_in
from bot.domain.gates.gate import Call, Gate, Vote
from bot.domain.gates.policy import LastResort, Then
from bot.domain.gates.seat import Seat
from bot.domain.gates.subject import Subject


def deciding(gate: Gate, ballot: int) -> Call | None:
    """Return the tier that decides a ballot, or, of those that still can, the one that has come furthest."""
    if (call := passing(gate, ballot)) is not None:
        return call
    calls = gate.calls_of(ballot)
    return min(calls, key=lambda call: (not could_pass(gate, call), ayes(gate, call).lacks, call.tier), default=None)


def within_reach(gate: Gate) -> tuple[Count, ...]:
    """Count the yeses of each tier by which what is asked now may pass, the one that lacks least first."""
    return tuple(sorted((ayes(gate, call) for call in in_play(gate)), key=lambda count: count.lacks))


def approvers(gate: Gate) -> tuple[str, ...]:
    """Name whose yes counts, in any step, in the order of their votes."""
    seated = set[str]()
    for ballot in {call.ballot for call in gate.calls}:
        if (call := deciding(gate, ballot)) is not None:
            seated |= ayes(gate, call).seated.keys()
    said = (vote for vote in gate.votes if vote.choice == "approve" and gate.person(vote.account) in seated)
    return tuple(dict.fromkeys(vote.account for vote in said))


def overriders(gate: Gate) -> tuple[str, ...]:
    """Name whose yes counts against a rejection, in the order of their votes."""
    ballot = gate.override_ballot
    seated = {person for call in gate.calls_of(ballot) for person in ayes(gate, call).seated}
    return tuple(vote.account for person, vote in gate.votes_of(ballot).items() if person in seated)


def opponents(gate: Gate) -> tuple[str, ...]:
    """Name those by whose no it was rejected."""
    return tuple(vote.account for vote in objections(gate))


def objections(gate: Gate) -> tuple[Vote, ...]:
    """Return the noes by which it was rejected, also where that is contested, or was overridden since."""
    return rejecting(gate, gate.step)


def waited_for(gate: Gate) -> tuple[str, ...]:
    """Name whose answer is wanted: those who were asked, may decide, and have said nothing."""
    barred = barred_from(gate, gate.current)
    silent = (chair.account for call in in_play(gate) for chair in awaited(gate, call))
    return tuple(dict.fromkeys(account for account in silent if gate.person(account) not in barred))


def waits_for(gate: Gate, account: str, *, here: bool) -> bool:
    """Say whether somebody's vote is wanted now. `here`: they are in the incident's channel."""
    ballot, person = gate.current, gate.person(account)
    if not gate.is_open or gate.is_author(account) or gate.vote_of(account, ballot) is not None:
        return False
    if not gate.sits(account, ballot, here=here) or person in barred_from(gate, ballot):
        return False
    return any(_is_awaited(person, gate, call) for call in in_play(gate))


def _is_awaited(person: str, gate: Gate, call: Call) -> bool:
    if any(gate.person(chair.account) == person for chair in awaited(gate, call)):
        return True
    room = room_in(gate, call)
    return gate.tier_of(call).is_open_to_all and (room is None or room.takes(person))


@dataclass(frozen=True, slots=True)
class Ending:
    """What happens without a decision."""

    at: datetime
    then: Then
    following: tuple[Seat, ...] = ()
    """Who is asked next, too, where it goes on."""


def ending(gate: Gate) -> Ending | None:
    """Return what time does next to an open gate that nobody decides; where both are up at once, the gate's limit."""
    call, endings = gate.latest, list[Ending]()
    if gate.limit_due is not None and not gate.is_contested:
        following = _following(gate, call) if call is not None else ()
        then = gate.policy.last_resort if gate.policy.then == "escalate" and not following else gate.policy.then
        limit = gate.limit_due
        endings.append(Ending(limit, then, following) if then == "escalate" else _at_last(gate, limit, then))
    if call is not None:
        endings.append(_of_tier(gate, call))
    return min(endings, key=lambda one: one.at, default=None)


def allowed(gate: Gate, wish: LastResort) -> tuple[LastResort, str]:
    """Return what time may do of what the policy wishes, and why not all of it.

    What touches customers' data or compliance doesn't approve itself, nor does what somebody said no to.
    """
    subject = gate.subject
    if not goes_ahead(subject, wish):
        return wish, ""
    if subject.touches:
        return "expire", f"what touches {', '.join(subject.touches)} never approves itself"
    if any(vote.choice == "reject" for vote in gate.votes):
        return "expire", "what somebody said no to never approves itself"
    return wish, ""


def goes_ahead(subject: Subject, wish: LastResort) -> bool:
    """Say whether that does what is asked for."""
    return wish == "approve" or (wish == "roll-back" and subject.purpose == "rollback")


def _of_tier(gate: Gate, call: Call) -> Ending:
    if gate.is_contested:
        return Ending(call.due, "reject")
    following = _following(gate, call)
    if following:
        return Ending(call.due, "escalate", following)
    return _at_last(gate, call.due, gate.policy.last_resort)


def _at_last(gate: Gate, at: datetime, wish: LastResort) -> Ending:
    return Ending(at, allowed(gate, wish)[0])


def _following(gate: Gate, call: Call) -> tuple[Seat, ...]:
    if gate.is_contested:
        return ()
    tiers = gate.steps[call.ballot].tiers
    return tiers[call.tier + 1].seats if call.tier + 1 < len(tiers) else ()
