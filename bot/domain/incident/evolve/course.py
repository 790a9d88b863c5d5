"""How bad it is, how far it has come, and what people found out: what an event about one of these changes."""

from collections.abc import Mapping
from typing import Any, assert_never

from bot.domain.incident import events as e
from bot.domain.incident.evolve.changes import with_person
from bot.domain.incident.evolve.escalations import nobody_called
from bot.domain.incident.findings import SOURCES_KEPT, ActionItem, Confirmation, Hypothesis, page_of
from bot.domain.incident.state import POST_MORTEM_TIMER, Incident, Review
from bot.domain.workflow.lifecycle import Purpose


def staged(incident: Incident, event: e.StageEvent) -> dict[str, Any]:
    match event:
        case e.SeverityChanged():
            return {"severity": event.to, "severity_because": event.because}
        case e.SeverityJustified():
            return {"severity_because": event.because}
        case e.StageChanged():
            return _moved(incident, event)
        case e.ReviewOpened():
            review = Review(
                author=event.author,
                tracker=event.tracker,
                opened_at=event.at,
                meeting_at=event.meeting_at,
                minutes=event.minutes,
            )
            return {"review": review}
        case e.StageOverdue():
            return {"overdue_at": event.at}
        case e.CriterionConfirmed():
            confirmation = Confirmation(
                by=event.by, at=event.at, stage=event.stage.id, hat=event.hat, evidence=event.evidence
            )
            return {"confirmed": {**incident.confirmed, event.criterion: confirmation}}
        case e.CriterionWithdrawn():
            rest = {name: said for name, said in incident.confirmed.items() if name != event.criterion}
            return {"confirmed": rest}
        case _:
            assert_never(event)


def _moved(incident: Incident, event: e.StageChanged) -> dict[str, Any]:
    """Where it comes back to a stage, what was confirmed in its earlier stay there is asked anew."""
    changes: dict[str, Any] = {"stage": event.to, "stage_at": event.at, "overdue_at": None}
    if event.to.is_over and not event.before.is_over:
        changes |= nobody_called(incident)
    if event.to.purpose is not Purpose.RESOLVED:
        timers = changes.get("timers", incident.timers)
        changes["timers"] = {name: due for name, due in timers.items() if name != POST_MORTEM_TIMER}
    if incident.confirmed:
        kept = {name: said for name, said in incident.confirmed.items() if said.stage != event.to.id}
        changes["confirmed"] = kept
    if _goes_back(event):
        changes["confirmed"] = past(changes.get("confirmed", incident.confirmed))
        ended = {name: one for name, one in incident.mitigations.items() if one.ended_at is not None}
        over = {name: one.model_copy(update={"is_past": True}) for name, one in ended.items()}
        changes["mitigations"] = {**incident.mitigations, **over}
    if event.missing:
        changes["owed"] = {**incident.owed, **event.missing}
    return changes


ORDER = tuple(Purpose)


def _goes_back(event: e.StageChanged) -> bool:
    """Say whether it is looked into anew: nobody believes any more that what was done has helped."""
    looks = event.to.purpose in {Purpose.TRIAGE, Purpose.INVESTIGATING}
    return looks and ORDER.index(event.to.purpose) < ORDER.index(event.before.purpose)


def past(confirmed: Mapping[str, Confirmation]) -> dict[str, Confirmation]:
    """Remember of what was confirmed that it was said before something happened."""
    return {name: said.model_copy(update={"is_past": True}) for name, said in confirmed.items()}


def found(incident: Incident, event: e.FindingEvent) -> dict[str, Any]:
    match event:
        case e.HypothesisStated():
            stated = Hypothesis(text=event.text, by=event.by, at=event.at, evidence=event.evidence)
            return {"hypotheses": {**incident.hypotheses, event.hypothesis: stated}}
        case e.HypothesisRuledOut():
            out = {"ruled_out_by": event.by, "because": event.because}
            ruled_out = incident.hypotheses[event.hypothesis].model_copy(update=out)
            return {"hypotheses": {**incident.hypotheses, event.hypothesis: ruled_out}}
        case e.ActionItemAdded():
            item = ActionItem(
                title=event.title, owner=event.owner, priority=event.priority, due=event.due, link=event.link
            )
            return {"action_items": {**incident.action_items, event.item: item}, **_with(incident, event.owner)}
        case e.ActionItemChanged():
            said = {"owner": event.owner, "priority": event.priority, "due": event.due, "link": event.link}
            changed = {name: value for name, value in said.items() if value is not None}
            item = incident.action_items[event.item].model_copy(update=changed)
            return {"action_items": {**incident.action_items, event.item: item}, **_with(incident, event.owner)}
        case _:
            assert_never(event)


def _with(incident: Incident, owner: str | None) -> dict[str, Any]:
    return with_person(incident, owner) if owner is not None else {}


def noted(incident: Incident, event: e.NoteAdded) -> dict[str, Any]:
    if not event.source or page_of(event.source) in {page_of(source) for source in incident.sources}:
        return {}
    return {"sources": (*incident.sources, event.source)[-SOURCES_KEPT:]}
