"""What one person sees: their Home, an answer to their click; and what they pinned, read for the timeline."""

from datetime import timedelta
from typing import Any

import httpx

from bot.domain.effects import FetchPin, ShowHome, Whisper
from bot.domain.incident.commands import PinMessage
from bot.domain.oncall.duty import shifts_of
from bot.slack.desk import allowing
from bot.slack.errors import RetryLater
from bot.slack.requests import plain_text
from bot.slack.views.home import OwnShifts, home
from bot.verbs.words import plain
from workers.crew import Done, Job

AHEAD = timedelta(days=14)
"""Of a person's shifts, so many are shown on their Home."""

RECENT = 5
"""Closed incidents that a Home shows below the open ones."""


def show_home(effect: ShowHome, job: Job) -> Done:
    crew = job.crew
    recent = [incident for incident in crew.engine.recent(20) if not incident.is_open][:RECENT]
    own = _shifts(effect.person, job)
    view = home(effect.person, crew.engine.open(), recent, crew.names, crew.clock.now(), own=own)
    crew.desk.call("views.publish", user_id=effect.person, view=view)
    return Done()


def _shifts(person: str, job: Job) -> OwnShifts | None:
    """Look up what concerns somebody of the on-call book; None for others."""
    house, now = job.crew.house, job.crew.clock.now()
    known = house.book.by_slack.get(person)
    if known is None:
        return None
    asked = house.roster.state()[1].asked.values()
    return OwnShifts(
        book=house.book,
        shifts=shifts_of(house.book, known.id, now, now + AHEAD, house.roster.arranged()),
        asked=tuple(each for each in asked if each.override.person == known.id and each.override.end > now),
        calendar=job.crew.subscriptions.address("person", known.id) or "",
    )


def whisper(effect: Whisper, job: Job) -> Done:
    """Answer a click: by its response url, which works anywhere for half an hour, or as an ephemeral message."""
    content: dict[str, Any] = {"text": effect.text} | ({"blocks": list(effect.blocks)} if effect.blocks else {})
    if effect.response_url is not None:
        body = {**content, "response_type": "ephemeral", "replace_original": False}
        try:
            answer = httpx.post(effect.response_url, json=body, timeout=10)
        except httpx.HTTPError as error:
            raise RetryLater(None, str(error)) from error
        if answer.is_success:
            return Done()
        if answer.status_code >= 500 or answer.status_code == 429:
            raise RetryLater(float(answer.headers.get("Retry-After", 1)), f"HTTP {answer.status_code}")
    if effect.channel is not None:
        with allowing("user_not_in_channel", "not_in_channel", "channel_not_found"):
            job.crew.desk.call("chat.postEphemeral", effect.channel, user=effect.person, **content)
            return Done()
    direct = job.crew.desk.call("conversations.open", users=effect.person)["channel"]["id"]
    job.crew.desk.call("chat.postMessage", direct, **content)
    return Done()


def fetch_pin(effect: FetchPin, job: Job) -> Done:
    """Read the pinned message as it is now."""
    crew = job.crew
    page = crew.desk.call(
        "conversations.replies", effect.channel, ts=effect.ts, latest=effect.ts, inclusive=True, limit=1
    )
    message = next((message for message in page["messages"] if message["ts"] == effect.ts), None)
    if message is None:
        return Done()
    link = crew.desk.call("chat.getPermalink", effect.channel, message_ts=effect.ts)["permalink"]
    pin = PinMessage(
        **{**job.facts("pin"), "by": effect.person},
        channel=effect.channel,
        ts=effect.ts,
        author=message.get("user") or message.get("bot_id") or "unknown",
        text=plain(plain_text(message.get("text", "")), crew.names),
        permalink=link,
    )
    return Done((pin,))
