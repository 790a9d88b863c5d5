"""The declare form: what is wrong, how bad, which service."""

from typing import Any

from bot.domain.incident.commands import Declare
from bot.domain.severity import Severity, severity
from bot.domain.words import TITLE_LIMIT
from bot.slack.controls import FormFacts
from bot.slack.door import Door, Reply
from bot.slack.forms.fields import modal, select, text
from bot.slack.forms.form import Form, facts_of
from bot.slack.kit import context
from bot.slack.requests import Submission
from bot.verbs.words import first, plain


def view(facts: FormFacts, door: Door) -> dict[str, Any]:
    head, rest = first(facts.words)
    named = severity(head) if head[:1].isalpha() else None
    policy = door.house.engine.workflows.in_force
    severities = [(s.value, f"{s.label}: {policy.of(s).means}") for s in Severity]
    services = [(service.id, service.title) for service in door.house.services.values()]
    blocks = [
        text(
            "title",
            "What is wrong?",
            initial=rest if named else facts.words,
            placeholder="checkout is down",
            limit=TITLE_LIMIT,
        ),
        select("severity", "How bad is it?", severities, initial=(named or Severity.P2).value),
        *([select("service", "Which service?", services, optional=True)] if services else []),
        text(
            "summary",
            "Who is hit, and how?",
            multiline=True,
            optional=True,
            hint="In customers' terms. You can add it later.",
        ),
    ]
    if facts.origin:
        blocks.append(context("The new channel links back to the message that you started from, if I can see it."))
    return modal(facts, "Declare incident", blocks, submit="Declare")


def submit(submission: Submission, door: Door) -> Reply:
    people = door.house.people
    door.house.engine.declare(
        Declare(
            **facts_of(submission, door),
            title=plain(submission.text("title"), people.name),
            severity=Severity(submission.text("severity")),
            service=submission.text("service") or None,
            summary=plain(submission.text("summary"), people.name),
            origin=submission.facts.origin or None,
        )
    )
    return None


FORM = Form(name="declare", view=view, submit=submit)
