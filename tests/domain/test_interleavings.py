"""Every way in which people and the clock can meet at one gate: no vote is lost, and there is one outcome.

Each actor reads, decides, and appends if nobody was faster; else it reads again. All orders of these steps are tried.
"""

from collections import Counter
from itertools import combinations_with_replacement

import pytest

from bot.domain.gates import events as g
from bot.domain.gates.gate import Outcome
from bot.domain.incident import events as e
from bot.domain.incident.commands import AnyCommand
from bot.domain.incident.decide import decide
from bot.domain.incident.evolve import evolve
from bot.domain.incident.record import breaks, chain
from bot.domain.rejected import Rejected
from bot.ports import Conflict, Stored
from tests.harness.memory import MemoryStore
from tests.harness.orders import (
    INC,
    M1,
    approve,
    declare,
    header,
    propose,
    reject,
    roll_back,
    started,
    stop,
    tick,
    withdraw,
)
from tests.harness.people import ANA, BEN, CY, DEE
from tests.harness.plans import anybody, plan, policy

LIMIT = 30 * 60
POLICY = policy(quorum=2)

ORDERS: dict[str, AnyCommand] = {
    "ben approves": approve(by=BEN, seen=plan(), asks=anybody(2), at=LIMIT - 1),
    "cy approves": approve(by=CY, seen=plan(), asks=anybody(2), at=LIMIT - 1),
    "dee approves in words": approve(by=DEE, at=LIMIT - 1),
    "dee rejects": reject(by=DEE, at=LIMIT - 1),
    "time is up": tick(LIMIT),
    "ana amends": propose(plan(replicas="6"), by=ANA, at=LIMIT - 1),
    "ana withdraws": withdraw(by=ANA, at=LIMIT - 1),
}


class Actor:
    """Somebody half-way through an order: having read, or not."""

    def __init__(self, order: AnyCommand, read: Stored | None = None, answer: str | None = None) -> None:
        self.order = order
        self.read = read
        self.answer = answer

    @property
    def key(self) -> tuple[int | None, str | None]:
        return (self.read.version if self.read else None, self.answer)


def interleavings(start: MemoryStore, orders: list[AnyCommand]) -> tuple[list[tuple[MemoryStore, list[Actor]]], int]:
    """Return every end there can be, and how many different states were met on the way."""
    ends, met, todo = [], set(), [(start, [Actor(order) for order in orders])]
    steps = dict[object, tuple[MemoryStore, Actor]]()  # many ways lead to the same one
    while todo:
        store, actors = todo.pop()
        log = store.raw_history(INC)
        state = (log[-1]["hash"], *(actor.key for actor in actors))
        if state in met:
            continue
        met.add(state)
        if all(actor.answer for actor in actors):
            ends.append((store, actors))
        for n, actor in enumerate(actors):
            if actor.answer is None:
                what = (log[-1]["hash"], actor.read.head if actor.read else None, actor.order.cause)
                if what not in steps:
                    steps[what] = step(store, actor)
                after, moved = steps[what]
                todo.append((after, [*actors[:n], moved, *actors[n + 1 :]]))
    return ends, len(met)


def step(store: MemoryStore, actor: Actor) -> tuple[MemoryStore, Actor]:
    """Read; or decide on what was read, and append it."""
    if actor.read is None:
        return store, Actor(actor.order, store.load(INC))
    before = actor.read
    try:
        events = decide(actor.order, before.incident, POLICY)
    except Rejected as no:
        return store, Actor(actor.order, before, f"no: {type(no).__name__}")
    if not events:
        return store, Actor(actor.order, before, "so already")
    store = MemoryStore(logs={INC: [*store.logs[INC]]}, states={**store.states}, causes={**store.causes})
    after = before.incident
    for event in events:
        after = evolve(after, event, INC)
    records = chain(INC, events, actor.order.cause, before.version, before.head)
    if isinstance(
        answer := store.append(after, records, [], expected=before.version, at=actor.order.at, due=None), Conflict
    ):
        return store, Actor(actor.order, answer.now)
    return store, Actor(actor.order, before, ", ".join(event.type for event in events))


def waiting() -> MemoryStore:
    """ANA has proposed; the gate asks for two of the others."""
    store = MemoryStore()
    for order in (declare(), propose(plan(), by=ANA)):
        actor = Actor(order, store.load(INC))
        before = actor.read
        events = decide(order, before.incident if before else None, POLICY)
        state = before.incident if before else None
        for event in events:
            state = evolve(state, event, INC)
        assert state is not None
        version, head = (before.version, before.head) if before else (0, "0" * 64)
        store.append(state, chain(INC, events, order.cause, version, head), [], expected=version, at=order.at, due=None)
    return store


def check(store: MemoryStore, actors: list[Actor]) -> Outcome | None:
    """Say how the gate ended, having compared the record with what each was told."""
    assert list(breaks(store.raw_history(INC))) == []
    events = [record.event for record in store.history(INC)]
    closed = [event for event in events if isinstance(event, g.GateClosed)]
    assert len(closed) <= 1
    stored = store.load(INC)
    assert stored is not None
    gate = stored.incident.gates[M1]
    for kind in (g.VoteCast, g.VoteCameLate):
        told = Counter(actor.order.by for actor in actors if kind.model_fields["type"].default in (actor.answer or ""))
        assert told == Counter(event.by for event in events if isinstance(event, kind)), "who was told so is on record"
    amended = any(isinstance(event, e.MitigationAmended) for event in events)
    if not amended:
        cast = {event.by for event in events if isinstance(event, g.VoteCast)}
        assert {vote.account for vote in gate.votes} == cast, "a vote was lost"
    assert gate.outcome is (closed[0].outcome if closed else None)
    return gate.outcome


@pytest.mark.parametrize("names", list(combinations_with_replacement(ORDERS, 2)), ids=" + ".join)
def test_two_at_once_lose_no_vote_and_get_one_outcome(names: tuple[str, ...]) -> None:
    _every_end_is_sound(names)


@pytest.mark.parametrize("names", list(combinations_with_replacement(ORDERS, 3)), ids=" + ".join)
def test_three_at_once_lose_no_vote_and_get_one_outcome(names: tuple[str, ...]) -> None:
    _every_end_is_sound(names)


def test_all_at_once_lose_no_vote_and_get_one_outcome() -> None:
    outcomes, met = _every_end_is_sound(
        ("ben approves", "cy approves", "dee rejects", "time is up", "ana amends", "ana withdraws")
    )
    assert set(outcomes) == {Outcome.APPROVED, Outcome.REJECTED, Outcome.EXPIRED, Outcome.WITHDRAWN}
    assert met > 1000


def test_two_yeses_at_once_always_open_the_gate() -> None:
    outcomes, _ = _every_end_is_sound(("ben approves", "cy approves"))
    assert set(outcomes) == {Outcome.APPROVED}


def test_a_no_and_the_yeses_end_one_way_or_the_other() -> None:
    outcomes, _ = _every_end_is_sound(("ben approves", "cy approves", "dee rejects"))
    assert set(outcomes) == {Outcome.APPROVED, Outcome.REJECTED}


def test_a_stop_and_a_step_at_once_leave_nothing_running() -> None:
    store = waiting()
    for order in (approve(by=BEN), approve(by=CY)):
        ends, _ = interleavings(store, [order])
        store = ends[0][0]
    ends, _ = interleavings(store, [started(0), stop(), roll_back()])
    for end, _ in ends:
        stored = end.load(INC)
        assert stored is not None
        assert stored.incident.mitigations[M1].progress.value in {"stopped", "rolling-back"}


def _every_end_is_sound(names: tuple[str, ...]) -> tuple[Counter[Outcome | None], int]:
    orders = [ORDERS[name].model_copy(update={"cause": header(ANA, 0)["cause"]}) for name in names]
    ends, met = interleavings(waiting(), orders)
    assert ends
    return Counter(check(store, actors) for store, actors in ends), met
