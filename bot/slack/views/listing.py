"""Incidents as a list, and the question which of them is meant."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.durations import lasted
from bot.domain.hats import Hat
from bot.domain.incident.state import Incident
from bot.slack.controls import OpenFormButton, RunVerbButton
from bot.slack.kit import (
    Message,
    Names,
    actions,
    bold,
    button,
    context,
    cut,
    each,
    line,
    message,
    plural,
    section,
)

SHOWN = 20


def listing(person: str, incidents: Iterable[Incident], names: Names, now: datetime, words: str = "") -> Message:
    """List the open incidents that this person may know of; `words` is what they were asked for by."""
    seen = visible_to(person, incidents)
    declare = actions(button("Declare an incident", OpenFormButton(incident="", form="declare")))
    asked = f" with “{line(words, 100)}”" if words else ""
    if not seen:
        quiet = "No incident is open. If something looks wrong, declare it: a false alarm costs nothing."
        none = f"No open incident{asked}. `/incident list` shows all." if words else quiet
        return message(none, section(none), declare)
    rows = [row(incident, names, now) for incident in seen[:SHOWN]]
    fewer = "A severity or a word of the title shows fewer: `/incident list p1`."
    more = f"{len(seen) - SHOWN} more. {fewer}" if len(seen) > SHOWN else ""
    headline = f"{plural(len(seen), 'open incident')}{asked}"
    return message(
        "\n".join([headline, *rows, more]),
        section(f"*{headline}*"),
        *(section(text) for text in rows),
        context(more) if more else None,
        declare,
    )


def pick(person: str, incidents: Iterable[Incident], words: str) -> Message:
    """Ask which incident these words are for; a click says them there."""
    seen = visible_to(person, incidents)
    if not seen:
        none = "No incident is open. `/incident declare` opens one."
        return message(none, section(none))
    asks = f"Which incident do you mean? `/incident {line(words, 100)}` is for:"
    return message(
        "\n".join([asks, *(f"{_titled(incident)}" for incident in seen[:SHOWN])]),
        section(asks),
        *(
            section(_titled(incident), button(incident.id, RunVerbButton(incident=incident.id, words=cut(words, 1500))))
            for incident in seen[:SHOWN]
        ),
        context("You can also type it in the incident's own channel.") if len(seen) > SHOWN else None,
    )


def visible_to(person: str, incidents: Iterable[Incident]) -> Sequence[Incident]:
    """Leave out the private incidents of others."""
    return [incident for incident in incidents if not incident.private or person in incident.people]


def row(incident: Incident, names: Names, now: datetime) -> str:
    commander = each(incident.wearers(Hat.COMMANDER), names)
    command = f"commander: {commander}" if commander else "*no commander yet*"
    where = f" · <#{incident.channel}>" if incident.channel else ""
    owed = " · *a countersignature is owed*" if incident.owed_gates else ""
    return f"{bold(_titled(incident))}\n{command} · open for {lasted(now - incident.declared_at)}{where}{owed}"


def _titled(incident: Incident) -> str:
    return f"{incident.id} · {incident.severity.label} · {incident.stage.label} · {line(incident.title)}"
