"""Timers: gates that nobody decides on run out by the real clock, never early and hardly late."""

import json
import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from redis import Redis

from bot.domain.gates.events import GateClosed
from bot.domain.incident.events import EVENTS
from bot.domain.severity import Severity
from bot.engine import Engine
from bot.store.keys import Keys
from bot.wiring import Wired
from tests.bench.figure import Figure, quantile
from tests.bench.seed import declare, propose
from tests.bench.stand import Stand, standing

SPREAD, AT_ONCE = 200, 100
"""Gates that run out at odd moments within a few seconds, and gates that all run out in one moment after them."""
SECONDS = 8


def run(folder: Path) -> list[Figure]:
    with standing(folder / "timers", "clock") as stand:
        wired = stand.wired()
        due = _gates(wired)
        seen = _outcomes(stand, due)
        late = {incident: seen[incident][0] - due[incident].timestamp() for incident in due}
        stamped = [(seen[incident][1] - due[incident]).total_seconds() for incident in due]
        odd, moment = list(late.values())[:SPREAD], list(late.values())[SPREAD:]
        early = sum(seconds < 0 for seconds in (*late.values(), *stamped))
        p99 = 1000 * quantile(odd, 0.99)
        together = 1000 * quantile(moment, 0.99)
        return [
            Figure(f"timers early, of {len(due)}", "0", str(early), early == 0),
            Figure(
                f"{SPREAD} timers at odd moments: p99 late, until readable in Redis",
                "≤ 200 ms",
                f"{p99:.0f} ms (p50 {1000 * quantile(odd, 0.5):.0f}, worst {1000 * max(odd):.0f})",
                p99 <= 200,
            ),
            Figure(f"{AT_ONCE} timers due in one moment: p99 late", "≤ 200 ms", f"{together:.0f} ms", together <= 200),
        ]


def _gates(wired: Wired) -> Mapping[str, datetime]:
    """Open the gates; returns when each runs out."""
    asks = wired.house.engine.workflows.in_force.approval("mitigation", Severity.P1, wired.clock.now())
    assert asks is not None
    limit = timedelta(seconds=asks.steps[0].tiers[0].limit)
    engine, chance = Engine(wired.store, wired.waker, wired.house.engine.workflows, wired.policies), random.Random(1)
    begin = wired.clock.now() + timedelta(seconds=4)
    moments = [begin + timedelta(seconds=chance.uniform(0, SECONDS)) for _ in range(SPREAD)]
    moments += [begin + timedelta(seconds=SECONDS + 1)] * AT_ONCE
    due = {}
    for moment in moments:
        incident = declare(engine, moment - limit)
        propose(engine, incident, moment - limit)
        due[incident] = moment
    assert wired.clock.now() < begin, "the gates were opened too slowly to be measured"
    return due


def _outcomes(stand: Stand, due: Mapping[str, datetime]) -> Mapping[str, tuple[float, datetime]]:
    """Watch every incident's log; returns when its gate was seen to close, and the time that its event states."""
    keys, seen = Keys(), dict[str, tuple[float, datetime]]()
    with Redis.from_url(stand.redis.url, decode_responses=True) as redis:
        logs = {keys.log(incident): incident for incident in due}
        last = dict.fromkeys(logs, "2-0")  # behind the declaration and the proposal
        end = time.monotonic() + SECONDS + 30
        while len(seen) < len(due):
            assert time.monotonic() < end, f"only {len(seen)} of {len(due)} gates ran out"
            found = cast("list[tuple[str, list[tuple[str, dict[str, str]]]]]", redis.xread(last, block=1000))
            now = datetime.now(UTC).timestamp()
            for log, entries in found:
                last[log] = entries[-1][0]
                events = (EVENTS.validate_python(json.loads(entry["r"])["event"]) for _, entry in entries)
                if (closed := next((event for event in events if isinstance(event, GateClosed)), None)) is not None:
                    seen[logs[log]] = now, closed.at
                    last.pop(log)
    return seen
