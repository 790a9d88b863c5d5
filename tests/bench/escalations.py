"""Ten thousand escalations that nobody answers: how long a tick of the clock takes, and how late the next calls are."""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event as ThreadEvent
from threading import Thread
from typing import cast

from redis import Redis

from bot.domain.ids import SYSTEM, incident_id
from bot.domain.incident.events import (
    AnyEvent,
    ChannelOpened,
    Declared,
    EscalationCalled,
    EscalationStarted,
    PageOrdered,
    PageSent,
    PageTried,
    RemindersStopped,
    StageOverdue,
)
from bot.domain.incident.evolve import evolve, replay
from bot.domain.incident.record import GENESIS, chain
from bot.domain.incident.state import Incident
from bot.domain.oncall.escalation import EscalationPolicy, Target, Tier
from bot.domain.oncall.reach import SLACK, Way
from bot.domain.severity import Severity
from bot.domain.workflow.reminders import Kind
from bot.ports import Appended, Decided
from bot.store.keys import Keys
from bot.wiring import Wired
from tests.bench.clock import longest
from tests.bench.figure import Figure, quantile
from tests.bench.seed import cause
from tests.bench.stand import Pool, Stand, megabytes, standing, wait_for
from tests.harness.receivers import Hook

MANY, PAGES = 10_000, 200
LIMIT = timedelta(minutes=30)
"""Of every tier: what is called in here is not called again before it is over."""
AHEAD = timedelta(seconds=45)
"""From the seeding of the first incident to the first of `MANY` calls that is due."""
TOGETHER = 100
"""Incidents that are seeded on one trip."""
TIER = Tier(notify=(Target(schedule="payments-first"),), limit=LIMIT.total_seconds())
POLICY = EscalationPolicy(id="payments", title="Payments", tiers=(TIER, TIER, TIER))

OF_THE_TESTS = Path(__file__).parents[1] / "harness" / "oncall" / "book.yaml"


def run(folder: Path) -> list[Figure]:
    return [
        *_figures(folder / "calls-spread", seconds=30, clocks=("clock",)),
        *_figures(folder / "calls-at-once", seconds=1, clocks=("clock",)),
        *_figures(folder / "calls-two-clocks", seconds=1, clocks=("clock", "clock2")),
        *_paged(folder / "pages"),
    ]


def _figures(folder: Path, seconds: float, clocks: Sequence[str]) -> list[Figure]:
    """Let `MANY` calls fall due within so many seconds, with nobody to answer and no worker."""
    with standing(folder) as stand:
        wired = stand.wired()
        due = seeded(wired, MANY, seconds)
        for name in clocks:
            stand.start(name)
        with watching(stand, max(due.values())) as watch:
            wait_for("the calls", lambda: not watch.waits, 300)
        held = max(megabytes(stand.running[name].pid) for name in clocks)
        called = {incident: _called(wired, incident) for incident in due}
        late = [(at - due[incident]).total_seconds() for incident, calls in called.items() for at in calls[:1]]
        twice = sum(len(calls) != 1 for calls in called.values())
        early = sum(each < 0 for each in late)
        among = f"{MANY:,} calls within {seconds:g} s, {len(clocks)} clock{'s' if len(clocks) > 1 else ''}"
        last = watch.ended - max(due.values()).timestamp()
        p50, p99 = quantile(late, 0.5), quantile(late, 0.99)
        return [
            Figure(
                f"{among}: latest",
                "≤ 2 s",
                f"{max(late):.2f} s (p50 {p50:.2f}, p99 {p99:.2f}); the last one in Redis after {last:.2f}",
                max(*late, last) <= 2,
            ),
            ticks(stand, clocks),
            Figure("… early, or not once", "0", f"{early}, {twice}", early == twice == 0),
            Figure("… a clock's RSS; Redis holds", "", f"{held:.0f} MB; {_redis_megabytes(wired):.0f} MB", None),
        ]


def _paged(folder: Path) -> list[Figure]:
    """Let one tree of workers page somebody for each of `PAGES` calls that fall due together."""
    with Hook() as phone, standing(folder, "slack", "worker", book=_by_phone(phone.url)) as stand:
        wired = stand.wired()
        due = min(seeded(wired, PAGES, 1, channel="COPS").values())
        wait_for("the workers", lambda: Pool(stand, wired).is_ready("worker"))
        stand.start("clock")
        wait_for("the first page", lambda: bool(phone.requests))
        begun = wired.clock.now()
        wait_for("all pages", lambda: len(phone.pages()) == PAGES, 300)
        ended = wired.clock.now()
        wait_for("nothing more to send", lambda: not any(lane.startswith("page:") for lane in wired.outbox.waiting()))
        again = len(phone.requests) - PAGES
        rate = PAGES / (ended - begun).total_seconds()
        return [
            Figure(
                f"{PAGES} pages by {wired.settings.workers} workers, to a service that answers at once",
                "",
                f"{rate:.0f}/s; the last one {(ended - due).total_seconds():.1f} s after the first was due",
                None,
            ),
            Figure("… lost, or sent again", "0", f"{PAGES - len(phone.pages())}, {again}", again == 0),
        ]


def _by_phone(url: str) -> str:
    """The tests' book, in which whoever is on call has a phone and nothing else."""
    text = OF_THE_TESTS.read_text()
    for before, after in (
        ("      - by: slack\n      - {by: email, to: ana@local.test, after: 2m}\n", "      - by: phone\n"),
        ('"http://127.0.0.1:9/messages", secret: PHONE_SECRET', f'"{url}/messages", most: 1000'),
    ):
        assert before in text
        text = text.replace(before, after)
    return text


@dataclass
class Watch:
    """What anybody sees of a clock from outside, in Redis."""

    waits: bool = True
    """There are calls that nobody has made."""
    ended: float = 0.0
    """When there were none any more."""


@contextmanager
def watching(stand: Stand, until: datetime) -> Iterator[Watch]:
    """Look every few milliseconds, until the block ends, for calls that are due until then."""
    watch, over = Watch(), ThreadEvent()
    watcher = Thread(target=_look, args=(stand.redis.url, until, watch, over))
    watcher.start()
    try:
        yield watch
    finally:
        over.set()
        watcher.join()


def _look(url: str, until: datetime, watch: Watch, over: ThreadEvent) -> None:
    keys = Keys()
    others = 1000 * (until + LIMIT / 2).timestamp()
    with Redis.from_url(url, decode_responses=True) as redis:
        while not over.wait(0.01):
            watch.waits = bool(redis.zcount(keys.timers, "-inf", others))
            watch.ended = watch.ended or (0.0 if watch.waits else time.time())


def ticks(stand: Stand, clocks: Sequence[str]) -> Figure:
    """Say how long each clock's longest tick took: from one of its own beats to the next, pauses included."""
    took = longest(stand.redis.url)
    assert took.keys() == set(clocks)
    said = ", ".join(f"{took[name]:.2f} s" for name in clocks)
    return Figure("… longest tick of each clock", "< 1 s", said, max(took.values()) < 1)


def seeded(
    wired: Wired,
    how_many: int,
    seconds: float,
    channel: str = "",
    begin: datetime | None = None,
    *,
    is_crowded: bool = True,
) -> Mapping[str, datetime]:
    """Declare incidents, each with somebody called who does not answer; returns when the next ones are to be called.

    They are appended as they are in a night, without the effects that have long been performed. Each lives in a channel
    of its own, or all in the one that is named. The first one is due at `begin`; unless said, as soon as it can be.
    `is_crowded`: its stage's limit and five reminders are due by then, too, which makes seven timers of each.
    """
    chance, begin = random.Random(1), begin or wired.clock.now() + AHEAD * how_many / MANY + timedelta(seconds=2)
    due = {number: begin + timedelta(seconds=chance.uniform(0, seconds)) for number in range(1, how_many + 1)}
    for start in range(1, how_many + 1, TOGETHER):
        numbers = range(start, min(start + TOGETHER, how_many + 1))
        decided = [_begun(n, due[n], channel or f"C{n:05}", is_crowded=is_crowded) for n in numbers]
        assert all(isinstance(answer, Appended) for answer in wired.store.append_all(decided))
    assert wired.clock.now() < begin, "the escalations were begun too slowly to be measured"
    return {incident_id(number): moment for number, moment in due.items()}


def _begun(number: int, due: datetime, channel: str, *, is_crowded: bool) -> Decided:
    return begun(number, [*_unanswered(number, due, channel)], due, is_crowded=is_crowded)


def begun(number: int, events: list[AnyEvent], due: datetime, *, is_crowded: bool) -> Decided:
    """Return a history as it is appended; unless it may be crowded, nothing but what is meant falls due in it."""
    incident = incident_id(number)
    state = cast("Incident", replay(events, incident))
    if not is_crowded:
        for event in _settled(state):
            events.append(event)
            state = evolve(state, event, incident)
    return Decided(state, chain(incident, events, cause(), 0, GENESIS), (), 0, events[0].at, due)


def _settled(incident: Incident) -> tuple[AnyEvent, ...]:
    """What takes away all that would fall due besides: the stage's limit is past, and somebody stopped reminders."""
    at = incident.declared_at
    return (
        StageOverdue(by=SYSTEM, at=at, stage=incident.stage, due=at),
        RemindersStopped(by="UANA", at=at, kinds=tuple(Kind), because="the rest is measured alone"),
    )


def _unanswered(number: int, due: datetime, channel: str) -> Iterator[AnyEvent]:
    """What has happened by the time at which the second tier is due."""
    at = due - LIMIT
    facts = {"by": SYSTEM, "at": at}
    yield Declared(by="UANA", at=at, title=f"checkout is down, {number}", severity=Severity.P1, policy="bench")
    yield ChannelOpened(**facts, channel=channel, name=f"inc-{number}-checkout-is-down")
    yield EscalationStarted(**facts, escalation="e1", team="payments", policy=POLICY, because="checkout is down")
    yield EscalationCalled(**facts, escalation="e1", call=1, round=0, tier=0, due=due)
    ways = (Way(by=SLACK), Way(by="email", contact=1, after=120))
    because = "on call: Payments, first line"
    yield PageOrdered(**facts, page="e1.1.1", escalation="e1", call=1, who="UBEN", because=because, ways=ways)
    for way in range(len(ways)):
        yield PageTried(**facts, page="e1.1.1", way=way)
        yield PageSent(**facts, page="e1.1.1", way=way, detail="sent")


def _called(wired: Wired, incident: str) -> list[datetime]:
    """Return when the calls behind the first one were made."""
    events = (record.event for record in wired.house.engine.history(incident))
    return [event.at for event in events if isinstance(event, EscalationCalled) and event.call > 1]


def _redis_megabytes(wired: Wired) -> float:
    return int(wired.redis.info("memory")["used_memory"]) / 2**20
