"""Block Kit as Slack accepts it: which blocks, with which fields, how long and how many.

Figures are those of slack_sdk 3.47's models, @slack/types and the Block Kit reference on docs.slack.dev; the limit on
a message's total text isn't documented there but observed (bolt-js issue 2509).
"""

import secrets
import string as letters
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from bot.sandbox.elements import ACCESSORIES, ACTIONS, ELEMENTS, INPUTS, plain, text
from bot.sandbox.errors import SlackError, invalid
from bot.sandbox.schema import Check, also, anything, boolean, listing, one_of, problem, record, string, tagged
from bot.sandbox.workspace import Json

IN_MESSAGE = 50
IN_VIEW = 100
TOTAL_TEXT = 13_200
TOTAL_MARKDOWN = 12_000

BLOCK_ID = {"block_id": string(1, 255)}


def _text_or_fields(value: Any, at: str) -> Iterator[str]:
    if not value.get("text") and not value.get("fields"):
        yield problem("must define either `text` or `fields`", at)


def _url_or_file(value: Any, at: str) -> Iterator[str]:
    if bool(value.get("image_url")) == bool(value.get("slack_file")):
        yield problem("must define either `image_url` or `slack_file`", at)


def _alike_rows(value: Any, at: str) -> Iterator[str]:
    if len({len(row) for row in value["rows"]}) > 1:
        yield problem("all rows must have the same number of cells", f"{at}/rows")


RICH_TEXT = tagged(
    {
        kind: record(
            {"elements": anything}, {"style": anything, "indent": anything, "offset": anything, "border": anything}
        )
        for kind in ("rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote")
    }
)
CELL = tagged(
    {
        "raw_text": record({"text": string()}),
        "raw_number": record({"value": anything}, {"text": string()}),
        "rich_text": record({"elements": listing(RICH_TEXT)}, BLOCK_ID),
    }
)
COLUMN = record({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})

BLOCKS: dict[str, Check] = {
    "section": also(
        record(
            {},
            BLOCK_ID
            | {
                "text": text(3000),
                "fields": listing(text(2000), 1, 10),
                "accessory": tagged(ELEMENTS, ACCESSORIES),
                "expand": boolean,
            },
        ),
        _text_or_fields,
    ),
    "divider": record({}, BLOCK_ID),
    "image": also(
        record(
            {"alt_text": string(1, 2000)},
            BLOCK_ID | {"image_url": string(1, 3000), "slack_file": anything, "title": plain(2000)},
        ),
        _url_or_file,
    ),
    "actions": record({"elements": listing(tagged(ELEMENTS, ACTIONS), 1, 25)}, BLOCK_ID),
    "context": record(
        {
            "elements": listing(
                tagged(
                    {"image": ELEMENTS["image"], "plain_text": text(3000, "plain_text"), "mrkdwn": text(3000, "mrkdwn")}
                ),
                1,
                10,
            )
        },
        BLOCK_ID,
    ),
    "input": record(
        {"label": plain(2000), "element": tagged(ELEMENTS, INPUTS)},
        BLOCK_ID | {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "header": record({"text": plain(150)}, BLOCK_ID),
    "markdown": record({"text": string(1, 12_000)}, BLOCK_ID),
    "rich_text": record({"elements": listing(RICH_TEXT)}, BLOCK_ID),
    "table": also(
        record({"rows": listing(listing(CELL, 1, 20), 1, 100)}, BLOCK_ID | {"column_settings": listing(COLUMN, 0, 20)}),
        _alike_rows,
    ),
    "alert": record({"text": anything}, BLOCK_ID | {"level": string()}),
    "card": record(
        {},
        BLOCK_ID
        | {"title": text(150), "subtitle": text(150), "body": text(200)}
        | dict.fromkeys(("hero_image", "icon", "actions"), anything),
    ),
    "carousel": record({"elements": listing(anything, 1, 10)}, BLOCK_ID),
    "context_actions": record({"elements": listing(anything, 1, 5)}, BLOCK_ID),
    "video": record(
        {"video_url": string(), "thumbnail_url": string(), "alt_text": string(), "title": plain(200)},
        BLOCK_ID
        | {"author_name": string(1, 50), "description": plain(200)}
        | dict.fromkeys(("title_url", "provider_name", "provider_icon_url"), string()),
    ),
    "file": record({"external_id": string(), "source": string()}, BLOCK_ID),
}
MESSAGE_BLOCKS = BLOCKS.keys() - {"alert"}
MODAL_BLOCKS = BLOCKS.keys() - {"table", "markdown", "file", "card", "carousel", "context_actions"}
HOME_BLOCKS = MODAL_BLOCKS - {"alert"}


def check_message_blocks(blocks: Any) -> list[Json]:
    """The blocks with their missing ids filled in, or the error with which Slack refuses a message."""
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    problems = list(blocks_check(frozenset(MESSAGE_BLOCKS), IN_MESSAGE)(blocks, "/blocks"))
    if not problems and sum(len(b["text"]) for b in blocks if b["type"] == "markdown") > TOTAL_MARKDOWN:
        problems = [problem(f"markdown must be less than {TOTAL_MARKDOWN + 1} characters in all", "/blocks")]
    if not problems and sum(1 for b in blocks if b["type"] == "table") > 1:
        raise invalid("invalid_attachments", "only_one_table_allowed")
    if problems:
        error = invalid("invalid_blocks", *problems)
        error.more["errors"] = problems
        raise error
    if sum(len(words) for words in texts(blocks)) > TOTAL_TEXT:
        raise SlackError("msg_blocks_too_long")
    return with_ids(blocks)


def blocks_check(kinds: frozenset[str], most: int) -> Check:
    return also(listing(tagged(BLOCKS, kinds), 0, most), _distinct_ids)


def _distinct_ids(blocks: Any, at: str) -> Iterator[str]:
    """A block_id once in all, an action_id once in its block."""
    yield from _repeated("block_id", [block.get("block_id") for block in blocks], at)
    for place, block in enumerate(blocks):
        yield from _repeated("action_id", [held.get("action_id") for held in elements(block)], f"{at}/{place}")


def _repeated(name: str, ids: list[str | None], at: str) -> Iterator[str]:
    for place, id_ in enumerate(ids):
        if id_ and id_ in ids[:place]:
            yield problem(f'`{name}`: "{id_}" already exists', at)


def elements(block: Json) -> list[Json]:
    """The interactive elements of a block."""
    held: list[Json | None] = [block.get("accessory"), block.get("element")]
    if block["type"] in {"actions", "context_actions"}:
        held += block.get("elements", [])
    return [element for element in held if element and element["type"] != "image"]


def find_element(blocks: list[Json], block_id: str, action_id: str) -> Json | None:
    return next(
        (
            element
            for block in blocks
            if block.get("block_id") == block_id
            for element in elements(block)
            if element.get("action_id") == action_id
        ),
        None,
    )


def with_ids(blocks: list[Json]) -> list[Json]:
    """A copy in which every block has a block_id and every element an action_id, as Slack gives them."""
    filled = deepcopy(blocks)
    for block in filled:
        block.setdefault("block_id", _short_id())
        for element in elements(block):
            element.setdefault("action_id", _short_id())
    return filled


def texts(value: Any) -> Iterator[str]:
    """Every text that a person would read in the blocks."""
    if isinstance(value, dict):
        for key, held in value.items():
            if key == "text" and isinstance(held, str):
                yield held
            else:
                yield from texts(held)
    elif isinstance(value, list):
        for held in value:
            yield from texts(held)


def _short_id() -> str:
    return "".join(secrets.choice(letters.ascii_letters + letters.digits) for _ in range(5))
