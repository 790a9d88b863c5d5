"""What somebody is told when their shift begins."""

from bot.domain.oncall.book import Book
from bot.domain.oncall.duty import Planned
from bot.domain.oncall.told import names as named
from bot.slack.controls import TestPageButton
from bot.slack.kit import Message, actions, button, context, line, message, section
from bot.slack.views.oncall import LETTERS, find_stand_in


def shift_began(planned: Planned, book: Book) -> Message:
    """Say for what and until when somebody is on call, whom they relieve, and who follows."""
    shift = planned.shift
    text = f"📟 You are on call for *{line(planned.schedule.title, 150)}* until {LETTERS.time(shift.end)}."
    relieves = f"You relieve {named(book, planned.relieves, LETTERS)}. " if planned.relieves else ""
    after = f"{relieves}Then: {named(book, planned.relieved_by, LETTERS)}."
    return message(
        f"{text} {after}",
        section(text),
        context(after),
        actions(find_stand_in(planned), button("Test my page", TestPageButton())),
    )
