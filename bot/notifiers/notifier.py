"""What every notifier gets and says: a notice, the means to send it, and what came of it."""

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol

from pydantic import AwareDatetime, BeforeValidator

from bot.domain.runbook import Frozen
from bot.domain.severity import Severity

How = Literal["acknowledged", "resolved"]
"""What became of a page, for systems that keep a state of their own."""

REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the order of what follows around, our own words included. Marks for one letter (RLM) stay."""


def _lines(text: Any) -> Any:
    """Take out of a text what is no text: control characters, half characters, reordering marks."""
    if not isinstance(text, str):
        return text
    broken = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(_shown(letter) for letter in broken)


def _shown(letter: str) -> str:
    if letter in "\n\t":
        return letter
    match unicodedata.category(letter):
        case "Cc":
            return " "
        case "Cs":
            return "\ufffd"
        case _:
            return "" if letter in REORDERING else letter


def _line(text: Any) -> Any:
    return " ".join(_lines(text).split()) if isinstance(text, str) else text


Line = Annotated[str, BeforeValidator(_line)]
Lines = Annotated[str, BeforeValidator(_lines)]


class Notice(Frozen):
    """What somebody is told, whatever carries it. Its texts hold nothing but text, whatever was typed."""

    key: Line
    """Names this page to the outside: the same however often it is tried, and when it is settled."""
    incident: Line
    """`INC-42`."""
    severity: Severity
    title: Line
    service: Line = ""
    headline: Line
    """One line: `P1 INC-42 checkout is down`."""
    text: Lines
    """The whole in plain words, several lines."""
    link: Line = ""
    """Where to go."""
    person: Line = ""
    """The name of who is told."""
    at: AwareDatetime
    """When it was decided that the person is told."""
    bundled: int = 1
    """How many pages this one stands for."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side has taken it."""

    detail: str
    """For the timeline: `e-mail to ana@example.com`."""


class Passing(Exception):
    """Trying again may help. `seconds`: how long the other side asked us to wait, None if it didn't say."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.seconds = seconds


class Undeliverable(Exception):
    """It never will be delivered. `cure`: what an operator can do about it."""

    def __init__(self, why: str, cure: str) -> None:
        super().__init__(f"{why} {cure}")
        self.why = why
        self.cure = cure


class Slack(Protocol):
    """The seam to Slack, which this family doesn't know: the worker fulfils it with its desk."""

    def tell(self, to: str, notice: Notice) -> None:
        """Tell a person in a direct message with buttons; `to` is a member id, `U024BE7LH`.

        Once per `notice.key`, however often it is called. Raises Passing, Undeliverable.
        """
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """What a notifier may use for one attempt."""

    secrets: Mapping[str, str]
    """The environment: operators declare names of variables, and what they hold is here."""
    slack: Slack
    now: datetime
    """When this attempt is made; signatures carry it."""


def secret(secrets: Mapping[str, str], name: str) -> str:
    """Return what a variable holds, without the blank ends that copying leaves. Raises Undeliverable."""
    value = secrets.get(name, "").strip()
    if not value:
        raise Undeliverable(f"{name} is not set.", f"Set {name} in the environment of the workers.")
    if not value.isprintable():
        raise Undeliverable(f"{name} holds control characters.", f"Copy {name} again, on one line.")
    return value


def cut(text: str, limit: int) -> str:
    """Shorten a text to `limit` UTF-16 units, as most services count: an emoji is two."""
    if _units(text) <= limit:
        return text
    kept = text[:limit]
    while _units(kept) > limit - 1:
        kept = kept[: -max(1, (_units(kept) - limit) // 2)]
    return kept + "…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def named(key: str, limit: int) -> str:
    """Fit a key into `limit` characters, so that two keys stay two."""
    return key if _units(key) <= limit else hashlib.sha256(key.encode()).hexdigest()[:limit]
