"""Gates: who sits in the seats that are asked now, the question in private, how they did, and the weekly digest."""

from collections import Counter
from collections.abc import Mapping, Sequence

from slack_sdk.errors import SlackApiError

from bot.domain.effects import AskPerson, LookUpSeats, PostDigest, RememberAnswers, ShowAsked, ShowGate
from bot.domain.gates.due import may_be_told, wanted
from bot.domain.gates.gate import Gate
from bot.domain.gates.measures import ended, loads
from bot.domain.gates.orders import RecordAsked
from bot.domain.gates.policy import Seat
from bot.domain.gates.seating import Answers, Surroundings, find
from bot.domain.ids import SYSTEM
from bot.domain.incident.commands import AtGate
from bot.domain.incident.gates import histories
from bot.domain.incident.state import Incident
from bot.slack.errors import Refused, translate
from bot.slack.views.asked import asked, still_waits
from bot.slack.views.digest import digest
from bot.slack.views.gate import gate as gate_view
from bot.verbs.gates import measured
from workers.crew import EDITS_APART, Done, Job


def show_gate(effect: ShowGate, job: Job) -> Done:
    """Show what is asked, who has voted and who is waited for; then, in one line, how it ended."""
    incident, crew = job.incident(), job.crew
    message = gate_view(incident, incident.gates[effect.gate], crew.names)
    channel = job.channel_of(incident)
    crew.desk.show(incident.id, f"gate:{effect.gate}", channel, message, again=job.again, since=job.since)
    return Done(rest=EDITS_APART)


def look_up_seats(effect: LookUpSeats, job: Job) -> Done:
    """Find out who sits in the seats that a gate asks now."""
    incident = job.incident()
    gate = incident.gates[effect.gate]
    look = next((look for look in wanted(gate) if look.turn == effect.turn), None)
    if look is None:
        return Done()
    around = _around(look.seats, gate, incident, job)
    found, missing = find(look.seats, around)
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


def _around(seats: Sequence[Seat], gate: Gate, incident: Incident, job: Job) -> Surroundings:
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
        groups={seat.group: _members(seat.group, job) for seat in seats if seat.group is not None},
        answers={person: crew.answers.of(person) for person in people},
        waiting=_waiting(job) if routed else {},
        barred=[gate.person(author) for author in gate.authors],
    )


def _linked(job: Job, accounts: Sequence[str]) -> dict[str, str]:
    """Return which of these accounts are a person's other ones."""
    linked = job.crew.house.book.linked
    return {account: linked[account] for account in accounts if account in linked}


def _members(group: str, job: Job) -> tuple[str, ...] | str:
    """Ask Slack who is in a user group; where it says that there is none, the gate goes on without."""
    try:
        return tuple(job.crew.desk.call("usergroups.users.list", usergroup=group)["users"])
    except SlackApiError as error:
        meaning = translate(error)
        if isinstance(meaning, Refused):
            return f"Slack does not name the members of the user group {group}: {meaning.why}"
        raise meaning or error from error


def _waiting(job: Job) -> Mapping[str, int]:
    """Count for how many open gates each person is waited for."""
    waits = Counter[str]()
    for incident in job.crew.engine.open():
        for gate in incident.open_gates:
            waits.update({chair.account for call in gate.calls_of(gate.current) for chair in gate.silent(call)})
    return waits


def ask_person(effect: AskPerson, job: Job) -> Done:
    """Ask in private; whoever has answered meanwhile, or need not any more, is left in peace."""
    incident, crew = job.incident(), job.crew
    gate = incident.gates[effect.gate]
    if not may_be_told(gate, effect.turn, effect.person):
        return Done()
    job.channel_of(incident)
    name = _name(effect)
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


def post_digest(effect: PostDigest, job: Job) -> Done:
    """Tell the managers of a week, once; by the workflow in force, which may want none any more."""
    crew = job.crew
    policy = crew.engine.workflows.in_force
    if policy.digest is None:
        return Done()
    since, until = policy.digest.span(effect.due)
    told = measured(crew.engine, since, until, crew.clock.now())
    try:
        channel = crew.desk.channel_id(policy.channels.managers)
        name = f"digest:{effect.due:%Y-%m-%d}"
        crew.desk.say("", name, channel, digest(told, crew.names), again=job.again, since=job.since)
    except (Refused, SlackApiError) as error:
        meaning = error if isinstance(error, Refused) else translate(error)
        if not isinstance(meaning, Refused):
            raise
        crew.problems.raise_(DIGEST, f"The digest of approvals can't be posted. {meaning.why}", meaning.cure)
        return Done()
    crew.problems.clear(DIGEST)
    return Done()


DIGEST = "digest"
"""The standing problem of a digest that Slack refuses: the next one that is posted ends it."""
