"""The Web API: which methods there are, and what every call must pass before its method sees it.

Arguments, scopes, tiers and errors are those of the method pages on docs.slack.dev, as of May 2026.
"""

from collections.abc import Mapping

from bot.sandbox.api import chat, conversations, files, items, people, usergroups, views
from bot.sandbox.api.call import Call, Method
from bot.sandbox.errors import SlackError, invalid
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.workspace import Json

METHODS: Mapping[str, Method] = {
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **items.METHODS,
    **people.METHODS,
    **usergroups.METHODS,
    **views.METHODS,
}

EVERYWHERE = ("team_id",)
"""Bolt's clients send it with every call, and Slack takes it."""


def perform(slack: Sandbox, name: str, token: str | None, args: Json) -> Json:
    """Carry out the call or raise Slack's error; in the order in which Slack looks: method, token, scope, arguments."""
    method = METHODS.get(name)
    if method is None:
        raise SlackError("unknown_method", req_method=name)
    _check_token(slack, method, token)
    call = Call(slack, method, args)
    if method.scopes:
        call.need(*dict.fromkeys(scope for scopes in method.scopes.values() for scope in scopes))
    _check_arguments(method, args)
    return {"ok": True, **method.handler(call)}


def _check_token(slack: Sandbox, method: Method, token: str | None) -> None:
    app = slack.workspace.app
    if method.token == "any":  # noqa: S105  a kind, no secret
        return
    if not token:
        raise SlackError("not_authed")
    if token not in {app.bot_token, app.app_token}:
        raise SlackError("invalid_auth")
    if token != (app.app_token if method.token == "app" else app.bot_token):  # noqa: S105  a kind, no secret
        raise SlackError("not_allowed_token_type")


def _check_arguments(method: Method, args: Json) -> None:
    """Refuses what is missing, and, stricter than Slack, what the method doesn't document."""
    for name in method.required:
        if args.get(name) in (None, ""):
            if own := (method.missing or {}).get(name):
                raise SlackError(own)
            raise invalid("invalid_arguments", f"missing required field: {name}")
    for name in args:
        if name not in {*method.required, *method.optional, *EVERYWHERE}:
            raise invalid("invalid_arguments", f"unknown argument: {name}")
