"""CSV: one row an event, for spreadsheets; machines do better with JSON."""

import csv
import io

from bot.exporters.export import Export, Exporter, iso

HEADER = ("version", "time", "actor_id", "actor", "tag", "type", "sentence", "hash")
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What makes a spreadsheet calculate, full-width forms included (OWASP, “CSV Injection”)."""


def render(export: Export) -> bytes:
    """Write RFC 4180 in UTF-8 with a byte order mark: without it Excel reads every name as Latin-1."""
    out = io.StringIO()
    write = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    write.writerow(HEADER)
    for row in export.rows():
        words = (iso(row.at), row.by, row.actor, row.tag, row.type, row.sentence, row.hash)
        write.writerow([row.version, *map(guarded, words)])
    return out.getvalue().encode("utf-8-sig", "replace")


def guarded(text: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula, even behind blanks."""
    dangerous = text.startswith(("\t", "\r")) or text.lstrip().startswith(FORMULA)
    return f"'{text}" if dangerous else text


CSV = Exporter(name="csv", aliases=(), suffix=".csv", media_type="text/csv", render=render)
