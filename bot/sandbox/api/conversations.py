"""conversations.*: making, finding and reading channels."""

from collections.abc import Callable

from bot.sandbox.api.call import Call, Method
from bot.sandbox.errors import SlackError
from bot.sandbox.shapes import channel_json, message_json
from bot.sandbox.workspace import Channel, Json, Message

READ = {"channel": ("channels:read",), "group": ("groups:read",), "im": ("im:read",), "mpim": ("mpim:read",)}
HISTORY = {kind: (scopes[0].replace("read", "history"),) for kind, scopes in READ.items()}
MANAGE = {
    "channel": ("channels:manage", "channels:write"),
    "group": ("groups:write",),
    "im": ("im:write",),
    "mpim": ("mpim:write",),
}
INVITE = MANAGE | {
    "channel": ("channels:manage", "channels:write.invites"),
    "group": ("groups:write", "groups:write.invites"),
}
TOPIC = {
    "channel": ("channels:manage", "channels:write.topic"),
    "group": ("groups:write", "groups:write.topic"),
    "im": ("im:write", "im:write.topic"),
    "mpim": ("mpim:write", "mpim:write.topic"),
}

NAME_LENGTH = 80
NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
TOPIC_LENGTH = 250
INVITED_AT_ONCE = 100
IN_GROUP_DM = 9
KINDS = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


def create(call: Call) -> Json:
    private = call.flag("is_private")
    call.need(*MANAGE["group" if private else "channel"])
    name = _new_name(call)
    return {"channel": channel_json(call.slack.changes.create(name, call.bot, private=private), call.bot)}


def invite(call: Call) -> Json:
    channel = _real_channel(call.open_channel())
    users = call.ids("users")
    if not users:
        raise SlackError("no_user")
    if len(users) > INVITED_AT_ONCE:
        raise SlackError("too_many_users")
    errors = [
        {"user": user, "ok": False, "error": error} for user in users if (error := _cannot_invite(call, channel, user))
    ]
    refused = {error["user"] for error in errors}
    if errors and (not call.flag("force") or len(refused) == len(set(users))):
        raise SlackError(str(errors[0]["error"]), errors=errors)
    for user in dict.fromkeys(users):
        if user not in refused:
            call.slack.changes.join(channel, user, inviter=call.bot)
    return _shown(call, channel) | ({"errors": errors} if errors else {})


def _cannot_invite(call: Call, channel: Channel, user: str) -> str | None:
    if user == call.bot:
        return "cant_invite_self"
    if user not in call.slack.workspace.people:
        return "user_not_found"
    if call.slack.workspace.people[user].deleted:
        return "cant_invite"
    return "already_in_channel" if user in channel.members else None


def kick(call: Call) -> Json:
    channel = _real_channel(call.joined())
    user = call.user()
    if user == call.bot:
        raise SlackError("cant_kick_self")
    if channel.is_general:
        raise SlackError("cant_kick_from_general")
    if user not in channel.members:
        raise SlackError("not_in_channel")
    call.slack.changes.leave(channel, user)
    return {"errors": {}}


def join(call: Call) -> Json:
    channel = call.channel()
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if call.bot in channel.members:
        warning = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
        return _shown(call, channel) | warning
    call.slack.changes.join(channel, call.bot)
    return _shown(call, channel)


def leave(call: Call) -> Json:
    channel = _real_channel(call.channel())
    if channel.is_general:
        raise SlackError("cant_leave_general")
    if channel.is_archived:
        raise SlackError("is_archived")
    if call.bot not in channel.members:
        return {"not_in_channel": True}
    if channel.members == [call.bot]:
        raise SlackError("last_member")
    call.slack.changes.leave(channel, call.bot)
    return {}


def archive(call: Call) -> Json:
    channel = _real_channel(call.joined())
    if channel.is_general:
        raise SlackError("cant_archive_general")
    if channel.is_archived:
        raise SlackError("already_archived")
    call.slack.changes.archive(channel, call.bot)
    return {}


def unarchive(call: Call) -> Json:
    channel = _real_channel(call.channel())
    if not channel.is_archived:
        raise SlackError("not_archived")
    call.slack.changes.unarchive(channel, call.bot)
    return {}


def rename(call: Call) -> Json:
    channel = _real_channel(call.open_channel())
    if channel.creator != call.bot:
        raise SlackError("not_authorized")
    call.slack.changes.rename(channel, _new_name(call), call.bot)
    return _shown(call, channel)


def set_topic(call: Call) -> Json:
    channel = call.open_channel()
    topic = _at_most(call.given("topic"), TOPIC_LENGTH)
    if topic != channel.topic["value"]:
        call.slack.changes.set_topic(channel, topic, call.bot)
    return _shown(call, channel)


def set_purpose(call: Call) -> Json:
    channel = call.open_channel()
    purpose = _at_most(call.given("purpose"), TOPIC_LENGTH)
    if purpose != channel.purpose["value"]:
        call.slack.changes.set_purpose(channel, purpose, call.bot)
    return _shown(call, channel) | {"purpose": purpose}


def info(call: Call) -> Json:
    channel = call.channel()
    shown = channel_json(channel, call.bot)
    if not call.flag("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


def list_(call: Call) -> Json:
    types = call.ids("types") or ["public_channel"]
    if any(kind not in KINDS for kind in types):
        raise SlackError("invalid_types")
    for kind in types:
        call.need(*READ[KINDS[kind]])
    wanted = {KINDS[kind] for kind in types}
    channels = [
        channel
        for channel in call.slack.workspace.channels.values()
        if channel.kind in wanted
        and channel.seen_by(call.bot)
        and not (channel.is_archived and call.flag("exclude_archived"))
    ]
    page, more = call.page(channels, 100)
    return {"channels": [channel_json(channel, call.bot) for channel in page], **more}


def members(call: Call) -> Json:
    page, more = call.page(call.channel().members, 100)
    return {"members": page, **more}


def history(call: Call) -> Json:
    channel = call.joined()
    messages = [m for m in call.slack.workspace.in_channel(channel.id) if _between(call)(m)]
    page, more = call.page(messages[::-1], 100, 999)
    return {"messages": _messages(call, page), "pin_count": len(channel.pins), **_more(more)}


def replies(call: Call) -> Json:
    channel = call.joined()
    ts = call.text("ts")
    root = call.slack.workspace.message(channel.id, ts)
    if root is None:
        raise SlackError("thread_not_found")
    root = call.slack.workspace.message(channel.id, root.thread_ts or ts) or root
    inside = [m for m in call.slack.workspace.replies(channel.id, root.ts) if _between(call)(m)]
    page, more = call.page([root, *inside], 1000)
    return {"messages": _messages(call, page), **_more(more)}


def open_(call: Call) -> Json:
    if call.text("channel"):
        channel = call.channel()
        if channel.kind not in {"im", "mpim"}:
            raise SlackError("method_not_supported_for_channel_type")
        return _opened(call, channel)
    users = call.ids("users")
    if not users:
        raise SlackError("users_list_not_supplied")
    if any(user not in call.slack.workspace.people for user in users):
        raise SlackError("user_not_found")
    if any(call.slack.workspace.people[user].deleted for user in users):
        raise SlackError("user_disabled")
    if len(users) >= IN_GROUP_DM:
        raise SlackError("too_many_users")
    if users == [call.bot]:
        raise SlackError("not_enough_users")
    call.need(*MANAGE["im" if len(users) == 1 else "mpim"])
    known = call.slack.workspace.dm([*users, call.bot])
    if known is None and call.flag("prevent_creation"):
        raise SlackError("channel_not_found")
    channel = known or call.slack.changes.open_dm([*users, call.bot])
    return _opened(call, channel) | ({"no_op": True, "already_open": True} if known else {})


def _opened(call: Call, channel: Channel) -> Json:
    return {"channel": channel_json(channel, call.bot) if call.flag("return_im") else {"id": channel.id}}


def _new_name(call: Call) -> str:
    name = call.text("name")
    if not name:
        raise SlackError("invalid_name_required")
    if len(name) > NAME_LENGTH:
        raise SlackError("invalid_name_maxlength")
    if not set(name) <= NAME_CHARACTERS:
        raise SlackError("invalid_name_specials")
    if not name.strip("-_"):
        raise SlackError("invalid_name_punctuation")
    if call.slack.workspace.named(name):
        raise SlackError("name_taken")
    return name


def _at_most(text: str, most: int) -> str:
    if len(text) > most:
        raise SlackError("too_long")
    return text


def _real_channel(channel: Channel) -> Channel:
    if channel.kind in {"im", "mpim"}:
        raise SlackError("method_not_supported_for_channel_type")
    return channel


def _between(call: Call) -> Callable[[Message], bool]:
    """Whether a message lies between oldest and latest, both of them excluded unless ``inclusive``."""
    oldest = call.ts("oldest", "invalid_ts_oldest") or "0"
    latest = call.ts("latest", "invalid_ts_latest") or "9999999999.999999"
    inclusive = call.flag("inclusive")

    def inside(message: Message) -> bool:
        at, first, last = float(message.ts), float(oldest), float(latest)
        return first <= at <= last if inclusive else first < at < last

    return inside


def _messages(call: Call, messages: list[Message]) -> list[Json]:
    metadata = call.flag("include_all_metadata")
    return [message_json(call.slack.workspace, message, metadata=metadata) for message in messages]


def _more(cursor: Json) -> Json:
    """Only where there is more does Slack send a cursor with messages."""
    return {"has_more": True, **cursor} if cursor["response_metadata"]["next_cursor"] else {"has_more": False}


def _shown(call: Call, channel: Channel) -> Json:
    return {"channel": channel_json(channel, call.bot)}


WINDOW = ("cursor", "include_all_metadata", "inclusive", "latest", "limit", "oldest")
NAME = {"name": "invalid_name_required"}
METHODS = {
    "conversations.create": Method(create, ("name",), ("is_private", "team_id"), MANAGE, 20, missing=NAME),
    "conversations.invite": Method(invite, ("channel", "users"), ("force",), INVITE, missing={"users": "no_user"}),
    "conversations.kick": Method(kick, ("channel", "user"), (), MANAGE),
    "conversations.join": Method(join, ("channel",), (), {"*": ("channels:join",)}),
    "conversations.leave": Method(leave, ("channel",), (), MANAGE),
    "conversations.archive": Method(archive, ("channel",), (), MANAGE, 20),
    "conversations.unarchive": Method(unarchive, ("channel",), (), MANAGE, 20),
    "conversations.rename": Method(rename, ("channel", "name"), (), MANAGE, 20, missing=NAME),
    "conversations.setTopic": Method(set_topic, ("channel",), ("topic",), TOPIC, 20),
    "conversations.setPurpose": Method(set_purpose, ("channel",), ("purpose",), TOPIC, 20),
    "conversations.info": Method(info, ("channel",), ("include_locale", "include_num_members"), READ),
    "conversations.list": Method(list_, (), ("cursor", "exclude_archived", "limit", "team_id", "types"), READ, 20),
    "conversations.members": Method(members, ("channel",), ("cursor", "limit"), READ, 100),
    "conversations.history": Method(history, ("channel",), WINDOW, HISTORY),
    "conversations.replies": Method(replies, ("channel", "ts"), WINDOW, HISTORY),
    "conversations.open": Method(open_, (), ("channel", "prevent_creation", "return_im", "users"), MANAGE),
}
