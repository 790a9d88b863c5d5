"""Rollbacks that wait for somebody's yes, and moves whose time limit undoes what was done last."""

from typing import Any

import pytest

from bot.domain.effects import AnyEffect, HoldTarget, ReleaseTarget, RunStep, ShowGate, ShowMitigation
from bot.domain.gates import orders as go
from bot.domain.gates.choice import GateChoice
from bot.domain.gates.events import GateClosed, GateExhausted, GateOpened, StepPassed, TierCalled, VoteCast
from bot.domain.gates.gate import Outcome
from bot.domain.gates.policy import Undoes
from bot.domain.gates.rejections import NotYoursToStop, YouProposedIt
from bot.domain.gates.standing import ending
from bot.domain.gates.subject import of_rollback
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident.events import (
    HumanNeeded,
    RollbackStarted,
    SignalRead,
    StageChanged,
    StepFinished,
    TroubleMet,
)
from bot.domain.incident.mitigations import Progress
from bot.domain.incident.rejections import GateStillOpen
from bot.domain.runbook import Runbook
from bot.domain.severity import Severity
from bot.domain.timeline import sentence
from bot.domain.workflow.policy import Policy
from tests.harness.clock import at
from tests.harness.given import Given, Then, given
from tests.harness.orders import (
    INC,
    M1,
    approve,
    at_gate,
    declare,
    finished,
    move,
    open_channel,
    propose,
    reject,
    roll_back,
    signal,
    started,
    stop,
    take,
    tick,
)
from tests.harness.people import ANA, BEN, CY, DEE
from tests.harness.plans import POLICY, SCALE, anybody, plan
from tests.harness.stages import Stages

G1 = "g1"
DONE = (started(0), finished(0), started(1), finished(1, at=10))
VERIFIED = (*DONE, signal(healthy=True, at=11), signal(healthy=True, at=41))
CAREFUL = SCALE.model_copy(update={"touches": ("customer-data",)})


def asking(*of: Undoes, **approval: Any) -> Policy:
    """A policy that asks anybody before rollbacks: of what `of` says, for five minutes, then as `approval` says."""
    five = {"id": "rollback", "limit": 300, "next_after": 300, "then": "roll-back", "last_resort": "roll-back"}
    choice = GateChoice(use="rollback", before=("rollback",), of=of)
    approvals = {**POLICY.approvals, "rollback": anybody(**{"limit_minutes": 5, **five, **approval})}
    return POLICY.model_copy(update={"approvals": approvals, "gates": (choice, *POLICY.gates)})


def running(policy: Policy, *more: Any, runbook: Runbook = SCALE) -> Given:
    """A P2 in which scaling checkout has begun; where it touches customers' data, BEN has agreed first."""
    agreed = (approve(by=BEN),) if runbook.touches else ()
    return given(declare(Severity.P2), open_channel(), propose(plan(runbook), by=ANA), *agreed, *more, policy=policy)


def failed(policy: Policy, runbook: Runbook = SCALE) -> Given:
    return running(policy, started(0), finished(0, ok=False), runbook=runbook)


def progress(after: Given | Then) -> Progress:
    return after.incident.mitigations[M1].progress


def of_target(effects: list[AnyEffect]) -> list[AnyEffect]:
    return [effect for effect in effects if isinstance(effect, RunStep | ReleaseTarget | HoldTarget)]


UNDO = RunStep(incident=INC, mitigation=M1, phase="rollback", step=0)
HOLD = HoldTarget(incident=INC, mitigation=M1, gate=G1)
RELEASE = ReleaseTarget(incident=INC, mitigation=M1, target="checkout")


# By itself


def test_what_fails_needs_a_human_and_asks_before_it_is_undone() -> None:
    world = running(asking(), started(0))
    asked = world.when(finished(0, ok=False, at=5))
    asked.then(StepFinished, HumanNeeded, GateOpened, TierCalled)
    needed = next(event for event in asked.events if isinstance(event, HumanNeeded))
    assert needed.because == "step scale failed: 500 Internal Server Error"
    assert needed.rollback == "waits for approval (g1)"
    assert "; its rollback waits for approval (g1)" in sentence(needed, asked.incident)
    assert progress(asked) is Progress.NEEDS_HUMAN
    assert asked.incident.gates[G1].authors == (SYSTEM,), "nobody is barred for having proposed it"
    assert of_target(asked.effects) == [HOLD]
    shown = {ShowGate(incident=INC, gate=G1), ShowMitigation(incident=INC, mitigation=M1)}
    assert shown <= set(asked.effects)


def test_a_signal_that_does_not_settle_asks_as_well() -> None:
    world = running(asking("failed"), *DONE)
    world.when(signal(healthy=False, at=130)).then(SignalRead, HumanNeeded, GateOpened, TierCalled)


def test_where_no_choice_fits_it_is_undone_at_once() -> None:
    world = running(asking("stopped", "verified"), started(0))
    undone = world.when(finished(0, ok=False))
    undone.then(StepFinished, RollbackStarted)
    assert of_target(undone.effects) == [UNDO]


def test_a_yes_begins_it_and_says_why_and_by_whom() -> None:
    begun = failed(asking()).when(approve(by=ANA, mitigation=G1, at=9))
    begun.then(VoteCast, StepPassed, GateClosed, RollbackStarted)
    because = f"step scale failed: 500 Internal Server Error; approved by <@{ANA}>"
    assert begun.events[-1] == RollbackStarted(by=SYSTEM, at=at(9), mitigation=M1, because=because)
    assert of_target(begun.effects) == [UNDO]
    assert progress(begun) is Progress.ROLLING_BACK


@pytest.mark.parametrize(("then", "outcome"), [("roll-back", Outcome.EXPIRED), ("approve", Outcome.APPROVED)])
def test_time_begins_it_where_the_policy_says_so(then: str, outcome: Outcome) -> None:
    world = failed(asking(then=then))
    world.when(tick(299)).then_nothing()
    begun = world.when(tick(300))
    begun.then(GateClosed, RollbackStarted)
    assert begun.incident.gates[G1].outcome is outcome
    assert begun.incident.mitigations[M1].because.endswith("; nobody decided in time")
    assert of_target(begun.effects) == [UNDO]


def test_after_the_last_tier_it_is_undone_with_a_record_for_the_review() -> None:
    begun = failed(asking(limit=None, then="expire")).when(tick(300))
    begun.then(GateExhausted, GateClosed, RollbackStarted)


@pytest.mark.parametrize("ends", [reject("it makes it worse", by=BEN, mitigation=G1, at=200), tick(300)])
def test_without_a_yes_it_stays_a_humans_and_lets_its_target_go(ends: Any) -> None:
    left = failed(asking(then="expire", last_resort="expire")).when(ends)
    needed = left.events[-1]
    assert isinstance(needed, HumanNeeded)
    assert needed.because == "step scale failed: 500 Internal Server Error"
    outcome = left.incident.gates[G1].outcome
    assert outcome is not None
    assert needed.rollback.startswith(f"was {outcome.value} (g1): ")
    assert progress(left) is Progress.NEEDS_HUMAN
    assert of_target(left.effects) == [RELEASE]


def test_what_touches_customers_data_is_not_undone_by_time_alone_and_the_question_says_so() -> None:
    world = failed(asking(), runbook=CAREFUL)
    end = ending(world.incident.gates[G1])
    assert end is not None
    assert end.then == "expire"
    left = world.when(tick(300))
    left.then(GateClosed, HumanNeeded)
    assert "customer-data never approves itself" in left.incident.gates[G1].because
    world.when(approve(by=BEN, mitigation=G1, at=20)).then(VoteCast, StepPassed, GateClosed, RollbackStarted)


def test_what_somebody_said_no_to_is_not_undone_by_time_and_the_question_says_so() -> None:
    world = failed(asking(seats=[{"anyone": True, "voices": 3}], quorum=3, noes=2))
    assert ending(world.incident.gates[G1]).then == "roll-back"  # type: ignore[union-attr]
    world.takes(reject(by=BEN, mitigation=G1, at=5))
    assert ending(world.incident.gates[G1]).then == "expire"  # type: ignore[union-attr]
    world.when(tick(300)).then(GateClosed, HumanNeeded)


# By a person


@pytest.mark.parametrize(
    ("of", "before"), [("verified", VERIFIED), ("stopped", (started(0), stop())), ("failed", (started(0), stop()))]
)
def test_only_what_came_to_what_the_choice_says_waits(of: Undoes, before: Any) -> None:
    asked = running(asking(of), *before).when(roll_back(by=DEE, at=50))
    kinds = [event.type for event in asked.events]
    assert kinds == (["rollback.started"] if of == "failed" else ["gate.opened", "gate.called"])


def test_what_a_person_orders_waits_for_somebody_else_and_is_asked_for_once() -> None:
    world = running(asking("verified"), *VERIFIED)
    asked = world.when(roll_back(by=DEE, at=50))
    assert asked.incident.gates[G1].proposer == DEE
    assert (progress(asked), asked.incident.mitigated_at) == (Progress.VERIFIED, at(41))
    assert of_target(asked.effects) == [HOLD]
    world.takes(roll_back(by=DEE, at=50))
    for person in (DEE, BEN):
        world.when(roll_back(by=person, at=51)).then_nothing()
    world.when(approve(by=DEE, mitigation=G1)).then_rejected(YouProposedIt)
    begun = world.when(approve(by=BEN, mitigation=G1, at=60))
    assert begun.events[-1] == RollbackStarted(
        by=SYSTEM, at=at(60), mitigation=M1, because=f"<@{DEE}> ordered it; approved by <@{BEN}>"
    )
    assert begun.incident.mitigated_at is None


def test_what_was_proven_stays_so_without_a_yes_and_may_be_asked_for_again() -> None:
    world = running(asking("verified"), *VERIFIED, roll_back(by=DEE, at=50))
    no = world.when(reject("it helped", by=BEN, mitigation=G1, at=60))
    no.then(VoteCast, GateClosed)
    assert progress(no) is Progress.VERIFIED
    assert of_target(no.effects) == [RELEASE]
    world.takes(reject("it helped", by=BEN, mitigation=G1, at=60))
    again = world.when(roll_back(by=DEE, at=70))
    assert again.incident.gates["g2"].is_open


def test_an_order_after_the_limit_finds_it_undone_though_no_clock_looked() -> None:
    world = running(asking("verified"), *VERIFIED, roll_back(by=DEE, at=50))
    world.when(roll_back(by=BEN, at=400)).then(GateClosed, RollbackStarted)


def test_a_rollback_that_failed_may_be_ordered_again_and_asks_again() -> None:
    world = failed(asking("failed"))
    world.takes(approve(by=BEN, mitigation=G1))
    for order in (started(0, "rollback"), finished(0, "rollback", ok=False)):
        world.takes(order)
    world.when(roll_back(by=DEE, at=9)).then(GateOpened, TierCalled)


def test_the_reason_that_is_given_is_put_to_the_vote() -> None:
    world = running(asking("verified"), *VERIFIED)
    order = roll_back(by=DEE, at=50).model_copy(update={"because": "carts are slow"})
    subject = world.when(order).incident.gates[G1].subject
    assert subject.parameters == {"mitigation": M1, "because": f"<@{DEE}> ordered it: carts are slow"}


def test_a_vote_binds_to_mitigation_plan_steps_and_approval() -> None:
    asked = of_rollback(M1, plan(), "it failed", "policy")
    other = plan(SCALE.model_copy(update={"rollback": SCALE.rollback[:1]}))
    hashes = {
        asked.hash,
        of_rollback("m2", plan(), "it failed", "policy").hash,
        of_rollback(M1, plan(replicas="9"), "it failed", "policy").hash,
        of_rollback(M1, other, "it failed", "policy").hash,
        of_rollback(M1, plan(), "it failed", "another").hash,
    }
    assert len(hashes) == 5


# Meanwhile


def test_while_it_is_asked_nothing_else_begins_and_no_guarded_move_is_made() -> None:
    world = failed(asking())
    world.when(propose(by=BEN, at=9)).then_rejected(GateStillOpen, "Roll back: Scale checkout to 4 replicas")
    world.when(move(Stages.INVESTIGATING, by=BEN, at=9)).then_rejected(GateStillOpen, "Roll back: Scale checkout")
    world.takes(reject(by=BEN, mitigation=G1, at=10))
    world.when(move(Stages.INVESTIGATING, by=BEN, at=11)).then(StageChanged)
    assert world.when(propose(by=BEN, at=11)).incident.mitigations["m2"].progress is Progress.APPROVED


def test_no_rollback_is_asked_for_while_another_mitigation_waits_for_its_votes() -> None:
    world = given(declare(), propose(by=ANA), approve(by=BEN), *VERIFIED, policy=asking("verified"))
    world.takes(propose(plan(replicas="9"), by=ANA, at=60))
    world.when(roll_back(by=DEE, at=61)).then_rejected(GateStillOpen, "Scale checkout to 9 replicas")


def test_only_the_commander_withdraws_what_muster_asks() -> None:
    world = failed(asking())
    order = at_gate(go.WithdrawGate, by=BEN, mitigation=G1)
    world.when(order).then_rejected(NotYoursToStop, "Only whoever leads the incident")
    world.takes(take(Hat.COMMANDER, by=BEN))
    left = world.when(order)
    left.then(GateClosed, HumanNeeded)
    assert of_target(left.effects) == [RELEASE]


# A move's limit that undoes


def asking_to_move(**changes: Any) -> Policy:
    limit = {"limit": 600, "next_after": 600, "then": "roll-back", **changes}
    approvals = {**POLICY.approvals, "board": anybody(id="board", **limit)}
    gates = (GateChoice(use="board", before=("stage",), stages=("investigating",)), *POLICY.gates)
    return POLICY.model_copy(update={"approvals": approvals, "gates": gates})


def test_a_move_that_nobody_decides_undoes_what_was_done_last() -> None:
    world = running(asking_to_move(), *VERIFIED)
    world.takes(move(Stages.INVESTIGATING, by=ANA, at=50))
    undone = world.when(tick(650))
    undone.then(GateClosed, RollbackStarted)
    because = "“Move to Investigating” was expired: nobody decided in time"
    assert undone.events[-1] == RollbackStarted(by=SYSTEM, at=at(650), mitigation=M1, because=because)
    assert of_target(undone.effects) == [UNDO]
    assert undone.incident.stage == world.incident.stage


def test_an_approved_move_undoes_nothing() -> None:
    world = running(asking_to_move(), *VERIFIED)
    world.takes(move(Stages.INVESTIGATING, by=ANA, at=50))
    assert progress(world.when(approve(by=BEN, mitigation=G1, at=60))) is Progress.VERIFIED


@pytest.mark.parametrize(
    ("world", "why"),
    [
        (given(declare(Severity.P2), take(Hat.COMMANDER, by=ANA), policy=asking_to_move()), "has a rollback"),
        (running(asking_to_move(), *VERIFIED, runbook=CAREFUL), "touches customer-data: only a person may undo it"),
    ],
    ids=["nothing was done", "customer data"],
)
def test_where_nothing_can_be_undone_it_says_why(world: Given, why: str) -> None:
    world.takes(move(Stages.INVESTIGATING, by=ANA, at=50))
    left = world.when(tick(650))
    left.then(GateClosed, TroubleMet)
    (trouble,) = [event for event in left.events if isinstance(event, TroubleMet)]
    assert why in trouble.why
    assert "/incident rollback" in trouble.cure


def test_a_move_does_not_undo_what_people_are_asked_about_already() -> None:
    both = asking_to_move()
    gated = asking("verified", limit=3000, next_after=3000)
    policy = both.model_copy(
        update={"approvals": {**both.approvals, **gated.approvals}, "gates": (gated.gates[0], *both.gates)}
    )
    world = running(policy, *VERIFIED)
    world.takes(move(Stages.INVESTIGATING, by=ANA, at=50))
    world.takes(roll_back(by=CY, at=60))
    left = world.when(tick(650))
    left.then(GateClosed, TroubleMet)
    assert "waits for approval already" in left.events[-1].why  # type: ignore[union-attr]
