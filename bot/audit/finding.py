"""A finding: one thing that is wrong, what cures it, and what it keeps from working."""

from collections.abc import Sequence

from bot.domain.runbook import Frozen

NAMED = 3
"""Things of one kind that a sentence names; of more it says how many."""


class Finding(Frozen):
    key: str
    """The same while the same thing is wrong, however its figures move: it is told once."""
    what: str
    """A sentence."""
    cure: str
    """What a person can do about it."""
    severe: bool = False
    """Incidents may be standing still: no heartbeat goes out while it is there."""
    mutes: bool = False
    """It keeps Slack from hearing of it: the contact is told at once."""
    about: tuple[str, ...] = ()
    """Incidents that are looked at again in the next round, whosever turn it is there."""


def several(names: Sequence[str]) -> str:
    """Name a few things, and say how many more there are: `INC-1, INC-2, INC-3 and 4 more`."""
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def counted(number: int, thing: str) -> str:
    """Say `1 effect`, `2,000 effects`."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")
