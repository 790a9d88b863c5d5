"""Clicks on a mitigation: approve, reject, read the plan, withdraw, stop, roll back."""

from bot.domain.incident.commands import CastVote, RollBack, StopRun, Withdraw
from bot.domain.incident.decide.mitigations import find
from bot.domain.incident.rejections import TooLate
from bot.slack.answers import said
from bot.slack.clicks.click import facts_of
from bot.slack.controls import FormFacts, OpenPlanButton, RollBackButton, StopButton, VoteButton, WithdrawButton
from bot.slack.door import Door, Opens, Reply
from bot.slack.forms.words import reject_view
from bot.slack.requests import Click
from bot.slack.views.mitigation import plan_view


def vote(click: Click, control: VoteButton, door: Door) -> Reply:
    """Count an approval at once; a rejection first asks why."""
    gate = find(door.house.engine.incident(control.incident), control.mitigation).gate
    if control.choice == "reject" and gate is not None and gate.outcome is None and click.user != gate.proposer:
        facts = FormFacts(
            form="reject", incident=control.incident, mitigation=control.mitigation, plan_hash=control.plan_hash
        )
        return Opens(reject_view(facts, door), "`/incident reject because …`")
    receipt = door.house.engine.submit(
        CastVote(
            **facts_of(click, control, door),
            mitigation=control.mitigation,
            plan_hash=control.plan_hash,
            choice=control.choice,
        )
    )
    late = next((event for event in receipt.events if event.type == "vote.came-late"), None)
    return said(TooLate(outcome=late.outcome.value).sentence) if late is not None else None


def open_plan(_: Click, control: OpenPlanButton, door: Door) -> Reply:
    incident = door.house.engine.incident(control.incident)
    view = plan_view(incident, find(incident, control.mitigation), door.names)
    return Opens(view, "`/incident timeline` has the plan's steps too.")


def withdraw(click: Click, control: WithdrawButton, door: Door) -> Reply:
    door.house.engine.submit(Withdraw(**facts_of(click, control, door), mitigation=control.mitigation))
    return None


def stop(click: Click, control: StopButton, door: Door) -> Reply:
    door.house.engine.submit(StopRun(**facts_of(click, control, door), mitigation=control.mitigation))
    return None


def roll_back(click: Click, control: RollBackButton, door: Door) -> Reply:
    door.house.engine.submit(RollBack(**facts_of(click, control, door), mitigation=control.mitigation))
    return None
