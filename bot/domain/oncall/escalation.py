"""Escalation policies as operators declare them: who is called, for how long we wait, and who comes next."""

from typing import Literal, get_args

from pydantic import Field, ValidationInfo, field_validator, model_validator

from bot.domain.declared import ChannelName, Name, Seconds, SlackGroup, Weekly, Words, Zone, misfit
from bot.domain.runbook import Frozen

DEEPEST = 3
"""Tiers of a policy, unless it says otherwise (mission.md, E5)."""

Kind = Literal["schedule", "person", "team", "channel", "group"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Target(Frozen):
    """Who is called: exactly one of these."""

    schedule: Name | None = None
    """Whoever is on shift."""
    person: Name | None = None
    """Somebody of the on-call book."""
    team: Name | None = None
    """All of its members."""
    channel: ChannelName | None = None
    """A channel that is told, without `#`."""
    group: SlackGroup | None = None
    """A Slack user group, mentioned in the incident's channel."""

    @model_validator(mode="after")
    def _names_one(self) -> "Target":
        # Written out: each escalation that is read from its incident comes through here, tier by tier.
        if (self.schedule, self.person, self.team, self.channel, self.group).count(None) != len(KINDS) - 1:
            raise misfit("a target names one thing", "Write one of: schedule, person, team, channel, group.")
        return self

    @property
    def kind(self) -> Kind:
        return next(kind for kind in KINDS if getattr(self, kind) is not None)

    @property
    def name(self) -> str:
        return str(getattr(self, self.kind))


class Tier(Frozen):
    notify: tuple[Target, ...] = Field(min_length=1)
    """Who is called, at once."""
    limit: Seconds = Field(gt=0, le=24 * 3600)
    """Seconds without an acknowledgement until the next tier is called."""


class EscalationPolicy(Frozen):
    """What a running escalation keeps: it goes on with the policy it began with, whatever is edited meanwhile."""

    id: Name
    title: Words
    """What people call it."""
    tiers: tuple[Tier, ...] = Field(min_length=1)
    """Called one after the other until somebody acknowledges."""
    max_depth: int = Field(default=DEEPEST, ge=1, le=10, validate_default=True)
    """As many tiers as there may be."""
    repeats: int = Field(default=0, ge=0, le=10)
    """How often all tiers are gone through again before the last resort."""
    last_resort: ChannelName | None = None
    """The channel that is told when nobody has answered; None: the managers' channel."""
    lapses: Seconds | None = Field(default=None, ge=60, le=7 * 86_400)
    """Seconds of silence after which an acknowledgement no longer counts; None: it always does."""
    quiet: tuple[Weekly, ...] = ()
    """Times at which only whoever is on shift is called, and nobody is by name or team."""
    zone: Zone = "UTC"
    """Whose clock `quiet` is on."""
    loud: tuple[str, ...] = ("p1",)
    """Severities that know no quiet times."""
    channels_only: bool = False
    """No person is paged, and that is meant: channels and user groups are told, and that is all."""

    @field_validator("max_depth")
    @classmethod
    def _is_deep_enough(cls, depth: int, info: ValidationInfo) -> int:
        tiers = len(info.data.get("tiers", ()))
        if tiers > depth:
            raise misfit(f"there are {tiers} tiers", f"Write max_depth: {tiers}, or fewer tiers.")
        return depth
