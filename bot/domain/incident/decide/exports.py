"""Timeline exports: asked for by a person, made by a worker."""

from bot.domain.incident.commands import RecordExport, RequestExport
from bot.domain.incident.events import AnyEvent, ExportDelivered, ExportFailed, ExportRequested
from bot.domain.incident.state import Incident


def request(command: RequestExport) -> list[AnyEvent]:
    return [ExportRequested(by=command.by, at=command.at, format=command.format, request=command.cause)]


def record(command: RecordExport, incident: Incident) -> list[AnyEvent]:
    if incident.exports.get(command.request, "wanted") != "wanted":
        return []
    if command.ok:
        return [
            ExportDelivered(
                by=command.by, at=command.at, format=command.format, request=command.request, file=command.detail
            )
        ]
    return [
        ExportFailed(
            by=command.by, at=command.at, format=command.format, request=command.request, because=command.detail
        )
    ]
