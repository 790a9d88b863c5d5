"""`approve`, `reject`, `withdraw`, `dry-run`, `stop`, `rollback`: about what waits for votes, or runs."""

import re

from bot.domain.gates.events import GateClosed, VoteCast
from bot.domain.gates.gate import Gate
from bot.domain.gates.orders import CastVote, WithdrawGate
from bot.domain.gates.policy import Choice
from bot.domain.gates.rejections import SayWhy
from bot.domain.gates.standing import waits_for
from bot.domain.hats import Hat
from bot.domain.incident.commands import RollBack, StopRun, TryAgain
from bot.domain.incident.mitigations import Mitigation
from bot.domain.incident.rejections import NoSuchMitigation, NothingProposed
from bot.engine import Receipt
from bot.verbs.gates import at_gate, seen_by, submit_to, too_late
from bot.verbs.meant import meant
from bot.verbs.request import Answer, Ask, House, Request, Said, Verb, submit
from bot.verbs.words import because, first, plain

NAME = re.compile(r"m\d+")


def approve(request: Request, house: House) -> Answer:
    gate, rest = _asked(request, house, "approve")
    return _vote(request, house, gate, "approve", plain(because(rest), house.people.name))


def reject(request: Request, house: House) -> Answer:
    gate, rest = _asked(request, house, "reject")
    return _vote(request, house, gate, "reject", plain(because(rest), house.people.name))


def _vote(request: Request, house: House, gate: Gate, choice: Choice, comment: str) -> Answer:
    """Count it for what the answer will name; where a reason is wanted and none was said, ask for it."""
    order = CastVote(
        by=request.by,
        at=request.at,
        choice=choice,
        comment=comment,
        subject=gate.subject.hash,
        here=request.here,
    )
    did = "approved" if choice == "approve" else "rejected"
    command = at_gate(house, request.facts(), gate, order)
    try:
        answer = submit_to(house, command, VoteCast, f"You {did} “{gate.subject.action}”.")
    except SayWhy:
        return Ask(choice, gate=gate.id)
    late = too_late(answer.receipt, gate.id, request.by) if answer.receipt is not None else None
    return Said(late.sentence, answer.receipt) if late is not None else answer


def withdraw(request: Request, house: House) -> Answer:
    incident = house.engine.incident(str(request.incident))
    leads = request.by in incident.wearers(Hat.COMMANDER)
    theirs = [gate for gate in seen_by(incident, request.by, house) if leads or gate.is_author(request.by)]
    gate, _ = meant(incident, request.words, "withdraw", theirs)
    order = at_gate(house, request.facts(), gate, WithdrawGate(by=request.by, at=request.at))
    return submit_to(house, order, GateClosed, f"“{gate.subject.action}” is withdrawn.")


def _asked(request: Request, house: House, choice: Choice) -> tuple[Gate, str]:
    """Find the gate: the one that is named (`m2`, `g1`), or that waits for this vote, or has it, or is open."""
    incident = house.engine.incident(str(request.incident))
    shown, here = seen_by(incident, request.by, house), request.here or request.by in incident.people
    waiting = [gate for gate in shown if waits_for(gate, request.by, here=here)]
    voted = [gate for gate in shown if gate.vote_of(request.by, gate.current) is not None]
    return meant(incident, request.words, choice, waiting, voted)


def dry_run(request: Request, house: House) -> Answer:
    """Have what waits for approval tried once more."""
    mitigation = _meant(request, house)
    receipt = house.engine.submit(TryAgain(**request.facts(), mitigation=mitigation.id))
    return Said(is_tried(receipt, mitigation.id), receipt)


def is_tried(receipt: Receipt, mitigation: str) -> str:
    """Say that a dry run is under way, and what becomes of votes."""
    title = receipt.incident.mitigations[mitigation].plan.title
    already = "" if receipt.events or receipt.repeated else "That is so already. "
    return f"{already}“{title}” is being tried; nothing is done by it. Votes fall only if it says something else now."


def stop(request: Request, house: House) -> Answer:
    mitigation = _meant(request, house)
    said = f"“{mitigation.plan.title}” is stopped. A step that is under way ends first; nothing follows it."
    return submit(house, StopRun(**request.facts(), mitigation=mitigation.id), said)


def rollback(request: Request, house: House) -> Answer:
    mitigation = _meant(request, house)
    head, rest = first(request.words)
    why = plain(because(rest if head == mitigation.id else request.words), house.people.name)
    receipt = house.engine.submit(RollBack(**request.facts(), mitigation=mitigation.id, because=why))
    return Said(undoes(receipt, mitigation.id), receipt)


def undoes(receipt: Receipt, mitigation: str) -> str:
    """Say what comes of the order to roll something back: it begins, or waits for somebody's yes."""
    incident = receipt.incident
    title, gate = incident.mitigations[mitigation].plan.title, incident.rollback_gate_of(mitigation)
    already = "" if receipt.events or receipt.repeated else "That is so already. "
    if gate is None or not gate.is_open:
        return f"{already}“{title}” is being rolled back."
    asks = f"{gate.policy.title}. `/incident gates {gate.id}` tells who is asked."
    return f"{already}The rollback of “{title}” waits for approval: {asks}"


def _meant(request: Request, house: House) -> Mitigation:
    """Find the mitigation: named (`m2`), or the latest. Raises NoSuchMitigation, NothingProposed."""
    incident = house.engine.incident(str(request.incident))
    head, _ = first(request.words)
    if head in incident.mitigations:
        return incident.mitigations[head]
    if NAME.fullmatch(head):
        raise NoSuchMitigation  # rather than another one
    if incident.current_mitigation is None:
        raise NothingProposed
    return incident.current_mitigation


APPROVE = Verb(name="approve", usage="[because …]", summary="Approve what waits for your vote.", act=approve)
REJECT = Verb(name="reject", usage="because …", summary="Reject what waits for your vote, and say why.", act=reject)
WITHDRAW = Verb(name="withdraw", usage="", summary="Withdraw what you asked for.", act=withdraw)
DRY_RUN = Verb(
    name="dry-run",
    aliases=("try", "dryrun"),
    usage="[m1]",
    summary="Ask again what the mitigation that waits for approval would do.",
    act=dry_run,
)
STOP = Verb(name="stop", aliases=("abort",), usage="", summary="Stop the mitigation that runs.", act=stop)
ROLLBACK = Verb(
    name="rollback",
    aliases=("roll-back", "undo"),
    usage="[m2] [because …]",
    summary="Roll back what was stopped, got stuck or was proven.",
    act=rollback,
)
