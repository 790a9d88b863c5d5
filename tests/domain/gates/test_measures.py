"""How gates do: times, ends, rubber stamps, loads and costs, from facts alone."""

from datetime import timedelta

import pytest

from bot.domain.gates import orders as o
from bot.domain.gates.events import AnyFact
from bot.domain.gates.measures import by_model, by_policy, cost_of, loads, measure, stamps
from bot.domain.gates.policy import ApprovalPolicy
from tests.domain.gates import asking
from tests.domain.gates.asking import HOUR, IN_TURN, MINUTE, TWO_OF_THREE, Asking, policy
from tests.harness.clock import at
from tests.harness.people import ANA, BEN, CY, DEE, MO

COSTLY = policy(kind="parallel", seats=[{"team": "payments"}], cost_per_hour=1200, glass={"who": [{"anyone": True}]})


def approved(after: float, kind: ApprovalPolicy = COSTLY) -> list[AnyFact]:
    return asking.approved(after, kind)


def broken_open(after: float) -> list[AnyFact]:
    asking = Asking(COSTLY).after(after)
    asking.breaks_glass(MO)
    return asking.facts


def test_mean_and_p95_are_of_the_time_to_the_outcome() -> None:
    found = measure(approved(minutes * MINUTE) for minutes in range(1, 21))
    assert found.mean == timedelta(minutes=10.5)
    assert found.p95 == timedelta(minutes=19)
    assert (found.gates, found.closed, found.timeouts) == (20, 20, 0)


def test_open_gates_have_no_time_yet() -> None:
    found = measure([Asking(COSTLY).facts])
    assert (found.gates, found.closed, found.mean, found.p95, found.cost) == (1, 0, None, None, None)


def test_more_than_a_fifth_of_overrides_is_too_strict() -> None:
    few = [*(approved(60) for _ in range(4)), broken_open(60)]
    assert (measure(few).override_share, measure(few).is_too_strict) == (0.2, False)
    many = [*few, broken_open(60)]
    assert measure(many).is_too_strict
    assert (measure(many).broken_glass, measure(many).unsigned) == (2, 2)


def test_what_waiting_costs_is_reckoned_by_the_policys_rate() -> None:
    assert measure([approved(HOUR), approved(HOUR / 2)]).cost == pytest.approx(1800)
    assert measure([approved(60, TWO_OF_THREE)]).cost is None
    assert cost_of(Asking(COSTLY).gate, at(HOUR / 4)) == pytest.approx(300), "so far"


def test_gates_that_time_has_ended_are_timeouts() -> None:
    silent = Asking(IN_TURN)
    silent.ticks(2 * HOUR)
    silent.ticks(4 * HOUR)
    found = measure([silent.facts, approved(60)])
    assert (found.timeouts, found.escalated, found.outcomes["expired"]) == (1, 1, 1)


def test_a_vote_within_ten_seconds_without_the_plan_is_a_stamp() -> None:
    quick = Asking(TWO_OF_THREE).after(9)
    quick.approves(BEN)
    quick.takes(o.OpenPlan(by=CY, at=at(5)))
    quick.approves(CY)
    assert [(stamp.account, stamp.after) for stamp in stamps(quick.facts)] == [(BEN, timedelta(seconds=9))]
    slow = Asking(TWO_OF_THREE).after(10)
    slow.approves(BEN)
    assert stamps(slow.facts) == []


def test_having_read_another_plan_is_not_having_read_this_one() -> None:
    asking = Asking(TWO_OF_THREE).after(1)
    asking.takes(o.OpenPlan(by=BEN, at=at(1)))
    asking.after(60).changes(by=ANA, target="search")
    asking.after(63).approves(BEN)
    assert [stamp.after for stamp in stamps(asking.facts)] == [timedelta(seconds=3)]


def test_each_approvers_load_is_known() -> None:
    asking = Asking(TWO_OF_THREE).after(3 * MINUTE)
    asking.approves(BEN)
    asking.after(5 * MINUTE).approves(CY)
    asking.approves(DEE)
    found = loads([asking.facts, asking.facts])
    assert (found[BEN].asked, found[BEN].voted, found[BEN].median) == (2, 2, timedelta(minutes=3))
    assert (found[DEE].asked, found[DEE].voted, found[DEE].late, found[DEE].median) == (2, 0, 2, None)
    assert found[DEE].unanswered == [], "others were faster: that is no silence"


def test_silence_until_the_limit_is_known_with_its_length() -> None:
    silent = Asking(policy(kind="parallel", seats=[{"team": "payments"}], next_after="20m"))
    silent.ticks(20 * MINUTE)
    assert loads([silent.facts])[BEN].unanswered == [20 * MINUTE]


def test_policies_and_models_are_told_apart() -> None:
    histories = [approved(60), approved(60, TWO_OF_THREE), approved(60, IN_TURN.model_copy(update={"id": "turns"}))]
    assert {name: found.gates for name, found in by_policy(histories).items()} == {"a-gate": 2, "turns": 1}
    assert {name: found.gates for name, found in by_model(histories).items()} == {"parallel": 2, "sequential": 1}
