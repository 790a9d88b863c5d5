"""Who is on call, in words: the same sentences for Slack and for the terminal, each in its own letters."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.oncall.book import Book
from bot.domain.oncall.duty import Duty, Planned
from bot.domain.oncall.schedule import Override


@dataclass(frozen=True, slots=True)
class Letters:
    """How a door writes."""

    time: Callable[[datetime], str]
    text: Callable[[str], str]
    """Makes words of operators' and people's safe to show there."""


def name(book: Book, person: str) -> str:
    """Name somebody as the book does; whoever is no longer in it, by their key."""
    known = book.people.get(person)
    return known.name if known else person


def names(book: Book, people: Iterable[str], letters: Letters) -> str:
    return " and ".join(letters.text(name(book, person)) for person in dict.fromkeys(people)) or "nobody"


def title(book: Book, schedule: str, letters: Letters) -> str:
    known = book.schedules.get(schedule)
    return letters.text(known.title if known else schedule)


def duty_said(duty: Duty, book: Book, letters: Letters) -> str:
    """Say who is on call until when, and who follows: `Ana Ruiz until Mon 09:00, then Ben Okafor`."""
    if not duty.is_known:
        return "kept elsewhere, and not read yet"
    then = names(book, (shift.person for shift in duty.then), letters)
    if not duty.on:
        return f"nobody; {then} from {letters.time(duty.then[0].start)}" if duty.then else "nobody"
    until = min(shift.end for shift in duty.on)
    on = names(book, (shift.person for shift in duty.on), letters)
    return f"{on} until {letters.time(until)}, then {then}"


def override_said(override: Override, book: Book, letters: Letters) -> str:
    """Say who stands in where, for whom, when and why."""
    instead = f" for {letters.text(name(book, override.instead_of))}" if override.instead_of else ""
    times = f"from {letters.time(override.start)} until {letters.time(override.end)}"
    why = f": “{letters.text(override.because)}”" if override.because else ""
    who = letters.text(name(book, override.person))
    return f"{who} stands in{instead}, {title(book, override.schedule, letters)} {times}{why}"


def shift_said(planned: Planned, book: Book, letters: Letters) -> str:
    """Say where and when somebody is on call, and who follows."""
    shift = planned.shift
    after = names(book, planned.relieved_by, letters)
    standing_in = " (standing in)" if shift.because == "override" else ""
    times = f"from {letters.time(shift.start)} until {letters.time(shift.end)}"
    return f"{letters.text(planned.schedule.title)}{standing_in} {times}, then {after}"
