"""What people are told about standing in: the question, what came of it, who comes on, who goes off; and the team."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.oncall.book import Book
from bot.domain.oncall.roster import Asked, root
from bot.domain.oncall.schedule import Override, Schedule
from bot.domain.oncall.spans import Span
from bot.domain.oncall.told import name, override_said, title
from bot.slack.controls import AnswerStandInButton, CancelOverrideButton, FindStandInButton
from bot.slack.kit import Message, Names, actions, button, context, line, message, section, sentences, who
from bot.slack.views.oncall import LETTERS


def question(asked: Asked, book: Book, names: Names) -> Message:
    """Ask somebody to stand in, with the buttons to answer."""
    override = asked.override
    asks = f"{who(override.by, names)} asks you to stand in{_instead(override, book)}"
    where = f"*{title(book, override.schedule, LETTERS)}* {_times([Span(override.start, override.end)])}"
    why = f"“{line(override.because, 600)}”" if override.because else ""
    returned = f"In return: {override_said(asked.in_return, book, LETTERS)}." if asked.in_return else ""
    return message(
        sentences(asks, where, why, returned, "It holds once you accept"),
        section("\n".join(part for part in (f"{asks}.", where, why, returned) if part)),
        actions(
            button("Accept", AnswerStandInButton(override=override.id, accept=True), "primary"),
            button("Decline", AnswerStandInButton(override=override.id, accept=False)),
        ),
        context(f"It holds once you accept. In words: `/incident oncall accept {override.id}`"),
    )


def answered(asked: Asked, how: str, book: Book, names: Names) -> Message:
    """What the question says once it is answered or taken back: one line, and nothing to click."""
    override = asked.override
    times = _times([Span(override.start, override.end)])
    text = (
        f"{how}: {who(override.by, names)} asked you to stand in in {title(book, override.schedule, LETTERS)} {times}"
    )
    return message(text, section(text))


def reply(asked: Asked, book: Book, *, accepted: bool) -> Message:
    """Tell whoever asked what the answer is."""
    override = asked.override
    person, times = line(name(book, override.person), 80), _times([Span(override.start, override.end)])
    where = f"{title(book, override.schedule, LETTERS)} {times}"
    if accepted:
        text = f"✓ {person} stands in: {where}"
        return message(text, section(text))
    text = f"✗ {person} can't stand in: {where}. Everything stays as it was."
    return message(text, section(text, _ask_somebody_else(override)))


def unanswered(asked: Asked, book: Book, at: datetime) -> Message:
    """Tell whoever asked, in time to find somebody else, that there is no answer."""
    override = asked.override
    person, times = line(name(book, override.person), 80), _times([Span(override.start, override.end)])
    where = f"{title(book, override.schedule, LETTERS)} {times}"
    if override.end <= at:
        text = f"{person} has not answered whether they stand in: {where}. That time is over; nothing was changed."
        return message(text, section(text))
    text = f"⏳ {person} has not answered yet whether they stand in: {where}. Until they do, everything stays as it is."
    return message(text, section(text, _ask_somebody_else(override)))


def _ask_somebody_else(override: Override) -> dict[str, object]:
    start, end = int(override.start.timestamp()), int(override.end.timestamp())
    return button("Ask somebody else", FindStandInButton(schedule=override.schedule, start=start, end=end))


def coming(schedule: Schedule, spans: Sequence[Span], override: Override, *, by: str, names: Names) -> Message:
    """Tell somebody that they are on call where they were not before."""
    text = f"You are on call for {line(schedule.title, 150)} {_times(spans)}. {_arranged(override, by, names)}"
    return message(text, section(text, _take_back(override)))


def going(schedule: Schedule, spans: Sequence[Span], override: Override, *, by: str, names: Names) -> Message:
    """Tell somebody that they are not on call where they were before."""
    off = f"You are off call for {line(schedule.title, 150)} {_times(spans)}."
    text = f"{off} {_arranged(override, by, names)}"
    return message(text, section(text, _take_back(override)))


def made_known(override: Override, book: Book) -> Message:
    """Tell a team in one line."""
    text = f"🔁 {override_said(override, book, LETTERS)} ({root(override.id)})"
    return message(text, context(text))


def taken_back(override: Override, by: str, book: Book, names: Names) -> Message:
    """Tell a team in one line that somebody stands in no more."""
    text = f"🔁 {who(by, names)} took back {root(override.id)}: {override_said(override, book, LETTERS)}"
    return message(text, context(text))


def _arranged(override: Override, by: str, names: Names) -> str:
    why = f": “{line(override.because, 300)}”" if override.because else ""
    return f"{who(by, names)} arranged it ({root(override.id)}){why}"


def _take_back(override: Override) -> dict[str, object]:
    return button("Take back", CancelOverrideButton(override=root(override.id)))


def _instead(override: Override, book: Book) -> str:
    return f" for {line(name(book, override.instead_of), 80)}" if override.instead_of else ""


def _times(spans: Sequence[Span]) -> str:
    return " and ".join(f"from {LETTERS.time(span.start)} until {LETTERS.time(span.end)}" for span in spans[:5])
