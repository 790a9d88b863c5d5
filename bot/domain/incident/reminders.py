"""Reminders as an incident keeps them: of what, how often, to whom; who snoozed or stopped them."""

from datetime import timedelta

from pydantic import AwareDatetime

from bot.domain.runbook import Frozen
from bot.domain.workflow.reminders import Kind

JUST_NOW = timedelta(minutes=5)
"""Whoever did something within this time, or was reminded of something else, is not pinged."""

SNOOZE_MINUTES = 15
"""How long the button lets a reminder sleep, and the verb where no time is said."""

SNOOZE_LIMIT_MINUTES = 24 * 60
"""Who wants more than a day's peace stops the reminder, in words."""


class Reminder(Frozen):
    """The latest time that something was missing for too long, and what was said of it."""

    since: AwareDatetime
    """Since when it was missing; for an update, when it was due."""
    at: AwareDatetime
    """When it was told last."""
    number: int
    """How often it was told, this time."""
    count: int
    """How often it was told in this incident, all times together."""
    asked: tuple[str, ...] = ()
    """Who was to be pinged, this time, in the order of their first ping."""
    to: tuple[str, ...] = ()
    """Who was to be pinged when it was told last."""
    last: bool = False
    """It was told as often as the policy wants."""
    held_until: AwareDatetime | None = None
    """Whoever would be pinged has quiet hours, and the policy lets them sleep."""
    ended_at: AwareDatetime | None = None
    ended_by: str = ""
    because: str = ""
    """Why it ended: `done`, `over` with the incident, or `changed`: the policy or the severity wants it no more."""

    @property
    def is_on(self) -> bool:
        return self.ended_at is None


class Snooze(Frozen):
    by: str
    at: AwareDatetime
    until: AwareDatetime


class Stop(Frozen):
    by: str
    at: AwareDatetime
    because: str = ""


def kind(word: str) -> Kind | None:
    """Read `no-commander`, `commander`, `update`, `empty_hat`; None for anything else."""
    name = word.strip().lower().replace("_", "-").replace(" ", "-")
    return ALIASES.get(name) or next((one for one in Kind if one.value == name), None)


ALIASES = {
    "commander": Kind.NO_COMMANDER,
    "hat": Kind.EMPTY_HAT,
    "hats": Kind.EMPTY_HAT,
    "stage": Kind.STUCK,
    "activity": Kind.NO_ACTIVITY,
    "silence": Kind.NO_ACTIVITY,
    "update": Kind.UPDATE_OVERDUE,
    "updates": Kind.UPDATE_OVERDUE,
    "offer": Kind.OFFER_WAITS,
    "hand-over": Kind.OFFER_WAITS,
}
