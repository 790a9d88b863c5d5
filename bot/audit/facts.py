"""Facts: what one round of the audit has seen, as the store had it. Checks read nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.incident.state import Incident
from bot.domain.workflow.policy import Policy
from bot.ports import Problem


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of an incident's record, and what the store said of its last event in the same moment."""

    version: int
    head: str
    asked: int
    """How many records were asked for: fewer there are only where there were never more."""
    records: tuple[object, ...]
    """As they are stored, oldest first; anything that JSON can say."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One incident that was looked at."""

    id: str
    incident: Incident | None
    """None: what is stored can't be read."""
    due: datetime | None
    """When the index of timers says that something of it falls due."""
    is_listed: bool
    """It is in the index of open incidents."""
    idle: tuple[str, ...] = ()
    """Mitigations under way for which nothing waits in their lanes."""
    tail: Tail | None = None
    """None: its record was not looked at in this round."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process that said that it lives, and did not say goodbye."""

    kind: str
    """`clock`, `worker`, `web`."""
    name: str
    """Host and process id."""
    since: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """The effect at the head of a lane."""

    lane: str
    type: str
    """Empty: what stands there can't be read."""
    wanted: datetime
    """Since when it could have been tried."""
    tries: int
    is_held: bool
    """A worker has it in hand."""


@dataclass(frozen=True, slots=True)
class Queue:
    """One of RQ's queues."""

    name: str
    length: int
    oldest: datetime | None
    """When the call that is next was sent."""


@dataclass(frozen=True, slots=True)
class Facts:
    now: datetime
    store_now: datetime
    """Redis's own clock."""
    info: Mapping[str, Any]
    """Redis's INFO."""
    expected: tuple[str, ...] = ("worker", "clock")
    """Kinds of processes that should be there."""
    beats: Mapping[str, datetime] = field(default_factory=dict)
    """When each kind was last heard of."""
    processes: tuple[Process, ...] = ()
    hands: int = 1
    """RQ workers that are registered."""
    overdue: int = 0
    """Timers that fell due more than `clocks.LATE` ago."""
    most_overdue: tuple[tuple[str, datetime], ...] = ()
    """The oldest of them: incident and due time."""
    looked: tuple[Looked, ...] = ()
    policies: Mapping[str, Policy] = field(default_factory=dict)
    """Those that they go by and that were kept, by hash."""
    unreadable_policies: frozenset[str] = frozenset()
    """Hashes of those that were kept and can't be read."""
    heads: tuple[Head, ...] = ()
    queues: tuple[Queue, ...] = ()
    problems: Mapping[str, Problem] = field(default_factory=dict)
    """What stands in the way beside all incidents."""
    heartbeat_fails: str = ""
    """Why the last heartbeat did not get through."""
