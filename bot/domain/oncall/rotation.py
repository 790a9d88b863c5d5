"""Rotations: people take turns on a wall clock. Any hand-over is found by arithmetic, however long ago the first was.

The k-th hand-over is when the clock of the schedule's zone shows `starts` plus k units, counted from the first: so
months that are too short shorten only themselves (31 January, 28 February, 31 March), and daylight saving moves
nothing on the wall. Where the clock skips or repeats a time, wall.py's rule says which instant it is; a turn that is
skipped altogether is used up.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, groupby
from typing import NamedTuple

from whenever import PlainDateTime

from bot.domain.oncall.schedule import Layer, wall
from bot.domain.oncall.spans import Span
from bot.domain.oncall.wall import instant, shown_at

UNITS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1)}
NEVER = datetime.max.replace(tzinfo=UTC)
"""Later than any calendar goes."""


class Run(NamedTuple):
    """Successive turns of one person within one round of the people."""

    person: str
    start: datetime
    end: datetime
    number: int
    """Counts the layer's runs from its first hand-over."""


def runs(layer: Layer, zone: str, start: datetime, end: datetime) -> Iterator[Run]:
    """Yield the runs that touch a stretch of time, in order, in their real length; all in UTC.

    A new round begins a new run, also where the last person of a round is the first of the next:
    so every run has an end, even where only one person takes turns.
    """
    over = instant(wall(layer.ends), zone) if layer.ends else NEVER
    round_ = _round(layer)
    number = _number_at(layer, zone, max(start, hand_over(layer, zone, 0)), round_)
    while True:
        span = Span(_start(layer, zone, number, round_), min(_start(layer, zone, number + 1, round_), over))
        if span.start >= min(end, over):
            return
        if span.start < span.end and start < span.end:
            yield Run(round_[number % len(round_)][1], *span, number)
        number += 1


def hand_over(layer: Layer, zone: str, k: int) -> datetime:
    """Return the instant of the k-th hand-over, the first being 0; NEVER where no calendar goes so far."""
    try:
        return instant(_on_thewall(layer, k), zone)
    except (OverflowError, ValueError):
        return NEVER


def _on_thewall(layer: Layer, k: int) -> datetime:
    starts = wall(layer.starts)
    match layer.rotation:
        case "hourly" | "daily" | "weekly":
            return starts + k * layer.every * UNITS[layer.rotation]
        case "monthly":
            return PlainDateTime(starts).add(months=k * layer.every).to_stdlib()
        case "custom":
            marks = _marks(layer)
            rounds, rest = divmod(k, len(layer.lengths))
            return starts + rounds * marks[-1] + marks[rest]


def _turn_at(layer: Layer, zone: str, at: datetime) -> int:
    """Return which turn it is at an instant that is not before the first hand-over, or one that was just before.

    A clock that was put back shows a time before a hand-over that has been.
    """
    k = max(0, _guess(layer, shown_at(at, zone)))
    while hand_over(layer, zone, k) > at:
        k -= 1
    return k


def _guess(layer: Layer, shown: datetime) -> int:
    """Count the hand-overs until a time on the wall."""
    starts = wall(layer.starts)
    match layer.rotation:
        case "hourly" | "daily" | "weekly":
            return (shown - starts) // (layer.every * UNITS[layer.rotation])
        case "monthly":
            return ((shown.year - starts.year) * 12 + shown.month - starts.month) // layer.every
        case "custom":
            marks = _marks(layer)
            rounds, rest = divmod(shown - starts, marks[-1])
            return rounds * len(layer.lengths) + sum(mark <= rest for mark in marks[1:])


def _marks(layer: Layer) -> list[timedelta]:
    """Return when, in a round of `lengths`, each begins; and when the round is over."""
    return list(accumulate((timedelta(seconds=length) for length in layer.lengths), initial=timedelta()))


Round = list[tuple[int, str]]
"""For each run of a round: the turn it begins with, and whose it is."""


def _round(layer: Layer) -> Round:
    grouped = [list(turns) for _, turns in groupby(enumerate(layer.people), key=lambda turn: turn[1])]
    return [turns[0] for turns in grouped]


def _number_at(layer: Layer, zone: str, at: datetime, round_: Round) -> int:
    rounds, turn = divmod(_turn_at(layer, zone, at), len(layer.people))
    return rounds * len(round_) + sum(begins <= turn for begins, _ in round_) - 1


def _start(layer: Layer, zone: str, number: int, round_: Round) -> datetime:
    rounds, rest = divmod(number, len(round_))
    return hand_over(layer, zone, rounds * len(layer.people) + round_[rest][0])
