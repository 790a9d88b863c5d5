"""What no single value can say: rules between values and between files. They read what is written, however broken."""

import re
from collections.abc import Iterator
from typing import Any

from bot.config import hats, stages
from bot.config.documents import Document, items, written
from bot.config.mistakes import Mistake, Place, shown, suggest
from bot.domain.runbook import PLACEHOLDER
from bot.domain.severity import Severity


def workflow(document: Document) -> Iterator[Mistake]:
    severities = document.tree.get("severities")
    for severity in Severity:
        if isinstance(severities, dict) and severity not in severities:
            place = ("severities", severity.value)
            yield document.mistake(place, "it is missing", "Declare all four: p1, p2, p3 and p4.")
    yield from stages.check(document)
    yield from hats.check(document)


def runbook(document: Document, services: dict[str, Any] | None) -> Iterator[Mistake]:
    """Check one runbook. `services` is None where the catalogue itself could not be read."""
    if services is not None:
        yield from _target(document, services)
    yield from _rollback(document)
    yield from _step_ids(document)
    yield from _placeholders(document)


def _target(document: Document, services: dict[str, Any]) -> Iterator[Mistake]:
    target = document.tree.get("target")
    if not isinstance(target, str):
        return
    if target not in services:
        what = f"no service is called {shown(target)}"
        yield document.mistake(("target",), what, suggest(target, services, "services.yaml has"))
    elif "signal" not in _mapping(services[target]):
        what = f"{shown(target)} has no signal, so nothing could prove the mitigation"
        yield document.mistake(("target",), what, f"Give {target} a signal in services.yaml: signal: {{path: /health}}")


def _rollback(document: Document) -> Iterator[Mistake]:
    rollback, because = (document.tree.get(key) for key in ("rollback", "no_rollback_because"))
    if rollback and because:
        what = "there is a rollback, and a reason for having none"
        yield document.mistake(("no_rollback_because",), what, "Keep one of the two.")
    elif rollback in (None, []) and not because:  # anything else is no list, and told so
        what = "it is empty" if "rollback" in document.tree else "it is missing"
        way_out = "Write the steps that undo it, or why nothing can be: no_rollback_because: …"
        yield document.mistake(("rollback",), what, way_out)


def _step_ids(document: Document) -> Iterator[Mistake]:
    first = dict[str, Place]()
    for key in ("steps", "rollback", "dry_run"):
        for index, step in enumerate(items(document.tree.get(key))):
            name, place = _mapping(step).get("id"), (key, index, "id")
            if isinstance(name, str) and first.setdefault(name, place) != place:
                what = f"{shown(name)} is the id of {written(first[name][:2])} already"
                yield document.mistake(place, what, "Give each step its own, rollback and dry run included.")


def _placeholders(document: Document) -> Iterator[Mistake]:
    declared = _mapping(document.tree.get("parameters"))
    used = set[str]()
    for place, text in _texts({key: inner for key, inner in document.tree.items() if key != "parameters"}, ()):
        for attempt in re.findall(r"\$\{[^}]*\}?", text):
            found = PLACEHOLDER.fullmatch(attempt)
            name = found[1] if found else attempt.strip("${} ")
            used.add(name)
            if found is None:
                yield document.mistake(place, f"{shown(attempt)} is no placeholder", "Write ${name}.")
            elif name not in declared:
                what = f"{shown(attempt)} is not a parameter"
                yield document.mistake(place, what, suggest(name, declared, "The parameters are"))
    for name in declared.keys() - used:
        what = "nothing uses this parameter"
        yield document.mistake(("parameters", name), what, f"Write ${{{name}}} in a step, or remove it.")


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    match value:
        case str():
            yield place, value
        case dict():
            for key, inner in value.items():
                yield (*place, key), key
                yield from _texts(inner, (*place, key))
        case list():
            for index, inner in enumerate(value):
                yield from _texts(inner, (*place, index))
        case _:
            pass


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
