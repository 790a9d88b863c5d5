"""The engine: submit a command, get a receipt. Decides by the rules against what is true now, and appends."""

import logging
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from bot.domain.ids import incident_id
from bot.domain.incident.commands import AdoptPolicy, AnyCommand, Declare, Tick
from bot.domain.incident.decide import decide
from bot.domain.incident.due import next_due
from bot.domain.incident.events import AnyEvent
from bot.domain.incident.evolve import evolve, replay
from bot.domain.incident.react import react
from bot.domain.incident.record import GENESIS, Recorded, chain
from bot.domain.incident.rejections import NoSuchIncident
from bot.domain.incident.state import Incident
from bot.domain.rejected import Rejected
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.workflows import Workflows
from bot.ports import Appended, Conflict, Decided, EventStore, Policies, Seen, Stored, UnreadablePolicy, Waker

log = logging.getLogger("muster.engine")

REMEMBERED = 256
"""Incidents whose state a process keeps at hand. Only a hint: the append refuses what was decided on an old one."""

IN_VAIN = 60.0
"""Seconds until a policy that could not be had is looked for again."""

TURNS = 64
"""Threads of one process take turns at an incident, so that only processes race; incidents share this many queues."""

ALL = 1_000_000
"""More incidents than there will be."""

PAGE = 100
"""Incidents that are looked at on one trip."""

RACES = 300
"""Lost races, a millisecond each, after which an order gives up: sixteen processes at full speed lose 50, not these."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a command."""

    incident: Incident
    events: tuple[AnyEvent, ...]
    """Empty where it was so already."""
    version: int
    repeated: bool = False
    """The same cause had been obeyed before."""


class TooBusy(Exception):
    """Too many people changed this incident at once; nothing was done. Trying again is safe."""


class Engine:
    def __init__(
        self, store: EventStore, waker: Waker, workflows: Workflows | Policy, policies: Policies | None = None
    ) -> None:
        """A policy is a workflow alone; without `policies`, those of incidents are known to this process only."""
        self._policies = policies
        self._by_hash = dict[str, Policy]()
        self._kept = set[str]()
        self._in_vain = dict[str, float]()
        self.go_by(workflows if isinstance(workflows, Workflows) else Workflows.alone(workflows))
        self._store = store
        self._waker = waker
        self._at_hand: OrderedDict[str, Stored] = OrderedDict()
        self._lock = Lock()
        self._turns = tuple(Lock() for _ in range(TURNS))

    def go_by(self, workflows: Workflows) -> None:
        """Let new incidents go by these from now on; each of those that there are goes on by its own policy."""
        self._by_hash |= workflows.by_hash()
        self.workflows = workflows

    def policy_of(self, incident: Incident) -> Policy:
        """Return the policy that an incident goes by: the one that it began with, or has adopted since.

        Where that can't be had, the workflow in force stands in: nothing stands still for it, and the doctor tells.
        """
        known = self._by_hash.get(incident.policy)
        return known if known is not None else self._looked_up(incident.policy)

    def keep_policies(self) -> None:
        """Keep all workflows under their hashes, again too: a Redis that crashed may have lost its last second."""
        for policy in self.workflows.by_name.values():
            self._kept.discard(policy.hash)
            self._keep(policy)

    def submit(self, command: AnyCommand) -> Receipt:
        """Obey a command, once per cause.

        Raises Rejected with its sentence where the rules say no, TooBusy after many lost races.
        """
        with self._turns[hash(command.incident) % TURNS]:
            receipt, lanes = self._obey(command)
        if lanes:
            self._waker.wake(lanes)
        return receipt

    def submit_all(self, commands: Sequence[AnyCommand]) -> tuple[str, ...]:
        """Obey commands about different incidents, on two trips to the store for all of them.

        Returns the lanes that want a worker: the caller wakes them. What the rules refuse is logged and keeps none of
        the others up. Any other trouble raises, as `submit` does for it, and leaves it open what became of the others;
        to submit each of them again is safe.
        """
        decided = []
        for command, before in zip(commands, self._store.load_all([c.incident for c in commands]), strict=True):
            policy = self._policy_for(command, before)
            try:
                events = decide(command, before.incident if before else None, policy)
            except Rejected as no:
                _log_no(command, no)
                continue
            if events:
                decided.append((command, self._decided(command, before, events, policy)))
            elif before is not None and isinstance(command, Tick):
                self._look_later(before)
        answers = self._store.append_all([one for _, one in decided])
        lanes = list[str]()
        for (command, _), answer in zip(decided, answers, strict=True):
            match answer:
                case Appended():
                    lanes += answer.wake
                case Seen():
                    pass
                case Conflict():
                    try:
                        self.submit(command)
                    except Rejected as no:
                        _log_no(command, no)
        return tuple(lanes)

    def declare(self, command: Declare) -> Receipt:
        """Declare under a fresh number. The same cause gets the same number, and so is one incident."""
        number = incident_id(self._store.number_for(command.cause))
        return self.submit(command.model_copy(update={"incident": number}))

    def incident(self, incident: str) -> Incident:
        """Return what is true now; raises NoSuchIncident."""
        stored = self._store.load(incident)
        if stored is None:
            raise NoSuchIncident(incident=incident)
        return stored.incident

    def incident_at(self, incident: str, version: int) -> Incident:
        """Return what was true once event number `version` had happened. It reads all that led there."""
        then = replay((record.event for record in self.history(incident, 0, version)), incident)
        if then is None:
            raise NoSuchIncident(incident=incident)
        return then

    def in_channel(self, channel: str) -> str | None:
        """Return the id of the incident that lives in a channel, if one does."""
        return self._store.of_channel(channel)

    def open(self) -> list[Incident]:
        """Return the open incidents, oldest first."""
        return [self.incident(incident) for incident in self._store.open()]

    def recent(self, limit: int = 10) -> list[Incident]:
        """Return the latest incidents, newest first."""
        return [self.incident(incident) for incident in self._store.recent(limit)]

    def active_since(self, since: datetime) -> Iterator[Incident]:
        """Go through the incidents that are open, or owe a countersignature, or went on since then, newest first.

        An old one costs the reading of its last event, not of its state.
        """
        still_open = {*self._store.open(), *self._store.owed()}
        every = self._store.recent(ALL)
        for known in (every[start : start + PAGE] for start in range(0, len(every), PAGE)):
            last = dict(zip(known, self._store.last_at(known), strict=True))
            wanted = [one for one in known if one in still_open or ((at := last[one]) is not None and at >= since)]
            yield from (stored.incident for stored in self._store.load_all(wanted) if stored is not None)

    def history(self, incident: str, after: int = 0, limit: int | None = None) -> list[Recorded]:
        """Return an incident's events behind number `after`, oldest first, `limit` at most."""
        return self._store.history(incident, after, limit)

    def _obey(self, command: AnyCommand) -> tuple[Receipt, tuple[str, ...]]:
        """Decide and append, again and again while somebody else is faster; return the lanes to wake, too."""
        before, is_fresh = self._recall(command.incident)
        for _ in range(RACES):
            policy = self._policy_for(command, before)
            try:
                events = decide(command, before.incident if before else None, policy)
            except Rejected:
                if (seen := self._store.has_seen(command.incident, command.cause)) is not None:
                    return Receipt(seen.incident, (), seen.version, repeated=True), ()
                if is_fresh:
                    raise
                events = []
            if not events and not is_fresh:
                before, is_fresh = self._store.load(command.incident), True
                continue
            if not events:
                assert before is not None, "only a declaration meets no incident, and it has events or is rejected"
                self._remember(before)
                if isinstance(command, Tick):
                    self._look_later(before)
                return Receipt(before.incident, (), before.version), ()
            decided = self._decided(command, before, events, policy)
            answer = self._store.append(
                decided.incident,
                decided.records,
                decided.effects,
                expected=decided.expected,
                at=decided.at,
                due=decided.due,
            )
            match answer:
                case Appended():
                    last = decided.records[-1]
                    self._remember(Stored(last.version, last.hash, decided.incident))
                    return Receipt(decided.incident, tuple(events), last.version), answer.wake
                case Seen():
                    self._remember(answer.now)
                    return Receipt(answer.now.incident, (), answer.now.version, repeated=True), ()
                case Conflict():
                    before, is_fresh = answer.now, True
        raise TooBusy

    def _look_later(self, stored: Stored) -> None:
        """Nothing was due after all: every incident is being looked at, or another policy stood in for its own."""
        due = next_due(stored.incident, self.policy_of(stored.incident))
        self._store.look_at(stored.incident.id, due, expected=stored.version)

    def _policy_for(self, command: AnyCommand, before: Stored | None) -> Policy:
        """Return the policy by which a command is decided."""
        if before is not None:
            return self.policy_of(before.incident)
        if isinstance(command, Declare):
            return self.workflows.for_new(command.service, command.severity)
        return self.workflows.in_force

    def _looked_up(self, hash_: str) -> Policy:
        if self._policies is None or time.monotonic() < self._in_vain.get(hash_, 0):
            return self.workflows.in_force
        try:
            found = self._policies.find(hash_)
        except UnreadablePolicy as why:
            log.warning("no policy to read, the workflow in force stands in hash=%s why=%s", hash_, why)
            found = None
        if found is None:
            self._in_vain[hash_] = time.monotonic() + IN_VAIN
            return self.workflows.in_force
        self._by_hash[hash_] = found
        return found

    def _keep(self, policy: Policy) -> None:
        """Keep a policy, before the first incident of this process records its hash."""
        self._by_hash[policy.hash] = policy
        if self._policies is not None and policy.hash not in self._kept:
            self._policies.keep(policy)
            self._kept.add(policy.hash)

    def _decided(self, command: AnyCommand, before: Stored | None, events: list[AnyEvent], policy: Policy) -> Decided:
        """Fold the events, and see what follows from them."""
        version, head = (before.version, before.head) if before else (0, GENESIS)
        records = chain(command.incident, events, command.cause, version, head)
        after = before.incident if before else None
        for event in events:
            after = evolve(after, event, command.incident)
        assert after is not None
        if isinstance(command, AdoptPolicy):
            policy = command.to
        if before is None or before.incident.policy != after.policy:
            self._keep(policy)
        effects = react(records, before.incident if before else None, after)
        return Decided(after, records, effects, version, command.at, next_due(after, policy))

    def _recall(self, incident: str) -> tuple[Stored | None, bool]:
        with self._lock:
            if (known := self._at_hand.get(incident)) is not None:
                self._at_hand.move_to_end(incident)
                return known, False
        return self._store.load(incident), True

    def _remember(self, stored: Stored) -> None:
        with self._lock:
            self._at_hand[stored.incident.id] = stored
            if len(self._at_hand) > REMEMBERED:
                self._at_hand.popitem(last=False)


def _log_no(command: AnyCommand, no: Rejected) -> None:
    log.warning("refused command=%s incident=%s why=%s", type(command).__name__, command.incident, no.sentence)
