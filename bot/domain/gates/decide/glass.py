"""Break-glass: going ahead at once, and answering for it afterwards."""

from collections.abc import Iterable

from bot.domain.gates import events as e
from bot.domain.gates import orders as o
from bot.domain.gates.decide.case import Case
from bot.domain.gates.decide.settle import close
from bot.domain.gates.decide.votes import check_subject
from bot.domain.gates.gate import Outcome
from bot.domain.gates.limits import after
from bot.domain.gates.rejections import (
    GateIsClosed,
    IsRefused,
    IsSigned,
    NoGlassHere,
    NothingToSign,
    NotInTheChannel,
    NotYoursToBreak,
    NotYoursToSign,
    SayWhy,
    SignedByAnother,
)
from bot.domain.gates.seat import Seat, in_words
from bot.domain.ids import SYSTEM
from bot.domain.words import check_length, has_words


def break_glass(case: Case, order: o.BreakGlass) -> None:
    gate, glass = case.gate, case.gate.policy.glass
    if gate.outcome is not None:
        if gate.debt is not None and gate.person(gate.debt.by) == gate.person(order.by):
            return
        raise GateIsClosed(outcome=gate.outcome.value)
    if glass is None:
        raise NoGlassHere
    seat = _seat_among(glass.who, order)
    if seat is None:
        raise NotYoursToBreak(who=in_words(glass.who))
    check_subject(case, order.subject)
    if not has_words(order.because):
        raise SayWhy(way="break-glass")
    check_length(order.because)
    case.add(
        e.GlassBroken(
            by=order.by,
            at=case.at,
            because=order.because,
            seat=seat,
            subject=gate.subject.hash,
            due=after(case.at, glass.within),
            remind_at=after(case.at, glass.within / 2),
        )
    )
    close(case, Outcome.OVERRIDDEN, how="glass", because=order.because, by=order.by)


def call_in(case: Case) -> None:
    """Say what time has done to a debt: it is reminded of at half time, it falls due, and is reminded of again."""
    debt, glass = case.gate.debt, case.gate.policy.glass
    if debt is None or glass is None or not debt.is_owed:
        return
    if not debt.is_told and debt.due <= case.at:
        following = after(case.at, glass.nag) if glass.nags else None
        case.add(e.DebtOverdue(by=SYSTEM, at=case.at, remind_at=following))
    elif debt.remind_at is not None and debt.remind_at <= case.at:
        goes_on = debt.is_told and debt.nagged + 1 < glass.nags
        following = after(case.at, glass.nag) if goes_on else None
        case.add(e.DebtReminded(by=SYSTEM, at=case.at, remind_at=following))


def countersign(case: Case, order: o.Countersign) -> None:
    gate, debt, glass = case.gate, case.gate.debt, case.gate.policy.glass
    if debt is None or glass is None:
        raise NothingToSign
    if debt.signed_by is not None:
        if gate.person(debt.signed_by) == gate.person(order.by) and debt.agrees == order.agrees:
            return
        if not debt.agrees:
            raise IsRefused(by=debt.signed_by, because=debt.comment)
        raise IsSigned(by=debt.signed_by)
    if gate.is_author(order.by) or gate.person(order.by) == gate.person(debt.by):
        raise SignedByAnother
    seat = _seat_among(glass.countersigned_by, order)
    if seat is None:
        raise NotYoursToSign(who=in_words(glass.countersigned_by))
    if not order.agrees and not has_words(order.comment):
        raise SayWhy(way="countersign no")
    check_length(order.comment)
    case.add(e.Countersigned(by=order.by, at=case.at, agrees=order.agrees, comment=order.comment, seat=seat))


def _seat_among(seats: Iterable[Seat], order: o.BreakGlass | o.Countersign) -> str | None:
    """Return the name of the first of these seats in which somebody sits; None: in none.

    Raises NotInTheChannel where they would, were they there.
    """
    seats = list(seats)
    for seat in seats:
        if seat.name in order.holds or (seat.anyone and order.here):
            return seat.name
    if any(seat.anyone for seat in seats):
        raise NotInTheChannel(channel=order.channel)
    return None
