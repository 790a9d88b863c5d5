"""What a gate waits for: when something of it falls due next, what is to be looked up, and what may still be sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.gates.count import ayes, barred_from, is_known, next_deputy
from bot.domain.gates.policy import Seat
from bot.domain.gates.state import Call, Chair, Gate


def next_due(gate: Gate) -> datetime | None:
    """Return when something falls due: a limit, a deputy, a notice, a debt. None: nothing ever will by itself."""
    if not gate.is_open:
        debt = gate.debt
        return debt.due if debt is not None and debt.signed_by is None and not debt.is_told else None
    times = [] if gate.limit_due is None or gate.is_contested else [gate.limit_due]
    if gate.latest is not None:
        times.append(gate.latest.due)
    for call in gate.calls_of(gate.current):
        times += [due for _, due in deputies_due(gate, call)]
        times += [due for _, due in notices_due(gate, call)]
        if call.notice_at is not None:
            times.append(call.notice_at)
    return min(times, default=None)


def deputies_due(gate: Gate, call: Call) -> Iterator[tuple[Chair, datetime]]:
    """Go through those who haven't answered and have a deputy who can be asked, each with the time for it."""
    for chair in call.chairs:
        if chair.deputy_at is not None and next_deputy(gate, call, chair) is not None:
            yield chair, chair.deputy_at


def notices_due(gate: Gate, call: Call) -> Iterator[tuple[Chair, datetime]]:
    """Go through those who are told next, each with the time for it. Where a seat is full, nobody waits for more."""
    for chair in call.chairs:
        if chair.notice_at is not None and not gate.has_answered(chair, call.ballot) and not is_full(gate, call, chair):
            yield chair, chair.notice_at


def is_full(gate: Gate, call: Call, chair: Chair) -> bool:
    """Say whether all voices of somebody's seat have said yes."""
    said = sum(seat == chair.seat for seat in ayes(gate, call).seated.values())
    return said >= gate.tier_of(call).seats[chair.seat].voices


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
    """Say whether a notice that was ordered may still go out: nothing follows an outcome, an answer, or a change."""
    call = gate.call(turn)
    if not gate.is_open or call is None or call.ballot != gate.current:
        return False
    return gate.person(account) not in barred_from(gate, call.ballot) and any(
        chair.account == account and not gate.has_answered(chair, call.ballot) for chair in call.chairs
    )
