"""Stretches of time: joined, cut and measured. Each lasts from its start until just before its end."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple


class Span(NamedTuple):
    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def within(span: Span, bounds: Span) -> Span | None:
    """Return the part of `span` inside of `bounds`; None where they do not meet."""
    start, end = max(span.start, bounds.start), min(span.end, bounds.end)
    return Span(start, end) if start < end else None


def union(spans: Iterable[Span]) -> list[Span]:
    """Join what overlaps or adjoins; return the rest in order, apart from each other."""
    joined = list[Span]()
    for span in sorted(spans):
        if span.start >= span.end:
            continue
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def common(ones: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Return the time that lies in both; each is a union, and so is the answer."""
    return list(_meetings(list(ones), list(others)))


def _meetings(ones: list[Span], others: list[Span]) -> Iterator[Span]:
    i = j = 0
    while i < len(ones) and j < len(others):
        if both := within(ones[i], others[j]):
            yield both
        if ones[i].end <= others[j].end:
            i += 1
        else:
            j += 1


def without(ones: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Return the time of `ones` that does not lie in `others`; each is a union, and so is the answer."""
    return list(_remains(list(ones), list(others)))


def _remains(ones: list[Span], others: list[Span]) -> Iterator[Span]:
    j = 0
    for start, end in ones:
        begin = start
        while j < len(others) and others[j].end <= begin:
            j += 1
        k = j
        while k < len(others) and others[k].start < end:
            if begin < others[k].start:
                yield Span(begin, others[k].start)
            begin = others[k].end
            k += 1
        if begin < end:
            yield Span(begin, end)


def total(spans: Iterable[Span]) -> timedelta:
    return sum((span.length for span in spans), timedelta())
