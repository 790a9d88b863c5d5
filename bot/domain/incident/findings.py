"""What people find out and promise: confirmations, hypotheses, action items, and the sources that notes lead to."""

import re
from datetime import date, datetime
from enum import StrEnum

from bot.domain.hats import Hat
from bot.domain.runbook import Frozen

LINK = re.compile(r"https?://[^\s<>|]+[^\s<>|.,:;!?)'\"*_~`]")

SOURCES_KEPT = 10
"""Sources that the state remembers; the record has them all."""


class Confirmation(Frozen):
    """Somebody's word that a criterion is met."""

    by: str
    at: datetime
    stage: str
    """The id of the stage that the incident was in. Coming back to it, the incident asks anew."""
    hat: Hat
    """For which hat they spoke."""
    evidence: str = ""
    is_past: bool = False
    """Something has run since, or the incident has gone back: it says nothing of what came of that."""


class Hypothesis(Frozen):
    """What might be the cause."""

    text: str
    by: str
    at: datetime
    evidence: str = ""
    ruled_out_by: str | None = None
    because: str = ""
    """What rules it out."""

    @property
    def stands(self) -> bool:
        return self.ruled_out_by is None

    @property
    def theme(self) -> str:
        """What it says, however it is written: the same stated twice is one alternative."""
        return " ".join(re.findall(r"\w+", self.text.casefold())) or self.text


class Priority(StrEnum):
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class ActionItem(Frozen):
    """What somebody will do so that it does not happen again."""

    title: str
    owner: str | None = None
    priority: Priority | None = None
    due: date | None = None
    link: str = ""
    """Where it is tracked."""

    @property
    def lacks(self) -> tuple[str, ...]:
        """Name what it still needs, so that somebody will have done it in a month."""
        named = {"owner": self.owner, "priority": self.priority, "due date": self.due, "link": self.link}
        return tuple(name for name, value in named.items() if not value)


def page_of(link: str) -> str:
    """Name the page that a link leads to: another query or place on it is no other source."""
    _, _, rest = link.partition("://")
    host, slash, path = re.split(r"[?#]", rest, maxsplit=1)[0].rstrip("/").partition("/")
    return f"{host.casefold()}{slash}{path}"


def link_in(text: str) -> str:
    """Return the first link in people's words; empty where there is none."""
    found = LINK.search(text)
    return found[0] if found else ""
