"""Calling people: what an event about an escalation, or about one of its pages, changes."""

from typing import Any, assert_never

from bot.domain.incident import events as e
from bot.domain.incident.escalations import Call, Escalation, Page, Standing, call_timer, lapse_timer
from bot.domain.incident.evolve.changes import with_person, without_timer
from bot.domain.incident.state import Incident


def escalated(incident: Incident, event: e.EscalationEvent) -> dict[str, Any]:
    match event:
        case e.EscalationStarted():
            escalation = Escalation(
                id=event.escalation,
                team=event.team,
                policy=event.policy,
                through=event.through,
                wakes=event.wakes,
                because=event.because,
                by=event.by,
                at=event.at,
            )
            return {"escalations": {**incident.escalations, event.escalation: escalation}}
        case e.EscalationCalled():
            call = Call(
                number=event.call,
                round=event.round,
                tier=event.tier,
                person=event.person,
                at=event.at,
                due=event.due,
            )
            waits = {"call": call, "standing": Standing.RUNNING, "answered_by": None, "answered_at": None}
            timers = {**without_timer(incident, lapse_timer(event.escalation)), call_timer(event.escalation): event.due}
            return {**_escalation(incident, event.escalation, waits), "timers": timers}
        case e.CallWasEmpty():
            return {}
        case e.SomebodyMissing():
            told = (*incident.escalations[event.escalation].missing, event.because)[-MISSING:]
            return _escalation(incident, event.escalation, {"missing": told})
        case e.PageOrdered():
            page = Page(
                id=event.page,
                escalation=event.escalation,
                call=event.call,
                kind=event.kind,
                who=event.who,
                because=event.because,
                at=event.at,
                ways=event.ways,
                mention=event.mention,
            )
            joins = with_person(incident, event.who) if event.kind == "person" else {}
            return {"pages": {**incident.pages, event.page: page}, **joins}
        case e.PageTried():
            return _way(incident, event, state="tried", tries=incident.pages[event.page].ways[event.way].tries + 1)
        case e.PageSent():
            return _way(incident, event, state="sent", detail=event.detail)
        case e.PageFailed():
            return _way(incident, event, state="failed", detail=event.why)
        case e.PageDelayed():
            return _way(incident, event, detail=event.why)
        case e.Acknowledged() | e.TakenOver():
            return _answered(incident, event)
        case e.PassedOn():
            pages = {
                name: page.model_copy(update={"declined": True})
                for name, page in incident.pages.items()
                if page.escalation == event.escalation and page.who == event.by
            }
            return {"pages": {**incident.pages, **pages}, **with_person(incident, event.to)}
        case e.AcknowledgementLapsed():
            return {"timers": without_timer(incident, lapse_timer(event.escalation))}
        case e.EscalationExhausted():
            last = incident.escalations[event.escalation].call
            spent = last.model_copy(update={"number": event.call}) if last else None
            changes = {"standing": Standing.EXHAUSTED, "call": spent, "answered_by": None, "answered_at": None}
            over = {call_timer(event.escalation), lapse_timer(event.escalation)}
            timers = {name: due for name, due in incident.timers.items() if name not in over}
            return {**_escalation(incident, event.escalation, changes), "timers": timers}
        case _:
            assert_never(event)


MISSING = 5
"""Of those who can't be called, the last ones are kept at hand; the record has all."""


def _escalation(incident: Incident, name: str, changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "escalations": {**incident.escalations, name: incident.escalations[name].model_copy(update=changes)},
    }


def _way(
    incident: Incident, event: e.PageTried | e.PageSent | e.PageFailed | e.PageDelayed, **changes: object
) -> dict[str, Any]:
    page = incident.pages[event.page].with_way(event.way, **changes)
    return {"pages": {**incident.pages, event.page: page}}


def _answered(incident: Incident, event: e.Acknowledged | e.TakenOver) -> dict[str, Any]:
    """Somebody answers for it: nothing is due any more, but where silence counts as a no."""
    call = incident.escalations[event.escalation].call
    answer = {
        "standing": Standing.ACKNOWLEDGED,
        "answered_by": event.by,
        "answered_at": event.at,
        "settled": call.number if call else 0,
    }
    timers = without_timer(incident, call_timer(event.escalation))
    if (silence := incident.escalations[event.escalation].lapses_after) is not None:
        timers[lapse_timer(event.escalation)] = event.at + silence
    return {**_escalation(incident, event.escalation, answer), **with_person(incident, event.by), "timers": timers}


def nobody_called(incident: Incident) -> dict[str, Any]:
    """It is over: whoever is being called need not answer, and nobody is called any more."""
    calls = {timer for name in incident.escalations for timer in (call_timer(name), lapse_timer(name))}
    return {
        "escalations": {name: _ended(escalation) for name, escalation in incident.escalations.items()},
        "timers": {name: due for name, due in incident.timers.items() if name not in calls},
    }


def _ended(escalation: Escalation) -> Escalation:
    return (
        escalation.model_copy(update={"standing": Standing.ENDED}) if escalation.standing.wants_answer else escalation
    )
