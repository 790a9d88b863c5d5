"""A calendar file's lines, before anything is made of them: whether it is whole, and what stands in which line.

The parser behind this room forgives much and counts no lines; who is on call should not hang on what it forgave.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.calendars.calendar import Unreadable

MOST = {
    "events": 5_000,
    "lines in one event": 500,
    "levels of BEGIN": 5,
    "changes of clocks": 300,
    "rules for changes of clocks": 50,
}
"""What one file may hold; repetitions are not counted here. No real calendar comes near, but each of these costs the
libraries time or memory per repetition, and a calendar of 5 MB could hold enough to stop a worker.
"""

CHANGES = {"STANDARD", "DAYLIGHT"}
"""What a zone's definition is made of."""

PROPERTY = re.compile(r"[A-Za-z0-9-]+[;:]")
CURE = "Export the calendar again, or correct that line where it comes from."


@dataclass(frozen=True, slots=True)
class Lines:
    """Where one event stands."""

    first: int
    properties: dict[str, int] = field(default_factory=dict)

    def of(self, name: str) -> int:
        """Return the line of a property; the event's first where it has none."""
        return self.properties.get(name, self.first)


def checked(data: bytes) -> list[Lines]:
    """Check that the file is whole; return the lines of its events, in their order. Raises Unreadable."""
    events, open_, many = list[Lines](), list[tuple[str, int]](), Counter[str]()
    for number, line in _unfolded(_decoded(data)):
        name, value = re.split("[;:]", line, maxsplit=1)[0].upper(), line.partition(":")[2].upper()
        if not open_ and (name, value) != ("BEGIN", "VCALENDAR"):
            raise _broken(number, f"a calendar begins with BEGIN:VCALENDAR, and here stands “{_shown(line)}”")
        if name == "BEGIN":
            open_.append((value, number))
            many["changes of clocks"] += value in CHANGES
            if value == "VEVENT":
                events.append(Lines(number))
                many["lines in one event"] = 0
        elif name == "END":
            kind, began = open_.pop()
            if kind != value:
                raise _broken(number, f"{_shown(line)} ends nothing: {kind} of line {began} is not over")
        elif PROPERTY.match(line) is None:
            raise _broken(number, f"“{_shown(line)}” is no property")
        elif open_[-1][0] == "VEVENT":
            events[-1].properties.setdefault(name, number)
            many["lines in one event"] += 1
        elif open_[-1][0] in CHANGES and name == "RRULE":
            many["rules for changes of clocks"] += 1
            if "FREQ=YEARLY" not in value:
                raise _broken(number, "the clocks of a zone change by years, if they do")
        many["events"], many["levels of BEGIN"] = len(events), len(open_)
        _hold(many, number)
    if not data.strip():
        raise _broken(1, "the file is empty")
    if open_:
        kind, began = open_[-1]
        raise _broken(began, f"{kind} begins here and never ends: the file was cut off")
    return events


def _hold(many: Mapping[str, int], number: int) -> None:
    for what, most in MOST.items():
        if many.get(what, 0) > most:
            cure = "Export a shorter time, or a calendar of the schedule alone."
            raise _broken(number, f"there are more than {most} {what}", cure)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _broken(line, "this is not UTF-8 text", "Export the calendar as UTF-8.") from None


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Put folded lines together again (RFC 5545, 3.1), each with the number of its first."""
    first, whole = 0, ""
    for number, line in enumerate(re.split("\r?\n", text), start=1):
        if line[:1] in {" ", "\t"} and whole:
            whole += line[1:]
        else:
            if whole.strip():
                yield first, whole
            first, whole = number, line
    if whole.strip():
        yield first, whole


def _broken(line: int, what: str, cure: str = CURE) -> Unreadable:
    return Unreadable(f"The calendar can't be read, line {line}: {what}.", cure)


def _shown(line: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in line[:40])
