"""Timeline formats, one per file."""

from bot.exporters.csv import CSV
from bot.exporters.export import Exporter
from bot.exporters.html import HTML
from bot.exporters.json import JSON
from bot.exporters.markdown import MARKDOWN

ALL: tuple[Exporter, ...] = (MARKDOWN, HTML, JSON, CSV)


def exporter(word: str) -> Exporter | None:
    """Read `markdown`, `md`, `.MD`, `html`, `json` or `csv`; None for anything else."""
    name = word.strip().lower().removeprefix(".")
    return next((known for known in ALL if name in {known.name, *known.aliases}), None)
