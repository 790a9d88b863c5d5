"""Slack's objects as Slack shows them: users, channels, messages, views, files.

Field names and nesting follow the public samples in java-slack-sdk (MIT) and the method pages of docs.slack.dev.
"""

from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.sandbox.app import App
from bot.sandbox.clock import now
from bot.sandbox.workspace import TEAM, Channel, File, Json, Message, Person, UserGroup, View, Workspace


def person_json(workspace: Workspace, person: Person, *, with_email: bool = True) -> Json:
    app = workspace.app
    offset = datetime.fromtimestamp(now(), ZoneInfo(person.tz)).utcoffset()
    profile: Json = {
        "title": person.title,
        "real_name": person.real_name,
        "display_name": person.real_name.split()[0],
        "real_name_normalized": person.real_name,
        "display_name_normalized": person.real_name.split()[0],
        "status_text": "",
        "status_emoji": "",
        "team": person.team,
    }
    if person.is_bot:
        profile |= {"api_app_id": app.app_id, "bot_id": app.bot_id}
    elif with_email:
        profile["email"] = person.email
    return {
        "id": person.id,
        "team_id": person.team,
        "name": person.name,
        "deleted": person.deleted,
        "color": person.color,
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": person.tz,
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "profile": profile,
        "is_admin": False,
        "is_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": person.is_bot,
        "is_stranger": person.team != TEAM["id"],
        "is_app_user": False,
        "updated": 0,
    }


def channel_json(channel: Channel, viewer: str) -> Json:
    shared: Json = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_im": channel.kind == "im",
        "is_org_shared": False,
        "context_team_id": TEAM["id"],
        "updated": channel.created * 1000,
    }
    if channel.kind == "im":
        peer = next((member for member in channel.members if member != viewer), viewer)
        return shared | {"user": peer, "is_user_deleted": False, "priority": 0}
    return shared | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "is_general": channel.is_general,
        "is_shared": False,
        "is_ext_shared": False,
        "is_pending_ext_shared": False,
        "is_member": viewer in channel.members,
        "creator": channel.creator,
        "unlinked": 0,
        "topic": channel.topic,
        "purpose": channel.purpose,
        "previous_names": channel.previous_names,
        "num_members": len(channel.members),
    }


def message_json(workspace: Workspace, message: Message, *, metadata: bool = False) -> Json:
    """A message as history and events show it; ``metadata`` only for those who ask for it."""
    app = workspace.app
    shown: Json = {"type": "message", "ts": message.ts, "text": message.text, "team": TEAM["id"]}
    if message.subtype:
        shown["subtype"] = message.subtype
    if message.subtype != "bot_message":
        shown["user"] = message.user
    if message.by_app:
        shown |= {"bot_id": app.bot_id, "app_id": app.app_id, "bot_profile": bot_profile(app)}
    for key in ("blocks", "attachments", "edited"):
        if value := getattr(message, key):
            shown[key] = value
    if message.files:
        shown["files"] = [file_json(workspace, workspace.files[file]) for file in message.files]
    if message.reactions:
        shown["reactions"] = [
            {"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()
        ]
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if message.is_reply:
        parent = workspace.message(message.channel, message.thread_ts or "")
        shown["parent_user_id"] = parent.user if parent else ""
    elif message.thread_ts:
        replies = workspace.replies(message.channel, message.ts)
        users = list(dict.fromkeys(reply.user for reply in replies))
        shown |= {
            "reply_count": len(replies),
            "reply_users": users,
            "reply_users_count": len(users),
            "latest_reply": replies[-1].ts if replies else message.ts,
            "is_locked": False,
            "subscribed": True,
        }
    if any(pin["ts"] == message.ts for pin in workspace.channels[message.channel].pins):
        shown["pinned_to"] = [message.channel]
    if metadata and message.metadata:
        shown["metadata"] = message.metadata
    return shown | message.more


def bot_profile(app: App) -> Json:
    return {
        "id": app.bot_id,
        "app_id": app.app_id,
        "user_id": app.bot_user_id,
        "name": app.name,
        "team_id": TEAM["id"],
        "deleted": False,
        "updated": 0,
        "icons": {},
    }


def view_json(workspace: Workspace, view: View) -> Json:
    app, content = workspace.app, view.content
    return {
        "id": view.id,
        "team_id": TEAM["id"],
        "type": content["type"],
        "blocks": content["blocks"],
        "private_metadata": content.get("private_metadata", ""),
        "callback_id": content.get("callback_id", ""),
        "external_id": content.get("external_id", ""),
        "state": {"values": view.state},
        "hash": view.hash,
        "title": content.get("title"),
        "close": content.get("close"),
        "submit": content.get("submit"),
        "clear_on_close": content.get("clear_on_close", False),
        "notify_on_close": content.get("notify_on_close", False),
        "submit_disabled": content.get("submit_disabled", False),
        "root_view_id": view.root_view_id,
        "previous_view_id": view.previous_view_id,
        "app_id": app.app_id,
        "app_installed_team_id": TEAM["id"],
        "bot_id": app.bot_id,
    }


def file_json(workspace: Workspace, file: File) -> Json:
    path = f"{workspace.base_url}/files/{file.id}/{quote(file.name)}"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": file.name.rpartition(".")[2] if "." in file.name else "binary",
        "size": file.size,
        "mode": "hosted",
        "is_external": False,
        "is_public": True,
        "user": file.user,
        "user_team": TEAM["id"],
        "alt_txt": file.alt_txt,
        "url_private": path,
        "url_private_download": path,
        "permalink": path,
        "channels": file.channels,
    }


def group_json(group: UserGroup, *, users: bool, count: bool) -> Json:
    shown: Json = {
        "id": group.id,
        "team_id": TEAM["id"],
        "is_usergroup": True,
        "is_subteam": True,
        "is_external": False,
        "name": group.name,
        "description": group.description,
        "handle": group.handle,
        "date_create": group.created,
        "date_update": group.updated,
        "date_delete": 0 if group.is_enabled else group.updated,
        "auto_type": None,
        "auto_provision": False,
        "created_by": group.created_by,
        "updated_by": group.updated_by,
        "deleted_by": None if group.is_enabled else group.updated_by,
        "prefs": {"channels": group.channels, "groups": []},
        "channel_count": len(group.channels),
    }
    return shown | ({"users": group.users} if users else {}) | ({"user_count": len(group.users)} if count else {})


def permalink(workspace: Workspace, message: Message) -> str:
    """Where the message stands in the page; a reply also names its thread, as in Slack."""
    link = f"{workspace.base_url}/archives/{message.channel}/p{message.ts.replace('.', '')}"
    return f"{link}?thread_ts={message.thread_ts}&cid={message.channel}" if message.is_reply else link
