"""Which gate is meant in words: the one that is named, else the one that concerns whoever says it."""

import re
from collections.abc import Sequence

from bot.domain.gates.gate import Gate
from bot.domain.gates.rejections import NoSuchGate, SeveralAreMeant
from bot.domain.incident.rejections import NothingToVoteOn
from bot.domain.incident.state import Incident
from bot.verbs.words import first

GATE = re.compile(r"[mg]\d+")


def named(incident: Incident, words: str) -> tuple[Gate | None, str]:
    """Take the gate that the first word names (`m2`, `g1`), with the words behind it; None: it names none.

    Raises NoSuchGate and NothingToVoteOn where it names one that isn't there, rather than take another one.
    """
    head, rest = first(words)
    name = head.lower().rstrip(".,:;")
    if name in incident.gates:
        return incident.gates[name], rest
    if GATE.fullmatch(name):
        raise NothingToVoteOn if name in incident.mitigations else NoSuchGate
    return None, words.strip()


def meant(incident: Incident, words: str, verb: str, *likely: Sequence[Gate]) -> tuple[Gate, str]:
    """Find the gate: the one that is named; else the likeliest; else the one that is open, or the latest.

    `likely`: gates that concern whoever says it, the likeliest first. Raises SeveralAreMeant where two concern them
    alike; NothingToVoteOn, NoSuchGate.
    """
    gate, rest = named(incident, words)
    if gate is not None:
        return gate, rest
    for gates in likely:
        if gates:
            return the_one(gates, verb), rest
    latest = next(reversed(incident.gates.values()), None)
    gate = next(iter(incident.open_gates), None) or latest
    if gate is None:
        raise NothingToVoteOn
    return gate, rest


def the_one(gates: Sequence[Gate], verb: str) -> Gate:
    """Return the only one there is. Raises SeveralAreMeant."""
    if len(gates) > 1:
        raise SeveralAreMeant(
            gates=", ".join(f"{gate.id} “{gate.subject.action}”" for gate in gates), verb=verb, one=gates[0].id
        )
    return gates[0]
