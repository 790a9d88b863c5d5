"""Schedules as operators declare them: layers of rotations, on a wall clock; or one that is kept elsewhere."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, ValidationInfo, field_validator, model_validator
from whenever import PlainDateTime

from bot.domain.declared import LocalTime, Name, Seconds, SlackGroup, Weekly, Words, Zone, misfit
from bot.domain.runbook import Frozen

Kind = Literal["hourly", "daily", "weekly", "monthly", "custom"]


def wall(local: LocalTime) -> datetime:
    """Read a local time as what a clock on the wall shows: without a zone."""
    return PlainDateTime(local.replace(" ", "T", 1)).to_stdlib()


class Layer(Frozen):
    """One rotation: its people take turns. A layer further down wins wherever it has somebody on shift."""

    rotation: Kind
    """How often somebody else's turn begins."""
    every: int = Field(default=1, ge=1, le=366)
    """How many hours, days, weeks or months a turn lasts."""
    lengths: tuple[Annotated[Seconds, Field(ge=60, le=366 * 86_400)], ...] = Field(default=(), validate_default=True)
    """Only for `custom`: how long the turns last, one after the other, over and over: `[5d, 2d]`."""
    starts: LocalTime
    """The first hand-over, on the schedule's clock: `2026-11-02 09:00`. Nobody is on shift before."""
    ends: LocalTime | None = None
    """When the layer is over; None: never."""
    people: tuple[Name, ...] = Field(min_length=1)
    """They take turns in this order."""
    only: tuple[Weekly, ...] = ()
    """On shift only at these times, on the schedule's clock; turns go on meanwhile. Empty: always."""

    @field_validator("every")
    @classmethod
    def _counts_something(cls, every: int, info: ValidationInfo) -> int:
        if every != 1 and info.data.get("rotation") == "custom":
            raise misfit("a custom rotation goes by its lengths", "Remove this line.")
        return every

    @field_validator("lengths")
    @classmethod
    def _belong_to_custom(cls, lengths: tuple[float, ...], info: ValidationInfo) -> tuple[float, ...]:
        match info.data.get("rotation"):
            case "custom" if not lengths:
                raise misfit("a custom rotation needs them", "Say how long the turns last: lengths: [5d, 2d].")
            case "hourly" | "daily" | "weekly" | "monthly" if lengths:
                raise misfit("only a custom rotation has lengths", "Write rotation: custom, or remove this line.")
        return lengths

    @field_validator("ends")
    @classmethod
    def _ends_after_it_starts(cls, ends: str | None, info: ValidationInfo) -> str | None:
        starts = info.data.get("starts")
        if ends and starts and wall(ends) <= wall(starts):
            raise misfit("it ends before it starts", f"Write a time after {starts}, or remove this line.")
        return ends


STALE = 3
"""Missed readings after which what another system said last is out of date (our choice)."""

CALENDAR_SCHEMES = ("https://", "http://", "webcal://", "webcals://")


class Elsewhere(Frozen):
    """A schedule that another system keeps. It is read from time to time, and what was read last holds."""

    uses: Literal["ics", "pagerduty", "opsgenie"]
    """Where it is kept: a calendar, or one of these systems."""
    url: str = ""
    """Of the calendar, for `ics`: https, http or webcal. Elsewhere another base of the API than the vendor's own."""
    schedule: str = Field(default="", validate_default=True)
    """The schedule's id there."""
    key: str = Field(default="", validate_default=True)
    """The environment variable that holds the API key; for `ics`, the calendar's address where that is a secret."""
    people: dict[str, Name] = {}
    """Who is who: what the other system calls them (summary of an event, e-mail, id), in any case → our person."""
    every: Seconds = Field(default=300, ge=30, le=86_400)
    """Seconds between two readings."""

    def is_stale(self, read: datetime | None, at: datetime) -> bool:
        """Say whether what was read well at `read` (None: never) is out of date: STALE readings were missed since."""
        return read is None or at - read > timedelta(seconds=STALE * self.every)

    @field_validator("url")
    @classmethod
    def _can_be_read(cls, url: str, info: ValidationInfo) -> str:
        schemes = CALENDAR_SCHEMES if info.data.get("uses") == "ics" else CALENDAR_SCHEMES[:2]
        if url and not url.startswith(schemes):
            raise misfit("it is no address to read from", f"Begin with {schemes[0]}, or {' or '.join(schemes[1:])}.")
        return url

    @field_validator("schedule", "key")
    @classmethod
    def _is_known_there(cls, word: str, info: ValidationInfo) -> str:
        uses = info.data.get("uses")
        if not word and uses in {"pagerduty", "opsgenie"}:
            example = "key: PAGERDUTY_KEY, the variable's name" if info.field_name == "key" else "schedule: PI7DH85"
            raise misfit(f"{uses} can't be asked without it", f"Add it, for example: {example}.")
        if word and info.field_name == "key" and re.fullmatch("[A-Z][A-Z0-9_]{0,60}", word) is None:
            raise misfit("this is no variable's name", "Name the variable that holds the key, never the key itself.")
        return word

    @model_validator(mode="after")
    def _has_an_address(self) -> "Elsewhere":
        if self.uses == "ics" and not (self.url or self.key):
            way_out = (
                "Write url: https://… as its owner gives it; where that is a secret, key: and the variable with it."
            )
            raise misfit("the calendar has no address", way_out)
        return self


class Schedule(Frozen):
    id: Name
    title: Words
    """What people call it."""
    zone: Zone = "UTC"
    """The clock that hand-overs and `only` are on."""
    layers: tuple[Layer, ...] = ()
    """Rotations; one further down wins wherever it has somebody on shift."""
    elsewhere: Elsewhere | None = None
    """Instead of layers."""
    needed: tuple[Weekly, ...] = ()
    """When somebody has to be on shift, on the schedule's clock: outside of it a gap is none. Empty: always."""
    user_group: SlackGroup | None = None
    """A Slack user group that is to hold whoever is on shift."""


class Shift(Frozen):
    """Somebody is on call from `start` until just before `end`."""

    person: Name
    start: AwareDatetime
    end: AwareDatetime
    because: str = "rotation"
    """What put them there: `rotation`, `override`, or what the other system says."""


class Override(Frozen):
    """Somebody stands in. It holds over every layer, and over what another system says."""

    id: str
    schedule: Name
    person: Name
    """Who is on call meanwhile."""
    instead_of: Name | None = None
    """Only where this person would be; None: whoever it is."""
    start: AwareDatetime
    end: AwareDatetime
    by: str
    """Who ordered it: a Slack id."""
    at: AwareDatetime
    because: str = ""
