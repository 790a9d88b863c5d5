"""Clicks of whoever is called: acknowledge, take over, escalate now."""

from bot.domain.incident.commands import Acknowledge, EscalateNow, TakeOver
from bot.slack.clicks.click import facts_of
from bot.slack.controls import AcknowledgeButton, EscalateButton, TakeOverButton
from bot.slack.door import Door, Reply
from bot.slack.requests import Click


def acknowledge(click: Click, control: AcknowledgeButton, door: Door) -> Reply:
    door.house.engine.submit(Acknowledge(**facts_of(click, control, door)))
    return None


def take_over(click: Click, control: TakeOverButton, door: Door) -> Reply:
    door.house.engine.submit(TakeOver(**facts_of(click, control, door)))
    return None


def escalate(click: Click, control: EscalateButton, door: Door) -> Reply:
    door.house.engine.submit(EscalateNow(**facts_of(click, control, door)))
    return None
