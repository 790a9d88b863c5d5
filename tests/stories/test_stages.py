"""Stages: what is done and what is missing, who can do it, and the button that does; refusals that lead on."""

import pytest

from tests.harness.actors import Seen, Story, all_text, buttons, declare
from tests.harness.world import World, until

pytestmark = pytest.mark.story


def shown(story: Story, line: str, *words: str, who: str = "ben") -> Seen:
    """Type it, and find the answer that only this person sees."""
    getattr(story, who).types(line, story.channel.id)
    return whispered(story, *words, who=who)


def whispered(story: Story, *words: str, who: str = "ben") -> Seen:
    """Find what only this person sees in the incident's channel, once it is there."""
    person = getattr(story, who)

    def look() -> Seen | None:
        seen = [one for one in person.messages(story.channel.id) if one.get("is_ephemeral")]
        return next((one for one in reversed(seen) if all(word in all_text(one) for word in words)), None)

    return until(f"“{' … '.join(words)}” to be shown", look)


def test_the_stage_shows_what_is_done_what_is_missing_and_who_can_do_it(world: World) -> None:
    story = declare(world)
    channel = story.channel.id
    story.ben.types("/incident commander", channel)
    story.channel.sees("took the incident commander hat")  # by then his name is known
    report = shown(story, "/incident stage", "Triage", "of 6 done")
    text = all_text(report)
    assert "✓ Somebody commands it: Ben" in text.replace("\u2068", "").replace("\u2069", "")
    assert "○ *The severity is justified by whom it hurts*" in text
    assert "first responder (nobody yet) or the commander (Ben) confirms it" in text
    assert "may be done now; it stays owed" in text
    assert {"Say why", "Confirm …", "Send update", "Move on"} <= set(buttons(report))


def test_a_criterion_is_confirmed_by_button_with_evidence_and_the_card_counts_it(world: World) -> None:
    story = declare(world)
    channel = story.channel.id
    story.ben.types("/incident commander", channel)
    story.ben.types("/incident confirm on-call Mo is on a plane", channel)  # or somebody answers meanwhile
    until("the card to count", lambda: "Before Triage ends: 2 of 6 done" in story.card()["text"])
    report = shown(story, "/incident stage", "2 of 6 done")
    story.ben.clicks("Confirm …", on=report, channel=channel)
    assert not story.ben.submits(evidence="  ")["ok"]
    assert story.ben.submits(evidence="500s in eu-west, https://graphs.example/d/1")["ok"]
    until("the card to count on", lambda: "Before Triage ends: 3 of 6 done" in story.card()["text"])
    assert "confirmed “It is real" in story.ana.types("/incident timeline", channel)


def test_only_whoever_wears_the_hat_or_commands_may_confirm(world: World) -> None:
    story = declare(world)
    channel = story.channel.id
    said = story.cy.types("/incident confirm blast-radius eu-west, carts", channel)
    assert "first responder (nobody yet), or the commander" in said
    assert "Did you mean “blast-radius”?" in story.cy.types("/incident confirm blast-radios eu-west", channel)
    story.cy.types("/incident hat first-responder", channel)
    assert "Confirmed: blast-radius" in story.cy.types("/incident confirm blast-radius eu-west, carts", channel)
    assert "Say what shows it" in story.cy.types("/incident confirm real", channel)
    assert "missing again" in story.cy.types("/incident unconfirm blast-radius because us-east, too", channel)
    story.channel.sees("Cy", "took back that", "us-east, too")


def mitigated(world: World) -> Story:
    """An incident in Mitigating in which nothing runs, at a severity that asks for nobody's yes."""
    story = declare(world, "p2 checkout is slow")
    channel = story.channel.id
    story.ben.types("/incident commander", channel)
    story.ben.types("/incident confirm rollback the switch goes both ways", channel)
    assert "The incident is at Mitigating" in story.ben.types("/incident stage mitigating by a switch", channel)
    return story


def test_a_refused_move_names_what_is_missing_with_a_button_for_each(world: World) -> None:
    story = mitigated(world)
    no = shown(story, "/incident resolve the switch is back", "stays in Mitigating", "asks for 3 things more")
    assert buttons(no) == ["Confirm …", "Confirm …", "Confirm …", "Try again: Resolved"]
    for name in ("change", "side-effects"):
        story.ben.types(f"/incident confirm {name} https://wiki.example/{name}", story.channel.id)
    own = story.ben.types("/incident confirm verified the switch is back", story.channel.id)
    assert "You speak for the mitigator hat here, so not for the verifier hat, too" in own
    story.cy.types("/incident hat verifier", story.channel.id)
    story.cy.types("/incident confirm verified the error rate is at 0.1 %", story.channel.id)
    assert "Resolved. The managers" in story.ben.types("/incident resolve the switch is back", story.channel.id)


def test_a_form_that_is_refused_keeps_its_words_and_shows_the_buttons_behind_it(world: World) -> None:
    story = mitigated(world)
    story.ben.opens("/incident resolve", story.channel.id)
    refused = story.ben.submits(text="the switch is back")
    assert refused["ok"] is False
    assert "Resolved asks for more" in str(refused)
    told = whispered(story, "stays in Mitigating", "side-effects", "verifier (nobody yet)")
    assert buttons(told) == ["Confirm …", "Confirm …", "Confirm …", "Try again: Resolved"]


def test_trying_again_by_the_button_tells_what_is_still_missing(world: World) -> None:
    story = mitigated(world)
    no = shown(story, "/incident resolve the switch is back", "asks for 3 things more")
    story.ben.types("/incident confirm change https://wiki.example/change", story.channel.id)
    story.ben.clicks("Try again: Resolved", on=no, channel=story.channel.id)
    story.ben.submits(text="the switch is back")
    told = whispered(story, "stays in Mitigating", "asks for 2 things more")
    assert buttons(told) == ["Confirm …", "Confirm …", "Try again: Resolved"]


def test_a_move_that_a_guard_refuses_in_a_form_offers_what_frees_it(world: World) -> None:
    story = declare(world, "p1 checkout is down")
    channel = story.channel.id
    story.ana.clicks("Stage", on=story.card(), channel=channel)
    refused = story.ana.submits(to="mitigating")
    assert "mitigating needs an approved mitigation" in str(refused)
    told = whispered(story, "mitigating needs an approved mitigation", who="ana")
    assert buttons(told) == ["Propose mitigation"]
    story.ana.types("/incident propose scale-checkout", channel)
    story.ana.submits(to="mitigating")
    told = whispered(story, "waits for its votes", who="ana")
    story.ana.clicks("Who decides m1", on=told, channel=channel)
    assert "It waits for" in all_text(whispered(story, "It has 0 of", who="ana"))


def test_the_stage_form_says_what_is_missing_before_it_is_sent(world: World) -> None:
    story = mitigated(world)
    story.ana.clicks("Stage", on=story.card(), channel=story.channel.id)
    form = all_text({"text": "", "blocks": story.ana.view()["blocks"]})
    assert "Resolved: not before" in form
    assert "Investigating: nothing is missing" in form


def test_what_waits_for_approval_says_so_before_it_is_tried_and_a_refusal_has_the_button_that_frees_it(
    world: World,
) -> None:
    story = declare(world, "p1 checkout is down")
    channel = story.channel.id
    story.ben.types("/incident commander", channel)
    needs = "At P1, mitigating needs an approved mitigation"
    report = shown(story, "/incident stage", "Mitigating", needs)
    assert "Resolved: it stays owed" in all_text(report)
    assert "it waits for approval: Somebody else sees that it works again" in all_text(report)
    assert "Propose mitigation" in buttons(report)
    no = shown(story, "/incident stage mitigating", needs)
    assert buttons(no) == ["Propose mitigation"]
    story.ana.types("/incident propose scale-checkout", channel)
    no = shown(story, "/incident resolve it healed", "waits for its votes already")
    assert buttons(no) == ["Who decides m1"]
    told = world.muster("incident", "--as", "UBEN", "--in", story.id, "stage").stdout
    assert "waits for its votes already" in told
    assert "it waits for approval: Somebody else sees that it works again" in told


def test_hypotheses_and_action_items_are_written_down_by_word_and_by_form(world: World) -> None:
    story = declare(world, "p2 checkout is slow")
    channel = story.channel.id
    assert "It stands until" in story.cy.types("/incident hypothesis the cache is full because evictions rise", channel)
    story.channel.sees("Cy", "stated a hypothesis (h1): the cache is full")
    story.cy.opens("/incident rule-out", channel)
    assert story.cy.submits(because="it is empty")["ok"]
    story.channel.sees("Cy", "ruled out “the cache is full” (h1): it is empty")
    said = story.ana.types("/incident task @cy alarm on evictions by friday", channel)
    assert "It still lacks: priority, link" in said
    done = story.ana.types("/incident action a1 priority high https://tickets.example/1", channel)
    assert "It has all that it needs" in done
    story.ana.opens("/incident action", channel)
    assert story.ana.submits(title="drill it", owner="UCY", priority="low", due="2026-12-24")["ok"]
    story.channel.sees("added an action item (a2): drill it", "due 2026-12-24")


def test_the_terminal_says_the_same(world: World) -> None:
    story = mitigated(world)
    told = world.muster("incident", "--as", "UBEN", "--in", story.id, "stage").stdout
    assert "0 of 3 done" in told
    assert "○ Side effects are named, or there are none (side-effects)" in told
    assert "→ resolved: not before" in told
    no = world.muster("incident", "--as", "UBEN", "--in", story.id, "resolve", "all is well")
    assert no.returncode == 1
    assert "Resolved asks for more" in no.stderr
    assert "muster incident confirm side-effects" in no.stderr
    yes = world.muster("incident", "--as", "UBEN", "--in", story.id, "confirm", "side-effects", "none seen")
    assert "Confirmed: side-effects" in yes.stdout
