"""`muster doctor`: check tokens, scopes, manifest, channels, Redis, workers and clock; each finding with its cure."""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from redis.exceptions import RedisError
from rq import Worker
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.settings import Settings, read
from bot.slack.errors import Refused, RetryLater
from bot.slack.manifest import SCOPES
from bot.wiring import Wired, wire

OLDEST_REDIS = (6, 2)
"""The first version with all that the scripts and RQ use."""

SKEW = 5
"""Seconds of clock difference from which on a warning is due; Slack refuses signatures at 300."""

SILENCE = timedelta(seconds=10)
"""A clock or worker that was not heard of for so long is missing."""


@dataclass(frozen=True, slots=True)
class Finding:
    level: Literal["ok", "warning", "failure"]
    what: str
    cure: str = ""

    def __str__(self) -> str:
        sign = {"ok": "✓", "warning": "!", "failure": "✗"}[self.level]
        return f"{sign} {self.what}" + (f"\n    → {self.cure}" if self.cure else "")


def arguments(_: argparse.ArgumentParser) -> None:
    """Take no arguments: everything comes from the environment."""


def run(_: argparse.Namespace) -> int:
    """Print every finding; exit with 1 if something has failed, else 0."""
    settings = read()
    wired = wire(settings)
    findings = [finding for check in CHECKS for finding in check(wired)]
    for finding in findings:
        print(finding)
    failures = sum(finding.level == "failure" for finding in findings)
    print(f"\n{failures or 'No'} failure{'' if failures == 1 else 's'}, {len(findings)} checks.")
    return 1 if failures else 0


def check_settings(wired: Wired) -> Iterator[Finding]:
    settings = wired.settings
    house = wired.house
    yield Finding(
        "ok",
        f"Manifests: {len(house.services)} services, {len(house.runbooks)} runbooks, "
        f"policy {house.engine.policy.name}.",
    )
    yield from _token("SLACK_BOT_TOKEN", settings.slack_bot_token, "xoxb-", "OAuth & Permissions")
    if settings.mode == "socket":
        yield from _token("SLACK_APP_TOKEN", settings.slack_app_token, "xapp-", "Basic Information → App-Level Tokens")
    elif not settings.slack_signing_secret:
        yield Finding("failure", "SLACK_SIGNING_SECRET is empty.", "Copy it from the app's Basic Information page.")
    else:
        yield Finding("ok", "SLACK_SIGNING_SECRET is set; Slack's requests are taken over HTTP.")


def _token(name: str, value: str, prefix: str, where: str) -> Iterator[Finding]:
    if not value:
        yield Finding("failure", f"{name} is empty.", f"Copy it from the app's page, {where}.")
    elif not value.startswith(prefix):
        yield Finding(
            "failure", f"{name} does not begin with {prefix}.", f"Another token was copied; take it from {where}."
        )
    else:
        yield Finding("ok", f"{name} looks right.")


def check_slack(wired: Wired) -> Iterator[Finding]:
    settings = wired.settings
    if not settings.slack_bot_token:
        return
    client = WebClient(settings.slack_bot_token, base_url=settings.slack_api_url, timeout=10)
    try:
        answer = client.auth_test()
    except SlackApiError as error:
        code = error.response.get("error")
        yield Finding(
            "failure", f"Slack refuses the bot token: {code}.", "Reinstall the app and copy SLACK_BOT_TOKEN anew."
        )
        return
    except OSError as error:
        cure = "Check the network and SLACK_API_URL. The terminal's verbs work meanwhile."
        yield Finding("failure", f"Slack is out of reach at {settings.slack_api_url}: {error}.", cure)
        return
    yield Finding("ok", f"Slack knows me as {answer.get('user')} in {answer.get('team')}.")
    headers = {str(name).lower(): value for name, value in answer.headers.items()}
    yield from _scopes(str(headers.get("x-oauth-scopes", "")))
    yield from _skew("Slack", headers.get("date"), wired)
    if settings.mode == "socket":
        yield from _socket(client, settings)
    yield from _channels(wired)


def _scopes(granted: str) -> Iterator[Finding]:
    have = {scope.strip() for scope in granted.split(",") if scope.strip()}
    missing = [scope.name for scope in SCOPES if scope.name not in have]
    surplus = sorted(have - {scope.name for scope in SCOPES})
    if missing:
        cure = "Update the app from manifests/slack/app.yaml and reinstall it."
        yield Finding("failure", f"Scopes are missing: {', '.join(missing)}.", cure)
    else:
        yield Finding("ok", f"All {len(SCOPES)} scopes are granted.")
    if surplus:
        yield Finding("warning", f"Scopes that I don't need: {', '.join(surplus)}.", "Remove them from the app.")


def _socket(client: WebClient, settings: Settings) -> Iterator[Finding]:
    try:
        client.apps_connections_open(app_token=settings.slack_app_token)
    except SlackApiError as error:
        cure = "Make an app-level token with connections:write and turn Socket Mode on."
        yield Finding("failure", f"Slack refuses the app token: {error.response.get('error')}.", cure)
    except OSError as error:
        yield Finding("failure", f"Slack is out of reach: {error}.", "Check the network.")
    else:
        yield Finding("ok", "Socket Mode is open to me.")


def _channels(wired: Wired) -> Iterator[Finding]:
    channels = wired.house.engine.policy.channels
    for name in (channels.announce, channels.managers):
        try:
            wired.desk.channel_id(name)
        except (Refused, RetryLater, SlackApiError, RedisError) as error:
            cure = "Make the channel, or name another under manifests/workflows/."
            yield Finding("failure", f"#{name} can't be found: {error}", cure)
        else:
            yield Finding("ok", f"#{name} is there.")


def check_redis(wired: Wired) -> Iterator[Finding]:
    url = wired.settings.redis_url
    try:
        info = wired.redis.info()
        seconds, micros = wired.redis.time()
    except RedisError as error:
        yield Finding("failure", f"Redis is out of reach at {url}: {error}.", "Start it, or correct REDIS_URL.")
        return
    version = str(info.get("valkey_version") or info.get("redis_version", "0"))
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_REDIS:
        yield Finding("failure", f"Redis {version} is too old.", "Use 6.2 or newer.")
    else:
        yield Finding("ok", f"Redis {version} answers.")
    if info.get("aof_enabled") in {1, "1"}:
        yield Finding("ok", "The append-only file is on.")
    else:
        cure = "CONFIG SET appendonly yes, and write it to redis.conf: without it a crash loses incidents."
        yield Finding("failure", "The append-only file is off.", cure)
    policy = info.get("maxmemory_policy", "noeviction")
    if policy == "noeviction":
        yield Finding("ok", "Nothing is ever evicted.")
    else:
        cure = "CONFIG SET maxmemory-policy noeviction: the record is no cache."
        yield Finding("failure", f"Redis may evict the record ({policy}).", cure)
    if info.get("role") not in {"master", None}:
        yield Finding("failure", "REDIS_URL names a replica.", "Name the primary, or Sentinel's address of it.")
    there = datetime.fromtimestamp(seconds + micros / 1e6, UTC)
    yield _skew_of("Redis", abs((there - wired.clock.now()).total_seconds()))


def _skew(whose: str, date: str | None, wired: Wired) -> Iterator[Finding]:
    if date:
        yield _skew_of(whose, abs((parsedate_to_datetime(date) - wired.clock.now()).total_seconds()))


def _skew_of(whose: str, skew: float) -> Finding:
    if skew > SKEW:
        cure = "Turn on time synchronisation (chrony, systemd-timesyncd) on this machine."
        return Finding("failure", f"This machine's clock and {whose}'s differ by {skew:.0f} s.", cure)
    return Finding("ok", f"This machine's clock agrees with {whose}'s.")


def check_processes(wired: Wired) -> Iterator[Finding]:
    try:
        beats, now = wired.heartbeats.last(), wired.clock.now()
        workers = Worker.count(connection=wired.raw_redis)
        waiting = wired.outbox.waiting()
    except RedisError:
        return  # said by check_redis
    for process, cure in (
        ("worker", "Start it: python -m workers worker. Nothing reaches Slack and no runbook runs without it."),
        ("clock", "Start it: python -m workers clock. No time limit ends without it."),
    ):
        if process not in beats or now - beats[process] > SILENCE:
            yield Finding("failure", f"No {process} is alive.", cure)
        else:
            yield Finding("ok", f"The {process} is alive{f' ({workers} RQ workers)' if process == 'worker' else ''}.")
    late = sum(waiting.values())
    level: Literal["ok", "warning"] = "warning" if late > 100 else "ok"
    yield Finding(
        level, f"{late} effects wait in {len(waiting)} lanes.", "" if level == "ok" else "Add workers: WORKERS=4."
    )


CHECKS: tuple[Callable[[Wired], Iterator[Finding]], ...] = (check_settings, check_redis, check_processes, check_slack)
