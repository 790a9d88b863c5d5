"""Forms about who is on call: put somebody on call for a while, or ask somebody to stand in."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bot.domain.oncall.arrange import AskToStandIn, PutOn, Stretch
from bot.slack.controls import FormFacts
from bot.slack.door import Door, Refuses, Reply
from bot.slack.forms.fields import modal, moment, people, select, text
from bot.slack.forms.form import Form
from bot.slack.kit import Block, context
from bot.slack.requests import Submission
from bot.verbs.arrange import person_of
from bot.verbs.oncall import NOTHING_DECLARED
from bot.verbs.words import plain

SHIFT = 8 * 3600
"""Seconds; how long it lasts, unless said."""


def override_view(facts: FormFacts, door: Door) -> dict[str, Any]:
    return _view(facts, door, title="Put on call", submit="Put them on call", whom="Who is on call meanwhile?")


def stand_in_view(facts: FormFacts, door: Door) -> dict[str, Any]:
    return _view(facts, door, title="Find a stand-in", submit="Ask them", whom="Whom do you ask?", more=_in_return())


def _view(
    facts: FormFacts, door: Door, *, title: str, submit: str, whom: str, more: Sequence[Block] = ()
) -> dict[str, Any]:
    schedules = [(schedule.id, schedule.title) for schedule in door.house.book.schedules.values()]
    if not schedules:
        return modal(facts, title, [context(NOTHING_DECLARED)], None)
    schedule, person = _typed(facts, door)
    now = int(door.clock.now().timestamp())
    start = max(facts.start or now, now)
    blocks = [
        people("person", whom, initial=person),
        select("schedule", "In which schedule?", schedules, initial=schedule or schedules[0][0]),
        moment("from", "From", initial=start, hint="On your own clock."),
        moment("until", "Until", initial=facts.end or start + SHIFT),
        *more,
        text("because", "Why?", optional=True, hint="They read it."),
    ]
    return modal(facts, title, blocks, submit)


def _typed(facts: FormFacts, door: Door) -> tuple[str, str]:
    """Take over what was typed of schedule and person."""
    schedule, person = facts.schedule, ""
    for word in facts.words.split():
        if word.lower() in door.house.book.schedules:
            schedule = word.lower()
        elif (known := person_of(word, door.house)) is not None:
            person = known.slack
    return schedule, person


def _in_return() -> list[Block]:
    hint = "A time in which they are on call, and you would stand in for them. Empty: nothing in return."
    return [
        moment("return_from", "In return, from", initial=None, hint=hint, optional=True),
        moment("return_until", "In return, until", initial=None, optional=True),
    ]


def override(submission: Submission, door: Door) -> Reply:
    when = _stretch(submission, "from", "until")
    if isinstance(when, Refuses):
        return when
    door.house.planner.submit(
        PutOn(
            by=submission.user,
            at=door.clock.now(),
            cause=submission.cause,
            person=submission.text("person"),
            when=when,
            because=plain(submission.text("because"), door.house.people.name),
        )
    )
    return None


def stand_in(submission: Submission, door: Door) -> Reply:
    when = _stretch(submission, "from", "until")
    if isinstance(when, Refuses):
        return when
    in_return = None
    if submission.text("return_from") or submission.text("return_until"):
        in_return = _stretch(submission, "return_from", "return_until")
    if isinstance(in_return, Refuses):
        return in_return
    door.house.planner.submit(
        AskToStandIn(
            by=submission.user,
            at=door.clock.now(),
            cause=submission.cause,
            person=submission.text("person"),
            when=when,
            in_return=in_return,
            because=plain(submission.text("because"), door.house.people.name),
        )
    )
    return None


def _stretch(submission: Submission, start: str, end: str) -> Stretch | Refuses:
    times = dict[str, datetime]()
    for field in (start, end):
        given = submission.text(field)
        if not given.isdecimal():
            return Refuses(field, "Say a date and a time.")
        times[field] = datetime.fromtimestamp(int(given), UTC)
    return Stretch(schedule=submission.text("schedule"), start=times[start], end=times[end])


OVERRIDE = Form(name="override", view=override_view, submit=override)
STAND_IN = Form(name="stand-in", view=stand_in_view, submit=stand_in)
