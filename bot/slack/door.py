"""What the Slack door's listeners use: the house behind it, the time, and a way to answer one person later."""

from dataclasses import dataclass
from typing import Any

from bot.domain.effects import AnyEffect, Whisper
from bot.domain.incident.rejections import FromAnotherWorkspace, NoSuchIncident
from bot.domain.incident.state import Incident
from bot.ports import Clock, Outbox, Waker
from bot.slack.kit import Message
from bot.slack.requests import Asked
from bot.verbs.request import House


@dataclass(frozen=True, slots=True)
class Opens:
    """Answer by opening a view; `words` are said where Slack can't open it."""

    view: dict[str, Any]
    words: str


@dataclass(frozen=True, slots=True)
class Updates:
    """Answer a form by showing another view in its place."""

    view: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refuses:
    """Answer a form with a sentence beside a field."""

    field: str
    sentence: str


Reply = Message | Opens | Updates | Refuses | None
"""What a listener answers: a message to this person, a view, a refusal beside a field, or nothing to say."""


@dataclass(frozen=True, slots=True)
class Door:
    house: House
    clock: Clock
    outbox: Outbox
    waker: Waker

    def names(self, person: str) -> str:
        return self.house.people.name(person)

    def incident_of(self, channel: str | None) -> Incident | None:
        """Return the incident that lives in a channel."""
        incident = self.house.engine.in_channel(channel) if channel else None
        try:
            return self.house.engine.incident(incident) if incident else None
        except NoSuchIncident:
            return None

    def later(self, effect: AnyEffect, cause: str) -> None:
        """Have a worker do it: what a listener's three seconds are too short for."""
        self.waker.wake(self.outbox.put(effect, id=cause, at=self.clock.now()))

    def meet(self, asked: Asked) -> None:
        """Remember the login of whoever asks: terminals and `@name` in text know people by it.

        Raises FromAnotherWorkspace: who comes from there orders nothing here.
        """
        if self.is_foreign(asked.teams):
            raise FromAnotherWorkspace
        self.house.people.meet(asked.user, asked.user_name)

    def is_foreign(self, teams: frozenset[str]) -> bool:
        """Say whether another workspace is named. Until Slack has told which one is ours, two of them are one too many.

        A payload that names none comes from an organisation's own, and is as good as its signature.
        """
        ours = self.house.people.home()
        return bool(teams - ours) if ours else len(teams) > 1

    def whisper(self, message: Message, asked: Asked, channel: str | None = None) -> None:
        """Tell one person something where they look; a click can't be answered in its ack.

        `channel`: where they are, if what they did doesn't say so.
        """
        answer = Whisper(
            person=asked.user,
            channel=asked.channel or channel,
            response_url=asked.response_url,
            text=message.text,
            blocks=message.blocks,
        )
        self.later(answer, f"whisper:{asked.cause}")
