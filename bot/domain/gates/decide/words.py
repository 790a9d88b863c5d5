"""What people write, and how seats are named to them."""

from collections.abc import Iterable

from bot.domain.gates.policy import Seat


def has_words(text: str) -> bool:
    """Say whether there is anything to see: not only spaces, joiners and marks of direction."""
    return any(char.isprintable() and not char.isspace() for char in text)


def named(seats: Iterable[Seat]) -> str:
    """Name seats in one line."""
    return ", ".join(dict.fromkeys(seat.name for seat in seats))
