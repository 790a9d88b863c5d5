"""Forms of one text: note, update, notify, resolve, approve, reject."""

from typing import Any

from bot.domain.gates.orders import CastVote
from bot.domain.gates.policy import Choice
from bot.domain.incident.commands import AddNote, PostUpdate, Resolve, TellCustomers
from bot.domain.incident.decide.gates import find
from bot.slack.controls import FormFacts
from bot.slack.door import Door, Reply
from bot.slack.forms.fields import modal, number, text
from bot.slack.forms.form import Form, facts_of
from bot.slack.kit import bold, line, section
from bot.slack.requests import Submission
from bot.verbs.gates import at_gate, too_late
from bot.verbs.request import known
from bot.verbs.words import plain


def note_view(facts: FormFacts, _: Door) -> dict[str, Any]:
    blocks = [
        text("text", "What did you see or do?", multiline=True, initial=facts.words),
        text("source", "Where does it show?", optional=True, placeholder="https://…", limit=1000),
    ]
    return modal(facts, "Note", blocks, "Add")


def note(submission: Submission, door: Door) -> Reply:
    words = plain(submission.text("text"), door.house.people.name)
    door.house.engine.submit(AddNote(**facts_of(submission, door), text=words, source=submission.text("source")))
    return None


def update_view(facts: FormFacts, door: Door) -> dict[str, Any]:
    incident = door.house.engine.incident(facts.incident)
    cadence = door.house.engine.policy_of(incident).of(incident.severity).update_every_minutes
    hint = "What happens, what is done, who owes an answer and by when. It goes to channel, announcement and managers."
    blocks = [
        text("text", "Update", multiline=True, initial=facts.words, hint=hint),
        number("next", "Next update in how many minutes?", initial=cadence or 60, low=5, high=1440),
    ]
    return modal(facts, "Send an update", blocks)


def update(submission: Submission, door: Door) -> Reply:
    words = plain(submission.text("text"), door.house.people.name)
    minutes = int(submission.text("next")) if submission.text("next").isdigit() else None
    door.house.engine.submit(PostUpdate(**facts_of(submission, door), text=words, next_in_minutes=minutes))
    return None


def notify_view(facts: FormFacts, door: Door) -> dict[str, Any]:
    incident = door.house.engine.incident(facts.incident)
    channel = door.house.engine.policy_of(incident).channels.customers
    hint = f"Customers read it in #{channel} as it stands here: at once, or once those have agreed who are asked."
    words = facts.words or incident.last_update
    label = "What should customers read?"
    return modal(facts, "Tell customers", [text("text", label, multiline=True, initial=words, hint=hint, limit=2000)])


def notify(submission: Submission, door: Door) -> Reply:
    words = plain(submission.text("text"), door.house.people.name)
    found = known(door.house, submission.facts.incident, door.clock.now())
    door.house.engine.submit(TellCustomers(**facts_of(submission, door), text=words, known=found))
    return None


def resolve_view(facts: FormFacts, _: Door) -> dict[str, Any]:
    hint = "In customers' terms. The managers get the whole timeline by itself."
    return modal(facts, "Resolve", [text("text", "How did it end?", multiline=True, hint=hint)], "Resolve")


def resolve(submission: Submission, door: Door) -> Reply:
    words = plain(submission.text("text"), door.house.people.name)
    found = known(door.house, submission.facts.incident, door.clock.now())
    door.house.engine.submit(Resolve(**facts_of(submission, door), summary=words, known=found))
    return None


def vote_view(facts: FormFacts, door: Door) -> dict[str, Any]:
    """Ask for the reason of a vote, and say once more what is voted on."""
    gate = find(door.house.engine.incident(facts.incident), facts.gate)
    choice: Choice = "reject" if facts.form == "reject" else "approve"
    label, hint = WHY[choice]
    blocks = [
        section(f"{bold(line(gate.subject.action, 150))} · {gate.id} of {facts.incident}"),
        text("comment", label, multiline=True, hint=hint),
    ]
    return modal(facts, choice.capitalize(), blocks, choice.capitalize())


WHY: dict[Choice, tuple[str, str]] = {
    "approve": ("Why?", "It stands beside your vote, for whoever reads the record."),
    "reject": ("Why not?", "The proposer reads it and can do better."),
}


def vote(submission: Submission, door: Door) -> Reply:
    facts, shared = submission.facts, facts_of(submission, door)
    order = CastVote(
        by=submission.user,
        at=shared["at"],
        choice="reject" if facts.form == "reject" else "approve",
        comment=plain(submission.text("comment"), door.house.people.name),
        subject=facts.subject or None,
        ballot=facts.ballot,
        here=facts.here,
    )
    gate = find(door.house.engine.incident(facts.incident), facts.gate)
    receipt = door.house.engine.submit(at_gate(door.house, shared, gate, order))
    if (late := too_late(receipt, gate.id, submission.user)) is not None:
        raise late
    return None


NOTE = Form(name="note", view=note_view, submit=note)
UPDATE = Form(name="update", view=update_view, submit=update)
NOTIFY = Form(name="notify", view=notify_view, submit=notify)
RESOLVE = Form(name="resolve", view=resolve_view, submit=resolve)
APPROVE = Form(name="approve", view=vote_view, submit=vote)
REJECT = Form(name="reject", view=vote_view, submit=vote)
