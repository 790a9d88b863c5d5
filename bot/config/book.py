"""manifests/oncall/*.yaml → the on-call book: any number of files, each with people, teams, schedules and more."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.config import rotas
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
"""By kind, the ids that are declared."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a file declares."""

    kind: str
    id: str
    document: Document

    @property
    def place(self) -> Place:
        return (self.kind, self.id)


def read_book(documents: list[Document], found: list[Mistake]) -> tuple[Book, Names]:
    """Read all files of the folder as one. Return also the ids of each kind, for what other files name.

    The book is empty where there is a mistake in any of them.
    """
    before = len(found)
    entries = list(_entries(documents, found))
    known = _names(entries)
    for document in documents:
        found += rotas.unknown_names(document, known)
    for kind, rules in (("people", rotas.people), ("schedules", rotas.schedules), ("notifiers", rotas.notifiers)):
        found += rules([(entry.document, entry.id) for entry in entries if entry.kind == kind])
    parts: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    parts["notifiers"]["slack"] = SLACK
    for entry in entries:
        read = typed(KINDS[entry.kind], entry.document, entry.place, {"id": entry.id}, found)
        if read is not None:
            parts[entry.kind][entry.id] = read
    if len(found) > before:
        return Book(), known
    book = Book(**parts)
    where = {entry.place: entry.document for entry in entries}
    found += rotas.contacts(book, where)
    found += rotas.policies(book, where)
    return book, known


def _names(entries: list[Entry]) -> Names:
    """Return the ids of each kind, also of those that are wrong in themselves."""
    known = {kind: frozenset(entry.id for entry in entries if entry.kind == kind) for kind in KINDS}
    return {**known, "notifiers": known["notifiers"] | {"slack"}}


def _entries(documents: list[Document], found: list[Mistake]) -> Iterator[Entry]:
    """Yield what the files declare, each id of a kind once."""
    first = dict[Place, Document]()
    for document in documents:
        for kind, declared in document.tree.items():
            if kind not in KINDS:
                what = f"unknown key {shown(kind)}"
                found.append(document.mistake((kind,), what, suggest(kind, KINDS, "The keys here are")))
            elif not isinstance(declared, dict):
                if (kind,) not in document.spoiled:
                    what = "it is empty" if declared in (None, []) else "it is no mapping"
                    found.append(document.mistake((kind,), what, "Write an id and below it what it is, or remove it."))
            else:
                for name in declared:
                    entry = Entry(kind, name, document)
                    if entry.place in first:
                        found.append(_twice(entry, first[entry.place]))
                    else:
                        first[entry.place] = document
                        yield entry


def _twice(entry: Entry, first: Document) -> Mistake:
    where = f"{first.file}:{first.lines[entry.place]}"
    return entry.document.mistake(entry.place, f"is declared already in {where}", "Keep one, or rename this one.")
