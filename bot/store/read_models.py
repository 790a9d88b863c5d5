"""Small facts beside the incidents: where our messages stand, who is who, which signatures were seen, who is alive."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.audit.facts import Process
from bot.domain.gates.seating import Answers
from bot.domain.gates.stricter import Ended
from bot.domain.oncall.people import Person
from bot.ports import Clock, Post, Ran
from bot.store.client import Client
from bot.store.event_store import ms
from bot.store.keys import Keys
from bot.store.trip import Trip

SAID_EVERY = 2000
"""Milliseconds between two times that a process says its name: what is asked is whether it lives."""

ANSWERS_KEPT = 50
"""Gates of which a person's answers are kept: habits change."""

ENDED_KEPT = 100
"""Gates of each policy of which it is kept how they ended: what is usual changes, too."""

SIGNATURE_LIFE = 600
"""Seconds; Slack's signatures are fresh for 300 s to either side."""


class RedisPosts:
    """Where our messages stand. Losing this costs a search in the channel's history, not a second message."""

    def __init__(self, redis: Client, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def find(self, incident: str, name: str) -> Post | None:
        found = self._redis.hget(self._keys.posts(incident), name)
        return Post(*found.split(" ")) if found else None

    def remember(self, incident: str, name: str, post: Post) -> None:
        self._redis.hset(self._keys.posts(incident), name, f"{post.channel} {post.ts}")


class RedisPeople:
    """Who is who, as Slack says; the on-call book's names hold for people whom Slack has not told us of yet."""

    def __init__(self, redis: Client, keys: Keys, book: Mapping[str, Person] | None = None) -> None:
        """`book`: the people of the on-call book, by what they are called there."""
        self._redis = redis
        self._keys = keys
        self.go_by(book or {})
        self._names: dict[str, str] = {}
        self._logins: dict[str, str] = {}
        self._home = frozenset[str]()

    def go_by(self, book: Mapping[str, Person]) -> None:
        """Know these people of the on-call book from now on."""
        self._book = book
        self._declared = {person.slack: person.name for person in book.values()}

    def meet(self, person: str, login: str) -> None:
        if not login or self._logins.get(person) == login:
            return
        self._redis.hset(self._keys.logins, person, login)
        self._redis.hset(self._keys.handles, login.lower(), person)
        self._logins[person] = login

    def learn(self, person: str, name: str) -> None:
        self._redis.hset(self._keys.people, person, name)
        self._names[person] = name

    def knows(self, person: str) -> bool:
        if person not in self._names and (name := self._redis.hget(self._keys.people, person)):
            self._names[person] = name
        return person in self._names

    def name(self, person: str) -> str:
        if self.knows(person):
            return self._names[person]
        if person not in self._logins and (login := self._redis.hget(self._keys.logins, person)):
            self._logins[person] = login
        return self._declared.get(person) or self._logins.get(person, person)

    def id_of(self, login: str) -> str | None:
        if (known := self._redis.hget(self._keys.handles, login.lower())) is not None:
            return known
        person = self._book.get(login.lower())
        return person.slack if person else None

    def home(self) -> frozenset[str]:
        if not self._home:
            self._home = frozenset((self._redis.get(self._keys.home) or "").split())
        return self._home

    def live_in(self, teams: frozenset[str]) -> None:
        """Learn which workspace is ours. Another one than before replaces it, for processes that start from here on."""
        self._redis.set(self._keys.home, " ".join(sorted(teams)))
        self._home = teams

    def why_out(self, person: str) -> str:
        return self._redis.hget(self._keys.out, person) or ""

    def is_out(self, person: str, why: str) -> None:
        if why:
            self._redis.hset(self._keys.out, person, why)
        else:
            self._redis.hdel(self._keys.out, person)


class RedisTracks:
    def __init__(self, redis: Client, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def remember(self, runbook: str, run: str, ran: Ran) -> None:
        kept = json.dumps([ms(ran.at), ran.seconds, ran.cleared, ran.undone])
        self._redis.hset(self._keys.track(runbook), run, kept)

    def of(self, runbook: str) -> list[Ran]:
        kept = [json.loads(text) for text in self._redis.hgetall(self._keys.track(runbook)).values()]
        return [Ran(datetime.fromtimestamp(at / 1000, UTC), *rest) for at, *rest in kept]


class RedisAnswers:
    """How people have answered when gates asked them; the latest count."""

    def __init__(self, redis: Client, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def remember(self, person: str, gate: str, at: datetime, answers: Answers) -> None:
        key = self._keys.answers(person)
        self._redis.hset(key, gate, json.dumps([ms(at), answers.model_dump()]))
        kept = self._latest_first(key)
        if len(kept) > ANSWERS_KEPT:
            self._redis.hdel(key, *(name for _, name, _ in kept[ANSWERS_KEPT:]))

    def of(self, person: str) -> Answers:
        kept = [Answers.model_validate(known) for _, _, known in self._latest_first(self._keys.answers(person))]
        return Answers(
            answered=tuple(seconds for one in kept for seconds in one.answered),
            unanswered=tuple(seconds for one in kept for seconds in one.unanswered),
        )

    def _latest_first(self, key: str) -> list[tuple[int, str, Any]]:
        read = ((name, json.loads(text)) for name, text in self._redis.hgetall(key).items())
        return sorted(((at, name, known) for name, (at, known) in read), reverse=True, key=lambda one: one[:2])


class RedisGates:
    """How gates of each approval policy have ended; the latest count."""

    def __init__(self, redis: Client, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def remember(self, policy: str, gate: str, ended: Ended) -> None:
        key = self._keys.ended(policy)
        self._redis.hset(key, gate, ended.model_dump_json())
        kept = self._latest_first(policy)
        if len(kept) > ENDED_KEPT:
            self._redis.hdel(key, *(name for name, _ in kept[ENDED_KEPT:]))

    def of(self, policy: str) -> list[Ended]:
        return [ended for _, ended in self._latest_first(policy)]

    def _latest_first(self, policy: str) -> list[tuple[str, Ended]]:
        kept = self._redis.hgetall(self._keys.ended(policy)).items()
        read = [(name, Ended.model_validate_json(text)) for name, text in kept]
        return sorted(read, key=lambda one: one[1].at, reverse=True)


class RedisGuard:
    """Each signature opens the door once."""

    def __init__(self, trip: Trip, keys: Keys) -> None:
        self._trip = trip
        self._keys = keys

    def meet(self, signature: str) -> None:
        self._trip.take_along("SET", self._keys.replay(signature), "", "NX", "EX", SIGNATURE_LIFE)

    def is_first(self) -> bool:
        return self._trip.brought() is not None


class RedisHeartbeats:
    """When each kind of process was last alive, and which processes there are."""

    def __init__(self, redis: Client, keys: Keys, clock: Clock, me: str = "") -> None:
        """`me` names this process among those of its kind: host and process id; without, it is not told apart."""
        self._redis = redis
        self._keys = keys
        self._clock = clock
        self._me = me
        self._said: dict[str, tuple[int, int]] = {}
        """By kind: since when, and when it was said last (ms)."""

    def beat(self, process: str) -> None:
        now = ms(self._clock.now())
        self._redis.hset(self._keys.heartbeats, process, now)
        since, said = self._said.get(process, (now, 0))
        if self._me and abs(now - said) >= SAID_EVERY:
            self._said[process] = since, now
            self._redis.hset(self._keys.processes, f"{process} {self._me}", f"{since} {now}")

    def leave(self, process: str) -> None:
        """Say goodbye: this process ends as it should."""
        self.forget(process, self._me)

    def last(self) -> dict[str, datetime]:
        beats = self._redis.hgetall(self._keys.heartbeats)
        return {process: _time(at) for process, at in beats.items()}

    def processes(self) -> list[Process]:
        """List the processes that said no goodbye."""
        kept = sorted(self._redis.hgetall(self._keys.processes).items())
        said = [(*who.partition(" ")[::2], *times.split(" ")) for who, times in kept]
        return [Process(kind, name, _time(since), _time(last)) for kind, name, since, last in said]

    def forget(self, process: str, name: str) -> None:
        self._redis.hdel(self._keys.processes, f"{process} {name}")


def _time(milliseconds: str) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


class RedisClosings:
    """What Slack asked us to leave alone for a while, so that other workers need not ask too."""

    def __init__(self, redis: Client, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def close(self, what: str, seconds: float) -> None:
        self._redis.set(self._keys.closed(what), "", px=max(1, int(seconds * 1000)))

    def seconds_left(self, what: str) -> float:
        return max(0, self._redis.pttl(self._keys.closed(what))) / 1000
