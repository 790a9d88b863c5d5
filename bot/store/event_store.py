"""Incidents in Redis: events in a stream, the state they fold to beside them, and one script that moves both."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError
from pydantic_core import to_json

from bot.domain.effects import AnyEffect
from bot.domain.incident.evolve import replay
from bot.domain.incident.record import Recorded, read
from bot.domain.incident.state import Incident
from bot.ports import Appended, Conflict, Decided, Seen, Stored
from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.trip import Trip

GRACE = 1000
"""Milliseconds after which a clock doubts that a wake-up arrived, or that another clock lives, and does it again."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def ms_after(due: datetime) -> int:
    """Return the first whole millisecond at which it is due: a clock that looks earlier looks in vain."""
    return -((EPOCH - due) // timedelta(milliseconds=1))


def script(name: str) -> str:
    return (Path(__file__).parent / f"{name}.lua").read_text()


class RedisEventStore:
    """The EventStore port on Redis. Commands cost the same however long the incident's history is."""

    def __init__(self, redis: Client, keys: Keys, trip: Trip | None = None) -> None:
        """Use `trip` for what every request asks, if it has one."""
        self._redis = redis
        self._trip = trip or Trip(redis.connection_pool)
        self._keys = keys
        self._append = redis.register_script(script("append"))
        self._look_at = redis.register_script(script("look_at"))
        self._take_due = redis.register_script(script("take_due"))
        self._lives_in: dict[str, str] = {}

    def load(self, incident: str) -> Stored | None:
        return self._stored(incident, *self._trip.ask(*self._state_of(incident)))

    def load_all(self, incidents: Sequence[str]) -> list[Stored | None]:
        found = self._trip.ask_all([self._state_of(incident) for incident in incidents])
        return [self._stored(incident, *one) for incident, one in zip(incidents, found, strict=True)]

    def _stored(self, incident: str, version: str | None, head: str | None, state: str | None) -> Stored | None:
        """Read a state; one that was written in another shape, before an upgrade, is folded anew from its record."""
        if not version or not head or not state:
            return None
        try:
            return Stored(int(version), head, Incident.model_validate_json(state))
        except ValidationError:
            records = self.history(incident)[: int(version)]
            folded = replay((record.event for record in records), incident)
            if folded is None or records[-1].hash != head:
                raise
            return Stored(int(version), head, folded)

    def _state_of(self, incident: str) -> tuple[str, ...]:
        return "HMGET", self._keys.incident(incident), "v", "h", "s"

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
        decided = Decided(incident, records, effects, expected, at, due)
        return self._answer(decided, self._trip.run(self._append, *self._written(decided)))

    def append_all(self, decided: Sequence[Decided]) -> list[Appended | Conflict | Seen]:
        answers = self._trip.run_all(self._append, [self._written(one) for one in decided])
        return [self._answer(one, answer) for one, answer in zip(decided, answers, strict=True)]

    def _answer(self, decided: Decided, answer: list[Any]) -> Appended | Conflict | Seen:
        match answer:
            case ["ok", *wake]:
                return Appended(tuple(wake))
            case ["seen", version, head, state]:
                return Seen(cast("Stored", self._stored(decided.incident.id, version, head, state)))
            case ["conflict", version, head, state]:
                return Conflict(self._stored(decided.incident.id, version, head, state))
            case _:
                raise AssertionError(answer)

    def _written(self, decided: Decided) -> tuple[list[Any], list[Any]]:
        """List the keys and the arguments of `append.lua`."""
        incident, records, effects, at = decided.incident, decided.records, decided.effects, decided.at
        k, last, due = self._keys, records[-1], decided.due
        entries = [
            (effect.lane, entry(effect, f"{incident.id}:{last.version}:{n}", at)) for n, effect in enumerate(effects)
        ]
        lane_keys = [key for lane, _ in entries for key in (k.lane(lane), k.once(lane))]
        lined_up = [part for effect, (lane, text) in zip(effects, entries, strict=True)
                    for part in (lane, effect.once or "", due_ms(effect, at), text)]  # fmt: skip
        keys = [
            k.incident(incident.id), k.log(incident.id), k.causes(incident.id),
            k.timers, k.lanes, k.open, k.all, k.channels, k.owed, *lane_keys,
        ]  # fmt: skip
        arguments = [
            incident.id, last.cause, decided.expected, records[0].previous,
            last.version, last.hash, incident.model_dump_json(),
            "" if due is None else ms_after(due), int(incident.is_open), incident.channel or "",
            ms(incident.declared_at), ms(at), GRACE, int(bool(incident.owed_gates)),
            len(records), *(record.text() for record in records),
            len(entries), *lined_up,
        ]  # fmt: skip
        return keys, arguments

    def look_at(self, incident: str, due: datetime | None, *, expected: int) -> None:
        keys = [self._keys.incident(incident), self._keys.timers]
        self._look_at(keys=keys, args=[incident, expected, "" if due is None else ms(due)])

    def look_at_all(self, now: datetime) -> None:
        if found := self.open():
            self._redis.zadd(self._keys.timers, dict.fromkeys(found, ms(now)), lt=True)

    def has_seen(self, incident: str, cause: str) -> Stored | None:
        if not self._redis.hexists(self._keys.causes(incident), cause):
            return None
        return self.load(incident)

    def history(self, incident: str, after: int = 0, limit: int | None = None) -> list[Recorded]:
        return [read(raw) for raw in self._raw(incident, after, limit)]

    def raw_history(self, incident: str) -> list[dict[str, Any]]:
        return self._raw(incident, 0)

    def _raw(self, incident: str, after: int, limit: int | None = None) -> list[dict[str, Any]]:
        entries = self._redis.xrange(self._keys.log(incident), min=f"{after + 1}-0", count=limit)
        return [json.loads(fields["r"]) for _, fields in entries]

    def number_for(self, cause: str) -> int:
        known = self._redis.hget(self._keys.numbers, cause)
        if known is None:
            number = self._redis.hincrby(self._keys.numbers, "last", 1)
            self._redis.hsetnx(self._keys.numbers, cause, str(number))
            known = self._redis.hget(self._keys.numbers, cause)
        assert known is not None
        return int(known)

    def of_channel(self, channel: str) -> str | None:
        """Return the channel's incident; what was found once is kept, for a channel never gets another."""
        if channel not in self._lives_in and (found := self._redis.hget(self._keys.channels, channel)):
            self._lives_in[channel] = found
        return self._lives_in.get(channel)

    def open(self) -> list[str]:
        return self._redis.zrange(self._keys.open, 0, -1)

    def owed(self) -> list[str]:
        return self._redis.zrange(self._keys.owed, 0, -1)

    def recent(self, limit: int) -> list[str]:
        return self._redis.zrange(self._keys.all, 0, limit - 1, desc=True)

    def last_at(self, incidents: Sequence[str]) -> list[datetime | None]:
        latest = self._trip.ask_all([("XREVRANGE", self._keys.log(name), "+", "-", "COUNT", 1) for name in incidents])
        return [_happened(entries[0][1][1]) if entries else None for entries in latest]

    def due(self, now: datetime, limit: int) -> list[tuple[str, datetime]]:
        found = self._redis.zrangebyscore(self._keys.timers, "-inf", ms(now), start=0, num=limit, withscores=True)
        return [(incident, datetime.fromtimestamp(score / 1000, UTC)) for incident, score in found]

    def take_due(self, now: datetime, limit: int) -> list[tuple[str, datetime]]:
        found = self._take_due(keys=[self._keys.timers], args=[ms(now), GRACE, limit])
        due = [datetime.fromtimestamp(float(score) / 1000, UTC) for score in found[1::2]]
        return list(zip(found[::2], due, strict=True))


def _happened(record: str) -> datetime:
    return datetime.fromisoformat(json.loads(record)["event"]["at"])


def due_ms(effect: AnyEffect, at: datetime) -> int:
    return ms(at) + int(effect.after * 1000)


def entry(effect: AnyEffect, effect_id: str, at: datetime) -> str:
    """One waiting effect as its lane holds it."""
    head = {"id": effect_id, "due": due_ms(effect, at) if effect.after else 0, "once": effect.once or "", "at": ms(at)}
    return f'{to_json(head).decode()[:-1]},"effect":{effect.model_dump_json()}}}'
