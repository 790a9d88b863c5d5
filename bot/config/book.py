"""manifests/oncall/*.yaml → the on-call book: any number of files, each with people, teams, schedules and more."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.config import book_checks
from bot.config.documents import Document
from bot.config.mistakes import Mistake, Place, shown, suggest
from bot.config.typed import typed
from bot.domain.oncall.book import Book
from bot.domain.oncall.escalation import EscalationPolicy
from bot.domain.oncall.notifier import SLACK, Notifier
from bot.domain.oncall.people import Person, Team
from bot.domain.oncall.schedule import Schedule

KINDS: dict[str, Any] = {
    "people": Person,
    "teams": Team,
    "schedules": Schedule,
    "escalations": EscalationPolicy,
    "notifiers": Notifier,
}
"""What a file may hold, each by id."""

Names = Mapping[str, frozenset[str]]
"""By kind, the ids that are declared; without the kinds of which some could not be read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a file declares."""

    kind: str
    id: str
    document: Document

    @property
    def place(self) -> Place:
        return (self.kind, self.id)


def read_book(documents: list[Document], found: list[Mistake], *, whole: bool) -> tuple[Book, Names]:
    """Read all files of the folder as one. Return also the ids of each kind, for what other files name.

    `whole` says that there is no file besides these, which could not be read. The book is empty where there is a
    mistake in any of them.
    """
    entries = list(_entries(documents, found))
    known = _names(entries, documents) if whole else {}
    for document in documents:
        found += book_checks.unknown_names(document, known)
    for kind, rules in (
        ("people", book_checks.people),
        ("schedules", book_checks.schedules),
        ("notifiers", book_checks.notifiers),
    ):
        found += rules([(entry.document, entry.id) for entry in entries if entry.kind == kind])
    parts: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    parts["notifiers"]["slack"] = SLACK
    for entry in entries:
        read = typed(KINDS[entry.kind], entry.document, entry.place, {"id": entry.id}, found)
        if read is not None:
            parts[entry.kind][entry.id] = read
    if not whole or {mistake.file for mistake in found} & {document.file for document in documents}:
        return Book(), known
    book = Book(**parts)
    where = {entry.place: entry.document for entry in entries}
    found += book_checks.contacts(book, where)
    found += book_checks.policies(book, where)
    return book, known


def _names(entries: list[Entry], documents: list[Document]) -> Names:
    """Return the ids of each kind, also of those that are wrong in themselves."""
    known = {kind: {entry.id for entry in entries if entry.kind == kind} for kind in KINDS}
    known["notifiers"].add("slack")
    broken = {kind for document in documents for kind in KINDS if not isinstance(document.tree.get(kind, {}), dict)}
    return {kind: frozenset(ids) for kind, ids in known.items() if kind not in broken}


def _entries(documents: list[Document], found: list[Mistake]) -> Iterator[Entry]:
    """Yield what the files declare, each id of a kind once."""
    first = dict[Place, Document]()
    for document in documents:
        for kind in document.tree:
            if wrong := _misplaced(document, kind):
                found.append(wrong)
            for entry in _below(document, kind):
                if first.setdefault(entry.place, document) is document:
                    yield entry
                else:
                    found.append(_twice(entry, first[entry.place]))


def _misplaced(document: Document, kind: str) -> Mistake | None:
    """Say what is wrong with a top-level key itself, unless it is told already."""
    declared = document.tree[kind]
    if kind not in KINDS:
        what = f"unknown key {shown(kind)}"
        return document.mistake((kind,), what, suggest(kind, KINDS, "The keys here are"))
    if isinstance(declared, dict) or (kind,) in document.spoiled:
        return None
    what = "it is empty" if declared in (None, []) else "it is no mapping"
    return document.mistake((kind,), what, "Write an id and below it what it is, or remove it.")


def _below(document: Document, kind: str) -> Iterator[Entry]:
    declared = document.tree[kind]
    if kind in KINDS and isinstance(declared, dict):
        yield from (Entry(kind, name, document) for name in declared)


def _twice(entry: Entry, first: Document) -> Mistake:
    where = f"{first.file}:{first.lines[entry.place]}"
    return entry.document.mistake(entry.place, f"is declared already in {where}", "Keep one, or rename this one.")
