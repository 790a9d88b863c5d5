"""What every reader of a schedule kept elsewhere gives back, and how it says that it could not read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.oncall.schedule import Elsewhere, Shift


@dataclass(frozen=True, slots=True)
class Reading:
    """What the other system says about a time."""

    shifts: tuple[Shift, ...]
    """Every shift that overlaps the time asked for, whole, earliest first. Shifts of one time may overlap."""
    unknown: tuple[str, ...]
    """Who or what stands there and is nobody in `elsewhere.people`: named for the operator, never guessed."""


class Passing(Exception):
    """A trouble that may pass: out of reach, too busy, 5xx. Trying again may help; what was read last holds."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds
        """When to try again, where the other system says so."""


class Unreadable(Exception):
    """It stays unreadable until somebody acts. No secret stands in its words; what was read last holds."""

    def __init__(self, why: str, cure: str) -> None:
        super().__init__(f"{why} {cure}")
        self.why = why
        self.cure = cure


class Found:
    """Collects the shifts of one reading, and whom it could not place."""

    def __init__(self, elsewhere: Elsewhere, start: datetime, end: datetime) -> None:
        self._people = {_plain(called): person for called, person in elsewhere.people.items()}
        self._start, self._end = start, end
        self._shifts: set[tuple[datetime, datetime, str, str]] = set()
        self._unknown: dict[str, None] = {}

    def who(self, called: Iterable[str]) -> str | None:
        """Find our person by the first of these words that `elsewhere.people` has, in whatever case it is written."""
        return next((self._people[plain] for word in called if (plain := _plain(word)) in self._people), None)

    def overlaps(self, start: datetime, end: datetime) -> bool:
        return start < self._end and end > self._start

    def on_shift(self, person: str, start: datetime, end: datetime, because: str) -> None:
        if start < end and self.overlaps(start, end):
            self._shifts.add((start, end, person, because))

    def nobody(self, called: str) -> None:
        """Note somebody or something on shift whom we do not know."""
        self._unknown[" ".join(called.split())[:100] or "an entry without a name"] = None

    def reading(self) -> Reading:
        shifts = (
            Shift(person=person, start=start, end=end, because=because)
            for start, end, person, because in sorted(self._shifts)
        )
        return Reading(tuple(shifts), tuple(self._unknown))


def key_of(elsewhere: Elsewhere, secrets: Mapping[str, str]) -> str:
    """Look up the API key. Raises Unreadable where it is not set."""
    if not (key := secrets.get(elsewhere.key, "").strip()):
        raise Unreadable(f"{elsewhere.key} is not set.", f"Set {elsewhere.key} in .env and restart.")
    return key


def moment(said: object) -> datetime:
    """Read a time with its offset: `2026-11-02T09:00:00Z`. Raises ValueError."""
    if not isinstance(said, str):
        raise ValueError("a time is missing")  # noqa: TRY004 - of an answer, not of our code
    at = datetime.fromisoformat(said)
    if at.tzinfo is None:
        raise ValueError(f"{said[:40]} has no offset")
    return at


def _plain(word: str) -> str:
    return " ".join(word.split()).casefold()
