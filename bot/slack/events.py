"""Events that Slack tells us of: a Home was opened, a message was pinned by 📌, a pinned one was edited or deleted."""

from collections.abc import Callable
from typing import Any

from bot.domain.effects import FetchPin, ShowHome
from bot.domain.incident.commands import RecordPinDeleted, RecordPinEdited, UnpinMessage
from bot.slack.door import Door
from bot.slack.requests import plain_text
from bot.verbs.words import plain

PINS = {"pushpin", "round_pushpin"}
"""Emoji that put a message into the timeline."""


def home_opened(event: dict[str, Any], cause: str, door: Door) -> None:
    if event.get("tab") == "home":
        door.later(ShowHome(person=event["user"]), cause)


def reaction_added(event: dict[str, Any], cause: str, door: Door) -> None:
    item = event["item"]
    if event["reaction"] not in PINS or item.get("type") != "message":
        return
    incident = door.incident_of(item["channel"])
    if incident is not None and item["ts"] not in incident.pins:
        door.later(FetchPin(incident=incident.id, channel=item["channel"], ts=item["ts"], person=event["user"]), cause)


def reaction_removed(event: dict[str, Any], cause: str, door: Door) -> None:
    item = event["item"]
    if event["reaction"] not in PINS or item.get("type") != "message":
        return
    incident = door.incident_of(item["channel"])
    if incident is not None and item["ts"] in incident.pins:
        door.house.engine.submit(
            UnpinMessage(incident=incident.id, by=event["user"], at=door.clock.now(), cause=cause, ts=item["ts"])
        )


def message(event: dict[str, Any], cause: str, door: Door) -> None:
    """A pinned message that is edited or deleted is a new fact; what was recorded stays."""
    match event.get("subtype"):
        case "message_changed":
            changed = event["message"]
            ts, by = changed["ts"], (changed.get("edited") or {}).get("user") or changed.get("user")
        case "message_deleted":
            ts, by = event["deleted_ts"], (event.get("previous_message") or {}).get("user")
        case _:
            return
    incident = door.incident_of(event["channel"])
    if incident is None or ts not in incident.pins:
        return
    shared = {"incident": incident.id, "by": by or "unknown", "at": door.clock.now(), "cause": cause, "ts": ts}
    if event["subtype"] == "message_deleted":
        door.house.engine.submit(RecordPinDeleted(**shared))
    else:
        text = plain(plain_text(event["message"].get("text", "")), door.house.people.name)
        door.house.engine.submit(RecordPinEdited(**shared, text=text))


ALL: dict[str, Callable[[dict[str, Any], str, Door], None]] = {
    "app_home_opened": home_opened,
    "reaction_added": reaction_added,
    "reaction_removed": reaction_removed,
    "message": message,
}
