"""Builds every long-lived object; the only file that knows every adapter."""

import logging
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from threading import Event, Thread
from typing import Any, cast

from redis import Redis
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry
from slack_bolt import App
from slack_sdk import WebClient

from bot.caretaker import Caretaker
from bot.config import Manifests, load
from bot.config.in_force import InForce
from bot.config.watch import Watch
from bot.domain.oncall.book import Book
from bot.domain.runbook import Runbook, Service
from bot.engine import Engine
from bot.http.app import HttpDoor
from bot.http.calendars import Calendars
from bot.http.shifts import ShiftCalendars
from bot.planner import Planner
from bot.ports import Clock
from bot.settings import Settings, read
from bot.slack import installation
from bot.slack.app import WEB_API_TIMEOUT, build_app
from bot.slack.desk import Desk
from bot.slack.door import Door
from bot.store.audit import RedisAudits
from bot.store.client import Client
from bot.store.event_store import RedisEventStore
from bot.store.keys import Keys
from bot.store.limits import RedisLimits
from bot.store.outbox import RedisOutbox
from bot.store.policies import RedisPolicies
from bot.store.problems import RedisProblems
from bot.store.read_models import (
    RedisAnswers,
    RedisClosings,
    RedisGates,
    RedisGuard,
    RedisHeartbeats,
    RedisPeople,
    RedisPosts,
    RedisTracks,
)
from bot.store.roster import RedisRoster
from bot.store.rounds import RedisRounds
from bot.store.targets import RedisTargets
from bot.store.trip import Trip
from bot.store.waker import RqWaker
from bot.tls import tls

WORKER_TIMEOUT = 30
"""Seconds that a worker waits for Slack."""


STORE_TIMEOUT = 0.8
"""Seconds that a door waits for Redis. A request asks it three times at most, and Slack hears of us within three."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one system clock


@dataclass(frozen=True, slots=True)
class TheHouse:
    """The engine, who is who, and the manifests in force: what verbs and workers use."""

    engine: Engine
    people: RedisPeople
    in_force: InForce
    roster: RedisRoster
    planner: Planner
    gates: RedisGates

    @property
    def manifests(self) -> Manifests:
        """All of them, as they are at this moment."""
        return self.in_force.now

    @property
    def services(self) -> Mapping[str, Service]:
        return self.manifests.services

    @property
    def runbooks(self) -> Mapping[str, Runbook]:
        return self.manifests.runbooks

    @property
    def book(self) -> Book:
        return self.manifests.book


@dataclass(frozen=True, slots=True)
class Wired:
    """Everything that lives as long as the process does."""

    settings: Settings
    watch: Watch
    house: TheHouse
    store: RedisEventStore
    policies: RedisPolicies
    outbox: RedisOutbox
    waker: RqWaker
    clock: Clock
    heartbeats: RedisHeartbeats
    targets: RedisTargets
    tracks: RedisTracks
    answers: RedisAnswers
    limits: RedisLimits
    rounds: RedisRounds
    problems: RedisProblems
    audits: RedisAudits
    guard: RedisGuard
    desk: Desk
    redis: Client
    raw_redis: Redis


def wire(settings: Settings, *, in_a_hurry: bool = False, clock: Clock | None = None) -> Wired:
    """Connect everything; a door that people wait at is in a hurry and says soon that Redis is away.

    Raises ManifestMistakes; Redis and Slack are only met when they are used.
    """
    clock = clock or SystemClock()
    watch = Watch(settings.manifests, partial(load, settings.manifests, settings.environment, settings.workflow), clock)
    manifests = watch.in_force.now
    options: dict[str, Any] = {"driver_info": None} | (_impatient() if in_a_hurry else {})
    redis = cast("Client", Redis.from_url(settings.redis_url, decode_responses=True, **options))
    raw = Redis.from_url(settings.redis_url, **options)
    keys = Keys()
    trip = Trip(redis.connection_pool)
    store, waker = RedisEventStore(redis, keys, trip), RqWaker(raw)
    policies = RedisPolicies(redis, keys)
    engine = Engine(store, waker, manifests.workflows, policies)
    people = RedisPeople(redis, keys, manifests.book.people)
    client = slack(settings, WORKER_TIMEOUT)
    roster = RedisRoster(redis, keys)
    planner = Planner(roster, waker, manifests.book)
    watch.in_force.hear(lambda read: engine.go_by(read.workflows))
    watch.in_force.hear(lambda read: people.go_by(read.book.people))
    watch.in_force.hear(lambda read: planner.go_by(read.book))
    heartbeats = RedisHeartbeats(redis, keys, clock, me=f"{socket.gethostname()}:{os.getpid()}")
    problems = RedisProblems(redis, keys, clock)
    return Wired(
        settings=settings,
        watch=watch,
        house=TheHouse(engine, people, watch.in_force, roster, planner, RedisGates(redis, keys)),
        store=store,
        policies=policies,
        outbox=RedisOutbox(redis, keys, clock),
        waker=waker,
        clock=clock,
        heartbeats=heartbeats,
        targets=RedisTargets(redis, keys, clock),
        tracks=RedisTracks(redis, keys),
        answers=RedisAnswers(redis, keys),
        limits=RedisLimits(redis, keys),
        rounds=RedisRounds(redis, keys),
        problems=problems,
        audits=RedisAudits(redis, raw, keys, clock, store=store, problems=problems, heartbeats=heartbeats),
        guard=RedisGuard(trip, keys),
        desk=Desk(client, RedisPosts(redis, keys), RedisClosings(redis, keys)),
        redis=redis,
        raw_redis=raw,
    )


def _impatient() -> dict[str, Any]:
    """Redis's options for doors: one short wait, and a second try at once where a connection had gone stale."""
    again = Retry(ExponentialWithJitterBackoff(cap=0.1, base=0.01), 2, (RedisConnectionError,))
    return {"socket_timeout": STORE_TIMEOUT, "socket_connect_timeout": STORE_TIMEOUT, "retry": again}


def slack(settings: Settings, timeout: int) -> WebClient:
    """Build a Web API client without retries of its own: one on a lost answer would post a message twice."""
    return WebClient(
        settings.slack_bot_token,
        base_url=settings.slack_api_url,
        timeout=timeout,
        ssl=tls(),
        retry_handlers=[],
    )


def bolt_app(wired: Wired) -> App:
    settings = wired.settings
    client = slack(settings, WEB_API_TIMEOUT)
    door = Door(wired.house, wired.clock, wired.outbox, wired.waker)
    return build_app(door, client, settings.slack_bot_token)


def web_app() -> HttpDoor:
    """Build the WSGI app that Granian serves: its factory, called in each of its processes."""
    wired = wire(read(), in_a_hurry=True)
    configure_logging(wired.settings)
    stopped = Event()
    Thread(target=caretaker(wired).run, args=(stopped,), daemon=True).start()
    learn_workspace(wired, stopped)
    return HttpDoor(
        bolt_app(wired),
        wired.settings.slack_signing_secret,
        wired.guard,
        wired.clock,
        wired.redis.ping,
        calendars=shift_calendars(wired),
    )


def learn_workspace(wired: Wired, stopped: Event) -> None:
    """Ask Slack in the background where the app is installed."""
    asks = slack(wired.settings, WORKER_TIMEOUT), wired.house.people, stopped
    Thread(target=installation.learn, args=asks, daemon=True).start()


def caretaker(wired: Wired) -> Caretaker:
    """Build what looks after this process's manifests; a loop or a thread must call it."""
    return Caretaker(wired.watch, wired.problems, wired.clock)


def shift_calendars(wired: Wired) -> Calendars:
    house = wired.house
    shifts = ShiftCalendars(house.book, house.roster, wired.clock)
    house.in_force.hear(lambda read: shifts.go_by(read.book))
    return Calendars(wired.settings.calendar_secret, shifts)


def configure_logging(settings: Settings) -> None:
    logging.basicConfig(
        stream=sys.stderr,
        level=settings.log_level.upper(),
        format="%(asctime)s %(levelname)s %(name)s %(message)s",
        force=True,
    )
