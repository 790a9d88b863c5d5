"""Facts about who is on call are for ever: every one ever stored loads, and folds to what it meant then.

A sample is never edited: it is what some Redis out there holds. What changes is added beside it, under a new name.
"""

import json
from pathlib import Path
from typing import get_args

import pytest

from bot.domain.oncall.roster import FACTS, AnyFact, RosterState, fold

SAMPLES = Path(__file__).parent.parent / "golden" / "roster"
HISTORIES = sorted(SAMPLES.glob("*.jsonl"))
TYPES = {kind.model_fields["type"].default for kind in get_args(AnyFact)}


def test_every_type_of_fact_has_a_sample_and_none_that_was_ever_stored_is_gone() -> None:
    sampled = {json.loads(line)["type"] for path in HISTORIES for line in path.read_text().splitlines()}
    assert sampled == TYPES


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_an_old_history_folds_to_what_it_meant(path: Path) -> None:
    facts = [FACTS.validate_json(line) for line in path.read_text().splitlines()]
    meant = RosterState.model_validate_json(path.with_suffix(".state.json").read_text())
    assert fold(facts, RosterState()) == meant
    for line, fact in zip(path.read_text().splitlines(), facts, strict=True):
        stored, kept = json.loads(line), json.loads(fact.model_dump_json())
        assert {name: kept[name] for name in stored} == stored
