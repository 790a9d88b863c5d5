"""Reminders: what an event about one changes."""

from typing import Any, assert_never

from bot.domain.incident import events as e
from bot.domain.incident.reminders import Reminder, Snooze, Stop
from bot.domain.incident.state import Incident
from bot.domain.workflow.reminders import Kind


def reminded(incident: Incident, event: e.ReminderEvent) -> dict[str, Any]:
    match event:
        case e.ReminderGiven():
            before = incident.reminders.get(event.kind)
            asked = before.asked if before is not None and before.is_on else ()
            given = Reminder(
                since=event.since,
                at=event.at,
                number=event.number,
                count=event.count,
                asked=tuple(dict.fromkeys((*asked, *event.to))),
                to=event.to,
                last=event.last,
            )
            return {"reminders": {**incident.reminders, event.kind: given}}
        case e.ReminderHeld():
            given = incident.reminders[event.kind]
            asked = given.asked if given.number > 1 else ()
            untold = {"number": given.number - 1, "count": given.count - 1, "asked": asked, "to": (), "last": False}
            return _reminder(incident, event.kind, **untold, held_until=event.until)
        case e.ReminderEnded():
            ended = {"ended_at": event.at, "ended_by": event.by, "because": event.because, "held_until": None}
            return _reminder(incident, event.kind, **ended)
        case e.RemindersSnoozed():
            snooze = Snooze(by=event.by, at=event.at, until=event.until)
            return {"snoozed": {**incident.snoozed, **dict.fromkeys(event.kinds, snooze)}}
        case e.RemindersStopped():
            stop = Stop(by=event.by, at=event.at, because=event.because)
            return {"stopped": {**incident.stopped, **dict.fromkeys(event.kinds, stop)}}
        case e.RemindersResumed():
            return {
                "stopped": {kind: stop for kind, stop in incident.stopped.items() if kind not in event.kinds},
                "snoozed": {kind: snooze for kind, snooze in incident.snoozed.items() if kind not in event.kinds},
            }
        case _:
            assert_never(event)


def _reminder(incident: Incident, kind: Kind, **changes: object) -> dict[str, Any]:
    changed = incident.reminders[kind].model_copy(update=changes)
    return {"reminders": {**incident.reminders, kind: changed}}
