"""Stricter gates: how far a quorum is raised and why, what is recorded, and what happens where too few are left."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.gates import events as e
from bot.domain.gates import orders as o
from bot.domain.gates.explain import explain
from bot.domain.gates.gate import Outcome
from bot.domain.gates.policy import ApprovalPolicy, can_pass, raised
from bot.domain.gates.stricter import STAMPING_SPAN, Ended, Known, stamping, with_reasons
from tests.domain.gates.asking import SUBJECT, Asking, policy
from tests.harness.clock import NOON, at
from tests.harness.people import ANA, BEN, CY

STALE = Known(stale="nobody has reviewed the runbook")
TWO = {"kind": "parallel", "seats": [{"team": "payments", "voices": 3}], "quorum": 2}
BOTH = {"stale-runbook": 1, "rubber-stamps": 1}


def needs(asked: ApprovalPolicy) -> list[list[int]]:
    return [[tier.needs for tier in step.tiers] for step in asked.steps]


def asking(declared: ApprovalPolicy, known: Known = STALE, **more: object) -> Asking:
    asked = with_reasons(declared, known)
    opening = {"declared": asked.declared, "stricter": asked.stricter}
    return Asking(asked.policy, SUBJECT, **opening, **more)  # type: ignore[arg-type]


def test_only_the_concerns_that_the_policy_names_count() -> None:
    known = Known(stale="it is stale", stamped={"a-gate": "they don't read", "another": "nor here"})
    assert with_reasons(policy(**TWO), known).declared is None
    one = with_reasons(policy(**TWO, stricter={"rubber-stamps": 1}), known)
    assert [(reason.concern, reason.because, reason.by) for reason in one.stricter] == [
        ("rubber-stamps", "they don't read", 1)
    ]
    assert needs(one.policy) == [[3]]
    assert with_reasons(policy(**TWO, stricter={"rubber-stamps": 1}), Known(stale="it is stale")).stricter == ()


def test_two_concerns_add_up_as_far_as_the_seats_reach() -> None:
    many = policy(kind="parallel", seats=[{"team": "payments", "voices": 4}], quorum=1, stricter=BOTH)
    known = Known(stale="it is stale", stamped={"a-gate": "they don't read"})
    assert needs(with_reasons(many, known).policy) == [[3]]
    assert needs(with_reasons(policy(**TWO, stricter=BOTH), known).policy) == [[3]], "there are three voices"


def test_what_overrides_a_no_stays_the_larger_quorum() -> None:
    leads = {"seats": [{"team": "leads", "voices": 5}], "quorum": 3}
    asked = with_reasons(policy(**TWO, override=leads, stricter={"stale-runbook": 1}), STALE).policy
    assert (needs(asked), asked.override and asked.override.needs) == ([[3]], 4)


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "parallel", "seats": [{"anyone": True}]},
        {"kind": "sequential", "chain": [{"person": "ben"}, {"person": "cy"}]},
        {**TWO, "override": {"seats": [{"team": "payments", "voices": 3}], "quorum": 3}},
    ],
    ids=["one voice", "one seat after the other", "the override leaves no room"],
)
def test_where_nothing_can_be_raised_it_is_refused_with_a_remedy(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=r"no quorum here can be raised.*Give a seat more voices"):
        policy(**given, stricter={"stale-runbook": 1})


SEATS = st.lists(
    st.builds(
        lambda kind, weight, voices: {**kind, "weight": weight, "voices": 1 if "person" in kind else voices},
        st.sampled_from([{"team": "payments"}, {"person": "ben"}, {"person": "cy"}, {"anyone": True}]),
        st.integers(1, 3),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda seat: str(seat.get("person", id(seat))),
)


@st.composite
def declared(draw: st.DrawFn) -> ApprovalPolicy:
    def tier() -> dict[str, object]:
        seats = draw(SEATS)
        most = sum(seat["weight"] * seat["voices"] for seat in seats)
        return {"seats": seats, "quorum": draw(st.integers(1, most))}

    steps = [{"tiers": [tier() for _ in range(draw(st.integers(1, 2)))]} for _ in range(draw(st.integers(1, 2)))]
    override = {"override": tier()} if draw(st.booleans()) else {}
    try:
        return policy(steps=steps, **override)
    except ValidationError:  # one person alone in two steps, or an override that outweighs nothing
        return policy(**TWO)


@given(declared(), st.integers(1, 10))
def test_a_raised_policy_is_one_that_could_have_been_declared(before: ApprovalPolicy, by: int) -> None:
    steps, override = raised(before.steps, before.override, by)
    after = ApprovalPolicy.model_validate({**before.model_dump(), "steps": steps, "override": override})
    assert can_pass(after.steps)
    for old, new in zip(before.steps, after.steps, strict=True):
        for was, now in zip(old.tiers, new.tiers, strict=True):
            assert was.needs <= now.needs <= min(was.needs + by, now.most)
            assert now.seats == was.seats


def test_the_reasons_and_the_raised_quorum_are_recorded_and_explained() -> None:
    gate = asking(policy(**TWO, stricter=BOTH))
    opened = gate.facts[0]
    assert isinstance(opened, e.GateOpened)
    assert opened.declared is not None
    assert (needs(opened.policy), needs(opened.declared)) == ([[3]], [[2]])
    gate.approves(BEN)
    gate.approves(CY)
    assert gate.gate.is_open, "two would have been enough"
    told = explain(gate.gate)
    assert told.stricter == "Stricter than usual, 3 instead of 2, because nobody has reviewed the runbook."
    gate.approves("UDEE")
    assert gate.gate.outcome is Outcome.APPROVED


def test_where_too_few_can_be_asked_the_declared_quorum_holds_again_and_that_is_a_fact() -> None:
    gate = asking(policy(**TWO, stricter=BOTH), sits={"team payments": (BEN, CY)})
    (eased,) = [fact for fact in gate.facts if isinstance(fact, e.QuorumEased)]
    assert eased.because == "at most 2 of 3 can be reached"
    assert gate.gate.is_open
    assert "It was to be stricter than usual" in explain(gate.gate).stricter
    gate.approves(BEN)
    gate.approves(CY)
    assert gate.gate.outcome is Outcome.APPROVED


def test_the_next_tier_is_asked_before_anything_is_eased() -> None:
    gate = asking(
        policy(**TWO, second=[{"team": "managers", "voices": 2}], stricter=BOTH), sits={"team payments": (BEN, CY)}
    )
    assert not [fact for fact in gate.facts if isinstance(fact, e.QuorumEased)]
    assert [call.tier for call in gate.gate.calls] == [0, 1]


def test_where_even_the_declared_quorum_is_out_of_reach_nothing_is_eased() -> None:
    gate = asking(policy(**TWO, stricter=BOTH), sits={"team payments": (BEN,)})
    assert not [fact for fact in gate.facts if isinstance(fact, e.QuorumEased)]
    assert gate.gate.outcome is Outcome.EXPIRED


def test_time_eases_nothing() -> None:
    gate = asking(policy(**TWO, stricter=BOTH))
    gate.approves(BEN)
    gate.approves(CY)
    gate.ticks(2 * 3600)
    assert gate.gate.outcome is Outcome.EXPIRED


def test_a_changed_plan_is_asked_as_strictly() -> None:
    gate = asking(policy(**TWO, stricter=BOTH))
    gate.approves(BEN)
    gate.changes(by=ANA, target="search")
    assert gate.gate.stricter
    assert needs(gate.gate.policy) == [[3]]
    other = policy(**TWO)
    gate.takes(o.ChangeSubject(by=ANA, at=at(9), subject=SUBJECT, policy=other))
    assert (gate.gate.stricter, gate.gate.declared) == ((), None), "another policy brings its own"


def ended(days_ago: float, votes: int, stamps: int) -> Ended:
    return Ended(at=NOON - timedelta(days=days_ago), seconds=60, in_time=True, votes=votes, stamps=stamps)


@pytest.mark.parametrize(
    ("known", "is_pattern"),
    [
        ([], False),
        ([ended(1, 4, 4)], False),
        ([ended(1, 5, 2)], True),
        ([ended(1, 6, 2)], False),
        ([ended(1, 3, 1), ended(2, 3, 2)], True),
        ([ended(1, 3, 0), ended(STAMPING_SPAN.days, 6, 6)], False),
    ],
    ids=["nothing", "too few votes", "more than a third", "just a third", "over several gates", "too long ago"],
)
def test_more_than_a_third_of_recent_votes_without_reading_is_a_pattern(known: list[Ended], is_pattern: bool) -> None:
    assert bool(stamping(known, NOON)) is is_pattern
