"""CSV: one row an event, and nothing that calculates."""

import csv
import io

import pytest
from hypothesis import given

from bot.exporters.csv import HEADER, guarded, render
from bot.exporters.export import Export
from tests.exporters.hostile import texts
from tests.exporters.incidents import noted, rich


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", " =1", "\n=1", "\uff1d1"])
def test_what_a_spreadsheet_would_calculate_becomes_text(text: str) -> None:
    assert guarded(text) == f"'{text}"


@given(texts)
def test_no_cell_of_any_row_is_a_formula(text: str) -> None:
    story = noted(text) if text.strip() else noted("calm")
    export = Export(story.records, lambda _: text, story.now)
    for row in read(render(export))[1:]:
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row)


def test_there_is_one_row_an_event_under_one_header() -> None:
    story = rich()
    header, *rows = read(render(story.export()))
    assert tuple(header) == HEADER
    assert [row[0] for row in rows] == [str(n) for n in range(1, len(story.records) + 1)]
    assert {len(row) for row in rows} == {len(HEADER)}
    assert rows[-1][-1] == story.records[-1].hash


def test_excel_is_told_that_it_is_utf_8() -> None:
    assert render(noted("naïve").export()).startswith(b"\xef\xbb\xbf")
