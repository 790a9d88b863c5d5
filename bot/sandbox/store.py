"""The workspace on disk: one SQLite table of things, written as each one changes."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any


class Store:
    """Things by (kind, id); in memory only when no folder is given."""

    def __init__(self, folder: Path | None) -> None:
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        self.db = sqlite3.connect(
            folder / "workspace.sqlite" if folder else ":memory:", isolation_level=None, check_same_thread=False
        )
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.execute("CREATE TABLE IF NOT EXISTS things (kind TEXT, id TEXT, thing BLOB, PRIMARY KEY (kind, id))")

    def put(self, kind: str, key: str, thing: dict[str, Any]) -> None:
        self._write(kind, key, json.dumps(thing, separators=(",", ":")).encode())

    def drop(self, kind: str, key: str) -> None:
        self.db.execute("DELETE FROM things WHERE kind = ? AND id = ?", (kind, key))

    def everything(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every thing but files' contents, in the order in which they were first written."""
        rows = self.db.execute("SELECT kind, thing FROM things WHERE kind != 'content' ORDER BY rowid")
        for kind, thing in rows.fetchall():
            yield kind, json.loads(thing)

    def put_content(self, file: str, content: bytes) -> None:
        self._write("content", file, content)

    def content(self, file: str) -> bytes:
        row = self.db.execute("SELECT thing FROM things WHERE kind = 'content' AND id = ?", (file,)).fetchone()
        return bytes(row[0]) if row else b""

    def close(self) -> None:
        self.db.close()

    def empty(self) -> None:
        self.db.execute("DELETE FROM things")

    def _write(self, kind: str, key: str, value: bytes) -> None:
        self.db.execute(
            "INSERT INTO things VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET thing = excluded.thing",
            (kind, key, value),
        )
