"""Clicks about who is on call: answer a question, look for a stand-in, take back, try one's own contacts."""

from bot.domain.effects import TestPages
from bot.domain.oncall.arrange import AnswerStandIn, CancelOverride
from bot.slack.answers import said
from bot.slack.controls import (
    AnswerStandInButton,
    CancelOverrideButton,
    FindStandInButton,
    FormFacts,
    TestPageButton,
)
from bot.slack.door import Door, Opens, Reply
from bot.slack.forms.standing_in import stand_in_view
from bot.slack.requests import Click


def answer(click: Click, control: AnswerStandInButton, door: Door) -> Reply:
    """Answer; the message that asked shows what came of it."""
    door.house.planner.submit(
        AnswerStandIn(
            by=click.user,
            at=door.clock.now(),
            cause=click.cause,
            override=control.override,
            accept=control.accept,
        )
    )
    return None


def find(_: Click, control: FindStandInButton, door: Door) -> Reply:
    facts = FormFacts(form="stand-in", schedule=control.schedule, start=control.start, end=control.end)
    return Opens(stand_in_view(facts, door), "`/incident stand-in @somebody schedule from … until …`")


def cancel(click: Click, control: CancelOverrideButton, door: Door) -> Reply:
    order = CancelOverride(by=click.user, at=door.clock.now(), cause=click.cause, override=control.override)
    door.house.planner.submit(order)
    return said(f"{control.override} is taken back. Whoever it concerns is told.")


def try_contacts(click: Click, _: TestPageButton, door: Door) -> Reply:
    door.later(TestPages(person=click.user), click.cause)
    return None
