"""A mitigation and the gate that decides it: when there is one, what its end brings about, and what time does."""

import pytest

from bot.domain.gates.events import (
    GateClosed,
    GateExhausted,
    GateOpened,
    StepPassed,
    SubjectChanged,
    TierCalled,
    VoteCameLate,
    VoteCast,
)
from bot.domain.gates.gate import Outcome
from bot.domain.gates.policy import Choice
from bot.domain.gates.rejections import (
    GateIsClosed,
    HasVoted,
    NoSuchGate,
    NotInTheChannel,
    NotYoursToStop,
    SayWhy,
    SubjectHasChanged,
    YouProposedIt,
)
from bot.domain.gates.standing import approvers
from bot.domain.gates.subject import of_plan
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident.commands import AnyCommand, AtGate
from bot.domain.incident.events import MitigationAmended, MitigationProposed, Resolved, StageChanged
from bot.domain.incident.mitigations import Progress
from bot.domain.incident.rejections import (
    GateStillOpen,
    IsOver,
    StillRunning,
)
from bot.domain.severity import Severity
from bot.domain.workflow.policy import Policy
from tests.harness.clock import at
from tests.harness.given import Given, given
from tests.harness.orders import (
    M1,
    approve,
    change_severity,
    declare,
    open_channel,
    propose,
    reject,
    resolve,
    take,
    tick,
    vote,
    withdraw,
)
from tests.harness.people import ANA, BEN, CY, DEE, MO
from tests.harness.plans import PURGE, RESTART, anybody, plan, policy
from tests.harness.stages import Stages

LIMIT = 30 * 60
"""Seconds that the test policy's gate stays open."""


def waiting(*more: AnyCommand, policy: Policy | None = None) -> Given:
    """ANA has declared a P1 and proposed to scale checkout; then `more`."""
    return given(declare(), propose(by=ANA), *more, policy=policy or THREE)


THREE = policy(quorum=3)
TWO = policy(quorum=2)
ONE = policy(quorum=1)


# proposing


def test_at_p1_a_mitigation_waits_for_votes() -> None:
    proposed = given(declare()).when(propose(by=ANA))
    proposed.then(MitigationProposed(by=ANA, at=at(0), mitigation=M1, plan=plan(), gate=M1), GateOpened, TierCalled)
    mitigation = proposed.incident.mitigations[M1]
    assert mitigation.progress is Progress.PROPOSED
    assert proposed.incident.timers == {"gate:m1": at(LIMIT)}


@pytest.mark.parametrize("severity", [Severity.P2, Severity.P3, Severity.P4])
def test_below_p1_it_begins_at_once(severity: Severity) -> None:
    proposed = given(declare(severity)).when(propose(by=ANA))
    proposed.then(MitigationProposed, StageChanged, StageChanged)
    assert proposed.incident.gates == {}
    assert proposed.incident.mitigations[M1].progress is Progress.APPROVED
    assert proposed.incident.stage == Stages.MITIGATING
    assert proposed.incident.timers == {}


def test_what_touches_customer_data_needs_a_human_at_every_severity() -> None:
    for severity in Severity:
        proposed = given(declare(severity)).when(propose(plan(PURGE), by=ANA))
        proposed.then(MitigationProposed, GateOpened, TierCalled)
        assert proposed.incident.mitigations[M1].progress is Progress.PROPOSED


def test_lowering_the_severity_does_not_open_a_gate_that_waits() -> None:
    world = waiting(change_severity(Severity.P2, "only one region", by=ANA), policy=ONE)
    assert world.incident.mitigations[M1].progress is Progress.PROPOSED
    world.when(approve(by=BEN)).then(VoteCast, StepPassed, GateClosed, StageChanged, StageChanged)


def test_one_question_at_a_time() -> None:
    waiting().when(propose(plan(RESTART), by=ANA)).then_rejected(GateStillOpen, "Scale checkout to 4 replicas")
    waiting().when(propose(by=BEN)).then_rejected(GateStillOpen)


def test_nothing_is_proposed_while_something_runs() -> None:
    world = waiting(approve(by=BEN), policy=ONE)
    world.when(propose(plan(RESTART), by=CY)).then_rejected(StillRunning, "approved")


def test_nothing_is_proposed_once_it_is_over() -> None:
    given(declare(), resolve()).when(propose(by=ANA)).then_rejected(IsOver, "INC-1 is resolved")


# voting


@pytest.mark.parametrize("quorum", [1, 2, 3])
def test_as_many_yeses_as_the_quorum_open_the_gate(quorum: int) -> None:
    world = waiting(policy=policy(quorum=quorum))
    voters = (BEN, CY, DEE)[:quorum]
    for voter in voters[:-1]:
        world.when(approve(by=voter)).then(VoteCast)
        world.takes(approve(by=voter))
        assert world.incident.mitigations[M1].progress is Progress.PROPOSED
    seen = of_plan(plan(), approval=anybody(quorum).hash).hash
    last = world.when(approve(by=voters[-1], seen=plan(), asks=anybody(quorum), at=9))
    last.then(
        VoteCast(by=voters[-1], at=at(9), gate=M1, choice="approve", subject=seen),
        StepPassed,
        GateClosed(by=SYSTEM, at=at(9), gate=M1, outcome=Outcome.APPROVED),
        StageChanged,
        StageChanged,
    )
    assert last.incident.stage == Stages.MITIGATING
    assert last.incident.timers == {}
    assert approvers(last.incident.gates[M1]) == voters


def test_nobody_decides_on_their_own_proposal() -> None:
    waiting().when(approve(by=ANA)).then_rejected(YouProposedIt, "somebody else must decide: anyone in the channel")
    waiting().when(reject(by=ANA)).then_rejected(YouProposedIt)


def test_nobody_counts_twice() -> None:
    world = waiting(approve(by=BEN), policy=TWO)
    world.when(approve(by=BEN)).then_nothing()
    world.when(reject(by=BEN)).then_rejected(HasVoted, "one person counts once")


def test_one_no_is_a_no() -> None:
    rejected = waiting(approve(by=BEN), approve(by=CY)).when(reject("carts are full", by=DEE))
    rejected.then(
        VoteCast,
        GateClosed(by=SYSTEM, at=at(0), gate=M1, outcome=Outcome.REJECTED, because="carts are full"),
    )
    assert rejected.incident.mitigations[M1].progress is Progress.REJECTED
    assert rejected.incident.timers == {}


def test_a_no_needs_a_reason() -> None:
    waiting().when(reject("  ", by=BEN)).then_rejected(SayWhy)


def test_a_vote_needs_something_to_vote_on() -> None:
    given(declare()).when(approve(by=BEN)).then_rejected(NoSuchGate)
    given(declare(Severity.P2), propose(by=ANA)).when(approve(by=BEN)).then_rejected(NoSuchGate)


# who is there


def outside(order: AtGate) -> AtGate:
    """The same order, said somewhere else."""
    return order.model_copy(update={"order": order.order.model_copy(update={"here": False})})


def test_everybody_in_the_channel_decides_and_nobody_who_only_heard_of_it() -> None:
    world = waiting(open_channel(), policy=TWO)
    world.when(outside(approve(by=BEN))).then_rejected(NotInTheChannel, "Say it in #inc-1-checkout")
    world.when(outside(reject(by=BEN))).then_rejected(NotInTheChannel)
    world.when(approve(by=BEN)).then(VoteCast)
    waiting(open_channel(), take(Hat.VERIFIER, by=BEN), policy=TWO).when(outside(approve(by=BEN))).then(VoteCast)


def test_while_the_channel_is_not_open_yet_only_those_who_take_part_decide() -> None:
    world = waiting(policy=TWO)
    world.when(outside(approve(by=BEN))).then_rejected(NotInTheChannel, "once that is open")


def test_a_strangers_click_after_the_outcome_is_no_late_vote() -> None:
    world = waiting(open_channel(), approve(by=BEN), approve(by=CY), approve(by=DEE))
    world.when(outside(approve(by=MO))).then_rejected(GateIsClosed, "approved")
    world.when(approve(by=MO)).then(VoteCameLate)


# a plan that changed


def test_proposing_the_same_runbook_again_amends_the_plan_and_voids_every_vote() -> None:
    amended = waiting(approve(by=BEN), approve(by=CY)).when(propose(plan(replicas="6"), by=ANA, at=60))
    amended.then(
        MitigationAmended(by=ANA, at=at(60), mitigation=M1, plan=plan(replicas="6"), changed=("replicas",)),
        SubjectChanged,
        TierCalled,
    )
    gate = amended.incident.gates[M1]
    assert gate.votes == ()
    assert gate.changed == ("replicas",)
    assert {fallen.vote.account for fallen in gate.fallen} == {BEN, CY}
    assert gate.subject == of_plan(plan(replicas="6"), approval=anybody(3).hash)
    assert amended.incident.timers == {"gate:m1": at(60 + LIMIT)}


def test_a_vote_on_the_old_plan_does_not_count_and_says_what_changed() -> None:
    world = waiting(propose(plan(replicas="6"), by=ANA))
    world.when(approve(by=BEN, seen=plan(), asks=anybody(3))).then_rejected(SubjectHasChanged, "(replicas)")
    world.when(approve(by=BEN, seen=plan(replicas="6"), asks=anybody(3))).then(VoteCast)


def test_a_vote_in_words_counts_for_the_plan_as_it_stands() -> None:
    world = waiting(propose(plan(replicas="6"), by=ANA), policy=TWO)
    world.when(approve(by=BEN)).then(
        VoteCast(
            by=BEN,
            at=at(0),
            gate=M1,
            choice="approve",
            subject=of_plan(plan(replicas="6"), approval=anybody(2).hash).hash,
        )
    )


def test_whoever_voted_before_the_change_votes_anew() -> None:
    world = waiting(approve(by=BEN), propose(plan(replicas="6"), by=ANA), policy=TWO)
    world.when(approve(by=BEN)).then(VoteCast)


def test_proposing_the_same_plan_again_changes_nothing() -> None:
    waiting(approve(by=BEN)).when(propose(by=ANA)).then_nothing()


# the limit


def test_a_gate_expires_at_its_limit_and_not_before() -> None:
    waiting().when(tick(LIMIT - 0.001)).then_nothing()
    expired = waiting(open_channel()).when(tick(LIMIT))
    assert [effect.type for effect in expired.effects][:1] == ["tell"]
    because = "nobody decided in 30 min"
    expired.then(
        GateExhausted,
        GateClosed(by=SYSTEM, at=at(LIMIT), gate=M1, outcome=Outcome.EXPIRED, how="last-resort", because=because),
    )
    assert expired.incident.mitigations[M1].progress is Progress.EXPIRED
    assert expired.incident.timers == {}


@pytest.mark.parametrize(
    ("then", "progress"),
    [
        ("expire", Progress.EXPIRED),
        ("reject", Progress.REJECTED),
        ("roll-back", Progress.EXPIRED),
        ("approve", Progress.APPROVED),
    ],
)
def test_the_policy_states_what_running_out_of_time_means(then: str, progress: Progress) -> None:
    stated = THREE.model_copy(update={"approvals": {"anybody": anybody(3, last_resort=then)}})
    assert waiting(policy=stated).when(tick(LIMIT)).incident.mitigations[M1].progress is progress


def test_what_touches_customer_data_never_approves_itself() -> None:
    stated = THREE.model_copy(update={"approvals": {"anybody": anybody(3, last_resort="approve")}})
    world = given(declare(), propose(plan(PURGE), by=ANA), policy=stated).when(tick(LIMIT))
    assert world.incident.mitigations[M1].progress is Progress.EXPIRED
    assert "never approves itself" in world.incident.mitigations[M1].because


def test_a_changed_plan_gets_the_whole_time_again() -> None:
    world = waiting(propose(plan(replicas="6"), by=ANA, at=60))
    world.when(tick(LIMIT)).then_nothing()
    world.when(tick(60 + LIMIT)).then(GateExhausted, GateClosed)


def test_a_second_tick_changes_nothing() -> None:
    waiting(tick(LIMIT)).when(tick(LIMIT + 1)).then_nothing()


def test_the_limit_holds_even_where_the_clock_stands_still() -> None:
    world = waiting(policy=ONE)
    late = world.when(approve(by=BEN, at=LIMIT))
    late.then(
        GateExhausted,
        GateClosed,
        VoteCameLate(by=BEN, at=at(LIMIT), gate=M1, choice="approve", outcome=Outcome.EXPIRED),
    )
    world.when(propose(plan(replicas="6"), by=ANA, at=LIMIT)).then(
        GateExhausted, GateClosed, MitigationProposed, GateOpened, TierCalled
    )
    world.when(propose(plan(RESTART), by=BEN, at=LIMIT)).then(
        GateExhausted, GateClosed, MitigationProposed, GateOpened, TierCalled
    )
    expired = world.when(withdraw(by=ANA, at=LIMIT))
    expired.then(GateExhausted, GateClosed)
    assert expired.incident.mitigations[M1].progress is Progress.EXPIRED
    world.when(resolve(at=LIMIT)).then(GateExhausted, GateClosed, StageChanged, Resolved, StageChanged)


# after the outcome


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        (approve(by=BEN), Outcome.APPROVED),
        (reject(by=BEN), Outcome.REJECTED),
        (withdraw(by=ANA), Outcome.WITHDRAWN),
        (tick(LIMIT), Outcome.EXPIRED),
    ],
    ids=lambda value: value.value if isinstance(value, Outcome) else "",
)
def test_a_gate_has_one_outcome_and_later_votes_are_recorded_as_late(end: AnyCommand, outcome: Outcome) -> None:
    world = waiting(end, policy=ONE)
    choices: tuple[Choice, ...] = ("approve", "reject")
    for choice in choices:
        late = world.when(vote(choice, by=CY, comment="wait!", at=LIMIT + 5))
        late.then(VoteCameLate(by=CY, at=at(LIMIT + 5), gate=M1, choice=choice, outcome=outcome, comment="wait!"))
        gate = late.incident.gates[M1]
        assert gate.outcome is outcome
        assert gate.vote_of(CY, 0) is None
    world.when(withdraw(by=ANA)).then_nothing()
    world.when(tick(LIMIT * 2)).then_nothing()


def test_a_late_vote_is_recorded_once() -> None:
    world = waiting(approve(by=BEN), reject(by=CY), policy=ONE)
    world.when(reject(by=CY)).then_nothing()
    world.when(approve(by=CY)).then_nothing()
    world.when(reject(by=DEE)).then(VoteCameLate)


def test_repeating_the_vote_that_counted_is_not_late() -> None:
    world = waiting(approve(by=BEN), policy=ONE)
    world.when(approve(by=BEN)).then_nothing()
    world.when(reject(by=BEN)).then(VoteCameLate)


# withdrawing


def test_the_proposer_can_withdraw() -> None:
    withdrawn = waiting(approve(by=BEN)).when(withdraw(by=ANA))
    because = f"<@{ANA}> withdrew it"
    withdrawn.then(GateClosed(by=ANA, at=at(0), gate=M1, outcome=Outcome.WITHDRAWN, how="person", because=because))
    assert withdrawn.incident.mitigations[M1].progress is Progress.WITHDRAWN
    assert withdrawn.incident.timers == {}


def test_so_can_the_commander_and_nobody_else() -> None:
    world = waiting(take(Hat.COMMANDER, by=MO))
    world.when(withdraw(by=MO)).then(GateClosed)
    world.when(withdraw(by=BEN)).then_rejected(NotYoursToStop, ANA)


def test_after_a_withdrawal_something_else_can_be_proposed() -> None:
    waiting(withdraw(by=ANA)).when(propose(plan(RESTART), by=BEN)).then(MitigationProposed, GateOpened, TierCalled)
