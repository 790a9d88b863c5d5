"""The card: the first message in the incident's channel, pinned, and edited ever after."""

from bot.domain.effects import PinCard, ShowCard
from bot.domain.incident.state import Incident
from bot.ports import Post
from bot.slack.desk import allowing
from bot.slack.views.card import card
from workers.crew import EDITS_APART, Done, Job

NAME = "card"


def put_card(incident: Incident, channel: str, job: Job, *, again: bool) -> Post:
    """Post the card, or edit it to what is true now; it is never posted again."""
    crew = job.crew
    message = card(incident, crew.engine.policy_of(incident), crew.names, crew.clock.now())
    return crew.desk.show(incident.id, NAME, channel, message, again=again, since=job.since)


def pin_card(_: PinCard, job: Job) -> Done:
    """Whoever opened the channel has posted the card, if Slack let them; nobody else pins it."""
    incident, desk = job.incident(), job.crew.desk
    channel = job.channel_of(incident)
    post = desk.find(incident.id, NAME) or put_card(incident, channel, job, again=True)
    with allowing("already_pinned"):
        desk.call("pins.add", channel, timestamp=post.ts)
    link = desk.call("chat.getPermalink", channel, message_ts=post.ts)["permalink"]
    bookmark(job, channel, "Card", link)
    return Done()


def show_card(_: ShowCard, job: Job) -> Done:
    incident = job.incident()
    put_card(incident, job.channel_of(incident), job, again=job.again)
    return Done(rest=EDITS_APART)


def bookmark(job: Job, channel: str, title: str, link: str) -> None:
    """Add a bookmark, unless it is there."""
    desk = job.crew.desk
    there = desk.call("bookmarks.list", channel_id=channel)["bookmarks"]
    if not any(mark["title"] == title for mark in there):
        desk.call("bookmarks.add", channel_id=channel, title=title, type="link", link=link)
