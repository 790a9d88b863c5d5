"""One sample of every kind of payload that Slack sends us, in the shapes of Slack's own documentation."""

import json
from typing import Any

from bot.slack.controls import FormFacts, TakeHatButton

USER = {"id": "UANA", "username": "ana", "name": "ana", "team_id": "T1"}
SHARED = {
    "user": USER,
    "team": {"id": "T1", "domain": "shop"},
    "api_app_id": "A1",
    "token": "t",
    "trigger_id": "1.2.abc",
}
VIEW: dict[str, Any] = {
    "id": "V1",
    "type": "modal",
    "callback_id": "declare",
    "hash": "1.abc",
    "private_metadata": FormFacts(form="declare").model_dump_json(),
    "blocks": [],
    "state": {
        "values": {
            "title": {"title": {"type": "plain_text_input", "value": "checkout is down"}},
            "severity": {"severity": {"type": "static_select", "selected_option": {"value": "p1"}}},
        }
    },
}
CHANNEL = {"id": "C1", "name": "inc-1"}
MESSAGE = {"type": "message", "user": "UBEN", "ts": "1700000000.000100", "text": "all shops are down"}
BUTTON = TakeHatButton(incident="INC-1", hat="commander")

COMMAND: dict[str, Any] = {
    "command": "/incident",
    "text": "list",
    "user_id": "UANA",
    "user_name": "ana",
    "channel_id": "C1",
    "channel_name": "inc-1",
    "team_id": "T1",
    "trigger_id": "1.2.abc",
    "response_url": "https://hooks.slack.com/commands/1/2/3",
}
CLICK: dict[str, Any] = {
    **SHARED,
    "type": "block_actions",
    "container": {"type": "message", "message_ts": "1700000000.000100", "channel_id": "C1", "is_ephemeral": False},
    "channel": CHANNEL,
    "message": MESSAGE,
    "state": {"values": {}},
    "response_url": "https://hooks.slack.com/actions/1/2/3",
    "actions": [
        {
            "type": "button",
            "block_id": "b1",
            "action_id": BUTTON.action_id,
            "value": BUTTON.value,
            "action_ts": "1700000001.000100",
            "text": {"type": "plain_text", "text": "Take command"},
        }
    ],
}
SUBMISSION: dict[str, Any] = {**SHARED, "type": "view_submission", "view": VIEW, "response_urls": []}
SHORTCUT: dict[str, Any] = {**SHARED, "type": "shortcut", "callback_id": "declare", "action_ts": "1700000001.000100"}
MESSAGE_SHORTCUT: dict[str, Any] = {
    **SHARED,
    "type": "message_action",
    "callback_id": "declare-from-message",
    "message_ts": MESSAGE["ts"],
    "channel": CHANNEL,
    "message": MESSAGE,
    "response_url": "https://hooks.slack.com/app/1/2/3",
}


def event(**inner: Any) -> dict[str, Any]:
    return {
        "type": "event_callback",
        "token": "t",
        "team_id": "T1",
        "api_app_id": "A1",
        "event_id": "Ev1",
        "event_time": 1700000001,
        "authorizations": [{"team_id": "T1", "user_id": "UMUSTER", "is_bot": True, "is_enterprise_install": False}],
        "event": inner,
    }


REACTION = {"user": "UANA", "reaction": "pushpin", "event_ts": "1700000001.000100"}
ITEM = {"type": "message", "channel": "C1", "ts": MESSAGE["ts"]}
EVENTS: dict[str, dict[str, Any]] = {
    "home opened": event(type="app_home_opened", user="UANA", channel="D1", tab="home", event_ts="1700000001.000100"),
    "reaction added": event(type="reaction_added", item=ITEM, **REACTION),
    "reaction removed": event(type="reaction_removed", item=ITEM, **REACTION),
    "message": event(channel="C1", channel_type="channel", **MESSAGE),
    "message edited": event(
        type="message",
        subtype="message_changed",
        channel="C1",
        channel_type="channel",
        ts="1700000002.000100",
        message={**MESSAGE, "edited": {"user": "UBEN", "ts": "1700000002.000000"}},
        previous_message=MESSAGE,
    ),
    "message deleted": event(
        type="message",
        subtype="message_deleted",
        channel="C1",
        channel_type="channel",
        deleted_ts=MESSAGE["ts"],
        previous_message=MESSAGE,
    ),
}
INTERACTIONS = {"click": CLICK, "submission": SUBMISSION, "shortcut": SHORTCUT, "message shortcut": MESSAGE_SHORTCUT}


def copied(payload: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(json.dumps(payload)))
