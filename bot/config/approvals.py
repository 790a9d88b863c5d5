"""Approvals as a workflow writes them: where a mistake in a short form stands."""

from collections.abc import Mapping
from typing import Any, get_args

from bot.config.documents import Document
from bot.config.mistakes import Place
from bot.domain.gates.policy import Model

SHORT = {"limit": "next_after"}
"""What a key of a tier is called in a short form, where it has another name."""
SECOND = {"quorum": "second_quorum"}
"""What it is called there of the second tier."""


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
    if rest[:1] == ("seats",):
        return (*place[:2], *_seats(written, step, tier, rest[1:]))
    of_second = SECOND if tier and "fallback" not in written else {}
    return (*place[:2], *(of_second.get(str(key), SHORT.get(str(key), key)) for key in rest[:1]), *rest[1:])


def _seats(written: dict[str, Any], step: int, tier: int, below: Place) -> Place:
    """Find the seats of a tier, and what is `below` them: the number of a seat first."""
    if tier:
        return _one_of(written, "fallback", tier - 1, below) if "fallback" in written else ("second", *below)
    if "chain" in written:
        return _one_of(written, "chain", step, below)
    if "route" in written:
        return ("route", "picks") if below[1:2] == ("voices",) else ("route", *below[2:])  # as many voices as picks
    return ("seats", *below)


def _one_of(written: dict[str, Any], key: str, number: int, below: Place) -> Place:
    """Find a seat that is the only one of its tier, among those that are written in a list."""
    return (key, number, *below[1:]) if isinstance(written[key], list) else (key,)


def _number(place: Place, at: int) -> int:
    found = place[at] if len(place) > at else 0
    return found if isinstance(found, int) else 0


def not_written_out(key: str, approval: Mapping[str, Any]) -> tuple[str, str] | None:
    """Say of a key of short forms why it means nothing in an approval; None where that is told already."""
    kind = approval.get("kind", "mixed")
    if "steps" in approval:
        return "beside steps it means nothing", "Write it in a tier of steps, or remove it."
    if kind not in get_args(Model) or key not in OF_KINDS:
        return None
    return f"kind: {kind} has no {key}", f"Write kind: {OF_KINDS[key]}, or remove it."


OF_KINDS = {
    "chain": "sequential",
    "seats": "parallel",
    "route": "dynamic",
    "fallback": "dynamic",
    "second": "sequential or parallel",
}
"""To which kind of short form a key belongs that says who is asked. Without one of them it is told that nobody is."""
