"""Events: those that the app subscribed to, where its bot is a member, until they are taken."""

from typing import Any

from slack_bolt import App
from slack_bolt.response import BoltResponse

from tests.sandbox.apps import by_http, by_socket
from tests.sandbox.local import Slack, eventually

Json = dict[str, Any]


def hears(app: App) -> list[Json]:
    """Every event that reaches the app, whole."""
    heard: list[Json] = []

    @app.middleware
    def listen(body: Any, next_: Any) -> Any:
        if body.get("type") == "event_callback":
            heard.append(body)
        next_()

    return heard


def of(heard: list[Json], kind: str) -> list[Json]:
    return [body["event"] for body in heard if body["event"]["type"] == kind]


def test_the_bot_hears_what_is_said_where_it_is_a_member(slack: Slack, app: App, room: str) -> None:
    heard = hears(app)
    slack.ana.does("say", channel="COPS", text="not for the bot")
    slack.ana.does("say", channel=room, text="5 > 3 & @ben is <@UBEN>, see #ops")
    event = eventually(lambda: [e for e in of(heard, "message") if e.get("user") == "UANA"])[0]
    assert event["text"] == "5 &gt; 3 &amp; <@UBEN> is <@UBEN>, see <#COPS|>"
    assert (event["channel"], event["channel_type"]) == (room, "channel")
    assert all(e["channel"] == room for e in of(heard, "message"))


def test_edits_and_deletions_are_messages_of_their_own(slack: Slack, app: App, room: str) -> None:
    heard = hears(app)
    ts = slack.ana.does("say", channel=room, text="it is dwon")["message"]["ts"]
    slack.ana.does("edit", channel=room, ts=ts, text="it is down")
    slack.ana.does("delete", channel=room, ts=ts)
    eventually(lambda: any(e.get("subtype") == "message_deleted" for e in of(heard, "message")))
    by_subtype = {e.get("subtype"): e for e in of(heard, "message")}
    assert by_subtype["message_changed"]["message"]["text"] == "it is down"
    assert by_subtype["message_changed"]["previous_message"]["text"] == "it is dwon"
    assert by_subtype["message_deleted"]["deleted_ts"] == ts


def test_mentions_reactions_pins_and_arrivals_are_told(slack: Slack, app: App, room: str) -> None:
    heard = hears(app)
    ts = slack.ana.does("say", channel=room, text="@muster help")["message"]["ts"]
    slack.ana.does("react", channel=room, ts=ts, name="eyes")
    slack.bot.pins_add(channel=room, timestamp=ts)
    channel = slack.bot.conversations_create(name="inc-1")["channel"]["id"]
    slack.bot.conversations_invite(channel=channel, users="UBEN")
    eventually(lambda: len(of(heard, "member_joined_channel")) == 2)
    assert eventually(lambda: of(heard, "app_mention"))[0]["text"] == "<@UMUSTER> help"
    assert eventually(lambda: of(heard, "reaction_added"))[0]["item"]["ts"] == ts
    assert eventually(lambda: of(heard, "pin_added"))[0]["item"]["message"]["ts"] == ts
    assert eventually(lambda: of(heard, "channel_created"))[0]["channel"]["name"] == "inc-1"
    assert {e["user"] for e in of(heard, "member_joined_channel")} == {"UMUSTER", "UBEN"}


def test_an_event_is_told_again_until_it_is_taken(slack: Slack) -> None:
    with by_http(slack) as app:
        tries: list[tuple[str, str | None, str | None]] = []

        @app.middleware
        def refuse(body: Any, request: Any, next_: Any) -> Any:
            number, reason = (request.headers.get(f"x-slack-retry-{name}", [None])[0] for name in ("num", "reason"))
            tries.append((body["event_id"], number, reason))
            return BoltResponse(status=500) if len(tries) < 3 else next_()

        slack.ana.does("open_home")
        eventually(lambda: len(tries) == 3)
        assert [tried[1:] for tried in tries] == [(None, None), ("1", "http_error"), ("2", "http_error")]
        assert len({tried[0] for tried in tries}) == 1


def test_an_app_that_wants_no_retry_gets_none(slack: Slack) -> None:
    with by_http(slack) as app:
        tries: list[str] = []

        @app.middleware
        def refuse(body: Any) -> Any:
            tries.append(body["event_id"])
            return BoltResponse(status=500, headers={"x-slack-no-retry": "1"})

        slack.ana.does("open_home")
        slack.ben.does("open_home")
        eventually(lambda: len(tries) == 2)
        assert len(set(tries)) == 2


def test_events_wait_for_a_socket_but_commands_do_not(slack: Slack) -> None:
    slack.ana.does("open_home")
    assert "dispatch_failed" in slack.ana.types("/incident list")["error"]
    with by_socket(slack) as app:
        heard = hears(app)
        eventually(lambda: of(heard, "app_home_opened"))


def test_a_delivery_may_come_twice(slack: Slack, app: App) -> None:
    heard = hears(app)
    slack.fail({"kind": "duplicate_delivery", "times": 1})
    slack.ana.does("open_home")
    eventually(lambda: len(heard) == 2)
    assert heard[0]["event_id"] == heard[1]["event_id"]


def test_a_delivery_may_come_late(slack: Slack, app: App) -> None:
    heard = hears(app)
    slack.fail({"kind": "late_delivery", "method": "events_api", "delay": 0.1})
    slack.ana.does("open_home")
    assert not heard
    eventually(lambda: heard)
