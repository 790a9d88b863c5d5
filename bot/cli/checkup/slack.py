"""Slack: tokens, scopes, the clock, Socket Mode, and the channels that the policy names."""

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from pathlib import Path

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.cli.checkup.finding import Finding, clocks, failure, ok, reason, warning
from bot.settings import Settings
from bot.slack.manifest import SCOPES
from bot.wiring import Wired
from bot.wiring import slack as web_api

PATIENCE = 10
"""Seconds for each call."""

SITE = "https://api.slack.com/apps"
UNREACHABLE = (SlackClientError, OSError, HTTPException, ValueError)
"""What a call raises, other than SlackApiError, when no Slack is at the other end."""

CODE = re.compile("[a-z_]+")
"""How Slack's error codes look. Something else is the client's own words for an answer that is no JSON."""

BAD_TOKEN = {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "no_permission"}


def check(wired: Wired) -> Iterator[Finding]:
    settings = wired.settings
    if not (settings.slack_bot_token or Path(".env").exists()):
        yield warning(
            f"There is no .env in {Path.cwd()}.", "cp .env.example .env; the next lines say what goes into it."
        )
    bot_token = _token(
        "SLACK_BOT_TOKEN",
        settings.slack_bot_token,
        "xoxb-",
        f"At {SITE} make the app from manifests/slack/app.yaml, install it, copy the token of “OAuth & Permissions”.",
    )
    yield bot_token
    way_in = _way_in(settings)
    yield way_in
    if bot_token.level == "ok":
        yield from _ask_slack(web_api(settings, PATIENCE), wired, try_socket=way_in.level == "ok")


def _way_in(settings: Settings) -> Finding:
    """Say how Slack reaches us, and whether we have what that takes."""
    if settings.mode == "socket":
        where = "Copy it from “Basic Information → App-Level Tokens” (scope connections:write)."
        return _token("SLACK_APP_TOKEN", settings.slack_app_token, "xapp-", where)
    if settings.slack_signing_secret:
        return ok("SLACK_SIGNING_SECRET is set: signed HTTP.")
    if settings.slack_mode == "http":
        return failure("SLACK_SIGNING_SECRET is empty.", "Copy it from “Basic Information → App Credentials”.")
    return failure(
        "Slack has no way in: neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set.",
        "Socket Mode needs no public address: “Basic Information → App-Level Tokens”, scope connections:write.",
    )


def _token(name: str, value: str, prefix: str, where: str) -> Finding:
    if not value:
        return failure(f"{name} is empty.", where)
    if not value.startswith(prefix) or not value.isascii() or not value.isprintable() or " " in value:
        return failure(f"{name} is no {prefix}… token; another text was copied.", where)
    return ok(f"{name} is set{': Socket Mode' if prefix == 'xapp-' else ''}.")


def _ask_slack(client: WebClient, wired: Wired, *, try_socket: bool) -> Iterator[Finding]:
    settings = wired.settings
    try:
        answer = client.auth_test()
    except SlackApiError as error:
        yield _refused(error, "SLACK_BOT_TOKEN", settings)
        return
    except UNREACHABLE as error:
        yield _out_of_reach(error, settings)
        return
    now = wired.clock.now()
    yield ok(f"Slack knows me as {answer.get('user')} in {answer.get('team')}.")
    headers = {str(name).lower(): str(value) for name, value in answer.headers.items()}
    yield from _scopes(headers.get("x-oauth-scopes", ""))
    if date := headers.get("date"):
        yield clocks("Slack", parsedate_to_datetime(date) - now)
    if settings.mode == "socket" and try_socket:
        yield _socket(client, settings)
    used = [policy.channels for policy in wired.house.engine.workflows.in_use()]
    named = [name for its in used for name in (its.announce, its.managers, its.ops, its.customers)]
    yield from _channels(client, [name for name in dict.fromkeys(named) if name is not None], settings)


def _refused(error: SlackApiError, token: str, settings: Settings) -> Finding:
    code = str(error.response.get("error"))
    if code in BAD_TOKEN:
        return failure(f"Slack refuses {token}: {code}.", "Reinstall the app, copy the token anew, and restart.")
    if not CODE.fullmatch(code):
        cure = "Check SLACK_API_URL; Slack's own is https://slack.com/api/, which is the default."
        return failure(f"What answers at {settings.slack_api_url} is not Slack's Web API.", cure)
    return failure(f"Slack answers {code}.", "Run this again in a minute; see https://slack-status.com.")


def _out_of_reach(error: BaseException, settings: Settings) -> Finding:
    cure = "Check the network and SLACK_API_URL. Meanwhile `muster incident …` works."
    return failure(f"Slack is out of reach at {settings.slack_api_url}: {reason(error)}.", cure)


def _scopes(granted: str) -> Iterator[Finding]:
    have = {scope.strip() for scope in granted.split(",") if scope.strip()}
    needed = {scope.name for scope in SCOPES}
    if missing := sorted(needed - have):
        cure = "In the app's settings replace the manifest by manifests/slack/app.yaml, and reinstall the app."
        yield failure(f"Scopes are missing: {', '.join(missing)}.", cure)
    else:
        yield ok(f"All {len(needed)} scopes are granted.")
    if surplus := sorted(have - needed):
        yield warning(f"Scopes are granted that I don't need: {', '.join(surplus)}.", "Remove them from the app.")


def _socket(client: WebClient, settings: Settings) -> Finding:
    try:
        client.apps_connections_open(app_token=settings.slack_app_token)
    except SlackApiError as error:
        return failure(
            f"Slack refuses Socket Mode: {error.response.get('error')}.",
            "Turn Socket Mode on in the app's settings; the app token needs connections:write.",
        )
    except UNREACHABLE as error:
        return _out_of_reach(error, settings)
    return ok("Socket Mode is open to me.")


def _channels(client: WebClient, wanted: list[str], settings: Settings) -> Iterator[Finding]:
    try:
        found = {name: _find(client, name) for name in wanted}
    except SlackApiError as error:
        code = error.response.get("error")
        yield failure(f"Channels can't be looked up: {code}.", "See above; then run this again in a minute.")
        return
    except UNREACHABLE as error:
        yield _out_of_reach(error, settings)
        return
    for name, is_there in found.items():
        if is_there:
            yield ok(f"#{name} is there.")
        else:
            cure = "Make it, or name another under manifests/workflows/. Private channels can't be named there."
            yield failure(f"There is no public channel #{name}.", cure)


def _find(client: WebClient, name: str) -> bool:
    """Ask Slack, not our memory of it: a channel may have been renamed or archived since."""
    pages = client.conversations_list(exclude_archived=True, limit=200, types="public_channel")
    return any(channel["name"] == name for page in pages for channel in page["channels"])
