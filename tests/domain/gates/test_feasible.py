"""What of an approval could not work today is said before somebody has to find out."""

from collections.abc import Collection
from typing import Any

from bot.domain.gates.feasible import orphans, shortfalls
from bot.domain.gates.seating import Surroundings
from bot.domain.hats import Hat
from bot.domain.oncall.book import Arranged, Book
from bot.domain.severity import Severity
from tests.domain.gates.asking import policy
from tests.harness.clock import NOON
from tests.harness.people import ANA, BEN

PEOPLE = {name: {"id": name, "slack": f"U{name.upper()}", "name": name, "zone": "UTC"} for name in ("ana", "ben", "cy")}
BOOK = Book.model_validate(
    {
        "people": {**PEOPLE, "ana": {**PEOPLE["ana"], "roles": ["duty"]}},
        "teams": {
            "two": {"id": "two", "title": "Two", "members": ["ana", "ben"]},
            "none": {"id": "none", "title": "None", "members": ["zoe"]},
        },
    }
)


def said(out: dict[str, str] | None = None, shared: Collection[Hat] = (), **given: Any) -> list[tuple[str, bool]]:
    around = Surroundings(
        book=BOOK,
        arranged=Arranged(),
        at=NOON,
        severity=Severity.P1,
        groups={"S0000001": (ANA,), "S0000000": (), "S000000X": "Slack knows no such group."},
    )
    return [(one.why, one.stops) for one in shortfalls(policy(**given), around, out or {}, shared)]


def test_what_could_pass_is_not_worth_a_word() -> None:
    assert said(kind="parallel", seats=[{"team": "two", "voices": 2}]) == []
    assert said(kind="parallel", seats=[{"anyone": True, "voices": 3}, {"hat": "commander", "must": True}]) == []
    assert said(kind="sequential", chain=[{"role": "duty"}, {"person": "ben"}]) == []
    assert said(kind="sequential", chain=[{"group": "S0000001"}, {"person": "ben"}]) == []
    assert said(kind="dynamic", route={"among": "two"}) == []


def test_more_voices_than_people_and_nobody_at_all_stop_it() -> None:
    assert said(kind="parallel", seats=[{"team": "two", "voices": 3}]) == [
        ("nobody there can pass it: at most 2 of 3 can be reached.", True)
    ]
    (empty,) = said(kind="parallel", seats=[{"team": "none"}])
    assert empty == ("nobody there can pass it: at most 0 of 1 can be reached. None has no members.", True)
    (role,) = said(kind="parallel", seats=[{"role": "legal", "must": True}, {"anyone": True}], quorum=1)
    assert "nobody can say yes for whoever is legal. Nobody is legal." in role[0]


def test_groups_that_are_empty_or_unknown_are_told_with_the_reason() -> None:
    (empty,) = said(kind="parallel", seats=[{"group": "S0000000"}])
    (unknown,) = said(kind="parallel", seats=[{"group": "S000000X"}])
    assert "S0000000 has no members." in empty[0]
    assert "Slack knows no such group." in unknown[0]


def test_who_has_left_is_not_counted() -> None:
    seats = [{"team": "two", "voices": 2}]
    (gone,) = said({BEN: "their account is deactivated"}, kind="parallel", seats=seats)
    assert gone[0].endswith("at most 1 of 2 can be reached. <@UBEN> can't be asked: their account is deactivated.")


def test_a_tier_that_can_not_pass_with_another_behind_it_is_less_than_a_stop() -> None:
    (tier,) = said(kind="parallel", seats=[{"team": "none"}], second=[{"team": "two"}])
    assert tier[0].startswith("tier 1 can't pass, so the next is asked at once:")
    assert not tier[1]


def test_one_person_in_two_seats_fills_one() -> None:
    (one,) = said(kind="parallel", seats=[{"role": "duty"}, {"group": "S0000001"}])
    assert "at most 1 of 2 can be reached" in one[0]


def test_a_glass_that_nobody_may_break_or_answer_for_is_told() -> None:
    glass = {"who": [{"team": "none"}], "countersigned_by": [{"role": "legal"}]}
    told = [why for why, _ in said(kind="parallel", seats=[{"anyone": True}], glass=glass)]
    assert told == ["nobody can break the glass: None has no members.", "nobody can countersign: Nobody is legal."]


def test_a_user_group_alone_breaks_no_glass() -> None:
    glass = {"who": [{"group": "S0000001"}]}
    (told,) = said(kind="parallel", seats=[{"anyone": True}], glass=glass)
    assert told[0].startswith("nobody can break the glass: the user group S0000001 can't be looked up")


def test_services_that_no_team_owns_are_named_where_a_route_asks_the_owner() -> None:
    services = {"checkout": "two", "search": None, "mail": "Somebody"}
    owners = policy(kind="dynamic", route={})
    assert orphans([owners], services, ["two"]) == ["search", "mail"]
    assert orphans([policy(kind="dynamic", route={"among": "two"})], services, ["two"]) == []


def test_a_hat_that_one_person_wears_is_one_person() -> None:
    seats = [{"hat": "commander", "voices": 2}]
    assert said(kind="parallel", seats=seats) == [("nobody there can pass it: at most 1 of 2 can be reached.", True)]
    assert said(kind="parallel", seats=[{"hat": "mitigator", "voices": 2}], shared=[Hat.MITIGATOR]) == []


def test_people_are_counted_across_steps_as_gates_count_them() -> None:
    """Each step could pass for itself; but ANA and BEN are two, and three steps want three people."""
    (told,) = said(kind="sequential", chain=[{"team": "two"}] * 3)
    assert told == (
        "each step could pass, but not all: one person counts in one step, and there are too few for all of them.",
        True,
    )
    assert said(kind="sequential", chain=[{"team": "two"}] * 2) == []


def test_a_role_of_one_person_fills_one_step() -> None:
    (told,) = said(kind="sequential", chain=[{"role": "duty"}, {"role": "duty"}])
    assert told[0].startswith("each step could pass, but not all")
    assert said(kind="sequential", chain=[{"role": "duty"}, {"role": "duty"}], second=[{"person": "cy"}]) == []


def test_more_voices_than_a_team_has_members_are_told() -> None:
    (told,) = said(kind="parallel", seats=[{"team": "two", "voices": 20}], quorum=20)
    assert told == ("nobody there can pass it: at most 2 of 20 can be reached.", True)


def test_a_deputy_is_asked_where_somebody_counts_in_an_earlier_step() -> None:
    people = {**PEOPLE, "ana": {**PEOPLE["ana"], "roles": ["duty"], "deputies": ["cy"]}}
    around = Surroundings(
        book=Book.model_validate({"people": people}), arranged=Arranged(), at=NOON, severity=Severity.P1
    )
    twice = policy(kind="sequential", chain=[{"role": "duty"}, {"role": "duty"}])
    assert not list(shortfalls(twice, around, {}))
    assert list(shortfalls(twice, around, {"UCY": "they left"}))
