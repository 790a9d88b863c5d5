"""What differs between two policies, field by field, in words that a manifest's author knows."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain.declared import SECONDS
from bot.domain.runbook import Frozen
from bot.domain.workflow.policy import Policy


class Difference(Frozen):
    place: str
    """Where it stands: `severities.p1.sla_minutes`, `triage → mitigating`."""
    before: str | None
    """None: it was not there."""
    after: str | None
    """None: it is gone."""

    def __str__(self) -> str:
        if self.before is None:
            return f"{self.place}: new" + (f", {self.after}" if self.after else "")
        if self.after is None:
            return f"{self.place}: gone" + (f", was {self.before}" if self.before else "")
        return f"{self.place}: {self.before} → {self.after}"


def differences(before: Policy, after: Policy) -> tuple[Difference, ...]:
    """List what changed between two policies, whatever they are called."""
    return (*_between("", _fields(before), _fields(after)), *_order(before, after))


def _fields(policy: Policy) -> dict[str, Any]:
    fields = policy.model_dump(mode="json", exclude={"name", "transitions"})
    moves = {
        f"{before} → {move.to}": move.model_dump(mode="json", exclude={"before", "to"})
        for move in policy.transitions
        for before in move.before
    }
    return {**fields, "moves": moves}


def _between(place: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    for key in dict.fromkeys([*before, *after]):
        was, is_now = before.get(key), after.get(key)
        where = f"{place}.{key}" if place else key
        if was == is_now and (key in before) == (key in after):
            continue
        if isinstance(was, dict) and isinstance(is_now, dict):
            yield from _between(where, was, is_now)
        elif isinstance(was, list) and isinstance(is_now, list) and _are_alike(was, is_now):
            for number, (one, other) in enumerate(zip(was, is_now, strict=True)):
                yield from _between(f"{where}[{number}]", one, other)
        else:
            yield Difference(
                place=where,
                before=_said(was, where) if key in before else None,
                after=_said(is_now, where) if key in after else None,
            )


def _are_alike(was: list[Any], is_now: list[Any]) -> bool:
    """Say whether both are as many mappings: then what differs in each is told."""
    return len(was) == len(is_now) and all(isinstance(one, dict) for one in (*was, *is_now))


def _order(before: Policy, after: Policy) -> Iterator[Difference]:
    """The first stage of a purpose is what Muster takes: the order counts."""
    was = [name for name in before.stages if name in after.stages]
    is_now = [name for name in after.stages if name in before.stages]
    if was != is_now:
        yield Difference(place="order of stages", before=", ".join(was), after=", ".join(is_now))


def _said(value: Any, place: str) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return _number(value, place)
        case list():
            return ", ".join(_said(one, place) for one in value) or "none"
        case dict():
            told = (
                f"{key} {_said(inner, f'{place}.{key}')}" for key, inner in value.items() if inner not in (None, [], {})
            )
            return ", ".join(told)
        case _:
            return str(value)


IN_SECONDS = {"limit", "deputy_after", "renotify", "within"}
"""Times of an approval, which are kept in seconds. Its other numbers are weights and costs."""


def _number(value: float, place: str) -> str:
    """Write a time as manifests do, `90s`, `5m`, `8h`; beside approvals, every number with a fraction is minutes."""
    if not place.startswith("approvals."):
        return _span(value * 60)
    return _span(value) if place.rpartition(".")[2] in IN_SECONDS else f"{value:g}"


def _span(seconds: float) -> str:
    unit = next((letter for letter in ("d", "h", "m") if seconds and seconds % SECONDS[letter] == 0), "s")
    return f"{seconds / SECONDS[unit]:g}{unit}"
