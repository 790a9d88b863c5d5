"""What the Web API does when it has no reason to refuse."""

import time
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler, RateLimitErrorRetryHandler

from tests.sandbox.local import Slack

METADATA = {"event_type": "incident_card", "event_payload": {"incident": "INC-1"}}


def test_history_is_newest_first_in_pages_and_leaves_replies_in_their_threads(slack: Slack, room: str) -> None:
    posted = [slack.bot.chat_postMessage(channel=room, text=f"line {n}")["ts"] for n in range(5)]
    slack.bot.chat_postMessage(channel=room, text="aside", thread_ts=posted[0])
    slack.bot.chat_postMessage(channel=room, text="aloud", thread_ts=posted[0], reply_broadcast=True)
    pages = list(slack.bot.conversations_history(channel=room, limit=3))
    texts = [message["text"] for page in pages for message in page["messages"]]
    assert texts[:6] == ["aloud", "line 4", "line 3", "line 2", "line 1", "line 0"]
    between = slack.bot.conversations_history(channel=room, oldest=posted[1], latest=posted[3])["messages"]
    assert [message["ts"] for message in between] == [posted[2]]
    inclusive = slack.bot.conversations_history(channel=room, oldest=posted[1], latest=posted[3], inclusive=True)
    assert [message["ts"] for message in inclusive["messages"]] == posted[3:0:-1]


def test_a_thread_begins_with_its_root_which_counts_its_replies(slack: Slack, room: str) -> None:
    root = slack.bot.chat_postMessage(channel=room, text="root")["ts"]
    replies = [slack.bot.chat_postMessage(channel=room, text="reply", thread_ts=root)["ts"] for _ in range(2)]
    thread = slack.bot.conversations_replies(channel=room, ts=root)["messages"]
    assert [message["ts"] for message in thread] == [root, *replies]
    assert (thread[0]["reply_count"], thread[0]["latest_reply"]) == (2, replies[1])
    assert thread[1]["parent_user_id"] == "UMUSTER"


def test_metadata_comes_back_only_to_those_who_ask(slack: Slack, room: str) -> None:
    slack.bot.chat_postMessage(channel=room, text="card", metadata=METADATA)
    without = slack.bot.conversations_history(channel=room, limit=1)["messages"][0]
    asked = slack.bot.conversations_history(channel=room, limit=1, include_all_metadata=True)["messages"][0]
    assert "metadata" not in without
    assert asked["metadata"] == METADATA


def test_updating_with_text_alone_takes_the_blocks_away(slack: Slack, room: str) -> None:
    ts = slack.bot.chat_postMessage(channel=room, text="card", blocks=[{"type": "divider"}], metadata=METADATA)["ts"]
    message = slack.bot.chat_update(channel=room, ts=ts, text="plain")["message"]
    assert (message["text"], message["edited"]["user"]) == ("plain", "UMUSTER")
    assert "blocks" not in message
    assert message["metadata"] == METADATA


def test_a_channel_has_its_creator_its_guests_its_topic_and_its_bookmarks(slack: Slack) -> None:
    channel = slack.bot.conversations_create(name="inc-1-checkout")["channel"]
    assert (channel["creator"], channel["is_private"]) == ("UMUSTER", False)
    slack.bot.conversations_invite(channel=channel["id"], users=["UANA", "UBEN"])
    slack.bot.conversations_setTopic(channel=channel["id"], topic="SEV1")
    added = slack.bot.bookmarks_add(channel_id=channel["id"], title="Call", type="link", link="https://meet.test/1")
    slack.bot.bookmarks_edit(channel_id=channel["id"], bookmark_id=added["bookmark"]["id"], title="Bridge")
    slack.bot.conversations_rename(channel=channel["id"], name="inc-1-payments")
    info = slack.bot.conversations_info(channel=channel["id"], include_num_members=True)["channel"]
    assert (info["name"], info["topic"]["value"], info["num_members"]) == ("inc-1-payments", "SEV1", 3)
    bookmarks = slack.bot.bookmarks_list(channel_id=channel["id"])["bookmarks"]
    assert [bookmark["title"] for bookmark in bookmarks] == ["Bridge"]
    listed = slack.bot.conversations_list(types="public_channel,private_channel")["channels"]
    assert "inc-1-payments" in {known["name"] for known in listed}


def test_a_direct_message_opens_once(slack: Slack) -> None:
    first = slack.bot.conversations_open(users="UANA")["channel"]["id"]
    assert slack.bot.conversations_open(users="UANA")["already_open"] is True
    assert slack.bot.chat_postMessage(channel="UANA", text="psst")["channel"] == first
    assert slack.ana.sees(first)[0]["text"] == "psst"
    assert slack.ben.does("read", channel=first)["error"]


def test_a_file_goes_up_in_three_steps_and_comes_down_again(slack: Slack, room: str) -> None:
    done = slack.bot.files_upload_v2(
        filename="timeline.md", content="# INC-1", title="Timeline", channel=room, initial_comment="As asked"
    )
    file = done["file"]
    assert slack.http.get(file["url_private"]).text == "# INC-1"
    shared = slack.ana.sees(room)[-1]
    assert (shared["text"], shared["files"][0]["title"]) == ("As asked", "Timeline")
    assert slack.bot.files_info(file=file["id"])["file"]["size"] == 7
    again = {"files": [{"id": file["id"]}], "channel_id": room}
    assert slack.refuses("files.completeUploadExternal", again)["error"] == "file_not_found"


def test_people_and_groups_can_be_found(slack: Slack) -> None:
    assert slack.bot.users_lookupByEmail(email="ana@local.test")["user"]["id"] == "UANA"
    assert slack.bot.users_info(user="UDEE")["user"]["tz"] == "Asia/Seoul"
    assert {user["id"] for user in slack.bot.users_list()["members"]} >= {"UANA", "UBEN", "UCY", "UDEE", "UMO"}
    slack.bot.usergroups_users_update(usergroup="SRESPONDERS", users=["UCY"])
    assert slack.bot.usergroups_list(include_users=True)["usergroups"][0]["users"] == ["UCY"]


def test_a_name_of_its_own_needs_a_scope(slack: Slack, room: str) -> None:
    message = slack.bot.chat_postMessage(channel=room, text="hello", username="Pager", icon_emoji=":pager:")["message"]
    assert (message["subtype"], message["username"]) == ("bot_message", "Pager")
    slack.install(scopes=["chat:write", "chat:write.public"])
    refusal = slack.refuses("chat.postMessage", {"channel": room, "text": "hello", "username": "Pager"})
    assert refusal["needed"] == "chat:write.customize"


def test_a_permalink_leads_to_the_page(slack: Slack, room: str) -> None:
    ts = slack.bot.chat_postMessage(channel=room, text="here")["ts"]
    link = slack.bot.chat_getPermalink(channel=room, message_ts=ts)["permalink"]
    assert link == f"{slack.url}/archives/{room}/p{ts.replace('.', '')}"


def test_being_limited_comes_with_the_seconds_to_wait(slack: Slack, room: str) -> None:
    slack.fail({"kind": "ratelimited", "method": "chat.postMessage", "channel": room, "times": 1, "retry_after": 7})
    with pytest.raises(SlackApiError) as refusal:
        slack.bot.chat_postMessage(channel=room, text="hello")
    assert (refusal.value.response.status_code, refusal.value.response.headers["retry-after"]) == (429, "7")
    slack.bot.chat_postMessage(channel=room, text="hello")


def test_tiers_are_enforced_when_asked(slack: Slack, room: str) -> None:
    slack.fail({"kind": "tiers"})
    for n in range(20):
        slack.bot.conversations_create(name=f"inc-{n}")
    client = WebClient("xoxb-local", base_url=f"{slack.url}/api/", retry_handlers=[RateLimitErrorRetryHandler(0)])
    with pytest.raises(SlackApiError, match="ratelimited"):
        client.conversations_create(name="inc-20")
    for n in range(5):
        slack.bot.chat_postMessage(channel=room, text=f"line {n}")
    assert slack.refuses("chat.postMessage", {"channel": room, "text": "one too many"})["error"] == "ratelimited"
    slack.bot.chat_postMessage(channel="COPS", text="elsewhere is free")


@pytest.mark.parametrize(("fault", "status"), [({"kind": "status", "status": 503}, 503), ({"kind": "error"}, 200)])
def test_slack_can_be_told_to_fail(slack: Slack, fault: Any, status: Any) -> None:
    slack.fail(fault)
    with pytest.raises(SlackApiError) as refusal:
        slack.bot.auth_test()
    assert refusal.value.response.status_code == status
    assert refusal.value.response["error"] == "internal_error"


def test_a_lost_reply_leaves_the_message_posted_and_a_retry_posts_it_twice(slack: Slack, room: str) -> None:
    slack.fail({"kind": "lost_reply", "method": "chat.postMessage", "times": 1})
    retrying = WebClient("xoxb-local", base_url=f"{slack.url}/api/", retry_handlers=[ConnectionErrorRetryHandler()])
    retrying.chat_postMessage(channel=room, text="twice")
    assert [message["text"] for message in slack.ana.sees(room)][-2:] == ["twice", "twice"]


@pytest.mark.parametrize("fault", [{"kind": "down"}, {"kind": "timeout", "delay": 0.05}])
def test_a_slack_that_is_down_or_stuck_answers_nothing_and_does_nothing(slack: Slack, room: str, fault: Any) -> None:
    slack.fail(fault)
    began = time.monotonic()
    with pytest.raises(ConnectionError):
        slack.bot.chat_postMessage(channel=room, text="lost")
    assert time.monotonic() - began < 1
    slack.fail()
    assert "lost" not in str(slack.ana.sees(room))


def test_every_call_is_on_record(slack: Slack, room: str) -> None:
    slack.refuses("chat.postMessage", {"channel": room})
    *_, joined, refused = slack.calls()
    assert (joined["method"], joined["ok"]) == ("conversations.join", True)
    assert (refused["args"], refused["error"]) == ({"channel": room}, "no_text")
    assert slack.get("/control/calls", since=refused["n"]) == {"calls": []}
