"""Shortcuts: declare from anywhere or from a message, pin a message into the timeline."""

from typing import Any

from bot.domain.incident.commands import PinMessage
from bot.domain.incident.decide.words import TITLE_LIMIT
from bot.slack import answers
from bot.slack.controls import FormFacts
from bot.slack.door import Door, Opens, Reply
from bot.slack.forms import declare
from bot.slack.kit import cut
from bot.slack.requests import Shortcut, plain_text
from bot.verbs.words import plain

DECLARE = "declare"
DECLARE_FROM_MESSAGE = "declare-from-message"
PIN = "pin-to-timeline"


def reply_to(shortcut: Shortcut, door: Door) -> Reply:
    match shortcut.callback_id:
        case "declare":
            return _form(FormFacts(form="declare"), door)
        case "declare-from-message":
            words = cut(" ".join(_text(shortcut.message, door).split()), TITLE_LIMIT)
            return _form(FormFacts(form="declare", words=words, origin=_origin(shortcut)), door)
        case "pin-to-timeline":
            return _pin(shortcut, door)
        case unknown:
            return answers.said(f"I don't know the shortcut “{unknown}”. Ask your admin to run `muster doctor`.")


def _form(facts: FormFacts, door: Door) -> Reply:
    return Opens(declare.view(facts, door), "`/incident declare p1 checkout is down`")


def _pin(shortcut: Shortcut, door: Door) -> Reply:
    incident = door.incident_of(shortcut.channel)
    if incident is None or shortcut.channel is None:
        return answers.said("There is no incident in this channel. Pin messages where the incident lives.")
    message = shortcut.message
    door.house.engine.submit(
        PinMessage(
            incident=incident.id,
            by=shortcut.user,
            at=door.clock.now(),
            cause=shortcut.cause,
            channel=shortcut.channel,
            ts=message["ts"],
            author=message.get("user") or message.get("bot_id") or "unknown",
            text=_text(message, door),
        )
    )
    return None


def _text(message: dict[str, Any], door: Door) -> str:
    return plain(plain_text(message.get("text", "")), door.house.people)


def _origin(shortcut: Shortcut) -> str:
    """The message as `channel:ts`; the worker that opens the channel asks Slack for its permalink."""
    return f"{shortcut.channel}:{shortcut.message['ts']}"
