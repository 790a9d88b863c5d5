"""Small facts beside the incidents: where our messages stand, who is who, which signatures were seen, who is alive."""

from datetime import UTC, datetime

from bot.ports import Clock, Post
from bot.store.client import Client
from bot.store.event_store import ms
from bot.store.keys import Keys

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
    def __init__(self, redis: Client, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._known: dict[str, str] = {}

    def learn(self, person: str, name: str) -> None:
        if not name or self._known.get(person) == name:
            return
        self._known[person] = name
        self._redis.hset(self._keys.people, person, name)
        self._redis.hset(self._keys.handles, name.lower(), person)

    def name(self, person: str) -> str:
        if person not in self._known and (name := self._redis.hget(self._keys.people, person)):
            self._known[person] = name
        return self._known.get(person, person)

    def id_of(self, name: str) -> str | None:
        return self._redis.hget(self._keys.handles, name.lower())


class RedisGuard:
    """Each signature opens the door once."""

    def __init__(self, redis: Client, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def is_first(self, signature: str) -> bool:
        return bool(self._redis.set(self._keys.replay(signature), "", nx=True, ex=SIGNATURE_LIFE))


class RedisHeartbeats:
    """When each kind of process was last alive."""

    def __init__(self, redis: Client, keys: Keys, clock: Clock) -> None:
        self._redis = redis
        self._keys = keys
        self._clock = clock

    def beat(self, process: str) -> None:
        self._redis.hset(self._keys.heartbeats, process, ms(self._clock.now()))

    def last(self) -> dict[str, datetime]:
        beats = self._redis.hgetall(self._keys.heartbeats)
        return {process: datetime.fromtimestamp(int(at) / 1000, UTC) for process, at in beats.items()}


class RedisClosings:
    """What Slack asked us to leave alone for a while, so that other workers need not ask too."""

    def __init__(self, redis: Client, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def close(self, what: str, seconds: float) -> None:
        self._redis.set(self._keys.closed(what), "", px=max(1, int(seconds * 1000)))

    def seconds_left(self, what: str) -> float:
        return max(0, self._redis.pttl(self._keys.closed(what))) / 1000
