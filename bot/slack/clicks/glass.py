"""Clicks about break-glass: break it, which first asks why; and answer for it that somebody did."""

from bot.domain.gates.orders import BreakGlass, Countersign
from bot.domain.gates.rejections import SayWhy
from bot.domain.incident.decide.gates import find
from bot.slack.clicks.click import facts_of, is_in_channel
from bot.slack.controls import BreakGlassButton, CountersignButton, FormFacts
from bot.slack.door import Door, Opens, Reply
from bot.slack.forms import glass
from bot.slack.requests import Click
from bot.verbs.gates import at_gate, breaker_holds, signer_holds


def break_(click: Click, control: BreakGlassButton, door: Door) -> Reply:
    """Ask why. Whoever may not break it is told so at once: the rules say all noes before the one for want of words."""
    incident = door.house.engine.incident(control.incident)
    gate, here = find(incident, control.gate), is_in_channel(click, incident)
    facts = facts_of(click, control, door)
    order = BreakGlass(
        by=click.user,
        at=facts["at"],
        because="",
        subject=control.subject,
        holds=breaker_holds(click.user, gate, incident, facts["at"], door.house),
        here=here,
    )
    try:
        door.house.engine.submit(at_gate(door.house, facts, gate, order))
    except SayWhy:
        about = FormFacts(form="break-glass", incident=incident.id, gate=gate.id, subject=control.subject, here=here)
        return Opens(glass.break_view(about, door), "`/incident break-glass because …`")
    return None


def countersign(click: Click, control: CountersignButton, door: Door) -> Reply:
    """Sign at once; who doesn't agree is asked why."""
    incident = door.house.engine.incident(control.incident)
    gate, here = find(incident, control.gate), is_in_channel(click, incident)
    facts = facts_of(click, control, door)
    order = Countersign(
        by=click.user,
        at=facts["at"],
        agrees=control.accept,
        holds=signer_holds(click.user, gate, incident, facts["at"], door.house),
        here=here,
    )
    try:
        door.house.engine.submit(at_gate(door.house, facts, gate, order))
    except SayWhy:
        about = FormFacts(form="countersign", incident=incident.id, gate=gate.id, here=here)
        return Opens(glass.disagree_view(about, door), "`/incident countersign no because …`")
    return None
