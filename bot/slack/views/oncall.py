"""Who is on call: for every team, one team or schedule, now or at a time; and one person's shifts."""

from functools import partial
from itertools import accumulate

from bot.domain.oncall.book import Book
from bot.domain.oncall.duty import Duty, Planned
from bot.domain.oncall.schedule import Override
from bot.domain.oncall.told import Letters, duty_said, override_said, shift_said
from bot.slack.controls import CancelOverrideButton, FindStandInButton, OpenFormButton
from bot.slack.kit import Block, Message, actions, bold, button, context, day, line, message, plural, section, trim
from bot.verbs.request import Called, ShowOnCall, ShowShifts

TEAMS, ARRANGED, WAITING, SHIFTS = 25, 8, 5, 12
"""How much of each is shown: 50 blocks fit a message …"""

ROW, ROOM = 350, 6000
"""… and 12,000 characters: so many in a row, and in all teams together."""

LETTERS = Letters(day, partial(line, limit=100))


def on_call(shown: ShowOnCall, book: Book) -> Message:
    """Say who is on call; what was arranged can be taken back from here."""
    title = f"On call at {day(shown.at)}" if shown.clock else "On call now"
    teams = _fitting([_called(called, book) for called in shown.called])
    more = len(shown.called) - len(teams)
    arranged = [_arranged(override, book) for override in shown.overrides[:ARRANGED]]
    waiting = [_told(override, book) for override in shown.asked[:WAITING]]
    return message(
        "\n".join([title, *teams, *(_told(override, book) for override in shown.overrides[:ARRANGED])]),
        section(bold(title)),
        context(f"Read on {line(shown.clock, 100)}") if shown.clock else None,
        *(section(text) for text in teams),
        context(f"{plural(more, 'more team')}: `/incident oncall` and its name") if more > 0 else None,
        *arranged,
        context("*Not answered yet*", *waiting) if waiting else None,
        actions(
            button("Find a stand-in", OpenFormButton(incident="", form="stand-in")),
            button("Put somebody on call", OpenFormButton(incident="", form="override")),
        ),
    )


def _fitting(teams: list[str]) -> list[str]:
    """Keep the first ones, as many as there is room for."""
    filled = accumulate(len(team) for team in teams)
    return [trim(team, ROOM // 2) for team, length in zip(teams, filled, strict=True) if length <= ROOM][:TEAMS]


def _called(called: Called, book: Book) -> str:
    rows = [_row(duty, book) for duty in called.duties] or ["no schedule: nobody is called by shift"]
    return "\n".join([bold(line(called.title, 150)), *rows] if called.title else rows)


def _row(duty: Duty, book: Book) -> str:
    return trim(f"{line(duty.schedule.title, 150)}: {duty_said(duty, book, LETTERS)}", ROW)


def _arranged(override: Override, book: Book) -> Block:
    cancel = button("Take back", CancelOverrideButton(override=override.id))
    return section(_told(override, book), cancel)


def _told(override: Override, book: Book) -> str:
    return trim(f"{override.id}: {override_said(override, book, LETTERS)}", ROW)


def shifts(shown: ShowShifts, reader: str, book: Book) -> Message:
    """List a person's shifts; whoever reads of their own can look for a stand-in."""
    who = line(shown.person.name, 80)
    if not shown.shifts:
        none = f"{who} is not on call within {shown.days} days."
        return message(none, section(none))
    is_own = shown.person.slack == reader
    rows = [shift_row(planned, book) for planned in shown.shifts[:SHIFTS]]
    more = len(shown.shifts) - SHIFTS
    title = f"{who} is on call"
    return message(
        "\n".join([title, *rows]),
        section(bold(title)),
        *(
            section(row, find_stand_in(planned) if is_own else None)
            for row, planned in zip(rows, shown.shifts, strict=False)
        ),
        context(f"{plural(more, 'more shift')} within {shown.days} days") if more > 0 else None,
    )


def shift_row(planned: Planned, book: Book) -> str:
    return trim(shift_said(planned, book, LETTERS), ROW)


def find_stand_in(planned: Planned) -> Block:
    """A button that opens the form with this shift filled in."""
    shift = planned.shift
    times = {"start": int(shift.start.timestamp()), "end": int(shift.end.timestamp())}
    return button("Find a stand-in", FindStandInButton(schedule=planned.schedule.id, **times))
