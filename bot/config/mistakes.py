"""What is wrong with a manifest: the file, the line, what it is and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

Place = tuple[str | int, ...]
"""Where a value stands in its file: keys and positions from the top."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    file: str
    line: int
    """0: not a line of a file; the environment."""
    what: str
    instead: str

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    def __str__(self) -> str:
        return _on_one_line(f"{self.place}: {self.what}. {self.instead}")


class ManifestMistakes(Exception):
    """Manifests that cannot be used. Carries every mistake of every file, so that one round of edits is enough."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(map(str, self.mistakes)))


def shown(value: object) -> str:
    """Quote a value in a sentence."""
    text = _on_one_line(str(value))
    return f"“{text if len(text) <= 60 else text[:59] + '…'}”"


def _on_one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in " ".join(text.split()))


def listed(words: Iterable[str]) -> str:
    return ", ".join(words) or "none"


def suggest(word: object, known: Iterable[str], otherwise: str) -> str:
    """Offer the nearest known word, or all of them after `otherwise`."""
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(str(word).lower(), by_lower, n=1)
    return f"Did you mean “{by_lower[near[0]]}”?" if near else f"{otherwise}: {listed(by_lower.values())}."
