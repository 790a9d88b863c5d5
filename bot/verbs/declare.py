"""`declare`: open an incident, with its channel, card and announcement."""

import re

from bot.domain.incident.commands import Declare
from bot.domain.severity import Severity, severity
from bot.verbs.request import Answer, Ask, House, Request, Said, Verb
from bot.verbs.words import first, plain

GRADE = re.compile(r"(p|sev|severity|prio)-?\d", re.IGNORECASE)
"""What begins a title as a severity; “high error rate”, “500s” and “p99 is at 9 s” are titles."""


def act(request: Request, house: House) -> Answer:
    if not request.words.strip():
        return Ask("declare")
    head, rest = first(request.words)
    named = severity(head) if GRADE.fullmatch(head) else None
    if named is None and GRADE.fullmatch(head):
        return Said(f"“{head}” is no severity. There are p1, p2, p3 and p4: `/incident declare p1 checkout is down`.")
    if named and not rest:
        return Ask("declare", words=request.words)
    text = rest if named else request.words
    receipt = house.engine.declare(
        Declare(
            incident="",
            by=request.by,
            at=request.at,
            cause=request.cause,
            title=plain(text, house.people.name),
            severity=named or Severity.P2,
            service=service_in(text, house),
            origin=request.origin,
        )
    )
    incident = receipt.incident
    said = f"{incident.id} is declared as {incident.severity.label}"
    said += f": <#{incident.channel}>." if incident.channel else ". Its channel is being opened; you will be invited."
    if not named:
        said += " I took P2, since no severity was given; `/incident severity p1` in its channel changes it."
    return Said(said, receipt)


def service_in(text: str, house: House) -> str | None:
    """Name the service of the catalogue that the title speaks of, if it speaks of exactly one."""
    words = {word.strip(".,:;!?").lower() for word in text.split()}
    named = [service for service in house.services if service.lower() in words]
    return named[0] if len(named) == 1 else None


VERB = Verb(
    name="declare",
    aliases=("new", "open", "start"),
    usage="p1 checkout is down",
    summary="Open an incident. Without words it asks for them.",
    act=act,
    needs_incident=False,
)
