"""Slack's limits on messages and views, as its documentation and its SDK state them, and what a message would ping."""

import json
import re
from collections.abc import Iterator
from typing import Any

from bot.slack.kit import Message

TOKEN = re.compile(r"<([^<>]*)>")
HARMLESS = re.compile(r"!date\^\d+\^[^|]+\|[^|]+|#C[A-Z0-9]+|https?://[^|\s]+(\|[^|]*)?")
PING = re.compile(r"@([UW][A-Z0-9]+)")


def check_message(message: Message) -> None:
    assert message.text.strip(), "a lock screen shows something"
    assert len(message.text) <= 4000
    assert 1 <= len(message.blocks) <= 50
    _check_blocks(message.blocks)
    assert sum(len(text["text"]) for text in texts(list(message.blocks))) <= 12_000
    _check_markup(message.text)


def check_view(view: dict[str, Any]) -> None:
    assert 1 <= len(view["blocks"]) <= 100
    assert len(json.dumps(view)) <= 250_000
    if view["type"] == "modal":
        assert 1 <= len(view["title"]["text"]) <= 24
        assert len(view["private_metadata"]) <= 3000
    _check_blocks(view["blocks"])


def pings(what: Message | dict[str, Any]) -> set[str]:
    """Everybody whom this would notify."""
    whole = [what.text, *_markup(list(what.blocks))] if isinstance(what, Message) else _markup(what)
    return {found[1] for text in whole for token in TOKEN.findall(text) if (found := PING.fullmatch(token))}


def texts(part: Any) -> Iterator[dict[str, Any]]:
    """Every text object below."""
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part
        for inner in part.values():
            yield from texts(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from texts(inner)


def _markup(part: Any) -> list[str]:
    return [text["text"] for text in texts(part) if text["type"] == "mrkdwn"]


def _check_blocks(blocks: Any) -> None:
    for block in blocks:
        _check_block(block)
    for text in texts(list(blocks)):
        assert text["text"].strip(), f"an empty text: {text}"
        if text["type"] == "mrkdwn":
            assert text["verbatim"] is True
            _check_markup(text["text"])


def _check_block(block: dict[str, Any]) -> None:
    match block["type"]:
        case "header":
            assert len(block["text"]["text"]) <= 150
        case "section":
            assert "text" in block or "fields" in block
            assert len(block.get("text", {}).get("text", "")) <= 3000
            assert len(block.get("fields", [])) <= 10
            assert all(len(field["text"]) <= 2000 for field in block.get("fields", []))
            _check_elements([block["accessory"]] if "accessory" in block else [])
        case "context":
            assert 1 <= len(block["elements"]) <= 10
        case "actions":
            assert 1 <= len(block["elements"]) <= 25
            _check_elements(block["elements"])
        case "rich_text" | "divider":
            pass
        case other:
            raise AssertionError(f"a block that nobody vouched for: {other}")


def _check_elements(elements: list[dict[str, Any]]) -> None:
    ids = [element["action_id"] for element in elements]
    assert len(ids) == len(set(ids)), "action ids are unique in a block"
    for element in elements:
        assert 1 <= len(element["action_id"]) <= 255
        assert 1 <= len(element["value"]) <= 2000
        assert 1 <= len(element["text"]["text"]) <= 75
        if asked := element.get("confirm"):
            limits = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
            assert all(1 <= len(asked[name]["text"]) <= limit for name, limit in limits.items())


def _check_markup(text: str) -> None:
    """Nothing stands in angle brackets but what we put there, and no token is cut in half."""
    for token in TOKEN.findall(text):
        assert HARMLESS.fullmatch(token) or PING.fullmatch(token), f"who wrote <{token}>?"
    rest = TOKEN.sub("", text)
    assert "<" not in rest
    assert ">" not in rest
    assert not re.search(r"&(?!amp;|lt;|gt;)", rest), "every ampersand is escaped, and whole"
