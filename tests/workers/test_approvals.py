"""Approvals that could not pass today: the ops channel hears of it through the self-audit, and doctor says it, too."""

import pytest

from bot.audit import findings
from bot.audit.facts import Facts
from bot.cli.checkup.approvals import check
from bot.config import load
from bot.domain.effects import CheckApprovals
from tests.harness.office import Office
from tests.harness.people import BEN

GROUP = "S0ONCALLPAY"


def asks(office: Office, seats: str) -> None:
    """Have mitigations wait for these seats from now on."""
    settings = office.wired.settings
    workflow = settings.manifests / "workflows" / "hybrid.yaml"
    before = workflow.read_text()
    start = before.index("    seats: [")
    line = before[start : before.index("\n", start)]
    workflow.write_text(before.replace(line, f"    seats: [{seats}]", 1))
    office.wired.house.in_force.take(load(settings.manifests, settings.environment, settings.workflow))


def doctor(office: Office) -> list[str]:
    return [str(finding) for finding in check(office.wired)]


def test_what_is_well_is_said_to_be_and_stands_nowhere(office: Office) -> None:
    office.performs(CheckApprovals())
    assert office.problems == {}
    assert doctor(office) == ["✓ Each approval in use could pass with the people there are."]


def test_a_user_group_that_is_not_there_is_told_with_its_cure_until_it_is(office: Office) -> None:
    asks(office, "{group: S0NOBODY}")
    office.performs(CheckApprovals())
    (why,) = office.problems.values()
    assert "The approval “anybody” of hybrid can't pass today" in why
    assert "S0NOBODY" in why
    assert "end by their last resort: expire." in why
    (told,) = doctor(office)
    assert told.startswith("✗ The approval “anybody” of hybrid can't pass today")
    assert "→ Correct approvals under manifests/workflows/" in told
    asks(office, "{anyone: true}")
    office.performs(CheckApprovals())
    assert office.problems == {}


def test_the_self_audit_tells_what_stands_in_the_ops_channel(office: Office) -> None:
    asks(office, "{group: S0NOBODY}")
    office.performs(CheckApprovals())
    now = office.clock.now()
    facts = Facts(now=now, store_now=now, info={}, expected=(), problems=office.wired.problems.all())
    assert "S0NOBODY" in " ".join(finding.what for finding in findings(facts))


def test_a_person_who_has_left_slack_is_named_and_the_quorum_that_is_out_of_reach(office: Office) -> None:
    asks(office, "{team: team-payments, voices: 2}")
    workflow = office.wired.settings.manifests / "workflows" / "hybrid.yaml"
    workflow.write_text(workflow.read_text().replace("quorum: 1 ", "quorum: 2 ", 1))
    asks(office, "{team: team-payments, voices: 2}")
    assert doctor(office) == ["✓ Each approval in use could pass with the people there are."]
    office.slack.post("/control/deactivate", user=BEN)
    (told,) = doctor(office)
    assert "at most 1 of 2 can be reached. Ben Okafor (UBEN) can't be asked: their account is deactivated." in told


@pytest.mark.parametrize("fault", [{"kind": "ratelimited"}, {"kind": "down"}])
def test_while_slack_can_not_be_asked_doctor_says_that(office: Office, fault: dict[str, str]) -> None:
    asks(office, "{group: S0NOBODY}")
    office.slack.fail(fault)
    (told,) = doctor(office)
    assert told.startswith("! Slack can't be asked about approvals")
