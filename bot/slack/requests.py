"""Slack's payloads as typed requests: what was typed, clicked, submitted, or happened."""

import html
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.slack.controls import FormFacts

KEPT_AS = ("value", "selected_user", "selected_users", "selected_conversation", "selected_date", "selected_date_time")
"""Where Slack keeps what somebody filled in, by the kind of element."""

SPECIAL = re.compile(r"<(?:([@#!])([^|>]*)(?:\|([^>]*))?|([^|>]+)(?:\|([^>]*))?)>")


class Asked(BaseModel):
    """What every request has: a person, and a cause that names this very request."""

    model_config = ConfigDict(frozen=True)

    user: str
    user_name: str = ""
    cause: str
    trigger_id: str = ""
    """Opens one view within three seconds."""
    channel: str | None = None
    response_url: str | None = None
    """Takes five answers within half an hour."""
    teams: frozenset[str] = frozenset()
    """The workspaces that it names: where it was done, and whose member did it."""


class SlashCommand(Asked):
    text: str


class Click(Asked):
    action_id: str
    value: str | None
    view: dict[str, Any] | None = None
    state: dict[str, Any] = {}


class Submission(Asked):
    facts: FormFacts
    view_id: str
    values: dict[str, Any]
    """By block: a string, a list of strings, or None."""

    def text(self, block: str) -> str:
        """Return what was typed or picked there, without white space around it."""
        return str(self.values.get(block) or "").strip()


class Shortcut(Asked):
    callback_id: str
    message: dict[str, Any] = {}


def kind_of(body: Mapping[str, Any]) -> str:
    """Say what was done: Slack's `type` of the payload, with the event's own behind it; a command has none."""
    if "command" in body:
        return "command"
    kind = str(body.get("type"))
    return f"{kind} {body['event']['type']}" if kind == "event_callback" else kind


def slash_command(body: Mapping[str, Any]) -> SlashCommand:
    return SlashCommand(
        user=body["user_id"],
        user_name=body.get("user_name", ""),
        cause=f"slash:{body['trigger_id']}",
        channel=body["channel_id"],
        text=plain_text(body.get("text", "")),
        trigger_id=body["trigger_id"],
        teams=teams_of(body),
    )


def click(body: Mapping[str, Any]) -> Click:
    action = body["actions"][0]
    where = body.get("container", {})
    place = where.get("message_ts") or where.get("view_id") or ""
    return Click(
        user=body["user"]["id"],
        user_name=_name(body["user"]),
        cause=f"click:{place}:{action['action_id']}:{body['user']['id']}:{action.get('action_ts', '')}",
        action_id=action["action_id"],
        value=action.get("value") or (action.get("selected_option") or {}).get("value"),
        trigger_id=body.get("trigger_id", ""),
        channel=(body.get("channel") or {}).get("id"),
        response_url=body.get("response_url"),
        view=body.get("view"),
        state=(body.get("view") or {}).get("state", {}).get("values", {}),
        teams=teams_of(body),
    )


def submission(body: Mapping[str, Any]) -> Submission:
    view = body["view"]
    values = {
        block: _value(element)
        for block, elements in view.get("state", {}).get("values", {}).items()
        for element in elements.values()
    }
    return Submission(
        user=body["user"]["id"],
        user_name=_name(body["user"]),
        cause=f"view:{view['id']}",
        facts=FormFacts.model_validate_json(view.get("private_metadata") or "{}"),
        view_id=view["id"],
        values=values,
        teams=teams_of(body),
    )


def shortcut(body: Mapping[str, Any]) -> Shortcut:
    return Shortcut(
        user=body["user"]["id"],
        user_name=_name(body["user"]),
        cause=f"shortcut:{body['trigger_id']}",
        callback_id=body["callback_id"],
        trigger_id=body["trigger_id"],
        channel=(body.get("channel") or {}).get("id"),
        response_url=body.get("response_url"),
        message=body.get("message", {}),
        teams=teams_of(body),
    )


def teams_of(body: Mapping[str, Any]) -> frozenset[str]:
    """Name the workspaces of a payload. In a channel shared by Slack Connect a person's is not always the place's.

    An event comes with those for which the app may hear it.
    """
    user = body.get("user")
    heard = [each.get("team_id") for each in body.get("authorizations") or ()]
    named = heard or [
        body.get("team_id"),
        (body.get("team") or {}).get("id"),
        user.get("team_id") if isinstance(user, Mapping) else None,
    ]
    return frozenset(str(team) for team in named if team)


def plain_text(text: str) -> str:
    """Undo Slack's escaping. People stay as `<@U…>`; channels, links and group pings become plain words."""
    return html.unescape(SPECIAL.sub(_token, text.replace("\x00", "")))


def _token(found: re.Match[str]) -> str:
    kind, what, label, link, link_label = found.groups()
    match kind:
        case "@":
            return f"<@{what}>"
        case "#":
            return f"#{label or what}"
        case "!":
            return label or f"@{what.partition('^')[0]}"
        case _:
            return f"{link_label} ({link})" if link_label and link_label != link else str(link)


def _name(user: Mapping[str, Any]) -> str:
    return str(user.get("name") or user.get("username") or "")


def _value(element: Mapping[str, Any]) -> Any:
    """Read one element of a view's state, whatever its type."""
    if "selected_options" in element:
        return [option["value"] for option in element["selected_options"] or ()]
    for key in KEPT_AS:
        if key in element:
            return element[key]
    return (element.get("selected_option") or {}).get("value")
