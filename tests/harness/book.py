"""A small on-call book: whom the tests call, and in which order."""

from bot.domain.oncall.escalation import EscalationPolicy, Target, Tier
from bot.domain.oncall.reach import SLACK, Reachable, Way


def policy(
    *limits: float, repeats: int = 0, lapses: float | None = None, last_resort: str | None = None
) -> EscalationPolicy:
    """A policy with as many tiers as limits, in seconds."""
    tiers = tuple(Tier(notify=(Target(schedule=f"line-{n}"),), limit=limit) for n, limit in enumerate(limits, start=1))
    return EscalationPolicy(
        id="payments",
        title="Payments",
        tiers=tiers,
        max_depth=max(3, len(tiers)),
        repeats=repeats,
        lapses=lapses,
        last_resort=last_resort,
    )


PAYMENTS = policy(300, 600, 900)
"""Five minutes, ten, fifteen."""


def by_slack(person: str, because: str = "on call for Payments, first line") -> Reachable:
    return Reachable(who=person, because=because, ways=(Way(by=SLACK),))


def by_ways(person: str, *ways: tuple[str, float], because: str = "on call for Payments, first line") -> Reachable:
    """Somebody with several contacts: notifier and seconds after the page was ordered."""
    kept = tuple(Way(by=by, contact=number, after=after) for number, (by, after) in enumerate(ways))
    return Reachable(who=person, because=because, ways=kept)
