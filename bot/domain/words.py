"""What people write: there must be something to read, and it must fit."""

import unicodedata

from bot.domain.rejected import Rejected

TITLE_LIMIT = 200
TEXT_LIMIT = 3000
"""Characters; Slack's section block holds 3,000."""


class TitleMissing(Rejected):
    """Say in a few words what is wrong: `/incident declare p1 checkout is down`."""

    field = "title"


class TextMissing(Rejected):
    """There is no text yet. Write at least a word."""

    field = "text"


class TextTooLong(Rejected):
    """That is {length:,} characters; {limit:,} fit. Put the rest into a file and pin it here."""

    field = "text"


class TitleTooLong(TextTooLong):
    """That title is {length:,} characters; {limit:,} fit. Say it shorter, and the rest in `/incident note …`."""

    field = "title"


def check_title(title: str) -> None:
    if not has_words(title):
        raise TitleMissing
    if len(title) > TITLE_LIMIT:
        raise TitleTooLong(length=len(title), limit=TITLE_LIMIT)


def check_text(text: str) -> None:
    """Check the text that a command is about."""
    if not has_words(text):
        raise TextMissing
    check_length(text)


def check_length(text: str) -> None:
    """Check a reason or comment, which may be empty."""
    if len(text) > TEXT_LIMIT:
        raise TextTooLong(length=len(text), limit=TEXT_LIMIT)


def has_words(text: str) -> bool:
    """Say whether there is anything to see: not only spaces, joiners and marks of direction."""
    return any(char.isprintable() and not char.isspace() for char in text)


def says_something(text: str) -> bool:
    """Say whether there is a letter or a figure in it: a lone dot shows nothing to anybody."""
    return any(char.isalnum() for char in text)


def is_a_phrase(text: str) -> bool:
    """Say whether it is two words at least. Where a writing has no spaces between words, two signs are."""
    words = [word for word in text.split() if says_something(word)]
    return len(words) >= 2 or sum(unicodedata.category(char) == "Lo" for char in text) >= 2
