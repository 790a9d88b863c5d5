"""Who is asked: what a lookup has found, and “not me”."""

from collections.abc import Sequence
from math import ceil

from bot.domain.gates import events as e
from bot.domain.gates import orders as o
from bot.domain.gates.count import barred_from, in_play
from bot.domain.gates.decide.case import Case
from bot.domain.gates.decide.notices import chair_for, first_notice, told_at
from bot.domain.gates.gate import Call, Chair, Found, StandIn, names
from bot.domain.gates.limits import after
from bot.domain.gates.policy import Tier
from bot.domain.gates.rejections import (
    AwaitsDryRun,
    CannotDecide,
    GateIsClosed,
    HasVoted,
    NobodyAsksYou,
    NotTheirSeat,
    NotYou,
    PassedOnTooOften,
)
from bot.domain.gates.seat import in_words
from bot.domain.words import check_length


def seat(case: Case, order: o.RecordAsked) -> None:
    """Seat whoever was found. What was looked up for a call that is gone, or was answered, changes nothing."""
    call = case.gate.call(order.turn)
    if not case.gate.is_open or call is None or call.is_answered or call.ballot != case.gate.current:
        return
    tier = case.gate.tier_of(call)
    barred = barred_from(case.gate, call.ballot, [found.account for found in order.found])
    chairs, missing = dict[tuple[str, int], Chair](), [*order.missing]
    for found in order.found:
        person = case.gate.person(found.account)
        if found.seat >= len(tier.seats) or (person, found.seat) in chairs:
            continue
        chairs[person, found.seat] = _found(case, tier, found, is_barred=person in barred)
        if person in barred:
            missing.append(_barred(case, found.account))
    case.add(
        e.PeopleAsked(
            by=order.by,
            at=case.at,
            turn=order.turn,
            chairs=tuple(chairs.values()),
            missing=tuple(dict.fromkeys(missing)),
        )
    )


def out_of_reach(case: Case, order: o.RecordOutOfReach) -> None:
    """Wait no more for somebody who can't be asked. Whoever has answered by another way needs no asking."""
    call = case.gate.call(order.turn)
    if not case.gate.is_open or call is None:
        return
    person = case.gate.person(order.account)
    if any(case.gate.person(chair.account) == person for chair in case.gate.silent(call)):
        fact = e.PersonOutOfReach(
            by=order.by, at=case.at, turn=order.turn, account=order.account, because=order.because
        )
        case.add(fact)


def _barred(case: Case, account: str) -> str:
    if case.gate.is_author(account):
        return f"<@{account}> proposed or changed it, so others decide."
    return f"<@{account}> counts in an earlier step already."


def _found(case: Case, tier: Tier, found: Found, *, is_barred: bool) -> Chair:
    told, notice_at = (0, None) if is_barred or found.is_away else first_notice(case, tier, found, found.seat)
    deputy_at = None
    if is_barred or found.is_away:
        deputy_at = case.at
    elif tier.deputy_after is not None:
        since = told_at(case, case.at, found, tier.seats[found.seat])
        deputy_at = after(since, tier.deputy_after, tier.hours, tier.zone)
    return Chair(
        account=found.account,
        seat=found.seat,
        principal=found.account,
        because=found.because,
        at=case.at,
        deputies=found.deputies,
        deputy_at=deputy_at,
        is_away=found.is_away,
        told=told,
        notice_at=notice_at,
        quiet=found.quiet,
        zone=found.zone,
        wakes=found.wakes,
    )


def whom(case: Case) -> str:
    """Name who can decide now, for those who can't."""
    gate, barred, calls = case.gate, barred_from(case.gate, case.gate.current), in_play(case.gate)
    people = [
        chair.account
        for call in calls
        for chair in call.chairs
        if gate.person(chair.account) not in barred and not chair.declined
    ]
    tiers = [gate.tier_of(call) for call in calls] or gate.steps[gate.step].tiers[:1]
    return names(people) or in_words(seat for tier in tiers for seat in tier.seats)


def check_asked(case: Case) -> None:
    """Raise AwaitsDryRun while nobody is asked yet."""
    due = case.gate.trial_due
    if due is not None:
        raise AwaitsDryRun(seconds=ceil((due - case.at).total_seconds()))


def pass_on(case: Case, order: o.PassOn) -> None:
    gate = case.gate
    if gate.outcome is not None:
        raise GateIsClosed(outcome=gate.outcome.value)
    check_length(order.because)
    check_asked(case)
    person, to = gate.person(order.by), gate.person(order.to)
    if to == person:
        raise NotYou
    if gate.vote_of(order.by, gate.current) is not None:
        raise HasVoted
    mine = [(call, chair) for call, chair in gate.asked(gate.current) if gate.person(chair.account) == person]
    if not mine:
        raise NobodyAsksYou(asked=whom(case))
    mine = [(call, chair) for call, chair in mine if not chair.declined]
    if not mine:
        return
    if to in barred_from(gate, gate.current):
        raise CannotDecide(to=order.to)
    for call, chair in mine:
        _check_passing_on(case, call, chair, order.to)
    for turn in dict.fromkeys(call.turn for call, _ in mine):
        _pass_call_on(case, order, turn, [chair for call, chair in mine if call.turn == turn])


def _check_passing_on(case: Case, call: Call, chair: Chair, to: str) -> None:
    """Only a route lets anybody be named: other seats belong to those whom the policy names, and their deputies."""
    if chair.links >= case.gate.policy.max_depth:
        raise PassedOnTooOften(limit=chair.links)
    seat = case.gate.tier_of(call).seats[chair.seat]
    person = case.gate.person(to)
    sits = any(one.seat == chair.seat and case.gate.person(one.account) == person for one in call.chairs)
    stands_in = any(case.gate.person(deputy.account) == person for deputy in chair.deputies)
    if seat.route is None and not seat.anyone and not sits and not stands_in:
        raise NotTheirSeat(seat=seat.words)


def _pass_call_on(case: Case, order: o.PassOn, turn: int, mine: Sequence[Chair]) -> None:
    call = case.gate.call(turn)
    assert call is not None
    to = case.gate.person(order.to)
    taken = {chair.seat for chair in call.chairs if case.gate.person(chair.account) == to and not chair.declined}
    known = {deputy.account: deputy for chair in mine for deputy in chair.deputies}
    named = known.get(order.to, StandIn(account=order.to))
    because = f"named by <@{order.by}>, who said: not me"
    chairs = tuple(
        chair_for(case, call, named, chair.seat, principal=chair.principal, because=because, links=chair.links + 1)
        for chair in mine
        if chair.seat not in taken
    )
    case.add(e.PassedOn(by=order.by, at=case.at, turn=turn, to=order.to, chairs=chairs, because=order.because))
