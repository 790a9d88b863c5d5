"""Hats that do not go together: refused where the workflow enforces it, else allowed, recorded and said in private."""

from contextlib import suppress

import hypothesis
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from bot.domain.effects import Warn
from bot.domain.gates import orders as o
from bot.domain.gates.choice import GateChoice
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident.commands import AnyCommand
from bot.domain.incident.events import (
    ConflictMet,
    CriterionConfirmed,
    HatGiven,
    HatHandedOver,
    HatTaken,
    MitigationProposed,
    RollbackStarted,
)
from bot.domain.incident.rejections import HandsOff, HatIsWorn, HatsConflict, OwnWork
from bot.domain.rejected import Rejected
from bot.domain.severity import Severity
from bot.domain.timeline import sentence
from bot.domain.workflow.criterion import Criterion
from bot.domain.workflow.lifecycle import StagePolicy
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.wearing import Conflict, Deed, Firmness, HatPolicy
from tests.harness.clock import at
from tests.harness.criteria import HYBRID
from tests.harness.given import Given, given
from tests.harness.orders import (
    accept,
    approve,
    at_gate,
    confirm,
    declare,
    finished,
    give,
    offer,
    propose,
    reject,
    release,
    roll_back,
    signal,
    started,
    take,
)
from tests.harness.people import ANA, BEN, CY
from tests.harness.plans import RESTART, anybody, plan, policy
from tests.harness.stages import HATS, STAGES, Stages

WHY = "Nobody judges their own work"
MITIGATOR, VERIFIER, COMMANDER = Hat.MITIGATOR, Hat.VERIFIER, Hat.COMMANDER


def minding(firmness: Firmness) -> Policy:
    """A workflow that keeps mitigator and verifier apart, and the commander's hands off the fix."""
    apart = Conflict(hats=(MITIGATOR, VERIFIER), firmness=firmness, because=WHY)
    hands = Conflict(hat=COMMANDER, deed=Deed.RUNNING_THE_FIX, firmness=firmness, because="Decide")
    return policy().model_copy(update={"conflicts": (apart, hands)})


STRICT, MILD = minding(Firmness.ENFORCED), minding(Firmness.WARNED)
BEN_MITIGATES = (declare(), take(MITIGATOR, by=BEN))


@pytest.mark.parametrize(("worn", "wanted"), [(MITIGATOR, VERIFIER), (VERIFIER, MITIGATOR), (COMMANDER, MITIGATOR)])
def test_one_of_two_hats_that_do_not_go_together_is_refused(worn: Hat, wanted: Hat) -> None:
    world = given(declare(), take(worn, by=BEN), policy=STRICT)
    world.when(take(wanted, by=BEN)).then_rejected(
        HatsConflict, f"<@{BEN}> wears the {worn.label} hat", wanted.label, f"/incident hand-over {worn.value}"
    )
    world.when(take(wanted, by=CY)).then(HatTaken)


def test_nobody_gets_such_a_hat_given() -> None:
    world = given(*BEN_MITIGATES, policy=STRICT)
    world.when(give(VERIFIER, BEN, by=ANA)).then_rejected(HatsConflict, f"<@{BEN}> wears the mitigator hat")
    world.when(give(VERIFIER, CY, by=ANA)).then(HatGiven)


def test_nobody_accepts_such_a_hat() -> None:
    world = given(*BEN_MITIGATES, take(VERIFIER, by=CY), offer(VERIFIER, BEN, by=CY), policy=STRICT)
    world.when(accept(VERIFIER, by=BEN)).then_rejected(HatsConflict)
    world.takes(release(MITIGATOR, by=BEN))
    world.when(accept(VERIFIER, by=BEN)).then(HatHandedOver)


def test_a_worn_hat_is_refused_as_worn_first() -> None:
    given(*BEN_MITIGATES, take(VERIFIER, by=CY), policy=STRICT).when(take(VERIFIER, by=BEN)).then_rejected(HatIsWorn)


def test_a_warning_lets_it_happen_and_tells_the_wearer_alone() -> None:
    taken = given(*BEN_MITIGATES, policy=MILD).when(take(VERIFIER, by=BEN, at=7))
    taken.then(
        HatTaken,
        ConflictMet(by=SYSTEM, at=at(7), person=BEN, hats=(MITIGATOR, VERIFIER), because=WHY),
    )
    assert [effect.person for effect in taken.effects if isinstance(effect, Warn)] == [BEN]
    said = sentence(taken.events[1], taken.incident)
    assert said == f"warned <@{BEN}>, who wears the mitigator hat and the verifier hat: {WHY}"


def test_whoever_is_given_such_a_hat_is_warned_not_the_giver() -> None:
    gave = given(*BEN_MITIGATES, policy=MILD).when(give(VERIFIER, BEN, by=ANA))
    assert [effect.person for effect in gave.effects if isinstance(effect, Warn)] == [BEN]


def test_the_commander_does_not_begin_what_waits_for_nobody() -> None:
    commands = (declare(Severity.P2), take(COMMANDER, by=BEN))
    given(*commands, policy=STRICT).when(propose(by=BEN)).then_rejected(HandsOff, "does not run the fix: Decide")
    begun = given(*commands, policy=MILD).when(propose(by=BEN))
    assert [type(event) for event in begun.events if isinstance(event, MitigationProposed | ConflictMet)] == [
        MitigationProposed,
        ConflictMet,
    ]
    given(*commands, policy=STRICT).when(propose(by=CY))


def test_the_commander_may_propose_what_others_decide_and_decide_what_others_propose() -> None:
    world = given(declare(), take(COMMANDER, by=BEN), policy=STRICT)
    assert any(isinstance(event, MitigationProposed) for event in world.would(propose(by=BEN)))
    world.takes(propose(by=CY))
    assert not any(isinstance(event, ConflictMet) for event in world.would(approve(by=BEN)))


def test_the_commander_does_not_order_a_rollback_by_hand() -> None:
    ran = (started(0), finished(0), started(1), finished(1), signal(healthy=True), signal(healthy=True, at=30))
    world = given(declare(Severity.P2), take(COMMANDER, by=BEN), propose(by=CY), *ran, policy=STRICT)
    world.when(roll_back(by=BEN)).then_rejected(HandsOff, "/incident hand-over commander")
    world.when(roll_back(by=CY)).then(RollbackStarted)


def test_a_rollback_that_begins_by_itself_is_nobody_s_deed() -> None:
    world = given(declare(Severity.P2), take(COMMANDER, by=BEN), propose(by=CY), started(0), policy=STRICT)
    assert any(isinstance(event, RollbackStarted) for event in world.would(finished(0, ok=False)))


def asking_first() -> Policy:
    """What keeps the commander's hands off, and asks before what was verified is undone; the commander has a glass."""
    glass = {"who": [{"hat": "commander"}]}
    approvals = {**STRICT.approvals, "undo": anybody(id="undo", glass=glass, limit=300, then="roll-back")}
    choice = GateChoice(use="undo", before=("rollback",))
    return STRICT.model_copy(update={"approvals": approvals, "gates": (choice, *STRICT.gates)})


def asked_by_the_commander() -> Given:
    ran = (started(0), finished(0), started(1), finished(1), signal(healthy=True), signal(healthy=True, at=30))
    began = (declare(Severity.P2), take(COMMANDER, by=BEN), propose(by=CY), *ran)
    return given(*began, roll_back(by=BEN, at=40), policy=asking_first())


def test_the_commander_may_ask_for_a_rollback_that_waits_for_somebody_elses_yes() -> None:
    world = asked_by_the_commander()
    assert world.incident.gates["g1"].is_open
    undone = world.would(approve(by=CY, mitigation="g1", at=50))
    assert any(isinstance(event, RollbackStarted) for event in undone)


def test_breaking_the_glass_for_it_is_a_decision_too_and_nobody_s_deed() -> None:
    world = asked_by_the_commander()
    broken = world.would(at_gate(o.BreakGlass, by=BEN, mitigation="g1", at=50, because="it makes it worse"))
    assert any(isinstance(event, RollbackStarted) for event in broken)
    assert not any(isinstance(event, ConflictMet) for event in broken)


def test_nobody_confirms_for_both_sides() -> None:
    did = Criterion(id="did", title="It is done", confirmed_by=(MITIGATOR,))
    checked = Criterion(id="checked", title="It helped", confirmed_by=(VERIFIER,))
    either = Criterion(id="either", title="Side effects are named", confirmed_by=(VERIFIER, MITIGATOR))
    stages = {**STAGES, "triage": StagePolicy(exit=(did, checked, either))}
    strict = STRICT.model_copy(update={"stages": stages})
    world = given(declare(), take(COMMANDER, by=ANA), confirm("did", by=ANA), policy=strict)
    world.when(confirm("checked", by=ANA)).then_rejected(OwnWork, "the mitigator hat", "the verifier hat", WHY)
    spoke = world.when(confirm("either", by=ANA))
    spoke.then(CriterionConfirmed)
    assert isinstance(spoke.events[0], CriterionConfirmed)
    assert spoke.events[0].hat is MITIGATOR
    world.takes(take(VERIFIER, by=BEN))
    world.when(confirm("checked", by=BEN)).then(CriterionConfirmed)


DID = Criterion(id="did", title="It is done", confirmed_by=(MITIGATOR,))
CHECKED = Criterion(id="checked", title="It helped", confirmed_by=(VERIFIER,))
REVIEWED = Criterion(id="reviewed", title="It is reviewed", confirmed_by=(Hat.REVIEWER,))
BEYOND_REVIEW = Conflict(hats=(MITIGATOR, Hat.REVIEWER), because="Whoever changes it does not review it")
JUDGED = STRICT.model_copy(
    update={
        "conflicts": (*STRICT.conflicts, BEYOND_REVIEW),
        "stages": {**STAGES, "mitigating": StagePolicy(exit=(DID, CHECKED, REVIEWED))},
    }
)
RAN = (started(0), finished(0), started(1), finished(1), signal(healthy=True), signal(healthy=True, at=30))


def test_nobody_judges_what_ran_while_they_wore_the_mitigator_s_hat_though_they_laid_it_down() -> None:
    world = given(declare(Severity.P2), take(MITIGATOR, by=BEN), propose(by=CY), *RAN, policy=JUDGED)
    for order in (release(MITIGATOR, by=BEN), take(VERIFIER, by=BEN)):
        world.takes(order)
    world.when(confirm("checked", by=BEN)).then_rejected(
        OwnWork,
        "You wore the mitigator hat while “Scale checkout to 4 replicas” ran, so you don't speak for the verifier hat",
        WHY,
        "/incident hand-over verifier @somebody",
        "/incident page @somebody because",
    )
    for order in (release(VERIFIER, by=BEN), take(VERIFIER, by=ANA)):
        world.takes(order)
    world.when(confirm("checked", by=ANA)).then(CriterionConfirmed)


def test_whoever_takes_the_mitigator_s_hat_while_it_runs_does_not_judge_it_either() -> None:
    world = given(declare(Severity.P2), propose(by=CY), RAN[0], take(MITIGATOR, by=BEN), policy=JUDGED)
    for order in (release(MITIGATOR, by=BEN), *RAN[1:], take(VERIFIER, by=BEN)):
        world.takes(order)
    world.when(confirm("checked", by=BEN)).then_rejected(OwnWork)


@pytest.mark.parametrize(("hat", "criterion"), [(VERIFIER, "checked"), (Hat.REVIEWER, "reviewed")])
def test_nobody_judges_what_they_proposed_whether_or_not_anybody_wore_the_mitigator_s_hat(
    hat: Hat, criterion: str
) -> None:
    world = given(
        declare(Severity.P2), take(COMMANDER, by=ANA), propose(by=BEN), *RAN, take(hat, by=BEN), policy=JUDGED
    )
    world.when(confirm(criterion, by=BEN)).then_rejected(
        OwnWork, "You proposed “Scale checkout to 4 replicas”", f"Somebody else confirms it: <@{ANA}> can"
    )
    world.when(confirm(criterion, by=ANA)).then(CriterionConfirmed)


def test_what_did_not_run_is_nobody_s_work() -> None:
    world = given(declare(), propose(by=BEN), reject(by=ANA), take(VERIFIER, by=BEN), policy=JUDGED)
    world.when(confirm("checked", by=BEN)).then(CriterionConfirmed)


def test_what_somebody_else_proposed_since_is_no_longer_their_own_work() -> None:
    world = given(declare(Severity.P2), propose(by=BEN), *RAN, propose(by=CY), policy=JUDGED)
    for order in (started(0, mitigation="m2"), finished(0, mitigation="m2", ok=False), take(VERIFIER, by=BEN)):
        world.takes(order)
    world.when(confirm("checked", by=BEN)).then(CriterionConfirmed)


def test_whoever_did_it_still_says_what_they_did() -> None:
    world = given(declare(Severity.P2), propose(by=BEN), *RAN, take(MITIGATOR, by=BEN), policy=JUDGED)
    world.when(confirm("did", by=BEN)).then(CriterionConfirmed)


HATS_APART = st.sampled_from((MITIGATOR, VERIFIER, COMMANDER))
PEOPLE = st.sampled_from((ANA, BEN, CY))
ORDERS = st.one_of(
    st.builds(lambda hat, by: take(hat, by=by), HATS_APART, PEOPLE),
    st.builds(lambda hat, to, by: give(hat, to, by=by), HATS_APART, PEOPLE, PEOPLE),
    st.builds(lambda hat, by: release(hat, by=by), HATS_APART, PEOPLE),
    st.builds(lambda hat, to, by: offer(hat, to, by=by), HATS_APART, PEOPLE, PEOPLE),
    st.builds(lambda hat, by: accept(hat, by=by), HATS_APART, PEOPLE),
)


@settings(deadline=None)
@hypothesis.given(st.lists(ORDERS, max_size=30), st.booleans())
def test_whatever_people_do_nobody_wears_what_is_kept_apart(orders: list[AnyCommand], strict: bool) -> None:
    world = given(declare(), policy=STRICT if strict else MILD)
    for order in orders:
        with suppress(Rejected):
            world.takes(order)
        worn = {person: set(world.incident.wears(person)) for person in (ANA, BEN, CY)}
        together = [hats for hats in worn.values() if MITIGATOR in hats and hats & {VERIFIER, COMMANDER}]
        warned = [event for event in world.events if isinstance(event, ConflictMet)]
        assert not together if strict else bool(warned) >= bool(together)


def test_a_workflow_may_call_a_hat_otherwise_and_the_record_remembers_it() -> None:
    lead = policy().model_copy(update={"hats": {**HATS, COMMANDER: HatPolicy(title="lead")}})
    taken = given(declare(), policy=lead).when(take(COMMANDER, by=BEN))
    assert isinstance(taken.events[0], HatTaken)
    assert sentence(taken.events[0], taken.incident) == "took the lead hat"
    plain = given(declare()).when(take(COMMANDER, by=BEN))
    assert sentence(plain.events[0], plain.incident) == "took the incident commander hat"


def test_a_workflow_may_share_a_hat_or_keep_it_to_one() -> None:
    shared = policy().model_copy(update={"hats": {COMMANDER: HatPolicy(exclusive=False)}})
    both = given(declare(), take(COMMANDER, by=ANA), policy=shared).when(take(COMMANDER, by=BEN))
    assert both.incident.wearers(COMMANDER) == (ANA, BEN)


def test_hats_are_required_by_severity_in_the_stages_that_need_them() -> None:
    assert HYBRID.requires(Stages.MITIGATING, Severity.P1) == (COMMANDER, MITIGATOR, VERIFIER)
    assert HYBRID.requires(Stages.MITIGATING, Severity.P2) == (COMMANDER, MITIGATOR)
    assert HYBRID.requires(Stages.MITIGATING, Severity.P3) == ()
    assert policy().model_copy(update={"hats": {}}).requires(Stages.TRIAGE, Severity.P4) == (Hat.FIRST_RESPONDER,)


def test_the_shipped_workflow_keeps_apart_what_must_be_kept_apart() -> None:
    kept = {(conflict.pair, conflict.firmness) for conflict in HYBRID.conflicts}
    assert kept == {
        ((MITIGATOR, VERIFIER), Firmness.ENFORCED),
        ((Hat.ENGINEER, Hat.REVIEWER), Firmness.ENFORCED),
        ((COMMANDER, MITIGATOR), Firmness.WARNED),
    }


def test_at_p1_alone_at_night_the_commander_may_still_act() -> None:
    world = given(declare(Severity.P2), take(COMMANDER, by=BEN), policy=HYBRID)
    assert any(isinstance(event, ConflictMet) for event in world.would(propose(plan(RESTART), by=BEN)))
