"""Clicks on a criterion: confirm it at once, or open the form that asks what shows it."""

from bot.domain.incident.commands import ConfirmCriterion
from bot.domain.workflow.criterion import Evidence
from bot.slack.clicks.click import facts_of
from bot.slack.controls import ConfirmButton, FormFacts
from bot.slack.door import Door, Opens, Reply
from bot.slack.forms.criteria import CONFIRM
from bot.slack.requests import Click


def confirm(click: Click, control: ConfirmButton, door: Door) -> Reply:
    incident = door.house.engine.incident(control.incident)
    found = door.house.engine.policy_of(incident).criterion(control.criterion)
    if found is None or found[0].evidence is Evidence.NONE:
        door.house.engine.submit(ConfirmCriterion(**facts_of(click, control, door), criterion=control.criterion))
        return None
    facts = FormFacts(form="confirm", incident=control.incident, words=control.criterion)
    return Opens(CONFIRM.view(facts, door), f"`/incident confirm {control.criterion} …`")
