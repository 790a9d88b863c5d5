"""Policies in Redis, each under its hash and for ever: an incident goes by the one that it began with."""

import json
from collections.abc import Iterable

from bot.domain.workflow.policy import Policy, hash_of
from bot.ports import UnreadablePolicy
from bot.store.client import Client
from bot.store.keys import Keys


class RedisPolicies:
    """The Policies port."""

    def __init__(self, redis: Client, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def keep(self, policy: Policy) -> None:
        """Write it, once: what stands there already is the same, for its hash says so."""
        self._redis.hsetnx(self._keys.policies, policy.hash, policy.model_dump_json())

    def find(self, hash_: str) -> Policy | None:
        """Return what was kept; None: nothing was. Raises UnreadablePolicy."""
        text = self._redis.hget(self._keys.policies, hash_)
        return None if text is None else _read(text, hash_)

    def lost(self, hashes: Iterable[str]) -> dict[str, UnreadablePolicy | None]:
        """Find those that can't be had, each with the reason; None: it was never kept."""
        found = dict[str, UnreadablePolicy | None]()
        for hash_ in hashes:
            try:
                if self.find(hash_) is None:
                    found[hash_] = None
            except UnreadablePolicy as error:
                found[hash_] = error
        return found


def _read(text: str, hash_: str) -> Policy:
    try:
        raw = json.loads(text)
        is_whole = hash_of(raw) == hash_
    except (ValueError, KeyError, TypeError, AttributeError):  # no JSON, or of another shape
        is_whole = False
    if not is_whole:
        raise UnreadablePolicy("it was damaged since it was kept")
    try:
        return Policy.model_validate(raw).under(hash_)
    except ValueError as error:  # pydantic's, too
        raise UnreadablePolicy("another version of Muster wrote it") from error
