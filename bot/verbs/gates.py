"""`take-back`, `break-glass`, `countersign` and `gates`: what is said about a gate beside a vote, and how gates did."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain.declared import DURATION, SECONDS
from bot.domain.gates.events import Countersigned, FactBase, GlassBroken, VoteWithdrawn
from bot.domain.gates.explain import in_sentences
from bot.domain.gates.gate import Gate
from bot.domain.gates.measures import usual
from bot.domain.gates.orders import AnyOrder, BreakGlass, Countersign, PassOn, WithdrawVote
from bot.domain.gates.rejections import AccountIsOut, NothingToSign
from bot.domain.gates.report import GateRecord, Report, report
from bot.domain.gates.seating import Surroundings, held_by
from bot.domain.incident.commands import AtGate
from bot.domain.incident.decide.gates import find
from bot.domain.incident.gates import histories
from bot.domain.incident.rejections import TooLate
from bot.domain.incident.state import Incident
from bot.domain.oncall.wall import midnight
from bot.domain.timeline import asked
from bot.engine import Engine, Receipt
from bot.verbs.meant import meant, named, the_one
from bot.verbs.request import Answer, House, Request, Said, ShowReport, Verb
from bot.verbs.signature import read_signature
from bot.verbs.times import clock_of
from bot.verbs.words import because, first, plain

SHOWN = 3
"""Gates that are told of without being named: those that are open, and the latest."""


REPORTED = timedelta(days=7)
"""How far a report looks back where nobody says how far."""
FURTHEST = timedelta(days=3660)
WHILE_ONE_WAITS = timedelta(days=100)
"""How far back is read for somebody who gets an answer within three seconds: a year of many gates takes four."""


def at_gate(house: House, facts: dict[str, Any], gate: Gate, order: AnyOrder) -> AtGate:
    """Put an order to a gate, with what the on-call book knows of accounts that are one person's.

    Raises AccountIsOut where Slack has told that nobody should be behind an account any more.
    """
    if because := house.people.why_out(facts["by"]):
        raise AccountIsOut(because=because)
    named = {order.to} if isinstance(order, PassOn) else set[str]()
    accounts = {facts["by"], *named, *gate.authors, *(vote.account for vote in gate.votes)}
    linked = {account: person for account, person in house.book.linked.items() if account in accounts}
    return AtGate(**facts, gate=gate.id, order=order.model_copy(update={"linked": linked}))


def too_late(receipt: Receipt, gate: str, by: str) -> TooLate | None:
    """Return what to say to somebody whose vote came after the outcome; None: it came in time, or had come before."""
    now = receipt.incident.gates[gate]
    late = any(now.person(vote.account) == now.person(by) for vote in now.late)
    return TooLate(outcome=now.outcome.value) if now.outcome is not None and late else None


def submit_to(house: House, command: AtGate, fact: type[FactBase], said: str) -> Said:
    """Submit and answer by what the person's own order brought about: the same command may bring what time does."""
    receipt = house.engine.submit(command)
    did = receipt.repeated or any(isinstance(event, fact) and event.by == command.by for event in receipt.events)
    return Said(said if did else f"That is so already. {said}", receipt)


def seen_by(incident: Incident, person: str, house: House) -> list[Gate]:
    """List the open gates, each knowing whose account it is that looks at it."""
    own = {account: who for account, who in house.book.linked.items() if account == person}
    return [gate.model_copy(update={"linked": {**gate.linked, **own}}) for gate in incident.open_gates]


def take_back(request: Request, house: House) -> Answer:
    incident = house.engine.incident(str(request.incident))
    voted = [
        gate
        for gate in seen_by(incident, request.by, house)
        if any(gate.person(vote.account) == gate.person(request.by) for vote in gate.votes)
    ]
    gate, _ = meant(incident, request.words, "take-back", voted)
    order = at_gate(house, request.facts(), gate, WithdrawVote(by=request.by, at=request.at))
    return submit_to(house, order, VoteWithdrawn, "Your vote is taken back. You may vote again.")


def break_glass(request: Request, house: House) -> Answer:
    """Go ahead at once; it is told loudly, and somebody must countersign."""
    incident = house.engine.incident(str(request.incident))
    breakable = [gate for gate in incident.open_gates if _may_break(request, gate, incident, house)]
    gate, rest = meant(incident, request.words, "break-glass", breakable)
    why = plain(because(rest), house.people.name)
    holds = breaker_holds(request.by, gate, incident, request.at, house)
    seen = gate.subject.hash
    order = BreakGlass(by=request.by, at=request.at, because=why, subject=seen, holds=holds, here=request.here)
    said = f"You broke the glass: {asked(incident, gate.id)} goes ahead. Somebody else must countersign it."
    return submit_to(house, at_gate(house, request.facts(), gate, order), GlassBroken, said)


def _may_break(request: Request, gate: Gate, incident: Incident, house: House) -> bool:
    glass = gate.policy.glass
    worn = {f"hat {hat.value}" for hat in incident.wears(request.by)}
    return glass is not None and (
        any(seat.anyone or seat.name in worn for seat in glass.who)
        or bool(breaker_holds(request.by, gate, incident, request.at, house))
    )


def countersign(request: Request, house: House) -> Answer:
    """Answer for it that the glass was broken: it was right, or it was not. Raises YesOrNo: nobody can tell which."""
    incident = house.engine.incident(str(request.incident))
    gate, words = named(incident, request.words)
    gate = gate or _owed(incident)
    agrees, comment = read_signature(words)
    why = plain(comment, house.people.name)
    holds = signer_holds(request.by, gate, incident, request.at, house)
    order = Countersign(by=request.by, at=request.at, agrees=agrees, comment=why, holds=holds, here=request.here)
    said = "Countersigned." if agrees else "Recorded: you do not countersign it. The review will ask."
    return submit_to(house, at_gate(house, request.facts(), gate, order), Countersigned, said)


def gates(request: Request, house: House) -> Answer:
    """Explain: which rule, which votes, and which were not counted and why."""
    head, rest = first(request.words)
    if head.lower() == "report":
        return _report(rest, request, house)
    incident = house.engine.incident(str(request.incident))
    if head:
        shown = [find(incident, head)]
    else:
        latest = list(incident.gates.values())[-SHOWN:]
        shown = [gate for gate in incident.gates.values() if gate.is_open or gate in latest]
    if not shown:
        return Said("No approval was asked for in this incident.")
    return Said("\n\n".join(_told(incident, gate, house) for gate in shown))


def _told(incident: Incident, gate: Gate, house: House) -> str:
    title = f"*{asked(incident, gate.id)}* · {gate.policy.title}"
    before = usual(house.gates.of(gate.policy.id))
    sentences = [*in_sentences(gate), *([f"Such approvals are {before}."] if before else [])]
    return "\n".join([title, *(f"• {sentence}" for sentence in sentences)])


# How gates did


def _report(words: str, request: Request, house: House) -> Answer:
    zone = clock_of(request.by, None, house).zone
    since = read_since(words, request.at, lambda day: midnight(day, zone))
    if since is None:
        return Said(f"I can't read “{words}” as a time to look back. {SINCE}")
    if request.at - since > WHILE_ONE_WAITS:
        return Said(
            f"Here I look back {WHILE_ONE_WAITS.days} days at most; `muster gates report --since …` looks further."
        )
    return ShowReport(measured(house.engine, since, request.at, request.at))


SINCE = "Write how long, or since which day: `7d`, `12h`, `2026-11-01`."


def read_since(words: str, now: datetime, begins: Callable[[date], datetime]) -> datetime | None:
    """Read `7d` or a day as the time from which a report is wanted; None: it can't be read, or is to come.

    `begins`: when a day begins, on the clock of whoever asks.
    """
    word = words.strip().lower().removeprefix("since ").strip()
    if not word:
        return now - REPORTED
    if re.fullmatch(rf"({DURATION.pattern}\s*)+", word):
        back = sum(float(amount) * SECONDS[unit] for amount, unit in DURATION.findall(word))
        return now - timedelta(seconds=back) if 0 < back <= FURTHEST.total_seconds() else None
    try:
        since = begins(date.fromisoformat(word))
    except (ValueError, OverflowError):
        return None
    return since if now - FURTHEST <= since < now else None


def measured(engine: Engine, since: datetime, until: datetime, now: datetime) -> Report:
    """Report on the gates of a span from the record, and on those that are open when it is read."""
    return report(_recorded(engine, since), since, until, now)


def _recorded(engine: Engine, since: datetime) -> Iterator[GateRecord]:
    """Read the gates that were open at some time since then, and those whose glass was broken, however long ago.

    An incident without any costs no reading of its events.
    """
    for incident in engine.active_since(since):
        wanted = {
            name
            for name, gate in incident.gates.items()
            if gate.closed_at is None or gate.closed_at > since or gate.debt is not None
        }
        if wanted:
            kept = histories(record.event for record in engine.history(incident.id))
            for name in incident.gates:
                if name in wanted:
                    yield GateRecord(incident.id, kept[name], is_private=incident.private)


def breaker_holds(person: str, gate: Gate, incident: Incident, at: datetime, house: House) -> tuple[str, ...]:
    """Name the seats of those who may break a gate's glass in which somebody sits now."""
    glass = gate.policy.glass
    return held_by(person, glass.who, _around(house, incident, at)) if glass is not None else ()


def signer_holds(person: str, gate: Gate, incident: Incident, at: datetime, house: House) -> tuple[str, ...]:
    """Name the seats of those who may countersign in which somebody sits now."""
    glass = gate.policy.glass
    return held_by(person, glass.countersigned_by, _around(house, incident, at)) if glass is not None else ()


def _around(house: House, incident: Incident, at: datetime) -> Surroundings:
    """Gather what is known at once of who sits where; user groups are not, since Slack must be asked for them."""
    return Surroundings(
        book=house.book,
        arranged=house.roster.arranged(),
        at=at,
        severity=incident.severity,
        hats=incident.hats,
    )


def _owed(incident: Incident) -> Gate:
    """Find the gate whose glass was broken: what is owed, else what was signed. Raises NothingToSign."""
    owed = [gate for gate in incident.gates.values() if gate.debt is not None and gate.debt.is_owed]
    if owed:
        return the_one(owed, "countersign")
    signed = next((gate for gate in incident.gates.values() if gate.debt is not None), None)
    if signed is None:
        raise NothingToSign
    return signed


TAKE_BACK = Verb(
    name="take-back",
    aliases=("unvote", "withdraw-vote"),
    usage="",
    summary="Take your vote back, as long as the gate is open.",
    act=take_back,
)
BREAK_GLASS = Verb(
    name="break-glass",
    aliases=("glass", "breakglass"),
    usage="because …",
    summary="Go ahead without the approval; it is told loudly, and somebody must countersign.",
    act=break_glass,
)
COUNTERSIGN = Verb(
    name="countersign",
    aliases=("sign",),
    usage="[no because …]",
    summary="Answer for it that somebody broke the glass.",
    act=countersign,
)
GATES = Verb(
    name="gates",
    aliases=("gate", "approvals", "votes"),
    usage="[m1] | report [7d]",
    summary="Explain what was asked for approval: which votes count and why; or report how all approvals did.",
    act=gates,
    anywhere=("report",),
)
