"""Shortcuts: declare from anywhere or from a message, pin a message into the timeline."""

from bot.domain.effects import FetchPin
from bot.domain.words import TITLE_LIMIT
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
            said = plain(plain_text(shortcut.message.get("text", "")), door.names)
            words = cut(" ".join(said.split()), TITLE_LIMIT)
            return _form(FormFacts(form="declare", words=words, origin=_origin(shortcut)), door)
        case "pin-to-timeline":
            return _pin(shortcut, door)
        case unknown:
            return answers.said(f"I don't know the shortcut “{unknown}”. Ask your admin to run `muster doctor`.")


def _form(facts: FormFacts, door: Door) -> Reply:
    return Opens(declare.view(facts, door), "`/incident declare p1 checkout is down`")


def _pin(shortcut: Shortcut, door: Door) -> Reply:
    """Have a worker read the message as it is now, as for a 📌."""
    incident = door.incident_of(shortcut.channel)
    if incident is None or shortcut.channel is None:
        return answers.said("There is no incident in this channel. Pin messages where the incident lives.")
    ts = shortcut.message["ts"]
    if ts not in incident.pins:
        pin = FetchPin(incident=incident.id, channel=shortcut.channel, ts=ts, person=shortcut.user)
        door.later(pin, shortcut.cause)
    return None


def _origin(shortcut: Shortcut) -> str:
    """The message as `channel:ts`; the worker that opens the channel asks Slack for its permalink."""
    return f"{shortcut.channel}:{shortcut.message['ts']}"
