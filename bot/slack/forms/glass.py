"""Forms about break-glass: why it must go ahead at once, and why somebody doesn't agree that it had to."""

from datetime import timedelta
from typing import Any

from bot.domain.gates.orders import BreakGlass, Countersign
from bot.domain.gates.seat import in_words
from bot.domain.incident.decide.gates import find
from bot.domain.timeline import asked
from bot.slack.controls import FormFacts
from bot.slack.door import Door, Reply
from bot.slack.forms.fields import modal, text
from bot.slack.forms.form import Form, facts_of
from bot.slack.kit import day, line, section
from bot.slack.requests import Submission
from bot.verbs.gates import at_gate, breaker_holds, signer_holds
from bot.verbs.words import plain


def break_view(facts: FormFacts, door: Door) -> dict[str, Any]:
    """Say what it means before it is done."""
    incident = door.house.engine.incident(facts.incident)
    gate = find(incident, facts.gate)
    what = line(asked(incident, gate.id), 300, door.names)
    return modal(facts, "Break the glass", [section(f"{what}\n{_means(facts, door)}"), _why()], "Break the glass")


def _means(facts: FormFacts, door: Door) -> str:
    glass = find(door.house.engine.incident(facts.incident), facts.gate).policy.glass
    if glass is None:
        return "*Nobody may break the glass here.*"
    until = day(door.clock.now() + timedelta(seconds=glass.within))
    return (
        "*It goes ahead at once, without its approval. That is told loudly: here, in the announcement and to the "
        f"managers. A countersignature is owed by {until}, from {line(in_words(glass.countersigned_by))}.*"
    )


def _why() -> dict[str, Any]:
    return text("comment", "Why can't it wait?", multiline=True, hint="Everybody reads it, and so does the review.")


def break_(submission: Submission, door: Door) -> Reply:
    facts, shared = submission.facts, facts_of(submission, door)
    incident = door.house.engine.incident(facts.incident)
    gate = find(incident, facts.gate)
    order = BreakGlass(
        by=submission.user,
        at=shared["at"],
        because=plain(submission.text("comment"), door.house.people.name),
        subject=facts.subject or None,
        holds=breaker_holds(submission.user, gate, incident, shared["at"], door.house),
        here=facts.here,
    )
    door.house.engine.submit(at_gate(door.house, shared, gate, order))
    return None


def disagree_view(facts: FormFacts, _: Door) -> dict[str, Any]:
    hint = "The review asks about it."
    return modal(facts, "Don't countersign", [text("comment", "Why was it not right?", multiline=True, hint=hint)])


def disagree(submission: Submission, door: Door) -> Reply:
    facts, shared = submission.facts, facts_of(submission, door)
    incident = door.house.engine.incident(facts.incident)
    gate = find(incident, facts.gate)
    order = Countersign(
        by=submission.user,
        at=shared["at"],
        agrees=False,
        comment=plain(submission.text("comment"), door.house.people.name),
        holds=signer_holds(submission.user, gate, incident, shared["at"], door.house),
        here=facts.here,
    )
    door.house.engine.submit(at_gate(door.house, shared, gate, order))
    return None


BREAK = Form(name="break-glass", view=break_view, submit=break_)
COUNTERSIGN = Form(name="countersign", view=disagree_view, submit=disagree)
