"""Hats: who may take, give, release and hand over, and what the first one does."""

import pytest

from bot.domain.effects import GiveBrief, ShowOffer
from bot.domain.hats import BRIEFS, Hat, hat
from bot.domain.incident.commands import AnyCommand
from bot.domain.incident.events import (
    HatGiven,
    HatHandedOver,
    HatOffered,
    HatReleased,
    HatTaken,
    OfferDeclined,
    StageChanged,
)
from bot.domain.incident.rejections import HandOverToYourself, HatIsNotYours, HatIsWorn, OfferIsGone
from tests.harness.clock import at
from tests.harness.given import given
from tests.harness.orders import (
    INC,
    accept,
    declare,
    decline,
    give,
    move,
    note,
    offer,
    open_channel,
    release,
    resolve,
    take,
)
from tests.harness.people import ANA, BEN, CY, DEE
from tests.harness.stages import Stages

COMMANDER, INVESTIGATOR = Hat.COMMANDER, Hat.INVESTIGATOR
"""An exclusive hat and a shared one."""


def test_taking_a_free_hat_puts_it_on() -> None:
    taken = given(declare()).when(take(Hat.AUTHOR, by=BEN, at=5))
    taken.then(HatTaken(by=BEN, at=at(5), hat=Hat.AUTHOR))
    assert taken.incident.wears(BEN) == (Hat.AUTHOR,)


def test_asking_for_the_hat_you_wear_changes_nothing() -> None:
    given(declare(), take(COMMANDER, by=BEN)).when(take(COMMANDER, by=BEN)).then_nothing()


def test_an_exclusive_hat_has_one_wearer() -> None:
    world = given(declare(), take(COMMANDER, by=ANA))
    world.when(take(COMMANDER, by=BEN)).then_rejected(HatIsWorn, ANA, "incident commander", "/incident hand-over")
    world.when(give(COMMANDER, CY, by=BEN)).then_rejected(HatIsWorn, ANA)


def test_a_shared_hat_may_have_several_wearers() -> None:
    shared = given(declare(), take(INVESTIGATOR, by=ANA)).when(take(INVESTIGATOR, by=BEN))
    assert shared.incident.wearers(INVESTIGATOR) == (ANA, BEN)


def test_which_hats_are_shared_is_written_in_their_briefs() -> None:
    shared = {one for one, brief in BRIEFS.items() if not brief.exclusive}
    assert shared == {INVESTIGATOR, Hat.LOG_ANALYST, Hat.ENGINEER, Hat.REVIEWER}
    assert set(BRIEFS) == set(Hat)


@pytest.mark.parametrize("first", [COMMANDER, Hat.FIRST_RESPONDER])
def test_the_first_hat_of_the_response_moves_the_incident_to_triage(first: Hat) -> None:
    because = f"the {first.label} hat was taken"
    moved = StageChanged(by=BEN, at=at(0), before=Stages.DETECTED, to=Stages.TRIAGE, because=because)
    given(declare()).when(take(first, by=BEN)).then(HatTaken, moved)
    given(declare()).when(give(first, CY, by=BEN)).then(HatGiven, moved)


def test_only_the_first_hat_moves_it() -> None:
    given(declare(), take(COMMANDER, by=ANA)).when(take(Hat.FIRST_RESPONDER, by=BEN)).then(HatTaken)


def test_a_hat_that_is_no_acknowledgement_leaves_the_stage() -> None:
    given(declare()).when(take(INVESTIGATOR, by=BEN)).then(HatTaken)


def test_a_free_hat_can_be_put_on_somebody_else() -> None:
    gave = given(declare()).when(give(Hat.VERIFIER, CY, by=BEN))
    gave.then(HatGiven(by=BEN, at=at(0), hat=Hat.VERIFIER, to=CY))
    assert gave.incident.wearers(Hat.VERIFIER) == (CY,)
    assert gave.incident.people == (ANA, CY)


def test_giving_a_hat_to_its_wearer_changes_nothing() -> None:
    given(declare(), take(COMMANDER, by=ANA)).when(give(COMMANDER, ANA, by=BEN)).then_nothing()


def test_releasing_a_hat_frees_it() -> None:
    freed = given(declare(), take(COMMANDER, by=ANA)).when(release(COMMANDER, by=ANA))
    freed.then(HatReleased)
    assert freed.incident.hats == {}


def test_you_can_only_release_what_you_wear() -> None:
    given(declare()).when(release(COMMANDER, by=ANA)).then_rejected(HatIsNotYours, "Nobody does: take it.")
    given(declare(), take(COMMANDER, by=ANA)).when(release(COMMANDER, by=BEN)).then_rejected(
        HatIsNotYours, f"<@{ANA}> does."
    )


def test_a_hand_over_needs_the_other_sides_acceptance() -> None:
    offered = given(declare(), take(COMMANDER, by=ANA)).when(offer(COMMANDER, BEN, by=ANA))
    offered.then(HatOffered(by=ANA, at=at(0), hat=COMMANDER, to=BEN))
    assert offered.incident.wearers(COMMANDER) == (ANA,)
    assert offered.effects == [ShowOffer(incident=INC, person=BEN, hat=COMMANDER, at=at(0))]


def test_accepting_an_offer_moves_the_hat() -> None:
    world = given(declare(), take(COMMANDER, by=ANA), offer(COMMANDER, BEN, by=ANA))
    accepted = world.when(accept(COMMANDER, by=BEN))
    accepted.then(HatHandedOver(by=BEN, at=at(0), hat=COMMANDER, giver=ANA))
    assert accepted.incident.wearers(COMMANDER) == (BEN,)
    assert accepted.incident.offers == accepted.incident.givers == {}


def test_whoever_was_asked_sees_what_became_of_the_offer() -> None:
    world = given(declare(), take(COMMANDER, by=ANA), offer(COMMANDER, BEN, by=ANA, at=5))
    offered = ShowOffer(incident=INC, person=BEN, hat=COMMANDER, at=at(5))
    became: dict[str, AnyCommand] = {
        "accepted": accept(COMMANDER, by=BEN, at=9),
        "declined": decline(COMMANDER, by=BEN, at=9),
        "withdrawn": release(COMMANDER, by=ANA, at=9),
        "overtaken": offer(COMMANDER, CY, by=ANA, at=9),
    }
    for standing, order in became.items():
        shown = [
            effect for effect in world.when(order).effects if isinstance(effect, ShowOffer) and effect.person == BEN
        ]
        assert shown == [offered.model_copy(update={"standing": standing})]
        assert world.when(order).incident.offered_at == ({COMMANDER: at(9)} if standing == "overtaken" else {})
    over = given(*world.events, resolve(at=20), move(Stages.POST_MORTEM, at=21))
    assert offered.model_copy(update={"standing": "closed"}) in over.when(move(Stages.CLOSED, at=22)).effects
    assert not [effect for effect in world.when(note("x", by=CY)).effects if isinstance(effect, ShowOffer)]


def test_accepting_twice_changes_nothing() -> None:
    world = given(declare(), take(COMMANDER, by=ANA), offer(COMMANDER, BEN, by=ANA), accept(COMMANDER, by=BEN))
    world.when(accept(COMMANDER, by=BEN)).then_nothing()


def test_declining_leaves_the_hat_where_it_is() -> None:
    world = given(declare(), take(COMMANDER, by=ANA), offer(COMMANDER, BEN, by=ANA))
    declined = world.when(decline(COMMANDER, by=BEN))
    declined.then(OfferDeclined(by=BEN, at=at(0), hat=COMMANDER, giver=ANA))
    assert declined.incident.wearers(COMMANDER) == (ANA,)
    assert declined.incident.offers == {}


def test_an_offer_that_was_declined_withdrawn_or_meant_for_another_is_gone() -> None:
    worn = (declare(), take(COMMANDER, by=ANA))
    given(*worn).when(accept(COMMANDER, by=BEN)).then_rejected(OfferIsGone, "incident commander")
    given(*worn, offer(COMMANDER, BEN, by=ANA)).when(accept(COMMANDER, by=CY)).then_rejected(OfferIsGone)
    again = (offer(COMMANDER, BEN, by=ANA), offer(COMMANDER, CY, by=ANA))
    given(*worn, *again).when(accept(COMMANDER, by=BEN)).then_rejected(OfferIsGone)
    released = (offer(COMMANDER, BEN, by=ANA), release(COMMANDER, by=ANA))
    given(*worn, *released).when(accept(COMMANDER, by=BEN)).then_rejected(OfferIsGone)
    given(*worn, *released).when(decline(COMMANDER, by=BEN)).then_rejected(OfferIsGone)


def test_offering_the_same_hat_to_the_same_person_again_changes_nothing() -> None:
    world = given(declare(), take(COMMANDER, by=ANA), offer(COMMANDER, BEN, by=ANA))
    world.when(offer(COMMANDER, BEN, by=ANA)).then_nothing()


def test_you_can_only_offer_what_you_wear_and_not_to_yourself() -> None:
    world = given(declare(), take(COMMANDER, by=ANA))
    world.when(offer(COMMANDER, CY, by=BEN)).then_rejected(HatIsNotYours)
    world.when(offer(COMMANDER, ANA, by=ANA)).then_rejected(HandOverToYourself, "/incident hand-over commander")


def test_a_shared_hat_is_taken_over_from_whoever_offered_it() -> None:
    shared = (declare(), take(INVESTIGATOR, by=ANA), take(INVESTIGATOR, by=BEN))
    accepted = given(*shared, offer(INVESTIGATOR, CY, by=BEN)).when(accept(INVESTIGATOR, by=CY))
    accepted.then(HatHandedOver(by=CY, at=at(0), hat=INVESTIGATOR, giver=BEN))
    assert accepted.incident.wearers(INVESTIGATOR) == (ANA, CY)


def test_another_wearer_of_a_shared_hat_can_leave_without_taking_the_offer_along() -> None:
    shared = (declare(), take(INVESTIGATOR, by=ANA), take(INVESTIGATOR, by=BEN), offer(INVESTIGATOR, CY, by=BEN))
    given(*shared, release(INVESTIGATOR, by=ANA)).when(accept(INVESTIGATOR, by=CY)).then(HatHandedOver)


def test_two_wearers_of_a_shared_hat_can_both_offer_it_and_the_latest_offer_counts() -> None:
    shared = (declare(), take(INVESTIGATOR, by=ANA), take(INVESTIGATOR, by=BEN), offer(INVESTIGATOR, CY, by=BEN))
    world = given(*shared, offer(INVESTIGATOR, CY, by=ANA))
    accepted = world.when(accept(INVESTIGATOR, by=CY))
    assert accepted.incident.wearers(INVESTIGATOR) == (BEN, CY)


def test_whoever_is_offered_a_shared_hat_they_put_on_meanwhile_still_relieves_the_giver() -> None:
    shared = (declare(), take(INVESTIGATOR, by=ANA), offer(INVESTIGATOR, DEE, by=ANA), take(INVESTIGATOR, by=DEE))
    accepted = given(*shared).when(accept(INVESTIGATOR, by=DEE))
    accepted.then(HatHandedOver)
    assert accepted.incident.wearers(INVESTIGATOR) == (DEE,)
    assert accepted.incident.offers == {}


def test_whoever_puts_a_hat_on_gets_its_brief() -> None:
    world = given(declare(), open_channel(), take(COMMANDER, by=ANA))
    brief = [
        effect
        for ordered in (take(Hat.MITIGATOR, by=BEN), give(Hat.MITIGATOR, BEN, by=ANA))
        for effect in world.when(ordered).effects
        if isinstance(effect, GiveBrief)
    ]
    assert brief == [GiveBrief(incident=INC, person=BEN, hat=Hat.MITIGATOR)] * 2
    world.takes(offer(COMMANDER, CY, by=ANA))
    assert GiveBrief(incident=INC, person=CY, hat=COMMANDER) in world.when(accept(COMMANDER, by=CY)).effects


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("ic", COMMANDER),
        ("Commander", COMMANDER),
        ("first responder", Hat.FIRST_RESPONDER),
        ("first_responder", Hat.FIRST_RESPONDER),
        ("tracker", Hat.ACTION_TRACKER),
        ("sombrero", None),
    ],
)
def test_hats_are_read_as_people_write_them(word: str, meant: Hat | None) -> None:
    assert hat(word) is meant


def test_topic_and_announcement_follow_the_commander() -> None:
    world = given(declare(), open_channel(), take(COMMANDER, by=ANA), offer(COMMANDER, BEN, by=ANA))
    shown = world.when(accept(COMMANDER, by=BEN)).effects
    assert {"dress-channel", "show-announcement"} <= {effect.type for effect in shown}
    others = given(declare(), open_channel(), take(COMMANDER, by=ANA)).when(take(INVESTIGATOR, by=BEN)).effects
    assert "dress-channel" not in {effect.type for effect in others}
