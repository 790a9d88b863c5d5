"""auth.*, team.*, bots.*, users.*, usergroups.*, emoji.*, apps.*: who is who."""

from bot.sandbox.api.call import Call, Method
from bot.sandbox.clock import now
from bot.sandbox.errors import SlackError
from bot.sandbox.shapes import group_json, person_json
from bot.sandbox.workspace import TEAM, Json, UserGroup

USERS = {"*": ("users:read",)}
GROUPS = {"*": ("usergroups:read",)}


def auth_test(call: Call) -> Json:
    app = call.slack.workspace.app
    return {
        "url": f"{call.slack.base_url}/",
        "team": TEAM["name"],
        "user": call.slack.workspace.people[app.bot_user_id].name,
        "team_id": TEAM["id"],
        "user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "app_id": app.app_id,
        "is_enterprise_install": False,
    }


def api_test(call: Call) -> Json:
    if error := call.text("error"):
        raise SlackError(error, args=call.args)
    return {"args": call.args}


def connections_open(call: Call) -> Json:
    if not call.slack.workspace.app.socket_mode:
        raise SlackError("socket_mode_not_enabled")
    return {"url": f"ws{call.slack.base_url.removeprefix('http')}/socket?ticket={call.slack.sockets.ticket()}"}


def bots_info(call: Call) -> Json:
    app = call.slack.workspace.app
    if call.text("bot") not in {"", app.bot_id}:
        raise SlackError("bot_not_found")
    bot = {"id": app.bot_id, "app_id": app.app_id, "user_id": app.bot_user_id, "name": app.name}
    return {"bot": bot | {"deleted": False, "updated": 0, "icons": {}}}


def team_info(call: Call) -> Json:
    if call.text("team") not in {"", TEAM["id"]}:
        raise SlackError("team_not_found")
    return {"team": {**TEAM, "email_domain": "", "icon": {}, "url": f"{call.slack.base_url}/", "is_verified": False}}


def users_info(call: Call) -> Json:
    return {"user": _person(call, call.user())}


def users_list(call: Call) -> Json:
    page, more = call.page(list(call.slack.workspace.people), 200)
    return {"members": [_person(call, user) for user in page], "cache_ts": int(now()), **more}


def users_lookup_by_email(call: Call) -> Json:
    people = call.slack.workspace.people.values()
    found = next((p.id for p in people if p.email and p.email == call.text("email").lower()), None)
    if found is None:
        raise SlackError("users_not_found")
    return {"user": _person(call, found)}


def groups_list(call: Call) -> Json:
    users, count = call.flag("include_users"), call.flag("include_count")
    groups = call.slack.workspace.groups.values()
    return {"usergroups": [group_json(group, users=users, count=count) for group in groups]}


def group_users_list(call: Call) -> Json:
    return {"users": _group(call).users}


def group_users_update(call: Call) -> Json:
    group, users = _group(call), call.ids("users")
    if not users:
        raise SlackError("no_users_provided")
    if any(user not in call.slack.workspace.people for user in users):
        raise SlackError("invalid_users")
    before, group.users, group.updated = group.users, users, int(now())
    call.slack.workspace.keep(group)
    added, removed = [u for u in users if u not in before], [u for u in before if u not in users]
    event: Json = {"type": "subteam_members_changed", "subteam_id": group.id, "team_id": TEAM["id"]}
    event |= {"added_users": added, "removed_users": removed, "event_ts": call.slack.workspace.ts()}
    call.slack.workspace.emit(event, None)
    return {"usergroup": group_json(group, users=True, count=call.flag("include_count"))}


def emoji_list(_call: Call) -> Json:
    return {"emoji": {}, "cache_ts": str(int(now()))}


def _person(call: Call, user: str) -> Json:
    with_email = "users:read.email" in call.slack.workspace.app.scopes
    return person_json(call.slack.workspace, call.slack.workspace.people[user], with_email=with_email)


def _group(call: Call) -> UserGroup:
    group = call.slack.workspace.groups.get(call.text("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return group


METHODS = {
    "auth.test": Method(auth_test, per_minute=600),
    "api.test": Method(api_test, (), ("error", "foo"), per_minute=100, token="any"),  # noqa: S106  a kind, no secret
    "apps.connections.open": Method(connections_open, token="app"),  # noqa: S106  as above
    "bots.info": Method(bots_info, (), ("bot", "team_id"), USERS),
    "team.info": Method(team_info, (), ("domain", "team"), {"*": ("team:read",)}),
    "users.info": Method(users_info, ("user",), ("include_locale",), USERS, 100),
    "users.list": Method(users_list, (), ("cursor", "include_locale", "limit", "team_id"), USERS, 20),
    "users.lookupByEmail": Method(users_lookup_by_email, ("email",), (), {"*": ("users:read.email",)}),
    "usergroups.list": Method(
        groups_list, (), ("include_count", "include_disabled", "include_users", "team_id"), GROUPS, 20
    ),
    "usergroups.users.list": Method(group_users_list, ("usergroup",), ("include_disabled", "team_id"), GROUPS, 20),
    "usergroups.users.update": Method(
        group_users_update,
        ("usergroup", "users"),
        ("additional_channels", "include_count", "is_shared", "team_id"),
        {"*": ("usergroups:write",)},
        20,
        missing={"users": "no_users_provided"},
    ),
    "emoji.list": Method(emoji_list, (), ("include_categories",), {"*": ("emoji:read",)}, 20),
}
