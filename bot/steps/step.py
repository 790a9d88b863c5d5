"""What every step type gets, and what it says when it is over."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Context:
    url: str
    """The target's base url."""
    key: str
    """The step's correlation id: the same however often it is tried, sent as `Idempotency-Key`."""
    fence: int
    """Grows with every holder of the target; a target may refuse an older one."""
    started_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Result:
    ok: bool
    detail: str


class NotYet(Exception):
    """The step isn't over; ask again in `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"not yet: {seconds:g} s")
        self.seconds = seconds


class Passing(Exception):
    """A trouble that may pass: the target is out of reach or answers 5xx. Trying again is safe, by the key."""
