"""Hats: taking, giving, releasing, and handing over with acceptance."""

from bot.domain.hats import Hat
from bot.domain.incident.commands import AnswerOffer, GiveHat, OfferHat, ReleaseHat, TakeHat
from bot.domain.incident.decide import escalations
from bot.domain.incident.decide.moves import following, moved_by_itself
from bot.domain.incident.events import (
    AnyEvent,
    HatGiven,
    HatHandedOver,
    HatOffered,
    HatReleased,
    HatTaken,
    OfferDeclined,
)
from bot.domain.incident.rejections import HandOverToYourself, HatIsNotYours, HatIsWorn, OfferIsGone
from bot.domain.incident.state import Incident
from bot.domain.workflow.lifecycle import Trigger
from bot.domain.workflow.policy import Policy


def take(command: TakeHat, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Take a free hat. The first hat taken is the acknowledgement: the incident moves on to triage."""
    wearers = incident.wearers(command.hat)
    if command.by in wearers:
        return []
    if wearers and policy.hat(command.hat).exclusive:
        raise HatIsWorn(wearers[0], command.hat, policy.called(command.hat))
    taken = HatTaken(by=command.by, at=command.at, hat=command.hat, title=policy.own_title(command.hat))
    events = [taken, *escalations.answers_by_hat(command, incident)]
    return [*events, *_acknowledged(command, following(incident, events), policy)]


def give(command: GiveHat, incident: Incident, policy: Policy) -> list[AnyEvent]:
    wearers = incident.wearers(command.hat)
    if command.to in wearers:
        return []
    if wearers and policy.hat(command.hat).exclusive:
        raise HatIsWorn(wearers[0], command.hat, policy.called(command.hat))
    given = HatGiven(by=command.by, at=command.at, hat=command.hat, to=command.to, title=policy.own_title(command.hat))
    return [given, *_acknowledged(command, following(incident, [given]), policy)]


def _acknowledged(command: TakeHat | GiveHat, incident: Incident, policy: Policy) -> list[AnyEvent]:
    if command.hat not in {Hat.COMMANDER, *policy.needs(incident.stage)}:
        return []
    because = f"the {policy.called(command.hat)} hat was taken"
    return [*moved_by_itself(Trigger.HAT, incident, policy, by=command.by, at=command.at, because=because)]


def release(command: ReleaseHat, incident: Incident, policy: Policy) -> list[AnyEvent]:
    _check_worn(incident, command.hat, command.by)
    return [HatReleased(by=command.by, at=command.at, hat=command.hat, title=policy.own_title(command.hat))]


def offer(command: OfferHat, incident: Incident, policy: Policy) -> list[AnyEvent]:
    _check_worn(incident, command.hat, command.by)
    if command.to == command.by:
        raise HandOverToYourself(hat=command.hat.value)
    if (incident.offers.get(command.hat), incident.givers.get(command.hat)) == (command.to, command.by):
        return []
    title = policy.own_title(command.hat)
    return [HatOffered(by=command.by, at=command.at, hat=command.hat, to=command.to, title=title)]


def answer_offer(command: AnswerOffer, incident: Incident, policy: Policy) -> list[AnyEvent]:
    if incident.offers.get(command.hat) != command.by:
        if command.accept and command.by in incident.wearers(command.hat):
            return []
        raise OfferIsGone(command.hat)
    giver = incident.givers[command.hat]
    answer = HatHandedOver if command.accept else OfferDeclined
    title = policy.own_title(command.hat)
    return [answer(by=command.by, at=command.at, hat=command.hat, giver=giver, title=title)]


def _check_worn(incident: Incident, hat: Hat, person: str) -> None:
    wearers = incident.wearers(hat)
    if person not in wearers:
        raise HatIsNotYours(hat, wearers)
