"""The record: events in their stored form, chained by hash, so that nobody can quietly rewrite one."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.domain.ids import canonical, digest
from bot.domain.incident.events import EVENTS, AnyEvent

GENESIS = "0" * 64
"""What the first event of an incident carries as its predecessor's hash."""


class Recorded(BaseModel):
    """One event as stored: its number in the incident (from 1), its cause, its chain."""

    model_config = ConfigDict(frozen=True)

    incident: str
    version: int
    cause: str
    previous: str
    """SHA-256 of the record before it."""
    hash: str
    """SHA-256 over the canonical JSON of everything else here."""
    event: AnyEvent

    def raw(self) -> dict[str, Any]:
        """Return the record as stored and exported."""
        return {**dict(self), "event": self.event.model_dump(mode="json")}

    def text(self) -> str:
        """Return the record's canonical JSON."""
        return canonical(self.raw()).decode()


def chain(incident: str, events: Sequence[AnyEvent], cause: str, version: int, head: str) -> list[Recorded]:
    """Append events behind record number `version` whose hash is `head`."""
    records = []
    for number, event in enumerate(events, start=version + 1):
        hash_ = record_hash(incident, number, cause, head, event.model_dump(mode="json"))
        records.append(
            Recorded.model_construct(
                incident=incident, version=number, cause=cause, previous=head, hash=hash_, event=event
            )
        )
        head = hash_
    return records


def record_hash(incident: str, version: int, cause: str, previous: str, event: dict[str, Any]) -> str:
    return digest({"incident": incident, "version": version, "cause": cause, "previous": previous, "event": event})


def read(raw: dict[str, Any]) -> Recorded:
    """Load one stored record; unknown event types raise pydantic's ValidationError."""
    return Recorded.model_construct(
        incident=raw["incident"],
        version=raw["version"],
        cause=raw["cause"],
        previous=raw["previous"],
        hash=raw["hash"],
        event=EVENTS.validate_python(raw["event"]),
    )


def breaks(raw_records: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Check a chain in its raw form, offline; yield one sentence for each break."""
    head, version = GENESIS, 0
    for raw in raw_records:
        version += 1
        where = f"Event {raw.get('version')}"
        if raw.get("version") != version:
            yield f"{where} stands where number {version} should be: something was removed, added or moved."
            version = raw["version"] if isinstance(raw.get("version"), int) else version
        if raw.get("previous") != head:
            yield f"{where} does not follow from the event before it."
        expected = record_hash(
            raw.get("incident", ""), raw.get("version", 0), raw.get("cause", ""), raw.get("previous", ""), raw["event"]
        )
        if raw.get("hash") != expected:
            yield f"{where} was changed after it was written."
        head = raw.get("hash", "")
