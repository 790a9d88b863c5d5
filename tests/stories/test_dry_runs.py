"""Dry runs for real: what the service says is shown, votes are for it, another answer voids them."""

import httpx
import pytest

from tests.harness.actors import all_text, declare
from tests.harness.world import World, until
from tests.stories.conftest import Break
from tests.stories.test_main_job import PROVEN, as_it_was, calls, commanded

pytestmark = pytest.mark.story


def trials(world: World) -> list[str]:
    return [one["would"] for one in httpx.get(world.url("checkout") + "/admin/calls").json()["trials"]]


def test_what_would_happen_is_said_before_anybody_is_asked(world: World, break_checkout: Break) -> None:
    break_checkout("leak")
    story = commanded(world)
    story.ana.types("/incident propose restart-checkout", story.channel.id)
    question = story.channel.asks("Approve")
    would = "3 instances of 4.11.0 would restart, all at once"
    assert f"Dry run: {would}" in question["text"]
    assert (trials(world), calls(world)) == ([would], []), "it was asked once, and nothing was done"
    story.ben.clicks("Open plan", on=question, channel=story.channel.id)
    view = story.ben.view()
    assert would in str(view["blocks"])
    story.ben.post("/client/close", view_id=view["id"])
    assert f"bound to this dry run: {would} (" in story.ben.types("/incident gates", story.channel.id)
    story.ben.clicks("Approve", on=question, channel=story.channel.id)
    story.channel.sees(PROVEN, "Restart checkout")
    assert "without doing anything" in story.ana.types("/incident timeline", story.channel.id)


def test_another_answer_voids_the_votes_and_is_named(world: World, break_checkout: Break) -> None:
    break_checkout("leak")
    story = commanded(world)
    story.ana.types("/incident propose scale-checkout instances=8", story.channel.id)
    question = story.channel.asks("Approve")
    assert "8 instances instead of 3" in question["text"]
    by_hand = {"Idempotency-Key": f"by-hand-{story.id}"}
    httpx.post(world.url("checkout") + "/admin/scale", json={"instances": 5}, headers=by_hand).raise_for_status()
    with as_it_was(world, story.channel.id):
        story.cy.clicks("Try again", on=question, channel=story.channel.id)
        story.cy.whispered("is being tried", channel=story.channel.id)
        until("the other answer", lambda: "instead of 5" in story.ben.types("/incident gates", story.channel.id))
        story.ben.clicks("Approve", on=question, channel=story.channel.id)
        story.ben.whispered("It has changed since you opened it (dry run)", channel=story.channel.id)
    changed = story.channel.sees("Its dry run says something else now", "8 instances instead of 5")
    assert changed["ts"] == question["ts"]
    assert "is being tried" in story.ben.types("/incident dry-run m1", story.channel.id)
    story.ben.clicks("Approve", on=changed, channel=story.channel.id)
    story.channel.sees("Scale checkout to 8 instances", "approved by Ben")


def test_a_service_that_is_down_is_asked_about_with_its_failure(world: World, break_checkout: Break) -> None:
    break_checkout("leak")
    story = commanded(world)
    world.kill("checkout")
    try:
        story.ana.types("/incident propose restart-checkout", story.channel.id)
        question = story.channel.asks("Approve")
        assert "failed at try-restart" in all_text(question)
        story.ana.clicks("Withdraw", on=question, channel=story.channel.id)
        story.channel.sees("withdrawn")
    finally:
        world.start("checkout")


def test_nobody_votes_while_it_is_awaited(world: World, break_checkout: Break) -> None:
    break_checkout("leak")
    story = declare(world)
    world.kill("worker")
    try:
        story.ana.types("/incident propose restart-checkout", story.channel.id)
        assert "under way" in story.ben.types("/incident approve", story.channel.id)
    finally:
        world.start("worker")
    assert story.channel.asks("Approve")
