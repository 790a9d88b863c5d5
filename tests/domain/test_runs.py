"""Runs: steps in order, proof by the signal, undoing, stopping, and a human where nothing else helps."""

from typing import Any

import pytest

from bot.domain.effects import ReadSignal, ReleaseTarget, RunStep
from bot.domain.ids import SYSTEM
from bot.domain.incident.commands import AnyCommand
from bot.domain.incident.events import (
    HumanNeeded,
    MitigationRolledBack,
    MitigationVerified,
    RollbackStarted,
    RunStopped,
    RunWaits,
    SignalRead,
    StepFinished,
    StepStarted,
    VerificationStarted,
)
from bot.domain.incident.mitigations import Progress
from bot.domain.incident.rejections import NoRollback, NoSuchMitigation, NotForMachines, NothingRuns
from bot.domain.severity import Severity
from bot.domain.workflow.policy import Policy
from tests.harness.clock import at
from tests.harness.given import Given, Then, given
from tests.harness.orders import (
    INC,
    M1,
    approve,
    busy,
    declare,
    finished,
    open_channel,
    propose,
    reject,
    roll_back,
    signal,
    started,
    stop,
)
from tests.harness.people import ANA, BEN
from tests.harness.plans import POLICY, PURGE, RESTART, plan

DONE: tuple[AnyCommand, ...] = (started(0), finished(0), started(1), finished(1, at=10))
"""Both steps of scaling checkout, the last one at 10 s: it must be verified by 130 s, after 30 s of health."""


def running(*more: AnyCommand) -> Given:
    """A P2, where scaling checkout begins at once; then `more`."""
    return given(declare(Severity.P2), propose(by=ANA), *more)


def verifying(*more: AnyCommand) -> Given:
    return running(*DONE, *more)


def progress(after: Given | Then) -> Progress:
    return after.incident.mitigations[M1].progress


def of_run(then: Then) -> list[Any]:
    return [effect for effect in then.effects if isinstance(effect, RunStep | ReadSignal | ReleaseTarget)]


def run_step(step: int, phase: Any = "plan") -> RunStep:
    return RunStep(incident=INC, mitigation=M1, phase=phase, step=step)


RELEASE = ReleaseTarget(incident=INC, mitigation=M1, target="checkout")


# steps


def test_what_needs_nobodys_yes_runs_its_first_step_at_once() -> None:
    assert of_run(given(declare(Severity.P2)).when(propose(by=ANA))) == [run_step(0)]


def test_what_waits_for_votes_runs_when_it_is_approved_and_not_before() -> None:
    assert of_run(given(declare()).when(propose(by=ANA))) == []
    world = given(declare(), propose(by=ANA))
    assert of_run(world.when(approve(by=BEN))) == [run_step(0)]
    assert of_run(world.when(reject(by=BEN))) == []


def test_steps_run_one_after_the_other() -> None:
    begun = running().when(started(0, at=1))
    begun.then(StepStarted(by=SYSTEM, at=at(1), mitigation=M1, phase="plan", step=0))
    assert progress(begun) is Progress.RUNNING
    ended = running(started(0)).when(finished(0, at=2))
    ended.then(StepFinished(by=SYSTEM, at=at(2), mitigation=M1, phase="plan", step=0, ok=True, detail="200 OK"))
    assert of_run(ended) == [run_step(1)]


@pytest.mark.parametrize("step", [1, 2, 99, -1])
def test_no_step_runs_before_its_turn(step: int) -> None:
    running().when(started(step)).then_nothing()
    running(started(0)).when(started(step)).then_nothing()


def test_no_step_runs_that_the_plan_does_not_have() -> None:
    verifying().when(started(2)).then_nothing()
    running(started(0), finished(0), started(1)).when(started(2)).then_nothing()


def test_no_rollback_step_runs_unless_it_is_rolled_back() -> None:
    running().when(started(0, "rollback")).then_nothing()


def test_a_step_that_was_begun_is_not_begun_again() -> None:
    running(started(0)).when(started(0)).then_nothing()
    running(started(0), finished(0)).when(started(0)).then_nothing()


def test_an_outcome_told_twice_or_for_a_step_that_never_began_changes_nothing() -> None:
    running(started(0), finished(0)).when(finished(0)).then_nothing()
    running(started(0), finished(0)).when(finished(0, ok=False)).then_nothing()
    running(started(0)).when(finished(1)).then_nothing()
    running().when(finished(0)).then_nothing()


def test_outcomes_of_an_unknown_mitigation_are_refused() -> None:
    for order in (
        started(0, mitigation="m9"),
        finished(0, mitigation="m9"),
        signal(healthy=True, mitigation="m9"),
        busy("INC-2:m1", mitigation="m9"),
        stop(mitigation="m9"),
        roll_back(mitigation="m9"),
    ):
        running().when(order).then_rejected(NoSuchMitigation)


def test_nothing_runs_before_the_vote() -> None:
    given(declare(), propose(by=ANA)).when(started(0)).then_nothing()


# a busy target


def test_a_busy_target_is_told_once_per_holder() -> None:
    waits = running().when(busy("INC-2:m1"))
    waits.then(RunWaits(by=SYSTEM, at=at(0), mitigation=M1, holder="INC-2:m1"))
    running(busy("INC-2:m1")).when(busy("INC-2:m1")).then_nothing()
    running(busy("INC-2:m1")).when(busy("INC-3:m1")).then(RunWaits)


def test_the_wait_is_over_when_the_step_begins() -> None:
    world = running(busy("INC-2:m1"), started(0))
    assert world.incident.mitigations[M1].waits_for is None


def test_what_has_ended_does_not_wait() -> None:
    running(stop()).when(busy("INC-2:m1")).then_nothing()


# verification


def test_the_last_step_begins_the_verification() -> None:
    last = running(*DONE[:3]).when(DONE[3])
    last.then(StepFinished, VerificationStarted(by=SYSTEM, at=at(10), mitigation=M1, deadline=at(130)))
    assert of_run(last) == [ReadSignal(incident=INC, mitigation=M1, delay=0)]


def test_a_reading_that_decides_nothing_is_followed_by_another() -> None:
    read = verifying().when(signal(healthy=True, at=11))
    read.then(SignalRead(by=SYSTEM, at=at(11), mitigation=M1, healthy=True, reading="ok"))
    assert of_run(read) == [ReadSignal(incident=INC, mitigation=M1, delay=5)]


def test_health_without_a_break_for_the_settling_time_proves_it() -> None:
    world = verifying(signal(healthy=True, at=11))
    world.when(signal(healthy=True, at=40.9)).then(SignalRead)
    proven = world.when(signal(healthy=True, at=41))
    proven.then(SignalRead, MitigationVerified(by=SYSTEM, at=at(41), mitigation=M1))
    assert of_run(proven) == [RELEASE]
    assert proven.incident.mitigated_at == at(41)


def test_topic_and_announcement_say_that_it_is_proven() -> None:
    world = given(declare(Severity.P2), open_channel(), propose(by=ANA), *DONE, signal(healthy=True, at=11))
    dressed = {"dress-channel", "show-announcement"}
    assert not dressed & {effect.type for effect in world.when(signal(healthy=True, at=16)).effects}
    assert dressed <= {effect.type for effect in world.when(signal(healthy=True, at=41)).effects}


def test_one_bad_reading_starts_the_settling_anew() -> None:
    world = verifying(signal(healthy=True, at=11), signal(healthy=False, at=30))
    world.when(signal(healthy=True, at=41)).then(SignalRead)
    world.takes(signal(healthy=True, at=41))
    world.when(signal(healthy=True, at=70)).then(SignalRead)
    world.when(signal(healthy=True, at=71)).then(SignalRead, MitigationVerified)


def test_what_has_not_settled_by_the_deadline_is_undone() -> None:
    world = verifying(signal(healthy=True, at=101))
    world.when(signal(healthy=True, at=129.9)).then(SignalRead)
    undone = world.when(signal(healthy=True, at=130))
    undone.then(SignalRead, RollbackStarted)
    assert of_run(undone) == [run_step(0, "rollback")]


def test_settling_exactly_at_the_deadline_is_proof() -> None:
    verifying(signal(healthy=True, at=100)).when(signal(healthy=True, at=130)).then(SignalRead, MitigationVerified)


def test_without_a_rollback_a_human_is_needed() -> None:
    restarted = given(declare(Severity.P2), propose(plan(RESTART), by=ANA), started(0), finished(0, at=10))
    needed = restarted.when(signal(healthy=False, at=130))
    needed.then(SignalRead, HumanNeeded)
    assert "a restart leaves nothing to undo" in needed.incident.mitigations[M1].because
    assert of_run(needed) == [RELEASE]


def test_a_reading_after_the_proof_changes_nothing() -> None:
    world = verifying(signal(healthy=True, at=11), signal(healthy=True, at=41))
    world.when(signal(healthy=False, at=46)).then_nothing()


# failure and rollback


def test_a_failed_step_is_rolled_back() -> None:
    failed = running(started(0)).when(finished(0, ok=False))
    because = "step scale failed: 500 Internal Server Error"
    failed.then(StepFinished, RollbackStarted(by=SYSTEM, at=at(0), mitigation=M1, because=because))
    assert of_run(failed) == [run_step(0, "rollback")]
    assert progress(failed) is Progress.ROLLING_BACK


ROLLING_BACK: tuple[AnyCommand, ...] = (started(0), finished(0, ok=False), started(0, "rollback"))


def test_a_rollback_ends_with_its_last_step() -> None:
    first = running(*ROLLING_BACK).when(finished(0, "rollback"))
    first.then(StepFinished)
    assert of_run(first) == [run_step(1, "rollback")]
    last = running(*ROLLING_BACK, finished(0, "rollback"), started(1, "rollback")).when(finished(1, "rollback"))
    last.then(StepFinished, MitigationRolledBack)
    assert of_run(last) == [RELEASE]
    assert progress(last) is Progress.ROLLED_BACK


def test_a_rollback_that_fails_needs_a_human() -> None:
    failed = running(*ROLLING_BACK).when(finished(0, "rollback", ok=False))
    because = "the rollback's step scale-back failed: 500 Internal Server Error"
    failed.then(StepFinished, HumanNeeded(by=SYSTEM, at=at(0), mitigation=M1, because=because))
    assert of_run(failed) == [RELEASE]


def test_a_failed_rollback_can_be_ordered_again_and_runs_from_its_first_step() -> None:
    world = running(*ROLLING_BACK, finished(0, "rollback", ok=False))
    again = world.when(roll_back(by=BEN))
    again.then(RollbackStarted(by=BEN, at=at(0), mitigation=M1, because=f"<@{BEN}> ordered it"))
    assert of_run(again) == [run_step(0, "rollback")]
    assert again.incident.mitigations[M1].rollbacks == 2
    world.takes(roll_back(by=BEN))
    world.when(started(0, "rollback")).then(StepStarted)
    for order in (started(0, "rollback"), finished(0, "rollback"), started(1, "rollback"), finished(1, "rollback")):
        world.takes(order)
    assert progress(world) is Progress.ROLLED_BACK


def test_no_more_plan_steps_while_it_is_rolled_back() -> None:
    running(*ROLLING_BACK).when(started(1)).then_nothing()


def test_a_person_can_order_the_rollback_of_what_was_stopped_stuck_or_proven() -> None:
    for end in ((stop(),), (*ROLLING_BACK, finished(0, "rollback", ok=False))):
        running(*end).when(roll_back()).then(RollbackStarted)
    proven = verifying(signal(healthy=True, at=11), signal(healthy=True, at=41))
    undone = proven.when(roll_back(at=50))
    undone.then(RollbackStarted)
    assert undone.incident.mitigated_at is None  # it is not mitigated any more


def test_ordering_a_rollback_that_runs_or_is_done_changes_nothing() -> None:
    running(*ROLLING_BACK).when(roll_back()).then_nothing()
    undone = (finished(0, "rollback"), started(1, "rollback"), finished(1, "rollback"))
    running(*ROLLING_BACK, *undone).when(roll_back()).then_nothing()


def test_what_runs_or_never_ran_cannot_be_rolled_back() -> None:
    running(started(0)).when(roll_back()).then_rejected(NothingRuns, "running")
    given(declare(), propose(by=ANA)).when(roll_back()).then_rejected(NothingRuns, "proposed")


def test_where_nothing_can_be_undone_it_says_why() -> None:
    stopped = given(declare(Severity.P2), propose(plan(RESTART), by=ANA), stop())
    stopped.when(roll_back()).then_rejected(NoRollback, "a restart leaves nothing to undo")


# stopping


def test_a_run_can_be_stopped_until_it_is_proven() -> None:
    for world in (running(), running(started(0)), verifying()):
        stopped = world.when(stop(by=BEN, at=20))
        stopped.then(RunStopped(by=BEN, at=at(20), mitigation=M1))
        assert of_run(stopped) == [RELEASE]
        assert BEN in stopped.incident.mitigations[M1].because


def test_a_step_that_runs_while_the_run_is_stopped_is_recorded_and_nothing_follows() -> None:
    for ok in (True, False):
        ended = running(started(0), stop()).when(finished(0, ok=ok))
        ended.then(StepFinished)
        assert of_run(ended) == []
        assert progress(ended) is Progress.STOPPED


def test_no_step_begins_after_the_stop() -> None:
    running(stop()).when(started(0)).then_nothing()
    running(started(0), finished(0), stop()).when(started(1)).then_nothing()


def test_a_step_that_ends_during_the_ordered_rollback_does_not_disturb_it() -> None:
    world = running(started(0), stop(), roll_back())
    ended = world.when(finished(0, ok=False))
    ended.then(StepFinished)
    assert of_run(ended) == []
    assert progress(ended) is Progress.ROLLING_BACK


def test_stopping_twice_changes_nothing() -> None:
    running(stop()).when(stop(by=BEN)).then_nothing()


def test_only_what_runs_can_be_stopped() -> None:
    given(declare(), propose(by=ANA)).when(stop()).then_rejected(NothingRuns, "proposed")
    running(*ROLLING_BACK).when(stop()).then_rejected(NothingRuns, "rolling back")
    proven = verifying(signal(healthy=True, at=11), signal(healthy=True, at=41))
    proven.when(stop(at=50)).then_rejected(NothingRuns, "verified")


def bare_of_machines() -> Policy:
    """A workflow whose P2 waits for nobody's yes, and leaves machines out of it."""
    p2 = POLICY.of(Severity.P2).model_copy(update={"auto_remediation": False})
    return POLICY.model_copy(update={"severities": {**POLICY.severities, Severity.P2: p2}})


def test_no_machine_begins_anything_at_a_severity_that_leaves_machines_out() -> None:
    world = given(declare(Severity.P2), policy=bare_of_machines())
    world.when(propose(by=SYSTEM)).then_rejected(NotForMachines, "P2", "/incident propose")
    assert world.would(propose(by=ANA)), "people may"
    assert given(declare(Severity.P3), policy=bare_of_machines()).would(propose(by=SYSTEM)), "P3 lets machines"


def test_what_waits_for_a_person_s_yes_a_machine_may_propose_at_any_severity() -> None:
    assert not POLICY.of(Severity.P1).auto_remediation
    proposed = given(declare(Severity.P1)).when(propose(by=SYSTEM))
    assert [one.progress for one in proposed.incident.mitigations.values()] == [Progress.PROPOSED]
    assert given(declare(Severity.P2), policy=bare_of_machines()).would(propose(plan(PURGE), by=SYSTEM))
