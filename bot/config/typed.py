"""What is written at a place of a file, as its model; where it does not fit, as its mistakes."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.config.documents import Document
from bot.config.mistakes import Mistake, Place
from bot.config.sentences import mistake_of


def typed(kind: Any, document: Document, top: Place, named: Mapping[str, str], found: list[Mistake]) -> Any:
    """Read what stands at `top` as `kind`; None where it does not fit.

    `named` is what its place says: what a thing is called comes from where it stands.
    """
    tree = document.at(top)
    for key in named.keys() & (tree if isinstance(tree, dict) else {}):
        place = "the key above it" if top else "the file's name"
        found.append(document.mistake((*top, key), f"the {key} is {place}", "Remove this line."))
    try:
        return TypeAdapter(kind).validate_python({**tree, **named} if isinstance(tree, dict) else tree)
    except ValidationError as error:
        details = error.errors(include_url=False)
        mistakes = (mistake_of(detail, kind, document, top, named) for detail in details)
        found += [mistake for mistake in mistakes if mistake]
        return None
