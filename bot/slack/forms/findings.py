"""Forms for what people find out and promise: a hypothesis, what rules one out, an action item."""

from datetime import date
from typing import Any

from bot.domain.incident.commands import AddActionItem, RuleOutHypothesis, StateHypothesis
from bot.domain.incident.findings import Priority
from bot.domain.words import TITLE_LIMIT
from bot.slack.controls import FormFacts
from bot.slack.door import Door, Reply
from bot.slack.forms.fields import day, modal, people, select, text
from bot.slack.forms.form import Form, facts_of
from bot.slack.requests import Submission
from bot.verbs.words import plain


def hypothesis_view(facts: FormFacts, _: Door) -> dict[str, Any]:
    hint = "Readings, log lines, a link. Without it, it is a guess, which is fine for now."
    blocks = [
        text("text", "What might be the cause?", initial=facts.words, limit=300),
        text("evidence", "What shows it?", multiline=True, optional=True, hint=hint),
    ]
    return modal(facts, "Hypothesis", blocks, "State")


def state(submission: Submission, door: Door) -> Reply:
    name = door.house.people.name
    text_, evidence = plain(submission.text("text"), name), plain(submission.text("evidence"), name)
    door.house.engine.submit(StateHypothesis(**facts_of(submission, door), text=text_, evidence=evidence))
    return None


def rule_out_view(facts: FormFacts, door: Door) -> dict[str, Any]:
    incident = door.house.engine.incident(facts.incident)
    standing = [(name, f"{name}: {one.text}") for name, one in incident.hypotheses.items() if one.stands]
    options = standing or [("none", "No hypothesis stands: /incident hypothesis …")]
    hint = "What you looked at, and what it said instead."
    blocks = [
        select("hypothesis", "Which one is it not?", options, initial=facts.words or options[0][0]),
        text("because", "What rules it out?", multiline=True, hint=hint),
    ]
    return modal(facts, "Rule out", blocks, "Rule out")


def rule_out(submission: Submission, door: Door) -> Reply:
    reason = plain(submission.text("because"), door.house.people.name)
    name = submission.text("hypothesis")
    door.house.engine.submit(RuleOutHypothesis(**facts_of(submission, door), hypothesis=name, because=reason))
    return None


def action_view(facts: FormFacts, _: Door) -> dict[str, Any]:
    priorities = [(one.value, one.value.capitalize()) for one in Priority]
    blocks = [
        text("title", "What will be done?", initial=facts.words, limit=TITLE_LIMIT),
        {**people("owner", "By whom?"), "optional": True},
        select("priority", "How much does it matter?", priorities, optional=True),
        day("due", "By when?", optional=True),
        text("link", "Where is it tracked?", optional=True, placeholder="https://…", limit=1000),
    ]
    return modal(facts, "Action item", blocks, "Add")


def add(submission: Submission, door: Door) -> Reply:
    priority, due = submission.text("priority"), submission.text("due")
    item = AddActionItem(
        **facts_of(submission, door),
        title=plain(submission.text("title"), door.house.people.name),
        owner=submission.text("owner") or None,
        priority=Priority(priority) if priority else None,
        due=date.fromisoformat(due) if due else None,
        link=submission.text("link"),
    )
    door.house.engine.submit(item)
    return None


HYPOTHESIS = Form(name="hypothesis", view=hypothesis_view, submit=state)
RULE_OUT = Form(name="rule-out", view=rule_out_view, submit=rule_out)
ACTION = Form(name="action", view=action_view, submit=add)
