"""The offline check: an intact export passes, everything else is told in sentences, and nothing makes it fall over."""

import hashlib
import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.ids import digest
from bot.domain.incident.record import breaks, chain, read
from bot.exporters.export import Export
from bot.exporters.json import render, sealed
from bot.exporters.verify import verify
from tests.exporters.incidents import declared, noted, rich

RICH = render(rich().export())
Document = dict[str, Any]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


def rehashed(raw: Document) -> str:
    """The hash that belongs to a record: over everything in it but the hash."""
    return digest({name: value for name, value in raw.items() if name != "hash"})


def resealed(change: Callable[[Document], object], *, rechained: bool = False) -> bytes:
    """Change a document as a forger would, who can seal, and hash, as well as we can."""
    document: Document = json.loads(RICH)
    del document["seal"]
    change(document)
    records = document.pop("records")
    if rechained:
        head = "0" * 64
        for number, raw in enumerate(records, start=1):
            raw |= {"version": number, "previous": head}
            raw["hash"] = head = rehashed(raw)
        document["head"] = head
    return sealed(document, records)


def test_an_export_is_intact() -> None:
    verdict = verify(RICH)
    assert verdict.holds
    assert verdict.defects == ()
    assert (verdict.incident, verdict.events, verdict.head) == ("INC-42", 54, rich().records[-1].hash)
    assert str(verdict) == f"INC-42: 54 events, all intact. The chain ends in {verdict.head}."


def test_an_incident_that_only_just_began_is_intact() -> None:
    assert verify(render(declared().export())).holds


def test_the_seal_can_be_checked_by_hand() -> None:
    body, _, seal = RICH.rpartition(b'"seal":"')
    assert hashlib.sha256(body).hexdigest().encode() == seal[:64]


@given(st.integers(0, len(RICH) - 1), st.integers(1, 255))
@settings(max_examples=500, deadline=None)
def test_any_byte_changed_is_noticed(place: int, by: int) -> None:
    changed = RICH[:place] + bytes([RICH[place] ^ by]) + RICH[place + 1 :]
    assert not verify(changed).holds


@given(st.integers(0, len(RICH) - 1))
@settings(deadline=None)
def test_any_byte_left_out_or_doubled_is_noticed(place: int) -> None:
    assert not verify(RICH[:place] + RICH[place + 1 :]).holds
    assert not verify(RICH[: place + 1] + RICH[place:]).holds


@given(st.integers(0, len(RICH) - 1))
@settings(deadline=None)
def test_a_file_that_breaks_off_is_noticed(end: int) -> None:
    assert not verify(RICH[:end]).holds


def test_another_layout_of_the_same_content_is_noticed() -> None:
    verdict = verify(json.dumps(json.loads(RICH), indent=2).encode())
    assert verdict.defects == ("The file is not byte for byte as it was exported: its seal does not fit.",)


def test_a_field_said_twice_is_noticed() -> None:
    assert not verify(RICH.replace(b'"head":', b'"head":"","head":', 1)).holds


def test_a_changed_event_is_named() -> None:
    verdict = verify(resealed(lambda d: d["records"][5]["event"].update(text="all was well")))
    assert verdict.defects == ("Event 6 was changed after it was written.",)


def test_an_event_taken_out_is_named() -> None:
    verdict = verify(resealed(lambda d: d["records"].pop(5)))
    assert "Event 7 stands where number 6 should be: something was removed, added or moved." in verdict.defects
    assert "Event 7 does not follow from the event before it." in verdict.defects


def test_events_in_another_order_are_noticed() -> None:
    assert not verify(resealed(lambda d: d["records"].reverse())).holds


def test_events_cut_off_at_the_end_are_noticed() -> None:
    verdict = verify(resealed(lambda d: d["records"].pop()))
    assert "The `head` is not the last event's hash: events were cut off or added at the end." in verdict.defects


def test_an_event_of_another_incident_is_noticed() -> None:
    verdict = verify(resealed(lambda d: d["records"][5].update(incident="INC-7")))
    assert 'Event 6 belongs to another incident, "INC-7".' in verdict.defects


@pytest.mark.parametrize(
    ("field", "lie"),
    [
        ("severity", "p4"),
        ("stage", "closed"),
        ("title", "A quiet night"),
        ("mitigated_at", None),
        ("hats", {}),
        ("new", 1),
    ],
)
def test_facts_that_the_events_do_not_add_up_to_are_named(field: str, lie: object) -> None:
    verdict = verify(resealed(lambda d: d["incident"].update({field: lie})))
    assert verdict.defects == (f'The events do not add up to the incident\'s "{field}" as the file says it.',)


def test_a_fact_left_out_is_named() -> None:
    assert not verify(resealed(lambda d: d["incident"].pop("resolution"))).holds


def test_events_that_make_no_sense_are_noticed_however_well_they_are_chained() -> None:
    verdict = verify(resealed(lambda d: d["records"].pop(0), rechained=True))
    assert verdict.defects == ("The events make no sense in this order: no incident comes of them.",)


def test_an_event_of_an_unknown_kind_is_named() -> None:
    verdict = verify(resealed(lambda d: d["records"][5]["event"].update(type="tea.made"), rechained=True))
    assert verdict.defects == ("Event 6 is of a kind that this version of Muster does not know, or lacks a part.",)


def test_a_history_written_anew_shows_by_its_head_alone() -> None:
    verdict = verify(resealed(lambda d: d["records"][5]["event"].update(text="all was well"), rechained=True))
    assert verdict.holds  # nobody without the head can know
    assert verdict.head != rich().records[-1].hash


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "It is not whole JSON: line 1, column 1 breaks off or is wrong."),
        (b"\xff\xfe\x00", "It is not text in UTF-8: byte 0 says otherwise."),
        (b"\x00" * 100, "It is not whole JSON: line 1, column 1 breaks off or is wrong."),
        (RICH[:-1000], "It is not whole JSON"),
        (b"[" * 100_000, "It is JSON that no export holds: a number without end, or nesting without end."),
        (b"1" * 10_000, "It is JSON that no export holds: a number without end, or nesting without end."),
        (b"[]", "It is JSON, but no object."),
        (b"null", "It is JSON, but no object."),
        (b"{}", "It is no Muster timeline of a form known here: its `format` is not `muster-timeline/1`."),
        (b'{"format":"muster-timeline/1"}', "The field `made_at` is missing."),
    ],
)
def test_what_is_no_export_is_told_in_a_sentence(data: bytes, sentence: str) -> None:
    assert verify(data).defects[0].startswith(sentence)


def test_a_file_beyond_any_size_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.exporters.verify.LIMIT", 1000)
    assert verify(RICH).defects == (f"It has {len(RICH):,} bytes, more than any export (1,000).",)


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fall_over(data: bytes) -> None:
    assert not verify(data).holds


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container within a document, with each key or index of it."""
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from places(value[key])


@given(st.integers(0, sum(1 for _ in places(json.loads(RICH))) - 1), anything)
@settings(max_examples=500, deadline=None)
def test_nothing_in_any_place_makes_it_fall_over(number: int, thing: object) -> None:
    document = json.loads(RICH)
    container, key = next(islice(places(document), number, None))
    container[key] = thing
    assert not verify(json.dumps(document).encode()).holds


@given(st.lists(anything))
def test_breaks_takes_anything_that_json_can_say(records: list[object]) -> None:
    assert bool(list(breaks(records))) == bool(records)


def test_half_an_emoji_is_a_defect_and_no_crash() -> None:
    halved = RICH.replace(b"cards work again", b"cards \\ud83d again")
    assert "Event 36 was changed after it was written." in verify(halved).defects


def test_a_field_that_an_event_grew_later_breaks_no_older_chain() -> None:
    """The record keeps what was written, not what today's class would write."""
    (record,) = declared().records
    old = {name: value for name, value in record.stored.items() if name not in {"private", "origin"}}
    raw = record.raw() | {"event": old}
    raw["hash"] = rehashed(raw)
    again = read(raw)
    assert again.raw() == raw
    assert list(breaks([again.raw()])) == []
    assert verify(render(Export([again], str, again.event.at))).holds


def test_what_is_chained_reads_back_the_same() -> None:
    story = noted("one", "two")
    assert [read(json.loads(record.text())) for record in story.records] == story.records
    again = chain("INC-42", [story.records[0].event], story.records[0].cause, 0, "0" * 64)
    assert again == story.records[:1]
