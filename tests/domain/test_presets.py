"""The three workflows that are shipped: each legal and each illegal move, what it waits for, what runs unasked."""

from contextlib import suppress
from datetime import timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.config import load
from bot.domain.durations import lasted
from bot.domain.gates.due import next_due
from bot.domain.gates.events import GateOpened
from bot.domain.gates.stricter import Asked
from bot.domain.gates.subject import of_plan
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident.criteria import asked, missing
from bot.domain.incident.decide.gates import open_gate
from bot.domain.incident.events import MitigationProposed, Resolved, StageChanged
from bot.domain.incident.mitigations import Progress
from bot.domain.incident.rejections import (
    CriteriaMissing,
    GateStillOpen,
    HatsConflict,
    IsClosed,
    NeedsApproval,
    NoSuchMove,
    NotInThisStage,
)
from bot.domain.rejected import Rejected
from bot.domain.severity import Severity
from bot.domain.workflow.criterion import Strictness
from bot.domain.workflow.lifecycle import Purpose, Stage, StagePolicy
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.wearing import Firmness
from tests.domain.gates.asking import Asking
from tests.domain.preset_tables import APART, ASKED_BEFORE, CRITERIA, HATS, MATRIX, Level, asked_for
from tests.harness.clock import NOON, at
from tests.harness.criteria import meet
from tests.harness.given import Given, given
from tests.harness.orders import (
    acknowledge,
    approve,
    called,
    declare,
    finished,
    move,
    propose,
    resolve,
    signal,
    start_escalation,
    started,
    take,
    tick,
    vote,
)
from tests.harness.people import ANA, BEN, CY, DEE, EVERYBODY
from tests.harness.plans import ANYBODY, PURGE, plan

SHIPPED = Path(__file__).parents[2] / "manifests"
PRESETS = ("hybrid", "linear", "streaming")


class Move(NamedTuple):
    """A row of the tables below."""

    before: str
    to: str
    p1: str
    """The approval that it waits for at P1; empty: none."""
    else_: str
    """The same at P2, P3 and P4."""
    guards: str
    criteria: str
    itself: str
    """What makes it happen by itself."""


def rows(table: str) -> list[Move]:
    return [Move(*(cell.strip() for cell in line.split("|"))) for line in table.strip().splitlines()]


TABLES = {
    "hybrid": rows("""
        detected      | triage        |             |   |              | enforced | on-call hat mitigation resolution
        triage        | investigating |             |   |              | warn     |
        triage        | mitigating    |             |   | approved     | warn     | mitigation
        investigating | mitigating    |             |   | approved     | warn     | mitigation
        mitigating    | investigating |             |   | nothing-runs | ignore   |
        triage        | resolved      | recovery    |   | nothing-runs | warn     |
        investigating | resolved      | recovery    |   | nothing-runs | warn     |
        mitigating    | resolved      | recovery    |   | nothing-runs | enforced |
        resolved      | post-mortem   |             |   |              | warn     | 15 min
        post-mortem   | closed        | eradication |   | nothing-runs | enforced |
    """),
    "linear": rows("""
        detected      | triage        | sign-off | sign-off |              | enforced |
        triage        | investigating | sign-off | sign-off |              | enforced |
        investigating | change        | sign-off | sign-off |              | enforced |
        change        | mitigating    |          |          | approved     | enforced | mitigation
        change        | investigating | sign-off | sign-off | nothing-runs | ignore   |
        mitigating    | investigating | sign-off | sign-off | nothing-runs | ignore   |
        mitigating    | change        | sign-off | sign-off | nothing-runs | ignore   |
        mitigating    | eradicating   | sign-off | sign-off | nothing-runs | enforced |
        eradicating   | resolved      | recovery | recovery | nothing-runs | enforced |
        triage        | resolved      | recovery | recovery | nothing-runs | enforced |
        investigating | resolved      | recovery | recovery | nothing-runs | warn     |
        change        | resolved      | recovery | recovery | nothing-runs | warn     |
        resolved      | post-mortem   |          |          |              | warn     | 60 min
        post-mortem   | closed        | sign-off | sign-off | nothing-runs | enforced |
    """),
    "streaming": rows("""
        detected      | triage        |  |  |              | enforced | on-call hat mitigation resolution
        detected      | mitigating    |  |  |              | warn     | mitigation
        triage        | mitigating    |  |  |              | warn     | mitigation
        mitigating    | triage        |  |  | nothing-runs | ignore   |
        triage        | resolved      |  |  | nothing-runs | warn     |
        mitigating    | resolved      |  |  | nothing-runs | enforced |
        resolved      | post-mortem   |  |  |              | warn     | 5 min
        post-mortem   | closed        |  |  | nothing-runs | enforced |
    """),
}
ON_THE_WAY = {("hybrid", "detected", "resolved"), ("streaming", "detected", "resolved")}
"""Two legal moves in one: a false alarm is resolved on sight, by way of triage."""


@cache
def shipped(name: str) -> Policy:
    return load(SHIPPED, {}, name).policy


@cache
def without_criteria(name: str) -> Policy:
    policy = shipped(name)
    bare = {stage: StagePolicy(**{**dict(one), "entry": (), "exit": ()}) for stage, one in policy.stages.items()}
    return policy.model_copy(update={"stages": bare})


def stage(policy: Policy, name: str) -> Stage:
    return policy.stage_by_id[name]


def standing(policy: Policy, where: str, level: Severity) -> Given:
    """An incident at a stage, whichever way it got there."""
    world = given(declare(level), policy=policy)
    world.takes(StageChanged(by=SYSTEM, at=NOON, before=policy.first, to=stage(policy, where)))
    return world


def approved(world: Given) -> None:
    """Have a mitigation approved, run and proven, so that no guard holds a move up; the stage stays as it is."""
    where = world.incident.stage
    world.takes(MitigationProposed(by=ANA, at=NOON, mitigation="m1", plan=plan(), gate="m1"))
    for fact in open_gate(propose(by=ANA), "m1", Asked(ANYBODY), of_plan(plan()), wakes=True):
        world.takes(fact)
    for order in (approve(by=BEN), started(0), finished(0), started(1), finished(1), signal(True)):
        world.takes(order)
    world.takes(signal(True, at=600))
    assert world.incident.mitigations["m1"].progress is Progress.VERIFIED
    world.takes(StageChanged(by=SYSTEM, at=at(600), before=world.policy.first, to=where))


LEGAL = [(name, row) for name in PRESETS for row in TABLES[name]]


def moves(*, guards: str = "", itself: str = "") -> pytest.MarkDecorator:
    """Go through the tables' rows: all, or those with such a guard, or with such a thing that makes them happen."""
    found = [(name, row) for name, row in LEGAL if guards in row.guards and row.itself.endswith(itself)]
    ids = [f"{name}-{row.before}-{row.to}" for name, row in found]
    return pytest.mark.parametrize(("name", "row"), found, ids=ids)


def illegal(name: str) -> list[tuple[str, str]]:
    legal = {(row.before, row.to) for row in TABLES[name]}
    names = list(shipped(name).stages)
    pairs = ((a, b) for a, b in product(names, names) if a != b)
    return [(a, b) for a, b in pairs if (a, b) not in legal and (name, a, b) not in ON_THE_WAY]


ILLEGAL = [pytest.param(name, a, b, id=f"{name}-{a}-{b}") for name in PRESETS for a, b in illegal(name)]


# The table, both ways


@pytest.mark.parametrize("name", PRESETS)
def test_the_table_names_every_move_and_no_other(name: str) -> None:
    declared = [(before, it.to) for it in shipped(name).transitions for before in it.before]
    assert sorted(declared) == sorted((row.before, row.to) for row in TABLES[name])


@pytest.mark.parametrize("level", list(Severity))
@moves()
def test_a_legal_move_is_made_or_waits_at_its_gate(name: str, row: Move, level: Severity) -> None:
    world = standing(without_criteria(name), row.before, level)
    approved(world)
    to = stage(world.policy, row.to)
    done = world.when(move(to, "all is well", by=CY, at=700))
    waits_for = row.p1 if level is Severity.P1 else row.else_
    if not waits_for:
        assert done.incident.stage == to
        return
    assert done.incident.stage.id == row.before
    (opened,) = [event for event in done.events if isinstance(event, GateOpened)]
    assert (opened.policy.id, opened.subject.target) == (waits_for, row.to)


@pytest.mark.parametrize("level", [Severity.P1, Severity.P3])
@pytest.mark.parametrize(("name", "before", "to"), ILLEGAL)
def test_no_other_move_can_be_made(name: str, before: str, to: str, level: Severity) -> None:
    world = standing(without_criteria(name), before, level)
    approved(world) if before != "closed" else None
    no = world.when(move(stage(world.policy, to), "please", by=CY, at=700))
    no.then_rejected(IsClosed if before == "closed" else NoSuchMove)


@pytest.mark.parametrize(("name", "where", "to"), sorted(ON_THE_WAY))
def test_a_false_alarm_is_resolved_on_sight(name: str, where: str, to: str) -> None:
    world = standing(without_criteria(name), where, Severity.P3)
    done = world.when(move(stage(world.policy, to), "a false alarm", by=CY))
    assert [it.to.id for it in done.events if isinstance(it, StageChanged)] == ["triage", "resolved"]


@moves(guards="approved")
def test_what_must_be_approved_first_is_refused_until_then(name: str, row: Move) -> None:
    world = standing(without_criteria(name), row.before, Severity.P1)
    world.when(move(stage(world.policy, row.to), "please", by=CY)).then_rejected(NeedsApproval)


@moves(guards="nothing-runs")
def test_what_waits_for_votes_holds_the_incident_where_it_is(name: str, row: Move) -> None:
    world = standing(without_criteria(name), row.before, Severity.P1)
    world.takes(MitigationProposed(by=ANA, at=NOON, mitigation="m1", plan=plan(), gate="m1"))
    world.when(move(stage(world.policy, row.to), "please", by=CY)).then_rejected(GateStillOpen)


@moves()
def test_guards_criteria_and_triggers_are_those_of_the_table(name: str, row: Move) -> None:
    policy = shipped(name)
    made = policy.move(stage(policy, row.before), stage(policy, row.to))
    assert made is not None
    assert " ".join(made.guards) == row.guards
    assert made.criteria is Strictness(row.criteria)
    after = [f"{made.after:g} min"] if made.after else []
    assert " ".join([*made.when, *after]) == row.itself


SHOWN = {"rollback", "change", "verified", "settled"}
"""What the mitigation of `approved` shows."""


@pytest.mark.parametrize("level", list(Severity))
@moves()
def test_missing_criteria_refuse_the_move_or_stay_owed_as_the_tables_say(name: str, row: Move, level: Severity) -> None:
    world = standing(shipped(name), row.before, level)
    approved(world)
    lacking = asked_for(name, row.before, row.to, level.value) - SHOWN
    done = world.when(move(stage(world.policy, row.to), "go on", by=CY, at=700))
    if row.criteria == "enforced" and lacking:
        done.then_rejected(CriteriaMissing)
        assert {
            item.criterion.id
            for item in asked(world.incident, stage(world.policy, row.to), world.policy)
            if not item.done
        } == lacking
        return
    moved = [event for event in done.events if isinstance(event, StageChanged)]
    if row.p1 if level is Severity.P1 else row.else_:
        assert not moved
        assert [event.policy.id for event in done.events if isinstance(event, GateOpened)]
    else:
        assert set(moved[-1].missing) == (lacking if row.criteria == "warn" else set())


def by_itself(name: str, where: str, trigger: str) -> str:
    """Follow the table's moves that this makes happen; where there is none, it stays."""
    entered = [where]
    while found := [row.to for row in TABLES[name] if row.before == entered[-1] and trigger in row.itself.split()]:
        entered.append(found[0])
    return entered[-1]


STAYS_OPEN = [
    pytest.param(name, where, id=f"{name}-{where}")
    for name in PRESETS
    for where in HATS[name]
    if where not in {"resolved", "post-mortem", "closed"}
]


@pytest.mark.parametrize(("name", "where"), STAYS_OPEN)
def test_a_hat_that_is_taken_moves_it_on_as_the_table_says(name: str, where: str) -> None:
    world = standing(without_criteria(name), where, Severity.P3)
    assert world.when(take(Hat.COMMANDER, by=DEE)).incident.stage.id == by_itself(name, where, "hat")


@pytest.mark.parametrize(("name", "where"), STAYS_OPEN)
def test_whoever_is_on_call_moves_it_on_as_the_table_says(name: str, where: str) -> None:
    world = standing(without_criteria(name), where, Severity.P3)
    assert world.when(start_escalation(assigned=(BEN,))).incident.stage.id == by_itself(name, where, "on-call")
    world.takes(start_escalation())
    world.takes(called(1, BEN))
    assert world.incident.stage.id == where, "nobody has answered"
    assert world.when(acknowledge(by=BEN)).incident.stage.id == by_itself(name, where, "on-call")


@pytest.mark.parametrize(("name", "where"), STAYS_OPEN)
def test_a_mitigation_that_begins_moves_it_on_as_the_table_says(name: str, where: str) -> None:
    world = standing(without_criteria(name), where, Severity.P3)
    if where not in CHANGES_IN[name]:
        world.when(propose(by=ANA)).then_rejected(NotInThisStage)
        return
    world.takes(propose(by=ANA))
    if world.incident.open_gates:
        assert world.incident.stage.id == where, "nothing has begun"
        _let_pass(world)
    assert world.incident.mitigations["m1"].progress is Progress.APPROVED
    assert world.incident.stage.id == by_itself(name, where, "mitigation")


# What each preset is, by its tables


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_asks_for_the_criteria_of_its_table(name: str) -> None:
    declared = [
        (
            stage,
            when,
            one.id,
            str(one.check or ""),
            " ".join(one.confirmed_by),
            str(one.evidence),
            " ".join(one.severities),
        )
        for stage, policy in shipped(name).stages.items()
        for when, criteria in (("entry", policy.entry), ("exit", policy.exit))
        for one in criteria
    ]
    assert declared == CRITERIA[name]
    assert {where: " ".join(policy.hats) for where, policy in shipped(name).stages.items()} == HATS[name]


@pytest.mark.parametrize("name", PRESETS)
def test_each_severity_of_each_preset_is_the_one_of_its_table(name: str) -> None:
    policy = shipped(name)
    assert [_level(policy, severity) for severity in Severity] == MATRIX[name]


def _level(policy: Policy, severity: Severity) -> Level:
    said, page = policy.of(severity), policy.of(severity).page
    told = [*(f"#{channel}" for channel in page.channels), *page.contacts, *["!"] * page.wakes] if page else []
    assert policy.review is not None
    return Level(
        severity.value,
        lasted(timedelta(minutes=said.sla_minutes)),
        "yes" if said.approval else "no",
        "yes" if said.auto_remediation else "no",
        lasted(said.cadence) if said.cadence else "",
        " ".join(told),
        policy.review.meeting.get(severity, ""),
    )


@pytest.mark.parametrize("level", list(Severity))
@pytest.mark.parametrize("name", PRESETS)
def test_who_is_asked_before_what_is_not_a_move_is_as_the_table_says(name: str, level: Severity) -> None:
    policy, found = shipped(name), dict[str, str]()
    for row in ASKED_BEFORE[name]:
        match row.what.split():
            case ["rollback", "of", "failed" | "stopped" | "verified" as of]:
                approval = policy.approval_of_rollback(of, level, NOON)
            case _:
                approval = policy.approval("mitigation" if row.what == "mitigation" else "notification", level, NOON)
        found[row.what] = approval.id if approval is not None else ""
    assert found == {row.what: getattr(row, level.value) for row in ASKED_BEFORE[name]}


@pytest.mark.parametrize("name", PRESETS)
def test_what_one_person_does_not_wear_together_is_as_the_table_says(name: str) -> None:
    declared = {" ".join(one.pair): one.firmness.value for one in shipped(name).conflicts}
    assert declared == APART[name]


@moves(itself="min")
def test_the_review_opens_by_itself_in_each(name: str, row: Move) -> None:
    policy = shipped(name)
    world = given(declare(), policy=policy)
    minutes = float(row.itself.split()[0])
    review = Resolved(by=ANA, at=NOON, summary="it works", review_at=NOON + timedelta(minutes=minutes))
    world.takes(review)
    world.takes(StageChanged(by=ANA, at=NOON, before=policy.first, to=stage(policy, row.before)))
    world.when(tick(minutes * 60 - 1)).then_nothing()
    opened = world.when(tick(minutes * 60))
    assert [it.to.id for it in opened.events if isinstance(it, StageChanged)] == [row.to]


# A cause that goes away without anybody's runbook

LOOKED_FOR_IN = {
    "hybrid": ("triage", "investigating", "mitigating"),
    "linear": ("triage", "investigating", "change"),
    "streaming": ("triage", "mitigating"),
}
"""The stages in which people find that it has gone away by itself, or that another team has cured it."""


@pytest.mark.parametrize("level", list(Severity))
@pytest.mark.parametrize(
    ("name", "where"),
    [pytest.param(name, where, id=f"{name}-{where}") for name in PRESETS for where in LOOKED_FOR_IN[name]],
)
def test_what_went_away_without_a_runbook_can_be_brought_to_the_end(name: str, where: str, level: Severity) -> None:
    world = standing(shipped(name), where, level)
    world.takes(take(Hat.COMMANDER, by=DEE))
    for purpose in (Purpose.RESOLVED, Purpose.POST_MORTEM, Purpose.CLOSED):
        to = world.policy.stage_for(purpose)
        _meet_what_is_asked(world, to)
        world.takes(resolve("it healed", by=DEE, at=60) if purpose is Purpose.RESOLVED else move(to, by=DEE, at=9000))
        _let_pass(world)
        assert world.incident.stage == to
    assert not world.incident.mitigations


def _meet_what_is_asked(world: Given, to: Stage) -> None:
    """Do by hand all that a move asks for: some of it asks for what the rest brings."""
    for _ in range(3):
        for item in missing(world.incident, to, world.policy):
            if item.criterion.id in {one.criterion.id for one in missing(world.incident, to, world.policy)}:
                meet(item.criterion, world)


def _let_pass(world: Given) -> None:
    """Have whoever may say yes to a move; where nobody may yet, wait until the next are asked."""
    while asks := next(iter(world.incident.open_gates), None):
        votes = (vote("approve", by=person, comment="it is so", mitigation=asks.id, at=9000) for person in EVERYBODY)
        for order in votes:
            with suppress(Rejected):
                world.takes(order)
        if world.incident.gates[asks.id].is_open:
            due = world.incident.next_due
            assert due is not None
            world.takes(tick((due - NOON).total_seconds()))


# What runs without asking, and who keeps their hands off

RUNS = {
    "hybrid": {Severity.P2, Severity.P3, Severity.P4},
    "linear": set[Severity](),
    "streaming": set(Severity),
}
"""Where a mitigation begins without anybody's yes."""
CHANGES_IN = {
    "hybrid": ("detected", "triage", "investigating", "mitigating"),
    "linear": ("change", "mitigating", "eradicating"),
    "streaming": ("detected", "triage", "mitigating"),
}
"""The stages in which mitigations may be proposed."""


@pytest.mark.parametrize("level", list(Severity))
@pytest.mark.parametrize(
    ("name", "where"),
    [pytest.param(name, where, id=f"{name}-{where}") for name in PRESETS for where in CHANGES_IN[name]],
)
def test_a_mitigation_runs_unasked_only_where_the_table_says(name: str, where: str, level: Severity) -> None:
    world = standing(without_criteria(name), where, level)
    begun = world.when(propose(plan(), by=CY))
    mitigation = begun.incident.mitigations["m1"]
    assert (mitigation.progress is Progress.APPROVED) == (level in RUNS[name])
    assert ("m1" in begun.incident.gates) == (level not in RUNS[name])


@pytest.mark.parametrize("level", list(Severity))
@pytest.mark.parametrize("name", PRESETS)
def test_what_touches_customers_data_asks_in_every_preset_and_no_time_approves_it(name: str, level: Severity) -> None:
    world = standing(without_criteria(name), CHANGES_IN[name][0], level)
    world.takes(propose(plan(PURGE), by=CY))
    assert world.incident.mitigations["m1"].progress is Progress.PROPOSED
    for _ in range(40):  # however often the clock comes round
        due = world.incident.next_due
        if due is None or "m1" not in {gate.id for gate in world.incident.open_gates}:
            break
        world.takes(tick((due - NOON).total_seconds()))
    outcome = world.incident.gates["m1"].outcome
    assert outcome is not None
    assert not outcome.goes_ahead


@pytest.mark.parametrize("name", PRESETS)
def test_nothing_is_changed_in_other_stages(name: str) -> None:
    is_open = {it.id for it in shipped(name).stage_by_id.values() if not it.is_over}
    for where in sorted(is_open.difference(CHANGES_IN[name])):
        world = standing(without_criteria(name), where, Severity.P1)
        world.when(propose(plan(), by=CY)).then_rejected(NotInThisStage, "Change request", "/incident stage")


def test_hats_are_kept_apart_by_force_or_by_word_as_each_preset_says() -> None:
    firm = {name: {frozenset(it.pair): it.firmness for it in shipped(name).conflicts} for name in PRESETS}
    fix = frozenset({Hat.COMMANDER, Hat.MITIGATOR})
    proof = frozenset({Hat.MITIGATOR, Hat.VERIFIER})
    assert (firm["linear"][fix], firm["hybrid"][fix]) == (Firmness.ENFORCED, Firmness.WARNED)
    assert fix not in firm["streaming"]
    assert (firm["linear"][proof], firm["hybrid"][proof]) == (Firmness.ENFORCED, Firmness.ENFORCED)
    world = standing(without_criteria("linear"), "change", Severity.P1)
    world.takes(take(Hat.COMMANDER, by=CY))
    world.when(take(Hat.MITIGATOR, by=CY)).then_rejected(HatsConflict)
    world.takes(take(Hat.VERIFIER, by=BEN))
    world.when(take(Hat.MITIGATOR, by=BEN)).then_rejected(HatsConflict)


UNANSWERED = {
    ("hybrid", "anybody"): "30 min expired",
    ("hybrid", "assignee"): "8 h rejected",
    ("hybrid", "recovery"): "30 min approved",
    ("hybrid", "eradication"): "2 d expired",
    ("hybrid", "rollback"): "5 min rolled back",
    ("linear", "sign-off"): "4 h rejected",
    ("linear", "change"): "4 h rejected",
    ("linear", "recovery"): "4 h rolled back",
    ("linear", "rollback"): "5 min rolled back",
    ("linear", "customers"): "1 h rejected",
    ("streaming", "whoever-fits"): "30 min rejected",
    ("streaming", "owner"): "20 min rejected",
}
"""When each approval ends with nobody saying a word, and how: nothing waits for ever."""


SEATED = {"hat reviewer": (CY,), "hat verifier": (CY,), "route": (BEN, CY)}


def test_what_comes_of_each_approval_that_nobody_answers() -> None:
    found = dict[tuple[str, str], str]()
    for name in PRESETS:
        for policy in shipped(name).approvals.values():
            asking = Asking(policy, sits=SEATED)
            while asking.gate.is_open and (due := next_due(asking.gate)) is not None:
                asking.ticks((due - NOON).total_seconds())
            how = "rolled back" if asking.gate.rolls_back else asking.gate.outcome
            found[name, policy.id] = f"{lasted(timedelta(seconds=asking.now))} {how}"
    assert found == UNANSWERED
