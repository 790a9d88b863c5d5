"""What falls due with time, each part for itself: what the rules refuse is told once, and holds no other part up."""

from collections.abc import Callable

from bot.domain.ids import SYSTEM
from bot.domain.incident.commands import RecordTrouble, Tick
from bot.domain.incident.decide import escalations, gates, reminders, stages
from bot.domain.incident.decide.facts import trouble
from bot.domain.incident.events import AnyEvent
from bot.domain.incident.state import Incident
from bot.domain.rejected import Rejected
from bot.domain.workflow.policy import Policy

Part = Callable[[Tick, Incident, Policy], list[AnyEvent]]


PARTS: tuple[Part, ...] = (gates.time_is_up, stages.time_is_up, escalations.time_is_up, reminders.time_is_up)


def time_is_up(command: Tick, incident: Incident, policy: Policy, parts: tuple[Part, ...] = PARTS) -> list[AnyEvent]:
    """Do what has fallen due by now."""
    events = list[AnyEvent]()
    for part in parts:
        try:
            events += part(command, incident, policy)
        except Rejected as no:
            events += _told(command, no, incident)
    return events


def _told(command: Tick, no: Rejected, incident: Incident) -> list[AnyEvent]:
    met = RecordTrouble(
        incident=command.incident,
        by=SYSTEM,
        at=command.at,
        cause=command.cause,
        effect="clock",
        why=f"Something has fallen due and can't be done. {no.sentence}",
        cure="Put it right; it is tried again by itself.",
    )
    return trouble(met, incident)
