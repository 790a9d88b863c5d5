"""Is a JSON export what Muster wrote? Answered offline, from the file alone, in sentences."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from bot.domain.incident.events import EVENTS, AnyEvent
from bot.domain.incident.evolve import replay
from bot.domain.incident.record import GENESIS, breaks
from bot.exporters.export import visible
from bot.exporters.json import FORMAT, LATER, facts, sealed

LIMIT = 128 * 1024 * 1024
"""Bytes; an incident of 100,000 events stays below."""

SHOWN = 20
"""Defects that are printed; one forged event near the start can break every later one."""

SHAPE = {"format": str, "made_at": str, "incident": dict, "people": dict, "head": str, "records": list, "seal": str}


@dataclass(frozen=True, slots=True)
class Verdict:
    defects: tuple[str, ...]
    """One sentence each, in the order of the file; none: the file is intact."""
    incident: str = ""
    events: int = 0
    head: str = ""
    """The last event's hash. A history written anew has another: compare it with one that you know from elsewhere."""

    @property
    def holds(self) -> bool:
        return not self.defects

    def __str__(self) -> str:
        if self.holds:
            return f"{self.incident}: {self.events:,} events, all intact. The chain ends in {self.head}."
        more = len(self.defects) - SHOWN
        said = [*self.defects[:SHOWN], *([f"… and {more:,} more."] if more > 0 else [])]
        return "\n".join(["This is not what Muster wrote:", *said])


def verify(data: bytes) -> Verdict:
    """Check the chain, its head, the facts that it adds up to, and every byte. Never raises, whatever `data` is."""
    if len(data) > LIMIT:
        return Verdict((f"It has {len(data):,} bytes, more than any export ({LIMIT:,}).",))
    try:
        document = json.loads(data.decode())
    except UnicodeDecodeError as wrong:
        return Verdict((f"It is not text in UTF-8: byte {wrong.start:,} says otherwise.",))
    except json.JSONDecodeError as wrong:
        return Verdict(
            (f"It is not whole JSON: line {wrong.lineno:,}, column {wrong.colno:,} breaks off or is wrong.",)
        )
    except (ValueError, RecursionError):
        return Verdict(("It is JSON that no export holds: a number without end, or nesting without end.",))
    if misshapen := tuple(_misshapen(document)):
        return Verdict(misshapen)
    records = document["records"]
    return Verdict(
        defects=(*breaks(records), *_wrong_head(document), *_wrong_facts(document), *_wrong_bytes(document, data)),
        incident=visible(str(document["incident"].get("id"))),
        events=len(records),
        head=document["head"],
    )


def _misshapen(document: object) -> Iterator[str]:
    if not isinstance(document, dict):
        yield "It is JSON, but no object."
    elif document.get("format") != FORMAT:
        yield f"It is no Muster timeline of a form known here: its `format` is not `{FORMAT}`."
    else:
        for name, kind in SHAPE.items():
            if name not in document:
                yield f"The field `{name}` is missing."
            elif not isinstance(document[name], kind):
                yield f"The field `{name}` is of the wrong type."


def _wrong_head(document: dict[str, Any]) -> Iterator[str]:
    last = document["records"][-1] if document["records"] else {"hash": GENESIS}
    if not isinstance(last, dict) or document["head"] != last.get("hash"):
        yield "The `head` is not the last event's hash: events were cut off or added at the end."


def _wrong_facts(document: dict[str, Any]) -> Iterator[str]:
    """Replay the events and hold what they add up to against what the file says."""
    said, events = document["incident"], list[AnyEvent]()
    for number, raw in enumerate(document["records"], start=1):
        try:
            events.append(EVENTS.validate_python(raw["event"]))
        except (ValidationError, LookupError, TypeError, RecursionError):
            yield f"Event {number} is of a kind that this version of Muster does not know, or lacks a part."
    if len(events) < len(document["records"]):
        return
    try:
        incident = replay(events, document["records"][0]["incident"])
        assert incident is not None
        meant = facts(incident)
    except (AssertionError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
        yield "The events make no sense in this order: no incident comes of them."
        return
    for name in {**meant, **said}.keys() - (LATER - said.keys()):
        if name not in said or name not in meant or said[name] != meant[name]:
            yield f"The events do not add up to the incident's {json.dumps(name)[:60]} as the file says it."


def _wrong_bytes(document: dict[str, Any], data: bytes) -> Iterator[str]:
    """Lay the content out again: a changed name, a moved blank, a field said twice, a false seal all show."""
    content = {name: value for name, value in document.items() if name not in {"records", "seal"}}
    try:
        again = sealed(content, document["records"])
    except (ValueError, RecursionError):
        again = b""
    if again != data:
        yield "The file is not byte for byte as it was exported: its seal does not fit."
