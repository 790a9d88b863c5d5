"""pins.*, bookmarks.*, reactions.*: what is fastened to channels and messages."""

import re

from bot.sandbox.api.call import Call, Method
from bot.sandbox.clock import now
from bot.sandbox.errors import SlackError
from bot.sandbox.shapes import message_json, permalink
from bot.sandbox.workspace import Channel, Json, Message, new_id

PINS = 100
BOOKMARKS = 100
"""Both observed rather than documented."""
EMOJI = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")
EMOJIS_ON_MESSAGE = 23


def pins_add(call: Call) -> Json:
    channel, message = call.joined(), _timestamped(call)
    if any(pin["ts"] == message.ts for pin in channel.pins):
        raise SlackError("already_pinned")
    if message.subtype and message.subtype.startswith("channel_"):
        raise SlackError("not_pinnable")
    if len(channel.pins) >= PINS:
        raise SlackError("too_many_pins")
    call.slack.changes.pin(channel, message, call.bot)
    return {}


def pins_remove(call: Call) -> Json:
    channel, message = call.channel(), _timestamped(call)
    if all(pin["ts"] != message.ts for pin in channel.pins):
        raise SlackError("no_pin")
    call.slack.changes.unpin(channel, message, call.bot)
    return {}


def pins_list(call: Call) -> Json:
    channel = call.channel()
    return {"items": [_pin(call, channel, pin) for pin in reversed(channel.pins)]}


def _pin(call: Call, channel: Channel, pin: Json) -> Json:
    workspace = call.slack.workspace
    message = workspace.messages[channel.id][pin["ts"]]
    shown = message_json(workspace, message) | {"permalink": permalink(workspace, message)}
    return {
        "type": "message",
        "channel": channel.id,
        "message": shown,
        "created": pin["at"],
        "created_by": pin["by"],
    }


def bookmarks_add(call: Call) -> Json:
    channel = call.channel("channel_id")
    if call.text("type") != "link":
        raise SlackError("invalid_bookmark_type")
    if len(channel.bookmarks) >= BOOKMARKS:
        raise SlackError("too_many_bookmarks")
    bookmark = {
        "id": new_id("Bk"),
        "channel_id": channel.id,
        "title": call.text("title"),
        "link": _link(call),
        "emoji": _emoji(call),
        "icon_url": None,
        "type": "link",
        "entity_id": None,
        "date_created": int(now()),
        "date_updated": 0,
        "rank": f"{len(channel.bookmarks):04d}",
        "last_updated_by_user_id": call.bot,
        "last_updated_by_team_id": call.slack.workspace.app.app_id,
        "shortcut_id": None,
        "app_id": call.slack.workspace.app.app_id,
    }
    call.slack.changes.bookmark(channel, [*channel.bookmarks, bookmark])
    return {"bookmark": bookmark}


def bookmarks_edit(call: Call) -> Json:
    channel, bookmark = _bookmark(call)
    edited = bookmark | {"date_updated": int(now()), "last_updated_by_user_id": call.bot}
    if "title" in call.args:
        edited["title"] = call.text("title")
    if "link" in call.args:
        edited["link"] = _link(call)
    if "emoji" in call.args:
        edited["emoji"] = _emoji(call)
    call.slack.changes.bookmark(channel, [edited if b is bookmark else b for b in channel.bookmarks])
    return {"bookmark": edited}


def bookmarks_remove(call: Call) -> Json:
    channel, bookmark = _bookmark(call)
    call.slack.changes.bookmark(channel, [b for b in channel.bookmarks if b is not bookmark])
    return {}


def bookmarks_list(call: Call) -> Json:
    return {"bookmarks": call.channel("channel_id").bookmarks}


def _bookmark(call: Call) -> tuple[Channel, Json]:
    channel = call.channel("channel_id")
    bookmark = next((b for b in channel.bookmarks if b["id"] == call.text("bookmark_id")), None)
    if bookmark is None:
        raise SlackError("not_found")
    return channel, bookmark


def _link(call: Call) -> str:
    link = call.text("link")
    if not link.startswith(("http://", "https://")):
        raise SlackError("invalid_link")
    return link


def _emoji(call: Call) -> str:
    emoji = call.text("emoji")
    if emoji and not EMOJI.fullmatch(emoji.strip(":")):
        raise SlackError("invalid_emoji")
    return emoji


def reactions_add(call: Call) -> Json:
    channel, message, name = call.channel(), _timestamped(call), _reaction(call)
    if channel.is_archived:
        raise SlackError("is_archived")
    if call.bot in message.reactions.get(name, []):
        raise SlackError("already_reacted")
    if name not in message.reactions and len(message.reactions) >= EMOJIS_ON_MESSAGE:
        raise SlackError("too_many_emoji")
    call.slack.changes.react(message, call.bot, name)
    return {}


def reactions_remove(call: Call) -> Json:
    message, name = _timestamped(call), _reaction(call)
    if call.bot not in message.reactions.get(name, []):
        raise SlackError("no_reaction")
    call.slack.changes.unreact(message, call.bot, name)
    return {}


def reactions_get(call: Call) -> Json:
    message = _timestamped(call)
    shown = message_json(call.slack.workspace, message) | {"permalink": permalink(call.slack.workspace, message)}
    return {"type": "message", "channel": message.channel, "message": shown}


def _timestamped(call: Call) -> Message:
    channel = call.channel()
    if not call.ts("timestamp", "bad_timestamp"):
        raise SlackError("no_item_specified")
    return call.message(channel, "timestamp")


def _reaction(call: Call) -> str:
    name = call.text("name").strip(":")
    if not EMOJI.fullmatch(name):
        raise SlackError("invalid_name")
    return name


PIN = {"*": ("pins:write",)}
BOOKMARK = {"*": ("bookmarks:write",)}
REACT = {"*": ("reactions:write",)}
METHODS = {
    "pins.add": Method(pins_add, ("channel",), ("timestamp",), PIN, 20),
    "pins.remove": Method(pins_remove, ("channel",), ("timestamp",), PIN, 20),
    "pins.list": Method(pins_list, ("channel",), (), {"*": ("pins:read",)}, 20),
    "bookmarks.add": Method(
        bookmarks_add,
        ("channel_id", "title", "type"),
        ("access_level", "emoji", "entity_id", "link", "parent_id"),
        BOOKMARK,
        20,
    ),
    "bookmarks.edit": Method(bookmarks_edit, ("bookmark_id", "channel_id"), ("emoji", "link", "title"), BOOKMARK, 20),
    "bookmarks.remove": Method(bookmarks_remove, ("bookmark_id", "channel_id"), ("quip_section_id",), BOOKMARK, 20),
    "bookmarks.list": Method(bookmarks_list, ("channel_id",), (), {"*": ("bookmarks:read",)}),
    "reactions.add": Method(
        reactions_add,
        ("channel", "name", "timestamp"),
        (),
        REACT,
        missing={"name": "invalid_name", "timestamp": "no_item_specified"},
    ),
    "reactions.remove": Method(
        reactions_remove,
        ("name",),
        ("channel", "file", "file_comment", "timestamp"),
        REACT,
        20,
        missing={"name": "invalid_name"},
    ),
    "reactions.get": Method(
        reactions_get,
        (),
        ("channel", "file", "file_comment", "full", "timestamp"),
        {"*": ("reactions:read",)},
    ),
}
