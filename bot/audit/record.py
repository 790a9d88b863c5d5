"""The record: does Redis keep what it is told, and has it room for more? `muster doctor` asks the same at set-up."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.audit.facts import Facts
from bot.audit.finding import Finding

FULL = 0.9
"""Share of `maxmemory` from which on it is told: at the limit every command is refused."""


def check(facts: Facts) -> Iterator[Finding]:
    yield from durable(facts.info)
    yield from _room(facts.info)


def durable(info: Mapping[str, Any]) -> Iterator[Finding]:
    """Say what keeps Redis from writing the record to disk, by its INFO."""
    if str(info.get("aof_enabled")) != "1":
        yield Finding(
            key="record:append-only",
            what="The append-only file is off: a crash of Redis loses incidents.",
            cure="CONFIG SET appendonly yes, and write it to redis.conf.",
            severe=True,
        )
    elif info.get("aof_last_write_status", "ok") != "ok":
        yield Finding(
            key="record:write",
            what="Redis can't write its append-only file.",
            cure="Look for a full disk on its machine, and at its log.",
            severe=True,
        )


def _room(info: Mapping[str, Any]) -> Iterator[Finding]:
    used, most = int(info.get("used_memory", 0)), int(info.get("maxmemory", 0))
    if most and used >= FULL * most:
        yield Finding(
            key="record:memory",
            what=f"Redis holds {used >> 20:,} MB of the {most >> 20:,} MB that it may. Full, it refuses every command.",
            cure="Give it more: CONFIG SET maxmemory, and write it to redis.conf.",
            severe=True,
        )
