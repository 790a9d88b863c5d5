"""Clicks on a mitigation: read the plan, withdraw, stop, roll back."""

from bot.domain.incident.commands import RollBack, StopRun, Withdraw
from bot.domain.incident.decide.mitigations import find
from bot.slack.answers import said
from bot.slack.clicks.click import facts_of
from bot.slack.controls import OpenPlanButton, RollBackButton, StopButton, WithdrawButton
from bot.slack.door import Door, Opens, Reply
from bot.slack.requests import Click
from bot.slack.views.mitigation import plan_view
from bot.verbs.vote import undoes


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
    receipt = door.house.engine.submit(RollBack(**facts_of(click, control, door), mitigation=control.mitigation))
    return said(undoes(receipt, control.mitigation)) if receipt.incident.waits_to_undo(control.mitigation) else None
