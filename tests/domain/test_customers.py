"""What customers are told: sent at once, or by the last yes; a changed text lets votes fall."""

import pytest

from bot.domain.effects import ShowGate, Tell
from bot.domain.gates import orders as go
from bot.domain.gates.choice import GateChoice
from bot.domain.gates.events import GateClosed, GateOpened, StepPassed, SubjectChanged, TierCalled, VoteCast
from bot.domain.gates.gate import Outcome
from bot.domain.gates.policy import ApprovalPolicy
from bot.domain.gates.rejections import SubjectHasChanged, YouProposedIt
from bot.domain.gates.subject import of_notice
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident.events import CustomersTold
from bot.domain.incident.rejections import GateStillOpen, IsClosed, NoCustomersChannel
from bot.domain.severity import Severity
from bot.domain.timeline import sentence, worth_telling
from bot.domain.words import TextMissing, TextTooLong
from bot.domain.workflow.policy import Policy
from tests.harness.clock import at
from tests.harness.given import Given, given
from tests.harness.orders import (
    INC,
    approve,
    at_gate,
    declare,
    move,
    open_channel,
    reject,
    resolve,
    take,
    tell_customers,
    tick,
)
from tests.harness.people import ANA, BEN, CY, DEE
from tests.harness.plans import POLICY, anybody
from tests.harness.stages import Stages

G1 = "g1"
TEXT = "orders work again"


def telling(approval: ApprovalPolicy | None = None) -> Policy:
    """A policy that names a channel for customers, and asks before they are told, if `approval` is given."""
    channels = POLICY.channels.model_copy(update={"customers": "status"})
    if approval is None:
        return POLICY.model_copy(update={"channels": channels})
    gates = (GateChoice(use=approval.id, before=("notification",)), *POLICY.gates)
    approvals = {**POLICY.approvals, approval.id: approval}
    return POLICY.model_copy(update={"channels": channels, "gates": gates, "approvals": approvals})


TWO = anybody(2, id="two", title="Two of us")


def asked(approval: ApprovalPolicy = TWO) -> Given:
    return given(declare(), open_channel(), tell_customers(by=ANA, at=1), policy=telling(approval))


def test_where_nobody_is_asked_it_is_sent_at_once() -> None:
    told = given(declare(), open_channel(), policy=telling()).when(tell_customers(TEXT, by=ANA, at=5))
    told.then(CustomersTold(by=ANA, at=at(5), text=TEXT, channel="status"))
    places = [effect.place for effect in told.effects if isinstance(effect, Tell)]
    assert places == ["channel", "customers"]
    assert sentence(told.events[0], told.incident) == "told customers in #status: orders work again"


def test_without_a_channel_for_them_it_says_which_key_is_missing() -> None:
    given(declare()).when(tell_customers()).then_rejected(
        NoCustomersChannel, "`customers: status`", "manifests/workflows/test.yaml", "/incident policy adopt"
    )


@pytest.mark.parametrize(("text", "kind"), [(" ", TextMissing), ("x" * 2001, TextTooLong)])
def test_there_must_be_something_to_read_and_no_more_than_fits(text: str, kind: type) -> None:
    given(declare(), policy=telling()).when(tell_customers(text)).then_rejected(kind)


def test_the_last_yes_sends_it_and_it_is_recorded_who_wrote_and_who_approved_it() -> None:
    world = asked()
    assert world.incident.gates[G1].subject == of_notice(TEXT, "status", TWO.hash)
    assert ShowGate(incident=INC, gate=G1) in world.effects
    assert not any(isinstance(event, CustomersTold) for event in world.events)
    world.when(approve(by=ANA, mitigation=G1)).then_rejected(YouProposedIt)
    world.takes(approve(by=BEN, mitigation=G1, at=3))
    sent = world.when(approve(by=CY, mitigation=G1, at=4))
    sent.then(VoteCast, StepPassed, GateClosed, CustomersTold)
    assert sent.events[-1] == CustomersTold(
        by=ANA, at=at(4), text=TEXT, channel="status", approved_by=(BEN, CY), gate=G1
    )
    said = sentence(sent.events[-1], sent.incident)
    assert said == f"told customers in #status (approved by <@{BEN}> and <@{CY}>): orders work again"


def test_the_same_words_again_change_nothing_and_others_wait_their_turn() -> None:
    world = asked()
    world.when(tell_customers(TEXT, by=ANA, at=5)).then_nothing()
    world.when(tell_customers("we are back", by=BEN, at=5)).then_rejected(GateStillOpen, "Tell customers in #status")


def test_a_changed_text_lets_votes_fall_and_says_so() -> None:
    world = asked()
    seen = world.incident.gates[G1].subject.hash
    world.takes(approve(by=BEN, mitigation=G1, at=3))
    changed = world.when(tell_customers("most orders work again", by=ANA, at=5))
    changed.then(SubjectChanged, TierCalled)
    assert changed.incident.gates[G1].votes == ()
    assert [effect.place for effect in changed.effects if isinstance(effect, Tell)] == ["channel"]
    said = sentence(changed.events[0], changed.incident)
    assert said.endswith("(text); earlier votes don't count — most orders work again")
    world.takes(tell_customers("most orders work again", by=ANA, at=5))
    stale = at_gate(go.CastVote, by=CY, mitigation=G1, choice="approve", subject=seen)
    world.when(stale).then_rejected(SubjectHasChanged, "text")


def test_the_record_tells_what_was_asked_and_what_was_changed() -> None:
    from bot.domain.incident.record import GENESIS, chain

    world = asked()
    world.takes(tell_customers("most orders work again", by=ANA, at=5))
    told = [sentence(event, world.incident) for event in worth_telling(chain(INC, world.events, "cause", 0, GENESIS))]
    assert any(line.endswith("Two of us — orders work again") for line in told)
    assert any(line.endswith("— most orders work again") for line in told)


@pytest.mark.parametrize("ends", [reject("not yet", by=BEN, mitigation=G1, at=9), tick(1900)])
def test_without_a_yes_nothing_is_sent(ends: object) -> None:
    left = asked().when(ends)  # type: ignore[arg-type]
    assert not any(isinstance(event, CustomersTold) for event in left.events)
    assert left.incident.gates[G1].outcome in {Outcome.REJECTED, Outcome.EXPIRED}


def test_time_sends_it_only_where_the_policy_says_so() -> None:
    sent = asked(anybody(id="two", last_resort="approve")).when(tick(1900))
    (told,) = [event for event in sent.events if isinstance(event, CustomersTold)]
    assert (told.by, told.approved_by) == (ANA, ())
    assert "(approved by its policy)" in sentence(told, sent.incident)


def test_what_went_ahead_by_breaking_the_glass_says_so() -> None:
    glass = anybody(id="two", glass={"who": [{"hat": "commander"}]})
    world = asked(glass)
    world.takes(take(Hat.COMMANDER, by=DEE))
    sent = world.when(at_gate(go.BreakGlass, by=DEE, mitigation=G1, because="they call us"))
    told = sent.events[-1]
    assert isinstance(told, CustomersTold)
    assert "(without the approval: the glass was broken)" in sentence(told, sent.incident)


def test_what_was_agreed_to_is_sent_where_its_readers_saw_it_though_another_channel_is_named_by_now() -> None:
    world = asked(anybody(id="two"))
    world.policy = world.policy.model_copy(
        update={"channels": world.policy.channels.model_copy(update={"customers": "elsewhere"})}
    )
    sent = world.when(approve(by=BEN, mitigation=G1)).events[-1]
    assert isinstance(sent, CustomersTold)
    assert sent.channel == "status"
    changed = world.when(tell_customers(TEXT, by=ANA, at=5))
    assert changed.incident.gates[G1].changed == ("target",)


def test_customers_are_told_after_it_is_resolved_and_nobody_is_asked_once_it_is_closed() -> None:
    world = given(declare(Severity.P3), resolve(by=ANA, at=1), policy=telling(TWO))
    world.takes(tell_customers(by=ANA, at=2))
    world.takes(tick(16 * 60))
    assert world.incident.open_gates
    world.takes(move(Stages.CLOSED, by=BEN, at=17 * 60))
    assert world.incident.gates[G1].outcome is Outcome.WITHDRAWN
    assert world.incident.gates[G1].closed_by == SYSTEM
    world.when(tell_customers(by=ANA, at=18 * 60)).then_rejected(IsClosed)


def test_at_other_severities_the_choice_may_not_fit() -> None:
    policy = telling(TWO)
    narrow = policy.gates[0].model_copy(update={"severities": (Severity.P1,)})
    policy = policy.model_copy(update={"gates": (narrow, *policy.gates[1:])})
    given(declare(Severity.P3), policy=policy).when(tell_customers()).then(CustomersTold)
    given(declare(Severity.P1), policy=policy).when(tell_customers()).then(GateOpened, TierCalled)
