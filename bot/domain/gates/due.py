"""What a gate waits for: when something of it falls due next, what is to be looked up, and what may still be sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.gates.count import Place, awaited, barred_from, deputies, in_play, is_known, room_in
from bot.domain.gates.gate import Call, Chair, Debt, Gate, StandIn
from bot.domain.gates.seat import Seat
from bot.domain.oncall.hours import covers


def next_due(gate: Gate) -> datetime | None:
    """Return when something falls due: a limit, a deputy, a notice, a debt. None: nothing ever will by itself."""
    if not gate.is_open:
        return _debt_due(gate.debt) if gate.debt is not None else None
    if gate.trial_due is not None:
        return gate.trial_due
    times = [] if gate.limit_due is None or gate.is_contested else [gate.limit_due]
    if gate.latest is not None:
        times.append(gate.latest.due)
    for call in in_play(gate):
        times += [due for _, _, due in deputies_due(gate, call)]
        times += [due for _, due in notices_due(gate, call)]
        if call.notice_at is not None:
            times.append(call.notice_at)
    return min(times, default=None)


def _debt_due(debt: Debt) -> datetime | None:
    """Return when a countersignature falls due, or is reminded of; None: it was given, or asked for often enough."""
    if not debt.is_owed:
        return None
    return min(filter(None, (debt.remind_at, None if debt.is_told else debt.due)), default=None)


def deputies_due(gate: Gate, call: Call) -> Iterator[tuple[Chair, StandIn, datetime]]:
    """Go through those who are silent and have a deputy who can be asked, each with the time for it.

    Where there is no room for one more yes, nobody is asked for it; whoever has voted already counts for them, too.
    """
    if all(chair.deputy_at is None for chair in call.chairs):
        return
    room, voted = room_in(gate, call), gate.votes_of(call.ballot)
    for chair, deputy in deputies(gate, call):
        person, principal = gate.person(deputy.account), gate.person(chair.principal)
        needed = room is None or person in voted or room.takes(person, Place(person, principal, chair.seat))
        if chair.deputy_at is not None and needed:
            yield chair, deputy, chair.deputy_at


def notices_due(gate: Gate, call: Call) -> Iterator[tuple[Chair, datetime]]:
    """Go through those who are told next, each with the time for it."""
    if any(chair.notice_at is not None for chair in call.chairs):
        yield from ((chair, due) for chair in awaited(gate, call) if (due := chair.notice_at) is not None)


def first_told(gate: Gate, call: Call, now: datetime) -> datetime | None:
    """Return when the first of a tier is told, or was; None: nobody is, as far as it is known."""
    if gate.tier_of(call).is_open_to_all:
        return call.at
    silent = awaited(gate, call)
    there = (chair for chair in call.chairs if not chair.is_away)
    times = [chair.at for chair in there if chair.told]
    times += [max(chair.notice_at, now) for chair in silent if chair.notice_at is not None and not chair.told]
    return min(times, default=None)


def nobody_was_told(gate: Gate) -> bool:
    """Say whether somebody could say no to what is open now, and none of those who could was told of it."""
    barred, calls = barred_from(gate, gate.current), gate.calls_of(gate.current)
    if any(gate.tier_of(call).is_open_to_all for call in calls):
        return False
    could = [
        chair
        for call in calls
        for chair in call.chairs
        if not chair.is_away and gate.person(chair.account) not in barred
    ]
    unknown = any(not is_known(gate, call) for call in calls)
    return (unknown or bool(could)) and not any(chair.told for chair in could)


@dataclass(frozen=True, slots=True)
class LookUp:
    """Who sits in these seats now? The answer is RecordAsked, with this turn."""

    turn: int
    seats: tuple[Seat, ...]


def wanted(gate: Gate) -> list[LookUp]:
    """List what is to be looked up; what comes back later than it is wanted changes nothing."""
    if not gate.is_open:
        return []
    calls = gate.calls_of(gate.current)
    return [LookUp(call.turn, gate.tier_of(call).seats) for call in calls if not is_known(gate, call)]


def may_be_told(gate: Gate, turn: int, account: str) -> bool:
    """Say whether a notice that was ordered may still go out: nothing follows an outcome, an answer, or a change.

    Nor is anybody told whose tier can't pass any more.
    """
    call = gate.call(turn)
    if not gate.is_open or call is None or call not in in_play(gate):
        return False
    if gate.person(account) in barred_from(gate, call.ballot):
        return False
    return any(chair.account == account for chair in awaited(gate, call))


def told_later(gate: Gate) -> dict[str, datetime]:
    """Return those who are asked and left in peace so far, each with when they are told."""
    told, later = set[str](), dict[str, datetime]()
    for call in in_play(gate):
        for chair in awaited(gate, call):
            if chair.told or chair.notice_at is None:
                told.add(chair.account)
            else:
                later[chair.account] = min(chair.notice_at, later.get(chair.account, chair.notice_at))
    return {account: at for account, at in later.items() if account not in told}


def may_be_called(gate: Gate, account: str, at: datetime) -> bool:
    """Say whether somebody may be called by name before others at a time: outside their quiet hours and the policy's.

    The policy's spare whoever is on shift. Of those who aren't asked by name no quiet hours are known here.
    """
    if gate.wakes:
        return True
    asked = [(call, chair) for call, chair in gate.asked(gate.current) if chair.account == account]
    is_on_shift = any(gate.tier_of(call).seats[chair.seat].schedule is not None for call, chair in asked)
    if not is_on_shift and covers(gate.policy.quiet, gate.policy.zone, at):
        return False
    return not any(covers(chair.quiet, chair.zone, at) for _, chair in asked)
