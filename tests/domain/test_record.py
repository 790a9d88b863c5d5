"""The record: whatever is changed, removed, added or moved in a history is found, offline and from the file alone."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import canonical
from bot.domain.incident.record import GENESIS, breaks
from tests.harness.every_event import play
from tests.harness.orders import INC

HISTORY: list[dict[str, Any]] = json.loads(json.dumps(play().raw_history(INC)))
PLACES = st.integers(0, len(HISTORY) - 1)


def copy() -> list[dict[str, Any]]:
    return [{**record, "event": {**record["event"]}} for record in HISTORY]


def test_an_untouched_history_has_no_break() -> None:
    assert list(breaks(HISTORY)) == []
    assert list(breaks([])) == []
    assert HISTORY[0]["previous"] == GENESIS


@pytest.mark.parametrize("field", ["incident", "version", "cause", "previous", "hash"])
@given(place=PLACES)
def test_a_changed_field_is_found(field: str, place: int) -> None:
    forged = copy()
    forged[place][field] = 999 if field == "version" else "forged"
    assert list(breaks(forged))


@given(place=PLACES, data=st.data())
def test_a_changed_event_is_found_and_named(place: int, data: st.DataObject) -> None:
    forged = copy()
    field = data.draw(st.sampled_from(sorted(forged[place]["event"])))
    forged[place]["event"][field] = "forged"
    assert list(breaks(forged)) == [f"Event {place + 1} was changed after it was written."]


@given(place=st.integers(0, len(HISTORY) - 2))
def test_a_removed_a_doubled_and_a_moved_event_are_found(place: int) -> None:
    whole = copy()
    assert list(breaks([*whole[:place], *whole[place + 1 :]]))
    assert list(breaks([*whole[: place + 1], *whole[place:]]))
    assert list(breaks([*whole[:place], whole[place + 1], whole[place], *whole[place + 2 :]]))


def test_the_canonical_form_is_written_down_here_for_those_who_check_in_another_language() -> None:
    assert canonical({"b": [1, True, None], "a": "é“🔥”", "c": {"z": 1.5, "y": ""}}) == (
        '{"a":"é“🔥”","b":[1,true,null],"c":{"y":"","z":1.5}}'.encode()
    )
