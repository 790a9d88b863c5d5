"""Response URLs: what an app may answer to an interaction, five times within half an hour."""

from bot.sandbox.api.chat import content_of
from bot.sandbox.errors import SlackError
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.tickets import Responder
from bot.sandbox.workspace import Json, Message

KNOWN = {
    *("attachments", "blocks", "delete_original", "link_names", "metadata", "mrkdwn", "parse", "replace_original"),
    *("response_type", "text", "thread_ts", "unfurl_links", "unfurl_media"),
}


def respond(slack: Sandbox, token: str, body: Json) -> None:
    """Post, replace or delete, as the body says; raises Slack's error where it wouldn't."""
    responder = slack.tickets.respond(token)
    if unknown := body.keys() - KNOWN:
        raise SlackError("invalid_payload", unknown=sorted(unknown))
    original = _original(slack, responder)
    if body.get("delete_original"):
        if original is None:
            raise SlackError("message_not_found")
        slack.changes.delete(original)
        return
    content = content_of(str(body.get("text") or ""), body.get("blocks"), body.get("attachments"))
    if body.get("replace_original") and original:
        slack.changes.edit(original, None, **content)
        return
    say(
        slack, responder, content, in_channel=body.get("response_type") == "in_channel", thread_ts=body.get("thread_ts")
    )


def answer(slack: Sandbox, responder: Responder, body: Json) -> None:
    """What the acknowledgement of a command itself says, if it says anything."""
    if any(body.get(name) for name in ("text", "blocks", "attachments")):
        content = content_of(str(body.get("text") or ""), body.get("blocks"), body.get("attachments"))
        say(slack, responder, content, in_channel=body.get("response_type") == "in_channel")


def say(
    slack: Sandbox, responder: Responder, content: Json, *, in_channel: bool, thread_ts: str | None = None
) -> Message:
    workspace = slack.workspace
    return slack.changes.post(
        workspace.channels[responder.channel],
        workspace.app.bot_user_id,
        **content,
        by_app=True,
        thread_ts=thread_ts or responder.thread_ts,
        only_for=None if in_channel else responder.user,
    )


def _original(slack: Sandbox, responder: Responder) -> Message | None:
    if responder.message is None:
        return None
    if responder.ephemeral:
        return slack.workspace.ephemerals[responder.channel].get(responder.message)
    return slack.workspace.message(responder.channel, responder.message)
