"""The export form: which format."""

from typing import Any

from bot.domain.incident.commands import RequestExport
from bot.exporters import ALL
from bot.slack.controls import FormFacts
from bot.slack.door import Door, Reply
from bot.slack.forms.fields import modal, select
from bot.slack.forms.form import Form, facts_of
from bot.slack.requests import Submission


def view(facts: FormFacts, _: Door) -> dict[str, Any]:
    options = [(exporter.name, exporter.name) for exporter in ALL]
    hint = "A worker makes the file and puts it into the incident's channel."
    return modal(
        facts, "Export the timeline", [select("format", "Format", options, initial=options[0][0], hint=hint)], "Make"
    )


def submit(submission: Submission, door: Door) -> Reply:
    door.house.engine.submit(RequestExport(**facts_of(submission, door), format=submission.text("format")))
    return None


FORM = Form(name="export", view=view, submit=submit)
