"""auth.*, team.*, bots.*, users.*, emoji.*, apps.*: who is who."""

from bot.sandbox.api.call import Call, Method
from bot.sandbox.clock import now
from bot.sandbox.errors import SlackError
from bot.sandbox.shapes import person_json
from bot.sandbox.workspace import TEAM, Json

USERS = {"*": ("users:read",)}


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
    """Whoever left is not found, as Slack's page on this method says."""
    people = (person for person in call.slack.workspace.people.values() if not person.deleted)
    found = next((p.id for p in people if p.email and p.email == call.text("email").lower()), None)
    if found is None:
        raise SlackError("users_not_found")
    return {"user": _person(call, found)}


def emoji_list(_call: Call) -> Json:
    return {"emoji": {}, "cache_ts": str(int(now()))}


def _person(call: Call, user: str) -> Json:
    with_email = "users:read.email" in call.slack.workspace.app.scopes
    return person_json(call.slack.workspace, call.slack.workspace.people[user], with_email=with_email)


METHODS = {
    "auth.test": Method(auth_test, per_minute=600),
    "api.test": Method(api_test, (), ("error", "foo"), per_minute=100, token="any"),  # noqa: S106  a kind, no secret
    "apps.connections.open": Method(connections_open, token="app"),  # noqa: S106  as above
    "bots.info": Method(bots_info, (), ("bot", "team_id"), USERS),
    "team.info": Method(team_info, (), ("domain", "team"), {"*": ("team:read",)}),
    "users.info": Method(users_info, ("user",), ("include_locale",), USERS, 100),
    "users.list": Method(users_list, (), ("cursor", "include_locale", "limit", "team_id"), USERS, 20),
    "users.lookupByEmail": Method(users_lookup_by_email, ("email",), (), {"*": ("users:read.email",)}),
    "emoji.list": Method(emoji_list, (), ("include_categories",), {"*": ("emoji:read",)}, 20),
}
