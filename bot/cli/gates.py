"""`muster gates`: what waits for approval now, and how approvals did: times, outcomes, who carries them."""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time
from typing import Any

from pydantic_core import to_jsonable_python
from redis.exceptions import RedisError

from bot.domain.gates.report import Report, attention, busiest, carried, measured, summary, waits
from bot.settings import read
from bot.verbs import gates as verb
from bot.wiring import wire

Names = Callable[[str], str]
MENTION = re.compile(r"<@([^>|]+)>")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(since="", json=False)
    asks = parser.add_subparsers(dest="asks", metavar="open | report")
    asks.add_parser("open", help="what waits for approval now, since when, and for whom")
    report = asks.add_parser(
        "report", help="how approvals did: times, outcomes, overrides, rubber stamps, loads, costs"
    )
    report.add_argument("--since", default="", metavar="7d | 2026-11-01", help="how far to look back; 7d unless said")
    report.add_argument("--json", action="store_true", help="as JSON, times in seconds")


def run(chosen: argparse.Namespace) -> int:
    """Print what is asked for. Exit with 1 where the record is out of reach, 2 for a time that can't be read."""
    settings = read()
    wired = wire(settings)
    now = wired.clock.now()
    since = verb.read_since(chosen.since, now, _here)
    if since is None:
        print(f"“{chosen.since}” is no time to look back. {verb.SINCE}".replace("`", ""), file=sys.stderr)
        return 2
    try:
        told = verb.measured(wired.house.engine, since, now, now)
        lines = lines_of(told) if chosen.asks == "report" else _open(told)
        if chosen.json:
            print(json.dumps(as_json(told), indent=2, ensure_ascii=False))
        else:
            print(*(_words(line, wired.house.people.name) for line in lines), sep="\n")
    except RedisError as error:
        why = str(error).rstrip(".")
        print(f"The record is out of reach at {settings.redis_place}: {why}. `muster doctor` helps.", file=sys.stderr)
        return 1
    return 0


def _here(day: date) -> datetime:
    """Return when a day begins on this machine's clock."""
    return datetime.combine(day, time()).astimezone()


def _open(told: Report) -> list[str]:
    return [waits(one) for one in told.waiting] or ["Nothing waits for approval."]


def lines_of(told: Report) -> Iterator[str]:
    """Tell a report line by line, times on this machine's clock, people as `<@id>`."""
    yield f"{told.since.astimezone():%Y-%m-%d %H:%M} to {told.until.astimezone():%Y-%m-%d %H:%M}: {summary(told)}"
    if told.is_empty:
        return
    yield from _part("Look at this first", (f"! {one}" for one in attention(told)), "Nothing stands out.")
    yield from _part("Open now", (waits(one) for one in told.waiting), "Nothing waits for approval.")
    yield from _part("By approval", (f"{told.titles[name]}: {measured(one)}" for name, one in told.policies.items()))
    yield from _part("By kind", (f"{name}: {measured(one)}" for name, one in told.models.items()))
    yield from _part("By person", (f"<@{person}>: {carried(load)}" for person, load in busiest(told)))


def _part(title: str, lines: Iterable[str], otherwise: str = "") -> Iterator[str]:
    said = list(lines) or ([otherwise] if otherwise else [])
    if said:
        yield title
        yield from (f"  {line}" for line in said)


def _words(text: str, names: Names) -> str:
    """Name people, and keep what a terminal would obey from it."""
    named = MENTION.sub(lambda found: names(found[1]), text)
    return "".join(char for char in named if char.isprintable())


def as_json(told: Report) -> dict[str, Any]:
    """Write a report for programs: every time span in seconds."""
    whole: dict[str, Any] = to_jsonable_python(told, timedelta_mode="float")
    for person, load in told.people.items():
        whole["people"][person]["median"] = load.median.total_seconds() if load.median is not None else None
    return whole
