"""Forms for hats: wearing one, handing one over."""

from typing import Any

from bot.domain.hats import Hat
from bot.domain.incident.commands import GiveHat, OfferHat, TakeHat
from bot.domain.workflow.policy import Policy
from bot.slack.controls import FormFacts
from bot.slack.door import Door, Reply
from bot.slack.forms.fields import modal, people, select
from bot.slack.forms.form import Form, facts_of
from bot.slack.requests import Submission
from bot.verbs.hat import read_hat


def hat_view(facts: FormFacts, door: Door) -> dict[str, Any]:
    incident = door.house.engine.incident(facts.incident)
    policy = door.house.engine.policy_of(incident)
    options = []
    for hat in Hat:
        worn = ", ".join(door.names(person) for person in incident.wearers(hat))
        options.append((hat.value, f"{policy.called(hat)}, {f'worn by {worn}' if worn else 'free'}"))
    free = next((hat.value for hat in Hat if not incident.wearers(hat)), Hat.COMMANDER.value)
    blocks = [
        select("hat", "Hat", options, initial=free, hint="Its brief comes to the wearer alone."),
        {**people("to", "Who wears it?"), "optional": True, "hint": {"type": "plain_text", "text": "Empty: you."}},
    ]
    return modal(facts, "Hats", blocks, "Put on")


def wear(submission: Submission, door: Door) -> Reply:
    hat, to = Hat(submission.text("hat")), submission.text("to")
    shared = facts_of(submission, door)
    if to and to != submission.user:
        door.house.engine.submit(GiveHat(**shared, hat=hat, to=to))
    else:
        door.house.engine.submit(TakeHat(**shared, hat=hat))
    return None


def hand_over_view(facts: FormFacts, door: Door) -> dict[str, Any]:
    incident = door.house.engine.incident(facts.incident)
    policy = door.house.engine.policy_of(incident)
    worn = [hat for hat in Hat if incident.wearers(hat)] or [Hat.COMMANDER]
    named = read_hat(facts.words.split())
    initial = named[0] if named and named[0] in worn else worn[0]
    blocks = [
        select("hat", "Hat", [(hat.value, _told(hat, policy)) for hat in worn], initial=initial.value),
        people("to", "To whom?", hint="You wear it until they accept."),
    ]
    return modal(facts, "Hand over", blocks, "Ask them")


def _told(hat: Hat, policy: Policy) -> str:
    brief = policy.hat(hat).brief
    return f"{policy.called(hat)}: {brief.focus}" if brief else policy.called(hat)


def hand_over(submission: Submission, door: Door) -> Reply:
    offer = OfferHat(**facts_of(submission, door), hat=Hat(submission.text("hat")), to=submission.text("to"))
    door.house.engine.submit(offer)
    return None


HAT = Form(name="hat", view=hat_view, submit=wear)
HAND_OVER = Form(name="hand-over", view=hand_over_view, submit=hand_over)
