"""What a gate does with votes, time, deputies, changes and broken glass: each promise once, in words."""

from typing import Any, TypeVar

import pytest

from bot.domain.gates import events as e
from bot.domain.gates import orders as o
from bot.domain.gates.decide import order_of
from bot.domain.gates.due import may_be_told, next_due, wanted
from bot.domain.gates.evolve import replay
from bot.domain.gates.gate import Found, Outcome
from bot.domain.gates.policy import ApprovalPolicy
from bot.domain.gates.rejections import (
    AnotherQuestion,
    AwaitsDryRun,
    CannotDecide,
    GateIsClosed,
    HasVoted,
    IsRefused,
    IsSigned,
    NobodyAsksYou,
    NobodyElseIsLeft,
    NoGlassHere,
    NothingToSign,
    NotInTheChannel,
    NotTheirSeat,
    NotYou,
    NotYoursToBreak,
    NotYoursToSign,
    NotYoursToStop,
    NoVoteOfYours,
    PassedOnTooOften,
    SayWhy,
    SignedByAnother,
    StepIsPassed,
    SubjectHasChanged,
    YouProposedIt,
    YourYesCounts,
)
from bot.domain.gates.standing import waited_for, waits_for
from bot.domain.ids import SYSTEM
from bot.domain.words import TextTooLong
from tests.domain.gates.asking import (
    EVE,
    FAY,
    GUS,
    HOUR,
    IN_TURN,
    MINUTE,
    ROLLBACK,
    SUBJECT,
    TWO_OF_THREE,
    Asking,
    policy,
)
from tests.harness.clock import at
from tests.harness.people import ANA, BEN, CY, DEE, MO

Kind = TypeVar("Kind", bound=e.FactBase)


def the(kind: type[Kind], facts: list[e.AnyFact]) -> Kind:
    """Return the first fact of a kind."""
    return next(fact for fact in facts if isinstance(fact, kind))


def types(facts: list[e.AnyFact]) -> list[str]:
    return [fact.type for fact in facts]


# parallel


def test_a_quorum_of_those_asked_at_once_opens_the_gate() -> None:
    asking = Asking(TWO_OF_THREE)
    assert asking.asked == [BEN, CY, DEE]
    assert types(asking.approves(BEN)) == ["gate.voted"]
    assert types(asking.approves(DEE)) == ["gate.voted", "gate.step-passed", "gate.ended"]
    assert asking.gate.outcome is Outcome.APPROVED


def test_one_no_rejects_unless_the_policy_wants_more() -> None:
    asking = Asking(TWO_OF_THREE)
    asking.approves(BEN)
    asking.rejects(CY, "wrong region")
    assert (asking.gate.outcome, asking.gate.because) == (Outcome.REJECTED, "wrong region")
    patient = Asking(policy(kind="parallel", seats=[{"team": "payments", "voices": 3}], quorum=2, noes=2))
    patient.rejects(CY)
    patient.approves(BEN)
    patient.approves(DEE)
    assert patient.gate.outcome is Outcome.APPROVED


def test_a_heavy_seat_weighs_and_a_must_seat_must() -> None:
    seats = [{"team": "payments", "voices": 3}, {"role": "security", "weight": 2, "must": True}]
    asking = Asking(policy(kind="parallel", seats=seats, quorum=3))
    for person in (BEN, CY, DEE):
        asking.approves(person)
    assert asking.gate.is_open, "without security nothing passes"
    asking.approves(FAY)
    assert asking.gate.outcome is Outcome.APPROVED


def test_what_cannot_pass_any_more_says_so_and_asks_the_next_tier() -> None:
    seats = [{"person": "ben"}, {"person": "cy"}, {"person": "dee"}]
    asking = Asking(policy(kind="parallel", seats=seats, quorum=3, noes=2, second=[{"team": "managers"}]))
    facts = asking.rejects(CY)
    assert types(facts) == ["gate.voted", "gate.stuck", "gate.called", "gate.asked"]
    assert the(e.TierStuck, facts).because == "at most 2 of 3 can be reached"
    assert asking.asked == [BEN, CY, DEE, MO, EVE]
    asking.approves(MO)
    assert asking.gate.outcome is Outcome.APPROVED


def test_a_seat_that_nobody_fills_is_not_waited_for() -> None:
    seats = [{"team": "payments", "voices": 3}, {"role": "security", "must": True}]
    asking = Asking(policy(kind="parallel", seats=seats, quorum=2), sits={"role security": ()})
    stuck = the(e.TierStuck, asking.facts)
    assert stuck.because == "nobody can say yes for whoever is security"
    assert types(asking.facts)[-3:] == ["gate.stuck", "gate.exhausted", "gate.ended"]
    assert (asking.gate.outcome, asking.gate.how) == (Outcome.EXPIRED, "last-resort")


NEEDS_A_VERIFIER = policy(
    kind="parallel",
    seats=[{"person": "ben"}, {"person": "dee"}, {"hat": "verifier", "must": True}],
    quorum=2,
    second=[{"person": "cy"}],
)


def test_nobody_waits_for_those_who_can_not_make_it_pass_any_more_nor_tells_them_again() -> None:
    asking = Asking(NEEDS_A_VERIFIER)
    assert waited_for(asking.gate) == (CY,)
    assert [waits_for(asking.gate, person, here=True) for person in (BEN, DEE, CY)] == [False, False, True]
    assert [may_be_told(asking.gate, turn, who) for turn, who in ((1, BEN), (1, DEE), (2, CY))] == [False, False, True]
    reminded = the(e.PeopleReminded, asking.ticks(15 * MINUTE))
    assert tuple(reminded.following) == (CY,)
    assert types(asking.rejects(BEN))[-1] == "gate.ended", "their no still counts"


def test_whose_yes_would_make_room_by_anothers_moving_is_waited_for_and_told_again() -> None:
    """Ben sits in both seats, and fills the one that Cy could fill as well."""
    asking = Asking(
        policy(kind="parallel", seats=[{"team": "duo"}, {"hat": "commander"}]), sits={"team duo": (BEN, CY)}
    )
    asking.approves(BEN)
    assert waited_for(asking.gate) == (CY,)
    assert tuple(the(e.PeopleReminded, asking.ticks(15 * MINUTE)).following) == (CY,)
    asking.approves(CY)
    assert asking.gate.outcome is Outcome.APPROVED


def test_where_anybody_may_say_yes_and_has_it_waits_for_nobody_else() -> None:
    seats = [{"anyone": True}, {"role": "security", "must": True}]
    asking = Asking(policy(kind="parallel", seats=seats))
    assert waits_for(asking.gate, DEE, here=True)
    asking.approves(BEN)
    assert [waits_for(asking.gate, person, here=True) for person in (DEE, FAY)] == [False, True]


def test_for_whose_yes_there_is_no_room_nobody_waits_and_no_deputy_is_asked() -> None:
    asking = Asking(
        policy(kind="parallel", seats=[{"team": "payments"}, {"role": "security"}], renotify=None),
        deputies={CY: [MO], DEE: [EVE], FAY: [GUS]},
    )
    asking.approves(BEN)
    assert waited_for(asking.gate) == (FAY,)
    assert not may_be_told(asking.gate, 1, CY)
    asked = [fact for fact in asking.ticks(HOUR) if isinstance(fact, e.DeputyAsked)]
    assert [fact.instead_of for fact in asked] == [FAY]
    asking.takes_back(BEN)
    assert {fact.instead_of for fact in asking.facts if isinstance(fact, e.DeputyAsked)} == {FAY, CY, DEE}


def test_who_can_make_it_pass_again_since_a_no_was_taken_back_is_told_again() -> None:
    asking = Asking(
        policy(kind="parallel", seats=[{"team": "payments", "voices": 3}], noes=2, second=[{"person": "mo"}]),
        sits={"person mo": (MO,)},
    )
    asking.rejects(CY)
    assert waited_for(asking.gate) == (MO,)
    assert tuple(the(e.PeopleReminded, asking.ticks(15 * MINUTE)).following) == (MO,)
    again = the(e.PeopleReminded, asking.takes_back(CY))
    assert tuple(again.following) == (BEN, CY, DEE)
    assert waited_for(asking.gate) == (BEN, CY, DEE, MO)


def test_whoever_is_silent_is_told_again_and_nobody_else() -> None:
    asking = Asking(TWO_OF_THREE)
    asking.approves(BEN)
    assert next_due(asking.gate) == at(15 * MINUTE)
    (reminded,) = asking.ticks(15 * MINUTE)
    assert isinstance(reminded, e.PeopleReminded)
    assert set(reminded.following) == {CY, DEE}
    assert reminded.following[CY] == at(30 * MINUTE)
    (last,) = asking.ticks(30 * MINUTE)
    assert isinstance(last, e.PeopleReminded)
    assert set(last.following.values()) == {None}, "three times is enough"


def test_who_sits_where_enough_have_said_yes_is_not_told_again() -> None:
    seats = [{"team": "payments"}, {"role": "security"}]
    asking = Asking(policy(kind="parallel", seats=seats))
    asking.approves(BEN)
    (reminded,) = asking.ticks(15 * MINUTE)
    assert isinstance(reminded, e.PeopleReminded)
    assert set(reminded.following) == {FAY}, "Ben's yes is the team's only one"


def test_the_second_tier_is_asked_when_the_first_did_not_decide_in_time() -> None:
    asking = Asking(
        policy(
            kind="parallel",
            seats=[{"team": "payments", "voices": 3}],
            quorum=2,
            next_after="30m",
            deputy_after=None,
            renotify=None,
            second=[{"team": "managers"}],
        )
    )
    asking.approves(BEN)
    facts = asking.ticks(30 * MINUTE)
    assert types(facts) == ["gate.called", "gate.asked"]
    assert the(e.TierCalled, facts).because == "nobody decided in 30 min"
    asking.approves(CY)
    assert asking.gate.outcome is Outcome.APPROVED, "whoever was asked first may still decide"


# overriding


CONTESTED = policy(
    kind="parallel",
    seats=[{"team": "payments", "voices": 3}],
    quorum=2,
    override={"seats": [{"team": "leads", "voices": 5}], "quorum": 3, "noes": 3, "limit": "20m"},
)


def test_three_of_five_override_the_rejection_of_two_of_three() -> None:
    asking = Asking(CONTESTED)
    facts = asking.rejects(CY, "not on a Monday")
    assert types(facts) == ["gate.voted", "gate.contested", "gate.called", "gate.asked"]
    assert asking.gate.is_open
    for person in (BEN, MO):
        asking.approves(person)
        assert asking.gate.is_open
    asking.approves(EVE)
    assert (asking.gate.outcome, asking.gate.how) == (Outcome.OVERRIDDEN, "override")


def test_the_gates_limit_pauses_while_it_is_contested() -> None:
    limited = CONTESTED.model_copy(update={"limit": 600.0, "then": "approve"})
    asking = Asking(limited)
    asking.rejects(CY)
    asking.ticks(10 * MINUTE)
    assert asking.gate.is_contested
    asking.after(15 * MINUTE).takes_back(CY)
    assert asking.gate.limit_due == at(25 * MINUTE), "and all of it is left when it isn't any more"
    asking.ticks(25 * MINUTE)
    assert (asking.gate.outcome, asking.gate.how) == (Outcome.APPROVED, "time")


def test_a_no_that_is_given_and_taken_back_again_and_again_does_not_move_the_gates_limit() -> None:
    asking = Asking(CONTESTED.model_copy(update={"limit": 1800.0, "then": "reject"}))
    for minute in (5, 10, 15, 20):
        asking.after(minute * MINUTE).rejects(CY)
        asking.after((minute + 1) * MINUTE).takes_back(CY)
    assert asking.gate.limit_due == at(34 * MINUTE), "half an hour, and four minutes in which it stood still"


def test_a_gates_limit_runs_from_when_its_dry_run_has_answered() -> None:
    soon = policy(kind="parallel", seats=[{"anyone": True}], limit="10m", then="reject")
    asking = Asking(soon, trial_due=at(30))
    asking.after(20).takes(o.ShowDryRun(by=SYSTEM, at=at(20), dry_run="9 pods"))
    assert asking.gate.limit_due == at(20 + 10 * MINUTE)
    late = Asking(soon, trial_due=at(30))
    late.ticks(30)
    assert late.gate.limit_due == at(30 + 10 * MINUTE)


def test_a_second_press_of_the_same_button_is_no_vote_on_the_override() -> None:
    asking = Asking(CONTESTED)
    asking.approves(BEN, ballot=0)
    asking.rejects(CY, ballot=0)
    assert asking.rejects(CY, ballot=0) == asking.rejects(CY) == asking.approves(BEN, ballot=0) == []
    with pytest.raises(AnotherQuestion):
        asking.approves(DEE, ballot=0)
    asking.approves(BEN, ballot=1)
    assert set(asking.gate.votes_of(1)) == {BEN}
    in_turn = Asking(IN_TURN)
    in_turn.approves(BEN, ballot=0)
    assert in_turn.approves(BEN, ballot=0) == []
    with pytest.raises(StepIsPassed):
        in_turn.rejects(BEN, ballot=0)


def test_a_rejection_stands_when_nobody_overrides_it_in_time() -> None:
    asking = Asking(CONTESTED)
    asking.rejects(CY, "not on a Monday")
    asking.approves(BEN)
    asking.ticks(20 * MINUTE)
    assert (asking.gate.outcome, asking.gate.because) == (Outcome.REJECTED, "not on a Monday")


def test_a_rejection_stands_as_soon_as_it_cannot_be_overridden() -> None:
    asking = Asking(CONTESTED)
    asking.rejects(CY)
    for person in (BEN, MO, EVE):
        assert asking.gate.is_open
        asking.rejects(person)
    assert asking.gate.outcome is Outcome.REJECTED


def test_whoever_takes_the_no_back_ends_the_contest() -> None:
    asking = Asking(CONTESTED)
    asking.rejects(CY)
    asking.approves(MO)
    assert "gate.contest-ended" in types(asking.takes_back(CY))
    assert not asking.gate.is_contested
    assert [fallen.vote.account for fallen in asking.gate.fallen] == [CY, MO]
    asking.approves(BEN)
    asking.approves(CY)
    assert asking.gate.outcome is Outcome.APPROVED


def test_taking_back_twice_takes_one_vote_back() -> None:
    asking = Asking(CONTESTED)
    asking.rejects(CY)
    asking.approves(CY)
    asking.takes_back(CY)
    assert asking.takes_back(CY) == []
    assert asking.gate.is_contested
    asking.takes(o.WithdrawVote(by=CY, at=at(1), ballot=0))
    assert not asking.gate.is_contested


# sequential


def test_roles_are_asked_one_after_the_other() -> None:
    asking = Asking(IN_TURN)
    assert asking.asked == [BEN]
    with pytest.raises(NobodyAsksYou, match="<@UBEN>"):
        asking.approves(CY)
    assert types(asking.approves(BEN)) == ["gate.voted", "gate.step-passed", "gate.called", "gate.asked"]
    assert asking.asked == [CY]
    with pytest.raises(StepIsPassed):
        asking.rejects(BEN)
    asking.approves(CY)
    assert asking.gate.outcome is Outcome.APPROVED


def test_after_one_hour_the_deputy_is_asked_and_after_two_the_next_tier() -> None:
    asking = Asking(IN_TURN, deputies={BEN: [DEE]})
    asking.ticks(HOUR - 1)
    assert asking.asked == [BEN]
    asked = the(e.DeputyAsked, asking.ticks(HOUR))
    assert asked.chairs[0].because == ("deputy of <@UBEN>, who hasn't answered for 1 h",)
    assert asking.asked == [BEN, DEE]
    asking.ticks(2 * HOUR)
    assert asking.asked == [BEN, DEE, MO, EVE]
    asking.approves(EVE)
    assert asking.gate.current == 1


def test_a_deputy_and_whom_they_stand_in_for_are_one_voice() -> None:
    asking = Asking(TWO_OF_THREE, sits={"team payments": (BEN, CY)}, deputies={BEN: [DEE]})
    asking.ticks(HOUR)
    asking.approves(DEE)
    asking.approves(BEN)
    assert asking.gate.is_open, "one voice, however many speak for it"
    asking.approves(CY)
    assert asking.gate.outcome is Outcome.APPROVED


ALL_HAVE_MO = {BEN: [MO], CY: [MO], DEE: [MO]}


def test_a_deputy_of_several_is_asked_for_all_who_are_silent_and_counts_for_one_who_still_is() -> None:
    asking = Asking(TWO_OF_THREE, deputies=ALL_HAVE_MO)
    facts = asking.ticks(HOUR)
    assert [fact.instead_of for fact in facts if isinstance(fact, e.DeputyAsked)] == [BEN, CY, DEE]
    asking.approves(BEN)
    asking.approves(MO)
    assert asking.gate.outcome is Outcome.APPROVED, "Ben for himself, Mo for Cy or Dee"


def test_a_deputy_of_several_is_one_person() -> None:
    asking = Asking(TWO_OF_THREE, deputies=ALL_HAVE_MO)
    asking.ticks(HOUR)
    asking.approves(MO)
    assert asking.gate.is_open
    assert {chair.account for chair in asking.gate.silent(asking.gate.calls[0])} == {CY, DEE}, "Ben is spoken for"
    asking.approves(BEN)
    assert asking.gate.outcome is Outcome.APPROVED, "Ben for himself, Mo for another"


def test_a_deputy_of_several_is_told_once_and_reminded_as_ever() -> None:
    asking = Asking(TWO_OF_THREE, deputies=ALL_HAVE_MO)
    asking.after(30 * MINUTE)
    lost(asking, BEN)
    asking.ticks(45 * MINUTE)
    asking.ticks(HOUR)
    mine = [chair for chair in asking.gate.calls[0].chairs if chair.account == MO]
    assert [chair.principal for chair in mine] == [BEN, CY, DEE]
    assert {chair.told for chair in mine} == {3}, "when Ben was out of reach, and twice since"


def test_a_deputys_yes_counts_as_soon_as_they_stand_in_for_somebody_who_is_silent() -> None:
    asking = Asking(TWO_OF_THREE, deputies=ALL_HAVE_MO)
    lost(asking, BEN)
    asking.approves(MO)
    asking.approves(BEN)
    assert asking.gate.is_open, "one voice, however many speak for it"
    asking.ticks(HOUR)
    assert asking.gate.outcome is Outcome.APPROVED, "Mo's yes is Cy's now"


def test_what_a_deputys_seat_brings_about_is_concluded_with_the_order_that_seats_them() -> None:
    asking = Asking(TWO_OF_THREE, deputies=ALL_HAVE_MO)
    lost(asking, BEN)
    asking.approves(MO)
    asking.approves(BEN)
    assert types(lost(asking, CY))[-3:] == ["gate.deputy-asked", "gate.step-passed", "gate.ended"]


def test_one_deputy_of_two_who_can_not_be_asked_says_yes_for_the_one_without_whom_nothing_passes() -> None:
    seats = [{"person": "ben"}, {"person": "cy", "must": True}]
    asking = Asking(policy(kind="parallel", seats=seats, quorum=1), deputies={BEN: [MO], CY: [MO]})
    lost(asking, BEN)
    lost(asking, CY)
    asking.approves(MO)
    assert asking.gate.outcome is Outcome.APPROVED


def test_whoever_can_not_be_asked_has_a_deputy_at_once_whom_somebody_else_may_need_later() -> None:
    asking = Asking(TWO_OF_THREE, sits={"team payments": (BEN, CY)}, deputies={BEN: [MO], CY: [MO]})
    lost(asking, CY)
    assert asking.asked == [BEN, CY, MO]


def test_of_several_deputies_so_many_are_asked_that_each_who_is_silent_has_one() -> None:
    asking = Asking(TWO_OF_THREE, sits={"team payments": (BEN, CY)}, deputies={BEN: [MO, EVE], CY: [MO]})
    lost(asking, BEN)
    lost(asking, CY)
    assert asking.gate.is_open
    asking.approves(MO)
    asking.approves(EVE)
    assert asking.gate.outcome is Outcome.APPROVED


def test_the_proposers_deputy_is_asked_at_once() -> None:
    asking = Asking(IN_TURN, sits={"person ben": (ANA,)}, deputies={ANA: [DEE]})
    assert asking.asked == [ANA, DEE]
    assert not may_be_told(asking.gate, 1, ANA)
    with pytest.raises(YouProposedIt):
        asking.approves(ANA)
    asking.approves(DEE)
    assert asking.gate.passed == (0,)


def test_whoever_is_away_has_their_deputy_asked_at_once() -> None:
    asking = Asking(IN_TURN, looks_up=False, deputies={BEN: [DEE]})
    (ben,) = asking.sitting(0, IN_TURN.steps[0].tiers[0].seats[0])
    facts = asking.answers(1, ben.model_copy(update={"is_away": True}))
    assert types(facts) == ["gate.asked", "gate.deputy-asked"]
    assert the(e.DeputyAsked, facts).chairs[0].because == ("deputy of <@UBEN>, who can't be asked now",)


def test_nobody_counts_in_two_steps() -> None:
    asking = Asking(IN_TURN, sits={"person cy": (BEN,)})
    asking.approves(BEN)
    assert "gate.stuck" in types(asking.facts), "it doesn't wait for whom it can't count"
    assert asking.asked == [BEN, MO, EVE]
    with pytest.raises(YourYesCounts):
        asking.approves(BEN)
    asking.approves(MO)
    assert asking.gate.outcome is Outcome.APPROVED


CY_THEN_DEE = policy(
    steps=[
        {"tiers": [{"seats": [{"person": "cy"}, {"person": "dee", "weight": 3}], "quorum": 3}]},
        {"tiers": [{"seats": [{"person": "cy"}]}]},
    ]
)
"""In the first step Dee is enough, whatever Cy has said."""


def test_a_yes_that_a_step_did_not_need_counts_in_the_next() -> None:
    asking = Asking(CY_THEN_DEE)
    asking.approves(CY)
    asking.approves(DEE)
    assert asking.asked == [CY]
    assert asking.gate.calls[-1].chairs[0].told == 1
    asking.approves(CY)
    assert asking.gate.outcome is Outcome.APPROVED


def test_of_two_who_might_be_spared_it_is_whoever_is_asked_in_the_next_step() -> None:
    first = [{"person": "ben"}, {"person": "cy"}, {"person": "dee", "weight": 2}]
    for needed, spared in (("ben", CY), ("cy", BEN)):
        then = {"person": "cy" if spared == CY else "ben"}
        steps = [{"tiers": [{"seats": first, "quorum": 3}]}, {"tiers": [{"seats": [then]}]}]
        asking = Asking(policy(steps=steps))
        for person in (BEN, CY, DEE):
            asking.approves(person)
        assert asking.asked == [spared], f"{needed} and Dee are enough"
        asking.approves(spared)
        assert asking.gate.outcome is Outcome.APPROVED


def test_whoever_was_spared_in_a_step_and_has_voted_in_the_next_still_counts_there() -> None:
    first = [{"person": "ben"}, {"person": "cy"}, {"person": "dee", "weight": 2}]
    then = [{"seats": [{"anyone": True}, {"role": "security"}]}, {"seats": [{"person": "ben"}, {"person": "eve"}]}]
    asking = Asking(policy(steps=[{"tiers": [{"seats": first, "quorum": 3}]}, {"tiers": then}]))
    for person in (BEN, CY, DEE, CY):
        asking.approves(person)
    asking.takes(o.AskNext(by=ANA, at=at(5)))
    with pytest.raises(YourYesCounts):
        asking.approves(BEN)
    asking.approves(FAY)
    assert asking.gate.outcome is Outcome.APPROVED


def test_the_order_is_shuffled_by_a_seed_and_stays_so() -> None:
    chain = [{"person": name} for name in ("ben", "cy", "dee")]
    shuffled = policy(kind="sequential", chain=chain, shuffle=True)
    orders = {order_of(shuffled, f"seed {n}") for n in range(200)}
    assert len(orders) == 6, "each order comes up"
    asking = Asking(shuffled, seed="seed 3")
    assert asking.gate.seed == "seed 3"
    assert asking.gate.order == order_of(shuffled, "seed 3")
    plain = policy(kind="sequential", chain=chain)
    assert order_of(plain, "seed 3") == (0, 1, 2)


def test_a_comment_is_wanted_where_the_policy_wants_one() -> None:
    asking = Asking(policy(kind="sequential", chain=[{"person": "ben"}], comment="always"))
    with pytest.raises(SayWhy):
        asking.approves(BEN, comment=" \u200b ")
    with pytest.raises(SayWhy):
        Asking(TWO_OF_THREE).rejects(BEN, "")
    Asking(policy(kind="sequential", chain=[{"person": "ben"}], comment="never")).rejects(BEN, "")
    asking.approves(BEN, comment="read it")
    assert asking.gate.votes[0].comment == "read it"


def test_what_is_too_long_for_slack_is_refused() -> None:
    asking, long = Asking(GLASS), "x" * 3001
    with pytest.raises(TextTooLong):
        asking.approves(BEN, comment=long)
    with pytest.raises(TextTooLong):
        asking.breaks_glass(BEN, long, "hat commander")
    with pytest.raises(TextTooLong):
        asking.takes(o.PassOn(by=BEN, at=at(1), to=CY, because=long))
    with pytest.raises(TextTooLong):
        asking.takes(o.AskNext(by=BEN, at=at(1), because=long))
    with pytest.raises(TextTooLong):
        asking.takes(o.WithdrawGate(by=ANA, at=at(1), because=long))


# dynamic


ROUTED = policy(
    kind="dynamic", route={"picks": 2}, quorum=1, next_after="30m", fallback=[{"person": "cy"}, {"team": "managers"}]
)


def routed(asking: Asking) -> None:
    because = ("owner of checkout", "on shift", "median 3 min")
    asking.answers(1, Found(account=BEN, seat=0, because=because), Found(account=DEE, seat=0))


def test_the_reasons_for_a_route_are_kept() -> None:
    asking = Asking(ROUTED, looks_up=False)
    assert wanted(asking.gate)[0].seats[0].route is not None
    routed(asking)
    assert asking.gate.calls[0].chairs[0].because == ("owner of checkout", "on shift", "median 3 min")


def test_not_me_asks_whoever_was_named() -> None:
    asking = Asking(ROUTED, looks_up=False)
    routed(asking)
    (passed,) = asking.passes_on(BEN, to=GUS)
    assert isinstance(passed, e.PassedOn)
    assert asking.asked == [DEE, GUS]
    assert not asking.passes_on(BEN, to=GUS), "twice is once"
    with pytest.raises(NobodyAsksYou):
        asking.approves(BEN)
    asking.approves(GUS)
    assert asking.gate.outcome is Outcome.APPROVED


def test_not_me_has_its_limits() -> None:
    asking = Asking(ROUTED, looks_up=False)
    routed(asking)
    with pytest.raises(NotYou):
        asking.passes_on(BEN, to=BEN)
    with pytest.raises(CannotDecide):
        asking.passes_on(BEN, to=ANA)
    with pytest.raises(NobodyAsksYou):
        asking.passes_on(GUS, to=FAY)
    for giver, taker in ((BEN, GUS), (GUS, FAY), (FAY, EVE)):
        asking.passes_on(giver, to=taker)
    with pytest.raises(PassedOnTooOften):
        asking.passes_on(EVE, to=MO)


def test_a_seat_with_a_name_is_passed_on_to_deputies_only() -> None:
    asking = Asking(IN_TURN, deputies={BEN: [DEE]})
    with pytest.raises(NotTheirSeat, match="for ben"):
        asking.passes_on(BEN, to=GUS)
    asking.passes_on(BEN, to=DEE)
    assert asking.asked == [DEE]


def test_thin_history_asks_the_next_one_in_turn() -> None:
    asking = Asking(ROUTED, looks_up=False)
    asking.answers(1, missing=("Too little is known of how soon they answer.",))
    assert asking.gate.latest is not None
    assert asking.gate.latest.tier == 1
    assert types(asking.facts)[-3:] == ["gate.asked", "gate.stuck", "gate.called"]


def test_a_lookup_that_comes_twice_or_too_late_changes_nothing() -> None:
    asking = Asking(ROUTED, looks_up=False)
    routed(asking)
    assert asking.answers(1, Found(account=CY, seat=0)) == []
    assert asking.answers(7, Found(account=CY, seat=0)) == []


# time


def test_quiet_hours_are_left_in_peace_unless_the_gate_wakes() -> None:
    night = Found(account=BEN, seat=0, quiet=("mon-sun 11:00-13:00",))
    asking = Asking(TWO_OF_THREE, looks_up=False)
    asking.answers(1, night, Found(account=CY, seat=0))
    chair = asking.gate.calls[0].chairs[0]
    assert (chair.told, chair.notice_at) == (0, at(HOUR))
    assert chair.deputy_at == at(2 * HOUR), "the hour begins when they wake"
    (told,) = [fact for fact in asking.ticks(HOUR) if isinstance(fact, e.PeopleReminded)]
    assert BEN in told.following
    loud = Asking(TWO_OF_THREE, looks_up=False, wakes=True)
    loud.answers(1, night, Found(account=CY, seat=0))
    assert loud.gate.calls[0].chairs[0].told == 1


def test_whom_a_route_wakes_is_told_at_once_though_they_sleep() -> None:
    asking = Asking(ROUTED, looks_up=False)
    asking.answers(1, Found(account=BEN, seat=0, quiet=("mon-sun 11:00-13:00",), wakes=True))
    assert asking.gate.calls[0].chairs[0].told == 1
    (again,) = asking.ticks(15 * MINUTE)
    assert isinstance(again, e.PeopleReminded)
    assert again.following == {BEN: at(30 * MINUTE)}


NIGHT = "mon-sun 11:00-20:00"
"""It is noon, and who sleeps so is told after eight hours."""
WAKES = 8 * HOUR


def asleep(kind: ApprovalPolicy, *people: str, turn: int = 1, **more: Any) -> Asking:
    asking = Asking(kind, looks_up=False, **more)
    asking.answers(turn, *(Found(account=one, seat=0, quiet=(NIGHT,)) for one in people))
    return asking


def test_a_tiers_limit_runs_from_when_the_first_of_it_is_told() -> None:
    asking = asleep(TWO_OF_THREE, BEN, CY)
    assert asking.gate.calls[0].due == at(WAKES + 2 * HOUR)
    told = [fact.type for fact in asking.ticks(WAKES)]
    assert told == ["gate.reminded"]
    asking.ticks(WAKES + 2 * HOUR - 1)
    assert asking.gate.is_open
    asking.ticks(WAKES + 2 * HOUR)
    assert asking.gate.because == "nobody decided in 2 h"


def test_where_one_of_a_tier_is_told_at_once_its_limit_runs_at_once() -> None:
    asking = Asking(TWO_OF_THREE, looks_up=False)
    asking.answers(1, Found(account=BEN, seat=0, quiet=(NIGHT,)), Found(account=CY, seat=0))
    assert asking.gate.calls[0].due == at(2 * HOUR)


def test_where_anybody_may_answer_a_limit_runs_at_once() -> None:
    asking = asleep(policy(kind="parallel", seats=[{"person": "ben"}, {"anyone": True}], quorum=1), BEN)
    assert asking.gate.calls[0].due == at(2 * HOUR)


def test_where_nobody_is_found_the_next_tier_is_asked_at_once() -> None:
    asking = Asking(ROUTED, looks_up=False)
    asking.answers(1, missing=("Nobody owns it.",))
    assert [call.at for call in asking.gate.calls] == [at(0), at(0)]


@pytest.mark.parametrize(("then", "outcome"), [("approve", Outcome.APPROVED), ("reject", Outcome.REJECTED)])
def test_a_gates_limit_runs_from_when_somebody_is_told(then: str, outcome: Outcome) -> None:
    asking = asleep(policy(kind="parallel", seats=[{"team": "payments"}], limit="30m", then=then), BEN)
    asking.ticks(WAKES)
    asking.ticks(WAKES + 30 * MINUTE - 1)
    assert asking.gate.is_open
    asking.ticks(WAKES + 30 * MINUTE)
    assert (asking.gate.outcome, asking.gate.how) == (outcome, "time")


def test_a_limit_waits_for_a_clock_that_slept_when_people_woke() -> None:
    asking = asleep(policy(kind="parallel", seats=[{"team": "payments"}], limit="30m", then="approve"), BEN)
    asking.ticks(WAKES + 5 * HOUR)
    assert asking.gate.is_open
    assert asking.gate.calls[0].chairs[0].told == 1
    assert asking.gate.limit_due == at(WAKES + 5 * HOUR + 30 * MINUTE)


def test_a_limit_that_has_begun_in_one_step_waits_where_the_next_ones_people_sleep() -> None:
    steps = [{"tiers": [{"seats": [{"person": name}]}]} for name in ("ben", "cy")]
    asking = Asking(policy(steps=steps, limit="30m", then="approve"), looks_up=False)
    asking.answers(1, Found(account=BEN, seat=0))
    asking.after(10 * MINUTE).approves(BEN)
    asking.answers(2, Found(account=CY, seat=0, quiet=(NIGHT,)))
    assert asking.gate.limit_due == at(WAKES + 20 * MINUTE)


def test_where_the_one_who_was_told_is_out_of_reach_the_limit_waits_for_who_is_left() -> None:
    asking = Asking(TWO_OF_THREE, looks_up=False)
    sleepers = [Found(account=one, seat=0, quiet=(NIGHT,)) for one in (CY, DEE)]
    asking.answers(1, Found(account=BEN, seat=0), *sleepers)
    asking.after(HOUR)
    lost(asking, BEN)
    assert asking.gate.calls[0].due == at(WAKES + 2 * HOUR)


def test_a_lookup_that_took_an_hour_takes_nothing_off_the_limit() -> None:
    asking = Asking(TWO_OF_THREE, looks_up=False).after(HOUR)
    asking.answers(1)
    assert asking.gate.calls[0].due == at(3 * HOUR)


@pytest.mark.parametrize("given", [{"limit": "30m", "then": "approve"}, {"last_resort": "approve"}])
def test_what_nobody_was_told_of_never_approves_itself(given: dict[str, Any]) -> None:
    asking = Asking(policy(kind="parallel", seats=[{"team": "payments"}], **given), looks_up=False)
    asking.ticks(3 * HOUR)
    assert asking.gate.outcome is Outcome.EXPIRED
    assert "what nobody was told of never approves itself" in asking.gate.because


def test_in_the_policys_quiet_times_only_whoever_is_on_shift_is_told() -> None:
    seats = [{"team": "payments"}, {"schedule": "search"}]
    quiet = policy(kind="parallel", seats=seats, quiet=["mon 13:00-15:00"], zone="Europe/Berlin")
    assert quiet.zone == quiet.steps[0].tiers[0].zone == "Europe/Berlin"
    chairs = {chair.account: chair for chair in Asking(quiet, sits={"schedule search": (FAY,)}).gate.calls[0].chairs}
    assert (chairs[BEN].told, chairs[BEN].notice_at) == (0, at(2 * HOUR)), "noon is one o'clock in Berlin"
    assert chairs[FAY].told == 1


def test_a_limit_runs_in_working_hours_where_the_policy_says_so() -> None:
    working = policy(kind="parallel", seats=[{"team": "payments"}], next_after="3h", hours=["mon-fri 09:00-14:00"])
    asking = Asking(working)
    assert asking.gate.calls[0].due == at(22 * HOUR), "two hours on Monday, one on Tuesday"


MORNINGS = ["mon-fri 09:00-14:00"]
"""It is Monday noon."""


def test_the_time_after_which_a_deputy_is_asked_runs_in_working_hours_where_the_policy_says_so() -> None:
    working = policy(kind="parallel", seats=[{"team": "payments"}], deputy_after="3h", next_after="9h", hours=MORNINGS)
    asking = Asking(working, deputies={BEN: [GUS]})
    assert asking.gate.calls[0].chairs[0].deputy_at == at(22 * HOUR), "two hours on Monday, one on Tuesday"


def test_a_step_that_is_open_again_has_its_limit_in_working_hours_too() -> None:
    chain = [{"person": "ben"}, {"person": "cy"}]
    asking = Asking(policy(kind="sequential", chain=chain, next_after="2h", hours=MORNINGS))
    asking.approves(BEN)
    asking.after(HOUR).takes_back(BEN)
    assert asking.gate.calls[0].due == at(22 * HOUR), "one hour on Monday, one on Tuesday"


def limited(then: str, **more: object) -> Asking:
    return Asking(policy(kind="parallel", seats=[{"team": "payments"}], limit="30m", then=then, **more))


@pytest.mark.parametrize(
    ("then", "outcome", "rolls_back"),
    [
        ("approve", Outcome.APPROVED, False),
        ("reject", Outcome.REJECTED, False),
        ("expire", Outcome.EXPIRED, False),
        ("roll-back", Outcome.EXPIRED, True),
    ],
)
def test_a_limit_has_the_outcome_that_the_policy_states(then: str, outcome: Outcome, rolls_back: bool) -> None:
    asking = limited(then)
    asking.ticks(30 * MINUTE - 1)
    assert asking.gate.is_open
    asking.ticks(30 * MINUTE)
    assert (asking.gate.outcome, asking.gate.rolls_back, asking.gate.how) == (outcome, rolls_back, "time")


def test_a_limit_may_ask_the_next_tier_and_comes_once() -> None:
    asking = limited("escalate", second=[{"team": "managers"}])
    assert types(asking.ticks(30 * MINUTE))[:2] == ["gate.limit-passed", "gate.called"]
    assert asking.gate.limit_due is None
    assert asking.gate.is_open


@pytest.mark.parametrize("touched", ["customer-data", "compliance"])
def test_what_touches_customers_data_never_approves_itself(touched: str) -> None:
    careful = SUBJECT.model_copy(update={"touches": (touched,)})
    asking = Asking(policy(kind="parallel", seats=[{"team": "payments"}], limit="30m", then="approve"), careful)
    asking.ticks(30 * MINUTE)
    assert asking.gate.outcome is Outcome.EXPIRED
    assert touched in asking.gate.because
    last = Asking(policy(kind="parallel", seats=[{"team": "payments"}], last_resort="approve"), careful)
    last.ticks(2 * HOUR)
    assert last.gate.outcome is Outcome.EXPIRED
    undone = Asking(ROLLBACK, careful.model_copy(update={"purpose": "rollback"}))
    undone.ticks(5 * MINUTE)
    assert (undone.gate.outcome, undone.gate.rolls_back) == (Outcome.EXPIRED, False)


def test_what_somebody_said_no_to_never_approves_itself() -> None:
    seats = [{"team": "payments", "voices": 3}]
    asking = Asking(policy(kind="parallel", seats=seats, quorum=2, noes=2, limit="30m", then="approve"))
    asking.rejects(BEN)
    asking.ticks(30 * MINUTE)
    assert asking.gate.outcome is Outcome.EXPIRED


def test_a_rollback_needs_any_one_and_happens_after_five_minutes() -> None:
    subject = SUBJECT.model_copy(update={"purpose": "rollback"})
    asking = Asking(ROLLBACK, subject)
    assert wanted(asking.gate) == [], "everybody is asked: there is nobody to look up"
    with pytest.raises(YouProposedIt):
        asking.approves(ANA)
    asking.approves(GUS)
    assert asking.gate.outcome is Outcome.APPROVED
    silent = Asking(ROLLBACK, subject)
    silent.ticks(5 * MINUTE)
    assert silent.gate.rolls_back


def test_where_anybody_may_answer_the_channel_is_told_again() -> None:
    asking = Asking(ROLLBACK, SUBJECT.model_copy(update={"purpose": "rollback"}))
    assert types(asking.ticks(MINUTE)) == types(asking.ticks(2 * MINUTE)) == ["gate.channel-reminded"]
    assert asking.ticks(3 * MINUTE) == [], "three times is enough"
    asking.approves(BEN)
    assert next_due(asking.gate) is None


def test_after_three_tiers_comes_the_last_resort_and_a_record() -> None:
    deep = policy(
        kind="dynamic",
        route={},
        fallback=[{"person": "cy"}, {"team": "managers"}],
        next_after="10m",
        last_resort="roll-back",
        tells="managers",
    )
    asking = Asking(deep, sits={"route": (BEN,)})
    for minute in (10, 20, 30):
        asking.ticks(minute * MINUTE)
    assert sum(isinstance(fact, e.TierCalled) for fact in asking.facts) == 3
    exhausted = the(e.GateExhausted, asking.facts)
    assert (exhausted.channel, exhausted.because) == ("managers", "nobody decided in 10 min")
    assert (asking.gate.outcome, asking.gate.rolls_back) == (Outcome.EXPIRED, True)


def test_somebody_may_ask_the_next_tier_without_waiting() -> None:
    asking = Asking(IN_TURN)
    asking.takes(o.AskNext(by=CY, at=at(5), because="Ben is on a plane"))
    assert asking.asked == [BEN, MO, EVE]
    with pytest.raises(NobodyElseIsLeft):
        asking.takes(o.AskNext(by=CY, at=at(6)))


def test_a_vote_after_the_limit_is_late_even_where_no_clock_ticked() -> None:
    asking = limited("expire")
    facts = asking.after(30 * MINUTE).approves(BEN)
    assert types(facts) == ["gate.ended", "gate.late-vote"]
    assert asking.gate.outcome is Outcome.EXPIRED
    assert asking.approves(BEN) == [], "late once"
    assert [vote.account for vote in asking.gate.late] == [BEN]


def test_nothing_falls_due_and_nobody_is_told_after_the_outcome() -> None:
    asking = Asking(TWO_OF_THREE, deputies={DEE: [GUS]})
    asking.approves(BEN)
    assert may_be_told(asking.gate, 1, DEE)
    assert not may_be_told(asking.gate, 1, BEN)
    asking.approves(CY)
    assert next_due(asking.gate) is None
    assert not may_be_told(asking.gate, 1, DEE)
    assert asking.ticks(100 * HOUR) == []


# integrity


def test_the_proposer_does_not_decide_by_any_account() -> None:
    asking = Asking(TWO_OF_THREE, sits={"team payments": (ANA, BEN, CY, "UANA2")}, linked={ANA: "ana", "UANA2": "ana"})
    for account in (ANA, "UANA2"):
        with pytest.raises(YouProposedIt):
            asking.approves(account)


def test_whoever_changes_it_has_proposed_it_too() -> None:
    asking = Asking(TWO_OF_THREE)
    asking.changes(by=BEN, parameters={"replicas": 9})
    with pytest.raises(YouProposedIt):
        asking.approves(BEN)


def test_two_accounts_of_one_person_count_once() -> None:
    asking = Asking(TWO_OF_THREE, sits={"team payments": (BEN, "UBEN2", CY)}, linked={BEN: "ben", "UBEN2": "ben"})
    asking.approves(BEN)
    assert asking.approves("UBEN2") == []
    with pytest.raises(HasVoted):
        asking.rejects("UBEN2")
    assert asking.gate.is_open
    asking.approves(CY)
    assert asking.gate.outcome is Outcome.APPROVED


def test_two_accounts_that_turn_out_to_be_one_persons_count_once_from_then_on() -> None:
    three = policy(kind="parallel", seats=[{"team": "payments", "voices": 3}], quorum=3)
    asking = Asking(three, sits={"team payments": (BEN, "UBEN2", CY)})
    asking.approves(BEN)
    asking.approves("UBEN2")
    asking.approves(CY, linked={"UBEN2": "ben", BEN: "ben"})
    assert asking.gate.outcome is Outcome.EXPIRED, "two people are no three: it says so, and goes to its last resort"


def test_one_person_fills_one_seat_and_leaves_the_other_to_others() -> None:
    seats = [{"hat": "commander"}, {"team": "payments"}]
    asking = Asking(policy(kind="parallel", seats=seats))
    asking.approves(BEN)
    assert asking.gate.is_open, "Ben sits in both, and counts in one"
    asking.approves(CY)
    assert asking.gate.outcome is Outcome.APPROVED, "Ben as commander, Cy for the team"


def test_votes_fall_with_any_change_and_it_says_what_changed() -> None:
    asking = Asking(TWO_OF_THREE)
    seen = asking.gate.subject.hash
    asking.approves(BEN)
    facts = asking.changes(parameters={"replicas": 9}, dry_run="9 pods")
    assert the(e.SubjectChanged, facts).changed == ("dry run", "replicas")
    assert asking.gate.votes == ()
    assert asking.gate.fallen[0].because == "what is asked has changed since (dry run, replicas)"
    with pytest.raises(SubjectHasChanged, match=r"\(dry run, replicas\)"):
        asking.approves(CY, subject=seen)
    assert asking.changes(parameters={"replicas": 9}) == []
    for person in (BEN, CY):
        asking.approves(person, subject=asking.gate.subject.hash)
    assert asking.gate.outcome is Outcome.APPROVED


def test_a_change_of_the_policy_is_a_change() -> None:
    asking = Asking(TWO_OF_THREE)
    asking.approves(BEN)
    asking.takes(o.ChangeSubject(by=ANA, at=at(1), subject=SUBJECT, policy=IN_TURN))
    assert asking.gate.changed == ("policy",)
    assert asking.asked == [BEN]
    assert asking.gate.votes == ()


def test_a_vote_may_be_taken_back_until_the_outcome() -> None:
    asking = Asking(TWO_OF_THREE)
    with pytest.raises(NoVoteOfYours):
        asking.takes_back(BEN)
    asking.approves(BEN)
    asking.takes_back(BEN)
    assert asking.takes_back(BEN) == []
    asking.approves(CY)
    assert asking.gate.is_open
    asking.approves(BEN)
    assert asking.gate.outcome is Outcome.APPROVED
    with pytest.raises(GateIsClosed, match="approved"):
        asking.takes_back(BEN)


def test_taking_back_the_yes_of_a_passed_step_opens_it_again() -> None:
    asking = Asking(IN_TURN)
    asking.approves(BEN)
    facts = asking.after(HOUR).takes_back(BEN)
    assert types(facts)[-3:-1] == ["gate.vote-withdrawn", "gate.step-reopened"]
    assert types(facts)[-1] == "gate.reminded", "Ben is waited for again"
    assert asking.asked == [BEN]
    assert next_due(asking.gate) is not None
    assert asking.gate.latest is not None
    assert asking.gate.latest.due == at(3 * HOUR), "its limit runs anew"
    asking.approves(BEN)
    asking.approves(CY)
    assert asking.gate.outcome is Outcome.APPROVED


def test_only_proposers_and_leaders_withdraw_a_gate() -> None:
    asking = Asking(TWO_OF_THREE)
    with pytest.raises(NotYoursToStop):
        asking.takes(o.WithdrawGate(by=BEN, at=at(1)))
    asking.takes(o.WithdrawGate(by=BEN, at=at(1), leads=True))
    assert asking.gate.outcome is Outcome.WITHDRAWN
    assert asking.takes(o.WithdrawGate(by=ANA, at=at(2))) == []


def test_what_ended_otherwise_is_not_withdrawn_and_it_says_how_it_ended() -> None:
    asking = Asking(policy(kind="parallel", seats=[{"person": "ben"}]))
    asking.approves(BEN)
    with pytest.raises(GateIsClosed, match="approved"):
        asking.takes(o.WithdrawGate(by=ANA, at=at(1)))
    with pytest.raises(GateIsClosed, match="approved"):
        asking.takes(o.WithdrawGate(by=GUS, at=at(1)))


def test_what_is_withdrawn_is_withdrawn_once() -> None:
    asking = Asking()
    asking.takes(o.WithdrawGate(by=ANA, at=at(1)))
    assert asking.takes(o.WithdrawGate(by=ANA, at=at(2))) == []


def test_what_time_has_ended_stays_so_where_muster_tidies_up() -> None:
    """A move that overtakes others withdraws them; one whose limit is up by then is no reason to refuse the move."""
    asking = Asking(policy(kind="parallel", seats=[{"person": "ben"}], limit="10m", then="reject"))
    facts = asking.takes(o.WithdrawGate(by=SYSTEM, at=at(11 * MINUTE), leads=True, because="overtaken"))
    assert types(facts) == ["gate.ended"]
    assert asking.gate.outcome is Outcome.REJECTED


def test_during_the_dry_run_nobody_is_asked_and_nobody_passes_it_on() -> None:
    asking = Asking(trial_due=at(30))
    with pytest.raises(AwaitsDryRun, match="under way"):
        asking.passes_on(BEN, CY)
    with pytest.raises(AwaitsDryRun, match="under way"):
        asking.takes(o.AskNext(by=BEN, at=at(1)))


def test_during_the_dry_run_the_proposer_reads_who_will_decide() -> None:
    with pytest.raises(YouProposedIt, match="somebody else must decide: the team payments"):
        Asking(trial_due=at(30)).approves(ANA)


def test_a_gate_that_another_one_replaces_is_superseded() -> None:
    asking = Asking(TWO_OF_THREE)
    asking.takes(o.Supersede(by=SYSTEM, at=at(1), successor="g2"))
    assert asking.gate.outcome is Outcome.SUPERSEDED
    assert asking.takes(o.Supersede(by=SYSTEM, at=at(1), successor="g3")) == []


# break-glass


GLASS = policy(
    kind="parallel",
    seats=[{"team": "payments", "voices": 3}],
    quorum=2,
    glass={"who": [{"hat": "commander"}], "countersigned_by": [{"team": "managers"}], "within": "4h"},
)


def test_breaking_the_glass_goes_ahead_and_leaves_a_debt() -> None:
    asking = Asking(GLASS)
    facts = asking.breaks_glass(BEN, "customers can't pay", "hat commander")
    assert types(facts) == ["gate.glass-broken", "gate.ended"]
    assert (asking.gate.outcome, asking.gate.how) == (Outcome.OVERRIDDEN, "glass")
    assert asking.gate.debt is not None
    assert asking.gate.debt.due == at(4 * HOUR)
    assert next_due(asking.gate) == at(2 * HOUR), "whoever may sign is reminded at half time"
    assert asking.breaks_glass(BEN, "customers can't pay", "hat commander") == []


def test_only_those_named_break_the_glass_and_they_say_why() -> None:
    asking = Asking(GLASS)
    with pytest.raises(NotYoursToBreak, match="incident commander"):
        asking.breaks_glass(CY)
    with pytest.raises(SayWhy):
        asking.breaks_glass(BEN, " ", "hat commander")
    with pytest.raises(NoGlassHere):
        Asking(TWO_OF_THREE).breaks_glass(BEN)
    asking.approves(BEN)
    asking.approves(CY)
    with pytest.raises(GateIsClosed):
        asking.breaks_glass(BEN, "x", "hat commander")


def test_somebody_else_countersigns() -> None:
    asking = Asking(GLASS)
    with pytest.raises(NothingToSign):
        asking.countersigns(MO, "team managers")
    asking.breaks_glass(BEN, "customers can't pay", "hat commander")
    for account in (BEN, ANA):
        with pytest.raises(SignedByAnother):
            asking.countersigns(account, "team managers")
    with pytest.raises(NotYoursToSign):
        asking.countersigns(CY)
    with pytest.raises(SayWhy):
        asking.countersigns(MO, "team managers", agrees=False)
    asking.countersigns(MO, "team managers", agrees=False, comment="there was time")
    assert asking.countersigns(MO, "team managers", agrees=False) == []
    assert next_due(asking.gate) is None


def test_a_countersignature_is_given_once() -> None:
    asking = Asking(GLASS)
    asking.breaks_glass(BEN, "customers can't pay", "hat commander")
    asking.countersigns(MO, "team managers")
    with pytest.raises(IsSigned):
        asking.countersigns(EVE, "team managers")


def test_who_does_not_agree_has_not_signed_and_that_stands() -> None:
    asking = Asking(GLASS)
    asking.breaks_glass(BEN, "customers can't pay", "hat commander")
    asking.countersigns(MO, "team managers", agrees=False, comment="there was time")
    for person in (EVE, MO):
        with pytest.raises(IsRefused, match=r"<@UMO> did not agree .* “there was time”. That stands; nobody else"):
            asking.countersigns(person, "team managers")


def test_an_unpaid_debt_is_reminded_of_at_half_time_when_due_and_then_a_few_times() -> None:
    asking = Asking(GLASS)
    asking.breaks_glass(BEN, "customers can't pay", "hat commander")
    told = [(hour, types(asking.ticks(hour * HOUR))) for hour in (1, 2, 3, 4, 27, 28, 29, 52, 76, 100, 200)]
    assert [(hour, fact) for hour, facts in told for fact in facts] == [
        (2, "gate.debt-reminded"),
        (4, "gate.debt-overdue"),
        (28, "gate.debt-reminded"),
        (52, "gate.debt-reminded"),
        (76, "gate.debt-reminded"),
    ]
    assert next_due(asking.gate) is None
    asking.countersigns(MO, "team managers")
    assert asking.gate.debt is not None
    assert asking.gate.debt.signed_by == MO


def test_a_clock_that_slept_for_days_asks_for_a_debt_once_and_then_goes_on_as_ever() -> None:
    asking = Asking(GLASS)
    asking.breaks_glass(BEN, "customers can't pay", "hat commander")
    assert types(asking.ticks(60 * HOUR)) == ["gate.debt-overdue"]
    assert next_due(asking.gate) == at(84 * HOUR)


def test_what_is_signed_is_not_reminded_of() -> None:
    asking = Asking(GLASS)
    asking.breaks_glass(BEN, "customers can't pay", "hat commander")
    asking.ticks(2 * HOUR)
    asking.countersigns(MO, "team managers", agrees=False, comment="there was time")
    assert next_due(asking.gate) is None
    assert asking.ticks(100 * HOUR) == []


# out of reach


def lost(asking: Asking, account: str, turn: int = 1) -> list[e.AnyFact]:
    because = "their account is deactivated"
    return asking.takes(o.RecordOutOfReach(by=SYSTEM, at=at(asking.now), turn=turn, account=account, because=because))


def test_for_somebody_who_can_not_be_reached_the_deputy_is_asked_at_once_and_then_the_next() -> None:
    asking = Asking(IN_TURN, deputies={BEN: [DEE, FAY]})
    assert types(lost(asking, BEN)) == ["gate.out-of-reach", "gate.deputy-asked"]
    assert not may_be_told(asking.gate, 1, BEN)
    assert lost(asking, BEN) == []
    assert the(e.DeputyAsked, lost(asking, DEE)).chairs[0].account == FAY
    asking.approves(FAY)
    assert asking.gate.passed == (0,)


def test_with_nobody_left_who_can_be_reached_the_next_tier_is_asked_and_then_the_last_resort() -> None:
    asking = Asking(IN_TURN)
    assert types(lost(asking, BEN)) == ["gate.out-of-reach", "gate.stuck", "gate.called", "gate.asked"]
    assert "<@UBEN> can't be asked: their account is deactivated." in asking.gate.calls[0].missing
    lost(asking, MO, turn=2)
    assert types(lost(asking, EVE, turn=2))[-2:] == ["gate.exhausted", "gate.ended"]


def test_who_could_not_be_reached_and_answers_all_the_same_counts() -> None:
    asking = Asking(TWO_OF_THREE)
    lost(asking, BEN)
    asking.approves(BEN)
    assert lost(asking, BEN) == []
    asking.approves(CY)
    assert asking.gate.outcome is Outcome.APPROVED


# the record


def test_opening_twice_is_opening_once() -> None:
    asking = Asking(TWO_OF_THREE)
    assert asking.takes(o.OpenGate(by=ANA, at=at(1), gate="g1", policy=TWO_OF_THREE, subject=SUBJECT)) == []


def test_the_plan_is_opened_once_for_each_reader_and_each_plan() -> None:
    asking = Asking(TWO_OF_THREE)
    reads = o.OpenPlan(by=BEN, at=at(1))
    assert len(asking.takes(reads)) == 1
    assert asking.takes(reads) == []
    asking.changes(target="search")
    assert len(asking.takes(reads)) == 1


def test_what_is_stored_is_what_the_record_folds_to() -> None:
    asking = Asking(CONTESTED)
    asking.rejects(CY)
    asking.takes_back(CY)
    asking.changes(parameters={"replicas": 4})
    asking.approves(BEN)
    assert replay(asking.facts) == asking.gate


# from outside the channel


def test_who_was_asked_answers_from_anywhere_and_anybody_else_in_the_channel() -> None:
    asking = Asking(policy(kind="parallel", seats=[{"person": "ben"}, {"anyone": True}], quorum=2))
    with pytest.raises(NotInTheChannel, match="Say it in #inc-1"):
        asking.approves(MO, here=False, channel="#inc-1")
    assert types(asking.approves(BEN, here=False)) == ["gate.voted"]
    assert types(asking.approves(MO))[-1] == "gate.ended"


def test_the_glass_that_anybody_may_break_is_broken_in_the_channel_and_answered_for_there() -> None:
    asking = Asking(policy(kind="parallel", seats=[{"person": "ben"}], glass={"who": [{"anyone": True}]}))
    with pytest.raises(NotInTheChannel):
        asking.breaks_glass(MO, here=False)
    asking.breaks_glass(MO)
    with pytest.raises(NotInTheChannel):
        asking.countersigns(BEN, here=False)
    assert types(asking.countersigns(BEN)) == ["gate.countersigned"]


def test_whoever_holds_a_seat_breaks_the_glass_from_anywhere() -> None:
    seats = [{"anyone": True}, {"role": "duty"}]
    asking = Asking(policy(kind="parallel", seats=[{"person": "ben"}], glass={"who": seats}))
    assert (
        the(e.GlassBroken, asking.breaks_glass(MO, "customers can't pay", "role duty", here=False)).seat == "role duty"
    )


# what was changed, what came late


def test_whoever_saw_an_old_edition_hears_of_all_that_has_changed_since() -> None:
    asking = Asking(TWO_OF_THREE)
    seen = asking.gate.subject.hash
    asking.after(5).changes(parameters={"replicas": 5})
    between = asking.gate.subject.hash
    asking.after(6).changes(parameters={"replicas": 5}, target="search")
    with pytest.raises(SubjectHasChanged, match=r"\(replicas, target\)"):
        asking.approves(BEN, subject=seen)
    with pytest.raises(SubjectHasChanged, match=r"\(target\)"):
        asking.approves(BEN, subject=between)


def test_what_is_changed_back_is_what_was_seen() -> None:
    asking = Asking(TWO_OF_THREE)
    seen = asking.gate.subject.hash
    asking.changes(target="search")
    asking.changes(target="checkout")
    assert types(asking.approves(BEN, subject=seen)) == ["gate.voted"]


def test_a_strangers_late_vote_is_none_though_they_are_in_the_channel() -> None:
    asking = Asking(TWO_OF_THREE)
    asking.approves(BEN)
    asking.approves(CY)
    for stranger in (GUS, ANA):
        with pytest.raises(GateIsClosed):
            asking.rejects(stranger)
    assert types(asking.rejects(DEE)) == ["gate.late-vote"]


def test_where_anybody_in_the_channel_may_answer_anybody_there_may_be_late_but_its_author() -> None:
    asking = Asking(policy(kind="parallel", seats=[{"anyone": True}]))
    asking.approves(BEN)
    with pytest.raises(GateIsClosed):
        asking.rejects(ANA)
    with pytest.raises(GateIsClosed):
        asking.rejects(GUS, here=False)
    assert types(asking.rejects(GUS)) == ["gate.late-vote"]
