"""The kit for views: text made safe, blocks cut to Slack's limits, messages that say it all in `text`."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2s
from typing import Any, Literal

from bot.domain.ids import SYSTEM
from bot.slack.controls import Control

Names = Callable[[str], str]
"""A person's id → the name to show, so that nobody is pinged who need not be."""

Block = dict[str, Any]
"""A block or an element, as Slack's JSON has it."""

MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and the bidi ones that could turn round the words behind a title."""
PARTIAL = re.compile(r"(<[^>]*|&\w{0,3})$")
LINK = re.compile(r"https?://(?:(?!&[lg]t;)[^\s|<>])+")

TEXT_LIMIT = 3000
"""Characters of a message's `text`; chat.update refuses more than 4,000."""


@dataclass(frozen=True, slots=True)
class Message:
    text: str
    """Says it all by itself: lock screens and screen readers show nothing else."""
    blocks: tuple[Block, ...] = ()


def message(text: str, *blocks: Block | None) -> Message:
    """Put a message together, leaving out what is None."""
    return Message(trim(text, TEXT_LIMIT), tuple(block for block in blocks if block))


def escape(text: str) -> str:
    """Make people's words safe in mrkdwn: no mention, no link, no channel ping survives. (Slack: only & < > count.)"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def named(text: str, names: Names) -> str:
    """Replace `<@U…>` by the person's name."""
    return MENTION.sub(lambda found: names(found[1]), text)


def prose(text: str, limit: int = 3000, names: Names | None = None) -> str:
    """Make people's words safe as a paragraph of their own; urls in them become links."""
    clean = UNSEEN.sub("", named(text, names) if names else text)
    return trim(LINK.sub(_link, escape(clean)), limit)


def line(text: str, limit: int = 300, names: Names | None = None) -> str:
    """Make people's words safe within a line of ours: no break, no code fence, no direction reaches beyond them."""
    flat = " ".join((named(text, names) if names else text).split()).replace("```", "'''")
    return isolated(prose(flat, limit - 2))


def bold(words: str) -> str:
    """Make it bold; words with a star of their own would end that early, and stay as they are."""
    return words if "*" in words else f"*{words}*"


def isolated(text: str) -> str:
    """Keep right-to-left words from reordering what stands around them."""
    is_mixed = any(unicodedata.bidirectional(char) in {"R", "AL", "AN"} for char in text)
    return f"\u2068{text}\u2069" if is_mixed else text


def link(url: str, label: str) -> str:
    """Link to an address of ours; nothing where it isn't one."""
    return f"<{escaped}|{label}>" if LINK.fullmatch(escaped := escape(url)) else ""


def who(person: str, names: Names) -> str:
    return "Muster" if person == SYSTEM else line(names(person), 80)


def each(people: Iterable[str], names: Names) -> str:
    return ", ".join(who(person, names) for person in people)


def mention(person: str) -> str:
    """Ping somebody: for the one who must act, and nobody else."""
    mentioned = f"<@{person}>"
    return mentioned if MENTION.fullmatch(mentioned) else line(person, 80)


def cut(text: str, limit: int) -> str:
    """Shorten to `limit` characters, showing that something is missing."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def trim(text: str, limit: int) -> str:
    """Shorten mrkdwn like `cut`, never in the middle of a `<token>` or an `&amp;`."""
    return text if len(text) <= limit else PARTIAL.sub("", text[: limit - 1]).rstrip() + "…"


def when(at: datetime, style: str = "{time}") -> str:
    """A Slack date token: each reader sees their own time."""
    utc = at.astimezone(UTC)
    return f"<!date^{int(at.timestamp())}^{style}|{utc:{'%Y-%m-%d %H:%M' if 'date' in style else '%H:%M'}} UTC>"


def day(at: datetime) -> str:
    """A date token with today, yesterday or the date before the time."""
    return when(at, "{date_short_pretty} {time}")


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def sentences(*parts: str) -> str:
    """Join what there is to say, each part with its full stop: for a message's `text`."""
    said = [part.strip() for part in parts if part.strip()]
    return " ".join(part if part[-1] in ".!?:…" else f"{part}." for part in said)


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, 150)}


def section(text: str, accessory: Block | None = None) -> Block:
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return {**block, "block_id": _means(accessory), "accessory": accessory} if accessory else block


def paragraphs(text: str, limit: int = 3000) -> list[str]:
    """Cut mrkdwn into pieces that each fit a section: between words, never in the middle of a `<token>`."""
    pieces, rest = list[str](), text
    while len(rest) > limit:
        at = max(rest.rfind(" ", 0, limit), rest.rfind("\n", 0, limit))
        if whole := PARTIAL.sub("", rest[: at if at > 0 else limit]):
            pieces.append(whole)
            rest = rest[len(whole) :].lstrip()
        else:  # a link that is longer than that is none any more
            rest = rest.replace("<", "", 1).replace(">", "", 1)
    return [*pieces, rest]


def fields(texts: Sequence[str]) -> Block:
    return {"type": "section", "fields": [mrkdwn(text, 2000) for text in texts[:10]]}


def context(*texts: str) -> Block:
    return {"type": "context", "elements": [mrkdwn(text) for text in texts[:10] if text]}


def divider() -> Block:
    return {"type": "divider"}


def actions(*elements: Block | None) -> Block:
    shown = [element for element in elements if element][:25]
    return {"type": "actions", "block_id": _means(*shown), "elements": shown}


def button(
    text: str, control: Control, style: Literal["primary", "danger"] | None = None, confirm: Block | None = None
) -> Block:
    element = {"type": "button", "text": plain(text, 75), "action_id": control.action_id, "value": control.value}
    extras = {"style": style, "confirm": confirm}
    return element | {name: value for name, value in extras.items() if value}


def confirm(title: str, text: str, yes: str, no: str = "Not now") -> Block:
    """Ask back before what can't be taken back."""
    return {"title": plain(title, 100), "text": plain(text, 300), "confirm": plain(yes, 30), "deny": plain(no, 30)}


def code(text: str, limit: int = 3000) -> Block:
    """Show text exactly as it is: a rich text block reads no markup at all."""
    element = {"type": "text", "text": cut(text, limit)}
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [element]}]}


def mrkdwn(text: str, limit: int = 3000) -> Block:
    """Text with our markup. Verbatim, or Slack would read `@channel` and `#name` in people's words as its own."""
    return {"type": "mrkdwn", "text": trim(text, limit).strip() or "…", "verbatim": True}


def plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": cut(UNSEEN.sub("", text).strip(), limit) or "…", "emoji": True}


def _means(*elements: Block) -> str:
    """Name a block after what its buttons mean: a button that stays the same in the next edition can still be clicked.

    Slack gives a block without a name another one in each edition, and a click on the edition before is lost; so may be
    the click of whoever presses while a message changes. A button that means something else has another name.
    """
    meaning = "\n".join(f"{element['action_id']} {element.get('value', '')}" for element in elements)
    return blake2s(meaning.encode(), digest_size=9).hexdigest()


def _link(found: re.Match[str]) -> str:
    url = found[0].rstrip(".,:!?)'\"*_~`")
    return f"<{url}>{found[0][len(url) :]}"
