"""`muster oncall`: who is on call when, and whether the schedules have gaps, clashes or an unfair load."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import assert_never

from redis.exceptions import RedisError

from bot.cli.checkup.finding import Finding, failure, ok, warning
from bot.config.holidays import holiday
from bot.config.mistakes import suggest
from bot.domain.oncall import rota
from bot.domain.oncall.book import Arranged, Book
from bot.domain.oncall.check import Finding as Found
from bot.domain.oncall.check import (
    Gap,
    Load,
    NeverOn,
    NobodyCalls,
    NotHeard,
    OutOfReach,
    Report,
    SameOnTwoTiers,
    TwoAtOnce,
    Unfair,
    check,
    is_known,
)
from bot.domain.oncall.schedule import Schedule
from bot.domain.oncall.spans import Span, total
from bot.domain.oncall.wall import shown_at
from bot.settings import read
from bot.wiring import Wired, wire

WIDTH = 100
"""Characters in a line; longer words lose their ends."""

AHEAD = timedelta(weeks=4)
"""How far ahead is looked where nobody says how far."""

WEEKS = 12
"""Weeks that are checked where nobody says how many: long enough for a dozen people to have had a weekly turn."""

NOTHING_DECLARED = "Nobody is on call: manifests/oncall/ declares no schedule."


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(asks="who", name=None, at=None)
    asks = parser.add_subparsers(dest="asks", metavar="who | shifts | check")
    who = asks.add_parser("who", help="who is on call, until when, and who is next")
    who.add_argument("name", nargs="?", help="a schedule, or a team: only those that its policies use")
    who.add_argument("--at", type=_instant, metavar="TIME", help=f"instead of now: {TIME}")
    shifts = asks.add_parser("shifts", help="the shifts of a schedule")
    shifts.add_argument("schedule")
    shifts.add_argument("--from", dest="start", type=_instant, metavar="TIME", help=f"instead of now: {TIME}")
    shifts.add_argument("--to", dest="end", type=_instant, metavar="TIME", help="instead of four weeks later")
    checks = asks.add_parser("check", help="gaps, clashes, people out of reach, and who carries how much")
    checks.add_argument("--from", dest="start", type=_instant, metavar="TIME", help=f"instead of now: {TIME}")
    checks.add_argument("--weeks", type=_weeks, default=WEEKS, help=f"how many to look at; {WEEKS} unless said")


TIME = "2026-11-02, or “2026-11-02 09:00” on this machine's clock, or with another's: 2026-11-02T09:00+01:00"


def _instant(word: str) -> datetime:
    """Read a time; one without an offset is on this machine's clock. Of years, the ones that schedules know."""
    try:
        given = datetime.fromisoformat(word)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{word}” is no time. Write {TIME}.") from None
    if not 1970 < given.year < 2999:
        raise argparse.ArgumentTypeError(f"the year {given.year} is out of reach. Write one from 1971 to 2998.")
    return given.astimezone(UTC)


def _weeks(word: str) -> int:
    if not word.isdecimal() or not 1 <= int(word) <= 520:
        raise argparse.ArgumentTypeError(f"“{word}” is no number of weeks. Write one from 1 to 520.")
    return int(word)


def run(chosen: argparse.Namespace) -> int:
    """Answer from the manifests and from what was arranged since; without the record, from the manifests alone."""
    wired = wire(read(), in_a_hurry=True)
    book, now, arranged = wired.house.book, wired.clock.now(), _arranged(wired)
    match chosen.asks:
        case "shifts":
            start = chosen.start or now
            return _shifts(book, arranged, chosen.schedule, start, chosen.end or start + AHEAD)
        case "check":
            start = chosen.start or now
            return _check(check(book, arranged, start, start + timedelta(weeks=chosen.weeks), holiday), book)
        case _:
            return _who(book, arranged, chosen.name, chosen.at or now)


def _arranged(wired: Wired) -> Arranged:
    try:
        return wired.house.roster.arranged()
    except RedisError:
        place = wired.settings.redis_place
        print(f"The record is out of reach at {place}: what was arranged since is not in this.", file=sys.stderr)
        return Arranged()


def _who(book: Book, arranged: Arranged, name: str | None, at: datetime) -> int:
    schedules = _asked_for(book, name)
    if schedules is None:
        near = suggest(name, [*book.schedules, *book.teams], "There are")
        print(f"There is no schedule or team “{name}”. {near}", file=sys.stderr)
        return 2
    if not schedules:
        print(f"No policy of {name} uses a schedule." if name else NOTHING_DECLARED)
        return 0
    rows = [row for schedule in schedules for row in _now_and_next(schedule, book, arranged, at)]
    _print_table(("SCHEDULE", "ON CALL", "UNTIL", "THEN", "CLOCK"), rows)
    return 0


def _asked_for(book: Book, name: str | None) -> list[Schedule] | None:
    """Return the schedules of that name, of that team, or all; None where nothing is called so."""
    if name is None:
        return list(book.schedules.values())
    if name in book.schedules:
        return [book.schedules[name]]
    if name not in book.teams:
        return None
    policies = [book.escalations[choice.use] for choice in book.teams[name].escalations]
    targets = [target for policy in policies for tier in policy.tiers for target in tier.notify]
    used = dict.fromkeys(target.schedule for target in targets if target.schedule)
    return [book.schedules[id_] for id_ in used]


def _now_and_next(schedule: Schedule, book: Book, arranged: Arranged, at: datetime) -> Iterator[Sequence[str]]:
    if not is_known(schedule, arranged):
        yield (schedule.id, "not known", "another system keeps it", "", schedule.zone)
        return
    on = rota.on_call(schedule, at, arranged)
    for shift in on:
        then = ", ".join(_name(book, it.person) for it in rota.on_call(schedule, shift.end, arranged))
        yield (schedule.id, _name(book, shift.person), _when(shift.end, schedule), then or "nobody", schedule.zone)
    if not on:
        coming = next(iter(rota.shifts(schedule, at, at + AHEAD, arranged)), None)
        until = _when(coming.start, schedule) if coming else "for four weeks at least"
        yield (schedule.id, "nobody", until, _name(book, coming.person) if coming else "", schedule.zone)


def _shifts(book: Book, arranged: Arranged, name: str, start: datetime, end: datetime) -> int:
    schedule = book.schedules.get(name)
    if schedule is None:
        near = suggest(name, book.schedules, "There are") if book.schedules else NOTHING_DECLARED
        print(f"There is no schedule “{name}”. {near}", file=sys.stderr)
        return 2
    if start >= end:
        print("Those times are the wrong way round: --from must be before --to.", file=sys.stderr)
        return 2
    if not is_known(schedule, arranged):
        print(f"Another system keeps {name}, and what it says is not known here.", file=sys.stderr)
        return 1
    shifts = rota.shifts(schedule, start, end, arranged)
    gaps = rota.gaps(schedule, start, end, arranged)
    rows = [(Span(it.start, it.end), _name(book, it.person), it.because) for it in shifts]
    rows += [(gap, "nobody", "") for gap in gaps]
    print(f"{schedule.title}, times in {schedule.zone}")
    _print_table(
        ("FROM", "TO", "FOR", "ON CALL", "BECAUSE"),
        [
            (_when(span.start, schedule), _when(span.end, schedule), _lasting(span.length), person, because)
            for span, person, because in sorted(rows)
        ],
    )
    return 0


def _check(report: Report, book: Book) -> int:
    if not book.schedules:
        print(NOTHING_DECLARED)
        return 0
    print(f"From {report.start.astimezone():%Y-%m-%d} to {report.end.astimezone():%Y-%m-%d}\n")
    findings = [_said(finding, book) for finding in report.findings]
    print(*findings or [ok("No gaps, no clashes, everybody can be reached, and the load is fair.")], sep="\n")
    print()
    _print_table(
        ("PERSON", "SHIFTS", "HOURS", "WORKING", "OFF", "ASLEEP", "ON HOLIDAYS"),
        [_carried(load, book) for load in report.loads],
    )
    return 1 if report.serious else 0


def _carried(load: Load, book: Book) -> Sequence[str]:
    parts = (load.total, load.working, load.off, load.asleep, load.holidays)
    return (_name(book, load.person), str(load.shifts), *(_hours(part) for part in parts))


def _said(found: Found, book: Book) -> Finding:
    """Put what was found into a sentence, with its cure."""
    match found:
        case Gap(schedule=id_, spans=spans):
            what = f"{id_}: nobody is on shift, {_times(spans, book.schedules[id_])}."
            return failure(what, "Add a layer that covers it, or say when somebody is needed: needed: […].")
        case SameOnTwoTiers(policy=policy, person=person, tiers=(one, other), spans=spans):
            what = f"{policy}: {_name(book, person)} is on tier {one} and on tier {other}, {_times(spans)}."
            return failure(what, "Who has not answered would be called again: shift one of the rotations by a turn.")
        case OutOfReach(person=person):
            what = f"{_name(book, person)} may be on call and can't be reached: no contacts, no deputies with any."
            return failure(what, "Give them a contact: contacts: [{by: slack}].")
        case TwoAtOnce(person=person, schedules=(one, other), spans=spans):
            what = f"{_name(book, person)} is on {one} and {other} at once, {_times(spans)}."
            return warning(what, "Two incidents at once would find one person: shift one of the rotations.")
        case NotHeard(schedule=id_):
            elsewhere = book.schedules[id_].elsewhere
            what = f"{id_}: {elsewhere.uses if elsewhere else ''} keeps it, and what it says is not known here."
            return warning(what, "It was left out of all the rest.")
        case NeverOn(schedule=id_, person=person):
            what = f"{id_}: {_name(book, person)} is named and never on shift."
            return warning(what, "Look whether a later layer or `only` hides each turn, or look at more --weeks.")
        case NobodyCalls(person=person):
            what = f"{_name(book, person)}: no schedule, team, policy or deputy leads to this person."
            return warning(what, "Name them somewhere, or remove them from the book.")
        case Unfair(schedule=id_, person=person, asleep=asleep, carried=carried, mean=mean):
            told = f"{id_}: {_name(book, person)} is on call for {_hours(carried)} h{' of their sleep' * asleep}."
            return warning(told, f"The mean is {_hours(mean)} h: more than half again is too much. Share it out.")
        case _:
            assert_never(found)


def _times(spans: Sequence[Span], schedule: Schedule | None = None) -> str:
    """Say how often, how long in all, and when for the first time; on the schedule's clock, else on this machine's."""
    first, zone = spans[0], f" {schedule.zone}" if schedule else ""
    often = "once" if len(spans) == 1 else f"{len(spans)} times"
    return f"{often}, {_lasting(total(spans))} in all; first from {_when(first.start, schedule)}{zone}"


def _name(book: Book, person: str) -> str:
    known = book.people.get(person)
    return known.name if known else person


def _when(at: datetime, schedule: Schedule | None = None) -> str:
    return f"{shown_at(at, schedule.zone) if schedule else at.astimezone():%a %Y-%m-%d %H:%M}"


def _hours(time: timedelta) -> str:
    """Say a duration in hours, to a tenth: 128, 7.5."""
    return f"{time.total_seconds() / 3600:.1f}".removesuffix(".0")


def _lasting(time: timedelta) -> str:
    days, rest = divmod(time, timedelta(days=1))
    hours, rest = divmod(rest, timedelta(hours=1))
    parts = ((days, "d"), (hours, "h"), (rest // timedelta(minutes=1), "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "less than a minute"


def _print_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print columns side by side; where they don't fit, the widest gives way."""
    lines = [tuple(map(_printable, line)) for line in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    while sum(widths) + 2 * (len(widths) - 1) > WIDTH:
        widths[widths.index(max(widths))] -= 1
    for line in lines:
        print("  ".join(_cut(cell, width).ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _printable(text: str) -> str:
    """Leave nothing in it that could steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _cut(cell: str, width: int) -> str:
    return cell if len(cell) <= width else cell[: width - 1] + "…"
