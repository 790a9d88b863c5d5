"""Redis: does it answer, is it new enough, and does it keep what it is told?"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from redis.exceptions import RedisError

from bot.audit.record import durable
from bot.cli.checkup.finding import Finding, clocks, failure, mend, ok, reason, warning
from bot.wiring import Wired

OLDEST = (6, 2)
"""The first version with all that the scripts and RQ use."""


def check(wired: Wired) -> Iterator[Finding]:
    place = wired.settings.redis_place
    try:
        info = wired.redis.info()
        seconds, micros = wired.redis.time()
    except RedisError as error:
        cure = "Start one (redis-server --appendonly yes), or name yours in .env: REDIS_URL=redis://host:6379/0."
        yield failure(f"No Redis to use at {place}: {reason(error)}.", cure)
        return
    now = wired.clock.now()
    yield _version(info, place)
    yield from _append_only(info, wired)
    policy = info.get("maxmemory_policy", "noeviction")
    if policy == "noeviction":
        yield ok("Nothing is ever evicted (noeviction).")
    else:
        cure = "CONFIG SET maxmemory-policy noeviction, and write it to redis.conf: the record is no cache."
        yield failure(f"Redis may throw parts of the record away (maxmemory-policy {policy}).", cure)
    if info.get("role") not in {"master", None}:
        yield failure("REDIS_URL names a replica.", "Name the primary.")
    if info.get("redis_mode") == "cluster":
        yield failure("Redis runs as a cluster, and RQ's keys span its shards.", "Use one primary, with replicas.")
    yield clocks("Redis", datetime.fromtimestamp(seconds + micros / 1e6, UTC) - now)


def _version(info: dict[str, Any], place: str) -> Finding:
    name = "Valkey" if "valkey_version" in info else "Redis"
    version = str(info.get("valkey_version") or info.get("redis_version", "0"))
    parts = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if parts < OLDEST:
        return failure(f"{name} {version} is too old.", "Use 6.2 or newer.")
    return ok(f"{name} {version} answers at {place}.")


def _append_only(info: dict[str, Any], wired: Wired) -> Iterator[Finding]:
    found = [mend(finding) for finding in durable(info)]
    yield from found
    if found:
        return
    fsync = ""
    with suppress(RedisError):  # a managed Redis may keep CONFIG to itself
        fsync = wired.redis.config_get("appendfsync").get("appendfsync", "")
    match fsync:
        case "always":
            yield ok("The append-only file is on: every write is on disk before it is answered.")
        case "everysec":
            yield ok("The append-only file is on: a power cut may cost the last second (appendfsync everysec).")
        case "no":
            cure = "CONFIG SET appendfsync everysec, or always; and write it to redis.conf."
            yield warning("Redis leaves it to the system when to write its append-only file (appendfsync no).", cure)
        case _:
            yield ok("The append-only file is on.")
