"""Reading words: people, free text, `name=value` pairs, and reasons behind `because`."""

import re
import shlex
from collections.abc import Callable

from bot.ports import People

MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
PERSON_ID = re.compile(r"@?([UW][A-Z0-9]{2,})")


def first(words: str) -> tuple[str, str]:
    """Split off the first word."""
    head, _, rest = words.strip().partition(" ")
    return head, rest.strip()


def person(word: str, people: People) -> str | None:
    """Read `<@U123>`, `@U123`, `U123` or `@ana`; None if that is nobody we know."""
    if found := MENTION.fullmatch(word.strip()):
        return found[1]
    if (known := people.id_of(word.strip().removeprefix("@"))) is not None:
        return known
    found = PERSON_ID.fullmatch(word.strip())
    return found[1] if found else None


def plain(words: str, names: Callable[[str], str]) -> str:
    """Turn mentions into names: what is kept never pings anybody."""
    return MENTION.sub(lambda found: f"@{names(found[1])}", words).strip()


def because(words: str) -> str:
    """Take the reason: `because traffic is back` and `traffic is back` say the same."""
    return re.sub(r"^(because|as|since|:|-)\s+", "", words.strip(), flags=re.IGNORECASE)


def pairs(words: str) -> dict[str, str]:
    """Read `instances=6 version="2026.11"`; a word without `=` is kept under its own name, for the error to name it."""
    try:
        parts = shlex.split(words)
    except ValueError:
        parts = words.split()
    return {name: value for name, _, value in (part.partition("=") for part in parts)}
