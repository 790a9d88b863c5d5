"""Policies: can each open incident's own still be read?"""

from collections.abc import Iterator

from bot.audit.facts import Facts
from bot.audit.finding import Finding, counted, several

CURE = (
    "Start the version of Muster that wrote it, or a newer one; or move them on: `/incident policy adopt because …` in "
    "each. Until then they go by the workflow in force."
)


def check(facts: Facts) -> Iterator[Finding]:
    """Nothing stands still for it: the workflow in force stands in."""
    names = [one.id for one in facts.looked if one.incident is not None and one.incident.is_open
             and one.incident.policy in facts.unreadable_policies]  # fmt: skip
    if names:
        yield Finding(
            key="policies:unreadable",
            what=f"{counted(len(names), 'incident')} with a policy that can't be read as kept: {several(names)}.",
            cure=CURE,
            about=tuple(names),
        )
