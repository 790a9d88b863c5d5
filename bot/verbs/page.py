"""`page`: call a team or a person, having seen who will be told and in which words."""

import difflib
import re
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.durations import lasted
from bot.domain.incident.commands import StartEscalation
from bot.domain.incident.state import Incident
from bot.domain.oncall.calling import Directory, Found, Manner, home_of
from bot.domain.oncall.escalation import EscalationPolicy, Target, Tier
from bot.domain.oncall.people import Team
from bot.domain.oncall.reach import Reachable
from bot.verbs.request import Answer, Ask, Confirm, House, Request, Said, Verb, submit
from bot.verbs.words import because, first, person, plain

PATIENCE = 300
"""Seconds that somebody who is called by name has, until the last resort is told."""

AT_ONCE = re.compile(r"\bnow\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Preview:
    """Who will be told, in which order, and in which words."""

    title: str
    lines: tuple[str, ...]
    text: str


def act(request: Request, house: House) -> Answer:
    named, rest = first(request.words)
    if not named:
        return Ask("page")
    whom = read_whom(named, house)
    if whom is None:
        return Said(_unknown(named, house))
    at_once, rest = _at_once(rest)
    why = plain(because(rest), house.people.name)
    if not why:
        return Ask("page", words=named)
    incident = house.engine.incident(str(request.incident))
    order = order_of(whom, why, incident, request, house)
    if isinstance(order, str):
        return Said(order)
    if at_once:
        return submit(house, order, f"{order.policy.title} is being called.")
    shown = preview(order, incident, request, house)
    return Confirm("page", f"{named} because {why}", f"{named} now because {why}", shown.lines, shown.text)


def read_whom(word: str, house: House) -> Team | str | None:
    """Read a team, with or without “team-”, or a person as a Slack id; None for neither."""
    teams = house.book.teams
    name = word.lower().removeprefix("@").removeprefix("#")
    team = teams.get(name) or teams.get(f"team-{name}")
    return team or person(word, house.people)


def order_of(whom: Team | str, why: str, incident: Incident, request: Request, house: House) -> StartEscalation | str:
    """Make the order; a sentence where a team has nobody to call."""
    page = house.engine.policy_of(incident).of(incident.severity).page
    shared = {**request.facts(), "because": why, "wakes": True, "through": page.contacts if page else ()}
    if isinstance(whom, str):
        limit = Tier(notify=(Target(channel=house.engine.policy_of(incident).channels.managers),), limit=PATIENCE)
        policy = EscalationPolicy(id="by-name", title=house.people.name(whom), tiers=(limit,))
        return StartEscalation(**shared | {"through": ()}, policy=policy, person=whom)
    directory = Directory(house.book, house.roster.arranged(), request.at)
    found = directory.policy_of(whom, incident.severity)
    if found is None:
        return f"{whom.title} says nowhere who is called now. Give it an escalation in manifests/oncall/."
    return StartEscalation(**shared, team=whom.id, policy=found, told=home_of(whom))


def preview(order: StartEscalation, incident: Incident, request: Request, house: House) -> Preview:
    """Look up who would be called if it were ordered now, as a worker will."""
    directory = Directory(house.book, house.roster.arranged(), request.at)
    manner = Manner(incident.severity, order.through, order.wakes)
    if order.person is not None:
        lines = [*_told("At once", directory.person(order.person, "named by you", manner))]
        after = order.policy.tiers[0].limit
    else:
        lines, after = [f"At once: {_whom(one)}" for one in order.told], 0.0
        for number, tier in enumerate(order.policy.tiers):
            begins = "At once" if number == 0 else f"After {_span(after)}"
            lines += _told(begins, directory.tier(order.policy, number, manner))
            after += tier.limit
    resort = order.policy.last_resort or house.engine.policy_of(incident).channels.managers
    lines.append(f"After {_span(after)} without an answer: #{resort}")
    return Preview(order.policy.title, tuple(lines), text_of(incident, order.because))


def text_of(incident: Incident, why: str) -> str:
    """Say what whoever is called reads first."""
    return f"{incident.severity.label} {incident.id} {incident.title}. You are needed: {why}"


def _told(begins: str, found: Found) -> list[str]:
    people = [f"{begins}: {_whom(one)}, {one.because} ({_ways(one)})" for one in found.reachable]
    return [*people, *(f"{begins}: {why}" for why in found.missing)]


def _whom(one: Reachable) -> str:
    match one.kind:
        case "person":
            return f"<@{one.who}>"
        case "channel":
            return f"#{one.who}"
        case "group":
            return f"the user group {one.who}"


def _ways(one: Reachable) -> str:
    return ", ".join(f"{way.by} after {_span(way.after)}" if way.after else way.by for way in one.ways)


def _span(seconds: float) -> str:
    return lasted(timedelta(seconds=seconds))


def _at_once(rest: str) -> tuple[bool, str]:
    head, behind = first(rest)
    return (True, behind) if AT_ONCE.fullmatch(head) else (False, rest)


def _unknown(word: str, house: House) -> str:
    teams = house.book.teams
    near = difflib.get_close_matches(word.lower(), [*teams, *(name.removeprefix("team-") for name in teams)], n=1)
    if near:
        return f"There is no team “{word}”. Did you mean `/incident page {near[0]}`?"
    known = ", ".join(teams) or "none; manifests/oncall/ declares them"
    return f"I know neither a team nor a person “{word}”. Mention the person, or name a team: {known}."


VERB = Verb(
    name="page",
    aliases=("call",),
    usage="team | @somebody [now] because …",
    summary="Call a team or a person; you see who will be told before it goes.",
    act=act,
)
