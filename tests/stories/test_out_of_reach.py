"""Who can't be asked is not waited for: deactivated accounts, empty and unknown groups, too few people."""

import httpx
import pytest

from bot.domain.gates.gate import Gate
from tests.harness import orders as o
from tests.harness.night import Night
from tests.harness.people import ANA, BEN, CY, DEE, MO
from tests.harness.plans import plan
from tests.stories.test_gates import BOOK, approves, is_asked, progress, proposed, told

pytestmark = pytest.mark.story


def leaves(night: Night, person: str) -> None:
    httpx.post(night.world.url("slack") + "/control/deactivate", json={"user": person}).raise_for_status()


def group(night: Night, *people: str) -> str:
    """Make a user group in Slack; returns its id. Slack makes it without members, and they come after."""
    named = {"name": "Approvers", "handle": f"approvers-{len(people)}"}
    made = night.wired.desk.call("usergroups.create", **named)["usergroup"]["id"]
    if people:
        night.wired.desk.call("usergroups.users.update", usergroup=made, users=",".join(people))
    return str(made)


def gate(night: Night, incident: str) -> Gate:
    return night.incident(incident).gates["m1"]


ONE = "kind: parallel\nseats: [{person: ben}]\nsecond: [{person: mo}]"


def test_for_somebody_who_has_left_the_next_tier_is_asked_at_once(night: Night) -> None:
    leaves(night, BEN)
    incident = proposed(night, ONE)
    assert is_asked(night, MO, incident)
    assert any(f"<@{BEN}> can't be asked: their account is deactivated." in line for line in told(night, incident))
    assert f"<@{BEN}> can't be asked" in night.types("gates", CY, incident)
    approves(night, incident, MO)
    assert progress(night, incident).is_live


def test_for_somebody_who_has_left_their_deputy_is_asked_at_once(night: Night) -> None:
    night.write(BOOK.replace("  ben:\n    slack: UBEN\n", "  ben:\n    slack: UBEN\n    deputies: [cy]\n"))
    leaves(night, BEN)
    incident = proposed(night, ONE)
    assert is_asked(night, CY, incident)
    assert not is_asked(night, MO, incident)


def test_a_route_picks_the_next_best_for_somebody_who_has_left(night: Night) -> None:
    first = proposed(night, "kind: dynamic\nroute: {history: 0, picks: 1}\nfallback: [{person: mo}]")
    (best,) = gate(night, first).calls[0].chairs
    night.does(o.stop(by=DEE), first)
    leaves(night, best.account)
    second = night.declared(by=DEE)
    night.passes(seconds=5)
    night.does(o.propose(plan(), by=DEE), second)
    night.passes(seconds=5)
    (next_best,) = gate(night, second).calls[0].chairs
    assert next_best.account in {ANA, BEN, CY} - {best.account}


def test_somebody_whom_slack_does_not_let_us_write_to_is_passed_over_and_it_is_recorded(night: Night) -> None:
    """They are there when they are looked up, and gone a moment later."""
    night.asks(ONE)
    incident = night.declared(by=DEE)
    night.passes(seconds=5)
    night.slack_fails({"kind": "error", "method": "conversations.open", "error": "user_disabled", "times": 1})
    night.does(o.propose(plan(), by=DEE), incident)
    night.passes(seconds=5)
    night.slack_fails()
    assert is_asked(night, MO, incident)
    assert any(f"could not ask <@{BEN}> about" in line for line in told(night, incident))
    assert not any("met trouble" in line for line in told(night, incident))


def test_an_account_that_slack_says_is_deactivated_decides_nothing(night: Night) -> None:
    leaves(night, BEN)
    incident = proposed(night, "kind: parallel\nseats: [{team: team-payments, voices: 3}]\nquorum: 1")
    said = night.types("approve", BEN, incident)
    assert said == "This account decides nothing: their account is deactivated."
    assert gate(night, incident).votes == ()
    night.wired.house.people.is_out(BEN, "")
    assert "You aren't asked here" in night.types("approve", BEN, incident), "back again, and not asked this time"


@pytest.mark.parametrize("which", ["empty", "unknown"])
def test_a_user_group_without_anybody_is_left_at_once(night: Night, which: str) -> None:
    name = group(night) if which == "empty" else "S0NOBODY"
    incident = proposed(night, f"kind: parallel\nseats: [{{group: {name}}}]\nsecond: [{{person: mo}}]")
    assert is_asked(night, MO, incident)
    (sentence,) = gate(night, incident).calls[0].missing
    assert name in sentence


def test_a_quorum_that_the_people_of_a_group_can_not_reach_is_left_at_once(night: Night) -> None:
    name = group(night, BEN)
    seats = f"kind: parallel\nseats: [{{group: {name}, voices: 3}}]\nquorum: 2\nsecond: [{{person: mo}}]"
    incident = proposed(night, seats)
    assert is_asked(night, MO, incident)
    assert any("at most 1 of 2 can be reached" in line for line in told(night, incident))


def test_with_everybody_gone_the_last_resort_comes_at_once_with_a_record(night: Night) -> None:
    for person in (ANA, BEN, CY):
        leaves(night, person)
    incident = proposed(
        night, "kind: parallel\nseats: [{team: team-payments, voices: 3}]\nquorum: 1\nsecond: [{person: cy}]", by=DEE
    )
    assert not progress(night, incident).is_live
    assert gate(night, incident).how == "last-resort"
    assert any("found nobody else to decide" in line for line in told(night, incident))
    assert night.posted("CMANAGERS", incident, "found nobody else to decide")
