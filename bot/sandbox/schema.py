"""Small checks that combine into a description of what Slack accepts.

A check looks at a value and yields what is wrong with it, with the place as a JSON pointer, in the manner of the
messages in ``response_metadata``.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeAlias

Check: TypeAlias = Callable[[Any, str], Iterator[str]]


def problem(what: str, at: str) -> str:
    return f"{what} [json-pointer:{at}]"


def string(least: int = 1, most: int | None = None) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield problem("must be a string", at)
        elif len(value) < least:
            yield problem(f"must be more than {least - 1} characters", at)
        elif most is not None and len(value) > most:
            yield problem(f"must be less than {most + 1} characters", at)

    return check


def boolean(value: Any, at: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield problem("must be a boolean", at)


def integer(least: int | None = None, most: int | None = None) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield problem("must be an integer", at)
        elif least is not None and value < least:
            yield problem(f"must be at least {least}", at)
        elif most is not None and value > most:
            yield problem(f"must be at most {most}", at)

    return check


def one_of(*allowed: str) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if value not in allowed:
            yield problem(f"must be one of: {', '.join(allowed)}", at)

    return check


def anything(_value: Any, _at: str) -> Iterator[str]:
    return iter(())


def listing(item: Check, least: int = 0, most: int | None = None) -> Check:
    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield problem("must be a list", at)
            return
        if len(value) < least:
            yield problem(f"no less than {least} items allowed", at)
        if most is not None and len(value) > most:
            yield problem(f"no more than {most} items allowed", at)
        for place, entry in enumerate(value):
            yield from item(entry, f"{at}/{place}")

    return check


def record(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with these fields and no others; an optional field may also be null."""
    optional = optional or {}

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield problem("must be an object", at)
            return
        for name in required:
            if value.get(name) is None:
                yield problem(f"missing required field: {name}", at)
        for name, held in value.items():
            if name == "type" and name not in required:
                continue
            if (inner := required.get(name) or optional.get(name)) is None:
                yield problem(f"invalid additional property: {name}", at)
            elif held is not None:
                yield from inner(held, f"{at}/{name}")

    return check


def tagged(kinds: Mapping[str, Check], only: Collection[str] | None = None) -> Check:
    """An object whose ``type`` says which check it must pass."""

    def check(value: Any, at: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind is None:
            yield problem("missing required field: type", at)
        elif kind not in kinds or (only is not None and kind not in only):
            yield problem(f"unsupported type: {kind}", at)
        else:
            yield from kinds[kind](value, at)

    return check


def also(check: Check, *more: Check) -> Check:
    """All the checks, one after the other; those after the first see only what the first found in order."""

    def both(value: Any, at: str) -> Iterator[str]:
        found = list(check(value, at))
        yield from found
        if not found:
            for rule in more:
                yield from rule(value, at)

    return both
