"""The timeline as messages: rows of time, actor and sentence, grouped to stay under Slack's limits."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from bot.domain.incident import events as e
from bot.domain.incident.record import Recorded
from bot.domain.timeline import QUIET, tell
from bot.slack.kit import Message, Names, context, day, header, line, link, message, plural, section, when, who

SECTION = 2700
SECTIONS = 4
"""Rows fill sections, sections fill messages: Slack refuses a message with more than about 13,000 characters in all."""


def timeline(records: Sequence[Recorded], names: Names, title: str, *, after: int = 0) -> list[Message]:
    """Show the events behind number `after`, oldest first; no message where none of them is worth reading.

    `records`: from the first event on, so that each is told by what was so when it happened.
    """
    told = tell(records, after)
    if not told:
        return []
    first, last = told[0].event.at, told[-1].event.at
    style = "{time}" if last - first < timedelta(hours=12) else "{date_short} {time}"
    rows = [
        f"{when(one.event.at, style)} · *{who(one.event.by, names)}* · {line(one.sentence, 2400, names)}"
        f"{_source(one.event)}"
        for one in told
    ]
    pages = _packed(list(_sections(rows)), SECTIONS)
    quiet = sum(record.version > after for record in records) - len(told)
    left_out = f"{plural(quiet, 'quiet event')} left out: {QUIET}" if quiet else ""
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
