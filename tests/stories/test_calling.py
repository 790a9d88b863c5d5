"""Calling people from Slack and from the terminal: by button, by form, by word. Real processes; nobody waits."""

import pytest

from tests.harness.actors import Person, Story, all_text, declare, join
from tests.harness.world import World, until

pytestmark = pytest.mark.story


def declared_by_ben(world: World, words: str = "p1 checkout is down") -> Story:
    """An incident that Ana is on call for, and hasn't declared."""
    ana, ben, cy = (Person(world, id_) for id_ in ("UANA", "UBEN", "UCY"))
    said = ben.types(f"/incident declare {words}")
    assert said.startswith("INC-"), said
    return join(world, said.split()[0], ana, ben, cy)


def test_whoever_is_called_acknowledges_by_a_button_and_everybody_sees_it(world: World) -> None:
    story = declared_by_ben(world)
    asked = story.ana.direct(story.id, "Why you: on call for Payments, first line")
    story.channel.sees("Calling Payments", "Ana", "slack ✓")
    story.ana.clicks("Acknowledge", on=asked, channel=asked["channel"])
    story.channel.sees("Ana", "acknowledged")
    story.channel.sees("✓ Payments: Ana answered after")
    story.ana.direct("Ana answers for Payments", story.id)
    assert "has acknowledged it" in story.ben.types("/incident ack", story.channel.id)


def test_whoever_is_on_call_and_declares_it_is_not_called(world: World) -> None:
    story = declare(world)
    story.channel.sees("Payments: Ana answered after")
    assert story.channel.count("Why you") == 0
    assert "On call" in all_text(story.card())


def test_not_me_asks_whom_instead_and_calls_them(world: World) -> None:
    story = declared_by_ben(world)
    asked = story.ana.direct(story.id, "Why you")
    story.ana.clicks("Not me", on=asked, channel=asked["channel"])
    story.ana.submits(to="UCY", because="I am on a train")
    story.cy.direct(story.id, "named by")
    story.ana.direct(story.id, "you passed it on")
    assert "It is yours" in story.cy.types("/incident ack", story.channel.id)


def test_taking_over_makes_somebody_else_answer(world: World) -> None:
    story = declared_by_ben(world)
    story.ana.direct(story.id, "Why you")
    story.ana.types("/incident ack", story.channel.id)
    answered = story.channel.sees("✓ Payments: Ana answered")
    story.ben.clicks("Take over", on=answered, channel=story.channel.id)
    story.channel.sees("Ben", "took over from")
    story.channel.sees("✓ Payments: Ben answered")


def test_escalating_calls_the_next_tier_at_once(world: World) -> None:
    story = declared_by_ben(world)
    story.ana.direct(story.id, "Why you")
    story.ana.types("/incident escalate because it spreads", story.channel.id)
    story.ben.direct(story.id, "on call for Payments, second line")
    story.channel.sees("called tier 2 of 3 of Payments", "it spreads")


def test_a_page_shows_who_will_be_told_and_in_which_words_before_it_goes(world: World) -> None:
    story = declared_by_ben(world)
    form = story.ben.opens("/incident page @cy because the index is behind it", story.channel.id)
    shown = all_text({"blocks": form["blocks"]})
    assert "At once: Cy" in shown
    assert "After 5 min without an answer: #incident-managers" in shown
    assert "You are needed: the index is behind it" in shown
    assert not [m for m in story.cy.direct_messages() if story.id in m["text"]], "not before it is sent"
    story.ben.submits()
    story.cy.direct(story.id, "the index is behind it", "named by")
    until("the escalation", lambda: story.channel.message("Calling Cy"))


def test_a_team_is_paged_by_its_name_at_once_with_now(world: World) -> None:
    story = declare(world, "p1 the shop is odd")
    assert "Payments is being called." in story.ben.types(
        "/incident page payments now because money is missing", story.channel.id
    )
    story.ana.direct(story.id, "money is missing")
    assert "being called already" in story.ben.types("/incident page payments now because again", story.channel.id)


def test_the_page_form_says_beside_its_field_what_is_wrong(world: World) -> None:
    story = declare(world, "p1 the shop is odd")
    story.ben.opens("/incident page", story.channel.id)
    refused = story.ben.submits(because="help")
    assert "Choose a team or a person" in str(refused)
    refused = story.ben.submits(team="team-discovery", because="help")
    assert "says nowhere who is called" in str(refused)


def test_unknown_names_are_told_with_the_nearest(world: World) -> None:
    story = declare(world, "p1 the shop is odd")
    assert "Did you mean `/incident page payments`" in story.ben.types("/incident page paymnts why", story.channel.id)
    assert "I know neither" in story.ben.types("/incident page @zoe because", story.channel.id)


def test_where_nobody_is_called_there_is_nothing_to_acknowledge(world: World) -> None:
    story = declare(world, "p1 the shop is odd")
    story.channel.sees("called nobody", "It names no service.")
    assert "Nobody is being called" in story.ben.types("/incident ack", story.channel.id)


def test_the_terminal_shows_whom_a_page_tells_and_sends_it_with_now(world: World) -> None:
    story = declare(world, "p1 the shop is odd")
    said = world.terminal("--in", story.id, "page", "@cy", "because the index is behind it", by="UBEN")
    assert said.returncode == 2
    assert "At once: Cy" in said.stdout
    assert "muster incident page @cy now because the index is behind it" in said.stdout
    sent = world.terminal("--in", story.id, "page", "@cy", "now", "because the index is behind it", by="UBEN")
    assert sent.returncode == 0, sent.stderr
    story.cy.direct(story.id, "the index is behind it")
    assert world.terminal("--in", story.id, "ack", by="UCY").returncode == 0
    story.channel.sees("Cy", "acknowledged")
    timeline = world.terminal("--in", story.id, "timeline").stdout
    assert "reached Cy by slack" in timeline
