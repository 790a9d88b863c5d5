"""The kit for views: text made safe, blocks cut to Slack's limits, messages that say it all in `text`."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Names = Callable[[str], str]
"""A person's id → the name to show, so that nobody is pinged who need not be."""

MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")


@dataclass(frozen=True, slots=True)
class Message:
    text: str
    """Says it all by itself: lock screens and screen readers show nothing else."""
    blocks: tuple[dict[str, Any], ...] = ()


def escape(text: str) -> str:
    """Make people's words safe in mrkdwn: no mention, no link, no channel ping survives. (Slack: only & < > count.)"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def named(text: str, names: Names) -> str:
    """Replace `<@U…>` by the person's name."""
    return MENTION.sub(lambda found: names(found[1]), text)


def cut(text: str, limit: int) -> str:
    """Shorten to `limit` characters, showing that something is missing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def when(at: datetime, style: str = "{time}") -> str:
    """A Slack date token: each reader sees their own time."""
    return f"<!date^{int(at.timestamp())}^{style}|{at:%H:%M} UTC>"


def header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": plain(text, 150)}


def section(text: str, accessory: dict[str, Any] | None = None) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "section", "text": mrkdwn(text)}
    return {**block, "accessory": accessory} if accessory else block


def fields(texts: Sequence[str]) -> dict[str, Any]:
    return {"type": "section", "fields": [mrkdwn(text, 2000) for text in texts[:10]]}


def context(*texts: str) -> dict[str, Any]:
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[:10] if text]}


def divider() -> dict[str, Any]:
    return {"type": "divider"}


def actions(elements: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements[:25])}


def mrkdwn(text: str, limit: int = 3000) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": cut(text, limit)}


def plain(text: str, limit: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": cut(text, limit), "emoji": True}
