"""Moves that happen in time: guards hold them like any other, and meanwhile nothing looks at the clock in vain."""

from typing import Any

from bot.domain.hats import Hat
from bot.domain.incident.due import next_due
from bot.domain.incident.events import StageChanged
from bot.domain.severity import Severity
from bot.domain.workflow.lifecycle import Guard, Purpose, StagePolicy, Transition
from bot.domain.workflow.policy import Policy
from tests.domain.test_rollback_gates import VERIFIED, asking
from tests.harness.clock import at
from tests.harness.given import Given, given
from tests.harness.orders import declare, finished, move, open_channel, propose, resolve, roll_back, started, take, tick
from tests.harness.people import ANA, BEN
from tests.harness.plans import POLICY, edited, plan
from tests.harness.stages import STAGES, TRANSITIONS, Stages

RESOLVED = 60
REVIEW = 15 * 60


def guarded(policy: Policy) -> Policy:
    """The review waits until nothing runs."""
    held = [
        one.model_copy(update={"guards": (Guard.NOTHING_RUNS,)}) if one.after is not None else one
        for one in policy.transitions
    ]
    return edited(policy, transitions=tuple(held))


def resolved_while_a_rollback_waits() -> Given:
    """Scaling was verified, it is resolved, and BEN wants the scaling undone shortly before the review would open."""
    policy = guarded(asking("verified"))
    happened = (declare(Severity.P2), open_channel(), propose(plan(), by=ANA), *VERIFIED, resolve(at=RESOLVED))
    return given(*happened, roll_back(by=BEN, at=RESOLVED + REVIEW - 10), policy=policy)


def test_its_guards_hold_it_and_the_clock_looks_when_something_else_is_due() -> None:
    world = resolved_while_a_rollback_waits()
    due = RESOLVED + REVIEW
    assert world.would(tick(due)) == []
    assert world.incident.stage == Stages.RESOLVED
    looked = next_due(world.incident, world.policy)
    assert looked is not None
    assert looked > at(due), "a clock that looks at once again would never rest"


def test_it_is_made_as_soon_as_they_let_it() -> None:
    world = resolved_while_a_rollback_waits()
    rolled_back = RESOLVED + REVIEW + 290
    world.takes(tick(rolled_back))
    undoing: dict[str, Any] = {"phase": "rollback", "at": rolled_back}
    for step in (started(0, **undoing), finished(0, **undoing), started(1, **undoing), finished(1, **undoing)):
        assert next_due(world.incident, world.policy) is None, "it waits for a worker, and not for a time"
        world.takes(step)
    assert next_due(world.incident, world.policy) == at(RESOLVED + REVIEW), "it is due since then"
    moved = world.when(tick(rolled_back + 1))
    moved.then(StageChanged)
    assert moved.incident.stage == Stages.POST_MORTEM


WATCHED = edited(
    POLICY,
    stages={**STAGES, "watched": StagePolicy(purpose=Purpose.RESOLVED)},
    transitions=(
        *(one for one in TRANSITIONS if one.after is None),
        Transition(before=("resolved",), to="watched", after=15),
        Transition(before=("watched",), to="post-mortem", after=60),
    ),
)
"""What is resolved is watched for an hour before its review opens."""


def test_between_two_resolved_stages_it_counts_from_when_the_stage_was_entered() -> None:
    world = given(declare(), take(Hat.COMMANDER, by=ANA), resolve(at=RESOLVED), policy=WATCHED)
    world.takes(tick(RESOLVED + REVIEW))
    assert world.incident.stage.id == "watched"
    due = RESOLVED + REVIEW + 3600
    assert next_due(world.incident, world.policy) == at(due)
    assert world.would(tick(due - 1)) == []
    world.takes(tick(due))
    assert world.incident.stage == Stages.POST_MORTEM


def test_where_the_next_resolved_stage_has_no_time_limit_nothing_is_due() -> None:
    endless = (
        *(one for one in WATCHED.transitions if one.after != 60),
        Transition(before=("watched",), to="post-mortem"),
    )
    world = given(declare(), resolve(at=RESOLVED), policy=edited(WATCHED, transitions=endless))
    world.takes(tick(RESOLVED + REVIEW))
    assert next_due(world.incident, world.policy) is None
    world.takes(move(Stages.POST_MORTEM, by=ANA, at=RESOLVED + REVIEW))
    assert world.incident.stage == Stages.POST_MORTEM
