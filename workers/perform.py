"""RQ's one door: a lane's name comes in, its effects are performed in order, and what came of each goes back."""

import functools
import logging
import random
import time
from secrets import token_hex

import httpx
from redis.exceptions import RedisError

from bot.domain.effects import OpenChannel
from bot.domain.incident.commands import RecordTrouble
from bot.domain.oncall.links import Subscriptions
from bot.domain.rejected import Rejected
from bot.settings import read
from bot.slack.errors import Refused, RetryLater, log_with_reference, translate
from bot.store.outbox import RedisOutbox, Waiting
from bot.tls import tls
from bot.wiring import Wired, wire
from workers.crew import Crew, Done, Job
from workers.effects import ALL

log = logging.getLogger("muster.workers")

PATIENCE = 15
"""Seconds; the longest pause between two tries while Slack or a target is away."""

FAULTS = 5
"""Tries of an effect that fails by a fault of ours; then the fault becomes a visible fact and the lane goes on."""

BLOCKED = 5
"""Seconds between two tries of what the rest of its lane needs, until somebody has cured what Slack refused."""

SHIFT = 60
"""Seconds that one job serves a busy lane before the next job goes on: no lane keeps a worker for good."""


@functools.cache
def crew_and_outbox() -> tuple[Crew, RedisOutbox]:
    """Build a worker's hands, once per process; RQ forks each job from a parent that has done so."""
    wired = _wired()
    httpx.Client(verify=tls()).close()  # what each job would load and import again, it is forked with
    return hands(wired), wired.outbox


@functools.cache
def _wired() -> Wired:
    return wire(read())


def look_at_manifests() -> None:
    """Have those that changed in force, for the jobs that are forked from here on; telling of mistakes is others' task.

    A job that serves a busy lane goes on with what it began with, for a minute at most.
    """
    _wired().watch.look(rarely=True)


def hands(wired: Wired) -> Crew:
    return Crew(
        house=wired.house,
        desk=wired.desk,
        clock=wired.clock,
        targets=wired.targets,
        tracks=wired.tracks,
        answers=wired.answers,
        limits=wired.limits,
        problems=wired.problems,
        subscriptions=Subscriptions(wired.settings.calendar_secret, wired.settings.public_url),
        audits=wired.audits,
        link=wired.settings.slack_link,
        secrets=wired.settings.environment,
    )


def perform(lane: str) -> None:
    """Serve one lane. RQ may call this twice or not at all: the outbox is the truth, this is a wake-up call."""
    crew, outbox = crew_and_outbox()
    serve(lane, crew, outbox)


def serve(lane: str, crew: Crew, outbox: RedisOutbox) -> None:
    """Perform a lane's effects in order until there is nothing to do now."""
    token, ends = token_hex(8), time.monotonic() + SHIFT
    waiting = outbox.next(lane, token)
    if not isinstance(waiting, Waiting):
        return
    with outbox.renewing(lane, token):
        while isinstance(waiting, Waiting):
            try:
                rest = _perform(waiting, crew)
            except RetryLater as later:
                pause = later.seconds if later.seconds is not None else _backoff(waiting.tries)
                log.info("later effect=%s tries=%s in=%.2fs why=%s", waiting.id, waiting.tries, pause, later)
                outbox.next(lane, token, rest=max(pause, 0.05), untried="" if later.is_try else waiting.id)
                return
            if time.monotonic() > ends:
                rest = max(rest, 0.05)
            waiting = outbox.next(lane, token, done=waiting.id, rest=rest)


def _perform(waiting: Waiting, crew: Crew) -> float:
    """Perform one effect and hand in its outcome; returns the seconds that the lane should rest.

    Raises RetryLater.
    """
    try:
        done = _attempt(waiting, crew)
    except Refused as refused:
        done = _trouble(refused, waiting, crew)
    for outcome in done.outcomes:
        try:
            crew.engine.submit(outcome)
        except Rejected as rejected:
            log.info("outcome not wanted effect=%s why=%s", waiting.id, rejected)
    if done.blocked:
        raise RetryLater(BLOCKED, f"nothing can follow {waiting.effect.type}")
    return done.rest


def _attempt(waiting: Waiting, crew: Crew) -> Done:
    """Try once. Raises RetryLater and Refused, whatever went wrong."""
    effect = waiting.effect
    try:
        return ALL[type(effect)](effect, Job(waiting, crew))
    except (RetryLater, Refused, RedisError):
        raise  # without the store nothing can be said of the effect; its lane is taken up again when the lease ends
    except Exception as error:
        if (meaning := translate(error)) is not None:
            raise meaning from error
        reference = log_with_reference("effect failed", error, waiting.id)
        if waiting.tries < FAULTS:
            raise RetryLater(None, f"fault {reference}") from error
        cure = f"Look for reference {reference} in the worker's log."
        raise Refused(f"A fault of mine kept “{effect.type}” from happening.", cure) from error


def _trouble(refused: Refused, waiting: Waiting, crew: Crew) -> Done:
    """Make a refusal a fact of the incident; one that concerns no incident is logged."""
    effect = waiting.effect
    log.warning("refused effect=%s type=%s why=%s cure=%s", waiting.id, effect.type, refused.why, refused.cure)
    if not effect.incident:
        return Done()
    facts = Job(waiting, crew).facts("trouble")
    trouble = RecordTrouble(**facts, effect=effect.type, why=refused.why, cure=refused.cure)
    return Done((trouble,), blocked=isinstance(effect, OpenChannel))


def _backoff(tries: int) -> float:
    """Seconds until the next try: doubling, capped, with jitter, so that lanes don't come back all at once."""
    return min(PATIENCE, 0.25 * 2.0 ** min(tries, 8)) * random.uniform(0.5, 1)  # noqa: S311 - jitter, no secret
