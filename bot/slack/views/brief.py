"""What the wearer of a hat reads in private the moment it is on."""

from bot.domain.hats import Hat
from bot.domain.incident.state import Incident
from bot.domain.workflow.policy import Policy
from bot.slack.controls import OpenFormButton
from bot.slack.kit import Message, actions, button, context, line, message, prose, section
from bot.verbs.request import FormName

FIRST: dict[Hat, tuple[str, FormName, str]] = {
    Hat.COMMANDER: ("Read the card, check the severity, and say in one update what is known.", "update", "Update"),
    Hat.FIRST_RESPONDER: ("Look at the service's own signal, and note what you see.", "note", "Add a note"),
    Hat.INVESTIGATOR: ("Find the first anomaly and what changed before it.", "note", "Add a note"),
    Hat.LOG_ANALYST: ("Fix the time of the first anomaly in the logs.", "note", "Add a note"),
    Hat.MITIGATOR: ("Pick the runbook that undoes the harm soonest, and propose it.", "propose", "Propose mitigation"),
    Hat.VERIFIER: ("Write down what the signal reads now, before anything is changed.", "note", "Add a note"),
    Hat.ENGINEER: ("Say what you will fix and by when.", "note", "Add a note"),
    Hat.REVIEWER: ("Ask for the cause in one sentence before you read the fix.", "note", "Add a note"),
    Hat.AUTHOR: ("Export the timeline; it is the draft's backbone.", "export", "Export the timeline"),
    Hat.ACTION_TRACKER: ("Go through the timeline and collect what was promised.", "export", "Export the timeline"),
}
"""What to do first in each hat, and the form that helps with it."""


def brief(hat: Hat, incident: Incident, policy: Policy) -> Message:
    duty, (first, form, label) = policy.hat(hat).brief, FIRST[hat]
    where = f" · <#{incident.channel}>" if incident.channel else ""
    worn = f"You wear the {line(policy.called(hat), 80)} hat of {incident.id}"
    says = {"Focus": duty.focus, "Produces": duty.produces, "Never": duty.never} if duty else {}
    told = {name: prose(words, 600) for name, words in says.items()}
    return message(
        " ".join([f"{worn}, {line(incident.title)}. {first}", *(f"{name}: {words}" for name, words in told.items())]),
        section(f"*{worn}*{where}\n{incident.severity.label} · {incident.stage.label} · {line(incident.title)}"),
        section(f"*First* {first}"),
        section("\n".join(f"*{name}* {words}" for name, words in told.items())) if told else None,
        actions(button(label, OpenFormButton(incident=incident.id, form=form))),
        context(f"To pass it on: `/incident hand-over {hat.value} @somebody` in the incident's channel."),
    )
