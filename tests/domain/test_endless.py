"""What is said to have no end has none by the rules that decide, either; and what is not said to have none has one."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from bot.domain.gates.choice import GateChoice
from bot.domain.gates.policy import ApprovalPolicy
from bot.domain.hats import Hat
from bot.domain.incident.checks import look
from bot.domain.incident.commands import AnyCommand
from bot.domain.incident.criteria import missing
from bot.domain.incident.rejections import CriteriaMissing, IsOver, NeedsApproval, NotInThisStage, SeenInTheRecord
from bot.domain.oncall.book import Book
from bot.domain.rejected import Rejected
from bot.domain.runbook import Phase
from bot.domain.severity import Severity
from bot.domain.workflow.criterion import Check, Criterion, Strictness
from bot.domain.workflow.endless import endless
from bot.domain.workflow.lifecycle import Guard, Purpose, Stage, StagePolicy, Transition
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
    take,
    tick,
)
from tests.harness.people import ANA, BEN, DEE
from tests.harness.plans import POLICY, edited


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


def test_a_guard_that_asks_for_what_nobody_may_propose_there_holds_it_for_ever_where_it_holds() -> None:
    stages = {"detected": StagePolicy(mitigations=False), "mitigating": PLAIN, "resolved": PLAIN, "closed": PLAIN}
    moves = (
        Transition(before=("detected",), to="mitigating", guards=(Guard.APPROVED,)),
        Transition(before=("mitigating",), to="resolved"),
        Transition(before=("resolved",), to="closed"),
    )
    policy = workflow(stages, *moves)
    asks = "the move to mitigating asks for an approved mitigation, and nothing is changed in detected"
    assert told(policy) == [f"detected: nobody may get out of it at P1: {asks}"]
    world = given(declare(Severity.P1), policy=policy)
    world.when(move(policy.stage_by_id["mitigating"], at=90)).then_rejected(NeedsApproval)
    world.when(propose(at=90)).then_rejected(NotInThisStage)
    world = given(declare(Severity.P2), policy=policy)
    assert world.when(move(policy.stage_by_id["mitigating"], at=90)).incident.stage.id == "mitigating"
    policy = workflow(stages, *moves, Transition(before=("detected",), to="resolved"))
    assert told(policy) == [f"mitigating: nobody may get to it at P1: {asks}"]


def test_a_signal_that_settles_after_no_change_holds_it_for_ever() -> None:
    stages = {"detected": StagePolicy(mitigations=False, exit=(VERIFIED,)), "resolved": PLAIN, "closed": PLAIN}
    moves = (Transition(before=("detected",), to="resolved"), Transition(before=("resolved",), to="closed"))
    policy = workflow(stages, *moves)
    asks = "the move to resolved asks for “verified”, and nothing is changed in detected"
    assert told(policy) == [f"detected: nobody may get out of it: {asks}"]
    world = given(declare(Severity.P4), policy=policy)
    world.when(move(policy.stage_by_id["resolved"], "it healed", at=90)).then_rejected(CriteriaMissing)
    word = VERIFIED.model_copy(update={"confirmed_by": (Hat.VERIFIER,)})
    assert told(workflow({**stages, "detected": StagePolicy(mitigations=False, exit=(word,))}, *moves)) == []


# Whatever the workflow: what is said is what comes of trying it all

NAMES = ("detected", "triage", "mitigating", "resolved", "post-mortem", "closed")
SEEN = (Check.CHANGE_RECORDED, Check.VERIFIED_BY_SIGNAL)
ENDS = ("stopped", "failed", "cured")
"""How a mitigation may end: before anything was changed, rolled back, or proven."""


def attempt(end: str, number: int, *, asked: bool) -> Iterator[AnyCommand]:
    """Propose a mitigation, have it approved where somebody is asked, and bring it to this end."""
    name, begins = f"m{number}", 1000 * number
    yield propose(by=ANA, at=begins)
    if asked:
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


Spot = tuple[str, tuple[bool, ...], frozenset[str], frozenset[str]]


def spot(world: Given) -> Spot:
    """Say all that decides where it may go from here."""
    incident = world.incident
    shown = (look(check, incident.stage, incident, world.policy).done for check in SEEN)
    done = (bool(incident.mitigations), *shown)
    return incident.stage.id, done, frozenset(incident.owed), frozenset(incident.confirmed)


def tried(world: Given) -> Iterator[Given]:
    """Yield what may come next: by each move that the rules make, and by each end of a mitigation."""
    for to in world.policy.next_stages(world.incident.stage):
        for words in (False, True):
            with suppress(Rejected):
                yield _moved(world, to, words=words)
    if world.policy.takes_mitigations(world.incident.stage):
        asked = world.policy.of(world.incident.severity).approval
        number = len(world.incident.mitigations) + 1
        yield from (after(world, *attempt(end, number, asked=asked)) for end in ENDS)


def _moved(world: Given, to: Stage, *, words: bool) -> Given:
    """Move on, after all that somebody's word counts for is confirmed, or nothing is; whoever is asked says yes."""
    lacking = missing(world.incident, to, world.policy) if words else ()
    if words and not any(item.criterion.confirmed_by for item in lacking):
        raise Rejected  # the same as without
    said = (confirm(item.criterion.id, "I saw it", by=DEE, at=9000) for item in lacking if item.criterion.confirmed_by)
    moved = after(world, *said, move(to, "it is so", by=ANA, at=9000))
    for gate in moved.incident.open_gates:
        moved.takes(approve(by=BEN, mitigation=gate.id, at=9000))
    if moved.incident.stage != to:
        raise Rejected
    return moved


def after(world: Given, *orders: AnyCommand) -> Given:
    """Go on from a world, which stays as it is."""
    following = Given(world.policy)
    following.state = world.state
    for order in orders:
        following.takes(order)
    return following


def explored(policy: Policy, level: Severity) -> dict[Spot, set[Spot]]:
    """Try everything from the declaration on."""
    ways, todo = dict[Spot, set[Spot]](), [given(declare(level), take(Hat.COMMANDER, by=DEE), policy=policy)]
    while todo:
        world = todo.pop(0)
        if (here := spot(world)) not in ways:
            following = list(tried(world))
            ways[here] = {spot(each) for each in following}
            todo += following
    return ways


def has_a_dead_end(ways: dict[Spot, set[Spot]]) -> bool:
    """Say whether the end can't be reached from somewhere where one gets to."""
    ending = {here for here in ways if here[0] == "closed"}
    while more := {here for here, to in ways.items() if to & ending} - ending:
        ending |= more
    return ways.keys() != ending


NEVER = ApprovalPolicy.model_validate(
    {"id": "never", "title": "Two commanders", "kind": "parallel", "seats": [{"hat": "commander", "voices": 2}]}
)
"""Nobody wears the commander's hat beside another: its two yeses never come together."""


@st.composite
def workflows(draw: st.DrawFn) -> Policy:
    """Draw stages with criteria, and moves between them that lead to the end by their looks."""
    open_stages = NAMES[: NAMES.index("resolved")]
    changed_in = draw(st.sets(st.sampled_from(open_stages), min_size=1)) if draw(st.booleans()) else {*open_stages}
    stages = {
        name: StagePolicy(
            mitigations=name in changed_in or name not in open_stages,
            exit=tuple(
                Criterion(
                    id=f"{name}-{n}",
                    title="So it is",
                    check=check,
                    confirmed_by=draw(st.sampled_from([(), (), (Hat.VERIFIER,)])),
                    severities=draw(st.sampled_from([(), (Severity.P1, Severity.P2)])),
                )
                for n, check in enumerate(draw(st.lists(st.sampled_from(SEEN), max_size=1)))
            ),
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
    gates = draw(
        st.lists(
            st.builds(
                GateChoice,
                use=st.sampled_from(["anybody", "anybody", "never"]),
                before=st.just(("stage", "resolution")),
                stages=st.sampled_from(NAMES[1:]).map(lambda name: (name,)),
                severities=st.sampled_from([(), (Severity.P1,), (Severity.P3, Severity.P4)]),
            ),
            max_size=2,
        )
    )
    declared = workflow(stages, *moves)
    return edited(declared, approvals={**declared.approvals, "never": NEVER}, gates=(*declared.gates, *gates))


@settings(deadline=None, max_examples=60)
@for_all(policy=workflows(), level=st.sampled_from(Severity))
def test_stages_are_said_to_have_no_end_where_trying_everything_finds_none(policy: Policy, level: Severity) -> None:
    here = [one for one in told(policy) if " at P" not in one or level.label in one]
    ways = explored(policy, level)
    assert any("nobody may get out" in one for one in here) == has_a_dead_end(ways)
    if not has_a_dead_end(ways):
        reached = {spot[0] for spot in ways}
        next_to = {move.to for move in policy.transitions if reached & {*move.before}} - reached
        assert {one.partition(":")[0] for one in here if "nobody may get to it" in one} == next_to
