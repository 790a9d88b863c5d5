"""Approvals as a workflow writes them: where a mistake in a short form stands."""

from typing import Any

from bot.config.documents import Document
from bot.config.mistakes import Place

SHORT = {"limit": "next_after"}
"""What a key of a tier is called in a short form, where it has another name."""


def as_written(place: Place, document: Document) -> Place:
    """Find the place of a mistake in an approval that is written in a short form, without steps and tiers."""
    if place[:1] != ("approvals",) or place[2:3] != ("steps",):
        return place
    written = document.at(place[:2])
    if not isinstance(written, dict) or "steps" in written:
        return place
    if len(place) == len(("approvals", "name", "steps")):
        return place[:2]
    step, tier, rest = _number(place, 3), _number(place, 5), place[6:]
    if rest[:1] != ("seats",):
        return (*place[:2], *(SHORT.get(str(key), key) for key in rest[:1]), *rest[1:])
    seats = _seats(written, step, tier)
    if seats == ("route",):
        return (*place[:2], *seats, *(("picks",) if rest[2:3] == ("voices",) else rest[3:]))
    return (*place[:2], *seats, *(rest[2:] if "chain" in written and not tier else rest[1:]))


def _seats(written: dict[str, Any], step: int, tier: int) -> Place:
    """Return under which key the seats of a tier are written."""
    if tier:
        return ("fallback", tier - 1) if "fallback" in written else ("second",)
    if "chain" in written:
        return ("chain", step)
    return ("route",) if "route" in written else ("seats",)


def _number(place: Place, at: int) -> int:
    found = place[at] if len(place) > at else 0
    return found if isinstance(found, int) else 0
