"""One rich incident in every format, held against files that people have read.

To renew one: delete it, run this test, read what it wrote, commit it.
"""

from pathlib import Path

import pytest

from bot.exporters import ALL
from bot.exporters.export import Exporter
from tests.exporters.incidents import long, rich

GOLDEN = Path(__file__).parents[1] / "golden" / "exports"


@pytest.mark.parametrize("exporter", ALL, ids=lambda known: known.name)
def test_the_rich_incident_reads_as_it_did(exporter: Exporter) -> None:
    file = GOLDEN / f"rich{exporter.suffix}"
    made = exporter.render(rich().export())
    if not file.exists():
        file.write_bytes(made)
        pytest.fail(f"{file.name} was missing and is written now: read it, then commit it")
    assert made.decode() == file.read_bytes().decode()


@pytest.mark.parametrize("exporter", ALL, ids=lambda known: known.name)
def test_the_same_export_twice_gives_the_same_bytes(exporter: Exporter) -> None:
    assert exporter.render(rich().export()) == exporter.render(rich().export())


def test_ten_thousand_events_are_all_there_in_every_format() -> None:
    export = long(10_000).export()
    shape = {"markdown": b"\n- `", "html": b"<li id=", "json": b'\n{"cause":', "csv": b"\r\n"}
    extra = {"csv": 1}  # its header
    for known in ALL:
        assert known.render(export).count(shape[known.name]) == 10_000 + extra.get(known.name, 0), known.name
