"""Hats: taken by button and by word, with a brief in private; refused by name; handed over and accepted."""

import pytest

from tests.harness.actors import buttons, declare
from tests.harness.world import World

pytestmark = pytest.mark.story


def test_the_card_offers_the_hats_and_each_brief_comes_in_private(world: World) -> None:
    story = declare(world)
    card = story.card()
    story.ben.clicks("Take this hat", on=card, channel=story.channel.id)
    story.channel.sees("Ben", "took the incident commander hat")
    story.ben.direct(story.id, "incident commander", "Never")
    assert "first responder hat" in story.ana.types("/incident hat first-responder", story.channel.id)
    story.ana.direct(story.id, "first responder", "Never")


def test_a_second_claimant_is_refused_by_name(world: World) -> None:
    story = declare(world)
    story.ben.types("/incident hat commander", story.channel.id)
    story.channel.sees("Ben", "took the incident commander hat")
    said = story.cy.types("/incident commander", story.channel.id)
    assert "<@UBEN> wears the incident commander hat" in said
    assert story.channel.count("took the incident commander hat") == 1


def test_a_hand_over_counts_once_the_other_side_accepts(world: World) -> None:
    story = declare(world)
    channel = story.channel.id
    story.ben.types("/incident hat commander", channel)
    assert "You wear it until they accept" in story.ben.types("/incident hand-over commander <@UCY>", channel)
    asked = story.cy.direct(story.id, "incident commander", "hand")
    assert "<@UBEN> wears" in story.ana.types("/incident hat commander", channel)
    story.cy.clicks("Accept", on=asked, channel=asked["channel"])
    story.channel.sees("Cy", "took the incident commander hat over from")
    answered = story.cy.direct(story.id, "you took it over")
    assert (answered["ts"], buttons(answered)) == (asked["ts"], []), "the question is edited to one line"
    story.cy.direct(story.id, "incident commander", "Never")
    story.channel.sees("commander: Cy")


def test_a_declined_hand_over_leaves_the_hat_where_it_was(world: World) -> None:
    story = declare(world)
    channel = story.channel.id
    story.ben.types("/incident hat commander", channel)
    story.ben.types("/incident hand-over commander @cy", channel)
    story.cy.direct(story.id, "incident commander", "hand")
    assert "You declined" in story.cy.types("/incident decline commander", channel)
    story.channel.sees("Cy", "declined the incident commander hat", "<@UBEN>")
    assert "isn't offered to you now" in story.cy.types("/incident accept commander", channel)
    assert "No hat is offered to you" in story.cy.types("/incident accept", channel)


def test_an_offer_that_is_overtaken_or_taken_back_asks_no_more(world: World) -> None:
    story = declare(world)
    channel = story.channel.id
    story.ben.types("/incident hat commander", channel)
    story.ben.types("/incident hand-over commander <@UCY>", channel)
    assert buttons(story.cy.direct(story.id, "offers you")) == ["Accept", "Decline"]
    story.ben.types("/incident hand-over commander <@UANA>", channel)
    assert buttons(story.cy.direct(story.id, "offered to Ana", "instead")) == []
    story.ana.direct(story.id, "offers you")
    story.ben.types("/incident hat release commander", channel)
    assert buttons(story.ana.direct(story.id, "no longer offered to you")) == []


def test_only_the_wearer_hands_over_or_puts_down(world: World) -> None:
    story = declare(world)
    channel = story.channel.id
    story.ben.types("/incident hat commander", channel)
    assert "<@UBEN> does" in story.cy.types("/incident hand-over commander <@UANA>", channel)
    assert "You put the incident commander hat down" in story.ben.types("/incident hat release commander", channel)
    assert "You wear the incident commander hat" in story.cy.types("/incident hat commander", channel)


def test_unknown_hats_and_people_are_named_with_what_there_is(world: World) -> None:
    story = declare(world)
    assert "There are: " in story.ben.types("/incident hat captain", story.channel.id)
    assert "I don't know “@nobody”" in story.ben.types("/incident hat commander @nobody", story.channel.id)


def test_who_changed_it_is_not_who_judges_it(world: World) -> None:
    story = declare(world)
    channel = story.channel.id
    story.ben.types("/incident hat mitigator", channel)
    said = story.ben.types("/incident hat verifier", channel)
    assert "<@UBEN> wears the mitigator hat, which does not go with the verifier hat" in said
    assert "/incident hand-over mitigator" in said
    assert "does not go with" in story.ana.types("/incident hat verifier <@UBEN>", channel)
    assert "<@UCY> wears the verifier hat" in story.ana.types("/incident hat verifier <@UCY>", channel)


def test_a_commander_who_runs_the_fix_is_told_so_in_private_and_not_held_up(world: World) -> None:
    story = declare(world, "p2 checkout is slow")
    channel = story.channel.id
    story.ben.types("/incident commander", channel)
    assert "You wear the mitigator hat" in story.ben.types("/incident hat mitigator", channel)
    told = story.ben.direct(story.id, "you wear the incident commander hat and the mitigator hat", "hands free")
    assert "/incident hand-over commander" in told["text"]
    assert "warned Ben" in story.ana.types("/incident timeline", channel)
