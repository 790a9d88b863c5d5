"""Gates that were stored before there was one model of them fold to what they were."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.gates import orders as o
from bot.domain.gates.before import Old, facts_of
from bot.domain.gates.decide import decide
from bot.domain.gates.evolve import evolve
from bot.domain.gates.rejections import YouProposedIt
from bot.domain.gates.state import Gate, Outcome
from bot.domain.ids import SYSTEM
from bot.domain.incident import commands as c
from bot.domain.incident.evolve import replay
from bot.domain.incident.record import read
from bot.domain.incident.state import Incident
from tests.domain.gates import laws
from tests.harness.clock import at
from tests.harness.given import Given, given
from tests.harness.orders import INC, M1, approve, declare, propose, reject, tick, withdraw
from tests.harness.people import ANA, BEN, CY, DEE
from tests.harness.plans import plan, policy

HISTORIES = sorted((Path(__file__).parents[2] / "golden" / "history").glob("*.jsonl"))
POLICY = policy(quorum=2)


def gates_of(events: list[object]) -> Iterator[tuple[str, Gate]]:
    """Fold each mitigation's gate from its events."""
    gates = dict[str, Gate]()
    for event in events:
        if isinstance(event, Old):
            for fact in facts_of(event, gates.get(event.mitigation)):
                gates[event.mitigation] = evolve(gates.get(event.mitigation), fact)
    yield from gates.items()


def same(incident: Incident, events: list[object]) -> int:
    """Hold what was folded against what the incident says. Returns how many gates there were."""
    folded = dict(gates_of(events))
    asked = {name: one.gate for name, one in incident.mitigations.items() if one.gate is not None}
    assert folded.keys() == asked.keys()
    for name, before in asked.items():
        gate = folded[name]
        assert gate.outcome == (None if before.outcome is None else Outcome(before.outcome.value))
        assert {who: vote.choice for who, vote in gate.votes_of(0).items()} == {
            who: vote.choice for who, vote in before.votes.items()
        }
        assert tuple(vote.account for vote in gate.late) == before.late
        assert gate.proposer == before.proposer
        if gate.is_open:
            assert gate.latest is not None
            assert gate.latest.due == before.due
    return len(folded)


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_every_history_that_was_ever_stored_still_has_its_gates(path: Path) -> None:
    events = [read(json.loads(line)).event for line in path.read_text().splitlines()]
    incident = replay(events, INC)
    assert incident is not None
    same(incident, list(events))


def before(*happened: c.AnyCommand) -> Given:
    return given(declare(), propose(plan(), by=ANA), *happened, policy=POLICY)


CASES: dict[str, tuple[c.AnyCommand, ...]] = {
    "open": (),
    "one yes": (approve(by=BEN),),
    "approved, and one late": (approve(by=BEN), approve(by=CY), approve(by=DEE)),
    "rejected": (approve(by=BEN), reject(by=DEE)),
    "withdrawn": (approve(by=BEN), withdraw(by=ANA)),
    "amended": (approve(by=BEN), propose(plan(replicas="6"), by=ANA, at=60), approve(by=CY, at=61)),
    "amended twice": (propose(plan(replicas="6"), by=ANA, at=60), propose(plan(replicas="7"), by=ANA, at=70)),
    "expired": (tick(1800),),
}


@pytest.mark.parametrize("happened", CASES.values(), ids=CASES)
def test_a_gate_of_before_is_what_it_was(happened: tuple[c.AnyCommand, ...]) -> None:
    world = before(*happened)
    assert same(world.incident, list(world.events)) == 1


def test_a_gate_that_was_open_goes_on_by_the_rules_of_today() -> None:
    world = before(approve(by=BEN))
    ((name, gate),) = gates_of(list(world.events))
    assert name == M1
    with pytest.raises(YouProposedIt):
        decide(o.CastVote(by=ANA, at=at(10), choice="approve"), gate)
    assert decide(o.CastVote(by=BEN, at=at(10), choice="approve"), gate) == []
    facts = decide(o.CastVote(by=CY, at=at(10), choice="approve"), gate)
    assert [fact.type for fact in facts] == ["vote.cast", "gate.step-passed", "gate.closed"]
    late = decide(o.Tick(by=SYSTEM, at=at(1800)), gate)
    assert [fact.type for fact in late] == ["gate.exhausted", "gate.closed"]


@pytest.mark.parametrize("happened", CASES.values(), ids=CASES)
def test_what_was_stored_before_breaks_no_law_of_today(happened: tuple[c.AnyCommand, ...]) -> None:
    gate, facts = None, []
    for event in before(*happened).events:
        if isinstance(event, Old):
            for fact in facts_of(event, gate):
                gate = evolve(gate, fact)
                facts.append(fact)
    wrong = {law for law in laws.broken(facts) if law != "a vote was cast on something else"}
    assert not wrong, "votes of before bind to the hash of the plan alone"
