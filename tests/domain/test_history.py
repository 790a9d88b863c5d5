"""Events are for ever: every history ever stored loads, folds to what it meant then, and reads as sentences.

A sample is never edited: it is what some Redis out there holds. What changes is added beside it, under a new name.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.domain.incident.events import AnyEvent
from bot.domain.incident.evolve import evolve
from bot.domain.incident.record import breaks, read
from bot.domain.incident.state import Incident
from bot.domain.timeline import sentence, tag
from tests.harness.every_event import play
from tests.harness.orders import INC

SAMPLES = Path(__file__).parent.parent / "golden" / "history"
HISTORIES = sorted(SAMPLES.glob("*.jsonl"))
TYPES = {kind.model_fields["type"].default for kind in get_args(AnyEvent)}


def stored(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def folded(path: Path) -> Iterator[tuple[AnyEvent, Incident]]:
    incident: Incident | None = None
    for raw in stored(path):
        record = read(raw)
        incident = evolve(incident, record.event, record.incident)
        yield record.event, incident


READ_ONLY = {"vote.cast", "vote.came-late", "gate.closed"}
"""Types that are read for ever, and not written any more: gates have events of their own."""


def test_every_type_of_event_has_a_sample() -> None:
    sampled = {raw["event"]["type"] for path in HISTORIES for raw in stored(path)}
    missing = sorted(TYPES - sampled)
    assert not missing, f"add {missing} to tests/harness/every_event.py and store what it prints under a new name"


def test_no_type_that_was_ever_stored_is_gone() -> None:
    sampled = {raw["event"]["type"] for path in HISTORIES for raw in stored(path)}
    assert sampled <= TYPES


def test_the_story_of_every_event_has_every_event() -> None:
    assert {raw["event"]["type"] for raw in play().raw_history(INC)} == TYPES - READ_ONLY


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_an_old_history_loads_without_losing_a_word(path: Path) -> None:
    for raw in stored(path):
        _holds(read(raw).raw(), raw, path.stem)


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_an_old_history_is_still_an_unbroken_chain(path: Path) -> None:
    assert list(breaks(stored(path))) == []


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_an_old_history_folds_to_what_it_meant_then(path: Path) -> None:
    *_, (_, incident) = folded(path)
    then = json.loads(path.with_suffix(".state.json").read_text())
    for mitigation in then["mitigations"].values():
        mitigation.pop("gate", None)  # it stands beside its mitigation now: see test_gates_before.py
    _holds(incident.model_dump(mode="json"), then, path.stem)


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_every_event_is_a_sentence(path: Path) -> None:
    for event, incident in folded(path):
        words = sentence(event, incident)
        assert words
        assert "None" not in words
        assert tag(event) == event.type.split(".")[0]


def _holds(now: Any, then: Any, where: str) -> None:
    """What was there then is there now; a new field may stand beside it."""
    match then:
        case dict():
            for key, value in then.items():
                assert key in now, f"{where}.{key} is gone"
                _holds(now[key], value, f"{where}.{key}")
        case list():
            assert len(now) == len(then), where
            for n, (new, old) in enumerate(zip(now, then, strict=True)):
                _holds(new, old, f"{where}[{n}]")
        case _:
            assert now == then, where
