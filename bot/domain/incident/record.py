"""The record: events in their stored form, chained by hash, so that nobody can quietly rewrite one."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.ids import canonical, digest
from bot.domain.incident.events import EVENTS, AnyEvent

GENESIS = "0" * 64
"""What the first event of an incident carries as its predecessor's hash."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event as stored: its number in the incident (from 1), its cause, its chain."""

    incident: str
    version: int
    cause: str
    previous: str
    """SHA-256 of the record before it."""
    hash: str
    """SHA-256 over the canonical JSON of everything else here."""
    event: AnyEvent
    stored: dict[str, Any] = field(repr=False)
    """The event as it was written: the hash is over this, and a class that has grown a field since would add it."""
    written: str = field(default="", repr=False, compare=False)
    """The whole record as JSON, where it was just made: what the hash is over, and the hash behind it."""

    def raw(self) -> dict[str, Any]:
        """Return the record as stored and exported."""
        return {
            "incident": self.incident,
            "version": self.version,
            "cause": self.cause,
            "previous": self.previous,
            "hash": self.hash,
            "event": self.stored,
        }

    def text(self) -> str:
        """Return the record as JSON, to be stored."""
        return self.written or canonical(self.raw()).decode()


def chain(incident: str, events: Sequence[AnyEvent], cause: str, version: int, head: str) -> list[Recorded]:
    """Append events behind record number `version` whose hash is `head`."""
    records = []
    for number, event in enumerate(events, start=version + 1):
        stored = event.model_dump(mode="json")
        raw = {"incident": incident, "version": number, "cause": cause, "previous": head, "event": stored}
        hashed = canonical(raw)
        hash_ = hashlib.sha256(hashed).hexdigest()
        written = f'{hashed.decode()[:-1]},"hash":"{hash_}"}}'
        records.append(Recorded(incident, number, cause, head, hash_, event, stored, written))
        head = hash_
    return records


def read(raw: dict[str, Any]) -> Recorded:
    """Load one stored record; unknown event types raise pydantic's ValidationError."""
    return Recorded(
        incident=raw["incident"],
        version=raw["version"],
        cause=raw["cause"],
        previous=raw["previous"],
        hash=raw["hash"],
        event=EVENTS.validate_python(raw["event"]),
        stored=raw["event"],
    )


FIELDS = {"incident": str, "version": int, "cause": str, "previous": str, "hash": str, "event": dict}
"""What a record is made of, and of which JSON type."""


def breaks(raw_records: Iterable[object], *, after: int = 0, head: str | None = GENESIS) -> Iterator[str]:
    """Check a chain in its raw form, offline; yield one sentence for each break. Takes anything that JSON can say.

    The end of one follows `after` events, the last of which has the hash `head`; None: it is not known.
    """
    owner: str | None = None
    version = after
    for raw in raw_records:
        version += 1
        if not isinstance(raw, dict) or {name: type(value) for name, value in raw.items()} != FIELDS:
            yield f"Event {version} cannot be read: a record has the fields {', '.join(FIELDS)}, each of its type."
            head = None  # what comes next cannot be held against it
            continue
        where = f"Event {_quoted(raw['version'])}"
        if raw["version"] != version:
            yield f"{where} stands where number {version} should be: something was removed, added or moved."
            version = raw["version"]
        owner = owner or raw["incident"]
        if raw["incident"] != owner:
            yield f"{where} belongs to another incident, {_quoted(raw['incident'])}."
        if head is not None and raw["previous"] != head:
            yield f"{where} does not follow from the event before it."
        if raw["hash"] != _hash_of(raw):
            yield f"{where} was changed after it was written."
        head = raw["hash"]


def _hash_of(raw: dict[str, Any]) -> str | None:
    try:
        return digest({name: value for name, value in raw.items() if name != "hash"})
    except (ValueError, RecursionError):  # half an emoji, which no UTF-8 can say; nesting without end
        return None


def _quoted(value: object) -> str:
    """Show foreign text safely: on one line, in ASCII, not too long."""
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
