"""A calendar file's lines, before anything is made of them: whether it is whole, and what stands in which line.

The parser behind this room forgives much and counts no lines; who is on call should not hang on what it forgave.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.calendars.calendar import Unreadable

EVENTS = 5_000
"""Events in one file, repetitions not counted. The parser needs a second for as many."""

DEEPEST = 5
"""Components within each other; an alarm in an event in a calendar is three."""

CHANGES = {"STANDARD", "DAYLIGHT"}
"""What a zone's definition is made of. A rule that changes clocks by the second would keep the parser busy for days."""

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
    events, open_ = list[Lines](), list[tuple[str, int]]()
    for number, line in _unfolded(_decoded(data)):
        name, value = re.split("[;:]", line, maxsplit=1)[0].upper(), line.partition(":")[2].upper()
        if not open_ and (name, value) != ("BEGIN", "VCALENDAR"):
            raise _broken(number, f"a calendar begins with BEGIN:VCALENDAR, and here stands “{_shown(line)}”")
        if name == "BEGIN":
            open_.append((value, number))
            if value == "VEVENT":
                events.append(Lines(number))
        elif name == "END":
            kind, began = open_.pop()
            if kind != value:
                raise _broken(number, f"{_shown(line)} ends nothing: {kind} of line {began} is not over")
        elif PROPERTY.match(line) is None:
            raise _broken(number, f"“{_shown(line)}” is no property")
        elif open_[-1][0] == "VEVENT":
            events[-1].properties.setdefault(name, number)
        elif open_[-1][0] in CHANGES and name == "RRULE" and "FREQ=YEARLY" not in value:
            raise _broken(number, "the clocks of a zone change by years, if they do")
        if len(open_) > DEEPEST or len(events) > EVENTS:
            what = f"more than {EVENTS} events" if len(events) > EVENTS else f"more than {DEEPEST} levels of BEGIN"
            raise _broken(number, f"there are {what}", "Export a shorter time, or a calendar of the schedule alone.")
    if not data.strip():
        raise _broken(1, "the file is empty")
    if open_:
        kind, began = open_[-1]
        raise _broken(began, f"{kind} begins here and never ends: the file was cut off")
    return events


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
