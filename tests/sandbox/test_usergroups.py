"""User groups as the Web API has them, and people who have left."""

import json
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk.errors import SlackApiError

from tests.sandbox.local import EVENTS, Slack, eventually
from tests.sandbox.test_events import hears, of

PAY = "S0ONCALLPAY"
CHANGES = ["subteam_created", "subteam_members_changed", "subteam_updated", "user_change"]

REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("usergroups.create", {}, "missing_subteam_name"),
    ("usergroups.create", {"name": "Responders"}, "name_already_exists"),
    ("usergroups.create", {"name": "R", "handle": "responders"}, "handle_already_exists"),
    ("usergroups.create", {"name": "R", "handle": "ana"}, "handle_already_exists"),
    ("usergroups.create", {"name": "R", "handle": "general"}, "handle_already_exists"),
    ("usergroups.create", {"name": "R", "handle": "here"}, "forbidden_handle"),
    ("usergroups.create", {"name": "R", "handle": "two words"}, "bad_handle"),
    ("usergroups.create", {"name": "R", "channels": "CNOWHERE"}, "invalid_channel_provided"),
    ("usergroups.create", {"name": "R", "members": "UANA"}, "invalid_arguments"),
    ("usergroups.enable", {"usergroup": "SNONE"}, "no_such_subteam"),
    ("usergroups.disable", {"usergroup": "SNONE"}, "no_such_subteam"),
    ("usergroups.disable", {}, "invalid_arguments"),
    ("usergroups.users.list", {"usergroup": "SNONE"}, "no_such_subteam"),
    ("usergroups.users.update", {"usergroup": "SNONE", "users": "UANA"}, "no_such_subteam"),
    ("usergroups.users.update", {"usergroup": PAY}, "no_users_provided"),
    ("usergroups.users.update", {"usergroup": PAY, "users": " , "}, "no_users_provided"),
    ("usergroups.users.update", {"usergroup": PAY, "users": "UANA,UNOBODY"}, "invalid_users"),
    ("usergroups.users.update", {"usergroup": PAY, "users": "UMUSTER"}, "invalid_users"),
]


@pytest.mark.parametrize(
    ("method", "args", "error"), REFUSALS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_call_is_refused_with_slacks_error(slack: Slack, method: str, args: dict[str, Any], error: str) -> None:
    before = slack.bot.usergroups_list(include_users=True)["usergroups"]
    assert slack.refuses(method, args)["error"] == error
    assert slack.bot.usergroups_list(include_users=True)["usergroups"] == before


def test_a_group_is_made_and_named_once(slack: Slack) -> None:
    made = slack.bot.usergroups_create(name="Search on call", description="Who to ask", channels=["COPS"])["usergroup"]
    assert (made["handle"], made["users"], made["created_by"]) == ("search-on-call", [], "UMUSTER")
    assert (made["description"], made["prefs"]["channels"], made["channel_count"]) == ("Who to ask", ["COPS"], 1)
    assert made["id"] in {group["id"] for group in slack.bot.usergroups_list()["usergroups"]}
    assert slack.refuses("usergroups.create", {"name": "Search on call"})["error"] == "name_already_exists"


def test_the_list_of_members_is_replaced_as_a_whole(slack: Slack) -> None:
    assert slack.bot.usergroups_users_list(usergroup=PAY)["users"] == ["UANA"]
    update = slack.bot.usergroups_users_update(usergroup=PAY, users=["UBEN", "UCY", "UBEN"], include_count=True)
    assert (update["usergroup"]["users"], update["usergroup"]["user_count"]) == (["UBEN", "UCY"], 2)
    assert update["usergroup"]["updated_by"] == "UMUSTER"
    assert slack.bot.usergroups_users_list(usergroup=PAY)["users"] == ["UBEN", "UCY"]


def test_users_and_counts_are_listed_only_for_those_who_ask(slack: Slack) -> None:
    (plain, _) = slack.bot.usergroups_list()["usergroups"]
    assert not {"users", "user_count"} & plain.keys()
    (asked, _) = slack.bot.usergroups_list(include_count=True, include_users=True)["usergroups"]
    assert (asked["users"], asked["user_count"]) == (["UANA", "UBEN"], 2)


def test_a_group_that_is_switched_off_is_there_only_for_those_who_ask(slack: Slack) -> None:
    off = slack.bot.usergroups_disable(usergroup=PAY)["usergroup"]
    assert off["date_delete"] > 0
    assert off["deleted_by"] == "UMUSTER"
    assert PAY not in {group["id"] for group in slack.bot.usergroups_list()["usergroups"]}
    assert PAY in {group["id"] for group in slack.bot.usergroups_list(include_disabled=True)["usergroups"]}
    assert slack.refuses("usergroups.users.list", {"usergroup": PAY})["error"] == "no_such_subteam"
    assert slack.refuses("usergroups.users.update", {"usergroup": PAY, "users": "UCY"})["error"] == "no_such_subteam"
    assert slack.bot.usergroups_users_list(usergroup=PAY, include_disabled=True)["users"] == ["UANA"]
    assert slack.bot.usergroups_enable(usergroup=PAY)["usergroup"]["date_delete"] == 0
    assert slack.bot.usergroups_users_list(usergroup=PAY)["users"] == ["UANA"]


@pytest.mark.parametrize(
    ("method", "args", "scope"),
    [
        ("usergroups.list", {}, "usergroups:read"),
        ("usergroups.users.list", {"usergroup": PAY}, "usergroups:read"),
        ("usergroups.users.update", {"usergroup": PAY, "users": "UANA"}, "usergroups:write"),
        ("usergroups.create", {"name": "R"}, "usergroups:write"),
        ("usergroups.enable", {"usergroup": PAY}, "usergroups:write"),
        ("usergroups.disable", {"usergroup": PAY}, "usergroups:write"),
    ],
)
def test_reading_and_writing_need_their_scopes_and_a_plan_that_has_groups(
    slack: Slack, method: str, args: dict[str, Any], scope: str
) -> None:
    slack.install(scopes=["chat:write"])
    assert slack.refuses(method, args)["needed"] == scope
    slack.install()
    slack.post("/control/plan", user_groups=False)
    assert slack.refuses(method, args)["error"] == "plan_upgrade_required"
    slack.post("/control/plan", user_groups=True)
    assert slack.bot.api_call(method, data=args)["ok"]


def test_lists_do_not_see_a_json_body(slack: Slack) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        slack.bot.api_call("usergroups.users.list", json={"usergroup": PAY})


def test_changes_of_groups_are_told(slack: Slack, app: App) -> None:
    state = slack.get("/control/state")["app"]
    slack.install(bot_events=[*EVENTS, *CHANGES], request_url=state["request_url"], socket_mode=state["socket_mode"])
    heard = hears(app)
    made = slack.bot.usergroups_create(name="Search on call")["usergroup"]["id"]
    slack.bot.usergroups_users_update(usergroup=PAY, users="UBEN,UCY")
    slack.bot.usergroups_disable(usergroup=PAY)
    assert eventually(lambda: of(heard, "subteam_created"))[0]["subteam"]["id"] == made
    changed = eventually(lambda: of(heard, "subteam_members_changed"))[0]
    assert (changed["added_users"], changed["removed_users"]) == (["UBEN", "UCY"], ["UANA"])
    assert (changed["added_users_count"], changed["removed_users_count"]) == (2, 1)
    assert eventually(lambda: of(heard, "subteam_updated"))[0]["subteam"]["date_delete"] > 0


def test_a_mention_of_a_group_is_made_out_and_pages_know_who_is_in_it(slack: Slack, room: str) -> None:
    said = slack.ana.does("say", channel=room, text="@payments-oncall please look")["message"]
    assert said["text"] == f"<!subteam^{PAY}> please look"
    with slack.http.stream("GET", f"{slack.url}/client/stream", params={"user": "UANA"}) as response:
        news = (json.loads(line[6:]) for line in response.iter_lines() if line.startswith("data: "))
        next(news)
        slack.bot.usergroups_users_update(usergroup=PAY, users="UBEN")
        told = next(one for one in news if one["type"] == "usergroup")["usergroup"]
    assert told == {"id": PAY, "handle": "payments-oncall", "users": ["UBEN"], "is_enabled": True}
    assert told in slack.get("/client/boot", user="UANA")["usergroups"]


# People who have left


@pytest.fixture
def dee_left(slack: Slack) -> str:
    assert slack.post("/control/deactivate", user="UDEE") == {"ok": True}
    return "UDEE"


def test_whoever_left_is_still_known_and_said_to_be_gone(slack: Slack, dee_left: str) -> None:
    assert slack.bot.users_info(user=dee_left)["user"]["deleted"] is True
    assert slack.bot.users_info(user="UANA")["user"]["deleted"] is False
    gone = {user["id"] for user in slack.bot.users_list()["members"] if user["deleted"]}
    assert gone == {dee_left}


def test_nobody_is_found_by_the_address_of_whoever_left(slack: Slack, dee_left: str) -> None:
    assert slack.refuses("users.lookupByEmail", {"email": "dee@local.test"})["error"] == "users_not_found"


def test_no_conversation_is_opened_with_whoever_left(slack: Slack, dee_left: str) -> None:
    assert slack.refuses("conversations.open", {"users": dee_left})["error"] == "user_disabled"
    assert slack.refuses("conversations.open", {"users": f"UANA,{dee_left}"})["error"] == "user_disabled"


def test_a_message_to_whoever_left_is_taken_and_nobody_reads_it(slack: Slack, dee_left: str) -> None:
    """So Slack says in issue 1156 of python-slack-sdk: the conversation is still there."""
    assert slack.bot.chat_postMessage(channel=dee_left, text="Are you there?")["ok"]


def test_whoever_left_is_invited_nowhere_and_in_no_group(slack: Slack, dee_left: str) -> None:
    channel = slack.bot.conversations_create(name="inc-1")["channel"]["id"]
    assert slack.refuses("conversations.invite", {"channel": channel, "users": dee_left})["error"] == "cant_invite"
    group = {"usergroup": PAY, "users": f"UANA,{dee_left}"}
    assert slack.refuses("usergroups.users.update", group)["error"] == "invalid_users"


def test_whoever_left_does_nothing_more(slack: Slack, dee_left: str) -> None:
    said = slack.post("/client/say", user=dee_left, channel="COPS", text="hello")
    assert said == {"error": "Dee Park's account was deactivated."}


def test_that_somebody_left_is_told(slack: Slack, app: App) -> None:
    state = slack.get("/control/state")["app"]
    slack.install(bot_events=[*EVENTS, *CHANGES], request_url=state["request_url"], socket_mode=state["socket_mode"])
    heard = hears(app)
    slack.post("/control/deactivate", user="UDEE")
    user = eventually(lambda: of(heard, "user_change"))[0]["user"]
    assert (user["id"], user["deleted"]) == ("UDEE", True)


@pytest.mark.parametrize("user", ["UNOBODY", "UMUSTER", None])
def test_only_people_leave(slack: Slack, user: str | None) -> None:
    assert slack.post("/control/deactivate", user=user) == {"error": f"There is nobody called {user!r} here."}


def test_everybody_is_back_and_the_plan_too_when_all_begins_anew(slack: Slack, dee_left: str) -> None:
    slack.post("/control/plan", user_groups=False)
    slack.bot.chat_postMessage(channel="COPS", text="before")
    slack.post("/control/reset")
    slack.install()
    assert slack.bot.users_info(user=dee_left)["user"]["deleted"] is False
    assert slack.bot.usergroups_users_list(usergroup=PAY)["users"] == ["UANA"]
