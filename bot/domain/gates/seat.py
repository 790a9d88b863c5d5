"""Seats: who is asked, by name or by what is known of people when the gate opens."""

from collections.abc import Iterable
from typing import Literal, get_args

from pydantic import Field, model_validator

from bot.domain.declared import Name, SlackGroup, misfit
from bot.domain.hats import Hat
from bot.domain.runbook import Frozen

SeatKind = Literal["role", "person", "hat", "team", "group", "schedule", "route", "anyone"]
SEAT_KINDS: tuple[SeatKind, ...] = get_args(SeatKind)


class Route(Frozen):
    """How a dynamic seat finds its people: by what is known of each candidate, and how much it weighs."""

    among: Name | None = None
    """The team whose members are candidates; None: whoever owns the service."""
    picks: int = Field(default=3, ge=1, le=20)
    """As many as are asked."""
    owner: float = Field(default=3, ge=0, le=100)
    """For whoever is in the team that owns the service."""
    shift: float = Field(default=2, ge=0, le=100)
    """For whoever is on shift."""
    working: float = Field(default=1, ge=0, le=100)
    """Within their working hours, on their own clock."""
    speed: float = Field(default=2, ge=0, le=100)
    """How soon they have answered before; twice as much at P1."""
    load: float = Field(default=1, ge=0, le=100)
    """Taken off for each thing that waits for them already."""
    history: int = Field(default=5, ge=0, le=1000)
    """Answers that all candidates together must have given; with fewer, the next tier is asked at once."""
    wakes: tuple[str, ...] = ("p1",)
    """Severities at which people who sleep are asked, too."""


class Seat(Frozen):
    """Somebody who is asked: exactly one of these."""

    role: Name | None = None
    """Whoever has this role in the organisation: `security`, `duty-manager`."""
    person: Name | None = None
    """Somebody of the on-call book."""
    hat: Hat | None = None
    """Whoever wears it in this incident."""
    team: Name | None = None
    """Each of its members."""
    group: SlackGroup | None = None
    """The members of a Slack user group: `S0614TZR7`."""
    schedule: Name | None = None
    """Whoever is on shift."""
    route: Route | None = None
    """Whoever fits best."""
    anyone: bool = False
    """Everybody in the incident's channel."""
    weight: int = Field(default=1, ge=1, le=10)
    """What one yes from here counts."""
    voices: int = Field(default=1, ge=1, le=20, validate_default=True)
    """How many of those who sit here may count, each as a person of their own."""
    must: bool = False
    """Without a yes from here, nothing passes."""

    @model_validator(mode="after")
    def _names_one(self) -> "Seat":
        named = (self.role, self.person, self.hat, self.team, self.group, self.schedule, self.route)
        if len(named) - named.count(None) + self.anyone != 1:
            raise misfit("a seat names one thing", f"Write one of: {', '.join(SEAT_KINDS)}.")
        if self.person is not None and self.voices != 1:
            raise misfit("one person has one voice", "Remove voices, or give the person a weight.")
        return self

    @property
    def kind(self) -> SeatKind:
        return next(kind for kind in SEAT_KINDS if getattr(self, kind))

    @property
    def name(self) -> str:
        """Name the seat, for people and for the door that says who sits in it: `team payments`."""
        match self.kind:
            case "anyone" | "route" as alone:
                return alone
            case kind:
                return f"{kind} {getattr(self, kind)}"

    @property
    def words(self) -> str:
        """Name the seat as people say it: `anyone in the channel`, `whoever is on shift in search`."""
        match self.kind:
            case "anyone":
                return "anyone in the channel"
            case "route":
                return "whoever fits best"
            case "person":
                return str(self.person)
            case "hat":
                return f"the {self.hat.label if self.hat else ''}"
            case "role":
                return f"whoever is {self.role}"
            case "team":
                return f"the team {str(self.team).removeprefix('team-')}"  # an id that says so need not say it twice
            case "group":
                return f"the user group {self.group}"
            case "schedule":
                return f"whoever is on shift in {self.schedule}"

    @property
    def most(self) -> int:
        """The weight of all its yeses."""
        return self.weight * self.voices


def in_words(seats: Iterable[Seat]) -> str:
    """Name seats in one line, as people say it."""
    return " and ".join(dict.fromkeys(seat.words for seat in seats))
