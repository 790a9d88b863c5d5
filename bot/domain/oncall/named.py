"""Whom schedules and policies name, and who of them can be reached at all: by a contact, or by a deputy's."""

from collections.abc import Iterator

from bot.domain.oncall.book import Book
from bot.domain.oncall.escalation import EscalationPolicy, Target
from bot.domain.oncall.people import Team
from bot.domain.oncall.schedule import Schedule


def reachable(book: Book, person: str) -> bool:
    """Say whether a page to a person finds anybody: by their contacts, or by their deputies'."""
    return any(book.people[each].contacts for each in _with_deputies(book, person))


def _with_deputies(book: Book, person: str) -> Iterator[str]:
    """Yield the person and who is called in their place, each once, the nearest first."""
    seen, waiting = set[str](), [person]
    for each in waiting:
        if each in book.people and each not in seen:
            seen.add(each)
            yield each
            waiting.extend(book.people[each].deputies)


def named_in(schedule: Schedule) -> tuple[str, ...]:
    """Name everybody whom a schedule may put on call, each once, in the order of writing."""
    elsewhere = schedule.elsewhere.people.values() if schedule.elsewhere else ()
    return tuple(dict.fromkeys((*(person for layer in schedule.layers for person in layer.people), *elsewhere)))


def people_of(book: Book, target: Target) -> tuple[str, ...] | None:
    """Name whom a target may call; None where it calls nobody by name, as a channel or a user group does."""
    match target.kind:
        case "schedule":
            return named_in(book.schedules[target.name])
        case "person":
            return (target.name,)
        case "team":
            return book.teams[target.name].members
        case "channel" | "group":
            return None


def unreachable(book: Book, target: Target) -> bool:
    """Say whether a target is there for people, and none of them can be reached.

    Whom another system puts on call is its own affair as long as it is not written who is who.
    """
    people = people_of(book, target)
    if people is None or (target.schedule and book.schedules[target.schedule].elsewhere and not people):
        return False
    return not any(reachable(book, person) for person in people)


def calls_people(policy: EscalationPolicy) -> bool:
    """Say whether a policy names anybody to page, rather than channels and user groups alone."""
    return any(target.kind not in {"channel", "group"} for tier in policy.tiers for target in tier.notify)


def schedules_of(book: Book, team: Team) -> tuple[Schedule, ...]:
    """Return the schedules by which a team is called, each once, in the order of its policies."""
    policies = (book.escalations[choice.use] for choice in team.escalations if choice.use in book.escalations)
    targets = (target for policy in policies for tier in policy.tiers for target in tier.notify)
    names = dict.fromkeys(target.schedule for target in targets if target.schedule in book.schedules)
    return tuple(book.schedules[name] for name in names if name)


def teams_of(book: Book, schedule: str) -> tuple[Team, ...]:
    """Return the teams that are called by a schedule."""
    return tuple(team for team in book.teams.values() if any(used.id == schedule for used in schedules_of(book, team)))
