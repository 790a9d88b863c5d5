"""Who sits in a gate's seats at an instant: the on-call book, hats, user groups and what is known of people, looked up.

A lookup's answer is `RecordAsked`: who was found for which seat and why, and who was meant and can't be asked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from bot.domain.gates.gate import Found, StandIn
from bot.domain.gates.routing import candidate, route
from bot.domain.gates.seat import Route, Seat
from bot.domain.hats import Hat
from bot.domain.oncall.book import Arranged, Book
from bot.domain.oncall.people import Person, Team
from bot.domain.oncall.rota import on_call
from bot.domain.runbook import Frozen, Service
from bot.domain.severity import Severity


class Answers(Frozen):
    """How somebody has answered when they were asked before."""

    answered: tuple[float, ...] = ()
    """Seconds that each of their latest answers took."""
    unanswered: tuple[float, ...] = ()
    """Seconds that they had for each of the latest questions that they never answered."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that a lookup may know."""

    book: Book
    arranged: Arranged
    at: datetime
    severity: Severity
    service: Service | None = None
    hats: Mapping[Hat, Sequence[str]] = field(default_factory=dict)
    groups: Mapping[str, Sequence[str] | str] = field(default_factory=dict)
    """Members of Slack's user groups; or the reason why they can't be known, as a sentence."""
    answers: Mapping[str, Answers] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    """For how many other gates each person is waited for."""
    barred: Sequence[str] = ()
    """Who can't decide this: a route doesn't pick them."""
    out: Mapping[str, str] = field(default_factory=dict)
    """Who can't be asked, with why: nor them."""


Looked = tuple[tuple[Found, ...], tuple[str, ...]]
"""Who was found, and who is missing."""


def find(seats: Sequence[Seat], around: Surroundings) -> Looked:
    """Find who sits in each of a tier's seats now."""
    found, missing = list[Found](), list[str]()
    for number, seat in enumerate(seats):
        if seat.route is not None:
            picked, left_out = _routed(seat.route, number, around)
            found += picked
            missing += left_out
            continue
        people, why = _people(seat, around)
        found += (_found(account, number, because, around) for account, because in people)
        missing += [why] if why else []
    return tuple(found), tuple(missing)


def held_by(account: str, seats: Iterable[Seat], around: Surroundings) -> tuple[str, ...]:
    """Name the seats in which somebody sits now."""
    return tuple(seat.name for seat in seats if any(who == account for who, _ in _people(seat, around)[0]))


def _people(seat: Seat, around: Surroundings) -> tuple[list[tuple[str, str]], str]:
    """Return the accounts behind a seat, each with the reason why; or a sentence that says why there are none."""
    book = around.book
    match seat.kind:
        case "person":
            person = book.people.get(str(seat.person))
            gone = f"{seat.person} is no longer in the on-call book."
            return ([(person.slack, "named in the policy")], "") if person else ([], gone)
        case "role":
            people = [person for person in book.people.values() if seat.role in person.roles]
            return [(person.slack, str(seat.role)) for person in people], "" if people else f"Nobody is {seat.role}."
        case "hat":
            worn = around.hats.get(seat.hat, ()) if seat.hat is not None else ()
            label = seat.hat.label if seat.hat is not None else ""
            return [(account, label) for account in worn], "" if worn else f"Nobody wears the {label} hat."
        case "team":
            return _team(book, str(seat.team))
        case "group":
            return _group(str(seat.group), around)
        case "schedule":
            return _schedule(str(seat.schedule), around)
        case "route" | "anyone":
            return [], ""
        case _:
            assert_never(seat.kind)


def _team(book: Book, name: str) -> tuple[list[tuple[str, str]], str]:
    team = book.teams.get(name)
    if team is None:
        return [], f"The team {name} is no longer in the on-call book."
    members = members_of(book, team)
    return [
        (member.slack, f"in {team.title}") for member in members
    ], "" if members else f"{team.title} has no members."


def members_of(book: Book, team: Team) -> list[Person]:
    return [book.people[name] for name in team.members if name in book.people]


def _group(group: str, around: Surroundings) -> tuple[list[tuple[str, str]], str]:
    held = around.groups.get(group, f"The user group {group} could not be looked up.")
    if isinstance(held, str):
        return [], held
    return [(account, f"in the user group {group}") for account in held], "" if held else f"{group} has no members."


def _schedule(name: str, around: Surroundings) -> tuple[list[tuple[str, str]], str]:
    schedule = around.book.schedules.get(name)
    if schedule is None:
        return [], f"The schedule {name} is no longer in the on-call book."
    people = [shift.person for shift in on_call(schedule, around.at, around.arranged)]
    known = [around.book.people[person] for person in people if person in around.book.people]
    because = f"on shift in {schedule.title}"
    return [(person.slack, because) for person in known], "" if known else f"Nobody is on shift in {schedule.title}."


def _found(account: str, seat: int, because: str, around: Surroundings) -> Found:
    person = around.book.by_slack.get(account)
    if person is None:
        return Found(account=account, seat=seat, because=(because,))
    return Found(
        account=person.slack,
        seat=seat,
        because=(because,),
        deputies=_deputies(person, around.book),
        quiet=person.quiet,
        zone=person.zone,
    )


def _deputies(person: Person, book: Book) -> tuple[StandIn, ...]:
    known = (book.people[name] for name in person.deputies if name in book.people)
    return tuple(StandIn(account=deputy.slack, quiet=deputy.quiet, zone=deputy.zone) for deputy in known)


def _routed(rules: Route, seat: int, around: Surroundings) -> Looked:
    """Let a route pick among a team, or among whoever owns the service."""
    team = team_of(rules, around.service, around.book)
    if team is None:
        return (), ("Nobody in the on-call book owns what this is about.",)
    on_shift = dict(_on_shift(around))
    candidates = [
        candidate(
            person,
            around.at,
            owns=around.service.title if around.service is not None and team.id == around.service.owner else "",
            out=around.out.get(person.slack, ""),
            shift=on_shift.get(person.id, ""),
            waiting=around.waiting.get(person.slack, 0),
            deputies=_deputies(person, around.book),
            **around.answers.get(person.slack, Answers()).model_dump(),
        )
        for person in members_of(around.book, team)
    ]
    routing = route(rules, candidates, around.severity, barred=around.barred)
    return routing.found(seat), routing.left_out


def team_of(rules: Route, service: Service | None, book: Book) -> Team | None:
    """Return the team among whose members a route picks."""
    owner = service.owner if service is not None else None
    return book.teams.get(rules.among or owner or "")


def _on_shift(around: Surroundings) -> Iterator[tuple[str, str]]:
    for schedule in around.book.schedules.values():
        for shift in on_call(schedule, around.at, around.arranged):
            yield shift.person, schedule.title
