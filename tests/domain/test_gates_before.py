"""Gates that were stored before gates had events of their own still are what they were, and can be decided."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.domain.gates.due import next_due
from bot.domain.gates.gate import Gate, Outcome
from bot.domain.ids import SYSTEM
from bot.domain.incident import events as e
from bot.domain.incident.decide import decide
from bot.domain.incident.evolve import evolve, replay
from bot.domain.incident.mitigations import Progress
from bot.domain.incident.record import read
from bot.domain.incident.state import Incident
from tests.harness.clock import at
from tests.harness.orders import INC, M1, approve, declare, propose, tick
from tests.harness.people import ANA, BEN, CY, DEE
from tests.harness.plans import POLICY, plan

HISTORIES = sorted((Path(__file__).parent.parent / "golden" / "history").glob("*.jsonl"))
LIMIT = 1800

ASKED = e.MitigationProposed(by=ANA, at=at(0), mitigation=M1, plan=plan(), quorum=2, due=at(LIMIT))


def said(by: str, choice: Any, comment: str = "", seconds: float = 1) -> e.VoteCast:
    return e.VoteCast(by=by, at=at(seconds), mitigation=M1, choice=choice, comment=comment, plan_hash=plan().hash)


def closed(outcome: Outcome, because: str = "", by: str = SYSTEM, seconds: float = 2) -> e.GateClosed:
    return e.GateClosed(by=by, at=at(seconds), mitigation=M1, outcome=outcome, because=because)


def folded(*events: e.AnyEvent) -> Incident:
    (declared,) = decide(declare(), None, POLICY)
    incident = replay([declared, ASKED, *events], INC)
    assert incident is not None
    return incident


def meant(gate: Gate) -> dict[str, Any]:
    """Say of a gate what its stored state said before."""
    return {
        "proposer": gate.proposer,
        "votes": {vote.account: vote.choice for vote in gate.votes},
        "outcome": gate.outcome.value if gate.outcome else None,
        "late": [vote.account for vote in gate.late],
    }


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_every_history_that_was_ever_stored_has_its_gates(path: Path) -> None:
    incident = replay([read(json.loads(line)).event for line in path.read_text().splitlines()], INC)
    assert incident is not None
    then = json.loads(path.with_suffix(".state.json").read_text())["mitigations"]
    stored = {name: one["gate"] for name, one in then.items() if isinstance(one.get("gate"), dict)}
    assert stored.keys() <= incident.gates.keys()
    for name, before in stored.items():
        votes = {who: vote["choice"] for who, vote in before["votes"].items()}
        wanted = {"proposer": before["proposer"], "outcome": before["outcome"], "votes": votes}
        assert meant(incident.gates[name]) == {**wanted, "late": before["late"]}


def test_an_open_one_is_decided_as_it_would_have_been() -> None:
    waiting = folded(said(BEN, "approve"))
    assert waiting.mitigations[M1].progress is Progress.PROPOSED
    assert waiting.timers == {"gate:m1": at(LIMIT)}
    assert next_due(waiting.gates[M1]) == at(LIMIT)
    events = decide(approve(by=CY, at=5), waiting, POLICY)
    for event in events:
        waiting = evolve(waiting, event, INC)
    assert waiting.mitigations[M1].progress is Progress.APPROVED
    assert waiting.gates[M1].outcome is Outcome.APPROVED


def test_an_open_one_expires_at_its_own_limit() -> None:
    waiting = folded()
    assert decide(tick(LIMIT - 1), waiting, POLICY) == []
    for event in decide(tick(LIMIT), waiting, POLICY):
        waiting = evolve(waiting, event, INC)
    assert waiting.mitigations[M1].progress is Progress.EXPIRED


def test_an_open_one_can_be_changed_and_then_asks_by_itself_again() -> None:
    waiting = folded(said(BEN, "approve"))
    for event in decide(propose(plan(replicas="6"), by=ANA, at=60), waiting, POLICY):
        waiting = evolve(waiting, event, INC)
    assert waiting.gates[M1].votes == ()
    assert waiting.timers == {"gate:m1": at(60 + LIMIT)}


@pytest.mark.parametrize(
    ("events", "progress"),
    [
        ((said(BEN, "approve"), said(CY, "approve"), closed(Outcome.APPROVED)), Progress.APPROVED),
        ((said(BEN, "reject", "no"), closed(Outcome.REJECTED, "no")), Progress.REJECTED),
        ((closed(Outcome.WITHDRAWN, by=ANA),), Progress.WITHDRAWN),
        ((closed(Outcome.EXPIRED, "nobody decided in time", seconds=LIMIT),), Progress.EXPIRED),
    ],
    ids=lambda value: value.value if isinstance(value, Progress) else "",
)
def test_a_closed_one_is_closed_as_it_was(events: tuple[e.AnyEvent, ...], progress: Progress) -> None:
    incident = folded(*events)
    assert incident.mitigations[M1].progress is progress
    assert incident.timers == {}
    late = e.VoteCameLate(by=DEE, at=at(9), mitigation=M1, choice="approve", outcome=incident.gates[M1].outcome)
    assert [vote.account for vote in folded(*events, late).gates[M1].late] == [DEE]


def test_a_changed_plan_let_the_votes_fall() -> None:
    amended = e.MitigationAmended(
        by=ANA, at=at(60), mitigation=M1, plan=plan(replicas="6"), changed=("replicas",), due=at(60 + LIMIT)
    )
    incident = folded(said(BEN, "approve"), amended)
    assert (incident.gates[M1].votes, incident.gates[M1].changed) == ((), ("replicas",))
    assert incident.timers == {"gate:m1": at(60 + LIMIT)}


def test_one_that_asked_nobody_has_no_gate() -> None:
    (declared,) = decide(declare(), None, POLICY)
    incident = replay([declared, ASKED.model_copy(update={"quorum": 0})], INC)
    assert incident is not None
    assert (incident.gates, incident.mitigations[M1].progress) == ({}, Progress.APPROVED)
