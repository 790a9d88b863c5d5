"""What Slack sends an app, to the field: slash commands, interactions, events.

Field names and nesting follow the public samples in java-slack-sdk (MIT), json-logs/samples.
"""

import secrets
from typing import Any

from bot.sandbox.clock import now
from bot.sandbox.inputs import state_of
from bot.sandbox.shapes import message_json, view_json
from bot.sandbox.workspace import TEAM, Channel, Json, Message, View, Workspace, new_id

TOKEN = "local-verification-token"  # noqa: S105  deprecated by Slack, sent all the same, secret to nobody
NO_ENTERPRISE: Json = {"enterprise": None, "is_enterprise_install": False}
CALLED = {"group": "privategroup", "im": "directmessage"}
"""What a payload calls a channel whose name the app may not know."""


def action_ts() -> str:
    return f"{now():.6f}"


def command(
    workspace: Workspace, user: str, channel: Channel, word: str, text: str, *, trigger_id: str, response_url: str
) -> dict[str, str]:
    return {
        "token": TOKEN,
        "team_id": workspace.people[user].team,
        "team_domain": TEAM["domain"],
        "channel_id": channel.id,
        "channel_name": CALLED.get(channel.kind, channel.name),
        "user_id": user,
        "user_name": workspace.people[user].name,
        "command": word,
        "text": text,
        "api_app_id": workspace.app.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def message_click(
    workspace: Workspace,
    user: str,
    channel: Channel,
    message: Message,
    action: Json,
    *,
    trigger_id: str,
    response_url: str,
) -> Json:
    container: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
    container |= {"is_ephemeral": message.only_for is not None}
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = _interaction(workspace, "block_actions", user) | {
        "container": container,
        "trigger_id": trigger_id,
        "channel": _channel(channel),
        "state": {"values": state_of(message.blocks or [], message.state)},
        "response_url": response_url,
        "actions": [action],
    }
    if not message.only_for:  # an ephemeral message isn't kept by Slack, so it can't be told
        payload["message"] = message_json(workspace, message)
    return payload


def view_click(workspace: Workspace, view: View, action: Json, *, trigger_id: str) -> Json:
    return _interaction(workspace, "block_actions", view.user) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": trigger_id,
        "view": view_json(workspace, view),
        "actions": [action],
    }


def suggestion(workspace: Workspace, user: str, typed: str, *, element: Json, block_id: str, container: Json) -> Json:
    """What an external menu asks while a person types."""
    asked = {"type": "block_suggestion", "action_id": element["action_id"], "block_id": block_id, "value": typed}
    return _interaction(workspace, "block_suggestion", user) | asked | container


def submission(workspace: Workspace, view: View, *, trigger_id: str, response_urls: list[Json]) -> Json:
    return _interaction(workspace, "view_submission", view.user) | {
        "trigger_id": trigger_id,
        "view": view_json(workspace, view),
        "response_urls": response_urls,
    }


def closing(workspace: Workspace, view: View, *, cleared: bool) -> Json:
    return _interaction(workspace, "view_closed", view.user) | {
        "view": view_json(workspace, view),
        "is_cleared": cleared,
    }


def message_shortcut(
    workspace: Workspace,
    user: str,
    channel: Channel,
    message: Message,
    callback_id: str,
    *,
    trigger_id: str,
    response_url: str,
) -> Json:
    return _interaction(workspace, "message_action", user) | {
        "callback_id": callback_id,
        "trigger_id": trigger_id,
        "action_ts": action_ts(),
        "response_url": response_url,
        "message_ts": message.ts,
        "message": message_json(workspace, message),
        "channel": _channel(channel),
    }


def global_shortcut(workspace: Workspace, user: str, callback_id: str, *, trigger_id: str) -> Json:
    told = {"callback_id": callback_id, "trigger_id": trigger_id, "action_ts": action_ts()}
    return _interaction(workspace, "shortcut", user) | told


def event_callback(workspace: Workspace, event: Json) -> Json:
    app = workspace.app
    authorization = {
        "enterprise_id": None,
        "team_id": TEAM["id"],
        "user_id": app.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": TOKEN,
        "team_id": TEAM["id"],
        "context_team_id": TEAM["id"],
        "context_enterprise_id": None,
        "api_app_id": app.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(now()),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": f"4-{secrets.token_hex(24)}",
    }


def action(element: Json, block_id: str, value: Json) -> Json:
    """One of a payload's ``actions``: what was clicked or chosen, with the element's own look."""
    told = ("action_id", "type", "text", "value", "style", "url", "confirm", "placeholder", "accessibility_label")
    return (
        {key: element[key] for key in told if key in element} | value | {"block_id": block_id, "action_ts": action_ts()}
    )


def _interaction(workspace: Workspace, kind: str, user: str) -> Json:
    name = workspace.people[user].name
    who: dict[str, Any] = {"id": user, "username": name, "name": name, "team_id": workspace.people[user].team}
    return {
        "type": kind,
        "user": who,
        "api_app_id": workspace.app.app_id,
        "token": TOKEN,
        "team": {"id": TEAM["id"], "domain": TEAM["domain"]},
        **NO_ENTERPRISE,
    }


def _channel(channel: Channel) -> Json:
    return {"id": channel.id, "name": CALLED.get(channel.kind, channel.name)}
