"""What is true of an incident's escalations: who is being called, by which ways, who has answered, what comes next."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime

from bot.domain.oncall.escalation import EscalationPolicy
from bot.domain.oncall.reach import Way
from bot.domain.runbook import Frozen


class Standing(StrEnum):
    RUNNING = "running"
    ACKNOWLEDGED = "acknowledged"
    EXHAUSTED = "exhausted"
    """Nobody has answered, and the last resort was told."""
    ENDED = "ended"
    """The incident was resolved before anybody answered."""

    @property
    def wants_answer(self) -> bool:
        return self in {Standing.RUNNING, Standing.EXHAUSTED}


class Call(Frozen):
    """One turn of an escalation: a tier that is called, or a person whom somebody named instead."""

    number: int
    """Grows with every call: what comes back of an older one is too late."""
    round: int = 0
    tier: int = 0
    person: str | None = None
    """Only this person, in whose name somebody said “not me”."""
    at: AwareDatetime
    due: AwareDatetime
    """Without an answer by then, the next tier is called."""


class Page(Frozen):
    """One person or place that is told, by its ways in their order, until somebody acknowledges."""

    id: str
    escalation: str
    """Empty: a place that is only told."""
    call: int
    kind: Literal["person", "channel", "group"]
    who: str
    """A person's or a group's Slack id, a channel's name."""
    because: str
    at: AwareDatetime
    ways: tuple[Way, ...]
    mention: str = ""
    """A Slack user group that is mentioned there."""
    declined: bool = False
    """The person said “not me”."""

    @property
    def failed(self) -> bool:
        """None of its ways works."""
        return all(way.state == "failed" for way in self.ways)

    @property
    def reached(self) -> bool:
        return any(way.state == "sent" for way in self.ways)

    def with_way(self, number: int, **changes: object) -> "Page":
        ways = tuple(way.model_copy(update=changes) if n == number else way for n, way in enumerate(self.ways))
        return self.model_copy(update={"ways": ways})


class Escalation(Frozen):
    id: str
    team: str = ""
    """The team that is called; empty where only somebody was named."""
    policy: EscalationPolicy
    """As it was when the escalation began."""
    through: tuple[str, ...] = ()
    """Only these notifiers are used; empty: all of a person's."""
    wakes: bool = True
    because: str
    by: str
    at: AwareDatetime
    standing: Standing = Standing.RUNNING
    call: Call | None = None
    answered_by: str | None = None
    answered_at: datetime | None = None
    missing: tuple[str, ...] = ()
    """Who was meant by the current call and can't be called, each as a sentence with its reason."""
    settled: int = 0
    """The call that was answered last: nothing of it, or of an earlier one, goes out any more."""

    @property
    def lapses_after(self) -> timedelta | None:
        return None if self.policy.lapses is None else timedelta(seconds=self.policy.lapses)

    @property
    def following(self) -> int:
        """The number of the next call."""
        return self.call.number + 1 if self.call else 1

    def waits_for(self, call: int) -> bool:
        """Say whether this is the call whose time is running."""
        return self.standing is Standing.RUNNING and self.call is not None and self.call.number == call

    def next_turn(self) -> tuple[int, int] | None:
        """Return round and tier that come after the current call; None: only the last resort is left."""
        if self.call is None:
            return 0, 0
        if self.call.tier + 1 < len(self.policy.tiers):
            return self.call.round, self.call.tier + 1
        return (self.call.round + 1, 0) if self.call.round < self.policy.repeats else None


def call_timer(escalation: str) -> str:
    return f"call:{escalation}"


def lapse_timer(escalation: str) -> str:
    return f"lapse:{escalation}"
