"""The rules about who stands in for whom: an order and what holds now → the fact that follows, or a no."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from typing import assert_never

from pydantic import AwareDatetime

from bot.domain.oncall import rota
from bot.domain.oncall.book import Arranged, Book
from bot.domain.oncall.named import teams_of
from bot.domain.oncall.people import Person
from bot.domain.oncall.rejections import (
    AnsweredAlready,
    AskedYourself,
    EndsBeforeItStarts,
    InThePast,
    NoSuchOverride,
    NoSuchSchedule,
    NotAsked,
    NothingInReturn,
    NothingToAnswer,
    NotInTheBook,
    NotYoursToCancel,
    OnCallAnyway,
    OverrideIsOver,
    TakenBack,
    TooLateToAnswer,
    TooLong,
)
from bot.domain.oncall.roster import (
    IN_RETURN,
    AnyFact,
    Arrangement,
    Asked,
    OverrideCancelled,
    RosterState,
    StandInAnswered,
    StandInAsked,
    id_of,
    root,
)
from bot.domain.oncall.schedule import Override, Schedule
from bot.domain.oncall.wall import in_utc
from bot.domain.runbook import Frozen

LONGEST = timedelta(days=60)
"""What lasts longer is no exception any more, and belongs into the schedule (our choice)."""

GRACE = timedelta(minutes=10)
"""A form that was opened at 18:00 and is sent at 18:04 still means “from now on”."""


class Order(Frozen):
    by: str
    """A Slack id."""
    at: AwareDatetime
    cause: str


class Stretch(Frozen):
    """A time in a schedule."""

    schedule: str
    start: AwareDatetime
    end: AwareDatetime


class PutOn(Order):
    """Put somebody on call for a while, whoever else would be."""

    person: str
    """A Slack id."""
    when: Stretch
    because: str = ""


class AskToStandIn(Order):
    """Ask somebody to stand in: for whoever asks, if they are on call then; else for whoever is."""

    person: str
    """A Slack id."""
    when: Stretch
    in_return: Stretch | None = None
    """A time in which the asked person is on call, and whoever asks would stand in for them."""
    because: str = ""


class AnswerStandIn(Order):
    override: str
    accept: bool


class CancelOverride(Order):
    override: str


AnyOrder = PutOn | AskToStandIn | AnswerStandIn | CancelOverride


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true when an order is decided."""

    state: RosterState
    arranged: Arranged
    book: Book
    number: int
    """Of the fact that would follow."""


def decide(order: AnyOrder, now: Facts) -> AnyFact:
    """Return the fact that follows from an order. Raises Rejected."""
    match order:
        case PutOn():
            return put_on(order, now)
        case AskToStandIn():
            return ask(order, now)
        case AnswerStandIn():
            return answer(order, now)
        case CancelOverride():
            return cancel(order, now)
        case _:
            assert_never(order)


def put_on(order: PutOn, now: Facts) -> Arrangement:
    override = _override(order, order.when, _known(order.person, now), now, because=order.because)
    _changes_something(override, now)
    return Arrangement(by=order.by, at=order.at, cause=order.cause, override=override)


def ask(order: AskToStandIn, now: Facts) -> StandInAsked:
    if order.person == order.by:
        raise AskedYourself(schedule=order.when.schedule)
    asked, asker = _known(order.person, now), now.book.by_slack.get(order.by)
    override = _override(order, order.when, asked, now, because=order.because)
    if asker is not None and asker.id in _on_call(override, now):
        override = override.model_copy(update={"instead_of": asker.id})
    _changes_something(override, now)
    in_return = _in_return(order, asked, override, now) if order.in_return else None
    return StandInAsked(by=order.by, at=order.at, cause=order.cause, override=override, in_return=in_return)


def answer(order: AnswerStandIn, now: Facts) -> StandInAnswered:
    id_ = root(order.override)
    asked = now.state.asked.get(id_)
    if asked is None:
        raise _answered(id_, now.state)
    person = now.book.people.get(asked.override.person)
    if person is None or person.slack != order.by:
        raise NotAsked(person=person.slack if person else asked.override.person)
    if order.accept and asked.override.end <= order.at:
        raise TooLateToAnswer
    return StandInAnswered(by=order.by, at=order.at, cause=order.cause, override=id_, accept=order.accept)


def cancel(order: CancelOverride, now: Facts) -> OverrideCancelled:
    id_ = root(order.override)
    if now.state.over.get(id_) == "cancelled":
        raise TakenBack(override=id_)
    asked = now.state.asked.get(id_)
    parts = _parts(asked) if asked else [o for o in now.state.overrides.values() if root(o.id) == id_]
    if not parts:
        raise NoSuchOverride(override=id_)
    if all(part.end <= order.at for part in parts):
        raise OverrideIsOver(override=id_)
    if not any(_may_cancel(order.by, part, now) for part in parts):
        raise NotYoursToCancel(by=parts[0].by, override=id_)
    return OverrideCancelled(by=order.by, at=order.at, cause=order.cause, override=id_)


def _override(
    order: PutOn | AskToStandIn, when: Stretch, person: Person, now: Facts, *, because: str = "", suffix: str = ""
) -> Override:
    schedule = _schedule(when.schedule, now.book)
    start, end = in_utc(when.start), in_utc(when.end)
    if end <= start:
        raise EndsBeforeItStarts
    if start < order.at - GRACE or end <= order.at:
        raise InThePast
    if end - start > LONGEST:
        raise TooLong(days=-(-(end - start) // timedelta(days=1)), limit=LONGEST.days)
    return Override(
        id=id_of(now.number) + suffix,
        schedule=schedule.id,
        person=person.id,
        start=max(start, in_utc(order.at)),
        end=end,
        by=order.by,
        at=order.at,
        because=because,
    )


def _in_return(order: AskToStandIn, asked: Person, given: Override, now: Facts) -> Override:
    """What whoever asks takes over from whom they ask."""
    assert order.in_return is not None
    asker = _known(order.by, now)
    override = _override(order, order.in_return, asker, now, because=given.because, suffix=IN_RETURN)
    override = override.model_copy(update={"instead_of": asked.id})
    if asked.id not in _on_call(override, now):
        raise NothingInReturn(person=asked.slack, schedule=now.book.schedules[override.schedule].title)
    return override


def _schedule(name: str, book: Book) -> Schedule:
    schedule = book.schedules.get(name)
    if schedule is None:
        near = get_close_matches(name, book.schedules, n=1)
        known = f"There are: {', '.join(book.schedules) or 'none'}."
        raise NoSuchSchedule(schedule=name, instead=f"Did you mean “{near[0]}”?" if near else known)
    return schedule


def _known(slack: str, now: Facts) -> Person:
    person = now.book.by_slack.get(slack)
    if person is None:
        raise NotInTheBook(person=slack)
    return person


def _on_call(override: Override, now: Facts) -> set[str]:
    """Name everybody who is on call at some time of an override's, as things stand."""
    schedule = now.book.schedules[override.schedule]
    return {shift.person for shift in rota.shifts(schedule, override.start, override.end, now.arranged)}


def _changes_something(override: Override, now: Facts) -> None:
    schedule = now.book.schedules[override.schedule]
    gaps = rota.gaps(schedule, override.start, override.end, now.arranged)
    if not gaps and _on_call(override, now) == {override.person}:
        raise OnCallAnyway(person=now.book.people[override.person].slack, schedule=schedule.title)


def _answered(id_: str, state: RosterState) -> Exception:
    match state.over.get(id_):
        case "declined":
            return AnsweredAlready(override=id_, how="declined")
        case "cancelled":
            return TakenBack(override=id_)
        case _ if id_ in state.overrides:
            return AnsweredAlready(override=id_, how="accepted")
        case _:
            return NothingToAnswer(override=id_)


def _parts(asked: Asked) -> list[Override]:
    return [part for part in (asked.override, asked.in_return) if part is not None]


def _may_cancel(slack: str, override: Override, now: Facts) -> bool:
    """Say who may take it back: who made it, whom it concerns, and the teams that are called by this schedule."""
    person = now.book.by_slack.get(slack)
    if slack == override.by:
        return True
    if person is None:
        return False
    without = [other for other in now.arranged.overrides if root(other.id) != root(override.id)]
    replaced = _on_call(override, Facts(now.state, _with(now.arranged, without), now.book, now.number))
    members = {member for team in teams_of(now.book, override.schedule) for member in team.members}
    return person.id in {override.person, override.instead_of, *replaced, *members}


def _with(arranged: Arranged, overrides: Sequence[Override]) -> Arranged:
    return Arranged(overrides=tuple(overrides), elsewhere=arranged.elsewhere)
