"""Escalations: whoever is called, silence moves on to the next, and an answer ends it."""

import pytest

from bot.domain import effects as x
from bot.domain.hats import Hat
from bot.domain.incident import events as e
from bot.domain.incident.commands import AnyCommand
from bot.domain.incident.escalations import Standing, call_timer, lapse_timer
from bot.domain.incident.rejections import (
    AcknowledgedAlready,
    AlreadyCalled,
    IsOver,
    NobodyIsCalled,
    NobodyIsLeft,
    PassOnToYourself,
)
from bot.domain.oncall.calling import home_of, place
from bot.domain.oncall.people import Team
from bot.domain.severity import Severity
from bot.domain.timeline import sentence
from bot.domain.words import TextMissing
from bot.domain.workflow.lifecycle import Stage
from tests.harness import orders as o
from tests.harness.book import by_slack, by_ways, policy
from tests.harness.clock import at
from tests.harness.given import Given, given
from tests.harness.people import ANA, BEN, CY, DEE
from tests.harness.stages import Stages

P1, P2 = "e1.1.1", "e1.1.2"


def types(world: Given, since: int = 0) -> list[str]:
    return [event.type for event in world.events[since:]]


def running(*, tiers: tuple[float, ...] = (300, 600, 900), **options: float | str) -> Given:
    """An incident whose first tier, Ben, is being called."""
    start = o.start_escalation(policy(*tiers, **options), assigned=(BEN,), at=1)  # type: ignore[arg-type]
    return given(o.declare(), o.open_channel(at=1), start, o.called(1, BEN, at=2))


def standing(world: Given) -> Standing:
    return world.incident.escalations["e1"].standing


# Beginning


def test_whoever_is_on_call_is_assigned_and_the_incident_is_in_triage() -> None:
    world = running()
    assert world.incident.assigned == (BEN,)
    assert world.incident.stage == Stages.TRIAGE
    assert BEN in world.incident.people
    assert world.incident.timers[call_timer("e1")] == at(301)


def test_somebody_on_call_who_declared_it_is_not_called() -> None:
    world = given(o.declare(by=BEN), o.start_escalation(assigned=(BEN,), at=1))
    assert types(world)[-1] == "escalation.acknowledged"
    assert standing(world) is Standing.ACKNOWLEDGED
    assert call_timer("e1") not in world.incident.timers


def test_somebody_on_call_who_wears_a_hat_already_is_not_called() -> None:
    world = given(o.declare(), o.take(Hat.COMMANDER, by=BEN), o.start_escalation(assigned=(BEN,), at=1))
    assert world.incident.escalations["e1"].answered_by == BEN


def test_the_bot_does_not_call_the_same_team_twice_and_a_person_is_told() -> None:
    world = running()
    assert world.would(o.start_escalation(policy(300, 600, 900), at=5)) == []
    with pytest.raises(AlreadyCalled):
        world.would(o.start_escalation(policy(300, 600, 900), by=ANA, at=5))


def test_what_a_move_wants_called_is_called_again_once_the_call_before_was_answered() -> None:
    again = o.start_escalation(policy(300, 600, 900), assigned=(BEN,), at=60).model_copy(update={"again": True})
    world = running()
    assert world.would(again) == [], "that call still waits for its answer"
    world.takes(o.acknowledge(by=BEN, at=50))
    world.takes(again)
    assert types(world)[-2:] == ["escalation.started", "escalation.called"]
    assert any(isinstance(effect, x.LookUp) and effect.escalation == "e2" for effect in world.effects)
    assert world.would(again.model_copy(update={"cause": "another"})) == []


def test_a_page_needs_a_reason() -> None:
    with pytest.raises(TextMissing):
        given(o.declare()).would(o.start_escalation(because=" ", by=ANA))


def test_nobody_is_called_for_what_is_over() -> None:
    world = given(o.declare(), o.resolve(at=9))
    assert world.would(o.start_escalation(at=10)) == []
    with pytest.raises(IsOver):
        world.would(o.start_escalation(by=ANA, at=10))


def test_places_are_told_beside_it_and_asked_for_nothing() -> None:
    told = place("incidents-critical", "hears of each P1")
    world = given(o.declare(), o.start_escalation(told=(told,), at=1))
    page = world.incident.pages["told.0.1"]
    assert (page.kind, page.who, page.escalation) == ("channel", "incidents-critical", "")
    assert world.would(o.try_page(page.id, at=2)) != []


def test_that_nobody_is_on_call_is_a_fact_with_its_cure() -> None:
    world = given(o.declare(), o.nobody_on_call(at=1))
    assert sentence(world.events[-1], world.incident) == "called nobody: It names no service. Page somebody."


# Silence moves on


def test_silence_moves_on_tier_by_tier_to_the_last_resort() -> None:
    world = running(last_resort="war-room")
    world.takes(o.tick(300.9))
    assert world.incident.escalations["e1"].call == world.incident.escalations["e1"].call
    assert types(world)[-1] == "page.ordered", "nothing before its time"
    world.takes(o.tick(301))
    world.takes(o.called(2, CY, at=302))
    world.takes(o.tick(901))
    world.takes(o.called(3, DEE, at=902))
    world.takes(o.tick(1801))
    assert standing(world) is Standing.EXHAUSTED
    assert types(world)[-2:] == ["escalation.exhausted", "page.ordered"]
    last = world.events[-1]
    assert isinstance(last, e.PageOrdered)
    assert (last.kind, last.who) == ("channel", "war-room")
    assert not world.incident.timers


def test_without_a_last_resort_of_its_own_the_managers_are_told() -> None:
    world = running(tiers=(60,))
    world.takes(o.tick(61))
    exhausted = world.events[-2]
    assert isinstance(exhausted, e.EscalationExhausted)
    assert exhausted.channel == "incident-managers"


def test_all_tiers_are_gone_through_again_as_often_as_the_policy_says() -> None:
    world = running(tiers=(60, 60), repeats=1)
    turns = []
    for second in (61, 121, 181, 241):
        world.takes(o.tick(second))
        call = world.incident.escalations["e1"].call
        assert call is not None
        turns.append((call.round, call.tier))
    assert turns == [(0, 1), (1, 0), (1, 1), (1, 1)]
    assert standing(world) is Standing.EXHAUSTED


def test_a_clock_that_was_away_for_an_hour_calls_one_tier_not_all() -> None:
    world = running()
    before = len(world.events)
    world.takes(o.tick(3600))
    assert types(world, before) == ["escalation.called"]
    assert world.incident.timers[call_timer("e1")] == at(3600 + 600)


def test_two_clocks_call_a_tier_once() -> None:
    world = running()
    world.takes(o.tick(301))
    assert world.would(o.tick(301.2)) == []


def test_behind_an_empty_tier_the_next_one_begins_at_once() -> None:
    world = given(o.declare(), o.start_escalation(at=1), o.called(1, missing=("Nobody is on shift.",), at=2))
    assert types(world)[-3:] == ["escalation.missing", "escalation.nobody", "escalation.called"]
    call = world.incident.escalations["e1"].call
    assert call is not None
    assert (call.tier, call.due) == (1, at(602))


def test_with_nobody_in_any_tier_the_last_resort_is_told_at_once() -> None:
    world = given(o.declare(), o.start_escalation(at=1))
    for call in (1, 2, 3):
        world.takes(o.called(call, at=call + 1))
    assert standing(world) is Standing.EXHAUSTED


def test_a_lookup_that_comes_late_still_tells_those_whom_nobody_has_told() -> None:
    """All workers were away: the tiers went by, and nobody was paged."""
    world = given(o.declare(), o.start_escalation(at=1), o.tick(301), o.tick(901), o.tick(1801))
    assert standing(world) is Standing.EXHAUSTED
    world.takes(o.called(1, BEN, at=2000))
    world.takes(o.called(3, CY, at=2001))
    assert [page.who for page in world.incident.called("e1") if page.kind == "person"] == [BEN, CY]
    assert world.would(o.try_page("e1.1.1", at=2002)) != []


def test_an_empty_lookup_of_an_old_call_moves_nothing() -> None:
    world = given(o.declare(), o.start_escalation(at=1), o.tick(301))
    before = world.incident.escalations["e1"].call
    world.takes(o.called(1, at=310))
    assert world.incident.escalations["e1"].call == before


def test_nobody_is_called_twice_by_one_call() -> None:
    world = running()
    world.takes(o.called(1, BEN, CY, at=3))
    assert [page.who for page in world.incident.called("e1", 1)] == [BEN, CY]


# Answers


def test_an_acknowledgement_ends_the_calling() -> None:
    world = running()
    world.takes(o.acknowledge(by=CY, at=100))
    assert standing(world) is Standing.ACKNOWLEDGED
    assert CY in world.incident.people
    assert world.would(o.tick(5000)) == []
    assert world.would(o.try_page(P1, at=101)) == []


def test_an_acknowledgement_that_comes_before_the_lookup_ends_it_too() -> None:
    world = given(o.declare(), o.start_escalation(at=1), o.acknowledge(by=BEN, at=2))
    assert world.would(o.called(1, BEN, at=3)) == []


def test_acknowledging_twice_changes_nothing_and_another_is_told_who_did() -> None:
    world = running()
    world.takes(o.acknowledge(by=BEN, at=10))
    assert world.would(o.acknowledge(by=BEN, at=11)) == []
    with pytest.raises(AcknowledgedAlready) as no:
        world.would(o.acknowledge(by=CY, at=12))
    assert BEN in no.value.sentence


def test_what_was_detected_is_in_triage_once_somebody_acknowledged() -> None:
    world = given(o.declare(), o.start_escalation(at=1), o.acknowledge(by=BEN, at=2))
    assert world.incident.stage == Stages.TRIAGE


def test_an_answer_at_the_very_second_the_time_is_up_wins_if_it_was_first() -> None:
    world = running()
    world.takes(o.acknowledge(by=BEN, at=301))
    assert world.would(o.tick(301)) == []
    late = running()
    late.takes(o.tick(301))
    late.takes(o.acknowledge(by=BEN, at=301))
    assert late.would(o.called(2, CY, at=302)) == [], "and whoever was to be called next is not"


def test_whoever_is_called_and_takes_a_hat_has_answered() -> None:
    world = running()
    world.takes(o.take(Hat.FIRST_RESPONDER, by=BEN, at=10))
    assert world.incident.escalations["e1"].answered_by == BEN


def test_a_hat_of_somebody_who_was_not_called_answers_nothing() -> None:
    world = running()
    world.takes(o.take(Hat.COMMANDER, by=ANA, at=10))
    assert standing(world) is Standing.RUNNING


def test_taking_over_makes_it_mine() -> None:
    world = running()
    world.takes(o.acknowledge(by=BEN, at=10))
    world.takes(o.take_over(by=CY, at=20))
    assert world.incident.escalations["e1"].answered_by == CY
    assert world.would(o.take_over(by=CY, at=21)) == []


def test_taking_over_what_nobody_has_acknowledged_is_an_acknowledgement() -> None:
    world = running()
    world.takes(o.take_over(by=CY, at=20))
    assert types(world)[-1] == "escalation.acknowledged"


def test_not_me_calls_whom_i_name_at_once_and_me_no_more() -> None:
    world = running()
    before = len(world.events)
    world.takes(o.pass_on(CY, "I am on a train", by=BEN, at=30))
    assert types(world, before) == ["escalation.passed-on", "escalation.called"]
    assert world.incident.pages[P1].declined
    assert world.would(o.try_page(P1, at=31)) == []
    look_up = next(effect for effect in world.effects if isinstance(effect, x.LookUp))
    assert (look_up.person, look_up.by, look_up.tier) == (CY, BEN, 0)
    assert world.incident.timers[call_timer("e1")] == at(330)


def test_not_me_after_my_own_acknowledgement_calls_again() -> None:
    world = running()
    world.takes(o.acknowledge(by=BEN, at=10))
    world.takes(o.pass_on(CY, by=BEN, at=20))
    assert standing(world) is Standing.RUNNING


def test_not_me_leaves_the_others_of_the_tier_called() -> None:
    world = running()
    world.takes(o.called(1, CY, at=3))
    world.takes(o.pass_on(DEE, by=BEN, at=30))
    assert world.would(o.try_page(P2, at=31)) != []


def test_passing_on_to_yourself_is_refused() -> None:
    with pytest.raises(PassOnToYourself):
        running().would(o.pass_on(BEN, by=BEN, at=3))


def test_escalating_now_calls_the_next_tier_without_waiting() -> None:
    world = running()
    world.takes(o.escalate_now("it gets worse", by=ANA, at=30))
    called = world.events[-1]
    assert isinstance(called, e.EscalationCalled)
    assert (called.tier, called.because) == (1, f"<@{ANA}> asked for it: it gets worse")


def test_escalating_after_an_acknowledgement_asks_for_more_hands() -> None:
    world = running()
    world.takes(o.acknowledge(by=BEN, at=10))
    world.takes(o.escalate_now(by=BEN, at=20))
    assert standing(world) is Standing.RUNNING


def test_where_everybody_was_called_there_is_nobody_left_to_escalate_to() -> None:
    world = running(tiers=(60,))
    world.takes(o.tick(61))
    with pytest.raises(NobodyIsLeft):
        world.would(o.escalate_now(by=ANA, at=62))


@pytest.mark.parametrize("order", [o.acknowledge(by=BEN), o.take_over(by=BEN), o.pass_on(CY, by=BEN)])
def test_where_nobody_is_called_there_is_nothing_to_answer(order: AnyCommand) -> None:
    with pytest.raises(NobodyIsCalled):
        given(o.declare()).would(order)


def test_an_answer_after_the_last_resort_still_counts() -> None:
    world = running(tiers=(60,))
    world.takes(o.tick(61))
    world.takes(o.acknowledge(by=CY, at=70))
    assert standing(world) is Standing.ACKNOWLEDGED


def test_resolving_ends_the_calling() -> None:
    world = running()
    world.takes(o.resolve(at=50))
    assert standing(world) is Standing.ENDED
    assert call_timer("e1") not in world.incident.timers
    assert world.would(o.try_page(P1, at=51)) == []
    assert world.would(o.called(1, CY, at=51)) == []


@pytest.mark.parametrize("to", [Stages.POST_MORTEM, Stages.CLOSED, Stages.RESOLVED])
def test_whatever_way_it_is_over_nobody_is_called_any_more(to: Stage) -> None:
    world = running()
    world.takes(e.StageChanged(by=ANA, at=at(50), before=world.incident.stage, to=to))
    assert standing(world) is Standing.ENDED
    assert world.would(o.tick(100_000)) == []


def test_where_it_is_closed_without_a_resolution_the_message_about_the_calls_says_so() -> None:
    world = running()
    world.takes(e.StageChanged(by=ANA, at=at(50), before=world.incident.stage, to=Stages.CLOSED))
    assert x.ShowEscalation(incident=o.INC, escalation="e1") in world.effects


# Silence after an answer


def test_an_answer_lapses_after_silence_and_the_same_tier_is_called_again() -> None:
    world = running(lapses=600)
    world.takes(o.acknowledge(by=BEN, at=100))
    assert world.incident.timers[lapse_timer("e1")] == at(700)
    assert world.would(o.tick(699)) == []
    before = len(world.events)
    world.takes(o.tick(700))
    assert types(world, before) == ["escalation.lapsed", "escalation.called"]
    call = world.incident.escalations["e1"].call
    assert call is not None
    assert (call.tier, call.number) == (0, 2)
    assert standing(world) is Standing.RUNNING


def test_whatever_a_person_does_about_it_is_no_silence() -> None:
    world = running(lapses=600)
    world.takes(o.acknowledge(by=BEN, at=100))
    world.takes(o.note("looking at the database", by=CY, at=500))
    assert world.would(o.tick(700)) == []
    assert world.incident.timers[lapse_timer("e1")] == at(1100)


def test_what_the_bot_does_is_silence() -> None:
    world = running(lapses=600)
    world.takes(o.acknowledge(by=BEN, at=100))
    world.takes(o.trouble(at=500))
    assert world.incident.timers[lapse_timer("e1")] == at(700)


# Pages


def test_each_way_is_lined_up_with_its_delay() -> None:
    world = given(o.declare(), o.start_escalation(at=1))
    world.takes(o.called(1, by_ways(BEN, ("slack", 0), ("email", 120)), at=2))
    sent = [(effect.way, effect.after) for effect in world.effects if isinstance(effect, x.SendPage)]
    assert sent == [(0, 0), (1, 120)]


def test_a_way_that_fails_makes_the_next_one_go_at_once() -> None:
    world = given(o.declare(), o.start_escalation(at=1))
    world.takes(o.called(1, by_ways(BEN, ("slack", 0), ("email", 120)), at=2))
    world.takes(o.try_page(P1, at=3))
    world.takes(o.page_failed(P1, at=4))
    early = [effect for effect in world.effects if isinstance(effect, x.SendPage)]
    assert [(effect.way, effect.after) for effect in early] == [(1, 0)]
    assert early[0].lane != x.SendPage(incident=o.INC, page=P1, way=1, delay=120).lane, "it must not wait behind it"


def test_a_way_that_is_held_up_makes_the_next_one_go_at_once() -> None:
    world = given(o.declare(), o.start_escalation(at=1))
    world.takes(o.called(1, by_ways(BEN, ("slack", 0), ("email", 120)), at=2))
    world.takes(o.try_page(P1, at=3))
    world.takes(o.page_delayed(P1, at=4))
    assert [effect.way for effect in world.effects if isinstance(effect, x.SendPage)] == [1]


def test_a_way_is_tried_once_however_many_workers_come_for_it() -> None:
    world = running()
    world.takes(o.try_page(P1, at=3))
    assert world.would(o.try_page(P1, at=4)) == []
    assert world.would(o.try_page(P1, again=True, at=4)) != [], "but the one whose try broke may try again"
    world.takes(o.page_sent(P1, at=5))
    assert world.would(o.try_page(P1, again=True, at=6)) == []


def test_where_no_way_works_a_deputy_is_looked_for() -> None:
    world = running()
    world.takes(o.try_page(P1, at=3))
    world.takes(o.page_failed(P1, at=4))
    assert [effect.page for effect in world.effects if isinstance(effect, x.FindDeputy)] == [P1]


def test_where_no_deputy_is_found_the_next_tier_begins_at_once() -> None:
    world = running()
    world.takes(o.try_page(P1, at=3))
    world.takes(o.page_failed(P1, at=4))
    world.takes(o.called(1, missing=(f"<@{BEN}> can't be reached, and nobody stands in.",), at=5))
    call = world.incident.escalations["e1"].call
    assert call is not None
    assert call.tier == 1


def test_somebody_else_who_was_reached_is_given_their_time() -> None:
    world = running()
    world.takes(o.called(1, CY, at=3))
    world.takes(o.page_failed(P1, at=4))
    world.takes(o.called(1, missing=("Ben can't be reached.",), at=5))
    call = world.incident.escalations["e1"].call
    assert call is not None
    assert call.tier == 0


def test_what_came_of_a_page_is_recorded_also_after_the_answer() -> None:
    world = running()
    world.takes(o.try_page(P1, at=3))
    world.takes(o.acknowledge(by=CY, at=4))
    world.takes(o.page_sent(P1, at=5))
    assert types(world)[-1] == "page.sent"
    assert world.would(o.page_sent(P1, at=6)) == []


def test_an_answer_settles_what_was_sent_elsewhere_and_edits_what_was_sent_in_slack() -> None:
    world = given(o.declare(), o.start_escalation(at=1))
    world.takes(o.called(1, by_ways(BEN, ("slack", 0), ("pager", 0), ("email", 60)), at=2))
    for way in (0, 1):
        world.takes(o.try_page(P1, way, at=3))
        world.takes(o.page_sent(P1, way, at=4))
    world.takes(o.acknowledge(by=BEN, at=5))
    assert x.ShowPage(incident=o.INC, page=P1) in world.effects
    assert x.SettlePage(incident=o.INC, page=P1, way=1, how="acknowledged") in world.effects
    assert not any(isinstance(effect, x.SettlePage) and effect.way == 2 for effect in world.effects)


def test_an_answer_while_a_page_is_on_its_way_settles_it_when_it_has_arrived() -> None:
    world = given(o.declare(), o.start_escalation(at=1))
    world.takes(o.called(1, by_ways(BEN, ("slack", 0), ("pager", 0)), at=2))
    for way in (0, 1):
        world.takes(o.try_page(P1, way, at=3))
    world.takes(o.acknowledge(by=CY, at=4))
    settled = x.SettlePage(incident=o.INC, page=P1, way=1, how="acknowledged")
    assert settled in world.effects, "it may have arrived before a worker died"
    world.takes(o.page_sent(P1, 1, at=5))
    assert settled in world.effects
    world.takes(o.page_sent(P1, 0, at=5))
    assert x.ShowPage(incident=o.INC, page=P1) in world.effects


def test_a_page_that_arrives_after_the_end_is_resolved_at_once() -> None:
    world = running()
    world.takes(o.called(1, by_ways(CY, ("pager", 0)), at=3))
    world.takes(o.try_page("e1.1.2", at=3))
    world.takes(o.resolve(by=ANA, at=4))
    world.takes(o.page_sent("e1.1.2", at=5))
    assert x.SettlePage(incident=o.INC, page="e1.1.2", way=0, how="resolved") in world.effects


def test_a_page_that_arrives_in_time_is_not_settled() -> None:
    world = running()
    world.takes(o.try_page(P1, at=3))
    world.takes(o.page_sent(P1, at=4))
    assert not any(isinstance(effect, x.ShowPage | x.SettlePage) for effect in world.effects)


def test_a_page_that_went_late_says_by_how_much_and_why() -> None:
    world = running()
    world.takes(o.try_page(P1, at=3))
    world.takes(o.page_delayed(P1, at=4))
    world.takes(o.page_sent(P1, late=40, at=44))
    said = sentence(world.events[-1], world.incident)
    assert "40 s late" in said
    assert "Slack rate limit" in said


# What follows


def test_declaring_asks_who_is_on_call() -> None:
    assert x.Summon(incident=o.INC) in given(o.declare()).effects


def test_a_severity_that_rises_asks_again_and_one_that_falls_does_not() -> None:
    world = given(o.declare(Severity.P3))
    world.takes(o.change_severity(Severity.P1, at=5))
    assert any(isinstance(effect, x.Summon) for effect in world.effects)
    world.takes(o.change_severity(Severity.P2, "traffic is back", at=9))
    assert not any(isinstance(effect, x.Summon) for effect in world.effects)


def test_the_message_is_edited_and_a_further_tier_is_told() -> None:
    world = running()
    world.takes(o.tick(301))
    kinds = [type(effect) for effect in world.effects]
    assert x.Tell in kinds
    assert x.ShowEscalation in kinds


def test_by_slack_stands_for_a_person_with_a_direct_message() -> None:
    assert by_slack(BEN).ways[0].by == "slack"


def test_a_team_is_told_in_its_own_channel_with_its_group_mentioned() -> None:
    team = Team(id="payments", title="Payments", members=("ana",), channel="payments", user_group="S0614TZR7")
    (home,) = home_of(team)
    assert (home.kind, home.who, home.mention) == ("channel", "payments", "S0614TZR7")
    assert home_of(team.model_copy(update={"channel": None})) == ()
