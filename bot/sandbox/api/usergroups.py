"""usergroups.*: people under one handle, mentioned together. Only paid plans have them.

Where the pages name no error of their own for a group that is switched off, it is as if it were not there: that is what
`include_disabled` is for.
"""

import re

from bot.sandbox.api.call import Call, Method
from bot.sandbox.errors import SlackError
from bot.sandbox.shapes import group_json
from bot.sandbox.workspace import Json, UserGroup

HANDLE = re.compile(r"[a-z0-9][a-z0-9._-]*")
READ = {"*": ("usergroups:read",)}
WRITE = {"*": ("usergroups:write",)}


def list_(call: Call) -> Json:
    _paid(call)
    users, count = call.flag("include_users"), call.flag("include_count")
    groups = call.slack.workspace.groups.values()
    shown = [group for group in groups if group.is_enabled or call.flag("include_disabled")]
    return {"usergroups": [group_json(group, users=users, count=count) for group in shown]}


def create(call: Call) -> Json:
    _paid(call)
    workspace = call.slack.workspace
    name = call.text("name")
    handle = call.text("handle").removeprefix("@") or re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if any(group.name == name for group in workspace.groups.values()):
        raise SlackError("name_already_exists")
    if HANDLE.fullmatch(handle) is None:
        raise SlackError("bad_handle")
    if handle in {"here", "channel", "everyone", "group"}:
        raise SlackError("forbidden_handle")
    if handle in _handles(call):
        raise SlackError("handle_already_exists")
    channels = call.ids("channels")
    if any(channel not in workspace.channels for channel in channels):
        raise SlackError("invalid_channel_provided")
    group = call.slack.changes.create_group(name, handle, call.bot, call.text("description"), channels)
    return _answer(call, group)


def enable(call: Call) -> Json:
    return _switch(call, is_enabled=True)


def disable(call: Call) -> Json:
    return _switch(call, is_enabled=False)


def users_list(call: Call) -> Json:
    return {"users": _group(call).users}


def users_update(call: Call) -> Json:
    """Replace the whole list; it can't be left empty, and takes only people who are there."""
    group, users = _group(call), list(dict.fromkeys(call.ids("users")))
    people = call.slack.workspace.people
    if not users:
        raise SlackError("no_users_provided")
    if any(user not in people or people[user].is_bot or people[user].deleted for user in users):
        raise SlackError("invalid_users")
    call.slack.changes.set_members(group, users, call.bot)
    return _answer(call, group)


def _paid(call: Call) -> None:
    if not call.slack.has_user_groups:
        raise SlackError("plan_upgrade_required")


def _group(call: Call, *, disabled: bool = False) -> UserGroup:
    _paid(call)
    group = call.slack.workspace.groups.get(call.text("usergroup"))
    if group is None or not (group.is_enabled or disabled or call.flag("include_disabled")):
        raise SlackError("no_such_subteam")
    return group


def _switch(call: Call, *, is_enabled: bool) -> Json:
    group = _group(call, disabled=True)
    if group.is_enabled != is_enabled:
        call.slack.changes.switch_group(group, call.bot, is_enabled=is_enabled)
    return _answer(call, group)


def _handles(call: Call) -> set[str]:
    """A handle is nobody else's: no person's, no channel's, no group's."""
    workspace = call.slack.workspace
    people, channels = workspace.people.values(), workspace.channels.values()
    groups = workspace.groups.values()
    return {p.name for p in people} | {c.name for c in channels} | {g.handle for g in groups}


def _answer(call: Call, group: UserGroup) -> Json:
    return {"usergroup": group_json(group, users=True, count=call.flag("include_count"))}


METHODS = {
    "usergroups.list": Method(list_, (), ("include_count", "include_disabled", "include_users", "team_id"), READ, 20),
    "usergroups.create": Method(
        create,
        ("name",),
        ("additional_channels", "channels", "description", "enable_section", "handle", "include_count", "team_id"),
        WRITE,
        20,
        missing={"name": "missing_subteam_name"},
    ),
    "usergroups.enable": Method(enable, ("usergroup",), ("include_count", "team_id"), WRITE, 20),
    "usergroups.disable": Method(disable, ("usergroup",), ("include_count", "team_id"), WRITE, 20),
    "usergroups.users.list": Method(users_list, ("usergroup",), ("include_disabled", "team_id"), READ, 20),
    "usergroups.users.update": Method(
        users_update,
        ("usergroup", "users"),
        ("additional_channels", "include_count", "is_shared", "team_id"),
        WRITE,
        20,
        missing={"users": "no_users_provided"},
    ),
}
