"""Criteria: what holds a move up, what only warns, whose word counts, and what the record shows by itself."""

from datetime import date
from itertools import product

import pytest

from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident.checks import look
from bot.domain.incident.commands import AnyCommand
from bot.domain.incident.criteria import asked, exits, owed, ways_on
from bot.domain.incident.events import (
    ActionItemAdded,
    ActionItemChanged,
    CriterionConfirmed,
    CriterionWithdrawn,
    HypothesisRuledOut,
    HypothesisStated,
    NoteAdded,
    Resolved,
    SeverityJustified,
    StageChanged,
)
from bot.domain.incident.findings import Priority
from bot.domain.incident.record import GENESIS, chain
from bot.domain.incident.rejections import (
    CriteriaMissing,
    EvidenceMissing,
    IsClosed,
    NoLink,
    NoSuchActionItem,
    NoSuchCriterion,
    NoSuchHypothesis,
    NoSuchMove,
    NotYoursToConfirm,
    OwnWork,
    RuledOutAlready,
    RulingOutNeedsEvidence,
    SeenInTheRecord,
    StillRunning,
    TakingBackNeedsReason,
    TooManyFindings,
)
from bot.domain.severity import Severity
from bot.domain.timeline import sentence, worth_telling
from bot.domain.workflow.criterion import Check, Criterion, Evidence, Strictness
from bot.domain.workflow.lifecycle import Purpose, Stage, StagePolicy
from bot.domain.workflow.policy import Policy
from tests.domain.preset_tables import asked_for
from tests.harness.clock import at
from tests.harness.criteria import HYBRID, complete, meet
from tests.harness.given import Given, given
from tests.harness.orders import (
    INC,
    action,
    approve,
    change_action,
    change_severity,
    confirm,
    declare,
    finished,
    hypothesis,
    move,
    note,
    propose,
    reject,
    resolve,
    rule_out,
    signal,
    start_escalation,
    started,
    take,
    tick,
    unconfirm,
    update,
)
from tests.harness.people import ANA, BEN, CY, DEE, MO
from tests.harness.plans import RESTART, plan, policy
from tests.harness.stages import STAGES, TRANSITIONS, Stages

BLAST = Criterion(
    id="blast-radius",
    title="It is known who is hit",
    confirmed_by=(Hat.FIRST_RESPONDER,),
    evidence=Evidence.REQUIRED,
)
TOLD = Criterion(id="told", title="Stakeholders have been told", check=Check.STAKEHOLDERS_TOLD)
READY = Criterion(id="ready", title="Somebody watches", confirmed_by=(Hat.VERIFIER, Hat.MITIGATOR))
ONLY_P1 = Criterion(id="loud", title="The board knows", confirmed_by=(Hat.COMMANDER,), severities=(Severity.P1,))
BY_HAND = Criterion(
    id="verified", title="The signal has settled", check=Check.VERIFIED_BY_SIGNAL, confirmed_by=(Hat.VERIFIER,)
)


def asking(strictness: Strictness = Strictness.ENFORCED, *, owing: bool = False) -> Policy:
    """A workflow whose triage must be finished and whose mitigating must be begun properly."""
    stages = {
        **STAGES,
        "triage": StagePolicy(hats=(Hat.FIRST_RESPONDER,), exit=(BLAST, TOLD, ONLY_P1)),
        "mitigating": StagePolicy(hats=(Hat.MITIGATOR, Hat.VERIFIER), entry=(READY,), exit=(BY_HAND,)),
    }
    moves = [
        one.model_copy(update={"criteria": strictness}) if "triage" in one.before or one.after else one
        for one in TRANSITIONS
    ]
    moves = [one.model_copy(update={"owed": owing}) if one.to == "closed" else one for one in moves]
    return policy().model_copy(update={"stages": stages, "transitions": tuple(moves)})


ASKING, WARNING, IGNORING = asking(), asking(Strictness.WARN, owing=True), asking(Strictness.IGNORE)
TRIAGE: tuple[AnyCommand, ...] = (declare(Severity.P2), move(Stages.TRIAGE))
BEN_RESPONDS = (*TRIAGE, take(Hat.FIRST_RESPONDER, by=BEN))


# moves


def test_a_stage_is_not_left_while_what_it_asks_for_is_missing() -> None:
    world = given(*TRIAGE, policy=ASKING)
    refused = world.when(move(Stages.INVESTIGATING))
    refused.then_rejected(CriteriaMissing, "Investigating asks for more", BLAST.title, TOLD.title, "/incident stage")
    with pytest.raises(CriteriaMissing) as no:
        world.would(move(Stages.INVESTIGATING))
    assert [item.criterion for item in no.value.items] == [BLAST, TOLD]


def test_a_stage_is_not_entered_while_what_it_asks_for_is_missing() -> None:
    met = (take(Hat.FIRST_RESPONDER, by=BEN), confirm("blast-radius", "eu", by=BEN), update("we look"))
    world = given(*TRIAGE, *met, policy=ASKING)
    world.when(move(Stages.INVESTIGATING)).then(StageChanged)
    world.when(move(Stages.MITIGATING)).then_rejected(CriteriaMissing, READY.title)
    world.takes(take(Hat.VERIFIER, by=CY))
    world.takes(confirm("ready", by=CY))
    world.when(move(Stages.MITIGATING)).then(StageChanged)


def test_a_warning_lets_it_go_on_and_keeps_what_was_missing() -> None:
    moved = given(*TRIAGE, policy=WARNING).when(move(Stages.INVESTIGATING, "no time", by=BEN, at=5))
    lacking = {"blast-radius": BLAST.title, "told": TOLD.title}
    moved.then(
        StageChanged(
            by=BEN, at=at(5), before=Stages.TRIAGE, to=Stages.INVESTIGATING, because="no time", missing=lacking
        )
    )
    assert moved.incident.owed == lacking
    assert "still missing: “It is known who is hit”" in sentence(moved.events[0], moved.incident)


def test_what_was_passed_over_is_owed_where_the_workflow_says_so() -> None:
    world = given(*TRIAGE, resolve(), move(Stages.POST_MORTEM), policy=WARNING)
    assert [item.criterion for item in owed(world.incident, WARNING)] == [BLAST, TOLD]
    world.when(move(Stages.CLOSED)).then_rejected(CriteriaMissing, BLAST.title, TOLD.title)
    for order in (update("it was the cache"), take(Hat.COMMANDER, by=DEE), confirm("blast-radius", "eu", by=DEE)):
        world.takes(order)
    closed = world.when(move(Stages.CLOSED))
    closed.then(StageChanged)
    assert isinstance(closed.events[0], StageChanged)
    assert closed.events[0].missing == {}


def test_where_criteria_are_ignored_nobody_asks() -> None:
    moved = given(*TRIAGE, policy=IGNORING).when(move(Stages.INVESTIGATING))
    moved.then(StageChanged(by=ANA, at=at(0), before=Stages.TRIAGE, to=Stages.INVESTIGATING))
    assert moved.incident.owed == {}


def test_a_criterion_may_hold_only_for_some_severities() -> None:
    p1, p2 = (given(declare(level), move(Stages.TRIAGE), policy=ASKING) for level in (Severity.P1, Severity.P2))
    assert [item.criterion for item in exits(p1.incident, ASKING)] == [BLAST, TOLD, ONLY_P1]
    assert [item.criterion for item in exits(p2.incident, ASKING)] == [BLAST, TOLD]


def test_a_mitigation_that_begins_is_never_held_up_where_the_workflow_only_warns() -> None:
    begun = given(*TRIAGE, policy=WARNING).when(propose(by=BEN))
    assert begun.incident.stage == Stages.MITIGATING
    assert set(begun.incident.owed) == {"blast-radius", "told", "ready"}


def test_where_the_workflow_enforces_a_mitigation_begins_and_the_stage_waits() -> None:
    begun = given(*TRIAGE, policy=ASKING).when(propose(by=BEN))
    assert begun.incident.stage == Stages.TRIAGE
    assert begun.incident.current_mitigation is not None


def test_the_review_opens_by_itself_with_what_is_still_missing() -> None:
    fix = Criterion(id="fix", title="The fix is out", confirmed_by=(Hat.ENGINEER,))
    stages = {**WARNING.stages, "resolved": StagePolicy(exit=(fix,))}
    world = given(*TRIAGE, resolve(), policy=WARNING.model_copy(update={"stages": stages}))
    opened = world.when(tick(15 * 60))
    opened.then(StageChanged)
    assert opened.incident.owed["fix"] == fix.title


def test_coming_back_to_a_stage_asks_anew_for_what_was_confirmed_there() -> None:
    there = (*TRIAGE, take(Hat.VERIFIER, by=CY), confirm("ready", by=CY), move(Stages.MITIGATING))
    world = given(*there, confirm("verified", "all is calm", by=CY), move(Stages.INVESTIGATING), policy=WARNING)
    assert set(world.incident.confirmed) == {"ready", "verified"}
    world.takes(move(Stages.MITIGATING))
    assert set(world.incident.confirmed) == {"ready"}


def test_what_was_missing_when_it_was_resolved_stands_in_the_timeline() -> None:
    world = given(*TRIAGE, resolve(), policy=WARNING)
    told = worth_telling(chain(INC, world.events, "cause", 0, GENESIS))
    assert "still missing: “It is known who is hit”" in sentence(told[-1], world.incident)


# whose word counts


def test_whoever_wears_the_hat_confirms_with_evidence() -> None:
    confirmed = given(*BEN_RESPONDS, policy=ASKING).when(confirm("blast-radius", "carts in eu-west", by=BEN, at=9))
    confirmed.then(
        CriterionConfirmed(
            by=BEN,
            at=at(9),
            criterion="blast-radius",
            title=BLAST.title,
            stage=Stages.TRIAGE,
            hat=Hat.FIRST_RESPONDER,
            evidence="carts in eu-west",
        )
    )
    (item, *_) = exits(confirmed.incident, ASKING)
    assert (item.done, item.by, item.shown) == (True, BEN, "carts in eu-west")
    assert "as first responder: carts in eu-west" in sentence(confirmed.events[0], confirmed.incident)


def test_the_commander_may_speak_for_a_hat_and_nobody_else() -> None:
    world = given(*BEN_RESPONDS, take(Hat.COMMANDER, by=DEE), policy=ASKING)
    world.when(confirm("blast-radius", "eu", by=CY)).then_rejected(
        NotYoursToConfirm, "first responder (<@UBEN>)", "the commander", "/incident hat first-responder"
    )
    world.when(confirm("blast-radius", "eu", by=DEE)).then(CriterionConfirmed)


def test_a_confirmation_needs_evidence_where_the_workflow_says_so() -> None:
    world = given(*BEN_RESPONDS, policy=ASKING)
    for nothing in (" ", ".", "—", "🤷"):
        no = world.when(confirm("blast-radius", nothing, by=BEN))
        no.then_rejected(EvidenceMissing, "/incident confirm blast-radius")
    world.takes(take(Hat.VERIFIER, by=CY))
    world.when(confirm("ready", by=CY)).then(CriterionConfirmed)


def test_what_the_record_shows_is_nobody_s_word() -> None:
    given(*BEN_RESPONDS, policy=ASKING).when(confirm("told", by=BEN)).then_rejected(SeenInTheRecord, TOLD.title)


def test_an_unknown_criterion_gets_the_nearest_one() -> None:
    world = given(*BEN_RESPONDS, policy=ASKING)
    world.when(confirm("blast-radios", by=BEN)).then_rejected(NoSuchCriterion, "Did you mean “blast-radius”?")
    world.when(confirm("x", by=BEN)).then_rejected(NoSuchCriterion, "There are: blast-radius, loud, ready, verified")


def test_confirming_again_changes_nothing_and_better_evidence_is_kept() -> None:
    world = given(*BEN_RESPONDS, confirm("blast-radius", "eu", by=BEN), policy=ASKING)
    world.when(confirm("blast-radius", "eu", by=BEN)).then_nothing()
    world.when(confirm("blast-radius", "eu and us", by=BEN)).then(CriterionConfirmed)


def test_a_confirmation_is_taken_back_with_a_reason_by_whoever_may_give_it() -> None:
    world = given(*BEN_RESPONDS, confirm("blast-radius", "eu", by=BEN), policy=ASKING)
    world.when(unconfirm("blast-radius", by=CY)).then_rejected(NotYoursToConfirm)
    world.when(unconfirm("blast-radius", " ", by=BEN)).then_rejected(
        TakingBackNeedsReason, "/incident unconfirm blast-radius"
    )
    back = world.when(unconfirm("blast-radius", "us, too", by=BEN))
    back.then(CriterionWithdrawn)
    assert back.incident.confirmed == {}
    given(*BEN_RESPONDS, policy=ASKING).when(unconfirm("blast-radius", by=BEN)).then_nothing()


def test_what_was_done_elsewhere_may_be_confirmed_where_the_workflow_lets_it() -> None:
    there = StageChanged(by=ANA, at=at(0), before=Stages.TRIAGE, to=Stages.MITIGATING)
    world = given(*TRIAGE, there, take(Hat.VERIFIER, by=CY), policy=ASKING)
    assert not exits(world.incident, ASKING)[0].done
    world.when(resolve()).then_rejected(CriteriaMissing, BY_HAND.title)
    world.takes(confirm("verified", "the provider's status page is green", by=CY))
    world.when(resolve()).then(Resolved, StageChanged)


# what the record shows


def seen(check: Check, *orders: AnyCommand, level: Severity = Severity.P2) -> bool:
    world = given(declare(level), *orders)
    return look(check, world.incident.stage, world.incident, world.policy).done


RUN = (propose(plan(RESTART)), approve(by=BEN), started(0), finished(0))
CALM = (signal(healthy=True, at=10), signal(healthy=True, at=40))


SHOWN: list[tuple[Check, tuple[AnyCommand, ...], tuple[AnyCommand, ...]]] = [
    (Check.SEVERITY_JUSTIFIED, (), (change_severity(Severity.P2, "half of Lyon"),)),
    (Check.SEVERITY_JUSTIFIED, (), (change_severity(Severity.P1, "all of Lyon"),)),
    (Check.ON_CALL_ASSIGNED, (), (start_escalation(assigned=(MO,)),)),
    (Check.COMMANDER_NAMED, (take(Hat.MITIGATOR, by=BEN),), (take(Hat.COMMANDER, by=BEN),)),
    (Check.HATS_WORN, (take(Hat.COMMANDER, by=ANA),), (take(Hat.FIRST_RESPONDER, by=BEN),)),
    (Check.STAKEHOLDERS_TOLD, (note("we told them"),), (update("we look"),)),
    (Check.TWO_SOURCES, (note("https://a.b/1"), note("https://a.b/1 again")), (note("p99", source="https://c.d/2"),)),
    (Check.CAUSE_STATED, (hypothesis("the cache"),), (hypothesis("the cache", "evictions"),)),
    (Check.TWO_ALTERNATIVES_RULED_OUT, (hypothesis("x"), hypothesis("y"), rule_out("h1")), (rule_out("h2"),)),
    (Check.ROLLBACK_DECLARED, (), (propose(),)),
    (Check.ROLLBACK_DECLARED, (), (propose(plan(RESTART)),)),
    (Check.CHANGE_RECORDED, (propose(plan(RESTART)), started(0)), (finished(0),)),
    (Check.VERIFIED_BY_SIGNAL, (propose(plan(RESTART)), started(0), finished(0), CALM[0]), (CALM[1],)),
    (Check.ACTION_ITEMS_OWNED, (), (complete(),)),
]  # fmt: skip


@pytest.mark.parametrize(("check", "not_yet", "then"), SHOWN)
def test_the_record_shows_it_once_it_is_so(
    check: Check, not_yet: tuple[AnyCommand, ...], then: tuple[AnyCommand, ...]
) -> None:
    assert not seen(check, *not_yet)
    assert seen(check, *not_yet, *then)


def test_every_check_is_shown_by_a_row_above() -> None:
    assert {row[0] for row in SHOWN} == set(Check)


@pytest.mark.parametrize(
    "same",
    [
        ("https://g.example/d/1?from=1", "https://g.example/d/1?from=2"),
        ("https://g.example/d/1", "https://G.example/d/1/"),
        ("https://g.example/d/1#a", "http://g.example/d/1#b"),
    ],
)
def test_two_links_to_one_page_are_one_source(same: tuple[str, str]) -> None:
    assert not seen(Check.TWO_SOURCES, *(note(f"look {link}") for link in same))


def test_many_looks_at_one_page_do_not_push_the_other_source_out() -> None:
    looks = [note(f"look https://g.example/d/1?from={n}") for n in range(20)]
    assert seen(Check.TWO_SOURCES, note("logs: https://logs.example/1"), *looks)


def test_one_hypothesis_ruled_out_twice_is_one_alternative() -> None:
    twice = (hypothesis("The deploy."), rule_out("h1"), hypothesis("the  deploy"), rule_out("h2"))
    assert not seen(Check.TWO_ALTERNATIVES_RULED_OUT, *twice)
    assert seen(Check.TWO_ALTERNATIVES_RULED_OUT, *twice, hypothesis("the network"), rule_out("h3"))


def test_what_is_suspected_again_is_no_alternative_that_is_ruled_out() -> None:
    out = (hypothesis("the deploy"), rule_out("h1"), hypothesis("the network"), rule_out("h2"))
    assert seen(Check.TWO_ALTERNATIVES_RULED_OUT, *out)
    assert not seen(Check.TWO_ALTERNATIVES_RULED_OUT, *out, hypothesis("the deploy"))


@pytest.mark.parametrize("sign", [".", "-", "…", "👍"])
def test_a_sign_rules_nothing_out(sign: str) -> None:
    given(declare(), hypothesis("the deploy")).when(rule_out("h1", sign)).then_rejected(RulingOutNeedsEvidence)


def test_what_is_undone_is_no_longer_shown() -> None:
    cause = (hypothesis("the cache", "evictions"), rule_out("h1"))
    assert not seen(Check.CAUSE_STATED, *cause)
    verified = (propose(plan(RESTART)), started(0), finished(0), *CALM)
    assert seen(Check.VERIFIED_BY_SIGNAL, *verified)
    assert not seen(Check.VERIFIED_BY_SIGNAL, *verified, propose())
    turned_down = (propose(by=ANA), reject(by=BEN))
    assert not seen(Check.ROLLBACK_DECLARED, *turned_down, level=Severity.P1)


def test_an_action_item_says_what_it_lacks() -> None:
    world = given(declare(), action("alarm", owner=CY))
    found = look(Check.ACTION_ITEMS_OWNED, Stages.POST_MORTEM, world.incident, world.policy)
    assert (found.done, found.shown) == (False, "a1 lacks priority, due date, link")


# what was proven, and said, before something else was done

DID = (Hat.MITIGATOR, Hat.VERIFIER)
CHANGE = Criterion(id="change", title="What was done is recorded", check=Check.CHANGE_RECORDED, confirmed_by=DID)
PROVING = policy().model_copy(update={"stages": {**STAGES, "mitigating": StagePolicy(exit=(CHANGE, BY_HAND))}})
MITIGATED = (declare(Severity.P2), take(Hat.VERIFIER, by=CY), propose(plan(RESTART)), started(0), finished(0), *CALM)


def done(world: Given) -> dict[str, bool]:
    return {item.criterion.id: item.done for item in exits(world.incident, PROVING)}


@pytest.mark.parametrize("back", [Stages.INVESTIGATING, Stages.TRIAGE])
def test_what_a_mitigation_proved_no_longer_counts_once_the_incident_went_back(back: Stage) -> None:
    world = given(*MITIGATED, policy=PROVING)
    assert done(world) == {"change": True, "verified": True}
    world.takes(StageChanged(by=BEN, at=at(100), before=Stages.MITIGATING, to=back, because="broken again"))
    world.takes(StageChanged(by=BEN, at=at(110), before=back, to=Stages.MITIGATING))
    assert done(world) == {"change": False, "verified": False}
    assert "before the incident went back" in exits(world.incident, PROVING)[1].shown


def test_going_on_from_one_stage_to_the_next_is_no_going_back() -> None:
    ended_in_triage = (*MITIGATED, StageChanged(by=BEN, at=at(90), before=Stages.MITIGATING, to=Stages.TRIAGE))
    again = (propose(plan(RESTART), at=100), started(0, mitigation="m2", at=100), finished(0, mitigation="m2", at=100))
    calm = (signal(healthy=True, mitigation="m2", at=110), signal(healthy=True, mitigation="m2", at=140))
    world = given(*ended_in_triage, *again, *calm, policy=PROVING)
    world.takes(StageChanged(by=BEN, at=at(150), before=Stages.TRIAGE, to=Stages.INVESTIGATING))
    world.takes(StageChanged(by=BEN, at=at(160), before=Stages.INVESTIGATING, to=Stages.MITIGATING))
    assert done(world) == {"change": True, "verified": True}


def test_a_word_given_before_something_was_done_does_not_say_that_it_helped() -> None:
    early = (declare(Severity.P2), take(Hat.VERIFIER, by=CY), confirm("verified", "all is calm", by=CY, at=1))
    world = given(*early, policy=PROVING)
    assert world.incident.confirmed["verified"].by == CY
    for order in (propose(at=2), started(0, at=3), finished(0, ok=False, at=4)):
        world.takes(order)
    assert not done(world)["verified"], "it is being rolled back"
    for order in (started(0, "rollback", at=5), finished(0, "rollback", at=5)):
        world.takes(order)
    for order in (started(1, "rollback", at=6), finished(1, "rollback", at=6)):
        world.takes(order)
    assert not done(world)["verified"], "it was said before that"
    again = world.when(confirm("verified", "all is calm", by=CY, at=9))
    again.then(CriterionConfirmed)
    world.takes(again.events[0])
    assert done(world)["verified"]


def test_nobody_confirms_what_came_of_it_while_it_is_still_under_way() -> None:
    running = (declare(Severity.P2), take(Hat.VERIFIER, by=CY), propose(), started(0))
    world = given(*running, policy=PROVING)
    world.when(confirm("verified", "all is calm", by=CY)).then_rejected(StillRunning, "still running")


def test_a_word_given_before_the_incident_went_back_does_not_count_for_the_next_try() -> None:
    early = (declare(Severity.P2), take(Hat.VERIFIER, by=CY), confirm("verified", "all is calm", by=CY, at=1))
    there = StageChanged(by=BEN, at=at(2), before=Stages.TRIAGE, to=Stages.MITIGATING)
    world = given(*early, there, policy=PROVING)
    assert done(world)["verified"], "it was done elsewhere"
    world.takes(StageChanged(by=BEN, at=at(3), before=Stages.MITIGATING, to=Stages.INVESTIGATING))
    world.takes(StageChanged(by=BEN, at=at(4), before=Stages.INVESTIGATING, to=Stages.MITIGATING))
    assert not done(world)["verified"]


# what is written down


def test_the_first_link_in_a_note_is_its_source() -> None:
    noted = given(declare()).when(note("p99 (https://graphs.example/d/1), from 14:02"))
    noted.then(NoteAdded)
    assert noted.incident.sources == ("https://graphs.example/d/1",)
    given(declare()).when(note("p99", source="grafana")).then_rejected(NoLink, "“grafana” is no link")


def test_hypotheses_are_stated_and_ruled_out_with_evidence() -> None:
    world = given(declare(), hypothesis("the deploy", by=BEN))
    world.when(hypothesis("the deploy")).then_nothing()
    world.when(rule_out("h1", " ")).then_rejected(RulingOutNeedsEvidence, "/incident rule-out h1 because")
    world.when(rule_out("h7")).then_rejected(NoSuchHypothesis, "There are: h1")
    out = world.when(rule_out("h1", "the old version fails, too", by=CY))
    out.then(HypothesisRuledOut)
    assert "ruled out “the deploy” (h1): the old" in sentence(out.events[0], out.incident)
    world.takes(rule_out("h1", "the old version fails, too", by=CY))
    world.when(rule_out("h1", by=CY)).then_nothing()
    world.when(rule_out("h1", by=BEN)).then_rejected(RuledOutAlready, "<@UCY>")
    world.when(hypothesis("the deploy")).then(HypothesisStated)


def test_action_items_are_added_and_completed() -> None:
    world = given(declare(), action("alarm", owner=CY))
    world.when(change_action("a2", owner=CY)).then_rejected(NoSuchActionItem, "There are: a1")
    world.when(change_action("a1", owner=CY)).then_nothing()
    world.when(change_action("a1", link="soon")).then_rejected(NoLink)
    changed = world.when(change_action("a1", priority=Priority.LOW, due=date(2026, 12, 24), link="https://t.b/1"))
    changed.then(ActionItemChanged)
    assert changed.incident.action_items["a1"].lacks == ()
    assert "priority low, due 2026-12-24, https://t.b/1" in sentence(changed.events[0], changed.incident)
    world.when(action("again")).then(ActionItemAdded)
    assert CY in world.incident.people


def test_what_is_written_down_stays_small() -> None:
    full = given(declare(), *(hypothesis(f"h{n}") for n in range(50)), *(action(f"a{n}") for n in range(50)))
    full.when(hypothesis("one more")).then_rejected(TooManyFindings, "50 hypotheses")
    full.when(action("one more")).then_rejected(TooManyFindings, "50 action items")


def test_the_severity_that_it_has_may_be_justified_and_is_not_changed() -> None:
    said = given(declare()).when(change_severity(Severity.P1, "nobody can buy", by=BEN, at=3))
    said.then(SeverityJustified(by=BEN, at=at(3), severity=Severity.P1, because="nobody can buy"))
    assert said.incident.severity_because == "nobody can buy"
    given(declare(), change_severity(Severity.P1, "x")).when(change_severity(Severity.P1, "x")).then_nothing()


# who can do it


def test_who_can_do_what_is_missing_is_said_with_names() -> None:
    world = given(*BEN_RESPONDS, policy=ASKING)
    blast, told = exits(world.incident, ASKING)
    assert blast.takes == ("first responder (<@UBEN>) or the commander confirms it: `/incident confirm blast-radius …`")
    assert "/incident update" in told.takes
    world = given(*TRIAGE, move(Stages.MITIGATING), policy=WARNING)
    (verified,) = exits(world.incident, WARNING)
    assert "settled: `/incident propose`, or verifier (nobody yet) or the commander" in verified.takes


# the shipped workflow, move by move

EVERY = tuple(HYBRID.stage_by_id.values())


def standing(where: Stage, level: Severity) -> Given:
    """An incident that got there without anybody writing anything down."""
    world = given(declare(level), policy=HYBRID)
    if where != Stages.DETECTED:
        world.takes(StageChanged(by=ANA, at=at(0), before=Stages.DETECTED, to=where))
    return world


@pytest.mark.parametrize("level", [Severity.P2, Severity.P3])
@pytest.mark.parametrize(("before", "to"), list(product(EVERY, EVERY)))
def test_each_move_of_the_shipped_workflow_without_its_criteria(before: Stage, to: Stage, level: Severity) -> None:
    world, way = standing(before, level), HYBRID.move(before, to)
    wanted = asked_for("hybrid", before.id, to.id, level.value)
    tried = world.when(move(to, "please"))
    if before.purpose is Purpose.CLOSED:
        tried.then_rejected(IsClosed)
    elif before == to:
        tried.then_nothing()
    elif (before, to) == (Stages.DETECTED, Stages.RESOLVED):
        assert tried.incident.stage == to, "a false alarm is resolved on sight, by way of triage"
    elif way is None:
        tried.then_rejected(NoSuchMove)
    elif way.criteria is Strictness.ENFORCED and wanted:
        tried.then_rejected(CriteriaMissing, to.label)
    else:
        (moved,) = (event for event in tried.events if isinstance(event, StageChanged))
        assert moved.to == to
        lacking = wanted if way.criteria is Strictness.WARN else set()
        assert moved.missing == {name: HYBRID.criteria[name][0].title for name in lacking}


@pytest.mark.parametrize("level", [Severity.P2, Severity.P3])
@pytest.mark.parametrize(("before", "to"), list(product(EVERY, EVERY)))
def test_each_move_of_the_shipped_workflow_with_its_criteria(before: Stage, to: Stage, level: Severity) -> None:
    world, way = standing(before, level), HYBRID.move(before, to)
    for name in sorted(asked_for("hybrid", before.id, to.id, level.value)):
        criterion, _ = HYBRID.criteria[name]
        if way is not None and way.criteria is not Strictness.IGNORE and not _is_done(criterion, world, to):
            meet(criterion, world)
    if world.incident.stage != before:
        pytest.skip("what it asks for moves it on by itself")
    tried = world.when(move(to, "please"))
    if before.purpose is Purpose.CLOSED:
        tried.then_rejected(IsClosed)
    elif before == to:
        tried.then_nothing()
    elif (before, to) == (Stages.DETECTED, Stages.RESOLVED):
        assert tried.incident.stage == to
    elif way is None:
        tried.then_rejected(NoSuchMove)
    else:
        (moved,) = (event for event in tried.events if isinstance(event, StageChanged))
        assert (moved.to, moved.missing) == (to, {})


def _is_done(criterion: Criterion, world: Given, to: Stage) -> bool:
    return any(item.done for item in asked(world.incident, to, HYBRID) if item.criterion == criterion)


def test_the_shipped_workflow_never_holds_a_mitigation_up() -> None:
    world = given(declare(Severity.P1), policy=HYBRID)
    approved = (propose(), approve(by=BEN))
    for order in approved:
        world.takes(order)
    assert world.incident.stage == Stages.MITIGATING
    assert set(world.incident.owed) == {"severity", "owner", "on-call", "real", "blast-radius", "told"}


FAILED = (started(0), finished(0, ok=False), started(0, "rollback"), finished(0, "rollback"))
ROLLED_BACK = (*FAILED, started(1, "rollback"), finished(1, "rollback"))


@pytest.mark.parametrize("level", [Severity.P3, Severity.P4])
@pytest.mark.parametrize("came", [(*RUN[2:], *CALM), ROLLED_BACK])
def test_where_nobody_is_woken_one_person_gets_from_detection_to_the_end_alone(
    level: Severity, came: tuple[AnyCommand, ...]
) -> None:
    what = plan(RESTART) if came is not ROLLED_BACK else plan()
    orders = (declare(level, by=BEN), take(Hat.COMMANDER, by=BEN), take(Hat.MITIGATOR, by=BEN), propose(what, by=BEN))
    world = given(*orders, *came, policy=HYBRID)
    for order in (
        change_severity(level, "one shop can't print", by=BEN, at=50),
        hypothesis("the cache", "evictions rise", by=BEN, at=50),
        confirm("settled", "three shops printed", by=BEN, at=55),
        resolve("it prints again", by=BEN, at=60),
        tick(60 + 15 * 60),
        move(Stages.CLOSED, "done", by=BEN, at=2000),
    ):
        world.takes(order)
    assert world.incident.stage == Stages.CLOSED
    assert {event.by for event in world.events} <= {BEN, SYSTEM}


def test_where_people_are_woken_somebody_else_sees_that_what_one_did_has_helped() -> None:
    world = given(declare(Severity.P2), take(Hat.COMMANDER, by=BEN), propose(by=BEN), *ROLLED_BACK, policy=HYBRID)
    world.takes(confirm("side-effects", "none seen", by=BEN, at=50))
    world.when(confirm("verified", "I switched it back", by=BEN, at=50)).then_rejected(OwnWork, "/incident page @")
    world.when(resolve("it works", by=BEN, at=50)).then_rejected(CriteriaMissing, "The signal that showed it")
    for order in (take(Hat.VERIFIER, by=CY), confirm("verified", "0.1 % errors", by=CY, at=60)):
        world.takes(order)
    world.when(resolve("it works", by=BEN, at=60)).then(Resolved, StageChanged)


def test_at_p1_the_way_from_detection_to_the_end_can_be_walked() -> None:
    world = given(declare(Severity.P1), propose(), approve(by=BEN), policy=HYBRID)
    for order in (started(0), finished(0), started(1), finished(1), *CALM, take(Hat.COMMANDER, by=DEE)):
        world.takes(order)
    world.when(resolve(at=50)).then_rejected(CriteriaMissing, "Side effects are named")
    world.takes(confirm("side-effects", "none in an hour", by=DEE, at=50))
    world.takes(resolve(at=60))
    world.takes(approve(by=BEN, mitigation="g1", at=60))
    world.takes(tick(60 + 15 * 60))
    assert world.incident.stage == Stages.POST_MORTEM
    world.when(move(Stages.CLOSED)).then_rejected(CriteriaMissing, "and 4 more")
    for _ in range(3):  # some ask for what others bring
        for item in asked(world.incident, Stages.CLOSED, HYBRID):
            if not _is_done(item.criterion, world, Stages.CLOSED):
                meet(item.criterion, world)
    world.takes(move(Stages.CLOSED, by=DEE, at=2000))
    (asks,) = world.incident.open_gates
    assert asks.policy.id == "eradication"
    assert all(not way.missing for way in ways_on(world.incident, HYBRID))
