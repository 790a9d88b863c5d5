"""`ack`, `take-over`, `not-me` and `escalate`: what whoever is called, or sees it, answers."""

from bot.domain.gates.events import PassedOn
from bot.domain.gates.gate import Gate
from bot.domain.gates.orders import PassOn as PassVoteOn
from bot.domain.incident.commands import Acknowledge, EscalateNow, PassOn, TakeOver
from bot.domain.incident.state import Incident
from bot.verbs.gates import at_gate, seen_by, submit_to
from bot.verbs.meant import named, the_one
from bot.verbs.request import Answer, Ask, House, Request, Said, Verb, submit
from bot.verbs.words import because, first, person, plain


def acknowledge(request: Request, house: House) -> Answer:
    return submit(house, Acknowledge(**request.facts()), "It is yours: nobody else is called.")


def take_over(request: Request, house: House) -> Answer:
    return submit(house, TakeOver(**request.facts()), "It is yours now: nobody else is called.")


def not_me(request: Request, house: House) -> Answer:
    """“Not me, ask …”: whoever is named is called at once."""
    incident = house.engine.incident(str(request.incident))
    gate, words = named(incident, request.words) if request.words else (None, "")
    head, rest = first(words.replace(",", " ", 1))
    if head.lower() in {"ask", "but"}:
        head, rest = first(rest)
    if not head:
        return Ask("not-me")
    to = person(head, house.people)
    if to is None:
        return Said(f"I don't know “{head}”. Mention the person: `/incident not-me @somebody`.")
    why = plain(because(rest), house.people.name)
    if (gate := gate or _asks(incident, request.by, house)) is not None:
        order = PassVoteOn(by=request.by, at=request.at, to=to, because=why)
        return submit_to(house, at_gate(house, request.facts(), gate, order), PassedOn, f"<@{to}> is asked instead.")
    return submit(house, PassOn(**request.facts(), to=to, because=why), f"<@{to}> is called instead.")


def _asks(incident: Incident, person: str, house: House) -> Gate | None:
    """Return the gate that waits for somebody's vote, unless they are being called: then that is meant.

    While nobody is called, and a dry run is awaited, the gate of that can say so. Raises SeveralAreMeant.
    """
    if any(page.who == person for one in incident.unanswered for page in incident.called(one.id)):
        return None
    shown = seen_by(incident, person, house)
    asking = [gate for gate in shown if gate.person(person) in _silent(gate)]
    if asking:
        return the_one(asking, "not-me")
    if any(one.standing.wants_answer or one.answered_by == person for one in incident.escalations.values()):
        return None
    return next((gate for gate in shown if gate.trial_due is not None), None)


def _silent(gate: Gate) -> set[str]:
    return {gate.person(chair.account) for call in gate.calls_of(gate.current) for chair in gate.silent(call)}


def escalate(request: Request, house: House) -> Answer:
    why = plain(because(request.words.removeprefix("now").strip()), house.people.name)
    return submit(house, EscalateNow(**request.facts(), because=why), "Whoever comes next is called now.")


ACK = Verb(
    name="ack",
    aliases=("acknowledge", "mine", "on-it"),
    usage="",
    summary="Say that you look at it: nobody else is called.",
    act=acknowledge,
)
TAKE_OVER = Verb(
    name="take-over",
    aliases=("takeover",),
    usage="",
    summary="Answer in the place of whoever has acknowledged.",
    act=take_over,
)
NOT_ME = Verb(
    name="not-me",
    aliases=("notme", "pass", "reassign"),
    usage="@somebody [because …]",
    summary="Have somebody else called, or asked for their vote, in your place.",
    act=not_me,
)
ESCALATE = Verb(
    name="escalate",
    usage="[because …]",
    summary="Call whoever comes next without waiting any longer.",
    act=escalate,
)
