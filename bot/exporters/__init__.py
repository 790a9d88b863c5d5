"""Timeline formats, one per file."""

from bot.exporters.csv import CSV
from bot.exporters.export import Export, Exporter
from bot.exporters.html import HTML
from bot.exporters.json import JSON
from bot.exporters.markdown import MARKDOWN

ALL: tuple[Exporter, ...] = (MARKDOWN, HTML, JSON, CSV)
BY_NAME = {word: exporter for exporter in ALL for word in (exporter.name, *exporter.aliases)}

__all__ = ["ALL", "BY_NAME", "Export", "Exporter"]
