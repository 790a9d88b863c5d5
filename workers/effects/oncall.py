"""Who is on call, told and kept in step: changes, shifts that begin, schedules kept elsewhere, user groups."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from slack_sdk.errors import SlackApiError

from bot import calendars
from bot.calendars import Passing, Unreadable
from bot.domain.effects import ReadSchedule, SyncGroup, TellArrangement, TellShift, TellUnanswered
from bot.domain.oncall.book import Arranged
from bot.domain.oncall.duty import changes, planned
from bot.domain.oncall.named import teams_of
from bot.domain.oncall.roster import (
    AnyFact,
    Arrangement,
    Asked,
    OverrideCancelled,
    RosterState,
    StandInAnswered,
    StandInAsked,
    about,
    fold,
    root,
)
from bot.domain.oncall.rota import on_call
from bot.domain.oncall.schedule import Override, Schedule
from bot.domain.oncall.spans import Span
from bot.slack.errors import Refused, RetryLater, translate
from bot.slack.groups import sync
from bot.slack.kit import Message
from bot.slack.views import stand_in
from bot.slack.views.shift import shift_began
from workers.crew import Done, Job

log = logging.getLogger("muster.workers")

KEPT = "oncall"
"""Under this name our messages about who is on call are found again."""

READ = timedelta(days=45)
"""So far ahead a schedule that is kept elsewhere is read."""

BEHIND = timedelta(days=30)
"""So long is kept what it said about the past, for calendars."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A fact, and what held before it and after."""

    number: int
    fact: AnyFact
    before: RosterState
    after: RosterState


def tell_arrangement(effect: TellArrangement, job: Job) -> Done:
    """Tell whom a fact concerns: whoever is asked, whoever asked, who comes on, who goes off, and their teams."""
    house = job.crew.house
    facts = house.roster.history(effect.number)
    it = Happened(effect.number, facts[-1], fold(facts[:-1], RosterState()), fold(facts, RosterState()))
    asked = it.before.asked.get(about(it.fact)) or it.after.asked.get(about(it.fact))
    if asked is not None:
        _tell_of_question(it.fact, asked, job)
    for part in _parts(it):
        if part.schedule in house.book.schedules:
            _tell_of_change(it, part, house.book.schedules[part.schedule], job)
    return Done()


def _tell_of_question(fact: AnyFact, asked: Asked, job: Job) -> None:
    """Ask in a direct message; once it is answered or taken back, the message says so."""
    book, names = job.crew.house.book, job.crew.names
    person = book.people.get(asked.override.person)
    if person is None:
        return
    question = f"question:{asked.override.id}"
    match fact:
        case StandInAsked():
            _direct(person.slack, question, stand_in.question(asked, book, names), job)
        case StandInAnswered():
            how = "✓ You accepted" if fact.accept else "✗ You declined"
            _direct(person.slack, question, stand_in.answered(asked, how, book, names), job)
            told = stand_in.reply(asked, book, accepted=fact.accept)
            _direct(asked.override.by, f"reply:{asked.override.id}", told, job)
        case _:
            _direct(person.slack, question, stand_in.answered(asked, "Taken back", book, names), job)


def _parts(it: Happened) -> list[Override]:
    """Return the overrides that begin or end to hold by a fact, each with the time that it changes."""
    match it.fact:
        case Arrangement():
            return [it.fact.override]
        case StandInAnswered():
            return [part for part in it.after.overrides.values() if root(part.id) == it.fact.override]
        case OverrideCancelled(at=at):
            cut = [part for part in it.before.overrides.values() if root(part.id) == it.fact.override]
            return [part.model_copy(update={"start": max(part.start, at)}) for part in cut if part.end > at]
        case StandInAsked():
            return []


def _tell_of_change(it: Happened, part: Override, schedule: Schedule, job: Job) -> None:
    """Tell who comes on and who goes off by one override, and the teams that the schedule calls."""
    house, names, by = job.crew.house, job.crew.names, it.fact.by
    elsewhere = house.roster.elsewhere()
    then, now = (Arranged(overrides=tuple(s.overrides.values()), elsewhere=elsewhere) for s in (it.before, it.after))
    changed = changes(schedule, Span(part.start, part.end), then, now)
    for person, spans in changed.coming.items():
        _to(person, f"{it.number}:{part.id}:on", stand_in.coming(schedule, spans, part, by=by, names=names), job)
    for person, spans in changed.going.items():
        _to(person, f"{it.number}:{part.id}:off", stand_in.going(schedule, spans, part, by=by, names=names), job)
    if isinstance(it.fact, OverrideCancelled):
        line = stand_in.taken_back(part, by, house.book, names)
    else:
        line = stand_in.made_known(part, house.book)
    for channel in dict.fromkeys(team.channel for team in teams_of(house.book, schedule.id) if team.channel):
        _in_channel(channel, f"{it.number}:{part.id}:{channel}", line, job)


def tell_unanswered(effect: TellUnanswered, job: Job) -> Done:
    """Tell whoever asked that nobody stands in as yet."""
    asked = job.crew.house.roster.state()[1].asked.get(effect.override)
    if asked is not None:
        told = stand_in.unanswered(asked, job.crew.house.book, job.crew.clock.now())
        _direct(asked.override.by, f"unanswered:{effect.override}", told, job)
    return Done()


def tell_shift(effect: TellShift, job: Job) -> Done:
    """Tell somebody that their shift has begun, if it still is theirs."""
    house = job.crew.house
    schedule = house.book.schedules.get(effect.schedule)
    if schedule is None:
        return Done()
    arranged = house.roster.arranged()
    for shift in on_call(schedule, job.crew.clock.now(), arranged):
        if (shift.person, shift.start) == (effect.person, effect.start):
            name = f"shift:{schedule.id}:{effect.person}:{effect.start:%Y-%m-%dT%H:%M}"
            _to(shift.person, name, shift_began(planned(schedule, shift, arranged), house.book), job)
    return Done()


def _to(person: str, name: str, message: Message, job: Job) -> None:
    """Tell somebody whom the book knows by this key."""
    known = job.crew.house.book.people.get(person)
    if known is not None:
        _direct(known.slack, f"{name}:{person}", message, job)


def _direct(person: str, name: str, message: Message, job: Job) -> None:
    """Write to one person, or edit what was written under this name."""
    desk = job.crew.desk
    with _standing_as_problem(f"person:{person}", job):
        channel = desk.call("conversations.open", users=person)["channel"]["id"]
        desk.show(KEPT, name, channel, message, again=job.again, since=job.since)


def _in_channel(channel: str, name: str, message: Message, job: Job) -> None:
    desk = job.crew.desk
    with _standing_as_problem(f"channel:{channel}", job):
        desk.say(KEPT, name, desk.channel_id(channel), message, again=job.again, since=job.since)


@contextmanager
def _standing_as_problem(key: str, job: Job) -> Iterator[None]:
    """Let Slack's no for one of several stand as a problem: the others are told all the same. Raises RetryLater."""
    try:
        yield
    except Refused as refused:
        _stand(key, refused.why, refused.cure, job)
    except SlackApiError as error:
        meaning = translate(error)
        if not isinstance(meaning, Refused):
            raise
        _stand(key, meaning.why, meaning.cure, job)
    else:
        job.crew.problems.clear(key)


def _stand(key: str, why: str, cure: str, job: Job) -> None:
    if job.crew.problems.raise_(key, why, cure):
        log.warning("problem key=%s why=%s cure=%s", key, why, cure)


def read_schedule(effect: ReadSchedule, job: Job) -> Done:
    """Read a schedule that is kept elsewhere. Whatever goes wrong, what was read last holds."""
    crew = job.crew
    schedule = crew.house.book.schedules.get(effect.schedule)
    if schedule is None or schedule.elsewhere is None:
        return Done()
    key, now = f"schedule:{schedule.id}", crew.clock.now()
    try:
        reading = calendars.read(schedule, now, now + READ, crew.secrets)
    except Passing as passing:
        last = crew.house.roster.last_read().get(schedule.id)
        if schedule.elsewhere.is_stale(last, now):
            since = f"since {last:%Y-%m-%d %H:%M} UTC" if last else "ever"
            _stand(key, f"{schedule.title} was not read {since}: {passing}", "It is tried again by itself.", job)
        raise RetryLater(passing.seconds, str(passing)) from passing
    except Unreadable as unreadable:
        _stand(key, f"{schedule.title} can't be read: {unreadable.why}", unreadable.cure, job)
        return Done()
    past = (shift for shift in crew.house.roster.elsewhere().get(schedule.id, ()) if now - BEHIND < shift.end <= now)
    crew.house.roster.learn(schedule.id, (*past, *reading.shifts), now)
    if reading.unknown:
        who = ", ".join(f"“{each}”" for each in reading.unknown[:10])
        cure = f"Say who is who: schedules.{schedule.id}.elsewhere.people under manifests/oncall/."
        _stand(key, f"{schedule.title} names people whom the book doesn't know: {who}.", cure, job)
    else:
        crew.problems.clear(key)
    return Done()


def sync_group(effect: SyncGroup, job: Job) -> Done:
    """Have a schedule's user group hold whoever is on shift; what Slack refuses for good stands as a problem."""
    crew = job.crew
    schedule = crew.house.book.schedules.get(effect.schedule)
    if schedule is None or schedule.user_group is None:
        return Done()
    key, people = f"group:{schedule.id}", crew.house.book.people
    shifts = on_call(schedule, crew.clock.now(), crew.house.roster.arranged())
    try:
        synced = sync(crew.desk, schedule.user_group, [people[it.person].slack for it in shifts if it.person in people])
    except Refused as refused:
        _stand(key, f"{schedule.title}: {refused.why}", refused.cure, job)
        return Done()
    if synced.why:
        _stand(key, f"{schedule.title}: {synced.why}", synced.cure, job)
    else:
        crew.problems.clear(key)
    return Done()
