"""The form that moves an incident to another policy: which workflow, why, and which stage it is there."""

from typing import Any

from bot.domain.incident.commands import AdoptPolicy
from bot.domain.incident.state import Incident
from bot.domain.timeline import version_of
from bot.domain.workflow.workflows import Workflows
from bot.slack.controls import FormFacts
from bot.slack.door import Door, Refuses, Reply
from bot.slack.forms.fields import modal, select, text
from bot.slack.forms.form import Form, facts_of
from bot.slack.requests import Submission
from bot.verbs.policy import ADOPT
from bot.verbs.words import plain


def view(facts: FormFacts, door: Door) -> dict[str, Any]:
    incident, workflows = door.house.engine.incident(facts.incident), door.house.engine.workflows
    said = ADOPT.fullmatch(facts.words)
    named, stage = (said["workflow"], said["stage"]) if said else (None, None)
    options = [(name, _said(name, workflows, incident)) for name in sorted(workflows.by_name)]
    initial = named or workflows.for_new(incident.service, incident.severity).name
    hint = f"Only where {incident.stage.label} is another stage there."
    blocks = [
        select("workflow", "Workflow", options, initial=initial),
        text("because", "Why?", multiline=True, hint="It stands in the record. Open gates keep what they began with."),
        select("to", "Its stage there", _stages(workflows, incident), initial=stage or "", hint=hint, optional=True),
    ]
    return modal(facts, "Adopt a policy", blocks, "Adopt")


def _said(name: str, workflows: Workflows, incident: Incident) -> str:
    policy = workflows.by_name[name]
    return version_of(name, policy.hash) + (" (it goes by this one)" if policy.hash == incident.policy else "")


def _stages(workflows: Workflows, incident: Incident) -> list[tuple[str, str]]:
    """List the stages of all workflows that are for what the incident's own is for."""
    stages = [stage for policy in workflows.by_name.values() for stage in policy.stage_by_id.values()]
    alike = {stage.id: stage.label for stage in stages if stage.purpose is incident.stage.purpose}
    return list(alike.items()) or [(incident.stage.id, incident.stage.label)]


def submit(submission: Submission, door: Door) -> Reply:
    to = door.house.engine.workflows.by_name.get(submission.text("workflow"))
    if to is None:
        return Refuses("workflow", "This workflow is gone. Choose another.")
    reason = plain(submission.text("because"), door.house.people.name)
    order = AdoptPolicy(**facts_of(submission, door), to=to, stage=submission.text("to"), because=reason)
    door.house.engine.submit(order)
    return None


FORM = Form(name="policy", view=view, submit=submit)
