"""What people write: there must be something to read, and it must fit."""

from bot.domain.incident.rejections import TextTooLong

TEXT_LIMIT = 3000
"""Characters; Slack's section block holds 3,000."""


def check_length(text: str) -> None:
    """Check a reason or comment, which may be empty."""
    if len(text) > TEXT_LIMIT:
        raise TextTooLong(length=len(text), limit=TEXT_LIMIT)


def has_words(text: str) -> bool:
    """Say whether there is anything to see: not only spaces, joiners and marks of direction."""
    return any(char.isprintable() and not char.isspace() for char in text)
