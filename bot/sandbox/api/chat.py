"""chat.*: posting, changing and deleting messages."""

from typing import Any

from bot.sandbox.api.call import Call, Method
from bot.sandbox.blocks import check_message_blocks, texts
from bot.sandbox.errors import SlackError
from bot.sandbox.shapes import message_json, permalink
from bot.sandbox.workspace import Channel, Json, Message

TRUNCATED_AT = 40_000
UPDATE_TEXT = 4_000
MARKDOWN = 12_000
ATTACHMENTS = 100
WRITE = {"*": ("chat:write",)}
LOOK = ("username", "icon_emoji", "icon_url")


def post_message(call: Call) -> Json:
    content = _content(call)
    channel = call.destination()
    thread_ts = _thread(call, channel)
    message = call.slack.changes.post(
        channel,
        call.bot,
        **content,
        **_look(call),
        by_app=True,
        thread_ts=thread_ts,
        broadcast=bool(thread_ts) and call.flag("reply_broadcast"),
        metadata=_metadata(call),
    )
    shown = message_json(call.slack.workspace, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def post_ephemeral(call: Call) -> Json:
    content = _content(call)
    channel = call.destination()
    user = call.text("user")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    if channel.kind == "channel" and call.bot not in channel.members:
        raise SlackError("not_in_channel")
    message = call.slack.changes.post(
        channel, call.bot, **content, **_look(call), by_app=True, thread_ts=_thread(call, channel), only_for=user
    )
    return {"message_ts": message.ts}


def update(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel, "ts")
    if message.user != call.bot or not message.by_app:
        raise SlackError("cant_update_message")
    if channel.is_archived:
        raise SlackError("is_archived")
    if len(call.text("text")) > UPDATE_TEXT:
        raise SlackError("msg_too_long")
    content = _content(call)
    changed: dict[str, Any] = content | {"blocks": content["blocks"] or None}
    if "metadata" in call.args:
        changed["metadata"] = _metadata(call) or None
    if content["text"] == message.text:
        call.slack.changes.edit(message, None, **changed)
    else:
        call.slack.changes.edit(message, call.bot, **changed)
    shown = message_json(call.slack.workspace, message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def delete(call: Call) -> Json:
    channel = call.channel()
    message = call.message(channel, "ts")
    if message.user != call.bot or not message.by_app:
        raise SlackError("cant_delete_message")
    call.slack.changes.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    channel = call.channel()
    return {"channel": channel.id, "permalink": permalink(call.slack.workspace, call.message(channel, "message_ts"))}


def content_of(text: str, blocks: Any, attachments: Any) -> Json:
    """Text, blocks and attachments as they are stored; refuses those that Slack refuses."""
    if attachments is not None and not isinstance(attachments, list):
        raise SlackError("invalid_attachments")
    if len(attachments or []) > ATTACHMENTS:
        raise SlackError("too_many_attachments")
    checked = check_message_blocks(blocks) if blocks else []
    if not text and not checked and not attachments:
        raise SlackError("no_text")
    shown = text or " ".join(texts(checked))
    return {"text": shown[:TRUNCATED_AT], "blocks": checked or None, "attachments": attachments or None}


def _content(call: Call) -> Json:
    blocks, attachments = (
        call.parsed("blocks", "invalid_blocks_format"),
        call.parsed("attachments", "invalid_attachments"),
    )
    if markdown := call.text("markdown_text"):
        if blocks or call.text("text"):
            raise SlackError("markdown_text_conflict")
        if len(markdown) > MARKDOWN:
            raise SlackError("msg_too_long")
        blocks = [{"type": "markdown", "text": markdown}]
    return content_of(call.text("text"), blocks, attachments)


def _look(call: Call) -> dict[str, Any]:
    """A name or icon of its own, for which the app needs a scope."""
    look = {name: call.text(name) for name in LOOK if call.text(name)}
    if not look:
        return {}
    call.need("chat:write.customize")
    icons = {"emoji": look["icon_emoji"]} if "icon_emoji" in look else {}
    if "icon_url" in look:
        icons["image_64"] = look["icon_url"]
    more: Json = {"username": look.get("username", call.slack.workspace.app.name)} | ({"icons": icons} if icons else {})
    return {"subtype": "bot_message", "more": more}


def _metadata(call: Call) -> Json | None:
    metadata = call.parsed("metadata", "invalid_metadata_format")
    if not metadata:
        return None
    match metadata:
        case {"event_type": str(event_type), "event_payload": dict(event_payload)} if event_type:
            return {"event_type": event_type, "event_payload": event_payload}
    raise SlackError("invalid_metadata_format")


def _thread(call: Call, channel: Channel) -> str | None:
    """The thread to reply in; a reply has no thread of its own."""
    thread_ts = call.text("thread_ts")
    if not thread_ts:
        return None
    parent: Message | None = call.slack.workspace.message(channel.id, thread_ts)
    if parent is None or parent.is_reply:
        raise SlackError("cannot_reply_to_message")
    return thread_ts


SHOWN = ("as_user", "attachments", "blocks", "link_names", "markdown_text", "parse", "text")
METHODS = {
    "chat.postMessage": Method(
        post_message,
        ("channel",),
        (*SHOWN, *LOOK, "metadata", "mrkdwn", "reply_broadcast", "thread_ts", "unfurl_links", "unfurl_media"),
        WRITE,
        per_minute=60,
    ),
    "chat.postEphemeral": Method(post_ephemeral, ("channel", "user"), (*SHOWN, *LOOK, "thread_ts"), WRITE, 100),
    "chat.update": Method(
        update,
        ("channel", "ts"),
        (*SHOWN, "file_ids", "metadata", "reply_broadcast", "unfurled_attachments"),
        WRITE,
    ),
    "chat.delete": Method(delete, ("channel", "ts"), ("as_user",), WRITE),
    "chat.getPermalink": Method(get_permalink, ("channel", "message_ts"), per_minute=100),
}
