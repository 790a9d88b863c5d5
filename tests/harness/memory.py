"""The EventStore port in memory, for tests that look at many histories. The store's own contract holds it true."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.domain.effects import AnyEffect
from bot.domain.incident.record import GENESIS, Recorded, read
from bot.domain.incident.state import Incident
from bot.domain.workflow.policy import Policy
from bot.ports import Appended, Conflict, Decided, Seen, Stored


@dataclass
class MemoryStore:
    """Keeps what Redis would keep: records and state as JSON, so that nothing is shared by accident."""

    line_up: Callable[[str, AnyEffect], object] = lambda _id, _effect: None
    """Called with each effect and its id, in order."""
    logs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    causes: dict[tuple[str, str], int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    dues: dict[str, datetime] = field(default_factory=dict)

    def load(self, incident: str) -> Stored | None:
        if not (log := self.logs.get(incident)):
            return None
        return Stored(len(log), log[-1]["hash"], Incident.model_validate_json(self.states[incident]))

    def load_all(self, incidents: Sequence[str]) -> list[Stored | None]:
        return [self.load(incident) for incident in incidents]

    def append_all(self, decided: Sequence[Decided]) -> list[Appended | Conflict | Seen]:
        return [self.append(d.incident, d.records, d.effects, expected=d.expected, at=d.at, due=d.due) for d in decided]

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
        now = self.load(incident.id)
        cause = (incident.id, records[-1].cause)
        if cause in self.causes:
            assert now is not None
            return Seen(now)
        if (expected, records[0].previous) != ((now.version, now.head) if now else (0, GENESIS)):
            return Conflict(now)
        self.causes[cause] = records[-1].version
        self.logs.setdefault(incident.id, []).extend(record.raw() for record in records)
        self.states[incident.id] = incident.model_dump_json()
        self._set(incident.id, due)
        for n, effect in enumerate(effects):
            self.line_up(f"{incident.id}:{records[-1].version}:{n}", effect)
        return Appended(())

    def look_at(self, incident: str, due: datetime | None, *, expected: int) -> None:
        if len(self.logs.get(incident, [])) == expected:
            self._set(incident, due)

    def look_at_all(self, now: datetime) -> None:
        for incident in self.open():
            self._set(incident, min(now, self.dues.get(incident, now)))

    def has_seen(self, incident: str, cause: str) -> Stored | None:
        return self.load(incident) if (incident, cause) in self.causes else None

    def history(self, incident: str, after: int = 0, limit: int | None = None) -> list[Recorded]:
        return [read(raw) for raw in self.raw_history(incident)[after:][:limit]]

    def raw_history(self, incident: str) -> list[dict[str, Any]]:
        return self.logs.get(incident, [])

    def number_for(self, cause: str) -> int:
        return self.numbers.setdefault(cause, len(self.numbers) + 1)

    def of_channel(self, channel: str) -> str | None:
        return next((i.id for i in self._all() if i.channel == channel), None)

    def open(self) -> list[str]:
        return [i.id for i in self._all() if i.is_open]

    def owed(self) -> list[str]:
        return [i.id for i in self._all() if i.owed_gates]

    def recent(self, limit: int) -> list[str]:
        return [i.id for i in reversed(self._all())][:limit]

    def last_at(self, incidents: Sequence[str]) -> list[datetime | None]:
        logs = [self.logs.get(incident) for incident in incidents]
        return [datetime.fromisoformat(log[-1]["event"]["at"]) if log else None for log in logs]

    def due(self, now: datetime, limit: int) -> list[tuple[str, datetime]]:
        waiting = [(incident, due) for incident, due in self.dues.items() if due <= now]
        return sorted(waiting, key=lambda pair: pair[1])[:limit]

    def take_due(self, now: datetime, limit: int) -> list[tuple[str, datetime]]:
        found = self.due(now, limit)
        self.dues |= {incident: now + timedelta(seconds=1) for incident, _ in found}
        return found

    def _set(self, incident: str, due: datetime | None) -> None:
        if due is None:
            self.dues.pop(incident, None)
        else:
            self.dues[incident] = due

    def _all(self) -> list[Incident]:
        states = [Incident.model_validate_json(state) for state in self.states.values()]
        return sorted(states, key=lambda incident: incident.declared_at)


class NobodyToWake:
    """The Waker port where no worker sleeps: the test carries effects out itself."""

    def wake(self, lanes: object) -> None:
        pass


@dataclass
class MemoryPolicies:
    """The Policies port in memory, as JSON, so that nothing is shared by accident."""

    kept: dict[str, str] = field(default_factory=dict)

    def keep(self, policy: Policy) -> None:
        self.kept.setdefault(policy.hash, policy.model_dump_json())

    def find(self, hash_: str) -> Policy | None:
        text = self.kept.get(hash_)
        return Policy.model_validate_json(text).under(hash_) if text is not None else None
