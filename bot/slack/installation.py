"""Where the app is installed: asked of Slack once a process starts, kept for those that start while Slack is away."""

import logging
from threading import Event

from redis.exceptions import RedisError
from slack_sdk import WebClient
from slack_sdk.errors import SlackClientError

from bot.ports import People

log = logging.getLogger("muster.slack")

AGAIN = 5.0
"""Seconds between two tries while Slack or the store is away."""


def learn(client: WebClient, people: People, stopped: Event) -> None:
    """Learn which workspace is ours, and go on trying until that is known. Listeners never wait for it."""
    while not _learned(client, people) and not stopped.wait(AGAIN):
        pass


def _learned(client: WebClient, people: People) -> bool:
    try:
        answer = client.auth_test()
        people.live_in(frozenset(str(answer[name]) for name in ("team_id", "enterprise_id") if answer.get(name)))
    except (SlackClientError, OSError, RedisError) as error:
        log.info("not known yet which workspace is ours: %s", error)
        return False
    return True
