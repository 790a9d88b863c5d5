"""What the page relies on: who sees what, news as it happens, and a workspace that outlives its process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from slack_sdk import WebClient
from slack_sdk.socket_mode import SocketModeClient

from tests.sandbox.local import Slack, eventually, free_port, start, stop

Json = dict[str, Any]


def test_everyone_sees_the_public_channels_and_their_own(slack: Slack) -> None:
    secret = slack.bot.conversations_create(name="secret", is_private=True)["channel"]["id"]
    slack.bot.conversations_invite(channel=secret, users="UANA")
    assert secret in {channel["id"] for channel in boot(slack, "UANA")["channels"]}
    assert secret not in {channel["id"] for channel in boot(slack, "UBEN")["channels"]}
    assert slack.get("/client/messages", user="UBEN", channel=secret)["error"]


def test_unread_counts_what_others_said(slack: Slack) -> None:
    slack.ana.does("say", channel="COPS", text="one")
    slack.bot.chat_postMessage(channel="COPS", text="two")
    assert (unread(slack, "UANA"), unread(slack, "UBEN")) == (1, 2)
    slack.ben.does("read", channel="COPS")
    assert unread(slack, "UBEN") == 0


def test_people_edit_delete_and_react_only_as_themselves(slack: Slack) -> None:
    ts = slack.ana.does("say", channel="COPS", text="mine")["message"]["ts"]
    assert slack.ben.does("edit", channel="COPS", ts=ts, text="his")["error"]
    assert slack.ben.does("react", channel="COPS", ts=ts, name="eyes") == {"ok": True}
    assert slack.ana.sees("COPS")[-1]["reactions"] == [{"name": "eyes", "users": ["UBEN"], "count": 1}]
    slack.ben.does("unreact", channel="COPS", ts=ts, name="eyes")
    slack.ana.does("edit", channel="COPS", ts=ts, text="still mine")
    message = slack.ana.sees("COPS")[-1]
    assert (message["text"], message["edited"]["user"], "reactions" in message) == ("still mine", "UANA", False)
    slack.ana.does("delete", channel="COPS", ts=ts)
    assert slack.ana.sees("COPS") == []


def test_one_can_leave_and_join_a_public_channel_and_talk_in_private(slack: Slack) -> None:
    slack.ana.does("leave", channel="COPS")
    assert slack.ana.does("say", channel="COPS", text="hello") == {"error": "Join #ops first."}
    slack.ana.does("join", channel="COPS")
    assert slack.ana.sees("COPS")[-1]["subtype"] == "channel_join"
    talk = slack.ana.does("dm", **{"with": "UBEN"})["channel"]
    assert talk["user"] == "UBEN"
    slack.ana.does("say", channel=talk["id"], text="psst")
    assert slack.ben.sees(talk["id"])[0]["text"] == "psst"


def test_news_streams_to_the_page(slack: Slack, room: str) -> None:
    with slack.http.stream("GET", f"{slack.url}/client/stream", params={"user": "UANA"}) as response:
        news = (json.loads(line[6:]) for line in response.iter_lines() if line.startswith("data: "))
        assert next(news)["type"] == "ping"
        ts = slack.ben.does("say", channel=room, text="hello")["message"]["ts"]
        assert next_of(news, "message")["message"]["text"] == "hello"
        slack.ben.does("edit", channel=room, ts=ts, text="hello all")
        assert next_of(news, "message_changed")["message"]["text"] == "hello all"
        slack.bot.conversations_setTopic(channel=room, topic="Quiet")
        assert next_of(news, "channel")["channel"]["topic"]["value"] == "Quiet"
        slack.bot.chat_postEphemeral(channel=room, user="UANA", text="only you")
        assert next_of(news, "message", "message")["message"]["is_ephemeral"] is True
        slack.bot.views_publish(user_id="UANA", view={"type": "home", "blocks": []})
        assert next_of(news, "home")["view"]["type"] == "home"
        slack.ben.does("delete", channel=room, ts=ts)
        assert next_of(news, "message_deleted") == {"type": "message_deleted", "channel": room, "ts": ts}


def test_a_socket_ticket_is_good_for_one_connection_and_slack_may_ask_for_a_new_one(slack: Slack) -> None:
    client = SocketModeClient("xapp-local", web_client=WebClient("xapp-local", base_url=f"{slack.url}/api/"))
    hellos: list[Json] = []
    client.message_listeners.append(lambda _client, message, _raw: hellos.append(message))
    client.connect()
    eventually(lambda: [m for m in hellos if m.get("type") == "hello" and m["num_connections"] == 1])
    slack.fail({"kind": "disconnect", "times": 1})
    eventually(lambda: len([m for m in hellos if m.get("type") == "hello"]) == 2)
    client.close()
    eventually(lambda: not boot(slack, "UANA")["app"]["connected"])


def test_killing_and_starting_the_workspace_loses_nothing(tmp_path: Path) -> None:
    port = free_port()
    slack = Slack(f"http://127.0.0.1:{port}")
    process = start(port, "--data", str(tmp_path / "data"))
    slack.install(name="Muster")
    channel = slack.bot.conversations_create(name="inc-1")["channel"]["id"]
    ts = slack.bot.chat_postMessage(channel=channel, text="card", metadata={"event_type": "e", "event_payload": {}})[
        "ts"
    ]
    slack.bot.files_upload_v2(filename="a.txt", content="bytes", channel=channel)
    slack.bot.pins_add(channel=channel, timestamp=ts)
    slack.bot.views_publish(user_id="UANA", view={"type": "home", "blocks": []})
    before = slack.get("/control/state")
    process.kill()
    process.communicate()
    process = start(port, "--data", str(tmp_path / "data"))
    assert slack.get("/control/state") == before
    assert slack.bot.chat_postMessage(channel=channel, text="next")["ts"] > ts
    slack.http.close()
    stop(process)


def test_pages_beside_the_workspace_are_in_its_sidebar() -> None:
    port = free_port()
    process = start(port, "--link", "Checkout", "http://127.0.0.1:1/")
    slack = Slack(f"http://127.0.0.1:{port}")
    assert boot(slack, "UANA")["links"] == [{"title": "Checkout", "url": "http://127.0.0.1:1/"}]
    slack.http.close()
    stop(process)


def test_a_port_that_is_taken_is_not_shared(server: Any) -> None:
    port = server.url.rpartition(":")[2]
    command = [sys.executable, "-m", "bot.sandbox", "--port", port]
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    taken = f"Port {port} on 127.0.0.1 can't be served: Address already in use.\n"
    assert (second.returncode, second.stderr) == (1, taken)


def next_of(news: Iterator[Json], *kinds: str) -> Json:
    """The next piece of news of the kind; for a kind named twice, the second."""
    for kind in kinds:
        found = next(one for one in news if one["type"] == kind)
    return found


def boot(slack: Slack, user: str) -> Json:
    return slack.get("/client/boot", user=user)


def unread(slack: Slack, user: str) -> int:
    count: int = next(c["unread"] for c in boot(slack, user)["channels"] if c["id"] == "COPS")
    return count
