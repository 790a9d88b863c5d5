"""Exports: the timeline as a file, made here and uploaded to the incident's channel."""

from slack_sdk.errors import SlackApiError

from bot.domain.effects import MakeExport
from bot.domain.incident.commands import RecordExport
from bot.exporters import BY_NAME, Export
from bot.slack.errors import Refused, translate
from workers.crew import Done, Job


def make_export(effect: MakeExport, job: Job) -> Done:
    """Make and upload; after a try whose answer was lost, look for the file before uploading again."""
    crew, incident = job.crew, job.incident()
    channel = job.channel_of(incident)
    exporter = BY_NAME[effect.format]
    asked = int(job.waiting.id.split(":")[1])
    records = [record for record in crew.engine.history(incident.id) if record.version <= asked]
    name = exporter.filename(incident.id, asked)
    if not (job.again and _is_there(name, channel, job)):
        content = exporter.render(Export(records, crew.names, crew.clock.now()))
        try:
            comment = (
                f"The timeline of {incident.id} up to event {asked}, as {exporter.name}. "
                f"Its chain ends in `{records[-1].hash[:16]}`: `muster verify` checks a JSON export against it."
            )
            crew.desk.upload(channel, name, content, comment)
        except SlackApiError as error:
            meaning = translate(error)
            if isinstance(meaning, Refused):
                return Done((_record(effect, job, ok=False, detail=f"{meaning.why} {meaning.cure}"),))
            raise
    return Done((_record(effect, job, ok=True, detail=name),))


def _record(effect: MakeExport, job: Job, *, ok: bool, detail: str) -> RecordExport:
    return RecordExport(**job.facts("export"), request=effect.request, format=effect.format, ok=ok, detail=detail)


def _is_there(name: str, channel: str, job: Job) -> bool:
    messages = job.crew.desk.messages(channel, job.since)
    return any(file.get("name") == name for message in messages for file in message.get("files") or ())
