"""A thousand open gates among ten thousand timers that fall due: how long a tick takes, how late the next are asked."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bot.domain.gates import events as g
from bot.domain.gates import orders as o
from bot.domain.gates.decide import decide
from bot.domain.gates.evolve import evolve
from bot.domain.gates.gate import Found, Gate, StandIn
from bot.domain.gates.policy import ApprovalPolicy
from bot.domain.gates.subject import of_plan
from bot.domain.ids import SYSTEM, incident_id
from bot.domain.incident.events import AnyEvent, ChannelOpened, Declared, MitigationProposed
from bot.domain.severity import Severity
from bot.ports import Appended, Decided
from bot.wiring import Wired
from tests.bench.escalations import LIMIT, MANY, TOGETHER, begun, seeded, ticks, watching
from tests.bench.figure import Figure, quantile
from tests.bench.stand import megabytes, standing, wait_for
from tests.harness.plans import plan

GATES, PLAN = 1000, plan()
AHEAD = timedelta(seconds=90)
"""From the seeding of the first incident to the first timer that is due."""

TIMES: dict[str, object] = {"next_after": LIMIT.total_seconds(), "renotify": 1500, "deputy_after": 1440}
"""By the time at which its limit is up, each gate has told its people again, and asked deputies; not soon after it."""
SEATS: dict[str, dict[str, object]] = {
    "sequential": {"chain": [{"person": "ben"}, {"person": "cy"}], "second": [{"team": "managers"}]},
    "parallel": {"seats": [{"team": "payments", "voices": 3}], "quorum": 2, "second": [{"team": "managers"}]},
    "dynamic": {"route": {"picks": 3}, "fallback": [{"team": "managers"}]},
}
KINDS = tuple(
    ApprovalPolicy.model_validate({"id": kind, "title": kind, "kind": kind, **TIMES, **seats})
    for kind, seats in SEATS.items()
)


def run(folder: Path) -> list[Figure]:
    return [
        *_figures(folder / "gates-spread", seconds=30, clocks=("clock",), is_crowded=True),
        *_figures(folder / "gates-close", seconds=3, clocks=("clock", "clock2")),
        *_figures(folder / "gates-at-once", seconds=1, clocks=("clock", "clock2")),
        *_figures(folder / "gates-crowded", seconds=1, clocks=("clock", "clock2"), is_crowded=True),
    ]


def _figures(folder: Path, seconds: float, clocks: Sequence[str], *, is_crowded: bool = False) -> list[Figure]:
    """Let `MANY` timers fall due within so many seconds, of which `GATES` are limits of gates that nobody answers.

    `is_crowded`: each incident has seven of its own, of which six fall due beside these.
    """
    with standing(folder) as stand:
        wired = stand.wired()
        begin = wired.clock.now() + AHEAD
        due = _opened(wired, begin, seconds, is_crowded=is_crowded)
        calls = seeded(wired, MANY - GATES, seconds, begin=begin, is_crowded=is_crowded)
        for name in clocks:
            stand.start(name)
        with watching(stand, max(*due.values(), *calls.values())) as watch:
            wait_for("the timers", lambda: not watch.waits, 300)
        held = max(megabytes(stand.running[name].pid) for name in clocks)
        asked = {incident: _asked(wired, incident) for incident in due}
        late = [(at - due[incident]).total_seconds() for incident, times in asked.items() for at in times[:1]]
        twice = sum(len(times) != 1 for times in asked.values())
        early = sum(each < 0 for each in late)
        last = watch.ended - max(*due.values(), *calls.values()).timestamp()
        what = f"{GATES:,} gates in {MANY:,} " + ("incidents of 7 timers" if is_crowded else "timers")
        among = f"{what} within {seconds:g} s, {len(clocks)} clock{'s' if len(clocks) > 1 else ''}"
        return [
            Figure(
                f"{among}: latest",
                "≤ 2 s",
                f"{max(late):.2f} s (p50 {quantile(late, 0.5):.2f}, p99 {quantile(late, 0.99):.2f}); "
                f"the last one in Redis after {last:.2f}",
                max(*late, last) <= 2,
            ),
            ticks(stand, clocks),
            Figure("… early, or not once", "0", f"{early}, {twice}", early == twice == 0),
            Figure("… a clock's RSS", "", f"{held:.0f} MB", None),
        ]


def _opened(wired: Wired, begin: datetime, seconds: float, *, is_crowded: bool) -> Mapping[str, datetime]:
    """Declare incidents, each with a gate that nobody answers; returns when the limits of their first tiers are up."""
    chance = random.Random(2)
    first = MANY - GATES + 1
    due = {number: begin + timedelta(seconds=chance.uniform(0, seconds)) for number in range(first, MANY + 1)}
    numbers = list(due)
    for start in range(0, GATES, TOGETHER):
        decided = [_waiting(n, due[n], is_crowded=is_crowded) for n in numbers[start : start + TOGETHER]]
        assert all(isinstance(answer, Appended) for answer in wired.store.append_all(decided))
    assert wired.clock.now() < begin, "the gates were opened too slowly to be measured"
    return {incident_id(number): moment for number, moment in due.items()}


def _waiting(number: int, due: datetime, *, is_crowded: bool) -> Decided:
    at = due - LIMIT
    events: list[AnyEvent] = [
        Declared(by="UANA", at=at, title=f"checkout is down, {number}", severity=Severity.P1, policy="bench"),
        ChannelOpened(by=SYSTEM, at=at, channel=f"G{number:05}", name=f"inc-{number}-checkout-is-down"),
        MitigationProposed(by="UANA", at=at, mitigation="m1", plan=PLAN, gate="m1"),
        *_unanswered(KINDS[number % len(KINDS)], at),
    ]
    return begun(number, events, due, is_crowded=is_crowded)


def _unanswered(policy: ApprovalPolicy, at: datetime) -> list[g.AnyFact]:
    """What has happened at a gate by the time at which its first tier has not answered."""
    opening = o.OpenGate(by="UANA", at=at, gate="m1", policy=policy, subject=of_plan(PLAN), wakes=True)
    found = tuple(
        Found(account=account, seat=0, because=("on shift",), deputies=(StandIn(account=f"{account}2"),))
        for account in ("UBEN", "UCY", "UDEE")
    )
    facts: list[g.AnyFact] = []
    gate: Gate | None = None
    for order in (
        opening,
        o.RecordAsked(by=SYSTEM, at=at, turn=1, found=found),
        o.Tick(by=SYSTEM, at=at + timedelta(minutes=24)),
        o.Tick(by=SYSTEM, at=at + timedelta(minutes=25)),
    ):
        for fact in decide(order, gate):
            gate = evolve(gate, fact)
            facts.append(fact)
    return facts


def _asked(wired: Wired, incident: str) -> list[datetime]:
    """Return when tiers behind the first one were called."""
    events = (record.event for record in wired.house.engine.history(incident))
    return [event.at for event in events if isinstance(event, g.TierCalled) and event.tier > 0]
