"""User groups follow the shifts: against the local workspace, which refuses what Slack refuses."""

from collections.abc import Iterator

import pytest

from bot.slack.desk import Desk
from bot.slack.errors import Refused, RetryLater
from bot.slack.groups import sync
from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.read_models import RedisClosings, RedisPosts
from tests.harness.people import ANA, BEN, CY, DEE
from tests.sandbox.local import Slack, free_port, start, stop

PAY = "S0ONCALLPAY"
"""The workspace's own group for payments; Ana is in it."""


@pytest.fixture(scope="module")
def server() -> Iterator[Slack]:
    port = free_port()
    process = start(port)
    slack = Slack(f"http://127.0.0.1:{port}")
    yield slack
    slack.http.close()
    stop(process)


@pytest.fixture
def slack(server: Slack) -> Slack:
    server.post("/control/reset")
    server.install()
    return server


@pytest.fixture
def desk(slack: Slack, redis: Client) -> Desk:
    return Desk(slack.bot, RedisPosts(redis, Keys("test")), RedisClosings(redis, Keys("test")))


def held(slack: Slack) -> list[str]:
    users: list[str] = slack.bot.usergroups_users_list(usergroup=PAY, include_disabled=True)["users"]
    return users


def updates(slack: Slack) -> int:
    return sum(call["method"] == "usergroups.users.update" for call in slack.calls())


def test_a_group_holds_whoever_is_on_shift(slack: Slack, desk: Desk) -> None:
    assert sync(desk, PAY, [BEN, CY, BEN]).said == "The user group holds <@UBEN>, <@UCY> now."
    assert held(slack) == [BEN, CY]


def test_what_is_so_already_is_not_written_again(slack: Slack, desk: Desk) -> None:
    sync(desk, PAY, [BEN, CY])
    assert sync(desk, PAY, [CY, BEN]).said == "The user group holds <@UCY>, <@UBEN> already."
    assert updates(slack) == 1


def test_with_nobody_on_shift_it_stays_as_it_was(slack: Slack, desk: Desk) -> None:
    assert "stays as it was" in sync(desk, PAY, []).said
    assert (held(slack), updates(slack)) == ([ANA], 0)


def test_whoever_left_slack_is_named_and_the_others_are_in(slack: Slack, desk: Desk) -> None:
    slack.post("/control/deactivate", user=DEE)
    synced = sync(desk, PAY, [DEE, BEN])
    assert synced.said == "The user group holds <@UBEN> now. <@UDEE> left Slack and can't be in a user group."
    assert (synced.why, synced.cure) == (
        "<@UDEE> left Slack and can't be in a user group.",
        "Correct manifests/oncall/.",
    )
    assert held(slack) == [BEN]
    again = sync(desk, PAY, [DEE, BEN, "UNOBODY"]).said
    assert again.startswith("The user group holds <@UBEN> already. <@UDEE>, <@UNOBODY> left Slack")


def test_when_all_who_are_on_shift_left_it_stays_as_it_was(slack: Slack, desk: Desk) -> None:
    slack.post("/control/deactivate", user=DEE)
    assert sync(desk, PAY, [DEE]).said.endswith("can't be in a user group. It stays as it was.")
    assert held(slack) == [ANA]


def test_people_whom_slack_does_not_take_for_another_reason_are_refused(slack: Slack, desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        sync(desk, PAY, [BEN, "UMUSTER"])
    assert refused.value.why == "Slack refused usergroups.users.update: invalid_users."
    assert "guests and apps can't be in a user group" in refused.value.cure
    assert held(slack) == [ANA]


def test_a_plan_without_user_groups_is_said_and_nothing_breaks(slack: Slack, desk: Desk) -> None:
    slack.post("/control/plan", user_groups=False)
    synced = sync(desk, PAY, [BEN])
    assert "Slack plan has no user groups" in synced.why
    assert "manifests/oncall/" in synced.cure


def test_a_group_that_is_not_there_or_switched_off_is_told_with_a_cure(slack: Slack, desk: Desk) -> None:
    slack.bot.usergroups_disable(usergroup=PAY)
    for group in ("SNONE", PAY):
        with pytest.raises(
            Refused, match=r"usergroups.users.list: no_such_subteam. Correct user_group under manifests"
        ):
            sync(desk, group, [BEN])
    assert held(slack) == [ANA]


@pytest.mark.parametrize(
    ("scopes", "missing"),
    [(["users:read"], "usergroups:read"), (["usergroups:read", "users:read"], "usergroups:write")],
)
def test_a_missing_scope_is_named(slack: Slack, desk: Desk, scopes: list[str], missing: str) -> None:
    slack.install(scopes=scopes)
    with pytest.raises(Refused, match=rf"missing_scope \({missing}\)\. Add the scope named here"):
        sync(desk, PAY, [BEN])


@pytest.mark.parametrize(
    ("code", "cure"), [("permission_denied", "Let the app manage"), ("user_group_disabled", "Switch")]
)
def test_what_the_workspace_does_not_allow_is_told_with_a_cure(slack: Slack, desk: Desk, code: str, cure: str) -> None:
    slack.fail({"kind": "error", "method": "usergroups.users.update", "error": code})
    with pytest.raises(Refused) as refused:
        sync(desk, PAY, [BEN])
    assert refused.value.why == f"Slack refused usergroups.users.update: {code}."
    assert refused.value.cure.startswith(cure)


def test_a_code_we_do_not_know_has_the_cure_of_all(slack: Slack, desk: Desk) -> None:
    slack.fail({"kind": "error", "method": "usergroups.users.update", "error": "subteam_max_users_exceeded"})
    with pytest.raises(Refused, match="muster doctor"):
        sync(desk, PAY, [BEN])


@pytest.mark.parametrize(
    "fault",
    [{"kind": "ratelimited", "retry_after": 7}, {"kind": "status", "status": 503}, {"kind": "error"}, {"kind": "down"}],
)
def test_what_passes_is_tried_later(slack: Slack, desk: Desk, fault: dict[str, object]) -> None:
    slack.fail(fault | {"method": "usergroups.users.update"})
    with pytest.raises(RetryLater):
        sync(desk, PAY, [BEN])
    slack.fail()
