"""The timeline as messages: rows of time, actor and sentence, grouped to stay under Slack's limits."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from bot.domain.incident import events as e
from bot.domain.incident.record import Recorded
from bot.domain.incident.state import Incident
from bot.domain.timeline import sentence
from bot.slack.kit import Message, Names, context, day, header, line, link, message, plural, section, when, who

SECTION = 2700
SECTIONS = 4
"""Rows fill sections, sections fill messages: Slack refuses a message with more than about 13,000 characters in all."""


def timeline(records: Sequence[Recorded], incident: Incident, names: Names, title: str) -> list[Message]:
    """Show these records, oldest first; no message at all where they hold nothing worth reading."""
    told = _worth_telling(records)
    if not told:
        return []
    first, last = told[0].at, told[-1].at
    style = "{time}" if last - first < timedelta(hours=12) else "{date_short} {time}"
    rows = [
        f"{when(event.at, style)} · *{who(event.by, names)}* · {line(sentence(event, incident), 2400, names)}"
        f"{_source(event)}"
        for event in told
    ]
    pages = _packed(list(_sections(rows)), SECTIONS)
    quiet = len(records) - len(told)
    left_out = (
        f"{plural(quiet, 'quiet event')} left out: starts of steps, unchanged signal readings, exports" if quiet else ""
    )
    span = f"{plural(len(told), 'event')}, {day(first)} to {day(last)}"
    return [
        message(
            "\n".join([line(title) if number == 1 else f"{line(title)}, part {number}", *page]),
            header(title) if number == 1 else None,
            context(span if number == 1 else f"{line(title)}, part {number} of {len(pages)}"),
            *(section(text) for text in page),
            context(left_out) if left_out and number == len(pages) else None,
        )
        for number, page in enumerate(pages, start=1)
    ]


def _worth_telling(records: Sequence[Recorded]) -> list[e.AnyEvent]:
    told, health = list[e.AnyEvent](), dict[str, bool]()
    ended = {_run(record.event) for record in records if isinstance(record.event, e.StepFinished)}
    for record in records:
        match record.event:
            case e.ExportRequested() | e.ExportDelivered():
                continue
            case e.StepStarted() as started if _run(started) in ended:
                continue  # its end says it all
            case e.StageChanged() if told and isinstance(told[-1], e.Resolved):
                continue  # resolving is the move
            case e.SignalRead() as read if health.get(read.mitigation) is read.healthy:
                continue
            case e.SignalRead() as read:
                health[read.mitigation] = read.healthy
            case e.VerificationStarted() as begun:
                health.pop(begun.mitigation, None)
            case _:
                pass
        told.append(record.event)
    return told


def _run(event: e.StepStarted | e.StepFinished) -> tuple[str, str, int]:
    return event.mitigation, event.phase, event.step


def _source(event: e.AnyEvent) -> str:
    url = event.permalink if isinstance(event, e.MessagePinned) else None
    return f" {link(url, 'message')}" if url else ""


def _sections(rows: Iterable[str]) -> Iterable[str]:
    section_rows, size = list[str](), 0
    for row in rows:
        if section_rows and size + len(row) > SECTION:
            yield "\n".join(section_rows)
            section_rows, size = [], 0
        section_rows.append(row)
        size += len(row) + 1
    yield "\n".join(section_rows)


def _packed(sections: list[str], size: int) -> list[list[str]]:
    return [sections[start : start + size] for start in range(0, len(sections), size)]
