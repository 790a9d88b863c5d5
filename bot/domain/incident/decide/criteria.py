"""Criteria: confirming one with what shows it, and taking that back."""

from bot.domain.hats import Hat
from bot.domain.incident.checks import OF_MITIGATIONS
from bot.domain.incident.commands import ConfirmCriterion, WithdrawConfirmation
from bot.domain.incident.criteria import spoken_for, word_for
from bot.domain.incident.decide.conflicts import own_work
from bot.domain.incident.events import AnyEvent, CriterionConfirmed, CriterionWithdrawn
from bot.domain.incident.rejections import (
    EvidenceMissing,
    NoSuchCriterion,
    NotYoursToConfirm,
    OwnWork,
    SeenInTheRecord,
    StillRunning,
    TakingBackNeedsReason,
)
from bot.domain.incident.state import Incident
from bot.domain.words import check_length, has_words, says_something
from bot.domain.workflow.criterion import Criterion, Evidence
from bot.domain.workflow.policy import Policy


def confirm(command: ConfirmCriterion, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Take the word of whoever wears a hat that answers for it, or of the commander."""
    criterion = _find(command.criterion, policy)
    if not criterion.confirmed_by:
        raise SeenInTheRecord(title=criterion.title)
    hat = _spokesman(command.by, criterion, incident, policy)
    if criterion.evidence is Evidence.REQUIRED and not says_something(command.evidence):
        raise EvidenceMissing(criterion=criterion.id)
    check_length(command.evidence)
    _check_ended(criterion, incident)
    said = word_for(criterion, incident)
    if said is not None and command.evidence in {"", said.evidence}:
        return []
    return [
        CriterionConfirmed(
            by=command.by,
            at=command.at,
            criterion=criterion.id,
            title=criterion.title,
            stage=incident.stage,
            hat=hat,
            called=policy.own_title(hat),
            evidence=command.evidence,
        )
    ]


def _check_ended(criterion: Criterion, incident: Incident) -> None:
    """Nobody knows what comes of something while it is under way."""
    for mitigation in incident.mitigations.values():
        if criterion.check in OF_MITIGATIONS and mitigation.progress.is_live:
            raise StillRunning(title=mitigation.plan.title, progress=mitigation.progress)


def _spokesman(person: str, criterion: Criterion, incident: Incident, policy: Policy) -> Hat:
    """Choose the hat for which somebody speaks: one whose work is not their own."""
    hats = spoken_for(person, criterion, incident)
    if not hats:
        raise NotYoursToConfirm(criterion, incident, policy)
    if (hat := _free(person, criterion, incident, policy)) is not None:
        return hat
    own = own_work(person, hats[0], criterion.id, incident, policy)
    assert own is not None, "each of them is their own work"
    wearers = [one for hat in (*criterion.confirmed_by, Hat.COMMANDER) for one in incident.wearers(hat)]
    others = [one for one in dict.fromkeys(wearers) if _free(one, criterion, incident, policy) is not None]
    raise OwnWork(person, own, others, incident, policy)


def _free(person: str, criterion: Criterion, incident: Incident, policy: Policy) -> Hat | None:
    hats = spoken_for(person, criterion, incident)
    return next((hat for hat in hats if own_work(person, hat, criterion.id, incident, policy) is None), None)


def withdraw(command: WithdrawConfirmation, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Take a confirmation back: whoever gave it, and whoever could have given it."""
    criterion = _find(command.criterion, policy)
    said = incident.confirmed.get(criterion.id)
    if said is None:
        return []
    if command.by != said.by and not spoken_for(command.by, criterion, incident):
        raise NotYoursToConfirm(criterion, incident, policy)
    if not has_words(command.because):
        raise TakingBackNeedsReason(criterion=criterion.id)
    check_length(command.because)
    return [
        CriterionWithdrawn(
            by=command.by,
            at=command.at,
            criterion=criterion.id,
            title=criterion.title,
            stage=incident.stage,
            because=command.because,
        )
    ]


def _find(name: str, policy: Policy) -> Criterion:
    found = policy.criterion(name)
    if found is None:
        confirmed = (criterion.id for criterion, _ in policy.criteria.values() if criterion.confirmed_by)
        raise NoSuchCriterion(name, tuple(confirmed))
    return found[0]
