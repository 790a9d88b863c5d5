"""What every performer works with, and what it may answer."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from slack_sdk.errors import SlackApiError

from bot.domain.ids import SYSTEM
from bot.domain.incident.commands import AnyCommand
from bot.domain.incident.state import Incident
from bot.domain.oncall.links import Subscriptions
from bot.engine import Engine
from bot.ports import Clock, KnownAnswers, People, Problems, Tracks
from bot.slack.approvals import account_out
from bot.slack.desk import Desk
from bot.slack.errors import Refused, RetryLater
from bot.store.audit import RedisAudits
from bot.store.limits import RedisLimits
from bot.store.outbox import Waiting
from bot.store.targets import RedisTargets
from bot.verbs.request import House

log = logging.getLogger("muster.workers")

EDITS_APART = 1.2
"""Seconds between two edits of one message: chat.update allows about 50 a minute (Slack's tier 3)."""


@dataclass(frozen=True, slots=True)
class Crew:
    """The hands of a worker."""

    house: House
    desk: Desk
    clock: Clock
    targets: RedisTargets
    tracks: Tracks
    answers: KnownAnswers
    limits: RedisLimits
    problems: Problems
    subscriptions: Subscriptions
    audits: RedisAudits
    link: str
    """What leads to a channel from outside Slack, with `{channel}` where its id goes."""
    secrets: Mapping[str, str]
    """The environment: notifiers' keys, by the names that operators declare."""

    @property
    def engine(self) -> Engine:
        return self.house.engine

    @property
    def people(self) -> People:
        return self.house.people

    def why_out(self, person: str) -> str:
        """Ask Slack why somebody can't be asked; empty: they can. While it doesn't answer, what it said last holds."""
        try:
            why = account_out(person, self.people.home(), self.desk.call)
        except (RetryLater, Refused) as error:
            log.info("not known whether %s can be asked: %s", person, error)
            return self.people.why_out(person)
        self.people.is_out(person, why)
        return why

    def names(self, person: str) -> str:
        """Name a person as Slack does; where Slack doesn't answer now, by login or id."""
        if not self.people.knows(person) and person.startswith(("U", "W")):
            try:
                user = self.desk.call("users.info", user=person)["user"]
            except (RetryLater, SlackApiError) as error:
                log.info("no name for %s: %s", person, error)
            else:
                profile = user["profile"]
                self.people.meet(person, user.get("name", ""))
                self.people.learn(person, profile.get("display_name") or profile.get("real_name") or person)
        return self.people.name(person)


@dataclass(frozen=True, slots=True)
class Done:
    """The effect is done: what came of it, and how long its lane should rest."""

    outcomes: tuple[AnyCommand, ...] = ()
    rest: float = 0
    blocked: bool = False
    """It was refused and its lane makes no sense without it: try again until somebody has removed the cause."""


@dataclass(frozen=True, slots=True)
class Job:
    """One effect being performed."""

    waiting: Waiting
    crew: Crew

    @property
    def again(self) -> bool:
        """An earlier try may have acted."""
        return self.waiting.tries > 1

    @property
    def since(self) -> datetime:
        return self.waiting.since

    def incident(self) -> Incident:
        return self.crew.engine.incident(self.waiting.effect.incident)

    def channel_of(self, incident: Incident) -> str:
        """The incident's channel; raises RetryLater until there is one."""
        if incident.channel is None:
            raise RetryLater(1, "the channel isn't open yet", is_try=False)
        return incident.channel

    def facts(self, outcome: str) -> dict[str, object]:
        """What every outcome's command shares. The effect is its cause, so twice is once."""
        return {
            "incident": self.waiting.effect.incident,
            "by": SYSTEM,
            "at": self.crew.clock.now(),
            "cause": f"{outcome}:{self.waiting.id}",
        }
