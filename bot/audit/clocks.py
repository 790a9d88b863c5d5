"""Clocks: does every kind of process live, is every due time kept, and do two machines agree what time it is?"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.audit.facts import Facts, Process
from bot.audit.finding import Finding, counted, several
from bot.domain.durations import lasted

SILENCE = timedelta(seconds=30)
"""They say every two seconds that they live; a restart takes less than this."""

FORGOTTEN = timedelta(hours=1)
"""How long a process that ended without a goodbye is told of, unless another has taken its place."""

LATE = timedelta(seconds=5)
"""A timer is kept within 2 s; the rest is for a clock that has just started and finds much to do."""

SKEW = timedelta(seconds=5)
"""A clock that is off by more than this makes time limits end early or late; from 300 s on signatures are refused."""

CURES = {
    "worker": "Start it: python -m workers worker. Nothing reaches Slack and no runbook runs without it.",
    "clock": "Start it: python -m workers clock. No time limit ends without it.",
    "web": "Start it: muster web. Slack's commands and clicks go nowhere without it.",
}


def check(facts: Facts) -> Iterator[Finding]:
    missed = {kind: missing(kind, facts.beats.get(kind), facts.now) for kind in facts.expected}
    gone = [kind for kind, finding in missed.items() if finding is not None]
    yield from filter(None, missed.values())
    if "worker" not in gone and not facts.hands:
        yield no_hands()
    yield from (_ended(process, facts.now) for process in lost(facts.processes, facts.now) if process.kind not in gone)
    if facts.overdue:
        yield _overdue(facts)
    if (finding := apart(facts.store_now - facts.now, "Redis")) is not None:
        yield finding


def missing(kind: str, last: datetime | None, now: datetime, silence: timedelta = SILENCE) -> Finding | None:
    """Say what is wrong where a kind of process was last heard of then; None: it lives."""
    if last is None:
        what = f"No {kind} process was ever started."
    elif now - last > silence:
        what = f"The {kind} process is gone: last heard of {lasted(now - last)} ago."
    else:
        return None
    return Finding(key=f"process:{kind}", what=what, cure=CURES[kind], severe=True, mutes=kind == "worker")


def no_hands() -> Finding:
    """Say that nobody is there to work for the worker process."""
    return Finding(
        key="process:hands",
        what="The worker process is there, but none of its RQ workers.",
        cure=CURES["worker"],
        severe=True,
        mutes=True,
    )


def lost(processes: Sequence[Process], now: datetime) -> list[Process]:
    """List those that ended without a goodbye and that nobody replaced: each that started later replaces one."""
    silent = sorted((one for one in processes if SILENCE < now - one.last <= FORGOTTEN), key=lambda one: one.last)
    fresh = sorted((one for one in processes if now - one.last <= SILENCE), key=lambda one: one.since)
    missing = []
    for process in silent:
        successor = next((one for one in fresh if one.kind == process.kind and one.since >= process.last), None)
        if successor is None:
            missing.append(process)
        else:
            fresh.remove(successor)
    return missing


def _ended(process: Process, now: datetime) -> Finding:
    return Finding(
        key=f"process:{process.kind}:{process.name}",
        what=f"The {process.kind} process {process.name} ended without a goodbye, {lasted(now - process.last)} ago.",
        cure=f"Others of its kind go on. Start it again, or ignore this: it is forgotten after {lasted(FORGOTTEN)}.",
    )


def _overdue(facts: Facts) -> Finding:
    ids = [incident for incident, _ in facts.most_overdue]
    oldest = min(due for _, due in facts.most_overdue)
    whose = ids[0] if facts.overdue == 1 else f"{several(ids[:3])} and others" if facts.overdue > 3 else several(ids)
    is_there = missing("clock", facts.beats.get("clock"), facts.now) is None
    return Finding(
        key="clock:late",
        what=f"{counted(facts.overdue, 'timer')} fell due and nothing came of it, for {lasted(facts.now - oldest)} "
        f"now: {whose}.",
        cure="A clock is there: look for “tick failed” in its log. If there is none, it is too busy: start another."
        if is_there
        else CURES["clock"],
        severe=True,
        about=tuple(ids),
    )


def apart(skew: timedelta, whose: str) -> Finding | None:
    """Compare this machine's clock with another's; None: they agree."""
    if abs(skew) <= SKEW:
        return None
    return Finding(
        key=f"clock:skew:{whose}",
        what=f"This machine's clock and {whose}'s are {lasted(abs(skew))} apart.",
        cure="Turn on time synchronisation on both (chrony, systemd-timesyncd).",
    )
