"""The ways on from a stage: what is said of each is what comes of ordering it."""

from itertools import product

import pytest

from bot.domain.gates.events import GateOpened
from bot.domain.hats import Hat
from bot.domain.incident.events import StageChanged
from bot.domain.incident.rejections import CriteriaMissing, GateStillOpen, NeedsApproval, StillRunning
from bot.domain.incident.ways import waits, ways
from bot.domain.severity import Severity
from bot.domain.workflow.criterion import Strictness
from tests.domain.test_presets import PRESETS, shipped, stage, standing, without_criteria
from tests.harness.clock import at
from tests.harness.given import Given
from tests.harness.orders import approve, change_severity, move, propose, resolve, started, take
from tests.harness.people import ANA, BEN, CY
from tests.harness.plans import RESTART, plan

SITUATIONS = ("nothing was done", "one was proposed", "one runs", "a move is asked for")


def brought(name: str, where: str, level: Severity, situation: str, *, bare: bool) -> Given:
    world = standing(without_criteria(name) if bare else shipped(name), where, level)
    if situation == "a move is asked for":
        for way in ways(world.incident, world.policy, at(0)):
            if (
                way.approval is not None
                and not way.held
                and not (way.missing and way.strictness is Strictness.ENFORCED)
            ):
                world.takes(move(way.to, "it is so", by=BEN))
                return world
    elif situation != "nothing was done" and world.policy.takes_mitigations(world.incident.stage):
        world.takes(propose(by=ANA))
        if situation == "one runs" and not world.incident.open_gates:
            world.takes(started(0))
    return world


@pytest.mark.parametrize("bare", [True, False], ids=["no criteria", "criteria"])
@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("level", list(Severity))
@pytest.mark.parametrize("name", PRESETS)
def test_what_is_said_of_a_way_on_is_what_comes_of_ordering_it(
    name: str, level: Severity, situation: str, *, bare: bool
) -> None:
    for where in shipped(name).stages:
        world = brought(name, where, level, situation, bare=bare)
        for way in ways(world.incident, world.policy, at(700)):
            tried = world.when(move(way.to, "it is so", by=CY, at=700))
            lacking = bool(way.missing) and way.strictness is Strictness.ENFORCED
            about_another = (
                lacking and way.held[:1] and type(way.held[0]) is GateStillOpen and situation == SITUATIONS[3]
            )
            if way.held and not about_another:  # what is missing is told before that another move is asked for
                tried.then_rejected(type(way.held[0]))
            elif lacking:
                tried.then_rejected(CriteriaMissing)
            elif way.asked is not None:
                tried.then_rejected(GateStillOpen)
            else:
                wanted = GateOpened if way.approval is not None else StageChanged
                assert any(isinstance(event, wanted) for event in tried.events), (where, way.to)


def said(world: Given) -> dict[str, list[str]]:
    found = ways(world.incident, world.policy, at(700))
    return {way.to.id: [*(no.sentence for no in way.held), *waits(way)] for way in found}


def test_a_guard_that_refuses_is_told_in_the_words_of_its_refusal() -> None:
    world = standing(without_criteria("hybrid"), "investigating", Severity.P1)
    assert said(world)["mitigating"] == [NeedsApproval(severity="P1").sentence]
    world.takes(propose(plan(RESTART), by=ANA))
    assert said(world)["mitigating"] == [NeedsApproval(severity="P1", waiting="Restart checkout").sentence]
    waiting = GateStillOpen(title="Restart checkout", gate="m1").sentence
    assert said(world)["resolved"] == [waiting, "it waits for approval: Somebody else sees that it works again"]
    world.takes(approve(by=BEN))
    world.takes(started(0))
    running = StillRunning("Restart checkout", world.incident.mitigations["m1"].progress).sentence
    assert said(world)["resolved"][0] == running


def test_whose_yes_a_move_waits_for_is_told_before_and_while_they_are_asked() -> None:
    world = standing(without_criteria("linear"), "detected", Severity.P3)
    world.takes(take(Hat.COMMANDER, by=BEN))
    assert said(world) == {"triage": ["it waits for approval: The commander signs the stage off"]}
    world.takes(move(stage(world.policy, "triage"), "it is real", by=CY))
    (asked,) = said(world)["triage"]
    assert asked == "it is asked right now (g1): The commander signs the stage off, waiting for the incident commander"


def test_a_question_that_nobody_need_answer_any_more_holds_nothing_up() -> None:
    world = standing(without_criteria("hybrid"), "triage", Severity.P1)
    world.takes(resolve(by=ANA))
    assert said(world)["resolved"]
    world.takes(change_severity(Severity.P3, "one customer only", by=BEN))
    assert said(world)["resolved"] == []
    assert any(isinstance(event, StageChanged) for event in world.when(resolve(by=CY)).events)


def test_another_move_that_is_asked_for_is_told() -> None:
    world = standing(without_criteria("linear"), "triage", Severity.P3)
    world.takes(move(stage(world.policy, "investigating"), "it is real", by=CY))
    assert said(world)["resolved"][0] == GateStillOpen(title="Move to Investigating", gate="g1").sentence
    mine = {way.to.id: way.held for way in ways(world.incident, world.policy, at(700), CY)}
    assert mine["resolved"] == (), "whoever has asked may ask for another in its place"


def test_every_situation_that_is_tried_is_met_somewhere() -> None:
    everywhere = product(PRESETS, ("triage", "mitigating"), SITUATIONS)
    worlds = [brought(name, where, Severity.P1, situation, bare=True) for name, where, situation in everywhere]
    found = [way for world in worlds for way in ways(world.incident, world.policy, at(700))]
    assert {type(no) for way in found for no in way.held} == {NeedsApproval, StillRunning, GateStillOpen}
    assert any(way.asked for way in found)
