"""What operators may declare: the short forms, and each slip with what would be right."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from bot.domain.gates.choice import GateChoice, chosen
from bot.domain.gates.policy import ApprovalPolicy, Step, Tier, can_pass
from bot.domain.gates.seat import Seat
from bot.domain.gates.slips import slips
from bot.domain.severity import Severity
from tests.domain.gates.asking import policy

TEAM = {"team": "payments", "voices": 3}
BOSS = {"person": "ana"}


def test_a_sequential_gate_is_many_steps_of_one_seat() -> None:
    found = policy(kind="sequential", chain=[{"hat": "commander"}, {"team": "payments"}], second=[{"role": "managers"}])
    assert [[[seat.name for seat in tier.seats] for tier in step.tiers] for step in found.steps] == [
        [["hat commander"], ["role managers"]],
        [["team payments"], ["role managers"]],
    ]
    first = found.steps[0].tiers[0]
    assert (first.deputy_after, first.limit, first.renotify) == (3600, 7200, 900)


def test_a_parallel_gate_is_one_step_of_many_seats() -> None:
    found = policy(kind="parallel", seats=[TEAM, {"person": "ana", "must": True}], quorum=2, renotify="5m")
    (tier,) = found.steps[0].tiers
    assert (tier.needs, tier.renotify, len(tier.seats)) == (2, 300, 2)


def test_a_dynamic_gate_falls_back_to_one_after_the_other() -> None:
    found = policy(kind="dynamic", route=None, fallback=[{"person": "ana"}, {"person": "ben"}])
    assert [tier.seats[0].kind for tier in found.steps[0].tiers] == ["route", "person", "person"]
    assert found.steps[0].tiers[0].needs == 1


def test_models_mix_in_one_gate() -> None:
    steps = [{"tiers": [{"seats": [TEAM], "quorum": 2}]}, {"tiers": [{"seats": [{"route": {}}]}]}]
    assert policy(steps=steps).kind == "mixed"


def test_what_was_written_out_is_read_back_as_it_is() -> None:
    found = policy(kind="dynamic", route={"among": "payments"}, fallback=[{"person": "ana"}])
    assert ApprovalPolicy.model_validate_json(found.model_dump_json()) == found
    assert ApprovalPolicy.model_validate(found.model_dump()).hash == found.hash


SLIPS: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "parallel", "seats": [TEAM], "quorum": 4}, "a quorum of 4 can never be reached", "Write quorum: 3"),
    ({"kind": "parallel", "seats": [TEAM], "noes": 4}, "4 noes can never come together", "Write noes: 3"),
    ({"kind": "parallel", "seats": [{"person": "ana"}] * 2}, "“ana” sits there twice", "Give the seat a weight"),
    ({"kind": "parallel", "seats": [{}]}, "a seat names one thing", "Write one of: role, person"),
    ({"kind": "parallel", "seats": [{"team": "a", "hat": "commander"}]}, "a seat names one thing", "Write one of"),
    ({"kind": "parallel", "seats": [{"person": "ana", "voices": 2}]}, "one person has one voice", "Remove voices"),
    ({"kind": "parallel", "seats": [TEAM], "then": "approve"}, "there is no limit", "Write limit: 30m"),
    (
        {"kind": "sequential", "chain": [{"person": "ana"}, {"person": "ana"}]},
        "it can never pass: one person would have to count in two steps",
        "Name somebody else",
    ),
    (
        {"kind": "dynamic", "route": {}, "fallback": [{"person": name} for name in ("ana", "ben", "cy")]},
        "a step has 4 tiers",
        "Write max_depth: 4",
    ),
    (
        {"kind": "parallel", "seats": [TEAM], "quorum": 2, "override": {"seats": [TEAM], "quorum": 2}},
        "2 would override what 2 may decide",
        "Write quorum: 3",
    ),
    ({"kind": "parallel", "seats": [TEAM], "glass": {"who": [{"route": {}}]}}, "must be looked up", "Name roles"),
]


@pytest.mark.parametrize(("given", "wrong", "instead"), SLIPS, ids=[slip[1] for slip in SLIPS])
def test_a_slip_is_told_with_what_would_be_right(given: dict[str, Any], wrong: str, instead: str) -> None:
    with pytest.raises(ValidationError) as refused:
        policy(**given)
    messages = [error["msg"] for error in refused.value.errors()]
    assert any(wrong in message and instead in message for message in messages), messages


COMMANDER = {"hat": "commander"}
ALONE = ("hat commander", "schedule search")
"""Seats in which one person sits at a time."""

NEVER: list[tuple[dict[str, Any], str, str]] = [
    (
        {"kind": "parallel", "seats": [TEAM], "glass": {"who": [BOSS, TEAM], "countersigned_by": [BOSS]}},
        "if ana breaks it, nobody could sign for it",
        "Name somebody else",
    ),
    (
        {"kind": "sequential", "chain": [TEAM, BOSS], "next_after": "2h", "limit": "1d", "then": "reject"},
        "it never comes: the tiers' own limits are over after 4 h",
        "last_resort says",
    ),
    ({"kind": "sequential", "chain": [COMMANDER] * 2}, "the incident commander is one person at a time", "a team"),
    (
        {"kind": "sequential", "chain": [{"schedule": "search"}] * 2},
        "whoever is on shift in search is one person at a time",
        "Name somebody else",
    ),
    (
        {"kind": "parallel", "seats": [{**COMMANDER, "voices": 2}], "quorum": 2},
        "a quorum of 2 can never be reached: the incident commander is one person at a time",
        "Remove voices",
    ),
    (
        {"kind": "parallel", "seats": [{"schedule": "search", "voices": 3}], "quorum": 3},
        "a quorum of 3 can never be reached: whoever is on shift in search",
        "Remove voices",
    ),
    ({"kind": "dynamic", "route": {}}, "nobody is asked until enough is known", "Add fallback"),
    (
        {"kind": "parallel", "seats": [TEAM], "next_after": "30m", "deputy_after": "1h"},
        "it never comes: this is over after 30 min",
        "Write less",
    ),
    (
        {"kind": "parallel", "seats": [TEAM], "next_after": "10m", "renotify": "15m"},
        "it never comes: this is over after 10 min",
        "Write less",
    ),
    (
        {"kind": "parallel", "seats": [TEAM], "hours": ["mon 09:00-09:01"]},
        "2 h of these hours take more than 90 days: there are 1 min a week",
        "Write more hours",
    ),
]


@pytest.mark.parametrize(("given", "wrong", "instead"), NEVER, ids=[row[1] for row in NEVER])
def test_what_can_never_be_is_told_with_what_would_be_right(given: dict[str, Any], wrong: str, instead: str) -> None:
    found = policy(**given)
    (slip,) = slips(found, ALONE)
    assert wrong in slip.what
    assert instead in slip.instead
    assert ApprovalPolicy.model_validate_json(found.model_dump_json()) == found, "what was kept is read as it was"


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "parallel", "seats": [TEAM], "next_after": "10m"},
        {"kind": "parallel", "seats": [TEAM], "hours": ["mon-fri 09:00-17:00"], "next_after": "1h", "renotify": "3h"},
        {"kind": "parallel", "seats": [TEAM], "hours": ["mon 09:00-11:00"], "next_after": "24h"},
        {"kind": "sequential", "chain": [COMMANDER, COMMANDER], "second": [TEAM]},
        {"kind": "sequential", "chain": [{"hat": "mitigator"}, {"hat": "mitigator"}]},
        {"kind": "dynamic", "route": {"history": 0}},
        {"kind": "dynamic", "route": {}, "fallback": [TEAM]},
    ],
    ids=str,
)
def test_what_can_be_is_no_slip(given: dict[str, Any]) -> None:
    """Defaults that come too late are nobody's slip, and people are told again at any hour, whatever a limit counts."""
    assert not list(slips(policy(**given), ALONE))


def test_working_hours_may_stretch_the_tiers_beyond_the_limit() -> None:
    given = {"kind": "sequential", "chain": [TEAM], "next_after": "2h", "hours": ["mon-fri 09:00-17:00"]}
    assert list(slips(policy(**given, limit="1d", then="reject"), ALONE)) == []


def test_what_belongs_to_another_model_is_refused() -> None:
    with pytest.raises(ValidationError):
        policy(kind="parallel", seats=[TEAM], fallback=[{"person": "ana"}])
    with pytest.raises(ValidationError):
        policy(kind="sequential", seats=[TEAM])


def test_a_person_in_two_steps_is_fine_where_somebody_else_can_stand_there() -> None:
    ana, team = Seat(person="ana"), Seat(team="payments")
    alone = Step(tiers=(Tier(seats=(ana,)),))
    either = Step(tiers=(Tier(seats=(ana, team), quorum=1),))
    later = Step(tiers=(Tier(seats=(ana,)), Tier(seats=(team,))))
    must = Step(tiers=(Tier(seats=(Seat(person="ana", must=True), team), quorum=1),))
    assert can_pass([alone, either])
    assert can_pass([alone, later])
    assert not can_pass([alone, must])
    assert not can_pass([alone, alone])


def test_the_first_choice_that_fits_says_which_gate_there_is() -> None:
    choices = (
        GateChoice(use="all-at-once", severities=(Severity.P1, Severity.P2), before=("mitigation",)),
        GateChoice(use="by-day", before=("mitigation",), hours=("mon-fri 09:00-17:00",), zone="Europe/Berlin"),
        GateChoice(use="one-of-us", before=("mitigation", "rollback")),
    )
    day, night = (datetime(2026, 11, 2, hour, tzinfo=UTC) for hour in (12, 22))
    assert chosen(choices, "mitigation", "p1", night) == "all-at-once"
    assert chosen(choices, "mitigation", "p3", day) == "by-day"
    assert chosen(choices, "mitigation", "p3", night) == "one-of-us"
    assert chosen(choices, "stage", "p3", night) is None


def test_a_choice_before_rollbacks_may_say_what_is_undone() -> None:
    choices = (
        GateChoice(use="slow", before=("rollback",), of=("verified",)),
        GateChoice(use="fast", before=("rollback", "mitigation"), of=("stopped", "failed"), severities=(Severity.P1,)),
    )
    now = datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert chosen(choices, "rollback", "p1", now, of="verified") == "slow"
    assert chosen(choices, "rollback", "p1", now, of="failed") == "fast"
    assert chosen(choices, "rollback", "p2", now, of="failed") is None
    assert chosen(choices, "mitigation", "p1", now) == "fast", "of says nothing about mitigations"
