"""What is said to have no end has none by the rules that decide, either; and what is not said to have none has one."""

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from bot.domain.incident.checks import look
from bot.domain.incident.commands import AnyCommand
from bot.domain.incident.rejections import CriteriaMissing, IsOver, NeedsApproval, SeenInTheRecord
from bot.domain.oncall.book import Book
from bot.domain.rejected import Rejected
from bot.domain.runbook import Phase
from bot.domain.severity import Severity
from bot.domain.workflow.criterion import Check, Criterion, Strictness
from bot.domain.workflow.endless import endless
from bot.domain.workflow.lifecycle import Guard, Purpose, StagePolicy, Transition
from bot.domain.workflow.policy import Policy
from tests.harness.given import Given, given
from tests.harness.orders import (
    approve,
    confirm,
    declare,
    finished,
    move,
    propose,
    resolve,
    signal,
    started,
    stop,
    tick,
)
from tests.harness.people import ANA, BEN
from tests.harness.plans import POLICY


def workflow(stages: dict[str, StagePolicy], *moves: Transition) -> Policy:
    """Declare other stages and moves; all else is the tests' policy."""
    return Policy.model_validate(
        {**POLICY.model_dump(exclude={"stages", "transitions", "reminders"}), "stages": stages, "transitions": moves}
    )


def told(policy: Policy) -> list[str]:
    return [f"{one.stage}: {one.what}" for one in endless(policy, Book())]


VERIFIED = Criterion(id="verified", title="It has settled", check=Check.VERIFIED_BY_SIGNAL)
PLAIN = StagePolicy()
BEGIN = Transition(before=("detected",), to="resolved", criteria=Strictness.IGNORE)


def at_the_end(policy: Policy) -> Given:
    return given(declare(Severity.P1), resolve("it healed", at=60), policy=policy)


def test_a_criterion_that_nothing_can_show_any_more_holds_it_for_ever() -> None:
    stages = {"detected": PLAIN, "resolved": StagePolicy(exit=(VERIFIED,)), "closed": PLAIN}
    policy = workflow(stages, BEGIN, Transition(before=("resolved",), to="closed"))
    late = "and no mitigation can be proposed once the incident is over"
    assert told(policy) == [f"resolved: nobody may get out of it: the move to closed asks for “verified”, {late}"]
    world = at_the_end(policy)
    world.when(move(policy.stage_by_id["closed"], at=90)).then_rejected(CriteriaMissing)
    world.when(propose(at=90)).then_rejected(IsOver)
    world.when(confirm("verified", "I saw it", at=90)).then_rejected(SeenInTheRecord)


def test_a_guard_that_comes_too_late_holds_it_for_ever() -> None:
    stages = {"detected": PLAIN, "resolved": PLAIN, "closed": PLAIN}
    policy = workflow(stages, BEGIN, Transition(before=("resolved",), to="closed", guards=(Guard.APPROVED,)))
    late = "and no mitigation can be proposed once the incident is over"
    asks = "the move to closed asks for an approved mitigation"
    assert told(policy) == [f"resolved: nobody may get out of it at P1: {asks}, {late}"]
    at_the_end(policy).when(move(policy.stage_by_id["closed"], at=90)).then_rejected(NeedsApproval)


def test_time_carries_it_round_for_ever() -> None:
    stages = {"detected": PLAIN, "resolved": PLAIN, "watched": StagePolicy(purpose=Purpose.RESOLVED), "closed": PLAIN}
    policy = workflow(
        stages,
        BEGIN,
        Transition(before=("resolved",), to="watched", after=5),
        Transition(before=("watched",), to="resolved", after=5),
        Transition(before=("resolved",), to="closed"),
    )
    assert told(policy) == ["resolved: time leads round by itself, for ever: resolved → watched → resolved"]
    world, seen = at_the_end(policy), list[str]()
    for minutes in range(10, 60, 10):
        world.takes(tick(60 * minutes))
        seen.append(world.incident.stage.id)
    assert seen == ["watched", "resolved"] * 2 + ["watched"]


# Whatever the workflow: what is said is what comes of trying it all

NAMES = ("detected", "triage", "mitigating", "resolved", "post-mortem", "closed")
SEEN = (Check.CHANGE_RECORDED, Check.VERIFIED_BY_SIGNAL)
ENDS = ("stopped", "failed", "cured")
"""How a mitigation may end: before anything was changed, rolled back, or proven."""


def attempt(end: str, number: int) -> Iterator[AnyCommand]:
    """Propose a mitigation, have it approved, and bring it to this end."""
    name, begins = f"m{number}", 1000 * number
    yield propose(by=ANA, at=begins)
    yield approve(by=BEN, mitigation=name, at=begins)
    match end:
        case "stopped":
            yield stop(mitigation=name, at=begins)
        case "failed":
            yield from (started(0, mitigation=name, at=begins), finished(0, ok=False, mitigation=name, at=begins))
            yield from _steps("rollback", name, begins)
        case _:
            yield from _steps("plan", name, begins)
            yield from (signal(True, mitigation=name, at=begins + 20), signal(True, mitigation=name, at=begins + 60))


def _steps(phase: Phase, name: str, begins: float) -> Iterator[AnyCommand]:
    for step in (0, 1):
        yield started(step, phase, mitigation=name, at=begins)
        yield finished(step, phase, mitigation=name, at=begins)


Spot = tuple[str, tuple[bool, ...], frozenset[str]]


def spot(world: Given) -> Spot:
    """Say all that decides where it may go from here."""
    incident = world.incident
    shown = (look(check, incident.stage, incident, world.policy).done for check in SEEN)
    return incident.stage.id, (bool(incident.mitigations), *shown), frozenset(incident.owed)


def tried(world: Given) -> Iterator[Given]:
    """Yield what may come next: by each move that the rules make, and by each end of a mitigation."""
    for to in world.policy.next_stages(world.incident.stage):
        try:
            yield after(world, move(to, "it is so", at=9000))
        except Rejected:
            continue
    if not world.incident.stage.is_over:
        yield from (after(world, *attempt(end, len(world.incident.mitigations) + 1)) for end in ENDS)


def after(world: Given, *orders: AnyCommand) -> Given:
    """Go on from a world, which stays as it is."""
    following = Given(world.policy)
    following.state = world.state
    for order in orders:
        following.takes(order)
    return following


def has_a_dead_end(policy: Policy) -> bool:
    """Try everything from the declaration on, and see whether the end can be reached from wherever one gets to."""
    ways, todo = dict[Spot, set[Spot]](), [given(declare(Severity.P1), policy=policy)]
    while todo:
        world = todo.pop(0)
        if (here := spot(world)) not in ways:
            following = list(tried(world))
            ways[here] = {spot(each) for each in following}
            todo += following
    ending = {here for here in ways if here[0] == "closed"}
    while more := {here for here, to in ways.items() if to & ending} - ending:
        ending |= more
    return ways.keys() != ending


@st.composite
def workflows(draw: st.DrawFn) -> Policy:
    """Draw stages with criteria, and moves between them that lead to the end by their looks."""
    stages = {
        name: StagePolicy(
            exit=tuple(
                Criterion(id=f"{name}-{n}", title="So it is", check=check)
                for n, check in enumerate(draw(st.lists(st.sampled_from(SEEN), max_size=1)))
            )
        )
        for name in NAMES
    }
    pairs = [*pairwise(NAMES)]
    more = st.tuples(st.sampled_from(NAMES[:-1]), st.sampled_from(NAMES[1:])).filter(lambda pair: pair[0] != pair[1])
    pairs += draw(st.lists(more, max_size=4))
    moves = [
        Transition(
            before=(before,),
            to=to,
            guards=draw(st.sampled_from([(), (), (Guard.APPROVED,)])),
            criteria=draw(st.sampled_from(Strictness)),
            owed=draw(st.booleans()),
        )
        for before, to in dict.fromkeys(pairs)
    ]
    return workflow(stages, *moves)


@settings(deadline=None, max_examples=40)
@for_all(policy=workflows())
def test_stages_are_said_to_have_no_end_where_trying_everything_finds_none(policy: Policy) -> None:
    at_p1 = [one for one in told(policy) if "nobody may get out" in one and (" at P" not in one or "P1" in one)]
    assert bool(at_p1) == has_a_dead_end(policy)
