"""What every click's handler gets: the click, its typed control, and the facts its commands share."""

from typing import Any

from bot.slack.controls import Control
from bot.slack.door import Door
from bot.slack.requests import Click


def facts_of(click: Click, control: Control, door: Door) -> dict[str, Any]:
    return {"incident": control.incident, "by": click.user, "at": door.clock.now(), "cause": click.cause}
