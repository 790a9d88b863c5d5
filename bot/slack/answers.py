"""A verb's answer as Slack shows it: a message to one person, or a form."""

from typing import assert_never

from bot.slack.controls import FormFacts
from bot.slack.door import Door, Opens, Reply
from bot.slack.forms import BY_NAME as FORMS
from bot.slack.kit import Message, escape, section
from bot.slack.views.card import card
from bot.slack.views.digest import report
from bot.slack.views.help import help_, unknown
from bot.slack.views.listing import listing, pick
from bot.slack.views.oncall import on_call, shifts
from bot.slack.views.policy import policy
from bot.slack.views.reminder import overview
from bot.slack.views.stage import stage
from bot.slack.views.timeline import timeline
from bot.verbs import ALL as VERBS
from bot.verbs import BY_NAME
from bot.verbs.request import (
    Answer,
    Ask,
    Confirm,
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
)

TIMELINE_ROWS = 60
"""Rows that one ephemeral answer shows; the whole is a file away."""


def reply_to(answer: Answer, request: Request, door: Door) -> Reply:
    match answer:
        case Said():
            return said(answer.text)
        case Ask():
            facts = FormFacts(
                form=answer.form,
                incident=request.incident or "",
                gate=answer.gate,
                runbook=answer.runbook,
                words=answer.words[:1000],
                origin=request.origin or "",
                here=request.here,
            )
            verb = BY_NAME[answer.form]
            return Opens(FORMS[answer.form].view(facts, door), f"`/incident {verb.name} {verb.usage}`")
        case Confirm():
            facts = FormFacts(form=answer.form, incident=request.incident or "", words=answer.words[:1000])
            return Opens(FORMS[answer.form].view(facts, door), f"`/incident {answer.form} {answer.at_once}`")
        case ShowPanel():
            return card(answer.incident, door.house.engine.policy_of(answer.incident), door.names, door.clock.now())
        case ShowTimeline():
            after = max(0, len(answer.records) - TIMELINE_ROWS)
            shown = f"the last {TIMELINE_ROWS} events" if after else "the timeline"
            title = f"{answer.incident.id} · {answer.incident.title}: {shown}"
            messages = timeline(answer.records, door.names, title, after=after)
            return messages[-1] if messages else said(f"{title}: nothing worth reading yet.")
        case ShowList():
            return listing(request.by, answer.incidents, door.names, door.clock.now(), answer.words)
        case ShowOnCall():
            return on_call(answer, door.house.book)
        case ShowShifts():
            return shifts(answer, request.by, door.house.book)
        case Wish():
            door.later(answer.effect, request.cause)
            return said(answer.text)
        case ShowReminders():
            return overview(answer.incident, answer.reminders, door.names)
        case ShowStage():
            return stage(answer, door.names, door.clock.now())
        case ShowReport():
            return report(answer.report, door.names)
        case ShowPolicy():
            return policy(answer)
        case ShowHelp():
            verbs = [(verb.name, verb.usage, verb.summary) for verb in VERBS]
            wanted = BY_NAME.get(answer.verb or "")
            return help_([v for v in verbs if v[0] == wanted.name] if wanted else verbs, "/incident")
        case Unknown():
            return unknown(answer.word, f"{answer.nearest} {answer.rest}".strip() if answer.nearest else None)
        case Pick():
            return pick(request.by, answer.incidents, f"{answer.verb} {answer.words}".strip())
        case _:
            assert_never(answer)


def said(text: str) -> Message:
    """A sentence that may name people and channels as `<@U…>` and `<#C…>`; everything else in it is escaped."""
    safe = escape(text).replace("&lt;@", "<@").replace("&lt;#", "<#")
    for sign in ("<@", "<#"):
        head, *rest = safe.split(sign)
        safe = head + "".join(sign + part.replace("&gt;", ">", 1) for part in rest)
    return Message(text=safe, blocks=(section(safe),))
