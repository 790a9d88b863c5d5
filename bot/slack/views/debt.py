"""The message that the glass was broken: why, who owes a countersignature until when, and what became of it."""

from collections.abc import Sequence

from bot.domain.gates.gate import Debt, Gate
from bot.domain.gates.seat import in_words
from bot.domain.incident.state import Incident
from bot.domain.timeline import asked
from bot.slack.controls import CountersignButton
from bot.slack.kit import Message, Names, actions, button, context, day, line, mention, message, section, sentences, who


def debt(incident: Incident, gate: Gate, owed: Debt, names: Names) -> Message:
    """Say loudly that it goes ahead without its approval; once it is answered for, say that."""
    what, because = line(asked(incident, gate.id), 300, names), line(owed.because, 1000, names)
    broke = f"⚠ {who(owed.by, names)} broke the glass: {what} goes ahead without its approval"
    if not owed.is_owed:
        signed = _signed(owed, names)
        return message(sentences(f"{incident.id}: {broke}", because, signed), section(f"{broke}: {because}\n{signed}"))
    owed_now = owes(gate, owed)
    return message(
        sentences(f"{incident.id}: {broke}", because, owed_now),
        section(f"*{broke}.*\n{because}"),
        section(owed_now),
        context("Whoever signs answers for it that it was right. Not those who proposed it or broke the glass."),
        actions(
            button("Countersign", CountersignButton(incident=incident.id, gate=gate.id, accept=True), "primary"),
            button("I don't agree", CountersignButton(incident=incident.id, gate=gate.id, accept=False)),
        ),
    )


def in_one_line(incident: Incident, gate: Gate) -> str:
    """Say on a card what is owed."""
    assert gate.debt is not None, "the glass was broken"
    late = " · *overdue*" if gate.debt.is_told else ""
    what = line(asked(incident, gate.id), 150)
    return f"A countersignature for {what} by {day(gate.debt.due)}{late}: `/incident countersign`"


def owes(gate: Gate, owed: Debt) -> str:
    """Say what is owed, until when and by whom."""
    whom = line(in_words(gate.policy.glass.countersigned_by if gate.policy.glass is not None else ()))
    if owed.is_told:
        return f"*A countersignature is overdue* since {day(owed.due)}, from {whom}."
    return f"A countersignature is owed by {day(owed.due)}, from {whom}."


def _signed(owed: Debt, names: Names) -> str:
    did = "✓ Countersigned" if owed.agrees else "✗ Not agreed with"
    because = f": {line(owed.comment, 500, names)}" if owed.comment else ""
    stands = "" if owed.agrees else " · that stands for the review"
    return f"{did} by {who(owed.signed_by or '', names)}{because}{stands}"


def call_in(incident: Incident, gate: Gate, owed: Debt, people: Sequence[str], names: Names) -> Message:
    """Ask those who may sign, below the message itself: an edit of it would call nobody."""
    called = " ".join(mention(person) for person in people)
    what = line(asked(incident, gate.id), 300, names)
    text = f"{called or 'Anybody here'}: the glass was broken for {what}. {owes(gate, owed)}"
    return message(text, section(text))
