"""The audit's side of Redis: whose turn it is, what one round looks at, the outbreak in force and the last fifty."""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError
from redis import Redis
from rq import Queue as RqQueue
from rq import Worker
from rq.serializers import JSONSerializer

from bot.audit.clocks import FORGOTTEN, LATE
from bot.audit.facts import Facts, Head, Looked, Process, Queue, Tail
from bot.audit.finding import Finding
from bot.audit.outbreak import Outbreak
from bot.domain.incident.state import Incident
from bot.domain.workflow.policy import Policy
from bot.ports import Clock, EventStore, Problems, UnreadablePolicy
from bot.store.client import Client, Pipeline
from bot.store.event_store import ms, script
from bot.store.keys import Keys
from bot.store.policies import RedisPolicies
from bot.store.read_models import RedisHeartbeats
from bot.store.waker import QUEUES

TURN = 120_000
"""Milliseconds for which whoever has the turn keeps it without a word: longer than any round takes."""

OPEN_AT_ONCE, ANY_AT_ONCE = 1000, 100
"""Incidents that one round looks at: of the open ones, and of all. The next round goes on behind them."""

SUSPECTS = 500
"""Incidents that are looked at again because something was wrong with them."""

CHUNK = 20
"""Incidents, or lanes, that are asked for in one step."""

PAUSE = 0.002
"""Seconds between two steps, for those who share the process: a tick of the clock waits for one step at most."""

RECORDS, TAIL = 1000, 50
"""Events that one round checks, those of incidents that changed last first; and of one incident at most."""

HEADS = 1000
"""Lanes that one round looks at, those that want a worker soonest first."""

KEPT = 50
"""Outbreaks that are remembered, the one in force included."""


@dataclass(frozen=True, slots=True)
class Book:
    """What one round hands on to the next, whichever process that is."""

    open_at: int = 0
    any_at: int = 0
    """Where the walks through the open incidents, and through all, stand: ZSCAN's cursors; 0 is the beginning."""
    suspects: tuple[str, ...] = ()
    outbreak: Outbreak | None = None
    beaten: datetime | None = None
    """When a heartbeat got through last."""
    heartbeat_fails: str = ""


class RedisAudits:
    def __init__(
        self,
        redis: Client,
        raw: Redis,
        keys: Keys,
        clock: Clock,
        *,
        store: EventStore,
        problems: Problems,
        heartbeats: RedisHeartbeats,
    ) -> None:
        self._store = store
        self._redis = redis
        self._raw = raw
        self._keys = keys
        self._policies = RedisPolicies(redis, keys)
        self._clock = clock
        self._problems = problems
        self._heartbeats = heartbeats
        self._take = redis.register_script(script("take_turn"))
        self._end = redis.register_script(script("end_turn"))

    # Whose turn it is

    def take_turn(self, token: str, pace: timedelta) -> bool:
        """Take the turn, if nobody has it and the last round began `pace` ago, less a tenth: clocks drift."""
        least = int(pace.total_seconds() * 900)
        return bool(self._take(keys=self._turns, args=[token, TURN, ms(self._clock.now()), least]))

    def end_turn(self, token: str, book: Book, was: Sequence[Outbreak] = ()) -> bool:
        """Keep what the round came to and let the turn go; False: it had lasted too long, and is somebody else's."""
        kept = {
            "open_at": book.open_at,
            "any_at": book.any_at,
            "suspects": list(book.suspects),
            "beaten": ms(book.beaten) if book.beaten else None,
            "heartbeat_fails": book.heartbeat_fails,
        }
        now = book.outbreak.model_dump_json() if book.outbreak else ""
        ended = [outbreak.model_dump_json() for outbreak in was]
        return bool(self._end(keys=self._turns, args=[token, json.dumps(kept), now, KEPT - 1, *ended]))

    @property
    def _turns(self) -> list[str]:
        return [self._keys.audit_turn, self._keys.audit, self._keys.outbreaks]

    def book(self) -> Book:
        raw, outbreak = self._redis.hmget(self._keys.audit, ["book", "outbreak"])
        kept = json.loads(raw) if raw else {}
        beaten = kept.get("beaten")
        return Book(
            open_at=kept.get("open_at", 0),
            any_at=kept.get("any_at", 0),
            suspects=tuple(kept.get("suspects", ())),
            outbreak=Outbreak.model_validate_json(outbreak) if outbreak else None,
            beaten=_at(beaten) if beaten else None,
            heartbeat_fails=kept.get("heartbeat_fails", ""),
        )

    # What is told of it

    def outbreak(self, id_: str) -> Outbreak | None:
        return next((outbreak for outbreak in self.history() if outbreak.id == id_), None)

    def history(self) -> list[Outbreak]:
        """Return the last outbreaks, newest first; the first may be in force."""
        now = self._redis.hget(self._keys.audit, "outbreak")
        before = self._redis.lrange(self._keys.outbreaks, 0, KEPT - 1)
        return [Outbreak.model_validate_json(kept) for kept in ([now] if now else []) + before]

    def last_round(self) -> datetime | None:
        at = self._redis.hget(self._keys.audit, "at")
        return _at(int(at)) if at else None

    def shown(self) -> tuple[str, int]:
        """Return which outbreak Slack shows, and which edition of it."""
        kept = self._redis.hget(self._keys.audit, "shown") or " 0"
        id_, _, edition = kept.partition(" ")
        return id_, int(edition)

    def remember_shown(self, outbreak: Outbreak) -> None:
        self._redis.hset(self._keys.audit, "shown", f"{outbreak.id} {outbreak.edition}")

    # What one round looks at

    def look(self, book: Book, expected: tuple[str, ...]) -> tuple[Facts, Book]:
        """Gather what one round judges; returns the facts, and the book with the walks gone on."""
        now, redis, keys = self._clock.now(), self._redis, self._keys
        open_at, listed = redis.zscan(keys.open, book.open_at, count=OPEN_AT_ONCE)
        any_at, known = redis.zscan(keys.all, book.any_at, count=ANY_AT_ONCE)
        ids = dict.fromkeys((*book.suspects, *(id_ for id_, _ in listed), *(id_ for id_, _ in known)))
        late = ms(now - LATE)
        overdue = redis.zcount(keys.timers, "-inf", late)
        oldest = redis.zrangebyscore(keys.timers, "-inf", late, start=0, num=SUSPECTS, withscores=True)
        looked = list(self._looked(list(ids)))
        policies, unreadable = self._policies_of(looked)
        facts = Facts(
            now=now,
            store_now=self._store_now(),
            info=redis.info(),
            expected=expected,
            beats=self._heartbeats.last(),
            processes=self._processes(now),
            hands=len(Worker.all(connection=self._raw)),
            overdue=overdue,
            most_overdue=tuple((id_, _at(due)) for id_, due in oldest),
            looked=tuple(self._with_tails(looked, now)),
            policies=policies,
            unreadable_policies=unreadable,
            heads=tuple(self._heads()),
            queues=tuple(self._queues()),
            problems=self._problems.all(),
            heartbeat_fails=book.heartbeat_fails,
        )
        return facts, Book(open_at, any_at, book.suspects, book.outbreak, book.beaten, book.heartbeat_fails)

    def _policies_of(self, looked: Sequence[Looked]) -> tuple[dict[str, Policy], frozenset[str]]:
        """Return the policies that these go by, and the hashes of those that were kept and can't be read."""
        found, unreadable = dict[str, Policy](), set[str]()
        for hash_ in {one.incident.policy for one in looked if one.incident is not None}:
            try:
                if (policy := self._policies.find(hash_)) is not None:
                    found[hash_] = policy
            except UnreadablePolicy:
                unreadable.add(hash_)
        return found, frozenset(unreadable)

    def _store_now(self) -> datetime:
        seconds, micros = self._redis.time()
        return datetime.fromtimestamp(seconds + micros / 1e6, UTC)

    def look_at_all(self, expected: tuple[str, ...]) -> Facts:
        """Look as one round does, and at every incident; this may take seconds."""
        facts, book = self.look(Book(), expected)
        looked, policies, unreadable = list(facts.looked), dict(facts.policies), facts.unreadable_policies
        while book.open_at or book.any_at:
            more, book = self.look(book, expected)
            looked += more.looked
            policies |= more.policies
            unreadable |= more.unreadable_policies
        every = {"looked": tuple({one.id: one for one in looked}.values()), "policies": policies}
        return Facts(**{**_fields(facts), **every, "unreadable_policies": unreadable})

    def _looked(self, ids: Sequence[str]) -> Iterator[Looked]:
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            pipeline = self._redis.pipeline()
            for id_ in chunk:
                self._ask(pipeline, id_)
            answers = pipeline.execute()
            for number, id_ in enumerate(chunk):
                (version, _, state), due, listed = answers[3 * number : 3 * number + 3]
                if version is not None:
                    yield self._one(id_, version, state, due, listed)
            time.sleep(PAUSE)

    def _ask(self, pipeline: Pipeline, id_: str) -> None:
        pipeline.hmget(self._keys.incident(id_), ["v", "h", "s"])
        pipeline.zscore(self._keys.timers, id_)
        pipeline.zscore(self._keys.open, id_)

    def _read(self, id_: str, state: str | None) -> Incident | None:
        with suppress(ValidationError):
            return Incident.model_validate_json(state or "")
        with suppress(ValidationError, KeyError, ValueError):  # an earlier version wrote it, or nobody can read it
            stored = self._store.load(id_)
            return stored.incident if stored else None
        return None

    def _one(self, id_: str, version: str, state: str | None, due: float | None, listed: float | None) -> Looked:
        incident = self._read(id_, state)
        idle = self._idle(incident, version) if incident else ()
        return Looked(id_, incident, None if due is None else _at(due), listed is not None, idle)

    def _idle(self, incident: Incident, version: str) -> tuple[str, ...]:
        """Find runs that nobody goes on with: what comes next is lined up in the step that records what was."""
        live = [mitigation.id for mitigation in incident.mitigations.values() if mitigation.progress.is_live]
        if not live:
            return ()
        pipeline = self._redis.pipeline()
        pipeline.hget(self._keys.incident(incident.id), "v")
        for mitigation in live:
            for kind in ("run", "signal"):
                pipeline.llen(self._keys.lane(f"{kind}:{incident.id}:{mitigation}"))
        now, *lengths = pipeline.execute()
        if now != version:  # it has moved on since
            return ()
        return tuple(one for number, one in enumerate(live) if not any(lengths[2 * number : 2 * number + 2]))

    def _with_tails(self, looked: list[Looked], now: datetime) -> Iterator[Looked]:
        """Add the ends of records: of those whose pages are on their way, then of those that changed last."""
        wanted = sorted((one for one in looked if one.incident), key=lambda one: _urgency(one, now), reverse=True)
        tails = dict(self._tails([one.id for one in wanted]))
        for one in looked:
            yield Looked(one.id, one.incident, one.due, one.is_listed, one.idle, tails.get(one.id))

    def _tails(self, ids: Sequence[str]) -> Iterator[tuple[str, Tail]]:
        read = 0
        for start in range(0, len(ids), CHUNK):
            if read >= RECORDS:
                return
            chunk = ids[start : start + CHUNK]
            pipeline = self._redis.pipeline()
            for id_ in chunk:
                pipeline.hmget(self._keys.incident(id_), ["v", "h"])
                pipeline.xrevrange(self._keys.log(id_), count=TAIL)
            answers = pipeline.execute()
            for number, id_ in enumerate(chunk):
                (version, head), entries = answers[2 * number : 2 * number + 2]
                read += len(entries)
                records = tuple(_record(fields) for _, fields in reversed(entries))
                yield id_, Tail(int(version or 0), head or "", TAIL, records)
            time.sleep(PAUSE)

    def _heads(self) -> Iterator[Head]:
        lanes = self._redis.zrange(self._keys.lanes, 0, HEADS - 1)
        for start in range(0, len(lanes), CHUNK):
            yield from self._heads_of(lanes[start : start + CHUNK])
            time.sleep(PAUSE)

    def _heads_of(self, lanes: Sequence[str]) -> Iterator[Head]:
        pipeline = self._redis.pipeline()
        for lane in lanes:
            pipeline.lindex(self._keys.lane(lane), 0)
            pipeline.exists(self._keys.lease(lane))
        answers = pipeline.execute()
        entries = {lane: _entry(text) for lane, text in zip(lanes, answers[::2], strict=True) if text}
        held = dict(zip(lanes, answers[1::2], strict=True))
        ids = [entry.id for entry in entries.values()]
        tries = self._redis.hmget(self._keys.attempts, ids) if ids else []
        for (lane, head), tried in zip(entries.items(), tries, strict=True):
            yield Head(lane, head.type, _at(head.wanted), int(tried or 0), bool(held[lane]))

    def _queues(self) -> Iterator[Queue]:
        for name in QUEUES:
            queue = RqQueue(name, connection=self._raw, serializer=JSONSerializer)
            first = next(iter(queue.get_jobs(0, 1)), None)
            yield Queue(name, queue.count, first.enqueued_at if first else None)

    def _processes(self, now: datetime) -> tuple[Process, ...]:
        """List the processes that said no goodbye; those that are silent for too long are forgotten."""
        processes = self._heartbeats.processes()
        for one in processes:
            if now - one.last > FORGOTTEN:
                self._heartbeats.forget(one.kind, one.name)
        return tuple(processes)


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str = ""
    type: str = ""
    wanted: float = 0


def _entry(text: str) -> _Entry:
    """Read the head of a lane; what can't be read has no type."""
    try:
        kept = json.loads(text)
        return _Entry(str(kept["id"]), str(kept["effect"]["type"]), float(max(kept["at"], kept["due"])))
    except (ValueError, TypeError, KeyError):
        return _Entry()


def suspects(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Name the incidents to look at again."""
    return tuple(dict.fromkeys(id_ for finding in findings for id_ in finding.about))[:SUSPECTS]


def _record(fields: dict[str, str]) -> object:
    try:
        return json.loads(fields.get("r", ""))
    except ValueError:
        return None


def _urgency(one: Looked, now: datetime) -> tuple[bool, datetime]:
    assert one.incident is not None
    is_calling = any(way.state == "tried" for page in one.incident.pages.values() for way in page.ways)
    return is_calling, min(one.incident.last_change.at, now)


def _at(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _fields(facts: Facts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in Facts.__dataclass_fields__}
