"""What people write: there must be something to read, and it must fit."""

from bot.domain.incident.rejections import TextMissing, TextTooLong, TitleMissing, TitleTooLong

TITLE_LIMIT = 200
TEXT_LIMIT = 3000
"""Characters; Slack's section block holds 3,000."""


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
