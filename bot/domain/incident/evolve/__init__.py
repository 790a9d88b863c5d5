"""What is true after an event: `evolve` folds one, `replay` a whole history. No rule is checked here."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, assert_never

from bot.domain.gates.events import PlanOpened
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident import events as e
from bot.domain.incident.escalations import Escalation, lapse_timer
from bot.domain.incident.evolve.changes import with_person, without_timer
from bot.domain.incident.evolve.course import found, noted, staged
from bot.domain.incident.evolve.escalations import escalated, nobody_called
from bot.domain.incident.evolve.gates import gated
from bot.domain.incident.evolve.mitigations import by_hands, mitigated, proposed
from bot.domain.incident.evolve.reminders import reminded
from bot.domain.incident.reminders import JUST_NOW
from bot.domain.incident.state import POST_MORTEM_TIMER, Change, Incident, fingerprint


def replay(history: Iterable[e.AnyEvent], incident_id: str) -> Incident | None:
    """Fold a whole history; None for an empty one."""
    incident: Incident | None = None
    for event in history:
        incident = evolve(incident, event, incident_id)
    return incident


def evolve(incident: Incident | None, event: e.AnyEvent, incident_id: str) -> Incident:
    """Fold one event. Anything that may be declared may be folded: no rule is checked here."""
    if incident is None:
        assert isinstance(event, e.Declared), "a history begins with incident.declared"
        return _declared(event, incident_id)
    changes = _changes(incident, event)
    if not isinstance(event, e.PageEvent | PlanOpened) and type(event) not in e.REMINDER_EVENTS:
        changes["last_change"] = Change(by=event.by, at=event.at, type=event.type)
    if event.by != SYSTEM:
        changes |= _active(incident, changes, event.at)
        changes["acted"] = _acted(incident, event.by, event.at)
    if type(event) in BY_A_RUN or (event.by != SYSTEM and type(event) not in MOVES_NOTHING):
        changes["moved_at"] = event.at
    return incident.model_copy(update=changes)


BY_A_RUN = frozenset(
    {
        e.RunWaits,
        e.StepStarted,
        e.StepFinished,
        e.VerificationStarted,
        e.SignalRead,
        e.MitigationVerified,
        e.RollbackStarted,
        e.MitigationRolledBack,
    }
)
"""While a mitigation runs, the incident moves on without anybody's doing."""

MOVES_NOTHING = frozenset({e.ExportRequested, e.PinEdited, e.PinDeleted, PlanOpened, *e.REMINDER_EVENTS})
"""What people do without moving the incident on: they read, they chat, they put reminders off."""


def _acted(incident: Incident, person: str, at: datetime) -> dict[str, datetime]:
    """Keep who did something just now: the state is written with every command, and must not grow with people."""
    return {other: when for other, when in incident.acted.items() if at - when < JUST_NOW} | {person: at}


def _active(incident: Incident, changes: dict[str, Any], at: datetime) -> dict[str, Any]:
    """A person does something: no acknowledgement lapses while its time runs anew from here."""
    timers = changes.get("timers", incident.timers)
    escalations: dict[str, Escalation] = changes.get("escalations", incident.escalations)
    lapses = {
        timer: at + escalation.lapses_after
        for name, escalation in escalations.items()
        if (timer := lapse_timer(name)) in timers and escalation.lapses_after is not None
    }
    return {"active_at": at, "timers": {**timers, **lapses}} if lapses else {"active_at": at}


def _declared(event: e.Declared, incident_id: str) -> Incident:
    return Incident(
        id=incident_id,
        title=event.title,
        severity=event.severity,
        service=event.service,
        summary=event.summary,
        private=event.private,
        origin=event.origin,
        policy=event.policy,
        stage=event.stage,
        declared_by=event.by,
        declared_at=event.at,
        people=(event.by,),
        last_change=Change(by=event.by, at=event.at, type=event.type),
    )


def _changes(incident: Incident, event: e.AnyEvent) -> dict[str, Any]:  # the one long table of this file
    if isinstance(event, e.MitigationEvent):
        return mitigated(incident, event)
    if isinstance(event, e.EscalationEvent):
        return escalated(incident, event)
    if isinstance(event, e.StageEvent):
        return staged(incident, event)
    if isinstance(event, e.FindingEvent):
        return found(incident, event)
    if isinstance(event, e.GateEvent):
        return gated(incident, event.gate, (event,))
    match event:
        case e.NoteAdded():
            return noted(incident, event)
        case e.NobodyOnCall() | e.ConflictMet() | e.CustomersTold():
            return {}
        case e.OnCallAssigned():
            people = (*incident.people, *(person for person in event.people if person not in incident.people))
            return {"assigned": event.people, "people": people}
        case e.Declared():
            raise AssertionError("an incident is declared once")
        case e.ChannelOpened():
            return {"channel": event.channel, "channel_name": event.name}
        case e.HatTaken():
            return _wear(incident, event.hat, event.by)
        case e.HatGiven():
            return _wear(incident, event.hat, event.to)
        case e.HatReleased():
            gone = _no_offer(incident, event.hat) if incident.givers.get(event.hat) == event.by else {}
            hats = _without(incident, event.hat, event.by)
            bare = {} if event.hat in hats else {"put_down_at": {**incident.put_down_at, event.hat: event.at}}
            return {"hats": hats, **gone, **bare}
        case e.HatOffered():
            offered = {
                "offers": {**incident.offers, event.hat: event.to},
                "givers": {**incident.givers, event.hat: event.by},
                "offered_at": {**incident.offered_at, event.hat: event.at},
            }
            return {**offered, **with_person(incident, event.to)}
        case e.HatHandedOver():
            rest = tuple(p for p in incident.wearers(event.hat) if p not in {event.giver, event.by})
            hats = {**incident.hats, event.hat: (*rest, event.by)}
            taken = {**_no_offer(incident, event.hat), **with_person(incident, event.by)}
            return {"hats": hats, **taken, **_lays_hands_on(incident, event.hat, event.by)}
        case e.OfferDeclined():
            return _no_offer(incident, event.hat)
        case e.MessagePinned() | e.PinEdited():
            return {"pins": {**incident.pins, event.ts: fingerprint(event.text)}}
        case e.MessageUnpinned() | e.PinDeleted():
            return {"pins": {ts: text for ts, text in incident.pins.items() if ts != event.ts}}
        case e.UpdatePosted():
            return {"last_update_at": event.at, "last_update": event.text, "next_update_due": event.next_due}
        case e.PolicyAdopted():
            timers = without_timer(incident, POST_MORTEM_TIMER)
            due = {POST_MORTEM_TIMER: event.review_at} if event.review_at else {}
            return {"policy": event.to, "timers": {**timers, **due}}
        case e.Resolved():
            over = nobody_called(incident)
            return {
                **over,
                "resolution": event.summary,
                "resolved_at": event.at,
                "next_update_due": None,
                "timers": over["timers"] | ({POST_MORTEM_TIMER: event.review_at} if event.review_at else {}),
            }
        case e.ExportRequested():
            return _export(incident, event.request, "wanted")
        case e.ExportDelivered():
            return _export(incident, event.request, "delivered")
        case e.ExportFailed():
            return _export(incident, event.request, "failed")
        case e.TroubleMet():
            return {"troubles": (*incident.troubles, f"{event.why} {event.cure}")[-3:]}
        case e.MitigationProposed():
            return proposed(incident, event)
        case (
            e.ReminderGiven()
            | e.ReminderHeld()
            | e.ReminderEnded()
            | e.RemindersSnoozed()
            | e.RemindersStopped()
            | e.RemindersResumed()
        ):
            return reminded(incident, event)
        case _:
            assert_never(event)


def _wear(incident: Incident, hat: Hat, person: str) -> dict[str, Any]:
    others = tuple(p for p in incident.wearers(hat) if p != person)  # none, where only one may wear it
    worn = {"hats": {**incident.hats, hat: (*others, person)}, **with_person(incident, person)}
    if hat in incident.put_down_at:
        worn["put_down_at"] = {other: at for other, at in incident.put_down_at.items() if other != hat}
    return {**worn, **_lays_hands_on(incident, hat, person)}


def _lays_hands_on(incident: Incident, hat: Hat, person: str) -> dict[str, Any]:
    """Whoever takes the mitigator's hat while something runs has a hand in it."""
    if hat is not Hat.MITIGATOR or not any(one.progress.runs for one in incident.mitigations.values()):
        return {}
    return {"mitigations": {name: by_hands(one, [person]) for name, one in incident.mitigations.items()}}


def _without(incident: Incident, hat: Hat, person: str) -> dict[Hat, tuple[str, ...]]:
    rest = tuple(p for p in incident.wearers(hat) if p != person)
    others = {h: people for h, people in incident.hats.items() if h != hat}
    return {**others, hat: rest} if rest else others


def _no_offer(incident: Incident, hat: Hat) -> dict[str, Any]:
    return {
        "offers": {h: to for h, to in incident.offers.items() if h != hat},
        "givers": {h: giver for h, giver in incident.givers.items() if h != hat},
        "offered_at": {h: at for h, at in incident.offered_at.items() if h != hat},
    }


def _export(incident: Incident, request: str, status: str) -> dict[str, Any]:
    return {"exports": dict(list({**incident.exports, request: status}.items())[-20:])}
