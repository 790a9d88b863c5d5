"""`oncall`: who is on call, now or at a time; and the short words for all that can be arranged about it."""

import difflib
from dataclasses import replace
from datetime import timedelta

from bot.domain.effects import TestPages
from bot.domain.oncall.book import Arranged
from bot.domain.oncall.duty import duty, shifts_of
from bot.domain.oncall.named import schedules_of
from bot.domain.oncall.roster import RosterState
from bot.domain.oncall.schedule import Schedule
from bot.verbs import arrange
from bot.verbs.arrange import person_of
from bot.verbs.request import Answer, Called, House, Request, Said, ShowOnCall, ShowShifts, Verb, Wish
from bot.verbs.times import NotATime, clock_of, read_time
from bot.verbs.words import first

AHEAD = 14
"""Days of a person's shifts that are shown."""

NOTHING_DECLARED = "Nobody is on call: manifests/oncall/ declares no schedule."

ORDERS = {
    "override": arrange.override,
    "ask": arrange.stand_in,
    "swap": arrange.stand_in,
    "accept": arrange.accept,
    "decline": arrange.decline,
    "cancel": arrange.cancel,
}


def act(request: Request, house: House) -> Answer:
    word, rest = first(request.words)
    order = ORDERS.get(word.lower())
    if order is not None:
        return order(replace(request, words=rest), house)
    if word.lower() == "test":
        said = "Each of your contacts is tried now. A direct message tells you what came of it."
        return Wish(TestPages(person=request.by), said)
    return who(request, house)


def changes_something(words: str) -> bool:
    """Say whether these words order something: who only asks may be anybody."""
    return first(words)[0].lower() in {*ORDERS, "test"}


def who(request: Request, house: House) -> Answer:
    """Answer who is on call: for every team, one team, a schedule, or when a person is."""
    word, rest = first(request.words)
    if word.lower() == "at":
        word, rest = "", request.words.strip()
    if not house.book.schedules:
        return Said(NOTHING_DECLARED, done=True)
    if not word:
        return _on_call(_everybody(house), rest, "", request, house)
    name = word.lower().removeprefix("@").removeprefix("#")
    team = house.book.teams.get(name) or house.book.teams.get(f"team-{name}")
    if team is not None:
        return _on_call([(team.title, schedules_of(house.book, team))], rest, "", request, house)
    if (schedule := house.book.schedules.get(name)) is not None:
        return _on_call([("", (schedule,))], rest, schedule.id, request, house)
    if (person := person_of(word, house)) is not None:
        if rest:
            return Said(f"I don't know “{rest}” here. `/incident oncall {word}` shows the shifts of {AHEAD} days.")
        end = request.at + timedelta(days=AHEAD)
        shifts = shifts_of(house.book, person.id, request.at, end, house.roster.arranged())
        return ShowShifts(person, shifts, request.at, AHEAD)
    return Said(_unknown(word, house))


def _everybody(house: House) -> list[tuple[str, tuple[Schedule, ...]]]:
    """Put the schedules under the teams that they call; those that call none come last."""
    book = house.book
    of_teams = [(team.title, schedules_of(book, team)) for team in book.teams.values()]
    used = {schedule.id for _, schedules in of_teams for schedule in schedules}
    others = tuple(schedule for schedule in book.schedules.values() if schedule.id not in used)
    return [*of_teams, *([("Without a team", others)] if others else [])]


def _on_call(
    asked: list[tuple[str, tuple[Schedule, ...]]], words: str, schedule: str, request: Request, house: House
) -> Answer:
    at, clock = request.at, ""
    if words:
        keyword, time = first(words)
        own = clock_of(request.by, schedule or next((each.id for _, found in asked for each in found), None), house)
        if keyword.lower() != "at":
            return Said(f"I don't know “{words}” here. Say when: `/incident oncall at saturday 22:00`.")
        try:
            at, clock = read_time(time, own.zone, request.at), str(own)
        except NotATime as no:
            return Said(str(no))
    _, state = house.roster.state()
    arranged = Arranged(overrides=tuple(state.overrides.values()), elsewhere=house.roster.elsewhere())
    called = [Called(title, tuple(duty(each, at, arranged) for each in found)) for title, found in asked]
    shown = {each.id for _, found in asked for each in found}
    return _with_arrangements(ShowOnCall(called, at, clock), shown, state, request)


def _with_arrangements(shown: ShowOnCall, schedules: set[str], state: RosterState, request: Request) -> ShowOnCall:
    overrides = [each for each in state.overrides.values() if each.schedule in schedules and each.end > request.at]
    asked = [each.override for each in state.asked.values()]
    waiting = [each for each in asked if each.schedule in schedules and each.end > request.at]
    return replace(shown, overrides=sorted(overrides, key=lambda it: it.start), asked=waiting)


def _unknown(word: str, house: House) -> str:
    book = house.book
    known = [*book.teams, *(name.removeprefix("team-") for name in book.teams), *book.schedules, *book.people, *ORDERS]
    near = difflib.get_close_matches(word.lower().removeprefix("@"), known, n=1)
    if near:
        return f"I know no team, schedule or person “{word}”. Did you mean `/incident oncall {near[0]}`?"
    return f"I know no team, schedule or person “{word}”. There are: {', '.join((*book.teams, *book.schedules))}."


VERB = Verb(
    name="oncall",
    aliases=("on-call", "who"),
    usage="[team | schedule | @somebody] [at saturday 22:00] | test | cancel o7",
    summary="Who is on call and who is next. `oncall test` tries your own contacts.",
    act=act,
    needs_incident=False,
)
