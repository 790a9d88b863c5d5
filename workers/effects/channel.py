"""The incident's channel: made, filled with people, given its topic and bookmarks."""

import logging

from slack_sdk.errors import SlackApiError

from bot.domain.effects import DressChannel, Invite, OpenChannel
from bot.domain.incident.commands import RecordChannel
from bot.domain.incident.state import Incident
from bot.slack.desk import allowing
from bot.slack.errors import Refused, RetryLater
from bot.slack.views.naming import channel_name, topic
from workers.crew import Done, Job
from workers.effects.card import bookmark, put_card

log = logging.getLogger("muster.workers")

NAMES_TRIED = 5


def open_channel(_: OpenChannel, job: Job) -> Done:
    """Make the channel, and begin it with the card; after a lost answer, find the one that we made."""
    incident = job.incident()
    if incident.channel is not None:
        return Done()
    prefix = job.crew.engine.policy_of(incident).channels.prefix
    for attempt in range(NAMES_TRIED):
        name = channel_name(prefix, incident.number, incident.title, attempt, on=incident.declared_at.date())
        channel = _create(name, private=incident.private, job=job)
        if channel is not None:
            _begin_with_card(incident.model_copy(update={"channel": channel}), channel, job)
            return Done((RecordChannel(**job.facts("channel"), channel=channel, name=name),))
    raise Refused(f"Every name like #{name} is taken.", "Rename or archive the old channels; then declare again.")


def _begin_with_card(incident: Incident, channel: str, job: Job) -> None:
    """Post the card before anybody can post anything: what follows from the channel's opening goes side by side.

    If that doesn't work the channel is open all the same, and whoever pins the card posts it.
    """
    try:
        put_card(incident, channel, job, again=job.again)
    except (RetryLater, SlackApiError) as error:
        log.info("%s begins without its card: %s", incident.id, error)


def _create(name: str, *, private: bool, job: Job) -> str | None:
    desk = job.crew.desk
    try:
        created = desk.call("conversations.create", name=name, is_private=private)
    except SlackApiError as error:
        if error.response.get("error") != "name_taken":
            raise
        return _ours(name, job) if job.again else None
    return str(created["channel"]["id"])


def _ours(name: str, job: Job) -> str | None:
    """Find a channel of this name that we made and that no incident lives in: an earlier try's answer was lost."""
    desk = job.crew.desk
    me = desk.call("auth.test")["user_id"]
    cursor = ""
    while True:
        page = desk.call("conversations.list", limit=200, cursor=cursor, types="public_channel,private_channel")
        for channel in page["channels"]:
            if channel["name"] == name and channel.get("creator") == me:
                is_free = job.crew.engine.in_channel(channel["id"]) is None
                return str(channel["id"]) if is_free else None
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            return None


def invite(_: Invite, job: Job) -> Done:
    incident = job.incident()
    channel = job.channel_of(incident)
    with allowing("already_in_channel", "cant_invite_self"):
        job.crew.desk.call("conversations.invite", channel, users=",".join(incident.people[-100:]), force=True)
    return Done()


def dress_channel(_: DressChannel, job: Job) -> Done:
    incident = job.incident()
    channel = job.channel_of(incident)
    desk = job.crew.desk
    desk.call(
        "conversations.setTopic", channel, topic=topic(incident, job.crew.engine.policy_of(incident), job.crew.names)
    )
    if incident.origin:
        _link_back(incident.origin, channel, job)
    return Done()


def _link_back(origin: str, channel: str, job: Job) -> None:
    """Bookmark the message that it was declared from, if Slack lets us see it: it may stand in a direct message."""
    place, _colon, ts = origin.partition(":")
    with allowing("channel_not_found", "message_not_found"):
        link = job.crew.desk.call("chat.getPermalink", place, message_ts=ts)["permalink"]
        bookmark(job, channel, "Where it began", link)
