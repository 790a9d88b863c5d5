"""Clicks on a reminder: let it sleep for a while, or stop it for this incident."""

from bot.domain.incident.commands import SnoozeReminders, StopReminders
from bot.slack.clicks.click import facts_of
from bot.slack.controls import SnoozeButton, StopReminderButton
from bot.slack.door import Door, Reply
from bot.slack.requests import Click


def snooze(click: Click, control: SnoozeButton, door: Door) -> Reply:
    door.house.engine.submit(SnoozeReminders(**facts_of(click, control, door), kinds=(control.kind,)))
    return None


def stop(click: Click, control: StopReminderButton, door: Door) -> Reply:
    door.house.engine.submit(StopReminders(**facts_of(click, control, door), kinds=(control.kind,)))
    return None
