"""Clicks on an approval message: approve, reject, “not me”, withdraw."""

from bot.domain.gates.orders import CastVote, WithdrawGate
from bot.domain.gates.rejections import SayWhy
from bot.domain.incident.decide.gates import find
from bot.slack.answers import said
from bot.slack.clicks.click import facts_of, is_in_channel
from bot.slack.controls import FormFacts, PassVoteOnButton, VoteButton, WithdrawGateButton
from bot.slack.door import Door, Opens, Reply
from bot.slack.forms.calling import not_me_view
from bot.slack.forms.words import vote_view
from bot.slack.requests import Click
from bot.verbs.gates import at_gate, too_late


def vote(click: Click, control: VoteButton, door: Door) -> Reply:
    """Count a vote at once; where it must say why, ask for the reason."""
    incident = door.house.engine.incident(control.incident)
    gate, here = find(incident, control.gate), is_in_channel(click, incident)
    facts = facts_of(click, control, door)
    order = CastVote(
        by=click.user,
        at=facts["at"],
        choice=control.choice,
        subject=control.subject,
        ballot=control.ballot,
        here=here,
    )
    try:
        receipt = door.house.engine.submit(at_gate(door.house, facts, gate, order))
    except SayWhy:
        about = FormFacts(
            form=control.choice,
            incident=control.incident,
            gate=control.gate,
            subject=control.subject,
            ballot=control.ballot,
            here=here,
        )
        return Opens(vote_view(about, door), f"`/incident {control.choice} because …`")
    late = too_late(receipt, gate.id, click.user)
    return said(late.sentence) if late is not None else None


def pass_on(_: Click, control: PassVoteOnButton, door: Door) -> Reply:
    """“Not me”: ask who should be asked instead."""
    facts = FormFacts(form="not-me", incident=control.incident, gate=control.gate)
    return Opens(not_me_view(facts, door), "`/incident not-me @somebody because …`")


def withdraw(click: Click, control: WithdrawGateButton, door: Door) -> Reply:
    """Ask no longer: for whoever asked, and for the commander."""
    gate = find(door.house.engine.incident(control.incident), control.gate)
    facts = facts_of(click, control, door)
    door.house.engine.submit(at_gate(door.house, facts, gate, WithdrawGate(by=click.user, at=facts["at"])))
    return None
