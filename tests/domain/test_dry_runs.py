"""Dry runs: nobody is asked before one has answered, votes are for what it said, a dead service keeps nobody."""

import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from bot.domain import effects as x
from bot.domain.dry_run import NO_ANSWER, PATIENCE, ROOM, SHORT, Answer, harmless, in_short
from bot.domain.gates.events import (
    DryRunShown,
    GateClosed,
    GateOpened,
    StepPassed,
    SubjectChanged,
    TierCalled,
    VoteCast,
)
from bot.domain.gates.explain import in_sentences
from bot.domain.gates.rejections import AwaitsDryRun, SubjectHasChanged
from bot.domain.incident.events import (
    DryRunOrdered,
    MitigationAmended,
    MitigationProposed,
    MitigationTried,
    StageChanged,
)
from bot.domain.incident.mitigations import Progress
from bot.domain.incident.rejections import NoDryRun, NotTriedNow
from bot.domain.runbook import TrialStep
from bot.domain.severity import Severity
from tests.harness.clock import at
from tests.harness.given import Given, Item, given
from tests.harness.orders import (
    M1,
    approve,
    declare,
    dry_run,
    open_channel,
    propose,
    reject,
    tick,
    try_again,
    withdraw,
)
from tests.harness.people import ANA, BEN, CY, DEE
from tests.harness.plans import SCALE, TRIED, plan, policy

SECONDS = PATIENCE.total_seconds()
SAID = ("4 replicas instead of 2", "80 connections")


def asked(*more: Item, quorum: int = 2) -> Given:
    """ANA has proposed at P1 what has a dry run; then `more`."""
    return given(declare(), open_channel(at=0), propose(plan(TRIED), by=ANA), *more, policy=policy(quorum=quorum))


def test_the_dry_run_comes_first_and_people_are_asked_with_what_it_said() -> None:
    world = given(declare()).when(propose(plan(TRIED), by=ANA))
    world.then(MitigationProposed, DryRunOrdered, GateOpened)
    assert world.incident.timers == {"gate:m1": at(SECONDS)}
    asked().when(dry_run(*SAID, at=2)).then(MitigationTried, DryRunShown, TierCalled)


def test_a_worker_is_sent_in_a_lane_of_its_own() -> None:
    (sent,) = (effect for effect in asked().effects if isinstance(effect, x.DryRun))
    assert sent == x.DryRun(incident="INC-1", mitigation=M1, trial=1)
    assert x.queue_of(sent.lane) == "remediation"
    assert sent.lane != x.RunStep(incident="INC-1", mitigation=M1, phase="plan", step=0).lane


@pytest.mark.parametrize("vote", [approve(by=BEN, at=5), reject(by=BEN, at=5)], ids=["yes", "no"])
def test_nobody_votes_on_what_they_have_not_seen(vote: Item) -> None:
    asked().when(vote).then_rejected(AwaitsDryRun, "in 25 s at most")  # type: ignore[arg-type]


def test_a_button_from_before_the_dry_run_is_no_vote_for_what_it_said() -> None:
    seen = asked().incident.gates[M1].subject.hash
    world = asked(dry_run(*SAID, at=2))
    assert world.incident.gates[M1].subject.hash != seen
    world.when(approve(by=BEN, seen=plan(TRIED), at=3)).then_rejected(SubjectHasChanged, "(dry run)")


def test_nobody_waits_for_a_dead_service() -> None:
    world = asked(tick(SECONDS - 1))
    assert world.incident.gates[M1].trial_due == at(SECONDS)
    world.when(tick(SECONDS)).then(DryRunShown, TierCalled)
    late = asked(tick(SECONDS))
    assert late.incident.gates[M1].subject.dry_run == NO_ANSWER
    late.when(approve(by=BEN, at=SECONDS + 1)).then(VoteCast)


def test_a_vote_after_the_time_counts_where_no_clock_came_round() -> None:
    asked().when(approve(by=BEN, at=SECONDS)).then(DryRunShown, TierCalled, VoteCast)


def test_what_comes_late_is_another_question() -> None:
    world = asked(tick(SECONDS), approve(by=BEN, at=31)).when(dry_run(*SAID, at=40))
    world.then(MitigationTried, SubjectChanged, TierCalled)
    assert world.incident.gates[M1].votes == ()
    assert world.incident.gates[M1].changed == ("dry run",)


def test_tried_again_with_the_same_answer_votes_stand() -> None:
    world = asked(dry_run(*SAID, at=2), approve(by=BEN, at=3), try_again(by=DEE, at=4))
    world.when(dry_run(*SAID, trial=2, at=5)).then(MitigationTried)
    world.takes(dry_run(*SAID, trial=2, at=5))
    assert [vote.account for vote in world.incident.gates[M1].votes] == [BEN]


def test_tried_again_with_another_answer_votes_fall_and_it_is_named() -> None:
    world = asked(dry_run(*SAID, at=2), approve(by=BEN, at=3), try_again(by=DEE, at=4))
    again = world.when(dry_run("4 replicas instead of 3", SAID[1], trial=2, at=5))
    again.then(MitigationTried, SubjectChanged, TierCalled)
    gate = again.incident.gates[M1]
    assert gate.changed == ("dry run",)
    assert gate.fallen[0].because == "what is asked has changed since (dry run)"
    assert not gate.is_author(DEE), "whoever only asks again may decide"


def test_a_difference_behind_the_shown_line_counts_too() -> None:
    long = "x" * (SHORT + 50)
    world = asked(dry_run(f"{long}1", at=2), approve(by=BEN, at=3), try_again(at=4))
    world.when(dry_run(f"{long}2", trial=2, at=5)).then(MitigationTried, SubjectChanged, TierCalled)


def test_votes_go_on_while_it_is_tried_again_and_may_decide_meanwhile() -> None:
    world = asked(dry_run(*SAID, at=2), try_again(at=4), quorum=1)
    world.when(approve(by=BEN, at=5)).then(VoteCast, StepPassed, GateClosed, StageChanged, StageChanged)
    world.takes(approve(by=BEN, at=5))
    world.when(dry_run("another", trial=2, at=6)).then_nothing()
    world.when(try_again(at=7)).then_rejected(NotTriedNow, "approved")


def test_one_dry_run_at_a_time_and_a_lost_one_can_be_asked_for_anew() -> None:
    asked().when(try_again(at=5)).then_nothing()
    lost = asked(tick(SECONDS))
    lost.when(try_again(at=SECONDS)).then(DryRunOrdered)
    lost.takes(try_again(at=SECONDS))
    lost.when(dry_run(*SAID, trial=1, at=40)).then_nothing()


def test_a_changed_plan_is_tried_anew_before_anybody_is_asked() -> None:
    world = asked(dry_run(*SAID, at=2), approve(by=BEN, at=3))
    changed = world.when(propose(plan(TRIED, replicas="9"), by=ANA, at=10))
    changed.then(MitigationAmended, DryRunOrdered, SubjectChanged)
    gate = changed.incident.gates[M1]
    assert (gate.changed, gate.trial_due, gate.subject.dry_run) == (("replicas",), at(10 + SECONDS), "")
    world.takes(propose(plan(TRIED, replicas="9"), by=ANA, at=10))
    assert world.incident.mitigations[M1].trial is None, "what was said of another plan is not shown"
    world.when(dry_run(*SAID, trial=1, at=11)).then_nothing()
    world.when(dry_run("9 replicas", trial=2, at=11)).then(MitigationTried, DryRunShown, TierCalled)


def test_what_fails_is_asked_about_with_its_failure() -> None:
    world = asked(dry_run("POST /scale answered 503", ok=False, at=2))
    assert world.incident.gates[M1].subject.dry_run.startswith("failed at ask-1: POST /scale answered 503 (")
    world.when(approve(by=BEN, at=3)).then(VoteCast)


def test_what_needs_nobody_s_yes_does_not_wait_for_it() -> None:
    world = given(declare(Severity.P2)).when(propose(plan(TRIED), by=ANA))
    world.then(MitigationProposed, StageChanged, StageChanged)
    assert world.incident.mitigations[M1].progress is Progress.APPROVED


def test_without_a_dry_run_people_are_asked_at_once() -> None:
    world = given(declare(), propose(plan(SCALE), by=ANA))
    world.when(try_again(by=CY, at=1)).then_rejected(NoDryRun)
    assert world.incident.gates[M1].trial_due is None


def test_it_can_be_withdrawn_meanwhile() -> None:
    world = asked(withdraw(by=ANA, at=1))
    assert world.incident.mitigations[M1].progress is Progress.WITHDRAWN
    world.when(dry_run(*SAID, at=2)).then_nothing()


def test_it_is_explained_to_which_dry_run_votes_are_bound() -> None:
    assert "It waits for its dry run" in in_sentences(asked().incident.gates[M1])[0]
    told = " ".join(in_sentences(asked(dry_run(*SAID, at=2)).incident.gates[M1]))
    assert "Votes are bound to this dry run: 4 replicas instead of 2 · 80 connections (" in told


def test_a_plan_without_a_dry_run_is_stored_and_hashed_as_before_there_were_any() -> None:
    assert "dry_run" not in plan(SCALE).model_dump()
    assert plan(TRIED).hash != plan(TRIED.model_copy(update={"dry_run": ()})).hash
    assert plan(TRIED, replicas="9").dry_run[0].body == {"replicas": 9}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<!channel> <@UBEN> <#C1>", "< !channel> < @UBEN> < #C1>"),
        ("a\x00b\x1b[31mc\u202ed\u200be", "ab[31mcde"),
        ("half \ud800 a character", "half ? a character"),
        ("two\nlines", "two\nlines"),
        ("   ", ""),
    ],
)
def test_what_a_service_answers_acts_on_nobody_s_screen(text: str, kept: str) -> None:
    assert [answer.text for answer in harmless([Answer(step="ask-1", ok=True, text=text)])] == [kept]


def test_what_is_recorded_has_its_bounds_and_says_where_it_was_cut() -> None:
    first, second, third = harmless(Answer(step=f"ask-{n}", ok=True, text="x" * 3000) for n in range(3))
    assert (len(first.text), len(second.text), len(third.text)) == (3000, ROOM - 3000, 0)
    assert (first.is_cut, second.is_cut, third.is_cut) == (False, True, True)
    assert len(in_short([first])) == SHORT
    assert in_short([]) == "it answered nothing"


def test_the_example_of_the_page_is_taken() -> None:
    page = (Path(__file__).parents[2] / "docs" / "approvals.md").read_text()
    (example,) = re.findall(r"```yml\n(.*?)```", page, re.DOTALL)
    (step,) = TypeAdapter(tuple[TrialStep, ...]).validate_python(YAML(typ="safe").load(example)["dry_run"])
    assert step.shows == "would"
    assert sorted(name for name in ("dry_run", "shows") if name not in page) == []
