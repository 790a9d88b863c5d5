"""Moving an incident to another policy: who may, what it needs, what of it goes by the new one and what does not."""

import pytest

from bot.domain.effects import DressChannel, ShowCard, ShowReminder, Tell, Warn
from bot.domain.gates.due import next_due as gate_due
from bot.domain.hats import Hat
from bot.domain.incident.due import next_due
from bot.domain.incident.events import ConflictMet, PolicyAdopted, ReminderEnded, StageChanged
from bot.domain.incident.rejections import (
    AdoptionNeedsReason,
    IsClosed,
    NoStageLikeIt,
    NoSuchStage,
    NotYoursToAdopt,
    StageMeansSomethingElse,
    StageNotInPolicy,
    TakePartFirst,
)
from bot.domain.incident.state import POST_MORTEM_TIMER
from bot.domain.severity import Severity
from bot.domain.timeline import sentence
from bot.domain.words import TextTooLong
from bot.domain.workflow.differences import differences
from bot.domain.workflow.lifecycle import Purpose, Stage, StagePolicy, Transition
from bot.domain.workflow.policy import Policy, SeverityPolicy
from bot.domain.workflow.reminders import Kind
from bot.domain.workflow.wearing import Conflict, Firmness
from tests.harness.clock import at
from tests.harness.given import Given, given
from tests.harness.orders import (
    adopt,
    approve,
    declare,
    move,
    open_channel,
    propose,
    resolve,
    take,
    tick,
)
from tests.harness.people import ANA, BEN, CY
from tests.harness.plans import POLICY, REMINDERS, REMINDING, anybody, edited, policy
from tests.harness.stages import STAGES, TRANSITIONS, Stages

B = edited(approvals={"anybody": anybody(2, 5)})
"""What somebody edited POLICY to: two votes, within five minutes."""

CONTAINMENT = Stage(id="containment", title="Contain it", purpose=Purpose.MITIGATING)


def renamed(policy: Policy = POLICY, *, title: str | None = "Contain it") -> Policy:
    """Call the mitigating stage containment."""
    stages = {
        ("containment" if name == "mitigating" else name): (
            StagePolicy(title=title, purpose=Purpose.MITIGATING) if name == "mitigating" else stage
        )
        for name, stage in policy.stages.items()
    }
    swap = {"mitigating": "containment"}
    moves = [
        one.model_copy(update={"before": tuple(swap.get(b, b) for b in one.before), "to": swap.get(one.to, one.to)})
        for one in policy.transitions
    ]
    return edited(policy, name="contained", stages=stages, transitions=moves)


def goes_by(world: Given, policy: Policy) -> Given:
    """Let the rest be decided as the engine does: by the policy that the incident keeps."""
    assert world.incident.policy == policy.hash
    world.policy = policy
    return world


def test_an_incident_begins_with_a_policy_and_moves_to_another_by_an_order() -> None:
    begun = given(declare())
    assert begun.incident.policy == POLICY.hash
    then = begun.when(adopt(B, "the drill showed it", by=ANA, at=60))
    then.then(
        PolicyAdopted(
            by=ANA,
            at=at(60),
            before=POLICY.hash,
            workflow_before="test",
            to=B.hash,
            workflow="test",
            because="the drill showed it",
        )
    )
    assert then.incident.policy == B.hash
    assert then.incident.stage == begun.incident.stage


def test_what_it_adopted_holds_from_then_on() -> None:
    world = goes_by(given(declare(), adopt(B), policy=POLICY), B)
    world.takes(propose(by=ANA, at=10))
    (gate,) = world.incident.open_gates
    assert (gate.policy, gate_due(gate)) == (anybody(2, 5), at(10 + 300))


APART = Conflict(hats=(Hat.COMMANDER, Hat.VERIFIER), because="Whoever decides does not judge")


@pytest.mark.parametrize("firmness", list(Firmness))
def test_whoever_wears_what_does_not_go_together_there_is_named_and_nothing_is_refused(firmness: Firmness) -> None:
    stricter = edited(conflicts=(APART.model_copy(update={"firmness": firmness}),))
    world = given(declare(), take(Hat.COMMANDER, by=ANA), take(Hat.VERIFIER, by=ANA), take(Hat.MITIGATOR, by=BEN))
    adopted = world.when(adopt(stricter, by=ANA))
    adopted.then(PolicyAdopted, ConflictMet)
    said = sentence(adopted.events[1], adopted.incident)
    assert said == f"warned <@{ANA}>, who wears the incident commander hat and the verifier hat: {APART.because}"
    assert [effect.person for effect in adopted.effects if isinstance(effect, Warn)] == [ANA]


def test_what_did_not_go_together_before_is_not_told_again() -> None:
    mild = edited(conflicts=(APART.model_copy(update={"firmness": Firmness.WARNED}),))
    again = edited(mild, approvals={"anybody": anybody(2, 5)})
    world = given(declare(), take(Hat.COMMANDER, by=ANA), take(Hat.VERIFIER, by=ANA), policy=mild)
    world.when(adopt(again, by=ANA)).then(PolicyAdopted)


def test_an_open_gate_keeps_what_it_began_with() -> None:
    world = goes_by(given(declare(), propose(by=ANA, at=10), adopt(B, at=20)), B)
    (gate,) = world.incident.open_gates
    assert (gate.policy, gate_due(gate)) == (anybody(), at(10 + 1800))
    world.takes(approve(by=BEN, at=400))
    assert world.incident.open_gates == (), "one vote was enough, after more than B's five minutes"


def test_adopting_what_it_goes_by_changes_nothing() -> None:
    given(declare()).when(adopt(policy(), "again", by=ANA)).then_nothing()


def test_a_reason_is_needed_in_words_that_fit() -> None:
    begun = given(declare())
    begun.when(adopt(B, "", by=ANA)).then_rejected(AdoptionNeedsReason, "/incident policy adopt because")
    begun.when(adopt(B, "\u200b", by=ANA)).then_rejected(AdoptionNeedsReason)
    begun.when(adopt(B, "x" * 3001, by=ANA)).then_rejected(TextTooLong)


def test_only_the_commander_may_where_there_is_one() -> None:
    commanded = given(declare(by=ANA), take(Hat.COMMANDER, by=BEN))
    commanded.when(adopt(B, by=ANA)).then_rejected(NotYoursToAdopt, f"<@{BEN}>")
    commanded.when(adopt(B, by=BEN)).then(PolicyAdopted)


def test_without_a_commander_anybody_who_takes_part_may() -> None:
    begun = given(declare(by=ANA), take(Hat.FIRST_RESPONDER, by=BEN))
    begun.when(adopt(B, by=CY)).then_rejected(TakePartFirst, "Take a hat first")
    begun.when(adopt(B, by=BEN)).then(PolicyAdopted)
    begun.when(adopt(B, by=ANA)).then(PolicyAdopted)


def test_a_closed_incident_goes_by_what_it_has() -> None:
    closed = given(declare(Severity.P3), resolve(), move(Stages.POST_MORTEM), move(Stages.CLOSED))
    closed.when(adopt(B)).then_rejected(IsClosed)


# Its stage


def mitigating() -> Given:
    return given(declare(Severity.P3), move(Stages.TRIAGE), move(Stages.MITIGATING))


def test_a_stage_that_is_not_in_the_other_policy_must_be_named_there() -> None:
    begun = mitigating()
    begun.when(adopt(renamed())).then_rejected(
        StageNotInPolicy, "contained has no stage Mitigating", "adopt contained to containment because"
    )
    then = begun.when(adopt(renamed(), stage="containment", at=60)).then(PolicyAdopted, StageChanged)
    assert then.incident.stage == CONTAINMENT
    assert isinstance(then.events[1], StageChanged)
    assert (then.events[1].before, then.events[1].to) == (Stages.MITIGATING, CONTAINMENT)
    onward = goes_by(given(*begun.events, *then.events), renamed())
    onward.takes(resolve(at=90))
    assert onward.incident.stage == Stages.RESOLVED, "and there are ways on from it"


def test_a_stage_of_another_purpose_is_no_place_to_go_on() -> None:
    mitigating().when(adopt(renamed(), stage="resolved")).then_rejected(
        StageMeansSomethingElse, "Resolved is not for what Mitigating is for", "containment"
    )


def test_a_stage_that_there_is_not_is_told_with_those_that_there_are() -> None:
    mitigating().when(adopt(renamed(), stage="containmnt")).then_rejected(NoSuchStage, "containmnt", "containment")


def test_where_no_stage_is_for_what_its_own_is_for_it_moves_on_first() -> None:
    stages = {name: stage for name, stage in STAGES.items() if name != "mitigating"}
    moves = [
        Transition(before=("detected",), to="triage"),
        Transition(before=("triage",), to="resolved"),
        Transition(before=("resolved",), to="closed"),
    ]
    short = edited(name="short", stages=stages, transitions=moves)
    mitigating().when(adopt(short)).then_rejected(NoStageLikeIt, "/incident stage")
    given(declare(Severity.P3), move(Stages.TRIAGE)).when(adopt(short)).then(PolicyAdopted)


def test_a_stage_of_the_same_name_for_something_else_is_another_stage() -> None:
    swapped = edited(
        stages={
            **STAGES,
            "triage": StagePolicy(purpose=Purpose.INVESTIGATING),
            "look": StagePolicy(purpose=Purpose.TRIAGE),
        }
    )
    in_triage = given(declare(Severity.P3), move(Stages.TRIAGE))
    in_triage.when(adopt(swapped)).then_rejected(StageNotInPolicy, "to look because")
    in_triage.when(adopt(swapped, stage="look")).then(PolicyAdopted, StageChanged)


def test_a_stage_that_is_only_called_otherwise_is_called_so_from_then_on() -> None:
    titled = edited(stages={**STAGES, "detected": StagePolicy(title="Noticed")})
    then = given(declare()).when(adopt(titled)).then(PolicyAdopted, StageChanged)
    assert then.incident.stage.label == "Noticed"


# What waits


def test_the_review_opens_when_the_new_policy_wants_it() -> None:
    slow = [one.model_copy(update={"after": 60.0}) if one.after else one for one in TRANSITIONS]
    resolved = given(declare(Severity.P3), resolve(at=100))
    assert resolved.incident.timers[POST_MORTEM_TIMER] == at(100 + 15 * 60)
    then = resolved.when(adopt(edited(transitions=slow), at=200)).then(PolicyAdopted)
    assert then.incident.timers[POST_MORTEM_TIMER] == at(100 + 60 * 60)
    never = [one.model_copy(update={"after": None}) for one in TRANSITIONS]
    then = resolved.when(adopt(edited(transitions=never), at=200)).then(PolicyAdopted)
    assert POST_MORTEM_TIMER not in then.incident.timers


def test_reminders_go_by_the_new_policy_and_end_where_it_wants_them_no_more() -> None:
    reminded = given(declare(), open_channel(), tick(300), policy=REMINDING)
    assert reminded.incident.reminders[Kind.NO_COMMANDER].is_on
    then = reminded.when(adopt(POLICY, at=310)).then(PolicyAdopted, ReminderEnded)
    assert isinstance(then.events[1], ReminderEnded)
    assert (then.events[1].kind, then.events[1].because) == (Kind.NO_COMMANDER, "changed")
    assert ShowReminder(incident=then.incident.id, kind=Kind.NO_COMMANDER) in then.effects
    quiet = given(declare())
    assert next_due(quiet.incident, POLICY) is None
    quiet.takes(adopt(REMINDING, at=10))
    assert next_due(quiet.incident, REMINDING) == at(300)
    assert REMINDERS.no_commander is not None


# What people see


def test_it_is_told_in_the_channel_and_topic_and_card_show_what_holds_now() -> None:
    then = given(declare(), open_channel()).when(adopt(B, "the drill showed it", by=ANA))
    kinds = [type(effect) for effect in then.effects]
    assert kinds[0] is Tell
    assert DressChannel in kinds
    assert kinds[-1] is ShowCard
    assert then.incident.last_change.type == "policy.adopted"
    before, after = f"test {POLICY.hash[:12]}", f"test {B.hash[:12]}"
    said = f"moved the incident from the policy {before} to {after}: the drill showed it"
    assert sentence(then.events[0], then.incident) == said


def test_what_nobody_could_have_is_named_by_its_hash_alone() -> None:
    lost = given(declare(), policy=edited(name="lost"))
    lost.policy = POLICY  # stands in
    (event,) = lost.when(adopt(B)).then(PolicyAdopted).events
    assert isinstance(event, PolicyAdopted)
    assert event.workflow_before == ""
    assert f"from the policy {edited(name='lost').hash[:12]} to test" in sentence(event, lost.incident)


def test_differences_are_named_field_by_field() -> None:
    p1 = SeverityPolicy(means="customers cannot buy", sla_minutes=20, approval=False, auto_remediation=False)
    after = edited(
        severities={**POLICY.severities, Severity.P1: p1},
        stages={
            **{k: v for k, v in STAGES.items() if k != "triage"},
            "containment": StagePolicy(purpose=Purpose.TRIAGE),
        },
        transitions=[*TRANSITIONS[2:], Transition(before=("resolved",), to="closed", after=15)],
        reminders={Severity.P1: REMINDERS},
    )
    said = [str(one) for one in differences(POLICY, after)]
    assert "severities.p1.sla_minutes: 15 → 20" in said
    assert "severities.p1.approval: yes → no" in said
    assert "severities.p1.update_every_minutes: 30 → none" in said
    assert "stages.triage: gone, was hats first-responder, mitigations yes" in said
    assert "stages.containment: new, purpose triage, mitigations yes" in said
    triggers = "when on-call, hat, mitigation, resolution, criteria enforced, owed no"
    assert f"moves.detected → triage: gone, was {triggers}" in said
    assert "moves.resolved → closed: new, after 15m, criteria enforced, owed no" in said
    assert any(line.startswith("reminders.p1: new, no_commander after 5m, every 5m") for line in said)
    assert differences(POLICY, policy()) == ()
    assert differences(POLICY, edited(name="linear")) == (), "what it is called stands above the list"


def test_another_order_of_stages_is_another_policy() -> None:
    turned = dict(reversed(STAGES.items()))
    after = edited(stages=turned)
    assert after.hash != POLICY.hash
    (only,) = differences(POLICY, after)
    assert only.place == "order of stages"


@pytest.mark.parametrize("kept", [POLICY, REMINDING, B, renamed()], ids=["plain", "reminding", "edited", "renamed"])
def test_a_policy_survives_being_written_and_read(kept: Policy) -> None:
    read = Policy.model_validate_json(kept.model_dump_json())
    assert read == kept
    assert read.hash == kept.hash
    assert list(read.stage_by_id) == list(kept.stage_by_id)
