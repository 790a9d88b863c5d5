"""Every way in which people, a worker and the clock can meet at the gates of one incident, whatever these are before.

Each actor reads, decides by the real rules, and appends if nobody was faster; else it reads again. All orders of these
steps are tried, and each record is read plainly: what is undone twice, begun while somebody is asked, or told after a
no. The same reading finds it where the store doesn't compare: it can fail.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import pytest

from bot.domain.effects import AnyEffect, Tell
from bot.domain.gates import events as g
from bot.domain.gates import orders as o
from bot.domain.gates.choice import GateChoice
from bot.domain.gates.gate import Outcome
from bot.domain.gates.subject import Subject
from bot.domain.incident import events as e
from bot.domain.incident.commands import AnyCommand
from bot.domain.incident.decide import decide
from bot.domain.incident.due import next_due
from bot.domain.incident.evolve import evolve, replay
from bot.domain.incident.react import react
from bot.domain.incident.record import GENESIS, chain
from bot.domain.incident.state import Incident
from bot.domain.rejected import Rejected
from bot.domain.severity import Severity
from bot.domain.workflow.policy import Policy
from tests.domain.test_customers import telling
from tests.domain.test_rollback_gates import CAREFUL, DONE, VERIFIED, asking, running
from tests.harness.given import Given, given
from tests.harness.orders import (
    INC,
    approve,
    at_gate,
    declare,
    finished,
    open_channel,
    propose,
    reject,
    resolve,
    roll_back,
    signal,
    started,
    stop,
    tell_customers,
    tick,
)
from tests.harness.people import ANA, BEN, CY, DEE
from tests.harness.plans import RESTART, anybody, plan

G1 = "g1"
NOW = 100
LATER = 1000
"""When every gate's limit is up."""
UNDOING = {"phase": "rollback", "at": NOW}


def resolving() -> Policy:
    """A policy that asks before it is resolved, and undoes what was done last where nobody answers; and before that."""
    before = asking("stopped")
    asks = anybody(limit_minutes=5, id="resolving", limit=300, then="roll-back", last_resort="roll-back")
    approvals = {**before.approvals, "resolving": asks}
    choice = GateChoice(use="resolving", before=("resolution",))
    return before.model_copy(update={"approvals": approvals, "gates": (choice, *before.gates)})


UNDONE: Mapping[str, AnyCommand] = {
    "ana orders a rollback": roll_back(by=ANA, at=NOW),
    "ben orders a rollback": roll_back(by=BEN, at=NOW),
    "cy approves it": approve(by=CY, mitigation=G1, at=NOW),
    "dee rejects it": reject(by=DEE, mitigation=G1, at=NOW),
    "ana proposes another": propose(plan(RESTART), by=ANA, at=NOW),
    "time is up": tick(LATER),
    "a worker begins to undo": started(0, phase="rollback", at=NOW),
    "a worker has undone a step": finished(0, phase="rollback", at=NOW),
    "a worker could not undo": finished(0, phase="rollback", ok=False, at=NOW),
}
WORDS: Mapping[str, tuple[Given, Mapping[str, AnyCommand]]] = {
    "what was verified": (running(asking("verified"), *VERIFIED), UNDONE),
    "what was verified, and touches customers' data": (
        running(asking("verified"), *VERIFIED, runbook=CAREFUL),
        UNDONE,
    ),
    "what was stopped": (running(asking("stopped"), started(0), stop()), UNDONE),
    "what is about to fail": (
        running(asking("failed"), *DONE),
        {**UNDONE, "the signal does not settle": signal(healthy=False, at=NOW + 50), "ana stops it": stop(at=NOW)},
    ),
    "a move that undoes what was done last": (
        given(
            *(declare(Severity.P2), open_channel(), propose(plan(), by=ANA), *VERIFIED, resolve(by=ANA, at=50)),
            policy=resolving(),
        ),
        UNDONE,
    ),
    "what customers are told": (
        given(declare(), open_channel(), policy=telling(anybody(id="one", title="One of us"))),
        {
            "ana writes to customers": tell_customers(by=ANA, at=NOW),
            "ana writes something else": tell_customers("some orders work again", by=ANA, at=NOW),
            "dee writes to customers": tell_customers(by=DEE, at=NOW),
            "ben approves it": approve(by=BEN, mitigation=G1, at=NOW),
            "cy approves it": approve(by=CY, mitigation=G1, at=NOW),
            "cy rejects it": reject(by=CY, mitigation=G1, at=NOW),
            "ana withdraws it": at_gate(o.WithdrawGate, by=ANA, mitigation=G1, at=NOW),
            "ben approves the next one": approve(by=BEN, mitigation="g2", at=NOW),
            "time is up": tick(3 * LATER),
        },
    ),
}
"""Each with what has happened before, and the orders that meet then. Those of a gate are about the first, `g1`."""


# The search

Events = tuple[e.AnyEvent, ...]
Sequel = tuple[tuple[str, int], ...]
"""Who has appended, in this order, each with how many had when they read."""


@dataclass(frozen=True)
class Stored:
    events: Events
    state: Incident
    effects: tuple[AnyEffect, ...] = ()
    sequel: Sequel = ()


@dataclass(frozen=True)
class Actor:
    name: str
    read: Stored | None = None
    answer: str = ""

    @property
    def key(self) -> tuple[Sequel | None, str]:
        return (self.read.sequel if self.read else None, self.answer)


@dataclass
class Search:
    world: Given
    orders: Mapping[str, AnyCommand]
    compares: bool = True
    """The store appends only if nobody was faster."""
    decided: dict[tuple[Sequel, str], tuple[Events, str]] = field(default_factory=dict)
    appended: dict[Sequel, Stored] = field(default_factory=dict)

    def ends(self, names: Sequence[str]) -> Iterator[Stored]:
        start = Stored(tuple(self.world.events), self.world.incident)
        todo, met = [(start, tuple(Actor(name) for name in names))], set[object]()
        while todo:
            stored, actors = todo.pop()
            key = (stored.sequel, *(actor.key for actor in actors))
            if key in met:
                continue
            met.add(key)
            if all(actor.answer for actor in actors):
                yield stored
            for n, actor in enumerate(actors):
                if not actor.answer:
                    after, moved = self.step(stored, actor)
                    todo.append((after, (*actors[:n], moved, *actors[n + 1 :])))

    def step(self, stored: Stored, actor: Actor) -> tuple[Stored, Actor]:
        """Read; or decide on what was read, and append it."""
        read = actor.read
        if read is None:
            return stored, Actor(actor.name, stored)
        events, answer = self.decide(read, actor.name)
        if not events:
            return stored, Actor(actor.name, read, answer)
        if self.compares and read.sequel != stored.sequel:
            return stored, Actor(actor.name, stored)
        return self.append(stored, read, actor.name), Actor(actor.name, read, answer)

    def decide(self, read: Stored, name: str) -> tuple[Events, str]:
        key = (read.sequel, name)
        if key not in self.decided:
            try:
                events = tuple(decide(self.orders[name], read.state, self.world.policy))
                self.decided[key] = (events, "done" if events else "so already")
            except Rejected as no:
                self.decided[key] = ((), f"no: {type(no).__name__}")
        return self.decided[key]

    def append(self, stored: Stored, read: Stored, name: str) -> Stored:
        sequel = (*stored.sequel, (name, len(read.sequel)))
        if sequel not in self.appended:
            events, _ = self.decide(read, name)
            state = read.state
            for event in events:
                state = evolve(state, event, INC)
            effects = react(chain(INC, events, "cause", len(stored.events), GENESIS), read.state, state)
            whole = (*stored.events, *events)
            self.appended[sequel] = Stored(whole, state, (*stored.effects, *effects), sequel)
        return self.appended[sequel]


# The laws, read from the record alone


class Reader:
    """Somebody who reads an incident's record from its beginning and keeps a list."""

    def __init__(self) -> None:
        self.asks = dict[str, Subject]()
        """What each gate asked last."""
        self.open = set[str]()
        self.said_yes = set[str]()
        """Gates whose end lets it go ahead, and of which nothing has come so far."""
        self.undoing = set[str]()
        """Mitigations whose rollback was begun, and has not failed."""

    def reads(self, event: e.AnyEvent) -> Iterator[str]:
        match event:
            case g.GateOpened() | g.SubjectChanged():
                self.asks[event.gate] = event.subject
                self.open.add(event.gate)
            case g.GateClosed():
                if event.gate not in self.open:
                    yield "a gate ends twice"
                self.open.discard(event.gate)
                if event.outcome in {Outcome.APPROVED, Outcome.OVERRIDDEN}:
                    self.said_yes.add(event.gate)
            case e.RollbackStarted():
                if event.mitigation in self.undoing:
                    yield "it is rolled back twice"
                self.undoing.add(event.mitigation)
            case e.HumanNeeded():
                self.undoing.discard(event.mitigation)
            case e.MitigationProposed():
                if any(self.asks[gate].purpose == "rollback" for gate in self.open):
                    yield "a mitigation begins while a rollback is asked for"
            case e.StepStarted(phase="rollback") if event.mitigation not in self.undoing:
                yield "it is being undone although nobody let it"
            case e.CustomersTold():
                yield from self._told(event)
            case e.Resolved():
                waits = {gate for gate, asked in self.asks.items() if asked.purpose == "resolution"}
                if waits and not waits & self.said_yes:
                    yield "it is resolved without the yes that it waits for"
            case _:
                pass

    def _told(self, event: e.CustomersTold) -> Iterator[str]:
        if event.gate not in self.said_yes:
            yield "customers are told without a yes, or twice by one"
        self.said_yes.discard(event.gate)
        if event.gate in self.asks and event.text != self.asks[event.gate].parameters["text"]:
            yield "customers are told something else than was agreed to"


def faults(stored: Stored, policy: Policy) -> Iterator[str]:
    reader = Reader()
    for event in stored.events:
        yield from reader.reads(event)
    if replay(stored.events, INC) != stored.state:
        yield "the state isn't what the record folds to"
    posts = [effect.version for effect in stored.effects if isinstance(effect, Tell) and effect.place == "customers"]
    if len(posts) != sum(isinstance(event, e.CustomersTold) for event in stored.events):
        yield "customers read more or less than is on record"
    if stored.state.open_gates and next_due(stored.state, policy) is None:
        yield "a gate waits for ever"


def look(what: str, names: Sequence[str], *, compares: bool = True) -> tuple[set[str], Counter[str]]:
    """Try all orders; return what is wrong at any end, and how often each kind of event is on record there."""
    world, orders = WORDS[what]
    wrong, types = set[str](), Counter[str]()
    for stored in Search(world, orders, compares).ends(names):
        wrong.update(faults(stored, world.policy))
        types.update({event.type for event in stored.events[len(world.events) :]})
    return wrong, types


SCENES = list(WORDS)


@pytest.mark.parametrize("what", SCENES)
def test_four_at_once_undo_nothing_twice_and_tell_nothing_without_a_yes(what: str) -> None:
    for names in combinations(WORDS[what][1], 4):
        wrong, _ = look(what, names)
        assert not wrong, names


CROWDS: Mapping[str, tuple[tuple[str, ...], set[str]]] = {
    "what was verified": (
        (
            *("ana orders a rollback", "ben orders a rollback", "cy approves it", "ana proposes another"),
            *("time is up", "a worker begins to undo"),
        ),
        {"rollback.started", "step.started", "mitigation.proposed"},
    ),
    "what is about to fail": (
        (
            *("the signal does not settle", "ana stops it", "cy approves it", "time is up", "ana proposes another"),
            "ben orders a rollback",
        ),
        {"mitigation.needs-human", "run.stopped", "rollback.started", "mitigation.proposed"},
    ),
    "a move that undoes what was done last": (
        ("cy approves it", "time is up", "ben orders a rollback", "ana proposes another", "a worker begins to undo"),
        {"rollback.started", "incident.resolved", "mitigation.proposed", "step.started"},
    ),
    "what customers are told": (
        (
            *("ana writes to customers", "ana writes something else", "ben approves it", "cy rejects it"),
            *("ana withdraws it", "ben approves the next one"),
        ),
        {"customers.told", "gate.subject-changed"},
    ),
}


@pytest.mark.parametrize("what", CROWDS)
def test_five_and_six_at_once_neither(what: str) -> None:
    names, meets = CROWDS[what]
    wrong, types = look(what, names)
    assert not wrong
    assert meets <= types.keys(), "the search meets what it is about"


@pytest.mark.parametrize(
    ("what", "names", "finds"),
    [
        ("what was verified", ("ana orders a rollback", "ana proposes another"), "begins while a rollback is asked"),
        ("what is about to fail", ("the signal does not settle", "ana stops it"), "isn't what the record folds to"),
        (
            "what customers are told",
            ("ana writes to customers", "ben approves it", "cy approves it"),
            "a gate ends twice",
        ),
    ],
)
def test_where_the_store_does_not_compare_the_reading_finds_it(what: str, names: Sequence[str], finds: str) -> None:
    wrong, _ = look(what, names, compares=False)
    assert any(finds in one for one in wrong), wrong
