"""Why a gate is where it is: the rule, the votes that count, and each that doesn't with its reason."""

from bot.domain.gates import events as e
from bot.domain.gates import telling
from bot.domain.gates.explain import Counted, LeftOut, because_of, explain, in_sentences
from bot.domain.gates.gate import Found
from tests.domain.gates.asking import EVE, FAY, HOUR, IN_TURN, MINUTE, SUBJECT, TWO_OF_THREE, Asking, policy
from tests.domain.gates.test_deciding import CONTESTED, CY_THEN_DEE, GLASS, NEEDS_A_VERIFIER
from tests.harness.people import ANA, BEN, CY, DEE, MO


def test_the_rule_says_how_far_it_has_come() -> None:
    seats = [{"team": "payments", "voices": 3}, {"role": "security", "must": True}]
    asking = Asking(policy(kind="parallel", seats=seats, quorum=2))
    asking.approves(BEN)
    told = explain(asking.gate)
    (rule,) = told.rules
    asks, _, has = rule.partition(". ")
    assert (
        asks
        == "Step 1 of 1: 2 of 4 from the team payments and whoever is security, with a yes from whoever is security"
    )
    assert has == "It has 1 of 2 so far, and a yes from whoever is security is missing."
    assert told.outcome == "It waits for <@UCY>, <@UDEE>, <@UFAY>."
    asking.approves(FAY)
    assert explain(asking.gate).rules[0].endswith("It has passed.")


def test_each_step_is_told_also_those_to_come() -> None:
    asking = Asking(IN_TURN)
    first, second = explain(asking.gate).rules
    assert first == "Step 1 of 2: 1 of 1 from ben; or 1 of 1 from the team managers. It has 0 of 1 so far."
    assert second.endswith("Nobody has been asked yet.")


def test_each_tier_that_is_asked_is_told_and_what_can_not_pass_any_more_says_so() -> None:
    asking = Asking(NEEDS_A_VERIFIER)
    asking.approves(BEN)
    told = explain(asking.gate)
    assert told.rules[0].endswith(
        "; or 1 of 1 from cy. Tier 1 has 1 of 2 and can't pass any more; Tier 2 has 0 of 1 so far."
    )
    assert told.outcome == "It waits for <@UCY>."
    assert [one.account for one in told.asked if one.waits] == [CY]
    (ben,) = told.left_out
    assert ben == LeftOut(BEN, "approve", "those who were asked with them can't make it pass any more")
    asking.approves(CY)
    (ben,) = explain(asking.gate).left_out
    assert ben.because == "another tier has come further than theirs"


def test_the_reasons_why_somebody_is_asked_are_shown() -> None:
    asking = Asking(TWO_OF_THREE)
    asking.approves(BEN)
    ben, cy, _ = explain(asking.gate).asked
    assert because_of(cy.because) == "asked because: sits as team payments"
    assert (ben.waits, cy.waits) == (False, True)
    assert because_of(()) == "asked"


def test_who_is_left_in_peace_is_told_with_the_time_until_which() -> None:
    asking = Asking(TWO_OF_THREE, looks_up=False)
    asking.answers(1, Found(account=BEN, seat=0, quiet=("mon-sun 11:00-13:00",)), Found(account=CY, seat=0))
    told = in_sentences(asking.gate)
    assert "<@UBEN> (the team payments), asked; left in peace until 2026-11-02 13:00 UTC" in told
    assert "<@UCY> (the team payments), asked" in told


def test_a_counted_vote_says_in_which_seat_and_for_whom() -> None:
    asking = Asking(IN_TURN, deputies={BEN: [DEE]})
    asking.ticks(HOUR)
    asking.approves(DEE)
    (counted,) = explain(asking.gate).counted
    assert counted == Counted(account=DEE, choice="approve", ballot=0, seat="ben", in_place_of=BEN)


def test_a_vote_that_does_not_count_says_why() -> None:
    asking = Asking(TWO_OF_THREE, sits={"team payments": (BEN, CY, DEE, "UBEN2")}, deputies={CY: [EVE]})
    asking.approves(BEN)
    asking.changes(dry_run="9 pods")
    asking.approves(CY)
    asking.takes_back(CY)
    asking.approves(BEN)
    asking.approves(CY)
    asking.approves(DEE)
    assert explain(asking.gate).left_out == (
        LeftOut(BEN, "approve", "what is asked has changed since (dry run)"),
        LeftOut(CY, "approve", "they took it back"),
        LeftOut(DEE, "approve", "it came after the outcome"),
    )


def test_two_accounts_and_full_seats_are_told() -> None:
    three = policy(kind="parallel", seats=[{"team": "payments", "voices": 3}, {"role": "security"}], quorum=4)
    asking = Asking(three, sits={"team payments": (BEN, "UBEN2", CY, DEE)})
    asking.approves(BEN)
    asking.approves("UBEN2")
    asking.approves(CY)
    asking.approves(DEE, linked={BEN: "ben", "UBEN2": "ben"})
    told = {one.account: one.because for one in explain(asking.gate).left_out}
    assert told == {BEN: "they voted as <@UBEN2>, too, and that counts"}
    full = Asking(policy(kind="parallel", seats=[{"team": "payments", "voices": 2}, {"role": "security"}]))
    for person in (BEN, CY, DEE):
        full.approves(person)
    assert [(one.account, one.because) for one in explain(full.gate).left_out] == [
        (DEE, "all places of their seat were taken")
    ]


def test_where_anybody_may_answer_full_places_are_why_a_vote_is_left_out() -> None:
    seats = [{"anyone": True, "voices": 1}, {"person": "ben", "must": True}]
    asking = Asking(policy(kind="parallel", seats=seats, quorum=2))
    asking.approves(CY)
    asking.approves(DEE)
    assert explain(asking.gate).left_out == (LeftOut(DEE, "approve", "all places of their seat were taken"),)


def test_whoever_turns_out_to_be_the_proposer_is_left_out() -> None:
    asking = Asking(policy(kind="parallel", seats=[{"team": "payments", "voices": 3}, {"role": "security"}], quorum=3))
    asking.approves(BEN)
    asking.approves(CY, linked={BEN: "ana", ANA: "ana"})
    assert explain(asking.gate).left_out == (LeftOut(BEN, "approve", "they proposed or changed it"),)


def test_a_deputy_is_left_out_once_whom_they_stand_in_for_has_voted() -> None:
    asking = Asking(TWO_OF_THREE, sits={"team payments": (BEN, CY)}, deputies={BEN: [DEE]})
    asking.ticks(HOUR)
    asking.approves(DEE)
    asking.approves(BEN)
    assert explain(asking.gate).left_out == (LeftOut(DEE, "approve", "whoever they stood in for has voted"),)


def test_a_deputy_of_several_is_counted_for_one_who_is_silent() -> None:
    asking = Asking(TWO_OF_THREE, deputies={BEN: [MO], CY: [MO], DEE: [MO]})
    asking.ticks(HOUR)
    asking.approves(BEN)
    asking.approves(MO)
    told = explain(asking.gate)
    assert [(one.account, one.in_place_of) for one in told.counted] == [(BEN, None), (MO, CY)]
    assert told.left_out == ()


def test_a_yes_that_a_step_did_not_need_is_said_not_to_be_needed() -> None:
    asking = Asking(CY_THEN_DEE)
    asking.approves(CY)
    asking.approves(DEE)
    told = explain(asking.gate)
    assert [one.account for one in told.counted] == [DEE]
    assert told.left_out == (LeftOut(CY, "approve", "its step passes without it"),)
    assert told.rules[0].endswith("It has passed.")
    assert told.outcome == "It waits for <@UCY>."


def test_noes_count_in_any_tier_and_yeses_in_the_one_that_decides() -> None:
    two = policy(
        kind="parallel",
        seats=[{"team": "payments", "voices": 3}],
        quorum=2,
        noes=2,
        second=[{"team": "managers", "voices": 2}, {"role": "security"}],
        second_quorum=3,
    )
    asking = Asking(two)
    asking.ticks(2 * HOUR)
    asking.approves(BEN)
    asking.rejects(CY)
    asking.approves(EVE)
    told = explain(asking.gate)
    assert [(one.account, one.choice) for one in told.counted] == [(BEN, "approve"), (CY, "reject")]
    assert told.left_out == (LeftOut(EVE, "approve", "another tier has come further than theirs"),)


def test_who_was_meant_and_is_not_asked_is_told() -> None:
    asking = Asking(TWO_OF_THREE, sits={"team payments": (ANA, BEN, CY)})
    assert explain(asking.gate).missing == ("<@UANA> proposed or changed it, so others decide.",)


def test_who_may_not_decide_is_not_said_to_be_asked() -> None:
    asking = Asking(TWO_OF_THREE, sits={"team payments": (ANA, BEN, CY)})
    assert not any(line.startswith("<@UANA>") and "asked because" in line for line in in_sentences(asking.gate))
    (asked,) = [fact for fact in asking.facts if isinstance(fact, e.PeopleAsked)]
    assert telling.sentence(asked, asking.gate, "it").startswith("asked <@UBEN>, <@UCY> about it; <@UANA> proposed")


def test_the_outcome_is_told_in_a_sentence() -> None:
    yes = Asking(TWO_OF_THREE).after(3 * MINUTE)
    yes.approves(BEN)
    yes.approves(CY)
    assert explain(yes.gate).outcome == "Approved by its votes after 3 min."
    no = Asking(TWO_OF_THREE).after(MINUTE)
    no.rejects(BEN, "wrong region")
    assert explain(no.gate).outcome == "Rejected by <@UBEN> after 1 min: wrong region."
    glass = Asking(GLASS).after(MINUTE)
    glass.breaks_glass(BEN, "customers can't pay", "hat commander")
    assert explain(glass.gate).outcome == "<@UBEN> broke the glass after 1 min: customers can't pay."
    silent = Asking(policy(kind="parallel", seats=[{"team": "payments"}], limit="30m", then="roll-back"))
    silent.ticks(30 * MINUTE)
    assert explain(silent.gate).outcome == "Its policy says: expired, after 30 min: nobody decided in time."
    undoing = SUBJECT.model_copy(update={"purpose": "rollback"})
    undone = Asking(policy(kind="parallel", seats=[{"team": "payments"}], limit="30m", then="roll-back"), undoing)
    undone.ticks(30 * MINUTE)
    assert explain(undone.gate).outcome == "Its policy says: rolled back, after 30 min: nobody decided in time."
    contested = Asking(CONTESTED)
    contested.rejects(CY, "not on a Monday")
    assert explain(contested.gate).rules[-1] == (
        "To override the rejection: 3 of 5 from the team leads. It has 0 of 3 so far."
    )
    for person in (BEN, MO, EVE):
        contested.approves(person)
    assert explain(contested.gate).outcome.startswith(
        "Overridden by <@UBEN>, <@UMO>, <@UEVE> after less than 1 s: 3 of 3"
    )
    assert explain(contested.gate).outcome.endswith("; <@UCY> had said no: not on a Monday.")
    told = in_sentences(contested.gate)
    assert "Counted: <@UBEN> approved the override as the team leads." in told, "it isn't the vote before"
