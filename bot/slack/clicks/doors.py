"""Clicks that lead on: open a form, type a verb for me, follow a link."""

from bot.slack import answers
from bot.slack.controls import FormFacts, LinkButton, OpenFormButton, RunVerbButton
from bot.slack.door import Door, Opens, Reply
from bot.slack.forms import BY_NAME as FORMS
from bot.slack.requests import Click
from bot.verbs import BY_NAME as VERBS
from bot.verbs import run
from bot.verbs.request import Request


def open_form(_: Click, control: OpenFormButton, door: Door) -> Reply:
    facts = FormFacts(form=control.form, incident=control.incident)
    verb = VERBS[control.form]
    return Opens(FORMS[control.form].view(facts, door), f"`/incident {verb.name} {verb.usage}`")


def run_verb(click: Click, control: RunVerbButton, door: Door) -> Reply:
    here = door.house.engine.in_channel(click.channel) if click.channel else None
    incident = control.incident or here
    request = Request(
        by=click.user,
        at=door.clock.now(),
        cause=click.cause,
        incident=incident,
        here=incident is not None and incident == here,
    )
    return answers.reply_to(run(control.words, request, door.house), request, door)


def follow(_: Click, __: LinkButton, ___: Door) -> Reply:
    return None
