"""Moves that wait for somebody's yes: asked for once, made when approved, and told where they can't be made by then."""

from bot.domain.gates.choice import GateChoice
from bot.domain.gates.events import GateClosed, GateOpened, StepPassed, TierCalled, VoteCast
from bot.domain.gates.gate import Outcome
from bot.domain.hats import Hat
from bot.domain.incident.events import Resolved, StageChanged, TroubleMet
from bot.domain.incident.rejections import GateStillOpen
from tests.harness.given import Given, given
from tests.harness.orders import approve, declare, move, propose, reject, resolve, take, tick
from tests.harness.people import ANA, BEN, CY
from tests.harness.plans import POLICY, RESTART, plan
from tests.harness.stages import Stages

GATED = POLICY.model_copy(
    update={
        "gates": (
            *POLICY.gates,
            GateChoice(use="anybody", before=("stage",), stages=("investigating",)),
            GateChoice(use="anybody", before=("resolution",)),
        )
    }
)
G1 = "g1"


def triaged() -> Given:
    """ANA commands, which moves it on to triage: nobody is asked before that."""
    return given(declare(), take(Hat.COMMANDER, by=ANA), policy=GATED)


def test_a_move_that_waits_is_asked_for_once_and_made_when_it_is_approved() -> None:
    world = triaged()
    asked = world.when(move(Stages.INVESTIGATING, "we know where", by=ANA))
    asked.then(GateOpened, TierCalled)
    assert asked.incident.stage == Stages.TRIAGE
    assert asked.incident.gates[G1].subject.parameters == {"because": "we know where"}
    world.takes(move(Stages.INVESTIGATING, "we know where", by=ANA))
    world.when(move(Stages.INVESTIGATING, "again", by=ANA)).then_nothing()
    world.when(move(Stages.INVESTIGATING, "I, too", by=BEN)).then_rejected(GateStillOpen, "Move to Investigating")
    done = world.when(approve(by=BEN, mitigation=G1))
    done.then(VoteCast, StepPassed, GateClosed, StageChanged)
    assert done.incident.stage == Stages.INVESTIGATING
    (changed,) = [event for event in done.events if isinstance(event, StageChanged)]
    assert (changed.by, changed.because) == (ANA, "we know where")


def test_a_rejected_move_is_not_made() -> None:
    world = triaged()
    world.takes(move(Stages.INVESTIGATING, by=ANA))
    no = world.when(reject("too early", by=BEN, mitigation=G1))
    assert no.incident.stage == Stages.TRIAGE
    assert no.incident.gates[G1].outcome is Outcome.REJECTED
    world.takes(reject("too early", by=BEN, mitigation=G1))
    world.when(move(Stages.INVESTIGATING, by=ANA)).then(GateOpened, TierCalled)


def test_an_expired_question_leaves_the_stage_as_it_is() -> None:
    world = triaged()
    world.takes(move(Stages.INVESTIGATING, by=ANA))
    assert world.when(tick(1800)).incident.stage == Stages.TRIAGE


def test_a_resolution_waits_and_says_how_it_ended_when_it_is_approved() -> None:
    world = triaged()
    world.when(resolve("the cache was cold", by=ANA)).then(GateOpened, TierCalled)
    world.takes(resolve("the cache was cold", by=ANA))
    done = world.when(approve(by=CY, mitigation=G1, at=7))
    done.then(VoteCast, StepPassed, GateClosed, Resolved, StageChanged)
    assert (done.incident.resolution, done.incident.stage) == ("the cache was cold", Stages.RESOLVED)


def test_what_stands_in_the_way_by_then_is_told() -> None:
    world = triaged()
    world.takes(resolve("the cache was cold", by=ANA))
    world.takes(propose(plan(RESTART), by=BEN))
    stuck = world.when(approve(by=CY, mitigation=G1))
    (trouble,) = [event for event in stuck.events if isinstance(event, TroubleMet)]
    assert "“Move to Resolved” was approved, and can't be done now" in trouble.why
    assert stuck.incident.stage == Stages.TRIAGE


def test_where_the_incident_has_moved_on_nobody_is_asked_about_the_other_move_any_more() -> None:
    world = triaged()
    world.takes(move(Stages.INVESTIGATING, by=ANA))
    world.takes(propose(plan(RESTART), by=BEN))
    gone = world.when(approve(by=CY))
    assert gone.incident.stage == Stages.MITIGATING
    assert gone.incident.gates[G1].outcome is Outcome.WITHDRAWN
    assert "by now" in gone.incident.gates[G1].because


def test_whoever_asks_for_another_move_asks_in_place_of_their_own_question() -> None:
    world = triaged()
    world.takes(move(Stages.INVESTIGATING, "we know where", by=ANA))
    anew = world.when(resolve("the cache was cold", by=ANA))
    anew.then(GateClosed, GateOpened, TierCalled)
    assert anew.incident.gates[G1].outcome is Outcome.SUPERSEDED
    assert anew.incident.gates[G1].because == "g2 asks in its place"
    world.takes(resolve("the cache was cold", by=ANA))
    assert world.when(approve(by=BEN, mitigation="g2")).incident.stage == Stages.RESOLVED


def test_nobody_replaces_somebody_elses_question_and_what_time_has_ended_is_not_replaced() -> None:
    world = triaged()
    world.takes(move(Stages.INVESTIGATING, by=ANA))
    world.when(resolve("the cache was cold", by=BEN)).then_rejected(GateStillOpen, "Move to Investigating")
    late = world.when(resolve("the cache was cold", by=ANA, at=1900))
    assert late.incident.gates[G1].outcome is Outcome.EXPIRED
    assert late.incident.gates["g2"].is_open
