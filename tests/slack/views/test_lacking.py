"""What a gate lacks, in words: of the tiers by which it may still pass, and of no others."""

from typing import Any

from bot.slack.views.lacking import in_brief, lacking
from tests.domain.gates.asking import HOUR, Asking, policy
from tests.harness.clock import at
from tests.harness.people import BEN, CY, MO
from tests.slack.views.scene import names

TEAM: dict[str, Any] = {"team": "payments", "voices": 3}


def said(asking: Asking) -> str:
    return lacking(asking.gate, names)


def test_one_tier_says_how_many_and_of_whom() -> None:
    asking = Asking(policy(kind="parallel", seats=[TEAM], quorum=2))
    asks = "2 approvals needed, from the team payments; not from Ana Ruiz, who proposed it. One no rejects it."
    assert said(asking) == asks
    assert in_brief(asking.gate) == "2 approvals missing"
    asking.approves(BEN)
    assert said(asking).startswith("1 more approval needed, from the team payments;")
    assert in_brief(asking.gate) == "1 approval missing"


def test_a_second_tier_is_an_other_way_with_a_number_of_its_own() -> None:
    asking = Asking(policy(kind="parallel", seats=[TEAM], quorum=3, second=[{"team": "managers", "voices": 2}]))
    asking.approves(BEN)
    asking.ticks(3 * HOUR)
    first, *_ = said(asking).partition(";")
    assert first == "1 approval needed, from the team managers", "what lacks least stands first"
    assert "; or 2 more approvals from the team payments; not from Ana" in said(asking)
    asking.approves(CY)
    assert said(asking).startswith(
        "1 more approval needed, from the team payments; or 1 approval from the team managers;"
    )


def test_who_must_say_yes_is_named_by_the_tier_that_asks_for_them() -> None:
    """The first tier has more seats than the second, and it is the last of them that must say yes."""
    must = [{"person": "ben"}, {"person": "cy"}, {"role": "security", "must": True}]
    asking = Asking(policy(kind="parallel", seats=must, quorum=2, second=[{"team": "managers"}]))
    asking.approves(BEN)
    asking.ticks(3 * HOUR)
    security = "ben and cy and whoever is security, with a yes from whoever is security"
    assert said(asking).startswith(f"1 more approval needed, from {security}; or 1 approval from the team managers;")


def test_a_tier_that_can_not_pass_any_more_is_not_waited_for() -> None:
    must = [{"person": "ben"}, {"person": "dee"}, {"hat": "verifier", "must": True}]
    asking = Asking(policy(kind="parallel", seats=must, quorum=2, second=[{"person": "cy"}]))
    assert said(asking) == "1 approval needed, from cy; not from Ana Ruiz, who proposed it. One no rejects it."


def test_what_only_lacks_the_one_who_must_say_yes_says_so() -> None:
    asking = Asking(policy(kind="parallel", seats=[TEAM, {"role": "security", "must": True}], quorum=2))
    asking.approves(BEN)
    asking.approves(CY)
    assert said(asking).startswith("A yes from whoever is security needed; not from Ana")
    assert in_brief(asking.gate) == "a yes from whoever is security missing"


def test_where_yeses_differ_in_weight_it_is_weight_that_is_missing() -> None:
    seats = [{"person": "ben", "weight": 3}, {"team": "managers", "voices": 2, "weight": 2}, {"person": "cy"}]
    asking = Asking(policy(kind="parallel", seats=seats, quorum=4))
    whose = "ben (worth 3) and the team managers (worth 2 each) and cy (worth 1)"
    assert said(asking).startswith(f"Approvals worth 4 needed, from {whose}; not from Ana")
    asking.approves(MO)
    assert said(asking).startswith(f"More approvals worth 2 needed, from {whose}")
    assert in_brief(asking.gate) == "approvals worth 2 missing"


def test_noes_are_told_by_tier_where_they_differ() -> None:
    tiers = [{"seats": [TEAM], "quorum": 3, "noes": 2}, {"seats": [{"person": "mo"}]}]
    asking = Asking(policy(steps=[{"tiers": tiers}]), sits={"person mo": (MO,)})
    assert said(asking).endswith(" 2 noes reject it.")
    asking.ticks(3 * HOUR)
    assert said(asking).endswith(" It is rejected by 2 noes from the team payments or one no from mo.")


def test_while_nobody_is_asked_nothing_is_missing_yet() -> None:
    asking = Asking(policy(kind="parallel", seats=[TEAM]), trial_due=at(60))
    assert in_brief(asking.gate) == ""
