"""A command late in a long incident beside one in a young incident: the same engine, a real Redis, in one process."""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import cast

from redis import Redis

from bot.domain.hats import Hat
from bot.domain.incident.commands import AddNote
from bot.domain.incident.due import next_due
from bot.domain.incident.events import AnyEvent, HatReleased, HatTaken, NoteAdded, UpdatePosted
from bot.domain.incident.evolve import evolve
from bot.domain.incident.record import chain
from bot.engine import Engine
from bot.ports import Appended
from bot.store.keys import Keys
from bot.wiring import Wired
from tests.bench.figure import Figure, spread
from tests.bench.seed import cause, declare
from tests.bench.stand import CLIENTS, on_cpu, standing

LONG, YOUNG = 100_000, 10
INCIDENTS = 3
"""Pairs of a long and a young one."""
COMMANDS = 150
"""For each incident; half of them by an engine that has the incident at hand, half by one that must load it."""
BATCH = 2000


def run(folder: Path) -> list[Figure]:
    with on_cpu(CLIENTS), standing(folder / "history") as stand:
        wired = stand.wired()
        pairs = [(grown(wired, LONG), grown(wired, YOUNG)) for _ in range(INCIDENTS)]
        house = wired.house.engine
        at_hand = _figure("a command at event 100,000, incident at hand", pairs, wired, lambda: house)
        fresh = lambda: Engine(wired.store, wired.waker, house.workflows)  # noqa: E731
        return [at_hand, _figure("… by a process that has to load it", pairs, wired, fresh)]


def _figure(what: str, pairs: list[tuple[str, str]], wired: Wired, engine: Callable[[], Engine]) -> Figure:
    long, young = list[float](), list[float]()
    for number in range(COMMANDS // 2 + 5):
        for pair in pairs:
            for incident, costs in zip(pair, (long, young), strict=True):
                cost = _cost(engine(), incident, wired.clock.now())
                if number >= 5:
                    costs.append(cost)
    ratio = statistics.median(long) / statistics.median(young)
    return Figure(
        what,
        "≤ 1.2 of one at event 10",
        f"{1e6 * statistics.median(long):.0f} µs = {ratio:.2f} ({spread(long)})",
        ratio <= 1.2,
        f"{1e6 * statistics.median(young):.0f} µs ({spread(young)})",
    )


def _cost(engine: Engine, incident: str, at: datetime) -> float:
    note = AddNote(incident=incident, by="UANA", at=at, cause=cause(), text="error rate is down to 2 %")
    start = time.perf_counter()
    engine.submit(note)
    return time.perf_counter() - start


def grown(wired: Wired, size: int) -> str:
    """Declare an incident and give it a history, appended in bulk by the store itself."""
    now = wired.clock.now()
    incident = declare(wired.house.engine, now)
    stored = wired.store.load(incident)
    assert stored is not None
    happens = _life(now)
    raw, causes = cast("Redis", wired.redis), Keys().causes(incident)
    while stored.version < size:
        events = list(islice(happens, min(BATCH, size - stored.version)))
        records = chain(incident, events, cause(), stored.version, stored.head)
        state = stored.incident
        for event in events:
            state = evolve(state, event, incident)
        answer = wired.store.append(
            state,
            records,
            (),
            expected=stored.version,
            at=now,
            due=next_due(state, wired.house.engine.policy_of(state)),
        )
        assert isinstance(answer, Appended)
        raw.hset(causes, mapping={f"1700000000.{record.version}.abcdef": record.version for record in records})
        stored = wired.store.load(incident)
        assert stored is not None
    return incident


def _life(at: datetime) -> Iterator[AnyEvent]:
    """What happens in a very long incident: notes, updates, hats that come and go."""
    while True:
        yield HatTaken(by="UBEN", at=at, hat=Hat.COMMANDER)
        for number in range(40):
            yield NoteAdded(by="UANA", at=at, text=f"error rate is at {number} % and the queue is being drained")
        yield UpdatePosted(by="UBEN", at=at, text="we are working on it", next_due=None)
        yield HatReleased(by="UBEN", at=at, hat=Hat.COMMANDER)
