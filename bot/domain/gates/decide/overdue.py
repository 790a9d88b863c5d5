"""What time has done by now: limits that have passed, deputies who are asked, people who are told again."""

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.domain.durations import lasted
from bot.domain.gates import events as e
from bot.domain.gates.count import barred_from, in_play
from bot.domain.gates.decide.case import Case
from bot.domain.gates.decide.dry_runs import is_late
from bot.domain.gates.decide.glass import call_in
from bot.domain.gates.decide.notices import chair_for, channel_notice, following
from bot.domain.gates.decide.settle import end, go_on, settle
from bot.domain.gates.due import deputies_due, first_told, notices_due
from bot.domain.gates.gate import Call, Chair
from bot.domain.gates.limits import after
from bot.domain.ids import SYSTEM

SOON = timedelta(minutes=1)
"""Whoever is told by then after a tier was called is told at once: a lookup takes a moment."""


def catch_up(case: Case) -> None:
    """Do what time has done by now, and what follows from it: limits first, so that nobody is told of what is over."""
    while case.gate.is_open and any(does(case) for does in IN_TURN):
        settle(case)
    _remind(case)
    call_in(case)


def _is_put_off(case: Case) -> bool:
    """Let a tier's limit run from when the first of it is told; and the whole gate's, if nobody was told before."""
    gate, call = case.gate, case.gate.latest
    first = None if call is None else first_told(gate, call, case.at)
    if call is None or first is None or first - call.begins <= SOON:
        return False
    tier = gate.tier_of(call)
    due = max(call.due, after(first, tier.limit, tier.hours, tier.zone))
    case.add(e.LimitPutOff(by=SYSTEM, at=case.at, turn=call.turn, since=first, due=due, limit_due=_whole_put_off(case)))
    return True


def _whole_put_off(case: Case) -> datetime | None:
    """Put a gate's limit off by as much as the first of all who are asked now is told later than they were called."""
    gate, calls = case.gate, in_play(case.gate)
    if gate.limit_due is None or gate.is_contested:
        return None
    told = [first for call in calls if (first := first_told(gate, call, case.at)) is not None]
    later = min(told) - max(call.begins for call in calls)
    return gate.limit_due + later if later > timedelta() else None


def _limit_is_up(case: Case) -> bool:
    gate = case.gate
    if gate.limit_due is None or gate.is_contested or gate.trial_due is not None or case.at < gate.limit_due:
        return False
    then = gate.policy.then
    if then == "escalate":
        case.add(e.LimitPassed(by=SYSTEM, at=case.at))
        go_on(case, f"nobody decided in {lasted(timedelta(seconds=gate.policy.limit or 0))}")
    else:
        end(case, then, "time", "nobody decided in time")
    return True


def _tier_is_up(case: Case) -> bool:
    call = case.gate.latest
    if call is None or case.at < call.due:
        return False
    go_on(case, f"nobody decided in {lasted(call.due - call.begins)}")
    return True


def _ask_deputies(case: Case) -> bool:
    """Ask all deputies whose time has come; False: nobody's has."""
    before = len(case.facts)
    for turn in [call.turn for call in in_play(case.gate)]:
        while (call := case.gate.call(turn)) is not None and _ask_deputy(case, call):
            pass
    return len(case.facts) > before


def _ask_deputy(case: Case, call: Call) -> bool:
    """Ask a deputy for all seats of somebody who doesn't answer, or may not; False: nobody's is due."""
    for silent, deputy, due in deputies_due(case.gate, call):
        if due <= case.at:
            person = case.gate.person(silent.account)
            theirs = {one.seat: one for one in call.chairs if case.gate.person(one.account) == person and one.deputies}
            because = f"deputy of <@{silent.account}>, who {_why_not(case, call, silent)}"
            chairs = tuple(
                chair_for(case, call, deputy, one.seat, principal=one.principal, because=because)
                for one in theirs.values()
            )
            asked = e.DeputyAsked(by=SYSTEM, at=case.at, turn=call.turn, instead_of=silent.account, chairs=chairs)
            case.add(asked)
            return True
    return False


def _why_not(case: Case, call: Call, chair: Chair) -> str:
    if case.gate.person(chair.account) in barred_from(case.gate, call.ballot):
        return "may not decide this"
    if chair.is_away:
        return "can't be asked now"
    waited = case.at - chair.at
    return f"hasn't answered for {lasted(waited)}" if waited else "is away"


def _remind(case: Case) -> None:
    if not case.gate.is_open:
        return
    for call in in_play(case.gate):
        silent = dict[str, datetime | None]()
        for chair, due in notices_due(case.gate, call):
            if due <= case.at:
                silent[chair.account] = following(case, case.gate.tier_of(call), chair.told + 1, chair, chair.seat)
        if call.notice_at is not None and call.notice_at <= case.at:
            again = channel_notice(case, case.gate.tier_of(call), call.told + 1)
            case.add(e.ChannelReminded(by=SYSTEM, at=case.at, turn=call.turn, following=again))
        if silent:
            case.add(e.PeopleReminded(by=SYSTEM, at=case.at, turn=call.turn, following=silent))


IN_TURN: tuple[Callable[[Case], bool], ...] = (is_late, _is_put_off, _limit_is_up, _tier_is_up, _ask_deputies)
"""What time does, each in a fact; False: there is nothing of it to do."""
