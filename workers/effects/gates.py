"""Gates: who sits in the seats that are asked now, the question in private, what is owed, and how they did."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from slack_sdk.errors import SlackApiError

from bot.domain.effects import AskPerson, LookUpSeats, RememberAnswers, ShowAsked, ShowDebt, ShowGate
from bot.domain.gates.count import barred_from
from bot.domain.gates.due import may_be_told, wanted
from bot.domain.gates.gate import Found, Gate
from bot.domain.gates.measures import ended, loads
from bot.domain.gates.orders import RecordAsked, RecordOutOfReach
from bot.domain.gates.seat import Seat
from bot.domain.gates.seating import Answers, Looked, Surroundings, find, members_of, team_of
from bot.domain.gates.standing import waited_for
from bot.domain.ids import SYSTEM
from bot.domain.incident.commands import AtGate
from bot.domain.incident.gates import histories
from bot.domain.incident.state import Incident
from bot.slack.accounts import FOR_GOOD, NOBODYS
from bot.slack.approvals import members
from bot.slack.views.asked import asked, still_waits
from bot.slack.views.debt import call_in
from bot.slack.views.debt import debt as debt_view
from bot.slack.views.gate import gate as gate_view
from workers.crew import EDITS_APART, Done, Job

PINGED = 10
"""People who are called by name to countersign, at most."""


def show_gate(effect: ShowGate, job: Job) -> Done:
    """Show what is asked, who has voted and who is waited for; then, in one line, how it ended."""
    incident, crew = job.incident(), job.crew
    message = gate_view(incident, incident.gates[effect.gate], crew.names)
    channel = job.channel_of(incident)
    crew.desk.show(incident.id, f"gate:{effect.gate}", channel, message, again=job.again, since=job.since)
    return Done(rest=EDITS_APART)


def show_debt(effect: ShowDebt, job: Job) -> Done:
    """Say that the glass was broken and what is owed for it; remind those who may sign below it."""
    incident, crew = job.incident(), job.crew
    gate, channel, name = incident.gates[effect.gate], job.channel_of(incident), f"debt:{effect.gate}"
    if (owed := gate.debt) is None:
        return Done()
    message = debt_view(incident, gate, owed, crew.names)
    post = crew.desk.show(incident.id, name, channel, message, again=job.again, since=job.since)
    if effect.number and owed.is_owed:
        ping = call_in(incident, gate, owed, _signers(gate, incident, job), crew.names)
        crew.desk.reply(incident.id, f"{name}:{effect.number}", post, ping, again=job.again, since=job.since)
    return Done(rest=EDITS_APART)


def _signers(gate: Gate, incident: Incident, job: Job) -> list[str]:
    """Name who may countersign, as far as it is known: not who proposed it, nor who broke the glass."""
    seats = gate.policy.glass.countersigned_by if gate.policy.glass is not None else ()
    found, _ = find(seats, _around(seats, gate, incident, job))
    barred = {gate.person(account) for account in (*gate.authors, *([gate.debt.by] if gate.debt else ()))}
    people = dict.fromkeys(one.account for one in found if gate.person(one.account) not in barred)
    return [person for person in people if not job.crew.people.why_out(person)][:PINGED]


def look_up_seats(effect: LookUpSeats, job: Job) -> Done:
    """Find out who sits in the seats that a gate asks now."""
    incident = job.incident()
    gate = incident.gates[effect.gate]
    look = next((look for look in wanted(gate) if look.turn == effect.turn), None)
    if look is None:
        return Done()
    call = gate.call(effect.turn)
    around = _around(look.seats, gate, incident, job, barred_from(gate, call.ballot) if call else ())
    found, missing = _in_reach(*find(look.seats, around), job)
    facts = job.facts("seats")
    order = RecordAsked(
        by=SYSTEM,
        at=facts["at"],
        turn=effect.turn,
        found=found,
        missing=missing,
        linked=_linked(job, [*gate.authors, *(one.account for one in found)]),
    )
    return Done((AtGate(**facts, gate=gate.id, order=order),))


def _around(
    seats: Sequence[Seat], gate: Gate, incident: Incident, job: Job, barred: Collection[str] = ()
) -> Surroundings:
    """Look around: `barred` can't count where these seats are asked, so a route picks others."""
    crew, house = job.crew, job.crew.house
    routed = any(seat.route is not None for seat in seats)
    people = [person.slack for person in house.book.people.values()] if routed else []
    return Surroundings(
        book=house.book,
        arranged=house.roster.arranged(),
        at=crew.clock.now(),
        severity=incident.severity,
        service=house.services.get(incident.service or ""),
        hats=incident.hats,
        groups={seat.group: members(seat.group, crew.desk.call) for seat in seats if seat.group is not None},
        answers={person: crew.answers.of(person) for person in people},
        waiting=_waiting(job) if routed else {},
        barred=[person for person in people if gate.person(person) in barred],
        out=_out(seats, incident, job),
    )


def _out(seats: Sequence[Seat], incident: Incident, job: Job) -> Mapping[str, str]:
    """Say who of those among whom routes pick can't be asked, and why."""
    house = job.crew.house
    service = house.services.get(incident.service or "")
    teams = [team_of(seat.route, service, house.book) for seat in seats if seat.route is not None]
    people = {person.slack for team in teams if team is not None for person in members_of(house.book, team)}
    return {person: why for person in sorted(people) if (why := job.crew.why_out(person))}


def _in_reach(found: Sequence[Found], missing: Sequence[str], job: Job) -> Looked:
    """Say who of those that were found can't be asked. Who has deputies stays among them, and is not waited for."""
    out = {
        account: why for account in dict.fromkeys(one.account for one in found) if (why := job.crew.why_out(account))
    }
    there = tuple(
        one.model_copy(update={"is_away": one.account in out})
        for one in found
        if one.account not in out or one.deputies
    )
    return there, (*missing, *(f"<@{account}> can't be asked: {why}." for account, why in out.items()))


def _linked(job: Job, accounts: Sequence[str]) -> dict[str, str]:
    """Return which of these accounts are a person's other ones."""
    linked = job.crew.house.book.linked
    return {account: linked[account] for account in accounts if account in linked}


def _waiting(job: Job) -> Mapping[str, int]:
    """Count for how many open gates each person is waited for."""
    waits = Counter[str]()
    for incident in job.crew.engine.open():
        for gate in incident.open_gates:
            waits.update(waited_for(gate))
    return waits


def ask_person(effect: AskPerson, job: Job) -> Done:
    """Ask in private; whoever has answered meanwhile, or need not any more, is left in peace.

    Where Slack says that somebody can't be written to, the gate hears of it and goes on without them.
    """
    incident = job.incident()
    gate = incident.gates[effect.gate]
    if not may_be_told(gate, effect.turn, effect.person):
        return Done()
    job.channel_of(incident)
    try:
        return _ask(effect, incident, gate, job)
    except SlackApiError as error:
        code = str(error.response.get("error", ""))
        if code not in FOR_GOOD:
            raise
        if code in NOBODYS:
            job.crew.people.is_out(effect.person, FOR_GOOD[code])
        facts = job.facts("out-of-reach")
        order = RecordOutOfReach(
            by=SYSTEM, at=facts["at"], turn=effect.turn, account=effect.person, because=FOR_GOOD[code]
        )
        return Done((AtGate(**facts, gate=gate.id, order=order),))


def _ask(effect: AskPerson, incident: Incident, gate: Gate, job: Job) -> Done:
    crew, name = job.crew, _name(effect)
    post = crew.desk.find(incident.id, name)
    if effect.number > 1 and post is not None:
        again = still_waits(incident, gate, crew.names)
        crew.desk.say(incident.id, f"{name}:{effect.number}", post.channel, again, again=job.again, since=job.since)
        return Done()
    message = asked(incident, gate, effect.turn, effect.person, crew.names)
    channel = crew.desk.call("conversations.open", users=effect.person)["channel"]["id"]
    crew.desk.say(incident.id, name, channel, message, again=job.again, since=job.since)
    return Done()


def show_asked(effect: ShowAsked, job: Job) -> Done:
    """Say in one line what became of it, where somebody was asked."""
    incident, crew = job.incident(), job.crew
    if (post := crew.desk.find(incident.id, _name(effect))) is not None:
        message = asked(incident, incident.gates[effect.gate], effect.turn, effect.person, crew.names)
        crew.desk.show(incident.id, _name(effect), post.channel, message, again=job.again, since=job.since)
    return Done()


def _name(effect: AskPerson | ShowAsked) -> str:
    return f"asked:{effect.gate}:{effect.turn}:{effect.person}"


def remember_answers(effect: RememberAnswers, job: Job) -> Done:
    """Keep how soon those who were asked have answered, and how it ended."""
    crew, name = job.crew, f"{effect.incident}/{effect.gate}"
    facts = histories(record.event for record in crew.engine.history(effect.incident))[effect.gate]
    for person, load in loads([facts]).items():
        if load.answered or load.unanswered:
            known = Answers(answered=tuple(load.answered), unanswered=tuple(load.unanswered))
            crew.answers.remember(person, name, facts[-1].at, known)
    if (end := ended(facts)) is not None:
        crew.house.gates.remember(job.incident().gates[effect.gate].policy.id, name, end)
    return Done()
