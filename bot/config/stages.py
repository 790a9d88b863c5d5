"""Stages and the moves between them, as a workflow writes them: does each lead somewhere, and can it be reached?"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.config.documents import Document, items
from bot.config.mistakes import Mistake, Place, shown, suggest
from bot.domain.hats import Hat
from bot.domain.lifecycle import Purpose

Moves = list[tuple[str, str]]

KNOWN = frozenset(Hat) - {Hat.COMMANDER}
"""Hats that a stage may need. The commander's has a reminder of its own; that there is no other is told elsewhere."""


def check(document: Document) -> Iterator[Mistake]:
    """Check what is written, however broken the rest is."""
    declared = document.tree.get("stages")
    if not isinstance(declared, dict) or not declared:
        return
    purposes = {name: _purpose(name, stage) for name, stage in declared.items() if isinstance(name, str)}
    yield from _purposes(document, purposes)
    unknown = list(_unknown(document, purposes))
    yield from unknown
    yield from _reminders(document, purposes)
    if not unknown and all(purposes.values()):
        yield from _leads_on(document, purposes, [(before, to) for _, before, to in _moves(document)])


def _purpose(name: str, stage: Any) -> Purpose | None:
    word = stage.get("purpose", name) if isinstance(stage, dict) else name
    return Purpose(word) if isinstance(word, str) and word in set(Purpose) else None


def _purposes(document: Document, purposes: Mapping[str, Purpose | None]) -> Iterator[Mistake]:
    all_of_them = ", ".join(Purpose)
    for name, purpose in purposes.items():
        written = document.at(("stages", name))
        if purpose is None and not (isinstance(written, dict) and "purpose" in written):
            instead = f"Add it, for example: purpose: mitigating. Choose from: {all_of_them}."
            yield document.mistake(("stages", name), "its name does not say what it is for", instead)
    if all(purposes.values()):
        first = next(iter(purposes))
        if purposes[first] is not Purpose.DETECTED:
            what = "an incident begins in the first one, and that is not of the purpose “detected”"
            yield document.mistake(("stages", first), what, "Put the stage in which incidents begin first.")
        for needed in (Purpose.RESOLVED, Purpose.CLOSED):
            if needed not in purposes.values():
                what = f"no stage is of the purpose “{needed.value}”"
                yield document.mistake(("stages",), what, f"Add one: {needed.value}: {{}}.")


def _moves(document: Document) -> Iterator[tuple[Place, str, str]]:
    """Go through the moves that can be read, each with its place."""
    for index, move in enumerate(items(document.tree.get("transitions"))):
        if not isinstance(move, dict):
            continue
        before = move.get("from")
        for name in [before] if isinstance(before, str) else items(before):
            if isinstance(name, str) and isinstance(move.get("to"), str):
                yield ("transitions", index), name, move["to"]


def _unknown(document: Document, purposes: Mapping[str, Purpose | None]) -> Iterator[Mistake]:
    seen, told = set[tuple[str, str]](), set[Place]()
    for place, before, to in _moves(document):
        for key, name in (("from", before), ("to", to)):
            if name not in purposes and (key == "from" or place not in told):  # one “to” for several stages
                what = f"no stage is called {shown(name)}"
                yield document.mistake((*place, key), what, suggest(name, purposes, "There are"))
        told.add(place)
        if before == to:
            yield document.mistake((*place, "to"), f"it leads from {shown(to)} to itself", "Name another stage.")
        if (before, to) in seen:
            what = f"there is a move from {shown(before)} to {shown(to)} already"
            yield document.mistake(place, what, "Keep one of the two.")
        seen.add((before, to))
        if document.at((*place, "after")) is not None and purposes.get(before) is not Purpose.RESOLVED:
            what = "only what is resolved moves on in time"
            yield document.mistake((*place, "after"), what, "Remove it, or write what makes it happen: when.")


def _leads_on(document: Document, purposes: Mapping[str, Purpose | None], moves: Moves) -> Iterator[Mistake]:
    """Find stages that nobody gets to, and those that nobody gets out of."""
    reached = _reached({next(iter(purposes))}, moves)
    ends = {name for name, purpose in purposes.items() if purpose is Purpose.CLOSED}
    leads_out = _reached(ends, [(to, before) for before, to in moves])
    for name in purposes:
        if name not in reached:
            what, instead = "no move leads to it", f"Add one: {{from: …, to: {name}}}, or remove the stage."
            yield document.mistake(("stages", name), what, instead)
        elif name not in leads_out:
            ways = " or ".join(sorted(ends)) or "closed"
            what, instead = "no move leads from it to the end", f"Add one, so that it leads to {ways} in the end."
            yield document.mistake(("stages", name), what, instead)


def _reached(begin: set[str], moves: Moves) -> set[str]:
    reached = set(begin)
    while more := {to for before, to in moves if before in reached} - reached:
        reached |= more
    return reached


def _reminders(document: Document, purposes: Mapping[str, Purpose | None]) -> Iterator[Mistake]:
    """Check what reminders name of the stages."""
    is_open = [name for name, purpose in purposes.items() if purpose is not None and not purpose.is_over]
    needed = {hat: None for name in is_open for hat in _hats(document, name)}
    for severity, _ in _pairs(document.tree.get("reminders")):
        for stage, _ in _pairs(document.at(("reminders", severity, "stuck", "stages"))):
            place: Place = ("reminders", severity, "stuck", "stages", stage)
            if stage not in purposes:
                what = f"no stage is called {shown(stage)}"
                yield document.mistake(place, what, suggest(stage, is_open, "There are"))
            elif stage not in is_open:
                what = f"nobody is reminded in {shown(stage)}: the incident is over"
                yield document.mistake(place, what, f"Choose from: {', '.join(is_open)}.")
        for index, hat in enumerate(items(document.at(("reminders", severity, "empty_hat", "hats")))):
            if isinstance(hat, str) and hat in KNOWN and hat not in needed:
                place = ("reminders", severity, "empty_hat", "hats", index)
                what = f"no open stage needs {shown(hat)}"
                yield document.mistake(place, what, suggest(hat, needed, "They need"))


def _hats(document: Document, stage: str) -> Iterable[str]:
    return [hat for hat in items(document.at(("stages", stage, "hats"))) if isinstance(hat, str)]


def _pairs(value: Any) -> list[tuple[str, Any]]:
    return [(name, inner) for name, inner in value.items() if isinstance(name, str)] if isinstance(value, dict) else []
