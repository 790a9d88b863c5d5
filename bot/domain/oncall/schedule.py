"""Schedules as operators declare them: layers of rotations, on a wall clock; or one that is kept elsewhere."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from bot.domain.declared import LocalTime, Name, Seconds, SlackGroup, Weekly, Words, Zone
from bot.domain.runbook import Frozen

Kind = Literal["hourly", "daily", "weekly", "monthly", "custom"]


class Layer(Frozen):
    """One rotation: its people take turns. A layer further down wins wherever it has somebody on shift."""

    rotation: Kind
    every: int = Field(default=1, ge=1, le=366)
    """How many hours, days, weeks or months a shift lasts."""
    lengths: tuple[Seconds, ...] = ()
    """Only for `custom`: how long the shifts last, one after the other, over and over: `[5d, 2d]`."""
    starts: LocalTime
    """The first hand-over, on the schedule's clock: `2026-11-02 09:00`. Nobody is on shift before."""
    ends: LocalTime | None = None
    """When the layer is over; None: never."""
    people: tuple[Name, ...] = Field(min_length=1)
    only: tuple[Weekly, ...] = ()
    """On shift only at these times, on the schedule's clock; turns go on meanwhile. Empty: always."""


class Elsewhere(Frozen):
    """A schedule that another system keeps. It is read from time to time, and what was read last holds."""

    uses: Literal["ics", "pagerduty", "opsgenie"]
    url: str = ""
    """Of the calendar, for `ics`: https, http or webcal. Elsewhere another base of the API than the vendor's own."""
    schedule: str = ""
    """The schedule's id there."""
    key: str = ""
    """The environment variable that holds the API key; for `ics`, the calendar's address where that is a secret."""
    people: dict[str, Name] = {}
    """Who is who: what the other system calls them (summary of an event, e-mail, id), in any case → our person."""
    every: Seconds = Field(default=300, ge=30, le=86_400)
    """Seconds between two readings."""


class Schedule(Frozen):
    id: Name
    title: Words
    zone: Zone = "UTC"
    """The clock that hand-overs and `only` are on."""
    layers: tuple[Layer, ...] = ()
    elsewhere: Elsewhere | None = None
    """Instead of layers."""
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
    at: datetime
    because: str = ""
