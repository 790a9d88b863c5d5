"""Who is asked by a dynamic seat: candidates with what is known of them in, ranked people with their reasons out.

How soon somebody answers is learnt from their answers before, shrunk towards everybody's: two quick answers don't make
a reputation. With n answers whose logarithms have the mean m, and M for all candidates together, it is

    m' = (n · m + K · M) / (n + K)

the mean that a normal prior worth K answers leads to (C. Morris, Parametric empirical Bayes inference, 1983, with a
fixed ratio of variances; B. Efron and C. Morris, Stein's paradox in statistics, 1977). Logarithms, since response
times are skewed: exp(m) of such times is their median. A question that somebody never answered counts as one answered
at the limit they had, which is the least it can have been.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, log
from statistics import median
from typing import Any

from pydantic import Field

from bot.domain.durations import lasted
from bot.domain.gates.gate import Found, StandIn
from bot.domain.gates.seat import Route
from bot.domain.oncall.hours import covers
from bot.domain.oncall.people import Person
from bot.domain.runbook import Frozen
from bot.domain.severity import Severity

PRIOR_ANSWERS = 5
"""K: how many answers the common median is worth."""
PRIOR_SECONDS = 15 * 60.0
"""The common median where nobody has answered yet: that of the default renotification."""


class Candidate(Frozen):
    """What a lookup knows of somebody who could be asked."""

    account: str
    owns: str = ""
    """What of the incident's they own, in words: `checkout`, `40 % of the code of checkout`; empty: nothing."""
    share: float = Field(default=1, ge=0, le=1)
    """How much of it."""
    shift: str = ""
    """The schedule in which they are on shift now; empty: none."""
    is_working: bool = False
    """Within their working hours, on their own clock."""
    sleeps: bool = False
    """Within their quiet hours."""
    out: str = ""
    """Why they can't be asked; empty: they can."""
    waiting: int = Field(default=0, ge=0)
    """How many gates and incidents wait for them already."""
    answered: tuple[float, ...] = ()
    """Seconds that each of their latest answers took."""
    unanswered: tuple[float, ...] = ()
    """Seconds that they had for each of the latest questions that they never answered."""
    deputies: tuple[StandIn, ...] = ()
    quiet: tuple[str, ...] = ()
    zone: str = "UTC"


def candidate(person: Person, at: datetime, **known: Any) -> Candidate:
    """Put together what the book knows of somebody at an instant, on their own clock, and what else is known."""
    return Candidate(
        account=person.slack,
        is_working=covers(person.hours, person.zone, at),
        sleeps=covers(person.quiet, person.zone, at),
        quiet=person.quiet,
        zone=person.zone,
        **known,
    )


@dataclass(frozen=True, slots=True)
class Ranked:
    candidate: Candidate
    score: float
    seconds: float
    """How soon an answer is expected."""
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Routing:
    """What a route has found, and why."""

    picked: tuple[Ranked, ...]
    others: tuple[Ranked, ...]
    left_out: tuple[str, ...]
    """Who was not considered, each as a sentence; or why the route can't be trusted."""
    wakes: bool = False
    """Whoever was picked is told at once, though they sleep."""

    def found(self, seat: int) -> tuple[Found, ...]:
        """Put it as the answer to a lookup."""
        return tuple(
            Found(
                account=one.candidate.account,
                seat=seat,
                because=one.because,
                deputies=one.candidate.deputies,
                quiet=one.candidate.quiet,
                zone=one.candidate.zone,
                wakes=self.wakes,
            )
            for one in self.picked
        )


def route(rules: Route, candidates: Sequence[Candidate], severity: Severity, *, barred: Sequence[str] = ()) -> Routing:
    """Rank candidates and pick as many as the route wants; nobody where too little is known of how they answer."""
    left_out = [*_left_out(rules, candidates, severity, barred)]
    dropped = {account for account, _ in left_out}
    open_to = [one for one in candidates if one.account not in dropped]
    sentences = tuple(sentence for _, sentence in left_out)
    known = sum(len(one.answered) for one in open_to)
    ranked = sorted(
        (rank(rules, one, expected(one, open_to), severity) for one in open_to),
        key=lambda one: (-one.score, one.candidate.waiting, one.candidate.account),
    )
    if known < rules.history:
        thin = f"Too little is known of how soon they answer: {known} answers, and the route wants {rules.history}."
        return Routing((), tuple(ranked), (*sentences, thin))
    wakes = severity.value in rules.wakes
    return Routing(tuple(ranked[: rules.picks]), tuple(ranked[rules.picks :]), sentences, wakes)


def _left_out(
    rules: Route, candidates: Sequence[Candidate], severity: Severity, barred: Sequence[str]
) -> Iterator[tuple[str, str]]:
    for one in candidates:
        if one.account in barred:
            yield one.account, f"<@{one.account}> proposed it, or counts already, so others decide."
        elif one.out:
            yield one.account, f"<@{one.account}> can't be asked: {one.out}."
        elif one.sleeps and not one.shift and severity.value not in rules.wakes:
            yield one.account, f"<@{one.account}> sleeps, and {severity.label} wakes only whoever is on shift."


def expected(one: Candidate, everybody: Sequence[Candidate]) -> float:
    """Return after how many seconds an answer is expected: their own median, shrunk towards everybody's."""
    mine = _logs(one)
    common = _mean([value for each in everybody for value in _logs(each)], log(PRIOR_SECONDS))
    return exp((sum(mine) + PRIOR_ANSWERS * common) / (len(mine) + PRIOR_ANSWERS))


def _logs(one: Candidate) -> list[float]:
    return [log(max(1.0, seconds)) for seconds in (*one.answered, *one.unanswered)]


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def rank(rules: Route, one: Candidate, seconds: float, severity: Severity) -> Ranked:
    """Weigh what is known of somebody. Speed counts from 0 to 1, and half where it is a quarter of an hour."""
    urgent = 2 if severity is Severity.P1 else 1
    score = (
        (rules.owner * one.share if one.owns else 0)
        + (rules.shift if one.shift else 0)
        + (rules.working if one.is_working else 0)
        + rules.speed * urgent * PRIOR_SECONDS / (PRIOR_SECONDS + seconds)
        - rules.load * one.waiting
        - (rules.working if one.sleeps else 0)
    )
    return Ranked(one, score, seconds, tuple(_because(one, seconds)))


def _because(one: Candidate, seconds: float) -> Iterator[str]:
    if one.owns:
        yield f"owner of {one.owns}"
    if one.shift:
        yield f"on shift in {one.shift}"
    if one.is_working:
        yield "at work now"
    if one.sleeps:
        yield "would be woken"
    if one.answered:
        said = lasted(timedelta(seconds=median(one.answered)))
        number = len(one.answered)
        few = f" over {number} answers" if number >= PRIOR_ANSWERS else f" over only {number}, so it counts little"
        yield f"median {said}{few}"
    else:
        yield f"no answers yet; {lasted(timedelta(seconds=seconds))} expected"
    if one.unanswered:
        yield f"{len(one.unanswered)} not answered"
    if one.waiting:
        yield f"{one.waiting} waiting for them"
