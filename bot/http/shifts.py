"""What calendars show: the shifts of a person, or of a team, some weeks back and half a year ahead."""

from datetime import timedelta

from bot.domain.oncall import rota
from bot.domain.oncall.book import Book
from bot.domain.oncall.duty import shifts_of
from bot.domain.oncall.links import Kind
from bot.domain.oncall.named import schedules_of
from bot.domain.oncall.schedule import Schedule, Shift
from bot.ports import Clock, Roster

BACK, AHEAD = timedelta(days=30), timedelta(days=180)


class ShiftCalendars:
    """Writes the calendar of whoever the book knows by a name."""

    def __init__(self, book: Book, roster: Roster, clock: Clock) -> None:
        self._book = book
        self._roster = roster
        self._clock = clock

    def go_by(self, book: Book) -> None:
        """Show the shifts of this book from now on."""
        self._book = book

    def __call__(self, kind: Kind, name: str) -> bytes | None:
        """Return a calendar file; None for nobody that the book knows. Raises RedisError."""
        from bot.calendars.feed import feed  # noqa: PLC0415 - its library is an extra

        book = self._book
        known = book.people.get(name) if kind == "person" else book.teams.get(name)
        if known is None:
            return None
        title = f"On call: {book.people[name].name if kind == 'person' else book.teams[name].title}"
        names = {key: person.name for key, person in book.people.items()}
        return feed(title, self._shifts(kind, name, book), names, self._clock.now())

    def _shifts(self, kind: Kind, name: str, book: Book) -> list[tuple[Schedule, Shift]]:
        now, arranged = self._clock.now(), self._roster.arranged()
        start, end = now - BACK, now + AHEAD
        if kind == "person":
            return [(it.schedule, it.shift) for it in shifts_of(book, name, start, end, arranged)]
        schedules = schedules_of(book, book.teams[name])
        return [(each, shift) for each in schedules for shift in rota.shifts(each, start, end, arranged)]
