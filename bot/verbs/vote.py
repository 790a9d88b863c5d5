"""`approve`, `reject`, `withdraw`, `stop`, `rollback`: what is said about the mitigation at hand."""

import re

from bot.domain.gates.gate import Choice
from bot.domain.gates.orders import CastVote
from bot.domain.incident.commands import RollBack, StopRun, Withdraw
from bot.domain.incident.mitigations import Mitigation
from bot.domain.incident.rejections import NoSuchMitigation, NothingProposed, NothingToVoteOn
from bot.verbs.gates import at_gate
from bot.verbs.request import Answer, Ask, House, Request, Verb, submit
from bot.verbs.words import because, first, plain

NAME = re.compile(r"m\d+")


def approve(request: Request, house: House) -> Answer:
    mitigation, rest = _meant(request, house, waits=True)
    comment = plain(because(rest), house.people.name)
    return _vote(request, house, mitigation, "approve", comment)


def reject(request: Request, house: House) -> Answer:
    mitigation, rest = _meant(request, house, waits=True)
    if not rest:
        return Ask("reject", gate=mitigation.id)
    comment = plain(because(rest), house.people.name)
    return _vote(request, house, mitigation, "reject", comment)


def _vote(request: Request, house: House, mitigation: Mitigation, choice: Choice, comment: str) -> Answer:
    facts = request.facts()
    gate = house.engine.incident(facts["incident"]).gates.get(mitigation.id)
    if gate is None:
        raise NothingToVoteOn
    order = CastVote(by=facts["by"], at=facts["at"], choice=choice, comment=comment)
    did = "approved" if choice == "approve" else "rejected"
    said = f"You {did} “{mitigation.plan.title}”."
    return submit(house, at_gate(house, facts, gate, order), said)


def withdraw(request: Request, house: House) -> Answer:
    mitigation, _ = _meant(request, house, waits=True)
    return submit(
        house, Withdraw(**request.facts(), mitigation=mitigation.id), f"“{mitigation.plan.title}” is withdrawn."
    )


def stop(request: Request, house: House) -> Answer:
    mitigation, _ = _meant(request, house, waits=False)
    said = f"“{mitigation.plan.title}” is stopped. A step that is under way ends first; nothing follows it."
    return submit(house, StopRun(**request.facts(), mitigation=mitigation.id), said)


def rollback(request: Request, house: House) -> Answer:
    mitigation, _ = _meant(request, house, waits=False)
    said = f"“{mitigation.plan.title}” is being rolled back."
    return submit(house, RollBack(**request.facts(), mitigation=mitigation.id), said)


def _meant(request: Request, house: House, *, waits: bool) -> tuple[Mitigation, str]:
    """Find the mitigation: named (`m2`), or the one that waits for votes, or the latest.

    Raises NoSuchMitigation, NothingToVoteOn, NothingProposed.
    """
    incident = house.engine.incident(str(request.incident))
    head, rest = first(request.words)
    if head in incident.mitigations:
        return incident.mitigations[head], rest
    if NAME.fullmatch(head):
        raise NoSuchMitigation  # rather than a vote for another one
    if waits:
        meant = next(iter(incident.proposed), None) or incident.current_mitigation
        if meant is None:
            raise NothingToVoteOn
        return meant, request.words.strip()
    if incident.current_mitigation is None:
        raise NothingProposed
    return incident.current_mitigation, request.words.strip()


APPROVE = Verb(name="approve", usage="[because …]", summary="Approve the mitigation that waits.", act=approve)
REJECT = Verb(name="reject", usage="because …", summary="Reject the mitigation that waits, and say why.", act=reject)
WITHDRAW = Verb(name="withdraw", usage="", summary="Withdraw your proposal.", act=withdraw)
STOP = Verb(name="stop", aliases=("abort",), usage="", summary="Stop the mitigation that runs.", act=stop)
ROLLBACK = Verb(
    name="rollback",
    aliases=("roll-back", "undo"),
    usage="",
    summary="Roll back what was stopped or got stuck.",
    act=rollback,
)
