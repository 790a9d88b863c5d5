"""Clicks on hats: take one, accept or decline one."""

from bot.domain.incident.commands import AnswerOffer, TakeHat
from bot.slack.clicks.click import facts_of
from bot.slack.controls import AnswerOfferButton, TakeHatButton
from bot.slack.door import Door, Reply
from bot.slack.requests import Click


def take(click: Click, control: TakeHatButton, door: Door) -> Reply:
    door.house.engine.submit(TakeHat(**facts_of(click, control, door), hat=control.hat))
    return None


def answer(click: Click, control: AnswerOfferButton, door: Door) -> Reply:
    door.house.engine.submit(AnswerOffer(**facts_of(click, control, door), hat=control.hat, accept=control.accept))
    return None
