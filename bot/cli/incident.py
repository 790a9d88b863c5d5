"""`muster incident`: the verbs of /incident in the terminal, against the same record, also while Slack is down."""

import argparse
import getpass
import re
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from secrets import token_hex
from typing import assert_never

from redis.exceptions import RedisError

from bot.cli.gates import lines_of
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM, incident_id
from bot.domain.incident.criteria import Item
from bot.domain.incident.due import Outlook
from bot.domain.incident.rejections import CriteriaMissing
from bot.domain.incident.state import Incident
from bot.domain.incident.ways import waits
from bot.domain.oncall.book import Book
from bot.domain.oncall.told import Letters, duty_said, override_said, shift_said
from bot.domain.rejected import Rejected
from bot.domain.runbook import BadParameter, Parameter
from bot.domain.timeline import QUIET, Told, tell, version_of
from bot.domain.workflow.criterion import Strictness
from bot.engine import TooBusy
from bot.settings import Settings, read
from bot.verbs import ALL, BY_NAME
from bot.verbs import run as run_verb
from bot.verbs.oncall import changes_something
from bot.verbs.request import (
    Answer,
    Ask,
    Confirm,
    FormName,
    House,
    Pick,
    Request,
    Said,
    ShowHelp,
    ShowList,
    ShowOnCall,
    ShowPanel,
    ShowPolicy,
    ShowReminders,
    ShowReport,
    ShowShifts,
    ShowStage,
    ShowTimeline,
    Unknown,
    Wish,
    policy_of,
)
from bot.verbs.words import first
from bot.wiring import Wired, wire

Names = Callable[[str], str]
MENTION = re.compile(r"<@([^>|]+)>")
CHANNEL = re.compile(r"<#([^>|]+)>")
READS = {"list", "timeline", "help", "oncall", "policy", "gates"}
"""Verbs that change nothing, `oncall` and `policy` as long as they only ask: whoever has this terminal may read."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--as",
        dest="person",
        metavar="PERSON",
        help="who you are: your Slack id, or a login that Muster has met; or MUSTER_USER",
    )
    parser.add_argument(
        "--in", dest="incident", metavar="INC-n", help="which incident; not needed while only one is open"
    )
    parser.add_argument(
        "words", nargs=argparse.REMAINDER, help="a verb and its words, e.g. declare p1 checkout is down"
    )


def run(chosen: argparse.Namespace) -> int:
    settings = read()
    wired = wire(settings)
    try:
        return _obey(chosen, settings, wired)
    except RedisError as error:
        why = str(error).rstrip(".")
        print(f"The record is out of reach at {settings.redis_place}: {why}. `muster doctor` helps.", file=sys.stderr)
        return 1


def _obey(chosen: argparse.Namespace, settings: Settings, wired: Wired) -> int:
    house = wired.house

    def names(person: str) -> str:
        return "Muster" if person == SYSTEM else house.people.name(person)

    line, named = " ".join(chosen.words).strip() or "list", chosen.person or settings.muster_user
    person = _person(named or getpass.getuser(), wired)
    if person is None and (named or not _only_reads(line)):
        print(
            f"I don't know who “{named or getpass.getuser()}” is. Use your Slack id (in your profile, “Copy member "
            "ID”): --as U012AB3CD, or MUSTER_USER=U012AB3CD in .env.",
            file=sys.stderr,
        )
        return 2
    request = Request(
        by=person or "",
        at=wired.clock.now(),
        cause=f"terminal:{token_hex(8)}",
        incident=_incident(chosen.incident) if chosen.incident else _only_open(wired),
        here=True,  # who reaches Redis could write there what they like; and this door must open while Slack is down
    )
    try:
        answer = run_verb(line, request, house)
    except (Rejected, BadParameter, TooBusy) as no:
        print(_words(str(no), names), file=sys.stderr)
        if isinstance(no, CriteriaMissing):
            told = (line for item in no.items for line in _item(item))
            print(*(_words(line, names) for line in told), sep="\n", file=sys.stderr)
        return 1
    if isinstance(answer, Wish):
        wired.waker.wake(wired.outbox.put(answer.effect, id=request.cause, at=request.at))
    return _show(answer, request, house, names)


def _person(word: str, wired: Wired) -> str | None:
    known = wired.house.people.id_of(word.removeprefix("@"))
    return known or (word if re.fullmatch(r"[UW][A-Z0-9]+", word) else None)


def _incident(word: str) -> str:
    """Read `INC-7`, `inc-7` or `7`."""
    return incident_id(int(word)) if word.isdecimal() else word.upper()


def _only_reads(line: str) -> bool:
    """Say whether it does not matter who asks; a word that is no verb is answered as such."""
    word, rest = first(line)
    verb = BY_NAME.get(word.lower())
    if verb is None or verb.name not in READS:
        return verb is None
    return not (verb.name == "oncall" and changes_something(rest)) and not (verb.name == "policy" and rest)


def _only_open(wired: Wired) -> str | None:
    still_open = wired.store.open()
    return still_open[0] if len(still_open) == 1 else None


def _show(answer: Answer, request: Request, house: House, names: Names) -> int:
    match answer:
        case Said():
            print(_words(answer.text, names))
            return 0 if answer.receipt or answer.done else 1
        case Ask():
            verb = BY_NAME[answer.form]
            print(
                f"Say more: muster incident {verb.name} {verb.usage}", *_choices(answer.form, request, house), sep="\n"
            )
            return 2
        case Confirm():
            print("This will be told:", *(f"  {_words(line, names)}" for line in answer.lines), sep="\n")
            print(f"  “{_words(answer.text, names)}”")
            print(f"To send it: muster incident {answer.form} {_words(answer.at_once, names)}")
            return 2
        case ShowPanel():
            print(_line(answer.incident, names))
        case ShowList():
            lines = [_line(incident, names) for incident in answer.incidents]
            none = f"No open incident with “{answer.words}”." if answer.words else "No incident is open."
            print("\n".join(lines) or f"{none} muster incident declare p1 … opens one.")
        case ShowReminders():
            print(_line(answer.incident, names))
            print("\n".join(_prospect(one, names) for one in answer.reminders) or "  Nothing is reminded of.")
        case ShowStage():
            print(*(_words(told, names) for told in _stage(answer)), sep="\n")
        case ShowReport():
            print(*(_words(told, names) for told in lines_of(answer.report)), sep="\n")
        case ShowPolicy():
            print(_line(answer.incident, names), *_policy(answer), sep="\n")
        case ShowTimeline():
            print(_line(answer.incident, names))
            told = tell(answer.records)
            for one in told:
                print(_row(one, names))
            quiet = len(answer.records) - len(told)
            left_out = f"; {quiet} left out: {QUIET}" if quiet else ""
            print(f"{len(told)} events, times in {told[-1].event.at.astimezone():%Z}{left_out}")
        case ShowOnCall():
            print(*_on_call(answer, house.book), sep="\n")
        case ShowShifts():
            print(*_shifts(answer, house.book), sep="\n")
        case Wish():
            print(_words(answer.text, names))
        case ShowHelp():
            wanted = BY_NAME.get(answer.verb or "")
            for verb in [wanted] if wanted else ALL:
                print(f"  {verb.name} {verb.usage}".ljust(58), verb.summary)
        case Unknown():
            hint = f" Did you mean: muster incident {answer.nearest} {answer.rest}" if answer.nearest else ""
            print(f"There is no verb “{answer.word}”.{hint}", file=sys.stderr)
            return 2
        case Pick():
            print("Which incident? Say --in before the verb:", file=sys.stderr)
            for incident in answer.incidents:
                print("  " + _line(incident, names), file=sys.stderr)
            return 2
        case _:
            assert_never(answer)
    return 0


def _line(incident: Incident, names: Names) -> str:
    hats = ", ".join(f"{hat.label} {'+'.join(names(p) for p in people)}" for hat, people in incident.hats.items())
    channel = f" #{incident.channel_name}" if incident.channel_name else ""
    return f"{incident.id} · {incident.severity.label} · {incident.stage.label} · {incident.title}{channel}" + (
        f" ({hats})" if hats else ""
    )


def _stage(answer: ShowStage) -> Iterator[str]:
    """List what the stage asks for, done and missing, and the ways on."""
    incident = answer.incident
    done = sum(item.done for item in answer.items)
    count = f"{done} of {len(answer.items)} done" if answer.items else "asks for nothing"
    due = f", to end by {_clock(answer.due)}" if answer.due else ""
    yield f"{incident.id} · {incident.severity.label} · {incident.stage.label}: {count}{due}"
    if answer.bare:
        yield f"  nobody wears: {', '.join(answer.bare.values())}; /incident hat {next(iter(answer.bare)).value}"
    for item in answer.items:
        yield from _item(item)
    for item in answer.owed:
        yield from _item(item, " (owed from before)")
    for way in answer.ways:
        lacking = ", ".join(f"“{item.criterion.title}”" for item in way.missing)
        waiting = (*(no.sentence for no in way.held), *waits(way))
        now = "" if waiting else "may be done now; "
        how = f"{now}it stays owed:" if way.strictness is Strictness.WARN else "not before"
        yield f"  → {way.to.id}" + (f": {how} {lacking}" if lacking else "")
        yield from (f"      {said}" for said in waiting)


def _item(item: Item, owed: str = "") -> Iterator[str]:
    title = f"{item.criterion.title} ({item.criterion.id}){owed}"
    if item.done:
        by = f" · <@{item.by}>, {_clock(item.at)}" if item.by and item.at else ""
        yield f"  ✓ {title}{f': {item.shown}' if item.shown else ''}{by}"
        return
    yield f"  ○ {title}"
    yield f"      {item.takes}"


def _on_call(answer: ShowOnCall, book: Book) -> Iterator[str]:
    """List who is on call, schedule by schedule, times on this machine's clock."""
    yield f"On call {f'at {_local(answer.at)} ({answer.clock} was read)' if answer.clock else 'now'}"
    for called in answer.called:
        for duty in called.duties:
            title = f"{called.title}: {duty.schedule.title}" if called.title else duty.schedule.title
            yield f"  {title}".ljust(46) + duty_said(duty, book, LETTERS)
        if not called.duties:
            yield f"  {called.title}".ljust(46) + "no schedule"
    for override in answer.overrides:
        yield f"  {override.id}: {override_said(override, book, LETTERS)}"
    for asked in answer.asked:
        yield f"  {asked.id}, not answered yet: {override_said(asked, book, LETTERS)}"


def _shifts(answer: ShowShifts, book: Book) -> Iterator[str]:
    if not answer.shifts:
        yield f"{answer.person.name} is not on call within {answer.days} days."
    for planned in answer.shifts:
        yield f"{answer.person.name}: {shift_said(planned, book, LETTERS)}"


def _local(at: datetime) -> str:
    return f"{at.astimezone():%a %Y-%m-%d %H:%M}"


def _plain(text: str) -> str:
    return "".join(char for char in text if char.isprintable())


LETTERS = Letters(_local, _plain)


def _choices(form: FormName, request: Request, house: House) -> Iterator[str]:
    """List what there is to choose from, where the usage does not."""
    match form:
        case "propose":
            for name, book in house.runbooks.items():
                takes = " ".join(_taken(*each) for each in book.parameters.items())
                yield f"  {name} {takes}".ljust(50) + book.title
        case "hat" | "hand-over":
            yield from (f"  {hat.value}" for hat in Hat)
        case "override" | "stand-in":
            yield from (f"  {schedule.id}".ljust(50) + schedule.title for schedule in house.book.schedules.values())
        case "confirm":
            criteria = policy_of(request, house).criteria.values()
            asked = (criterion for criterion, _ in criteria if criterion.confirmed_by)
            yield from (f"  {criterion.id}".ljust(50) + criterion.title for criterion in asked)
        case "policy":
            yield from (f"  {name}" for name in house.engine.workflows.by_name)
        case _:
            return


def _taken(name: str, parameter: Parameter) -> str:
    return f"{name}={parameter.type if parameter.default is None else parameter.default}"


def _policy(answer: ShowPolicy) -> Iterator[str]:
    """Say which policy an incident goes by, and what would change with the one in force."""
    own, now = (version_of(policy.name, policy.hash) for policy in (answer.policy, answer.now))
    if answer.is_lost:
        lost = version_of("", answer.incident.policy)
        yield f"  It began with the policy {lost}, which can't be had; {own} stands in for it."
    elif own == now:
        yield f"  It goes by {own}, which is in force."
        return
    else:
        yield f"  It goes by {own}."
    if own != now:
        differs = "It differs:" if answer.differences else "No field that this Muster knows differs."
        yield f"  In force for it now: {now}. {differs}"
    yield from (f"    {_plain(str(one))}" for one in answer.differences)
    yield "  To move it there: muster incident policy adopt because …"


def _prospect(one: Outlook, names: Names) -> str:
    head = f"  {one.kind.value:<16}"
    if one.stop is not None:
        why = f": {_words(one.stop.because, names)}" if one.stop.because else ""
        return f"{head}stopped by {names(one.stop.by)} at {_clock(one.stop.at)}{why}"
    snoozed = f", snoozed by {names(one.snooze.by)} until {_clock(one.snooze.until)}" if one.snooze else ""
    if one.since is None:
        return f"{head}nothing is missing{snoozed}"
    if one.due is None:
        return f"{head}missing since {_clock(one.since)}; told as often as the workflow wants"
    return f"{head}due {_clock(one.due)}{snoozed}"


def _clock(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def _row(told: Told, names: Names) -> str:
    said = _words(told.sentence, names).replace("\n", "\n" + " " * 20)
    return f"{told.event.at.astimezone():%Y-%m-%d %H:%M:%S} {names(told.event.by)} {said}"


def _words(text: str, names: Names) -> str:
    """Write for a terminal: names for people, and nothing that could steer it."""
    plain = MENTION.sub(lambda found: names(found[1]), CHANNEL.sub(r"#\1", text)).replace(
        "/incident", "muster incident"
    )
    return "".join(char for char in plain if char.isprintable() or char == "\n")
