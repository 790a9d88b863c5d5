"""Declaring an incident, and the channel that a worker made for it."""

from bot.domain.incident.commands import Declare, RecordChannel
from bot.domain.incident.events import AnyEvent, ChannelOpened, Declared
from bot.domain.incident.rejections import IncidentExists
from bot.domain.incident.state import Incident
from bot.domain.words import check_length, check_title
from bot.domain.workflow.policy import Policy


def declare(command: Declare, incident: Incident | None, policy: Policy) -> list[AnyEvent]:
    if incident is not None:
        raise IncidentExists(incident=incident.id)
    check_title(command.title)
    check_length(command.summary)
    return [
        Declared(
            by=command.by,
            at=command.at,
            title=command.title,
            severity=command.severity,
            service=command.service,
            summary=command.summary,
            private=command.private,
            origin=command.origin,
            policy=policy.hash,
            stage=policy.first,
        )
    ]


def record_channel(command: RecordChannel, incident: Incident) -> list[AnyEvent]:
    if incident.channel == command.channel:
        return []
    return [ChannelOpened(by=command.by, at=command.at, channel=command.channel, name=command.name)]
