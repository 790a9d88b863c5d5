"""`override` and `stand-in`: put somebody on call, or ask a colleague to stand in; answer, or take it back."""

import re
from dataclasses import dataclass

from bot.domain.oncall.arrange import AnswerStandIn, AskToStandIn, CancelOverride, PutOn, Stretch
from bot.domain.oncall.people import Person
from bot.domain.oncall.rejections import NotInTheBook
from bot.domain.oncall.roster import root
from bot.domain.oncall.schedule import Override
from bot.planner import Settled
from bot.verbs.request import Answer, Ask, House, Request, Said, Verb
from bot.verbs.times import Clock, NotATime, clock_of, read_time
from bot.verbs.words import first, person, plain

BECAUSE = re.compile(r"(?:^|\s)because(?:\s|$)", re.IGNORECASE)
IN_RETURN = re.compile(r"(?:^|\s)in return(?:\s|$)", re.IGNORECASE)
KEYWORD = re.compile(r"(?:^|\s)(from|until)(?=\s|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wording:
    """What was said of one time: `payments-first @ben from saturday 09:00 until sunday 09:00`."""

    named: tuple[str, ...]
    start: str = ""
    until: str = ""
    is_clear: bool = True
    """`from` and `until` stand there once at most."""


def wording(words: str) -> Wording:
    """Take a sentence apart at `from` and `until`."""
    head, *parts = KEYWORD.split(words)
    said = {keyword.lower(): time.strip() for keyword, time in zip(parts[::2], parts[1::2], strict=True)}
    is_clear = len(said) == len(parts) // 2
    return Wording(tuple(head.split()), said.get("from", ""), said.get("until", ""), is_clear)


def person_of(word: str, house: House) -> Person | None:
    """Read somebody of the on-call book: `<@U123>`, `@ben`, or as the book calls them."""
    slack = person(word, house.people)
    known = house.book.by_slack.get(slack) if slack else None
    return known or house.book.people.get(word.lower().removeprefix("@"))


def override(request: Request, house: House) -> Answer:
    """Put somebody on call for a while."""
    said, returned, why = _apart(request.words)
    if returned:
        return Said("Whoever is put on call gives nothing in return. `/incident stand-in` asks for a swap.")
    whom, schedule, unknown = _named(said, house)
    if not (whom and schedule and said.until) or unknown:
        return Said(unknown) if unknown else Ask("override", words=request.words)
    clock = clock_of(request.by, schedule, house)
    try:
        when = _stretch(said, schedule, clock, request)
    except NotATime as no:
        return Said(str(no))
    because = plain(why, house.people.name)
    order = PutOn(by=request.by, at=request.at, cause=request.cause, person=whom, when=when, because=because)
    made = _part(house.planner.submit(order))
    return Said(f"<@{whom}> is on call for {_told(made, clock, house)}", done=True)


def stand_in(request: Request, house: House) -> Answer:
    """Ask somebody to stand in, maybe for a time of theirs in return."""
    said, returned, why = _apart(request.words)
    whom, schedule, unknown = _named(said, house)
    if not (whom and schedule and said.until) or unknown:
        return Said(unknown) if unknown else Ask("stand-in", words=request.words)
    clock = clock_of(request.by, schedule, house)
    try:
        when = _stretch(said, schedule, clock, request)
        back = _stretch(returned, next(iter(returned.named), schedule), clock, request) if returned else None
    except NotATime as no:
        return Said(str(no))
    order = AskToStandIn(
        by=request.by,
        at=request.at,
        cause=request.cause,
        person=whom,
        when=when,
        in_return=back,
        because=plain(why, house.people.name),
    )
    asked = _part(house.planner.submit(order))
    return Said(f"<@{whom}> is asked, and it holds once they accept: {_told(asked, clock, house)}", done=True)


def accept(request: Request, house: House) -> Answer:
    return _answer(request, house, accept=True)


def decline(request: Request, house: House) -> Answer:
    return _answer(request, house, accept=False)


def _answer(request: Request, house: House, *, accept: bool) -> Answer:
    id_ = first(request.words)[0].lower() or _only_question(request, house)
    if not id_:
        return Said("Say which: `/incident oncall accept o7`. Its number stands in the message that asks you.")
    order = AnswerStandIn(by=request.by, at=request.at, cause=request.cause, override=id_, accept=accept)
    taken = _part(house.planner.submit(order))
    if not accept:
        return Said("You declined. Whoever asked is told, and everything stays as it was.", done=True)
    clock = clock_of(request.by, taken.schedule if taken else None, house)
    return Said(f"You are on call for {_told(taken, clock, house)}", done=True)


def _only_question(request: Request, house: House) -> str:
    """Find what waits for this person's yes, if it is one thing."""
    known = house.book.by_slack.get(request.by)
    asked = house.roster.state()[1].asked.values()
    mine = [each.override.id for each in asked if known is not None and each.override.person == known.id]
    return mine[0] if len(mine) == 1 else ""


def cancel(request: Request, house: House) -> Answer:
    id_ = first(request.words)[0].lower()
    if not id_:
        return Said("Say which: `/incident oncall cancel o7`. `/incident oncall` shows what holds.")
    house.planner.submit(CancelOverride(by=request.by, at=request.at, cause=request.cause, override=id_))
    return Said(f"{root(id_)} is taken back. Whoever it concerns is told.", done=True)


def _apart(words: str) -> tuple[Wording, Wording | None, str]:
    """Take apart what is asked, what is offered in return, and the reason."""
    said, *why = BECAUSE.split(words, maxsplit=1)
    given, *returned = IN_RETURN.split(said, maxsplit=1)
    return wording(given), wording(returned[0]) if returned else None, " ".join(why).strip()


def _named(said: Wording, house: House) -> tuple[str, str, str]:
    """Tell person (as a Slack id) and schedule apart, in whichever order; third, what can't be placed."""
    whom = schedule = ""
    if not said.is_clear:
        return "", "", "Say `from` and `until` once each."
    for word in said.named:
        known = person_of(word, house)
        if word.lower() in house.book.schedules:
            schedule = word.lower()
        elif known is not None:
            whom = known.slack
        elif (slack := person(word, house.people)) is not None:
            raise NotInTheBook(person=slack)
        elif word.startswith("@"):
            return "", "", f"I don't know “{word}”. Mention somebody of the on-call book."
        elif not schedule:
            schedule = word  # the rules say what there is
        else:
            return "", "", f"I don't know “{word}”. Name one person and one schedule."
    return whom, schedule, ""


def _stretch(said: Wording, schedule: str, clock: Clock, request: Request) -> Stretch:
    """Read from when until when. Without `from`, from now on; `until` counts from there. Raises NotATime."""
    start = read_time(said.start, clock.zone, request.at) if said.start else request.at
    return Stretch(schedule=schedule, start=start, end=read_time(said.until, clock.zone, request.at, start))


def _part(settled: Settled) -> Override | None:
    """Return what was arranged or asked for; None where it is gone by the time a repeated order is answered."""
    asked = settled.state.asked.get(settled.override)
    return asked.override if asked else settled.state.overrides.get(settled.override)


def _told(made: Override | None, clock: Clock, house: House) -> str:
    """Say for which time, on which clock, and how to take it back."""
    if made is None:
        return "a time that was taken back meanwhile."
    known = house.book.schedules.get(made.schedule)
    title = known.title if known else made.schedule
    start = "now" if made.start == made.at else clock.shown(made.start)
    times = f"{title} from {start} until {clock.shown(made.end)} ({clock})."
    return f"{times} Take it back: `/incident oncall cancel {root(made.id)}`"


OVERRIDE = Verb(
    name="override",
    aliases=("cover",),
    usage="schedule @somebody until 18:00 [from saturday 09:00] [because …]",
    summary="Put somebody on call for a while. Times are on your own clock.",
    act=override,
    needs_incident=False,
)
STAND_IN = Verb(
    name="stand-in",
    aliases=("standin", "swap"),
    usage="@somebody schedule from saturday 09:00 until sunday 09:00 [in return from … until …]",
    summary="Ask a colleague to stand in for you; it holds once they accept.",
    act=stand_in,
    needs_incident=False,
)
