"""What a manifest names that must be declared elsewhere: told with its line, and with the nearest name."""

from collections.abc import Collection, Iterator
from typing import Any

from bot.config.documents import Document
from bot.config.mistakes import Mistake, Place, shown, suggest


def unknown(document: Document, pattern: Place, names: Collection[str], called: str) -> Iterator[Mistake]:
    """Tell each word at these places that is none of the names. In `pattern`, “*” is any key or position."""
    for place, word in _values(document.tree, pattern):
        if isinstance(word, str) and word not in names:
            what = f"no {called} is called {shown(word)}"
            yield document.mistake(place, what, suggest(word, sorted(names), "There are"))


def _values(tree: Any, pattern: Place, above: Place = ()) -> Iterator[tuple[Place, Any]]:
    if not pattern:
        yield above, tree
        return
    first, rest = pattern[0], pattern[1:]
    match tree:
        case dict():
            for key in tree if first == "*" else [first] if first in tree else []:
                yield from _values(tree[key], rest, (*above, key))
        case list() if first == "*":
            for index, value in enumerate(tree):
                yield from _values(value, rest, (*above, index))
        case _:
            return
