"""Forms that change what an incident is: severity and stage."""

from typing import Any

from bot.domain.incident.commands import ChangeSeverity, ChangeStage
from bot.domain.incident.ways import ways
from bot.domain.severity import Severity
from bot.slack.controls import FormFacts
from bot.slack.door import Door, Reply
from bot.slack.forms.fields import modal, select, text
from bot.slack.forms.form import Form, facts_of
from bot.slack.kit import section
from bot.slack.requests import Submission
from bot.slack.views.stage import lines
from bot.verbs.request import known
from bot.verbs.words import plain


def severity_view(facts: FormFacts, door: Door) -> dict[str, Any]:
    incident = door.house.engine.incident(facts.incident)
    policy = door.house.engine.policy_of(incident)
    options = [(s.value, f"{s.label}: {policy.of(s).means}") for s in Severity]
    hint = "Lowering it needs evidence: two words or a link. Leave it as it is to say why it is so."
    blocks = [
        select("to", "Severity", options, initial=incident.severity.value),
        text(
            "because",
            "Why?",
            multiline=True,
            optional=True,
            hint=hint,
        ),
    ]
    return modal(facts, "Severity", blocks, "Change")


def severity(submission: Submission, door: Door) -> Reply:
    reason = plain(submission.text("because"), door.house.people.name)
    to = Severity(submission.text("to"))
    door.house.engine.submit(ChangeSeverity(**facts_of(submission, door), to=to, because=reason))
    return None


def stage_view(facts: FormFacts, door: Door) -> dict[str, Any]:
    incident = door.house.engine.incident(facts.incident)
    policy = door.house.engine.policy_of(incident)
    options = [(s.id, s.label) for s in policy.next_stages(incident.stage)] or [
        (incident.stage.id, incident.stage.label)
    ]
    missing = lines(ways(incident, policy, door.clock.now()), door.names)
    blocks = [
        *([section("\n".join(f"• {one}" for one in missing))] if missing else []),
        select("to", f"From {incident.stage.label} to", options, initial=options[0][0]),
        text("because", "Why?", multiline=True, optional=True),
    ]
    return modal(facts, "Stage", blocks, "Move")


def stage(submission: Submission, door: Door) -> Reply:
    reason = plain(submission.text("because"), door.house.people.name)
    found = known(door.house, submission.facts.incident, door.clock.now())
    order = ChangeStage(**facts_of(submission, door), to=submission.text("to"), because=reason, known=found)
    door.house.engine.submit(order)
    return None


SEVERITY = Form(name="severity", view=severity_view, submit=severity)
STAGE = Form(name="stage", view=stage_view, submit=stage)
