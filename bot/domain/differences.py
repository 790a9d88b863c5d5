"""What differs between two policies, field by field, in words that a manifest's author knows."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain.declared import SECONDS
from bot.domain.policy import Policy
from bot.domain.runbook import Frozen


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
        else:
            yield Difference(
                place=where,
                before=_said(was) if key in before else None,
                after=_said(is_now) if key in after else None,
            )


def _order(before: Policy, after: Policy) -> Iterator[Difference]:
    """The first stage of a purpose is what Muster takes: the order counts."""
    was = [name for name in before.stages if name in after.stages]
    is_now = [name for name in after.stages if name in before.stages]
    if was != is_now:
        yield Difference(place="order of stages", before=", ".join(was), after=", ".join(is_now))


def _said(value: Any) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case float():
            return _written(value)
        case list():
            return ", ".join(map(_said, value)) or "none"
        case dict():
            told = (f"{key} {_said(inner)}" for key, inner in value.items() if inner not in (None, [], {}))
            return ", ".join(told)
        case _:
            return str(value)


def _written(minutes: float) -> str:
    """Write a time as manifests do, `90s`, `5m`, `8h`; every number of a policy that may have a fraction is one."""
    seconds = minutes * 60
    unit = next((letter for letter in ("d", "h", "m") if seconds and seconds % SECONDS[letter] == 0), "s")
    return f"{seconds / SECONDS[unit]:g}{unit}"
