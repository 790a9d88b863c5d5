"""How gates do: times, ends, rubber stamps, loads and costs, from facts alone."""

from datetime import timedelta

import pytest

from bot.domain.gates import orders as o
from bot.domain.gates.events import AnyFact
from bot.domain.gates.measures import by_model, by_policy, cost_of, loads, measure, stamps
from bot.domain.gates.policy import ApprovalPolicy
from bot.domain.ids import SYSTEM
from tests.domain.gates import asking
from tests.domain.gates.asking import EVE, HOUR, IN_TURN, MINUTE, TWO_OF_THREE, Asking, policy
from tests.domain.gates.test_deciding import CONTESTED, NEEDS_A_VERIFIER
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


def test_an_outvoted_no_is_an_override_as_broken_glass_is() -> None:
    contested = Asking(CONTESTED).after(60)
    contested.rejects(CY)
    for person in (BEN, MO, EVE):
        contested.approves(person)
    found = measure([contested.facts, *(approved(60) for _ in range(3))])
    assert (found.overrides, found.broken_glass) == (1, 0)
    assert found.is_too_strict, "one of four"


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


def test_what_nobody_could_decide_did_not_run_out_of_time() -> None:
    four = policy(kind="parallel", seats=[{"team": "payments", "voices": 4}], quorum=4)
    stuck = Asking(four, sits={"team payments": (ANA, BEN, CY, DEE)})
    assert stuck.gate.how == "last-resort"
    found = measure([stuck.facts])
    assert (found.timeouts, found.stuck) == (0, 1)


def test_a_next_tier_that_stays_silent_after_a_first_one_that_could_not_pass_runs_out_of_time() -> None:
    two = policy(kind="parallel", seats=[{"person": "ben"}], second=[{"team": "managers"}])
    silent = Asking(two, sits={"person ben": ()})
    silent.ticks(2 * HOUR)
    assert not silent.gate.is_open
    found = measure([silent.facts])
    assert (found.timeouts, found.stuck) == (1, 0)


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


def test_who_may_not_decide_was_not_asked_and_left_nothing_unanswered() -> None:
    four = policy(kind="parallel", seats=[{"team": "payments", "voices": 4}], quorum=2, next_after="20m")
    asking = Asking(four, sits={"team payments": (ANA, BEN, CY, DEE)})
    asking.ticks(20 * MINUTE)
    found = loads([asking.facts])
    assert sorted(found) == sorted([BEN, CY, DEE])


def test_who_can_not_be_asked_was_not_asked() -> None:
    asking = Asking(policy(kind="parallel", seats=[{"team": "payments", "voices": 3}], next_after="20m"))
    because = "their account is deactivated"
    asking.takes(o.RecordOutOfReach(by=SYSTEM, at=at(1), turn=1, account=BEN, because=because))
    asking.ticks(20 * MINUTE)
    assert sorted(loads([asking.facts])) == sorted([CY, DEE])


def test_whose_tier_could_not_pass_was_not_asked_and_who_could_no_longer_was_not_silent() -> None:
    at_once = Asking(NEEDS_A_VERIFIER)
    at_once.ticks(3 * HOUR)
    assert {one: load.asked for one, load in loads([at_once.facts]).items()} == {CY: 1}
    three = policy(kind="parallel", seats=[{"team": "payments", "voices": 3}], noes=2, second=[{"person": "mo"}])
    later = Asking(three, sits={"person mo": (MO,)}).after(10 * MINUTE)
    later.rejects(CY)
    later.ticks(3 * HOUR)
    found = loads([later.facts])
    assert {one: (load.asked, len(load.unanswered)) for one, load in found.items()} == {
        BEN: (1, 0),
        CY: (1, 0),
        DEE: (1, 0),
        MO: (1, 1),
    }


def test_who_votes_by_a_second_account_has_answered() -> None:
    asking = Asking(TWO_OF_THREE).after(3 * MINUTE)
    asking.approves("UBEN2", linked={"UBEN2": BEN})
    found = loads([asking.facts])
    assert (found[BEN].asked, found[BEN].voted, found[BEN].answered) == (1, 1, [3 * MINUTE])
    assert "UBEN2" not in found


def test_who_passes_a_question_on_is_known_for_it_and_not_as_silent() -> None:
    asking = Asking(policy(kind="dynamic", route={"picks": 1}, fallback=[{"person": "cy"}]), sits={"route": (BEN,)})
    asking.takes(o.PassOn(by=BEN, at=at(5), to=DEE))
    asking.ticks(2 * HOUR)
    asking.ticks(4 * HOUR)
    found = loads([asking.facts])
    assert (found[BEN].passed_on, found[BEN].unanswered) == (1, [])
    assert (found[DEE].passed_on, len(found[DEE].unanswered)) == (0, 1)


def test_who_is_asked_again_in_a_later_step_is_judged_by_that() -> None:
    one_of_three = {"tiers": [{"seats": [{"team": "payments", "voices": 3}], "quorum": 1}]}
    twice = policy(kind="mixed", steps=[one_of_three, one_of_three])
    asking = Asking(twice)
    asking.after(600).approves(BEN)
    asking.after(602).approves(CY)
    assert [(stamp.account, stamp.after.total_seconds()) for stamp in stamps(asking.facts)] == [(CY, 2)]


def test_who_overrides_a_no_is_judged_by_when_that_was_asked() -> None:
    asking = Asking(CONTESTED)
    asking.after(600).rejects(CY)
    asking.after(603).approves(BEN)
    assert [(stamp.account, stamp.after.total_seconds()) for stamp in stamps(asking.facts)] == [(BEN, 3)]


def test_having_read_the_plan_before_its_dry_run_is_not_having_read_that() -> None:
    asking = Asking(TWO_OF_THREE, trial_due=at(30))
    asking.takes(o.OpenPlan(by=BEN, at=at(5)))
    asking.after(10).takes(o.ShowDryRun(by=SYSTEM, at=at(10), dry_run="deletes all"))
    asking.after(12).approves(BEN)
    assert [stamp.account for stamp in stamps(asking.facts)] == [BEN]


def test_a_vote_that_is_taken_back_and_cast_again_is_one_vote() -> None:
    asking = Asking(TWO_OF_THREE).after(2)
    asking.approves(BEN)
    asking.after(3).takes_back(BEN)
    asking.after(4).approves(BEN)
    assert (measure([asking.facts]).votes, len(stamps(asking.facts)), loads([asking.facts])[BEN].voted) == (1, 1, 1)
    asking.after(5).takes_back(BEN)
    asking.after(300).approves(BEN)
    assert stamps(asking.facts) == [], "the one that stands was thought about"
