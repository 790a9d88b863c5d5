"""Redaction: no secret leaves in what a failure says, whoever repeats it: a server's answer, a library, a url."""

import base64
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import permutations
from urllib.parse import quote, quote_plus, unquote, urlsplit

from bot.notifiers.notifier import Passing, Undeliverable, cut

SHORTEST = 4
"""Characters; hiding anything shorter would make holes in words, and keep nothing secret."""

LONG = 8
"""Characters of a part of a url's path from which on it may be a token; shorter ones are words."""

LONGEST = 500
"""Characters of a reason; what a server answers may be a page."""


@contextmanager
def redacted(secrets: Iterable[str]) -> Iterator[None]:
    """Hide these in the reason of every Passing and Undeliverable of the block; what caused it is cut off.

    A cure is in words of ours alone.
    """
    words = sorted(_spellings(list(secrets)), key=len, reverse=True)
    try:
        yield
    except Passing as passing:
        raise Passing(_hidden(passing.why, words), passing.seconds) from None
    except Undeliverable as undeliverable:
        raise Undeliverable(_sentence(_hidden(undeliverable.why, words)), undeliverable.cure) from None


def _hidden(text: str, words: Iterable[str]) -> str:
    for word in words:
        text = text.replace(word, "•••")
    return cut("".join(letter if letter.isprintable() else " " for letter in " ".join(text.split())), LONGEST)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _spellings(secrets: list[str]) -> set[str]:
    """List the ways in which these come back: as they are, in urls, in JSON, in headers; and the password of a url."""
    plain = {part for secret in secrets for part in _parts(secret)}
    pairs = {f"{user}:{password}" for user, password in permutations(plain, 2)}
    spelt = {spelling for word in plain for spelling in (word, quote(word), quote_plus(word), quote(word, safe=""))}
    escaped = {json.dumps(word)[1:-1] for word in plain}
    encoded = {base64.b64encode(word.encode()).decode() for word in plain | pairs}
    return {word for word in spelt | escaped | encoded if len(word) >= SHORTEST}


def _parts(secret: str) -> Iterator[str]:
    yield secret
    yield " ".join(secret.split())  # as it stands in a sentence
    try:
        url = urlsplit(secret.strip())
    except ValueError:  # no url
        return
    if url.netloc:
        yield from (url.path.strip("/"), url.query)
        yield from (part for part in url.path.split("/") if len(part) >= LONG)
    if url.username and url.password:
        yield from (url.password, unquote(url.password))
        yield f"\0{unquote(url.username)}\0{unquote(url.password)}"  # as SMTP's AUTH PLAIN has it (RFC 4616)
