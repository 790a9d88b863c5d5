"""Moving an incident to another policy: an order of its own, for what is edited moves no incident by itself."""

from datetime import datetime

from bot.domain.hats import Hat
from bot.domain.incident.commands import AdoptPolicy
from bot.domain.incident.decide.conflicts import there_already
from bot.domain.incident.events import AnyEvent, PolicyAdopted, StageChanged
from bot.domain.incident.rejections import (
    AdoptionNeedsReason,
    NoStageLikeIt,
    NoSuchStage,
    NotYoursToAdopt,
    StageMeansSomethingElse,
    StageNotInPolicy,
    TakePartFirst,
)
from bot.domain.incident.state import POST_MORTEM_TIMER, Incident
from bot.domain.words import check_length, has_words
from bot.domain.workflow.lifecycle import Purpose, Stage
from bot.domain.workflow.policy import Policy


def adopt(command: AdoptPolicy, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Move on to what is ordered. Its stage stays, or becomes one of the same purpose; gates keep what they have."""
    if command.to.hash == incident.policy:
        return []
    _check_person(command.by, incident)
    if not has_words(command.because):
        raise AdoptionNeedsReason
    check_length(command.because)
    stage = _stage(command, incident)
    adopted = PolicyAdopted(
        by=command.by,
        at=command.at,
        before=incident.policy,
        workflow_before=policy.name if policy.hash == incident.policy else "",
        to=command.to.hash,
        workflow=command.to.name,
        because=command.because,
        review_at=_review_at(stage, command, incident),
    )
    warned = there_already(command, incident, policy)
    if stage == incident.stage:
        return [adopted, *warned]
    because = f"the stage of that purpose in {command.to.name}"
    moved = StageChanged(by=command.by, at=command.at, before=incident.stage, to=stage, because=because)
    return [adopted, moved, *warned]


def _check_person(person: str, incident: Incident) -> None:
    commanders = incident.wearers(Hat.COMMANDER)
    if commanders and person not in commanders:
        raise NotYoursToAdopt(commander=commanders[0])
    if not commanders and person not in incident.people:
        raise TakePartFirst


def _stage(command: AdoptPolicy, incident: Incident) -> Stage:
    """Find the stage in the other policy, as it is called there."""
    now, there = incident.stage, command.to.stage_by_id
    same = [stage for stage in there.values() if stage.purpose is now.purpose]
    if not same:
        raise NoStageLikeIt(now, command.to.name)
    if not command.stage:
        found = there.get(now.id)
        if found is None or found.purpose is not now.purpose:
            raise StageNotInPolicy(now, command.to.name, same)
        return found
    if command.stage not in there:
        raise NoSuchStage(stage=command.stage, stages=", ".join(there))
    if (named := there[command.stage]).purpose is not now.purpose:
        raise StageMeansSomethingElse(now, named, same)
    return named


def _review_at(stage: Stage, command: AdoptPolicy, incident: Incident) -> datetime | None:
    """Return when the review opens by itself from now on; None: it does not, or it is not waited for."""
    if POST_MORTEM_TIMER not in incident.timers or stage.purpose is not Purpose.RESOLVED:
        return None
    move = command.to.move_in_time(stage)
    return (incident.resolved_at or command.at) + move.pause if move is not None and move.pause is not None else None
