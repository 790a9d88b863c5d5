"""Hats that do not go together, as a workflow writes them: can they be kept apart at all?"""

from collections.abc import Iterator
from typing import Any

from bot.config.documents import Document, items, words, written
from bot.config.mistakes import Mistake, Place, shown
from bot.domain.hats import Hat


def check(document: Document) -> Iterator[Mistake]:
    """Check the conflicts that can be read."""
    first = dict[frozenset[str], Place]()
    for index, conflict in enumerate(items(document.tree.get("conflicts"))):
        if not isinstance(conflict, dict):
            continue
        place: Place = ("conflicts", index)
        pair = _pair(conflict)
        if conflict.get("hat") == Hat.MITIGATOR.value and "not" in conflict:
            what = "the mitigator runs the fix; nobody could, if the wearer of that hat did not"
            yield document.mistake((*place, "hat"), what, "Name the hat that keeps its hands free: commander.")
        elif len(pair) == 2 and pair[0] == pair[1]:
            what = f"{shown(pair[0])} does not go with itself, so nobody could wear it"
            yield document.mistake((*place, "hats"), what, "Name two different hats.")
        elif len(pair) == 2 and first.setdefault(frozenset(pair), place) != place:
            what = f"{shown(' and '.join(pair))} are kept apart by {written(first[frozenset(pair)])} already"
            yield document.mistake(place, what, "Keep one of the two.")


def _pair(conflict: dict[str, Any]) -> list[str]:
    if isinstance(conflict.get("hat"), str):
        return [conflict["hat"], Hat.MITIGATOR.value]
    return words(conflict.get("hats"))
