"""What is said to come comes, at that time and not before: a gate's end, and that somebody who sleeps is told."""

import copy
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.gates import events as e
from bot.domain.gates.due import told_later
from bot.domain.gates.explain import explain
from bot.domain.gates.gate import Outcome
from bot.domain.gates.policy import ApprovalPolicy, Then
from bot.domain.gates.standing import Ending, ending, waited_for
from tests.domain.gates.anything import Act, acts, deputies, policies, quiet, states, subject
from tests.domain.gates.asking import HOUR, Asking, policy
from tests.harness.clock import NOON, at

ENDS: Mapping[Then, tuple[Outcome, bool]] = {
    "approve": (Outcome.APPROVED, False),
    "reject": (Outcome.REJECTED, False),
    "expire": (Outcome.EXPIRED, False),
    "roll-back": (Outcome.EXPIRED, True),
}
PURPOSES = st.sampled_from(("mitigation", "stage", "rollback", "notification"))
TOUCHES = st.sampled_from(((), ("customer-data",)))


@settings(max_examples=400, deadline=None)
@given(kind=policies(), done=acts, standing_in=deputies, purpose=PURPOSES, touches=TOUCHES)
def test_what_is_said_to_come_without_a_decision_comes(
    kind: ApprovalPolicy | None,
    done: list[Act],
    standing_in: dict[str, list[str]],
    purpose: str,
    touches: tuple[str, ...],
) -> None:
    if kind is None:
        return
    for asking in states(Asking(kind, subject(purpose, touches), deputies=standing_in), done):
        each_vote_is_told(asking)
        if asking.gate.is_open:
            said = ending(asking.gate)
            assert said is not None
            comes(said, copy.copy(asking))


@settings(max_examples=300, deadline=None)
@given(kind=policies(), done=acts, standing_in=deputies, sleeps=quiet)
def test_who_is_said_to_be_told_later_is_told_then_if_their_answer_is_still_wanted(
    kind: ApprovalPolicy | None,
    done: list[Act],
    standing_in: dict[str, list[str]],
    sleeps: dict[str, tuple[str, ...]],
) -> None:
    if kind is None:
        return
    for asking in states(Asking(kind, subject(), deputies=standing_in, quiet=sleeps), done):
        if asking.gate.is_open:
            for person, when in told_later(asking.gate).items():
                is_told(person, (when - NOON).total_seconds(), copy.copy(asking))


def is_told(person: str, seconds: float, asking: Asking) -> None:
    asking.facts = []
    asking.ticks(seconds - 1)
    assert not reminds(person, asking), "not before"
    if asking.gate.is_open and person in told_later(asking.gate):
        asking.ticks(seconds)
        is_wanted = person in waited_for(asking.gate) and asking.gate.outcome is None
        assert reminds(person, asking) or not is_wanted


def reminds(person: str, asking: Asking) -> bool:
    return any(isinstance(fact, e.PeopleReminded) and person in fact.following for fact in asking.facts)


def comes(said: Ending, asking: Asking) -> None:
    """Wait until then. A deputy who has voted for somebody else may decide it before, by that vote."""
    asking.facts = []
    asking.ticks(max(asking.now, (said.at - NOON).total_seconds() - 1))
    if asking.gate.how == "votes" and not asking.gate.is_contested:
        assert any(isinstance(fact, e.DeputyAsked) for fact in asking.facts)
        return
    assert asking.gate.is_open, "not before"
    assert not any(isinstance(fact, e.TierCalled) for fact in asking.facts), "nobody else is asked before"
    assert ending(asking.gate) == said
    asking.ticks((said.at - NOON).total_seconds())
    if said.then == "escalate":
        called = next(fact for fact in asking.facts if isinstance(fact, e.TierCalled))
        assert asking.gate.steps[called.ballot].tiers[called.tier].seats == said.following
    else:
        assert (asking.gate.outcome, asking.gate.rolls_back) == ENDS[said.then]


def each_vote_is_told(asking: Asking) -> None:
    told = explain(asking.gate)
    ways = [(one.account, one.choice) for one in told.counted]
    ways += [(one.account, one.choice) for one in told.left_out]
    for vote in (*asking.gate.votes, *asking.gate.late, *(fallen.vote for fallen in asking.gate.fallen)):
        ways.remove((vote.account, vote.choice))
    assert not ways, "none is told twice"


def test_where_a_tiers_limit_and_the_gates_are_up_at_once_it_ends_as_the_gates_says() -> None:
    two = [{"person": "ben"}], [{"person": "cy"}]
    kind = policy(kind="parallel", seats=two[0], second=two[1], next_after="1h", limit="1h", then="reject")
    asking = Asking(kind)
    assert ending(asking.gate) == Ending(at(HOUR), "reject")
    asking.ticks(HOUR)
    assert asking.gate.outcome is Outcome.REJECTED
