"""What the inner rooms need from the outer ones: the store, the outbox, the clock, and who is who."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.effects import AnyEffect
from bot.domain.gates.seating import Answers
from bot.domain.gates.stricter import Ended
from bot.domain.incident.record import Recorded
from bot.domain.incident.state import Incident
from bot.domain.oncall.book import Arranged
from bot.domain.oncall.roster import AnyFact, RosterState
from bot.domain.oncall.schedule import Shift
from bot.domain.workflow.policy import Policy


@dataclass(frozen=True, slots=True)
class Stored:
    """An incident as the store has it: its number of events, the last one's hash, and the state they fold to."""

    version: int
    head: str
    incident: Incident


@dataclass(frozen=True, slots=True)
class Appended:
    """The append won; these lanes got their first waiting effect and want a worker."""

    wake: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody was faster; this is what is true now."""

    now: Stored | None


@dataclass(frozen=True, slots=True)
class Seen:
    """This cause was obeyed before; nothing was written."""

    now: Stored


@dataclass(frozen=True, slots=True)
class Decided:
    """What one command leads to, to be written in one step."""

    incident: Incident
    """The state that the events fold to."""
    records: Sequence[Recorded]
    effects: Sequence[AnyEffect]
    expected: int
    """The version on which it was decided."""
    at: datetime
    due: datetime | None
    """When the incident wants to be looked at next."""


class EventStore(Protocol):
    def load(self, incident: str) -> Stored | None: ...

    def load_all(self, incidents: Sequence[str]) -> list[Stored | None]:
        """Load several in one trip."""
        ...

    def append(
        self,
        incident: Incident,
        records: Sequence[Recorded],
        effects: Sequence[AnyEffect],
        *,
        expected: int,
        at: datetime,
        due: datetime | None,
    ) -> Appended | Conflict | Seen:
        """Write events, state, timers, indexes and effects in one step, if version `expected` still stands.

        `due`: when the incident wants to be looked at next.
        """
        ...

    def look_at(self, incident: str, due: datetime | None, *, expected: int) -> None:
        """Set when an incident wants to be looked at next, if version `expected` still stands."""
        ...

    def look_at_all(self, now: datetime) -> None:
        """Have every open incident looked at: what falls due when depends on the policy, too, and that may be new."""
        ...

    def append_all(self, decided: Sequence[Decided]) -> list[Appended | Conflict | Seen]:
        """Append to several incidents in one trip, each in a step of its own."""
        ...

    def has_seen(self, incident: str, cause: str) -> Stored | None:
        """Return what is stored if this cause was obeyed already, else None."""
        ...

    def history(self, incident: str, after: int = 0, limit: int | None = None) -> list[Recorded]:
        """Every event behind number `after`, oldest first, `limit` at most."""
        ...

    def raw_history(self, incident: str) -> list[dict[str, Any]]:
        """The records as stored, for the chain's check."""
        ...

    def number_for(self, cause: str) -> int:
        """Hand out the next incident's number; the same cause gets the same one again."""
        ...

    def of_channel(self, channel: str) -> str | None: ...

    def open(self) -> list[str]:
        """Ids of the open incidents, oldest first."""

    def owed(self) -> list[str]:
        """Ids of the incidents, open or not, in which a countersignature is owed, oldest first."""
        ...

    def recent(self, limit: int) -> list[str]:
        """Ids of the latest incidents, newest first."""
        ...

    def last_at(self, incidents: Sequence[str]) -> list[datetime | None]:
        """When something happened last in each of these, on one trip; None: there is no such incident."""
        ...

    def due(self, now: datetime, limit: int) -> list[tuple[str, datetime]]:
        """List incidents of which something has fallen due, and when it did, longest wait first; hand out nothing."""
        ...

    def take_due(self, now: datetime, limit: int) -> list[tuple[str, datetime]]:
        """Hand out incidents of which something has fallen due, and when it did, longest wait first.

        What one clock was given nobody else is for a second, so that several share the work; then it is offered again,
        unless something was appended to it since, which sets its due time anew.
        """
        ...


class UnreadablePolicy(Exception):
    """A policy was kept, and can't be read; the message says why."""


class Policies(Protocol):
    """Policies by their hash, for ever: a policy never changes."""

    def keep(self, policy: Policy) -> None:
        """Write it, once."""
        ...

    def find(self, hash_: str) -> Policy | None:
        """Return what was kept; None: nothing was. Raises UnreadablePolicy."""
        ...


class Outbox(Protocol):
    """Effects that don't follow from an event: an answer to one person, a Home to show."""

    def put(self, effect: AnyEffect, *, id: str, at: datetime) -> tuple[str, ...]:  # noqa: A002 - the effect's id
        """Line the effect up; return the lanes to wake."""
        ...


class Waker(Protocol):
    def wake(self, lanes: Iterable[str]) -> None:
        """Tell idle workers about lanes. A lost wake-up costs a second, never an effect."""
        ...


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Post:
    """Where one of our messages stands."""

    channel: str
    ts: str


class Posts(Protocol):
    def find(self, incident: str, name: str) -> Post | None: ...

    def remember(self, incident: str, name: str, post: Post) -> None: ...


class People(Protocol):
    """Who is who: logins are met with each request, names are asked of Slack by workers."""

    def meet(self, person: str, login: str) -> None: ...

    def learn(self, person: str, name: str) -> None: ...

    def knows(self, person: str) -> bool:
        """Say whether the person's name was learned."""
        ...

    def name(self, person: str) -> str:
        """The person's name, else the login, else the id."""
        ...

    def id_of(self, login: str) -> str | None: ...

    def home(self) -> frozenset[str]:
        """Return the ids of the workspace that the app is installed in; empty: Slack has not told us yet."""
        ...

    def live_in(self, teams: frozenset[str]) -> None:
        """Learn which workspace is ours."""
        ...

    def why_out(self, person: str) -> str:
        """Say why somebody can neither be asked nor decide, as far as Slack has told us; empty: they can."""
        ...

    def is_out(self, person: str, why: str) -> None:
        """Learn why somebody can't be asked; an empty reason: they can again."""
        ...


class Roster(Protocol):
    """What was arranged about who is on call since the manifests were written."""

    def arranged(self) -> Arranged: ...

    def state(self) -> tuple[int, RosterState]:
        """Return the number of the last fact, and what all of them amount to."""
        ...

    def elsewhere(self) -> dict[str, tuple[Shift, ...]]:
        """Return what other systems said last, by schedule."""
        ...

    def append(self, fact: AnyFact, expected: int, then: AnyEffect) -> bool:
        """Add a fact behind number `expected` and line up what follows, in one step; False: somebody was faster."""
        ...

    def history(self, until: int) -> tuple[AnyFact, ...]:
        """Return the facts from the first one to that of number `until`."""
        ...

    def learn(self, schedule: str, shifts: tuple[Shift, ...], at: datetime) -> None:
        """Keep what another system says about a schedule, and when it was read."""
        ...

    def last_read(self) -> dict[str, datetime]:
        """Return when each schedule that is kept elsewhere was read well last."""
        ...


class Rounds(Protocol):
    """What is done again and again, once however many look whether it is time."""

    def claim(self, what: str, word: str, every: float | None, at: datetime, *, patient: bool = False) -> str | None:
        """Take on to do `what` now, if `every` seconds went by since the last time, or another word stood there then.

        `every`: None where time alone is no reason. `patient`: another word alone is none. Returns the word of the last
        time (empty: there was none), or None where there is nothing to do: it is not time, or somebody else took it on.
        """
        ...

    def last(self, what: str) -> str:
        """Return the word of the last time; empty: there was none."""
        ...


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that stays in the way until somebody acts."""

    why: str
    cure: str
    since: datetime


class Problems(Protocol):
    """What stands in the way beside all incidents, for doctor and for the self-audit."""

    def raise_(self, key: str, why: str, cure: str) -> bool:
        """Keep a problem; one that is there already keeps its age. Returns True where this is news."""
        ...

    def clear(self, key: str) -> None: ...

    def all(self) -> dict[str, Problem]: ...


@dataclass(frozen=True, slots=True)
class Ran:
    """How one run of a runbook ended."""

    at: datetime
    seconds: float
    """From its first step to its end."""
    cleared: bool
    """Its signal settled."""
    undone: bool
    """It was rolled back."""


class Tracks(Protocol):
    """What runbooks did before, for whoever is asked to approve one."""

    def remember(self, runbook: str, run: str, ran: Ran) -> None:
        """Keep how a run ended; the same run again replaces what was kept."""
        ...

    def of(self, runbook: str) -> list[Ran]: ...


class KnownAnswers(Protocol):
    """How people have answered when gates asked them, for the routes of later ones."""

    def remember(self, person: str, gate: str, at: datetime, answers: Answers) -> None:
        """Keep what somebody answered at one gate; the same gate again replaces what was kept."""
        ...

    def of(self, person: str) -> Answers:
        """Return their latest answers."""
        ...


class KnownGates(Protocol):
    """How gates of a policy have ended, for later ones to go by."""

    def remember(self, policy: str, gate: str, ended: Ended) -> None:
        """Keep how a gate ended; the same gate again replaces what was kept."""
        ...

    def of(self, policy: str) -> list[Ended]:
        """Return the latest, newest first."""
        ...


class Guard(Protocol):
    """Tells a signed request from its replay, for as long as the signature is fresh."""

    def meet(self, signature: str) -> None:
        """Begin with a request, in the thread that will serve it."""
        ...

    def is_first(self) -> bool:
        """Say whether the request met last in this thread is new; asked once it is served."""
        ...
