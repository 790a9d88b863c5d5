"""What a workflow wants to be reminded of: what may be missing, for how long, and how often it is told."""

from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, field_validator

from bot.domain.declared import Minutes, Name, misfit
from bot.domain.hats import Hat
from bot.domain.runbook import Frozen
from bot.domain.workflow.lifecycle import Stage


class Kind(StrEnum):
    """What may be missing."""

    NO_COMMANDER = "no-commander"
    EMPTY_HAT = "empty-hat"
    """A hat that the stage needs."""
    STUCK = "stuck"
    """Longer in a stage than it should take."""
    NO_ACTIVITY = "no-activity"
    """Nobody has done anything that moves it on."""
    UPDATE_OVERDUE = "update-overdue"
    OFFER_WAITS = "offer-waits"
    """A hand-over that nobody answers."""

    __hash__ = str.__hash__  # Enum's own is written in Python, and each command asks many dictionaries

    @property
    def label(self) -> str:
        return LABELS[self]


LABELS = {
    Kind.NO_COMMANDER: "no commander",
    Kind.EMPTY_HAT: "empty hat",
    Kind.STUCK: "stuck in its stage",
    Kind.NO_ACTIVITY: "no activity",
    Kind.UPDATE_OVERDUE: "update overdue",
    Kind.OFFER_WAITS: "unanswered hand-over",
}


class ReminderPolicy(Frozen):
    """When it is told that something is missing, and how often."""

    after: Minutes = Field(ge=0, le=7 * 24 * 60)
    """Minutes that it may be missing before it is told; for an update, minutes after it was due."""
    every: Minutes = Field(default=15, gt=0, le=7 * 24 * 60)
    """Minutes until it is told again, as long as it is missing."""
    most: int = Field(default=3, ge=1, le=20)
    """How often it is told; the last time says so."""
    again: Literal["ping", "edit"] = "ping"
    """From the second time on: the one who owes it is pinged, or the message only changes."""
    night: Literal["ping", "silent", "wait"] = "silent"
    """In the quiet hours of whoever would be pinged: do so, tell it without a ping, or wait for their morning."""

    @cached_property
    def pause(self) -> timedelta:
        return timedelta(minutes=self.every)

    @cached_property
    def patience(self) -> timedelta:
        return timedelta(minutes=self.after)

    def patience_in(self, _: Stage, /) -> timedelta:
        """Return how long it may be missing in a stage."""
        return self.patience


class HatReminder(ReminderPolicy):
    hats: tuple[Hat, ...] = Field(default=(Hat.FIRST_RESPONDER,), min_length=1)
    """Those that somebody should wear, each in the stages that need it."""

    @field_validator("hats")
    @classmethod
    def _are_not_the_commander(cls, hats: tuple[Hat, ...]) -> tuple[Hat, ...]:
        if Hat.COMMANDER in hats:
            raise misfit("the commander's hat has a reminder of its own", "Write it as no_commander.")
        return hats


class StuckReminder(ReminderPolicy):
    stages: dict[Name, Annotated[Minutes, Field(gt=0, le=7 * 24 * 60)]] = {}
    """Minutes for single stages; `after` holds for the others."""

    @cached_property
    def _patience_of(self) -> dict[str, timedelta]:
        return {stage: timedelta(minutes=minutes) for stage, minutes in self.stages.items()}

    def patience_in(self, stage: Stage, /) -> timedelta:
        return self._patience_of.get(stage.id, self.patience)


class Reminders(Frozen):
    """What is reminded of at one severity; what is left out is not."""

    no_commander: ReminderPolicy | None = None
    empty_hat: HatReminder | None = None
    """Somebody should wear a hat that the stage needs."""
    stuck: StuckReminder | None = None
    """A stage takes long, or longer than it may."""
    no_activity: ReminderPolicy | None = None
    update_overdue: ReminderPolicy | None = None
    offer_waits: ReminderPolicy | None = None

    @cached_property
    def rules(self) -> dict[Kind, ReminderPolicy]:
        """Those that are switched on."""
        given: dict[Kind, ReminderPolicy | None] = {
            Kind.NO_COMMANDER: self.no_commander,
            Kind.EMPTY_HAT: self.empty_hat,
            Kind.STUCK: self.stuck,
            Kind.NO_ACTIVITY: self.no_activity,
            Kind.UPDATE_OVERDUE: self.update_overdue,
            Kind.OFFER_WAITS: self.offer_waits,
        }
        return {kind: rule for kind, rule in given.items() if rule is not None}
