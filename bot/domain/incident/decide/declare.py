"""Declaring an incident, and the channel that a worker made for it."""

from bot.domain.incident.commands import Declare, RecordChannel
from bot.domain.incident.events import AnyEvent, ChannelOpened, Declared
from bot.domain.incident.rejections import IncidentExists, TextTooLong, TitleMissing
from bot.domain.incident.state import Incident
from bot.domain.policy import Policy

TITLE_LIMIT = 200
TEXT_LIMIT = 3000
"""Characters; Slack's section block holds 3,000."""


def declare(command: Declare, incident: Incident | None, policy: Policy) -> list[AnyEvent]:
    if incident is not None:
        raise IncidentExists(incident=incident.id)
    if not any(char.isprintable() and not char.isspace() for char in command.title):
        raise TitleMissing
    if len(command.title) > TITLE_LIMIT:
        raise TitleTooLong(length=len(command.title), limit=TITLE_LIMIT)
    return [
        Declared(
            by=command.by,
            at=command.at,
            title=command.title,
            severity=command.severity,
            service=command.service,
            summary=command.summary[:TEXT_LIMIT],
            private=command.private,
            origin=command.origin,
            policy=policy.hash,
        )
    ]


class TitleTooLong(TextTooLong):
    """That title is {length:,} characters; {limit:,} fit. Say it shorter, and the rest in `/incident note …`."""

    field = "title"


def record_channel(command: RecordChannel, incident: Incident) -> list[AnyEvent]:
    if incident.channel == command.channel:
        return []
    return [ChannelOpened(by=command.by, at=command.at, channel=command.channel, name=command.name)]
