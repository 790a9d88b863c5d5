"""Forms for calling people: page a team or a person with a preview, and “not me, ask …”."""

from typing import Any

from bot.domain.gates.orders import PassOn as PassVoteOn
from bot.domain.incident.commands import PassOn
from bot.domain.incident.decide.gates import find
from bot.slack.controls import FormFacts
from bot.slack.door import Door, Refuses, Reply
from bot.slack.forms.fields import modal, people, select, text
from bot.slack.forms.form import Form, facts_of
from bot.slack.kit import Block, line, section
from bot.slack.requests import Submission
from bot.verbs.gates import at_gate
from bot.verbs.page import Preview, order_of, preview, read_whom
from bot.verbs.request import Request
from bot.verbs.words import because, first, plain


def page_view(facts: FormFacts, door: Door) -> dict[str, Any]:
    """Ask whom and why. What was typed fills it in, with who will be told and the text before it goes."""
    named, rest = first(facts.words)
    whom = read_whom(named, door.house) if named else None
    teams = [(team.id, team.title) for team in door.house.book.teams.values()]
    why = plain(because(rest), door.house.people.name)
    blocks = [
        *_shown(whom, why, facts, door),
        *([_team(teams, "" if whom is None or isinstance(whom, str) else whom.id)] if teams else []),
        {**people("person", "Or a person", initial=whom if isinstance(whom, str) else ""), "optional": bool(teams)},
        text("because", "Why are they needed?", initial=why, hint="They read it first, maybe woken by it."),
    ]
    return modal(facts, "Page", blocks, "Page them")


def _team(teams: list[tuple[str, str]], chosen: str) -> Block:
    return select("team", "Team", teams, initial=chosen, optional=True)


def _shown(whom: Any, why: str, facts: FormFacts, door: Door) -> list[Block]:
    if whom is None or not why:
        return []
    incident = door.house.engine.incident(facts.incident)
    request = Request(by="", at=door.clock.now(), cause="", incident=incident.id)
    order = order_of(whom, why, incident, request, door.house)
    if isinstance(order, str):
        return [section(line(order, 1000))]
    return _told(preview(order, incident, request, door.house), door)


def _told(shown: Preview, door: Door) -> list[Block]:
    lines = "\n".join(f"• {line(each, 300, door.names)}" for each in shown.lines[:20])
    return [
        section(f"*Who will be told: {line(shown.title)}*\n{lines}"),
        section(f"*What they read*\n{line(shown.text, 1500)}"),
    ]


def page(submission: Submission, door: Door) -> Reply:
    team, named = submission.text("team"), submission.text("person")
    if bool(team) == bool(named):
        return Refuses("team" if "team" in submission.values else "person", "Choose a team or a person: one of them.")
    whom = door.house.book.teams.get(team) if team else named
    if whom is None:
        return Refuses("team", "This team is no longer in the on-call book. Choose another.")
    shared = facts_of(submission, door)
    request = Request(by=shared["by"], at=shared["at"], cause=shared["cause"], incident=shared["incident"])
    incident = door.house.engine.incident(submission.facts.incident)
    why = plain(submission.text("because"), door.house.people.name)
    order = order_of(whom, why, incident, request, door.house)
    if isinstance(order, str):
        return Refuses("team", order)
    door.house.engine.submit(order)
    return None


def not_me_view(facts: FormFacts, _: Door) -> dict[str, Any]:
    blocks = [
        people("to", "Who should be asked instead?", hint="They are asked at once."),
        text("because", "Why not you?", optional=True),
    ]
    return modal(facts, "Not me", blocks, "Ask them")


def not_me(submission: Submission, door: Door) -> Reply:
    why, to = plain(submission.text("because"), door.house.people.name), submission.text("to")
    shared = facts_of(submission, door)
    if not submission.facts.gate:
        door.house.engine.submit(PassOn(**shared, to=to, because=why))
        return None
    gate = find(door.house.engine.incident(submission.facts.incident), submission.facts.gate)
    order = PassVoteOn(by=shared["by"], at=shared["at"], to=to, because=why)
    door.house.engine.submit(at_gate(door.house, shared, gate, order))
    return None


PAGE = Form(name="page", view=page_view, submit=page)
NOT_ME = Form(name="not-me", view=not_me_view, submit=not_me)
