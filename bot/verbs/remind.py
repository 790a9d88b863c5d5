"""`remind` and `snooze`: see what is reminded of and when, let it sleep, stop it for this incident, take that back."""

import difflib
import re
from datetime import timedelta

from bot.domain.declared import DURATION, SECONDS
from bot.domain.durations import lasted
from bot.domain.incident.commands import ResumeReminders, SnoozeReminders, StopReminders
from bot.domain.incident.due import outlook
from bot.domain.incident.reminders import ALIASES, SNOOZE_MINUTES, kind
from bot.domain.workflow.reminders import Kind
from bot.verbs.request import Answer, House, Request, Said, ShowReminders, Verb, submit
from bot.verbs.words import first, plain

SPAN = re.compile(rf"(?:for\s+)?((?:{DURATION.pattern}\s*)+|\d+)(?:in|inutes?)?\b\s*(.*)", re.IGNORECASE | re.DOTALL)
"""`15m`, `1h 30m`, `20 min` or a plain number of minutes, and what follows."""


def remind(request: Request, house: House) -> Answer:
    head, rest = first(request.words)
    match head.lower():
        case "":
            incident = house.engine.incident(str(request.incident))
            return ShowReminders(incident, tuple(outlook(incident, house.engine.policy_of(incident), request.at)))
        case "stop" | "off":
            return _stop(rest, request, house)
        case "start" | "on" | "resume":
            return _resume(rest, request, house)
        case "snooze":
            return _snooze(rest, request, house)
        case _:
            return Said(
                f"I don't know what to do about “{head}”. `/incident remind` shows what is due, "
                "`/incident remind stop [what]` stops it here, `/incident remind start [what]` takes that back."
            )


def snooze(request: Request, house: House) -> Answer:
    return _snooze(request.words, request, house)


def _snooze(words: str, request: Request, house: House) -> Answer:
    minutes, what = _span(words)
    kinds = _kinds(what)
    if isinstance(kinds, Said):
        return kinds
    command = SnoozeReminders(**request.facts(), kinds=kinds, minutes=minutes)
    return submit(house, command, f"{_about(kinds)}: no reminder for {lasted(timedelta(minutes=minutes))}.")


def _stop(words: str, request: Request, house: House) -> Answer:
    what, _, why = f" {words} ".partition(" because ")
    kinds = _kinds(what)
    if isinstance(kinds, Said):
        return kinds
    command = StopReminders(**request.facts(), kinds=kinds, because=plain(why, house.people.name))
    said = f"{_about(kinds)}: no reminder in this incident any more. `/incident remind start` takes that back."
    return submit(house, command, said)


def _resume(words: str, request: Request, house: House) -> Answer:
    kinds = _kinds(words)
    if isinstance(kinds, Said):
        return kinds
    said = f"{_about(kinds)}: reminders come again."
    return submit(house, ResumeReminders(**request.facts(), kinds=kinds), said)


def _span(words: str) -> tuple[float, str]:
    """Read how long, and what follows; the button's time where none is said."""
    found = SPAN.match(words.strip())
    if found is None:
        return SNOOZE_MINUTES, words
    if found[1].isdecimal():
        return min(float(found[1]), 1e6), found[4]
    seconds = sum(float(amount) * SECONDS[letter] for amount, letter in DURATION.findall(found[1].lower()))
    return min(seconds / 60, 1e6), found[4]


def _kinds(words: str) -> tuple[Kind, ...] | Said:
    """Read which reminders are meant, with commas or `and` between them; none: all."""
    named = [word for word in re.split(r"\s*,\s*|\s+and\s+", words.strip(), flags=re.IGNORECASE) if word]
    if named in ([], ["all"]):
        return ()
    kinds = [kind(word) for word in named]
    for word, known in zip(named, kinds, strict=True):
        if known is None:
            return Said(_unknown(word))
    return tuple(dict.fromkeys(known for known in kinds if known is not None))


def _unknown(word: str) -> str:
    near = difflib.get_close_matches(word.lower(), [*(one.value for one in Kind), *ALIASES], n=1)
    if near:
        return f"There is no reminder “{word}”. Did you mean “{near[0]}”?"
    return f"There is no reminder “{word}”. There are: {', '.join(one.value for one in Kind)}."


def _about(kinds: tuple[Kind, ...]) -> str:
    named = ", ".join(one.label for one in kinds) or "everything"
    return named[:1].upper() + named[1:]


REMIND = Verb(
    name="remind",
    aliases=("reminders", "due"),
    usage="[stop | start] [what] [because …]",
    summary="See what is due when; stop reminders for this incident, or let them come again.",
    act=remind,
)
SNOOZE = Verb(
    name="snooze",
    aliases=("later",),
    usage="[15m] [what]",
    summary="Let reminders sleep for a while.",
    act=snooze,
)
