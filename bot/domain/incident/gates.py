"""The gates of an incident as its record has them, each with its facts; those of before had no facts of their own."""

from collections.abc import Iterable

from bot.domain.gates.events import AnyFact
from bot.domain.gates.evolve import evolve
from bot.domain.gates.gate import Gate
from bot.domain.incident.events import (
    AnyEvent,
    GateClosed,
    GateEvent,
    MitigationAmended,
    MitigationProposed,
    VoteCameLate,
    VoteCast,
)
from bot.domain.incident.evolve.before import facts_of


def histories(events: Iterable[AnyEvent]) -> dict[str, list[AnyFact]]:
    """Sort an incident's events by the gate that they are about."""
    found, gates = dict[str, list[AnyFact]](), dict[str, Gate]()
    for event in events:
        match event:
            case MitigationProposed() | MitigationAmended() | VoteCast() | VoteCameLate() | GateClosed():
                name, facts = event.mitigation, facts_of(event, gates.get(event.mitigation))
            case _ if isinstance(event, GateEvent):
                name, facts = event.gate, [event]
            case _:
                continue
        for fact in facts:
            gates[name] = evolve(gates.get(name), fact)
            found.setdefault(name, []).append(fact)
    return found
