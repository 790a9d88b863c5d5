"""The EventStore port in memory, for tests that look at many histories. The store's own contract holds it true."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.domain.effects import AnyEffect
from bot.domain.incident.record import GENESIS, Recorded, read
from bot.domain.incident.state import Incident
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
    handed: dict[str, datetime] = field(default_factory=dict)
    """Incident → when it is offered to clocks again."""

    def load(self, incident: str) -> Stored | None:
        if not (log := self.logs.get(incident)):
            return None
        return Stored(len(log), log[-1]["hash"], Incident.model_validate_json(self.states[incident]))

    def load_all(self, incidents: Sequence[str]) -> list[Stored | None]:
        return [self.load(incident) for incident in incidents]

    def append_all(self, decided: Sequence[Decided]) -> list[Appended | Conflict | Seen]:
        return [self.append(d.incident, d.records, d.effects, expected=d.expected, at=d.at) for d in decided]

    def append(
        self,
        incident: Incident,
        records: Sequence[Recorded],
        effects: Sequence[AnyEffect],
        *,
        expected: int,
        at: datetime,
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
        self.handed.pop(incident.id, None)
        for n, effect in enumerate(effects):
            self.line_up(f"{incident.id}:{records[-1].version}:{n}", effect)
        return Appended(())

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

    def recent(self, limit: int) -> list[str]:
        return [i.id for i in reversed(self._all())][:limit]

    def take_due(self, now: datetime, limit: int) -> list[tuple[str, datetime]]:
        waiting = [(i.id, self.handed.get(i.id, due)) for i in self._all() if (due := i.next_due) is not None]
        found = sorted(((id_, due) for id_, due in waiting if due <= now), key=lambda pair: pair[1])[:limit]
        self.handed |= {id_: now + timedelta(seconds=1) for id_, _ in found}
        return found

    def _all(self) -> list[Incident]:
        states = [Incident.model_validate_json(state) for state in self.states.values()]
        return sorted(states, key=lambda incident: incident.declared_at)


class NobodyToWake:
    """The Waker port where no worker sleeps: the test carries effects out itself."""

    def wake(self, lanes: object) -> None:
        pass
