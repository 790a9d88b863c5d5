"""What every click's handler gets: the click, its typed control, and the facts its commands share."""

from typing import Any

from bot.domain.incident.state import Incident
from bot.slack.controls import Control
from bot.slack.door import Door
from bot.slack.requests import Click


def facts_of(click: Click, control: Control, door: Door) -> dict[str, Any]:
    return {"incident": control.incident, "by": click.user, "at": door.clock.now(), "cause": click.cause}


def is_in_channel(click: Click, incident: Incident) -> bool:
    """Say whether it was clicked in the incident's channel: not in Home, nor in a direct message.

    Slack doesn't say whether whoever clicks has joined, or only looks into a public channel that they could join. Who
    sees a private one is in it.
    """
    return incident.channel is not None and click.channel == incident.channel
