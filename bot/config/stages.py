"""Stages and the moves between them, as a workflow writes them: does each lead somewhere, and can it be reached?"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.config import gates
from bot.config.documents import Document, items, words, written
from bot.config.mistakes import Mistake, Place, shown, suggest
from bot.domain.hats import Hat
from bot.domain.workflow.lifecycle import Purpose

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
    yield from _ends(document, purposes)
    yield from _limits(document, purposes)
    yield from _mitigations(document, purposes)
    yield from _actions(document, purposes)
    yield from _criteria(document, purposes)
    yield from gates.check(document, purposes)
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


def _ends(document: Document, purposes: Mapping[str, Purpose | None]) -> Iterator[Mistake]:
    """Check that it is over only when somebody says how it ended, and that what is closed stays so."""
    for place, before, to in _moves(document):
        left, entered = purposes.get(before), purposes.get(to)
        if left is None or entered is None:
            continue
        if left is Purpose.CLOSED:
            what = f"what is closed stays so, and nothing leads out of {shown(before)}"
            yield document.mistake((*place, "from"), what, "Remove it.")
        elif left.is_over or not entered.is_over:
            continue
        elif entered is not Purpose.RESOLVED:
            what = f"it leads from {shown(before)} past the resolution: nobody would say how it ended"
            yield document.mistake((*place, "to"), what, "Lead through a stage of the purpose “resolved”.")
        elif document.at((*place, "when")):
            what = f"nobody would say how it ended, were {shown(to)} entered by itself"
            yield document.mistake((*place, "when"), what, "Remove it: `/incident resolve` makes this move.")


def _limits(document: Document, purposes: Mapping[str, Purpose | None]) -> Iterator[Mistake]:
    for name, purpose in purposes.items():
        if purpose is Purpose.CLOSED and document.at(("stages", name, "sla")) is not None:
            what = "what is closed stays so, and is never overdue"
            yield document.mistake(("stages", name, "sla"), what, "Remove it.")


def _mitigations(document: Document, purposes: Mapping[str, Purpose | None]) -> Iterator[Mistake]:
    """Check that there is a stage in which things are changed, and that no move waits for changes made elsewhere."""
    said = {name: document.at(("stages", name, "mitigations")) for name in purposes}
    is_open = [name for name, purpose in purposes.items() if purpose is None or not purpose.is_over]
    for name, purpose in purposes.items():
        if said[name] is True and purpose is not None and purpose.is_over:
            what = f"in {shown(name)} it is over, and nothing is mitigated"
            yield document.mistake(("stages", name, "mitigations"), what, "Remove it.")
    if is_open and all(said[name] is False for name in is_open):
        what = "in no stage may anybody propose a mitigation"
        yield document.mistake(("stages", is_open[-1], "mitigations"), what, "Remove it where changes are made.")
    for place, before, _ in _moves(document):
        when = items(document.at((*place, "when")))
        if "mitigation" in when and said.get(before) is False:
            what = f"in {shown(before)} no mitigation begins, so it never happens by one"
            instead = f"Remove mitigation here, or mitigations: false from {before}."
            yield document.mistake((*place, "when", when.index("mitigation")), what, instead)


def _actions(document: Document, purposes: Mapping[str, Purpose | None]) -> Iterator[Mistake]:
    """Check that a move brings with it only what makes sense where it leads."""
    for place, _, to in _moves(document):
        actions = items(document.at((*place, "actions")))
        purpose = purposes.get(to)
        if "open-review" in actions and purpose is not Purpose.POST_MORTEM:
            what = f"{shown(to)} is no stage in which a review is held"
            instead = "Write it where a move leads into a stage of the purpose “post-mortem”."
            yield document.mistake((*place, "actions", actions.index("open-review")), what, instead)
        if "call-on-call" in actions and purpose is not None and purpose.is_over:
            what = f"in {shown(to)} it is over, and nobody is called"
            yield document.mistake((*place, "actions", actions.index("call-on-call")), what, "Remove it.")


def _criteria(document: Document, purposes: Mapping[str, Purpose | None]) -> Iterator[Mistake]:
    """Check that each criterion has a word of its own, and that no clock waits for one."""
    first = dict[str, Place]()
    for name in purposes:
        for key in ("entry", "exit"):
            for index, criterion in enumerate(items(document.at(("stages", name, key)))):
                word: Any = criterion.get("id") if isinstance(criterion, dict) else None
                place: Place = ("stages", name, key, index)
                if isinstance(criterion, dict) and _asks_nobody(criterion):
                    what = "nobody confirms it, so nobody is asked what shows it"
                    instead = "Remove it, or say whose word counts, too: confirmed_by: [commander]."
                    yield document.mistake((*place, "evidence"), what, instead)
                if isinstance(word, str) and first.setdefault(word, place) != place:
                    what = f"{shown(word)} is the id of {written(first[word])} already"
                    yield document.mistake((*place, "id"), what, "Give each its own: people confirm it by this word.")
    yield from _waiting(document, purposes)


def _asks_nobody(criterion: Mapping[str, Any]) -> bool:
    """Say whether evidence is wanted of what the record alone shows."""
    is_seen = criterion.get("check") is not None and not criterion.get("confirmed_by")
    return is_seen and criterion.get("evidence") == "required"


def _waiting(document: Document, purposes: Mapping[str, Purpose | None]) -> Iterator[Mistake]:
    """Find moves that could wait for ever, or that ask for something and for nothing."""
    for place, before, to in _moves(document):
        asked = [*items(document.at(("stages", before, "exit"))), *items(document.at(("stages", to, "entry")))]
        how = document.at((*place, "criteria"))
        if asked and document.at((*place, "after")) is not None and how in (None, "enforced"):  # a list may stand there
            what = "it happens in time, and nothing would move it on while a criterion is missing"
            yield document.mistake(place, what, "Add criteria: warn, so that what is missing stays owed, or ignore.")
        if (
            document.at((*place, "after")) is not None
            and (gate := gates.before_move(document, to, purposes.get(to))) is not None
        ):
            what = f"it happens in time, and {written(gate)} has it wait for somebody's yes, which nobody would ask for"
            yield document.mistake((*place, "after"), what, f"Leave {to} out of that gate's stages, or remove after.")
        if how == "ignore" and document.at((*place, "owed")) is True:
            what = "it asks for what is owed, and for nothing at all"
            yield document.mistake((*place, "owed"), what, "Remove it, or write criteria: warn or enforced.")


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
    return words(document.at(("stages", stage, "hats")))


def _pairs(value: Any) -> list[tuple[str, Any]]:
    return [(name, inner) for name, inner in value.items() if isinstance(name, str)] if isinstance(value, dict) else []
