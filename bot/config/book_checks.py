"""What no single value of the on-call book can say: names that must be known, circles, and who is left out of reach."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.config import holidays
from bot.config.documents import Document
from bot.config.mistakes import Mistake, Place, shown, suggest
from bot.config.named import unknown
from bot.domain.oncall.book import Book
from bot.domain.oncall.named import calls_people, unreachable
from bot.domain.oncall.notifier import EmailNotifier, OpsgenieNotifier, PagerDutyNotifier
from bot.domain.severity import Severity

NAMED: dict[Place, str] = {
    ("people", "*", "contacts", "*", "by"): "notifiers",
    ("people", "*", "deputies", "*"): "people",
    ("teams", "*", "members", "*"): "people",
    ("teams", "*", "escalations", "*", "use"): "escalations",
    ("teams", "*", "escalations", "*", "severities", "*"): "severities",
    ("schedules", "*", "layers", "*", "people", "*"): "people",
    ("schedules", "*", "elsewhere", "people", "*"): "people",
    ("escalations", "*", "tiers", "*", "notify", "*", "schedule"): "schedules",
    ("escalations", "*", "tiers", "*", "notify", "*", "person"): "people",
    ("escalations", "*", "tiers", "*", "notify", "*", "team"): "teams",
    ("escalations", "*", "loud", "*"): "severities",
}
"""Where something is named, and of which kind it must be. “*” is any key or position."""

CALLED = {
    "people": "person",
    "teams": "team",
    "schedules": "schedule",
    "escalations": "escalation policy",
    "notifiers": "notifier",
    "severities": "severity",
}


def unknown_names(document: Document, known: Mapping[str, frozenset[str]]) -> Iterator[Mistake]:
    """Tell each name in a file that nothing has, with the nearest that there is."""
    known = {**known, "severities": frozenset(severity.value for severity in Severity)}
    for pattern, kind in NAMED.items():
        if kind in known:
            yield from unknown(document, pattern, known[kind], CALLED[kind])


def owners(services: Document, teams: frozenset[str]) -> Iterator[Mistake]:
    """Hold the owners of services against the teams: a slip there would page nobody. Without teams, any words do."""
    if teams:
        yield from unknown(services, ("*", "owner"), teams, "team")


def page_contacts(workflow: Document, notifiers: frozenset[str]) -> Iterator[Mistake]:
    """Hold the contacts that a severity may use against the notifiers."""
    pattern = ("severities", "*", "page", "contacts", "*")
    yield from unknown(workflow, pattern, notifiers, "notifier")


def approvals(workflow: Document, known: Mapping[str, frozenset[str]], book: Book) -> Iterator[Mistake]:
    """Hold whom approvals name against the book: a slip there would ask nobody."""
    roles = frozenset(role for person in book.people.values() for role in person.roles)
    names = {"person": known.get("people"), "team": known.get("teams"), "schedule": known.get("schedules")}
    names |= {"among": known.get("teams"), "role": roles if book.people else None}
    for place, key, word in _named_below(workflow.tree.get("approvals"), ("approvals",)):
        there = names.get(key)
        if there is not None and isinstance(word, str) and word not in there:
            kind = "team" if key == "among" else key
            yield workflow.mistake(
                place, f"no {kind} is called {shown(word)}", suggest(word, sorted(there), "There are")
            )


def _named_below(tree: Any, place: Place) -> Iterator[tuple[Place, str, Any]]:
    """Go through all keys below, each with its place and value."""
    match tree:
        case dict():
            for key, value in tree.items():
                yield (*place, key), str(key), value
                yield from _named_below(value, (*place, key))
        case list():
            for index, value in enumerate(tree):
                yield from _named_below(value, (*place, index))
        case _:
            pass


def people(entries: list[tuple[Document, str]]) -> Iterator[Mistake]:
    yield from _slack_ids(entries)
    yield from _deputies(entries)
    yield from _holidays(entries)


def _slack_ids(entries: list[tuple[Document, str]]) -> Iterator[Mistake]:
    first = dict[str, str]()
    for document, name in entries:
        place = ("people", name, "slack")
        slack = document.at(place)
        if isinstance(slack, str) and first.setdefault(slack, name) != name:
            what = f"{shown(slack)} is {first[slack]} already"
            yield document.mistake(place, what, "Write this person's own member id, or keep one of the two.")


def _deputies(entries: list[tuple[Document, str]]) -> Iterator[Mistake]:
    """Tell circles of deputies, each where the first of its people is declared."""
    where = {name: document for document, name in entries}
    deputies = {name: _words(document.at(("people", name, "deputies"))) for name, document in where.items()}
    yield from (_circle(where[circle[0]], circle) for circle in _circles(deputies))


def _circles(deputies: Mapping[str, list[str]]) -> Iterator[tuple[str, ...]]:
    """Follow each person's deputies, theirs and so on, going on from each person once."""
    done = set[str]()
    for first in deputies:
        path = [first] if first not in done else []
        ahead = [iter(deputies[first])]
        while path:
            deputy = next(ahead[-1], None)
            if deputy is None:
                done.add(path.pop())
                ahead.pop()
            elif deputy in path:
                yield tuple(path[path.index(deputy) :])
            elif deputy in deputies and deputy not in done:
                path.append(deputy)
                ahead.append(iter(deputies[deputy]))


def _circle(document: Document, people: tuple[str, ...]) -> Mistake:
    place = ("people", people[0], "deputies")
    if len(people) == 1:
        return document.mistake(place, f"{people[0]} is their own deputy", "Name somebody else.")
    shown = " → ".join((*people, people[0]))
    return document.mistake(place, f"the deputies go in a circle: {shown}", "Leave one of them out.")


def _words(value: Any) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _holidays(entries: list[tuple[Document, str]]) -> Iterator[Mistake]:
    for document, name in entries:
        place = ("people", name, "holidays")
        region = document.at(place)
        if isinstance(region, str) and region and (wrong := holidays.unusable(region)):
            yield document.mistake(place, *wrong)


def schedules(entries: list[tuple[Document, str]]) -> Iterator[Mistake]:
    """Tell schedules that are kept in two places, or in none."""
    for document, name in entries:
        tree = document.at(("schedules", name))
        if not isinstance(tree, dict):
            continue
        if tree.get("layers") and tree.get("elsewhere"):
            what = "the schedule is kept elsewhere, and has layers too"
            yield document.mistake(("schedules", name, "elsewhere"), what, "Keep one of the two.")
        elif not tree.get("layers") and not tree.get("elsewhere"):
            way_out = "Write layers, or where the schedule is kept: elsewhere: {uses: ics, url: https://…}"
            yield document.mistake(("schedules", name), "nobody takes turns in it", way_out)


def notifiers(entries: list[tuple[Document, str]]) -> Iterator[Mistake]:
    """Keep the name `slack` for what is there without being declared."""
    for document, name in entries:
        place = ("notifiers", name, "uses")
        if name == "slack" and document.at(place) not in ("slack", None):  # a list is no key of a set
            yield document.mistake(place, "“slack” is the direct message in Slack", "Rename it, or write uses: slack.")


def contacts(book: Book, where: Mapping[Place, Document]) -> Iterator[Mistake]:
    """Tell contacts without the address that their notifier needs."""
    for person in book.people.values():
        for index, contact in enumerate(person.contacts):
            place: Place = ("people", person.id, "contacts", index)
            if "to" in (where[place[:2]].at(place) or {}):
                place = (*place, "to")
            match book.notifiers[contact.by]:
                case EmailNotifier() if "@" not in contact.to.strip("@"):
                    yield where[place[:2]].mistake(place, "there is no address to write to", "to: ana@example.org")
                case OpsgenieNotifier() if not contact.to:
                    yield where[place[:2]].mistake(place, "Opsgenie isn't told whom to page", "to: ana@example.org")
                case PagerDutyNotifier() if contact.to and not contact.to.isupper():
                    what = f"{shown(contact.to)} is no variable's name"
                    instead = "Name the variable with another routing key, never the key itself; or remove it."
                    yield where[place[:2]].mistake(place, what, instead)
                case _:
                    pass


def policies(book: Book, where: Mapping[Place, Document]) -> Iterator[Mistake]:
    """Tell policies that page nobody without saying so, and targets among whom nobody can be reached."""
    for policy in book.escalations.values():
        place: Place = ("escalations", policy.id)
        document = where[place]
        if policy.channels_only and calls_people(policy):
            what = "this policy pages people"
            yield document.mistake((*place, "channels_only"), what, "Remove this line, or the people.")
        elif not policy.channels_only and not calls_people(policy):
            what = "nobody is paged: it names channels and user groups alone"
            yield document.mistake(place, what, "Name a schedule, person or team; or say it: channels_only: true.")
        for number, tier in enumerate(policy.tiers):
            for index, target in enumerate(tier.notify):
                if unreachable(book, target):
                    what = f"nobody of {shown(target.name)} can be reached: no contacts, and no deputies with any"
                    spot = (*place, "tiers", number, "notify", index)
                    yield document.mistake(spot, what, "Give somebody there a contact: contacts: [{by: slack}].")
