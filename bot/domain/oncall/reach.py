"""Whom a call reaches, and by which ways: what a lookup in the on-call book leads to."""

from typing import Literal

from pydantic import Field

from bot.domain.runbook import Frozen

SLACK = "slack"
"""The way that is always there: a direct message, or a post in a channel."""


class Way(Frozen):
    """One contact of a page."""

    by: str
    """The notifier."""
    contact: int = 0
    """Which of the person's contacts it is, from 0; its address stays in the book, and out of the record."""
    after: float = Field(default=0, ge=0)
    """Seconds after the page was ordered."""
    state: Literal["waiting", "tried", "sent", "failed"] = "waiting"
    tries: int = 0
    detail: str = ""

    @property
    def is_over(self) -> bool:
        return self.state in {"sent", "failed"}


class Reachable(Frozen):
    """Somebody or some place to call."""

    kind: Literal["person", "channel", "group"] = "person"
    who: str
    """A person's or a group's Slack id, a channel's name."""
    because: str
    ways: tuple[Way, ...]
    mention: str = ""
    """A Slack user group that is mentioned there."""
