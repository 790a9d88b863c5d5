"""What doctor says about on call: who can't be reached, what was not read, which groups and channels are not there."""

import re
from dataclasses import replace

import pytest

from bot.cli.checkup.finding import Finding
from bot.cli.checkup.oncall import check
from bot.config.in_force import InForce
from bot.domain.oncall.book import Book
from tests.harness.office import Office, Open
from tests.harness.people import DEE


def found(office: Office) -> list[str]:
    return [str(finding) for finding in look(office)]


def look(office: Office) -> list[Finding]:
    return list(check(office.wired))


def levels(office: Office, words: str) -> list[str]:
    return [finding.level for finding in look(office) if words in finding.what]


@pytest.fixture
def read(office: Office) -> Office:
    """What is kept elsewhere was read a moment ago."""
    office.wired.house.roster.learn("search", (), office.wired.clock.now())
    return office


def test_a_book_that_is_in_order_is_said_to_be(read: Office) -> None:
    assert [finding.what for finding in look(read) if finding.level != "ok"] == ["Notifier email: SMTP_URL is not set."]
    told = "\n".join(found(read))
    for words in (
        "The on-call book: 4 people, 3 teams, 2 schedules.",
        "Slack knows everybody in the on-call book.",
        "The user group S0ONCALLPAY of Payments, first line is there.",
        "#ops of Payments is there.",
        "search was read from ics",
    ):
        assert f"✓ {words}" in told


def test_whoever_left_or_never_was_is_named(read: Office) -> None:
    read.slack.post("/control/deactivate", user=DEE)
    assert levels(read, "Dee Park (UDEE) has left the workspace: a page would find nobody.") == ["failure"]
    assert levels(read, "Slack knows everybody") == []


def test_a_schedule_that_was_never_read_or_not_for_long_is_a_failure(office: Office) -> None:
    assert levels(office, "search: ics keeps it, and it was never read.") == ["failure"]
    office.wired.house.roster.learn("search", (), office.clock.now())
    (told,) = [line for line in found(office) if line.startswith("✗ search: ics keeps it; it was last read")]
    assert re.search(r" last read \d+ d( \d+ h)? ago\.", told)


def test_what_stands_in_the_way_is_told_with_its_cure_and_its_age(read: Office) -> None:
    read.wired.problems.raise_("schedule:search", "Search can't be read: it answered 404.", "Check url.")
    assert "! Search can't be read: it answered 404. (for less than 1 s)\n    → Check url." in found(read)
    assert levels(read, "search was read from") == []


def test_a_team_channel_that_is_not_there_is_a_failure(open_office: Open) -> None:
    office = open_office(channel="no-such-channel")
    assert levels(office, "There is no public channel #no-such-channel for Payments.") == ["failure"]


def test_a_plan_without_groups_is_a_warning_and_a_group_that_is_gone_a_failure(read: Office) -> None:
    read.slack.post("/control/plan", user_groups=False)
    assert levels(read, "this Slack plan has no user groups") == ["warning"]
    read.slack.post("/control/plan", user_groups=True)
    read.slack.fail({"kind": "error", "method": "usergroups.users.list", "error": "no_such_subteam"})
    assert levels(read, "Slack refuses the user group S0ONCALLPAY: no_such_subteam.") == ["failure"]


@pytest.mark.parametrize("fault", [{"kind": "ratelimited"}, {"kind": "down"}])
def test_when_slack_does_not_answer_the_rest_is_told(read: Office, fault: dict[str, str]) -> None:
    read.slack.fail(fault | {"method": "users.info"})
    assert levels(read, "Slack can't be asked about the on-call book") == ["warning"]
    assert levels(read, "The on-call book") == ["ok"]


def test_without_a_book_nothing_is_asked(office: Office) -> None:
    calls = len(office.slack.calls())
    bookless = office.wired.house.manifests.model_copy(update={"book": Book()})
    wired = replace(office.wired, house=replace(office.wired.house, in_force=InForce(bookless)))
    assert [str(finding) for finding in check(wired)] == [
        "✓ manifests/oncall/ names nobody: no incident pages anybody."
    ]
    assert len(office.slack.calls()) == calls
