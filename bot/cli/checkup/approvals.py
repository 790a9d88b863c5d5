"""Approvals: are the people, teams, schedules and user groups there that they name, and could each pass today?"""

from collections.abc import Iterator
from typing import Any

from redis.exceptions import RedisError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.cli.checkup.finding import Finding, failure, ok, reason, warning
from bot.cli.checkup.slack import PATIENCE, UNREACHABLE
from bot.domain.oncall.book import Arranged
from bot.slack.approvals import troubles
from bot.slack.errors import RetryLater
from bot.slack.kit import MENTION
from bot.wiring import Wired
from bot.wiring import slack as web_api


def check(wired: Wired) -> Iterator[Finding]:
    if not wired.settings.slack_bot_token:
        yield warning("Whether approvals could pass can't be told without Slack.", "Set SLACK_BOT_TOKEN, see above.")
        return
    client = web_api(wired.settings, PATIENCE)
    try:
        arranged, ours = wired.house.roster.arranged(), wired.house.people.home()
    except RedisError:
        arranged, ours = Arranged(), frozenset[str]()
    try:
        found = troubles(wired.house.manifests, arranged, wired.clock.now(), ours, _calling(client))
    except (SlackApiError, RetryLater, *UNREACHABLE) as error:
        yield warning(f"Slack can't be asked about approvals: {reason(error)}.", "Run this again in a minute.")
        return
    for one in found:
        why = MENTION.sub(lambda found: f"{wired.house.people.name(found[1])} ({found[1]})", one.why)
        yield failure(why, one.cure) if one.stops else warning(why, one.cure)
    if not found:
        yield ok("Each approval in use could pass with the people there are.")


def _calling(client: WebClient) -> Any:
    return lambda method, **arguments: client.api_call(method, data=arguments).data
