"""The form that confirms a criterion: which one, and what shows it."""

from collections.abc import Iterator
from typing import Any

from bot.domain.incident.commands import ConfirmCriterion
from bot.domain.incident.criteria import Item, exits, owed, ways_on
from bot.domain.incident.state import Incident
from bot.domain.workflow.criterion import Evidence
from bot.domain.workflow.policy import Policy
from bot.slack.controls import FormFacts
from bot.slack.door import Door, Reply
from bot.slack.forms.fields import modal, select, text
from bot.slack.forms.form import Form, facts_of
from bot.slack.kit import context, line
from bot.slack.requests import Submission
from bot.verbs.words import plain


def view(facts: FormFacts, door: Door) -> dict[str, Any]:
    incident = door.house.engine.incident(facts.incident)
    policy = door.house.engine.policy_of(incident)
    items = {item.criterion.id: item for item in _confirmable(incident, policy)}
    options = [(name, _called(item)) for name, item in items.items()] or [("none", "Nothing here is confirmed by hand")]
    meant = items.get(facts.words)
    must = meant is not None and meant.criterion.evidence is Evidence.REQUIRED
    hint = "A few words, or a link that still works tomorrow. It goes into the timeline."
    blocks = [
        select("criterion", "What is so?", options, initial=facts.words or options[0][0]),
        text("evidence", "What shows it?", multiline=True, optional=not must, hint=hint),
    ]
    if meant is not None and meant.takes:
        blocks.append(context(line(meant.takes, 600, door.names)))
    return modal(facts, "Confirm", blocks, "Confirm")


def _called(item: Item) -> str:
    return f"✓ {item.criterion.title}" if item.done else item.criterion.title


def _confirmable(incident: Incident, policy: Policy) -> Iterator[Item]:
    """Go through what somebody's word counts for: here, on the ways on, and owed from before; missing ones first."""
    found = [*exits(incident, policy), *(item for way in ways_on(incident, policy) for item in way.missing)]
    by_name = {item.criterion.id: item for item in [*found, *owed(incident, policy)] if item.criterion.confirmed_by}
    yield from sorted(by_name.values(), key=lambda item: item.done)


def submit(submission: Submission, door: Door) -> Reply:
    evidence = plain(submission.text("evidence"), door.house.people.name)
    criterion = submission.text("criterion")
    door.house.engine.submit(ConfirmCriterion(**facts_of(submission, door), criterion=criterion, evidence=evidence))
    return None


CONFIRM = Form(name="confirm", view=view, submit=submit)
