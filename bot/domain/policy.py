"""The policy of a response: severities, channels, gates and limits, as the workflow manifest declares them."""

from functools import cached_property
from typing import Literal

from pydantic import Field

from bot.domain.declared import ChannelName, ChannelPrefix, Minutes, Name, WholeMinutes, Words
from bot.domain.ids import digest
from bot.domain.runbook import Frozen
from bot.domain.severity import Severity


class PagePolicy(Frozen):
    """Who hears of an incident at once, and how loudly people are called."""

    channels: tuple[ChannelName, ...] = ()
    """Told at once, without `#`."""
    contacts: tuple[Name, ...] = ()
    """Only a person's contacts by these notifiers are used; empty: all of them."""
    wakes: bool = True
    """People's quiet hours do not hold it."""


class SeverityPolicy(Frozen):
    means: Words
    """When to choose it, in customers' terms."""
    sla_minutes: WholeMinutes = Field(gt=0, le=30 * 24 * 60)
    """Minutes until the incident should be mitigated."""
    approval: bool
    """A mitigation waits for somebody else's yes."""
    auto_remediation: bool
    """Machines may propose and run runbooks by themselves."""
    update_every_minutes: WholeMinutes | None = Field(default=None, gt=0, le=7 * 24 * 60)
    """Cadence of stakeholder updates; None: none is owed."""
    page: PagePolicy | None = None
    """How people are paged; None: nobody is."""


class GatePolicy(Frozen):
    quorum: int = Field(default=1, ge=1, le=20)
    """How many people other than the proposer must say yes."""
    limit_minutes: Minutes = Field(default=30, gt=0, le=7 * 24 * 60)
    then: Literal["expired", "rejected"] = "expired"
    """The stated outcome when the time is up without a decision."""


class Channels(Frozen):
    announce: ChannelName
    """The channel that hears of every incident, without `#`."""
    managers: ChannelName
    """The channel that gets updates and the timeline by itself."""
    ops: ChannelName = "ops"
    """The channel that hears what is wrong with Muster itself."""
    prefix: ChannelPrefix = "inc-"
    """What an incident's own channel is called before its number."""


class Policy(Frozen):
    """What `manifests/workflows/<name>.yaml` declares. An incident records the hash it began with."""

    name: Name
    severities: dict[Severity, SeverityPolicy]
    mitigation_gate: GatePolicy = GatePolicy()
    channels: Channels
    post_mortem_after_minutes: Minutes = Field(default=15, gt=0, le=30 * 24 * 60)
    """How long an incident stays resolved before its review opens by itself."""

    @cached_property
    def hash(self) -> str:
        return digest(self.model_dump(mode="json"))

    def of(self, severity: Severity) -> SeverityPolicy:
        return self.severities[severity]
