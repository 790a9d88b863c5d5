"""The propose form: the runbooks, and the typed parameters of the one that is picked."""

from typing import Any

from bot.domain.incident.commands import Propose
from bot.domain.runbook import BadParameter, Parameter
from bot.slack.controls import FormFacts
from bot.slack.door import Door, Refuses, Reply
from bot.slack.forms.fields import modal, number, select, text
from bot.slack.forms.form import Form, facts_of
from bot.slack.kit import context, escape
from bot.slack.requests import Submission
from bot.verbs.request import known, plan

PICK = "form.runbook"
"""The action id of the runbook's select: picking one shows its parameters."""


def view(facts: FormFacts, door: Door) -> dict[str, Any]:
    books = door.house.runbooks
    picked = books.get(facts.runbook) or next(iter(books.values()), None)
    if picked is None:
        return modal(facts, "Propose", [context("There are no runbooks yet: add one under manifests/runbooks/.")], None)
    options = [(book.id, f"{book.id}: {book.title}") for book in books.values()]
    facts = facts.model_copy(update={"runbook": picked.id})
    blocks = [
        select("runbook", "Runbook", options, initial=picked.id, action_id=PICK, dispatch=True),
        context(f"*Risk:* {escape(picked.risk)}", f"*Expected:* {escape(picked.expect)}"),
        *(_field(f"{picked.id}:{name}", spec) for name, spec in picked.parameters.items()),
    ]
    return modal(facts, "Propose a mitigation", blocks, "Propose")


def submit(submission: Submission, door: Door) -> Reply:
    runbook = submission.text("runbook") or submission.facts.runbook
    prefix = f"{runbook}:"
    given = {key.removeprefix(prefix): submission.text(key) for key in submission.values if key.startswith(prefix)}
    try:
        wanted = plan(
            door.house, submission.facts.incident, runbook, {name: value for name, value in given.items() if value}
        )
    except BadParameter as error:
        return Refuses(prefix + error.name, str(error))
    found = known(door.house, submission.facts.incident, door.clock.now(), runbook)
    door.house.engine.submit(Propose(**facts_of(submission, door), plan=wanted, known=found))
    return None


def _field(field: str, spec: Parameter) -> dict[str, Any]:
    match spec.type:
        case "integer":
            initial = spec.default if isinstance(spec.default, int) else None
            return number(field, spec.label, initial=initial, low=spec.minimum, high=spec.maximum)
        case "choice":
            options = [(choice, choice) for choice in spec.choices]
            return select(field, spec.label, options, initial=str(spec.default or ""))
        case "boolean":
            return select(field, spec.label, [("yes", "yes"), ("no", "no")], initial="yes" if spec.default else "no")
        case "text":
            return text(field, spec.label, initial=str(spec.default or ""), limit=500)


FORM = Form(name="propose", view=view, submit=submit)
