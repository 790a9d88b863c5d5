"""Stages and severity: the transition table both ways, its guards, and the review that opens by itself."""

from itertools import product

import pytest

from bot.domain.effects import PostTimeline
from bot.domain.ids import SYSTEM
from bot.domain.incident.commands import AnyCommand
from bot.domain.incident.events import Resolved, SeverityChanged, StageChanged, StepFinished
from bot.domain.incident.rejections import (
    GateStillOpen,
    IsClosed,
    NeedsApproval,
    NoSuchMove,
    ResolutionMissing,
    SeverityNeedsReason,
    SeverityStays,
    StillRunning,
)
from bot.domain.severity import Severity, severity
from bot.domain.workflow.lifecycle import Purpose, Stage
from tests.harness.clock import at
from tests.harness.given import Given, given
from tests.harness.orders import (
    INC,
    approve,
    change_severity,
    declare,
    finished,
    move,
    note,
    open_channel,
    propose,
    reject,
    resolve,
    roll_back,
    started,
    stop,
    tick,
)
from tests.harness.people import ANA, BEN
from tests.harness.plans import POLICY
from tests.harness.stages import Stages

REVIEW = 15 * 60
"""Seconds that the test policy leaves an incident resolved before its review opens."""

PATHS: dict[Stage, tuple[AnyCommand, ...]] = {
    Stages.DETECTED: (),
    Stages.TRIAGE: (move(Stages.TRIAGE),),
    Stages.INVESTIGATING: (move(Stages.TRIAGE), move(Stages.INVESTIGATING)),
    Stages.MITIGATING: (move(Stages.TRIAGE), move(Stages.MITIGATING)),
    Stages.RESOLVED: (resolve(),),
    Stages.POST_MORTEM: (resolve(), move(Stages.POST_MORTEM)),
    Stages.CLOSED: (resolve(), move(Stages.POST_MORTEM), move(Stages.CLOSED)),
}
"""How a P3, which asks for nobody's approval, comes to each stage."""


def standing(where: Stage, level: Severity = Severity.P3) -> Given:
    world = given(declare(level), *PATHS[where])
    assert world.incident.stage == where
    return world


ALL = tuple(POLICY.stage_by_id.values())
LEGAL = [
    (POLICY.stage_by_id[before], POLICY.stage_by_id[move.to]) for move in POLICY.transitions for before in move.before
]
BY_ONE_ORDER = [(Stages.DETECTED, Stages.RESOLVED)]
"""Two legal moves in one: a false alarm is resolved on sight, by way of triage."""
ILLEGAL = [pair for pair in product(ALL, ALL) if pair[0] != pair[1] and pair not in LEGAL and pair not in BY_ONE_ORDER]


@pytest.mark.parametrize(("before", "to"), LEGAL)
def test_every_move_of_the_table_can_be_made(before: Stage, to: Stage) -> None:
    moved = standing(before).when(move(to, "all is well", by=BEN, at=5))
    moved.then(
        *([Resolved] if to == Stages.RESOLVED else []),
        StageChanged(by=BEN, at=at(5), before=before, to=to, because="all is well"),
    )
    assert moved.incident.stage == to


@pytest.mark.parametrize(("before", "to"), [pair for pair in ILLEGAL if pair[0] != Stages.CLOSED])
def test_no_other_move_can_be_made_and_the_no_lists_the_ways_out(before: Stage, to: Stage) -> None:
    ways_out = (way.label for way in POLICY.next_stages(before))
    standing(before).when(move(to, "please")).then_rejected(NoSuchMove, before.label, to.label, *ways_out)


@pytest.mark.parametrize("to", [to for to in ALL if to != Stages.CLOSED])
def test_nothing_follows_closed(to: Stage) -> None:
    standing(Stages.CLOSED).when(move(to, "please")).then_rejected(IsClosed, INC)


@pytest.mark.parametrize("where", [where for where in ALL if where != Stages.CLOSED])
def test_moving_to_where_it_stands_changes_nothing(where: Stage) -> None:
    standing(where).when(move(where)).then_nothing()


def test_every_stage_can_be_reached_and_leads_to_closed() -> None:
    reached, leads = {Stages.DETECTED}, {Stages.CLOSED}
    for _ in ALL:
        reached |= {to for before, to in LEGAL if before in reached}
        leads |= {before for before, to in LEGAL if to in leads}
    assert reached == leads == set(ALL)


def test_closed_is_the_only_end() -> None:
    assert [end for end in ALL if not POLICY.next_stages(end)] == [Stages.CLOSED]


def test_a_stage_of_ones_own_is_remembered_with_what_it_is_for() -> None:
    mine = Stage(id="eradication", title="Root it out", purpose=Purpose.MITIGATING)
    moved = StageChanged(by=ANA, at=at(0), before=Stages.MITIGATING, to=mine)
    stored = moved.model_dump(mode="json")
    assert (stored["before"], stored["to"]["title"]) == ("mitigating", "Root it out")
    assert StageChanged.model_validate(stored) == moved
    assert not mine.is_over


# guards


def test_at_p1_mitigating_needs_an_approved_mitigation() -> None:
    for before in (Stages.TRIAGE, Stages.INVESTIGATING):
        world = given(declare(), *PATHS[before])
        world.when(move(Stages.MITIGATING)).then_rejected(NeedsApproval, "At P1", "/incident propose")
        world.takes(propose())
        world.when(move(Stages.MITIGATING)).then_rejected(NeedsApproval, "At P1", "waits for its votes")


def test_a_rejected_mitigation_is_not_an_approved_one() -> None:
    world = given(declare(), *PATHS[Stages.TRIAGE], propose(), reject(by=BEN))
    world.when(move(Stages.MITIGATING)).then_rejected(NeedsApproval)


def test_an_approved_mitigation_passes_the_guard_also_the_second_time() -> None:
    world = given(declare(), propose(), approve(by=BEN), stop(), move(Stages.INVESTIGATING))
    world.when(move(Stages.MITIGATING)).then(StageChanged)


def test_what_runs_holds_the_incident_where_it_is() -> None:
    world = given(declare(Severity.P2), propose())
    world.when(move(Stages.INVESTIGATING)).then_rejected(StillRunning, "approved")
    world.when(resolve()).then_rejected(StillRunning)


def test_what_waits_for_votes_holds_it_too() -> None:
    for before in (Stages.DETECTED, Stages.TRIAGE, Stages.INVESTIGATING):
        given(declare(), *PATHS[before], propose()).when(resolve()).then_rejected(GateStillOpen)


def test_a_rollback_ordered_after_the_end_must_end_before_the_incident_is_closed() -> None:
    resolved = given(declare(Severity.P2), propose(), started(0), stop(), resolve(), move(Stages.POST_MORTEM))
    resolved.takes(roll_back())
    resolved.when(move(Stages.CLOSED)).then_rejected(StillRunning, "rolling back")


# resolving


def test_resolving_says_how_it_ended_and_when_the_review_opens() -> None:
    resolved = standing(Stages.TRIAGE).when(resolve("checkout works again", by=BEN, at=60))
    summary, review = "checkout works again", at(60 + REVIEW)
    resolved.then(
        Resolved(by=BEN, at=at(60), summary=summary, review_at=review),
        StageChanged(by=BEN, at=at(60), before=Stages.TRIAGE, to=Stages.RESOLVED, because=summary),
    )
    assert (resolved.incident.resolution, resolved.incident.resolved_at) == (summary, at(60))
    assert not resolved.incident.is_open
    assert resolved.incident.timers == {"post-mortem": review}


def test_a_resolution_needs_words() -> None:
    standing(Stages.TRIAGE).when(resolve(" ")).then_rejected(ResolutionMissing, "/incident resolve")
    standing(Stages.TRIAGE).when(move(Stages.RESOLVED)).then_rejected(ResolutionMissing)


def test_resolving_what_was_only_detected_passes_through_triage() -> None:
    resolved = standing(Stages.DETECTED).when(resolve())
    resolved.then(StageChanged, Resolved, StageChanged)
    assert [event.to for event in resolved.events if isinstance(event, StageChanged)] == [
        Stages.TRIAGE,
        Stages.RESOLVED,
    ]


def test_resolving_twice_changes_nothing() -> None:
    standing(Stages.RESOLVED).when(resolve("again")).then_nothing()


def test_what_is_under_review_cannot_be_resolved_again() -> None:
    standing(Stages.POST_MORTEM).when(resolve()).then_rejected(NoSuchMove, "Post-mortem", "Closed")


def test_the_managers_get_the_whole_timeline_at_the_end() -> None:
    world = given(declare(Severity.P3), open_channel(), *PATHS[Stages.TRIAGE])
    whole = [effect for effect in world.when(resolve()).effects if isinstance(effect, PostTimeline)]
    assert whole == [PostTimeline(incident=INC, version=5, whole=True)]


# the review


def test_the_review_opens_by_itself_at_its_time_and_not_before() -> None:
    world = given(declare(), resolve(at=60))
    world.when(tick(60 + REVIEW - 0.001)).then_nothing()
    opened = world.when(tick(60 + REVIEW))
    because = "a resolved incident is reviewed"
    opened.then(
        StageChanged(by=SYSTEM, at=at(60 + REVIEW), before=Stages.RESOLVED, to=Stages.POST_MORTEM, because=because)
    )
    assert opened.incident.timers == {}


def test_the_review_opens_once() -> None:
    given(declare(), resolve(), tick(REVIEW)).when(tick(REVIEW + 1)).then_nothing()
    given(declare(), resolve(), move(Stages.POST_MORTEM)).when(tick(REVIEW)).then_nothing()


# the end


def test_a_closed_incident_takes_no_more_orders() -> None:
    world = standing(Stages.CLOSED)
    for order in (note("one more thing"), propose(), change_severity(Severity.P1), resolve()):
        world.when(order).then_rejected(IsClosed, INC)


def test_what_happened_outside_is_recorded_even_after_the_end() -> None:
    after = (stop(), resolve(), move(Stages.POST_MORTEM), move(Stages.CLOSED))
    world = given(declare(Severity.P2), propose(), started(0), *after)
    world.when(finished(0)).then(StepFinished)
    world.when(started(1)).then_nothing()
    world.when(tick(9)).then_nothing()


# severity


def test_raising_a_severity_needs_no_reason() -> None:
    raised = given(declare(Severity.P3)).when(change_severity(Severity.P1, by=BEN))
    raised.then(SeverityChanged(by=BEN, at=at(0), before=Severity.P3, to=Severity.P1, because=""))
    assert raised.incident.severity is Severity.P1


def test_lowering_it_needs_evidence_in_words() -> None:
    world = given(declare(Severity.P1))
    world.when(change_severity(Severity.P2, "  ")).then_rejected(SeverityNeedsReason, "/incident severity p2 because")
    world.when(change_severity(Severity.P2, "one region only", by=ANA)).then(SeverityChanged)


@pytest.mark.parametrize("evidence", [".", "-", "…", "better", "ok .", "👍 👍", "ok"])
def test_a_sign_or_a_single_word_is_no_evidence(evidence: str) -> None:
    world = given(declare(Severity.P1))
    world.when(change_severity(Severity.P2, evidence)).then_rejected(SeverityNeedsReason, "two at least", "a link")


@pytest.mark.parametrize(
    "evidence", ["only Lyon", "https://graphs.example/d/1", "只有里昂", "เฉพาะเมืองลียง", "一部のみ"]
)
def test_two_words_in_any_writing_or_a_link_are(evidence: str) -> None:
    given(declare(Severity.P1)).when(change_severity(Severity.P2, evidence)).then(SeverityChanged)


@pytest.mark.parametrize("stage", [Stages.RESOLVED, Stages.POST_MORTEM])
def test_once_it_is_over_it_is_not_lowered_any_more_and_may_still_be_raised(stage: Stage) -> None:
    over = StageChanged(by=ANA, at=at(0), before=Stages.TRIAGE, to=stage)
    world = given(declare(Severity.P2), over)
    world.when(change_severity(Severity.P3, "it was one shop")).then_rejected(SeverityStays, stage.label, "P2")
    world.when(change_severity(Severity.P1, "it was every shop")).then(SeverityChanged)


def test_setting_the_severity_that_it_has_changes_nothing() -> None:
    given(declare(Severity.P1)).when(change_severity(Severity.P1)).then_nothing()


@pytest.mark.parametrize("word", ["P1", "sev1", "sev-1", "1", "critical", "prio1"])
def test_severities_are_read_as_people_write_them(word: str) -> None:
    assert severity(word) is Severity.P1


@pytest.mark.parametrize("word", ["", "p5", "urgent", "p", "11"])
def test_other_words_are_no_severity(word: str) -> None:
    assert severity(word) is None


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("mitigate", Stages.MITIGATING),
        ("Post mortem", Stages.POST_MORTEM),
        ("postmortem", Stages.POST_MORTEM),
        ("x", None),
    ],
)
def test_stages_are_read_as_people_write_them(word: str, meant: Stage | None) -> None:
    assert POLICY.stage(word) == meant
