"""When people are told: at once, or when they wake; and again, as long as they are silent."""

from datetime import datetime

from bot.domain.gates.decide.case import Case
from bot.domain.gates.gate import Call, Chair, Found, StandIn
from bot.domain.gates.limits import after, awake
from bot.domain.gates.policy import Tier
from bot.domain.gates.seat import Seat

SLEEPS = 7
"""How many nights in turn, somebody's own and the policy's, are waited for at most: then they are told."""


def first_notice(case: Case, tier: Tier, who: StandIn | Found, seat: int) -> tuple[int, datetime | None]:
    """Return how often somebody is told with this, and when next: whoever sleeps is told when they wake."""
    first = told_at(case, case.at, who, tier.seats[seat])
    return (0, first) if first > case.at else (1, following(case, tier, 1, who, seat))


def following(case: Case, tier: Tier, told: int, who: StandIn | Found | Chair, seat: int) -> datetime | None:
    if tier.renotify is None or told >= tier.notices:
        return None
    return told_at(case, after(case.at, tier.renotify), who, tier.seats[seat])


def told_at(case: Case, at: datetime, who: StandIn | Found | Chair, seat: Seat) -> datetime:
    """Return when somebody may be told: outside their quiet hours, and the policy's, which spare shifts."""
    policy = case.gate.policy
    if case.gate.wakes or (not isinstance(who, StandIn) and who.wakes):
        return at
    first = awake(at, who.quiet, who.zone)
    if seat.schedule is not None:
        return first
    for _ in range(SLEEPS):
        later = awake(first, policy.quiet, policy.zone)
        if later == first:
            break
        first = awake(later, who.quiet, who.zone)
    return first


def channel_notice(case: Case, tier: Tier, told: int) -> datetime | None:
    if not tier.is_open_to_all or tier.renotify is None or told >= tier.notices:
        return None
    return after(case.at, tier.renotify)


def chair_for(
    case: Case, call: Call, who: StandIn, seat: int, *, principal: str, because: str, links: int = 0
) -> Chair:
    """Seat somebody in another's place, and say when they are told; who is asked there already isn't told anew."""
    there = next((chair for chair in call.chairs if chair.account == who.account and not chair.declined), None)
    if there is not None:
        told, notice_at = there.told, there.notice_at
    else:
        told, notice_at = first_notice(case, case.gate.tier_of(call), who, seat)
    return Chair(
        account=who.account,
        seat=seat,
        principal=principal,
        because=(because,),
        at=case.at,
        told=told,
        notice_at=notice_at,
        quiet=who.quiet,
        zone=who.zone,
        links=links,
    )
