"""The workspace refuses what Slack refuses, with Slack's words."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.sandbox.local import Slack

TEXT = {"type": "mrkdwn", "text": "text"}
PLAIN = {"type": "plain_text", "text": "text"}
MODAL = {"type": "modal", "title": PLAIN, "blocks": []}

REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("chat.unheardOf", {}, "unknown_method"),
    ("chat.postMessage", {"text": "hello"}, "invalid_arguments"),
    ("chat.postMessage", {"channel": "CINCIDENTS"}, "no_text"),
    ("chat.postMessage", {"channel": "CINCIDENTS", "text": ""}, "no_text"),
    ("chat.postMessage", {"channel": "CNOWHERE", "text": "hello"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "#nowhere", "text": "hello"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "COPS", "text": "hello", "colour": "red"}, "invalid_arguments"),
    ("chat.postMessage", {"channel": "COPS", "text": "hello", "blocks": "no json"}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": "COPS", "text": "hello", "blocks": {"type": "divider"}}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": "COPS", "text": "hello", "blocks": [{"type": "nope"}]}, "invalid_blocks"),
    ("chat.postMessage", {"channel": "COPS", "text": "hello", "thread_ts": "1.000001"}, "cannot_reply_to_message"),
    ("chat.postMessage", {"channel": "COPS", "text": "hello", "metadata": {"a": 1}}, "invalid_metadata_format"),
    ("chat.postMessage", {"channel": "COPS", "text": "hello", "markdown_text": "*"}, "markdown_text_conflict"),
    ("chat.postMessage", {"channel": "COPS", "markdown_text": "m" * 12_001}, "msg_too_long"),
    ("chat.postMessage", {"channel": "COPS", "text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
    ("chat.postEphemeral", {"channel": "CINCIDENTS", "user": "UNOBODY", "text": "hello"}, "user_not_in_channel"),
    ("chat.postEphemeral", {"channel": "COPS", "user": "UANA", "text": "hello"}, "not_in_channel"),
    ("chat.update", {"channel": "CINCIDENTS", "ts": "1.000001", "text": "hello"}, "message_not_found"),
    ("chat.delete", {"channel": "CINCIDENTS", "ts": "1.000001"}, "message_not_found"),
    ("chat.getPermalink", {"channel": "CINCIDENTS", "message_ts": "1.000001"}, "message_not_found"),
    ("conversations.create", {"name": ""}, "invalid_name_required"),
    ("conversations.create", {"name": "x" * 81}, "invalid_name_maxlength"),
    ("conversations.create", {"name": "Shouting"}, "invalid_name_specials"),
    ("conversations.create", {"name": "two words"}, "invalid_name_specials"),
    ("conversations.create", {"name": "--__"}, "invalid_name_punctuation"),
    ("conversations.create", {"name": "general"}, "name_taken"),
    ("conversations.invite", {"channel": "CINCIDENTS", "users": "UANA"}, "already_in_channel"),
    ("conversations.invite", {"channel": "CINCIDENTS", "users": "UMUSTER"}, "cant_invite_self"),
    ("conversations.invite", {"channel": "CINCIDENTS", "users": "UNOBODY"}, "user_not_found"),
    ("conversations.invite", {"channel": "CINCIDENTS"}, "no_user"),
    ("conversations.invite", {"channel": "COPS", "users": "UANA"}, "not_in_channel"),
    ("conversations.kick", {"channel": "CINCIDENTS", "user": "UMUSTER"}, "cant_kick_self"),
    ("conversations.leave", {"channel": "CGENERAL"}, "cant_leave_general"),
    ("conversations.archive", {"channel": "COPS"}, "not_in_channel"),
    ("conversations.unarchive", {"channel": "COPS"}, "not_archived"),
    ("conversations.rename", {"channel": "CINCIDENTS", "name": "fires"}, "not_authorized"),
    ("conversations.setTopic", {"channel": "CINCIDENTS", "topic": "t" * 251}, "too_long"),
    ("conversations.setTopic", {"channel": "COPS", "topic": "hello"}, "not_in_channel"),
    ("conversations.setTopic", {"channel": "CINCIDENTS"}, "invalid_arguments"),
    ("conversations.setPurpose", {"channel": "CINCIDENTS", "purpose": "p" * 251}, "too_long"),
    ("conversations.info", {"channel": "CNOWHERE"}, "channel_not_found"),
    ("conversations.list", {"types": "secret"}, "invalid_types"),
    ("conversations.list", {"limit": 5000}, "invalid_limit"),
    ("conversations.list", {"cursor": "?"}, "invalid_cursor"),
    ("conversations.history", {"channel": "COPS"}, "not_in_channel"),
    ("conversations.history", {"channel": "CINCIDENTS", "oldest": "then"}, "invalid_ts_oldest"),
    ("conversations.replies", {"channel": "CINCIDENTS", "ts": "1.000001"}, "thread_not_found"),
    ("conversations.open", {}, "users_list_not_supplied"),
    ("conversations.open", {"users": "UNOBODY"}, "user_not_found"),
    ("users.info", {"user": "UNOBODY"}, "user_not_found"),
    ("users.lookupByEmail", {"email": "nobody@local.test"}, "users_not_found"),
    ("usergroups.users.list", {"usergroup": "SNONE"}, "no_such_subteam"),
    ("usergroups.users.update", {"usergroup": "SRESPONDERS", "users": ""}, "no_users_provided"),
    ("usergroups.users.update", {"usergroup": "SRESPONDERS", "users": "UNOBODY"}, "invalid_users"),
    ("views.open", {"trigger_id": "1.2.x", "view": MODAL}, "invalid_trigger_id"),
    ("views.open", {"view": MODAL}, "invalid_arguments"),
    ("views.open", {"trigger_id": "1.2.x", "view": {"type": "modal", "blocks": []}}, "invalid_arguments"),
    ("views.update", {"view_id": "VNONE", "view": MODAL}, "not_found"),
    ("views.publish", {"user_id": "UNOBODY", "view": {"type": "home", "blocks": []}}, "user_not_found"),
    ("views.publish", {"user_id": "UANA", "view": MODAL}, "invalid_arguments"),
    ("views.publish", {"user_id": "UANA", "view": {"type": "home", "blocks": []}, "hash": "1.x"}, "hash_conflict"),
    ("pins.add", {"channel": "CINCIDENTS"}, "no_item_specified"),
    ("pins.add", {"channel": "CINCIDENTS", "timestamp": "1.000001"}, "message_not_found"),
    ("pins.add", {"channel": "CINCIDENTS", "timestamp": "noon"}, "bad_timestamp"),
    ("bookmarks.add", {"channel_id": "COPS", "title": "t", "type": "link", "link": "ftp://x"}, "invalid_link"),
    ("bookmarks.add", {"channel_id": "COPS", "title": "t", "type": "note"}, "invalid_bookmark_type"),
    ("bookmarks.edit", {"channel_id": "COPS", "bookmark_id": "BkNONE", "title": "t"}, "not_found"),
    ("reactions.add", {"channel": "CINCIDENTS", "name": "eyes", "timestamp": "1.000001"}, "message_not_found"),
    ("reactions.add", {"channel": "CINCIDENTS", "timestamp": "1.000001"}, "invalid_name"),
    ("files.getUploadURLExternal", {"filename": "a.txt"}, "missing_argument"),
    ("files.completeUploadExternal", {"files": [{"id": "FNONE"}]}, "file_not_found"),
    ("files.info", {"file": "FNONE"}, "file_not_found"),
    ("api.test", {"error": "my_error"}, "my_error"),
]


@pytest.mark.parametrize(
    ("method", "args", "error"), REFUSALS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_call_is_refused_with_slacks_error(slack: Slack, room: str, method: Any, args: Any, error: Any) -> None:
    assert slack.refuses(method, args)["error"] == error


def test_a_method_that_reads_does_not_see_a_json_body(slack: Slack, room: str) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        slack.bot.api_call("conversations.info", json={"channel": room})
    assert slack.bot.api_call("conversations.info", data={"channel": room})["ok"]


def test_a_refusal_names_the_argument_that_is_missing(slack: Slack) -> None:
    refusal = slack.refuses("users.info", {})
    assert refusal["response_metadata"]["messages"] == ["[ERROR] missing required field: user"]


@pytest.mark.parametrize(
    ("token", "method", "error"),
    [
        (None, "auth.test", "not_authed"),
        ("xoxb-other", "auth.test", "invalid_auth"),
        ("xapp-local", "auth.test", "not_allowed_token_type"),
        ("xoxb-local", "apps.connections.open", "not_allowed_token_type"),
    ],
)
def test_every_method_wants_its_own_kind_of_token(slack: Slack, token: Any, method: Any, error: Any) -> None:
    with pytest.raises(SlackApiError) as refusal:
        WebClient(token, base_url=f"{slack.url}/api/").api_call(method)
    assert refusal.value.response["error"] == error


def test_a_token_in_the_body_will_do(slack: Slack) -> None:
    assert slack.http.post(f"{slack.url}/api/auth.test", data={"token": "xoxb-local"}).json()["user_id"] == "UMUSTER"


def test_a_missing_scope_is_named_beside_those_that_were_granted(slack: Slack) -> None:
    slack.install(scopes=["chat:write", "channels:read"])
    refusal = slack.refuses("pins.add", {"channel": "COPS", "timestamp": "1.000001"})
    assert refusal == {
        "ok": False,
        "error": "missing_scope",
        "needed": "pins:write",
        "provided": "chat:write,channels:read",
    }
    assert slack.refuses("conversations.list", {"types": "private_channel"})["needed"] == "groups:read"


def test_the_granted_scopes_stand_in_the_headers(slack: Slack) -> None:
    slack.install(scopes=["chat:write"])
    assert slack.bot.auth_test().headers["x-oauth-scopes"] == "chat:write"


def test_without_the_public_scope_the_bot_posts_only_where_it_is_a_member(slack: Slack) -> None:
    slack.bot.chat_postMessage(channel="COPS", text="I may")
    slack.install(scopes=["chat:write", "channels:join"])
    assert slack.refuses("chat.postMessage", {"channel": "COPS", "text": "I may not"})["error"] == "not_in_channel"


def test_a_private_channel_of_others_does_not_exist_for_the_bot(slack: Slack) -> None:
    channel = slack.bot.conversations_create(name="secret", is_private=True)["channel"]["id"]
    slack.bot.conversations_invite(channel=channel, users="UANA")
    slack.bot.conversations_leave(channel=channel)
    assert slack.refuses("chat.postMessage", {"channel": channel, "text": "psst"})["error"] == "channel_not_found"
    assert slack.refuses("conversations.info", {"channel": channel})["error"] == "channel_not_found"


def test_an_archived_channel_takes_nothing_more(slack: Slack) -> None:
    channel = slack.bot.conversations_create(name="inc-1")["channel"]["id"]
    ts = slack.bot.chat_postMessage(channel=channel, text="last words")["ts"]
    slack.bot.conversations_archive(channel=channel)
    for method, args in [
        ("chat.postMessage", {"text": "more"}),
        ("chat.update", {"ts": ts, "text": "more"}),
        ("conversations.setTopic", {"topic": "more"}),
        ("conversations.invite", {"users": "UANA"}),
        ("reactions.add", {"timestamp": ts, "name": "eyes"}),
    ]:
        assert slack.refuses(method, {"channel": channel, **args})["error"] == "is_archived", method
    assert slack.refuses("conversations.archive", {"channel": channel})["error"] == "already_archived"
    assert slack.refuses("conversations.create", {"name": "inc-1"})["error"] == "name_taken"


def test_only_its_own_messages_are_the_bots_to_change(slack: Slack, room: str) -> None:
    ts = slack.ana.does("say", channel=room, text="mine")["message"]["ts"]
    assert slack.refuses("chat.update", {"channel": room, "ts": ts, "text": "x"})["error"] == "cant_update_message"
    assert slack.refuses("chat.delete", {"channel": room, "ts": ts})["error"] == "cant_delete_message"


def test_an_update_may_not_be_as_long_as_a_post(slack: Slack, room: str) -> None:
    ts = slack.bot.chat_postMessage(channel=room, text="t" * 4001)["ts"]
    assert slack.refuses("chat.update", {"channel": room, "ts": ts, "text": "t" * 4001})["error"] == "msg_too_long"


def test_a_reply_has_no_thread_of_its_own(slack: Slack, room: str) -> None:
    ts = slack.bot.chat_postMessage(channel=room, text="root")["ts"]
    reply = slack.bot.chat_postMessage(channel=room, text="reply", thread_ts=ts)["ts"]
    args = {"channel": room, "text": "deeper", "thread_ts": reply}
    assert slack.refuses("chat.postMessage", args)["error"] == "cannot_reply_to_message"


def test_the_same_pin_or_reaction_twice_is_refused(slack: Slack, room: str) -> None:
    ts = slack.bot.chat_postMessage(channel=room, text="card")["ts"]
    slack.bot.pins_add(channel=room, timestamp=ts)
    slack.bot.reactions_add(channel=room, timestamp=ts, name="eyes")
    assert slack.refuses("pins.add", {"channel": room, "timestamp": ts})["error"] == "already_pinned"
    assert (
        slack.refuses("reactions.add", {"channel": room, "timestamp": ts, "name": "eyes"})["error"] == "already_reacted"
    )
    slack.bot.pins_remove(channel=room, timestamp=ts)
    slack.bot.reactions_remove(channel=room, timestamp=ts, name="eyes")
    assert slack.refuses("pins.remove", {"channel": room, "timestamp": ts})["error"] == "no_pin"
    args = {"channel": room, "timestamp": ts, "name": "eyes"}
    assert slack.refuses("reactions.remove", args)["error"] == "no_reaction"


def test_forcing_an_invitation_goes_on_past_those_who_cannot_come(slack: Slack, room: str) -> None:
    channel = slack.bot.conversations_create(name="inc-2")["channel"]["id"]
    slack.bot.conversations_invite(channel=channel, users="UANA")
    refusal = slack.refuses("conversations.invite", {"channel": channel, "users": "UANA,UBEN"})
    assert refusal["error"] == "already_in_channel"
    answer = slack.bot.conversations_invite(channel=channel, users=["UANA", "UBEN"], force=True)
    assert answer["errors"] == [{"user": "UANA", "ok": False, "error": "already_in_channel"}]
    assert slack.bot.conversations_members(channel=channel)["members"] == ["UMUSTER", "UANA", "UBEN"]
