"""The main job: declare, wear hats, propose, approve, remediate, prove, resolve; and the timeline posts itself."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.harness.actors import Story, all_text, declare
from tests.harness.world import World, until
from tests.stories.conftest import Break

pytestmark = pytest.mark.story


PROVEN = "verified: the signal stayed healthy"


@contextmanager
def as_it_was(world: World, channel: str) -> Iterator[None]:
    """Let messages in a channel stand as they are for a while: Slack refuses every edit there."""
    slow = {"kind": "ratelimited", "method": "chat.update", "channel": channel, "retry_after": 1, "times": None}
    httpx.post(world.url("slack") + "/control/faults", json={"faults": [slow]}).raise_for_status()
    yield
    httpx.post(world.url("slack") + "/control/faults", json={"faults": []}).raise_for_status()


def commanded(world: World, words: str = "p1 checkout is down") -> Story:
    """An incident that Ben commands."""
    story = declare(world, words)
    assert "incident commander hat" in story.ben.types("/incident hat commander", story.channel.id)
    return story


def calls(world: World) -> list[dict[str, Any]]:
    return list(httpx.get(world.url("checkout") + "/admin/calls").json()["calls"])


def test_a_mitigation_needs_two_people_and_is_proven_by_the_signal(world: World, break_checkout: Break) -> None:
    break_checkout("leak")
    story = commanded(world)
    ana, ben, channel = story.ana, story.ben, story.channel.id
    story.channel.sees("Ben", "incident commander")
    assert "waits for somebody else's approval" in ana.types("/incident propose restart-checkout", channel)
    question = story.channel.asks("Approve")
    ana.clicks("Approve", on=question, channel=channel)
    ana.whispered("somebody else must decide", channel=channel)
    ben.clicks("Approve", on=question, channel=channel)
    outcome = story.channel.sees("✓", "Restart checkout", PROVEN, "approved by Ben")
    assert outcome["ts"] == question["ts"], "the question itself became the outcome"
    assert [call["call"] for call in calls(world)] == ["traffic", "restart", "traffic"]
    assert [call["key"].rpartition("-")[0] for call in calls(world)] == [f"{story.id}-m1-plan-{n}" for n in range(3)]
    assert httpx.get(world.url("checkout") + "/health").json()["status"] == "ok"
    assert "Missing: Side effects are named" in ana.types("/incident resolve checkout works again", channel)
    assert "Confirmed" in ben.types("/incident confirm side-effects none but a slow minute", channel)
    assert "waits for approval" in ana.types("/incident resolve checkout works again after a restart", channel)
    over = story.channel.sees("asks for", "Move to Resolved", "checkout works again after a restart")
    ben.clicks("Approve", on=over, channel=channel)
    story.managers.sees(story.id, "the whole timeline", "approved", "verified", "checkout works again")
    until("the card at its end", lambda: "Resolved" in story.card()["text"])
    later = commanded(world, "p1 checkout is down again")
    later.ana.types("/incident propose restart-checkout", later.channel.id)
    assert "cleared the signal" in later.channel.asks("Approve")["text"]


def test_the_message_asks_with_all_that_a_voter_must_know(world: World, break_checkout: Break) -> None:
    break_checkout("leak")
    story = commanded(world)
    story.ana.types("/incident propose restart-checkout", story.channel.id)
    question = story.channel.asks("Approve")
    shown = all_text(question).replace("\u2068", "").replace("\u2069", "")
    for words in (
        "Approve? Restart checkout",
        "checkout (production)",
        "proposed by Ana",
        "Shoppers get an error page",
        "Take checkout out of traffic",
        "Rollback",
        "1 approval needed, from anyone in this channel but Ana",
        "<@UBEN>",
        "Without a decision by",
        "it expires, and nothing is done",
    ):
        assert words in shown, words
    story.ana.clicks("Open plan", on=question, channel=story.channel.id)
    view = story.ana.view()
    assert "/admin/restart" in str(view["blocks"])
    story.ana.post("/client/close", view_id=view["id"])
    story.ana.clicks("Withdraw", on=question, channel=story.channel.id)
    story.channel.sees("✗", "Restart checkout", "withdrawn")
    assert calls(world) == []


def test_a_vote_that_names_another_mitigation_is_no_vote_for_this_one(world: World) -> None:
    story = declare(world)
    channel = story.channel.id
    assert "Nothing has been proposed" in story.ben.types("/incident stop", channel)
    story.ana.types("/incident propose restart-checkout", channel)
    for words in ("approve m2", "reject m7 because no", "withdraw m2"):
        assert "There is no such gate" in story.ben.types(f"/incident {words}", channel)
    assert "You rejected" in story.ben.types("/incident reject m1 because it was a try", channel)


def test_a_rejection_asks_why_and_tells_the_proposer(world: World, break_checkout: Break) -> None:
    break_checkout("leak")
    story = commanded(world)
    story.ana.types("/incident propose restart-checkout", story.channel.id)
    question = story.channel.asks("Approve")
    story.ben.clicks("Reject", on=question, channel=story.channel.id)
    assert story.ben.submits(comment="  ")["ok"] is False
    assert story.ben.submits(comment="Sales run until noon")["ok"]
    story.channel.sees("<@UANA>", "rejected", "Sales run until noon")
    story.channel.sees("✗", "rejected by Ben")
    assert calls(world) == []


def test_approved_from_two_machines_at_once_it_runs_once(world: World, break_checkout: Break) -> None:
    break_checkout("leak")
    story = commanded(world)
    story.ana.types("/incident propose restart-checkout", story.channel.id)
    question = story.channel.asks("Approve")
    clicks = [
        threading.Thread(target=person.clicks, args=("Approve",), kwargs={"on": question, "channel": story.channel.id})
        for person in (story.ben, story.ben, story.cy, story.cy)
    ]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    story.channel.sees("✓", "Restart checkout", PROVEN)
    assert [call["call"] for call in calls(world)] == ["traffic", "restart", "traffic"]


def test_a_vote_on_a_plan_that_has_changed_is_void_and_says_so(world: World, break_checkout: Break) -> None:
    break_checkout("stubborn")
    story = commanded(world)
    story.ana.types("/incident propose rollback-checkout version=4.9.0", story.channel.id)
    question = story.channel.asks("Approve")
    assert "4.9.0" in question["text"]
    with as_it_was(world, story.channel.id):
        story.ana.types("/incident propose rollback-checkout version=4.10.2", story.channel.id)
        story.ben.clicks("Approve", on=question, channel=story.channel.id)
        story.ben.whispered("It has changed since you opened it", "version", channel=story.channel.id)
    changed = story.channel.sees("The plan was changed", "version", "Earlier votes fell")
    assert changed["ts"] == question["ts"]
    assert calls(world) == []
    story.ben.clicks("Approve", on=changed, channel=story.channel.id)
    story.channel.sees(PROVEN, "4.10.2")
    assert [call["asked"] for call in calls(world)] == [{"version": "4.10.2"}]


def test_what_does_not_settle_is_rolled_back(world: World, break_checkout: Break) -> None:
    break_checkout("stubborn")
    story = commanded(world)
    story.ana.types("/incident propose scale-checkout instances=6", story.channel.id)
    story.ben.clicks("Approve", on=story.channel.asks("Approve"), channel=story.channel.id)
    story.channel.sees("began to roll back", "had not settled")
    story.channel.sees("↩", "Scale checkout to 6 instances", "rolled back")
    assert [call["asked"] for call in calls(world)] == [{"instances": 6}, {"instances": 3}]
    assert "Mitigating" in story.card()["text"]


def test_stop_leaves_what_is_done_and_runs_nothing_more(world: World, break_checkout: Break) -> None:
    break_checkout("stubborn")
    story = commanded(world)
    story.ana.types("/incident propose restart-checkout", story.channel.id)
    story.ben.clicks("Approve", on=story.channel.asks("Approve"), channel=story.channel.id)
    running = story.channel.asks("Stop")
    story.cy.clicks("Stop", on=running, channel=story.channel.id)
    stopped = story.channel.sees("Stopped", "Cy")
    done = len(calls(world))
    story.ben.clicks("Roll back now", on=stopped, channel=story.channel.id)
    story.channel.sees("↩", "rolled back")
    assert [call["call"] for call in calls(world)][done:] == ["traffic"]


def test_below_p1_a_mitigation_needs_nobody_s_approval(world: World, break_checkout: Break) -> None:
    break_checkout("leak")
    story = declare(world, "p2 checkout is slow")
    said = story.ana.types("/incident propose restart-checkout", story.channel.id)
    assert "needs nobody's approval at this severity" in said
    story.channel.sees(PROVEN, "Restart checkout", "needed nobody's approval")


def test_one_change_at_a_time_runs_on_a_target(world: World, break_checkout: Break) -> None:
    break_checkout("leak")
    one, two = declare(world, "p2 checkout is slow"), declare(world, "p2 checkout is slow, again")
    one.ana.types("/incident propose restart-checkout", one.channel.id)
    one.channel.asks("Stop")
    two.ana.types("/incident propose restart-checkout", two.channel.id)
    two.channel.sees("Waits", f"{one.id}/m1 holds")
    one.channel.sees(PROVEN)
    two.channel.sees(PROVEN)
    incidents = [call["key"].partition("-m1")[0] for call in calls(world)]
    assert incidents == [one.id] * 3 + [two.id] * 3


def test_a_target_that_is_away_for_a_moment_is_asked_again_with_the_same_key(
    world: World, break_checkout: Break
) -> None:
    break_checkout("leak")
    story = declare(world, "p2 checkout comes and goes")
    world.kill("checkout")
    story.ana.types("/incident propose restart-checkout", story.channel.id)
    story.channel.asks("Stop")
    world.start("checkout")
    story.channel.sees(PROVEN)
    assert [call["call"] for call in calls(world)] == ["traffic", "restart", "traffic"]


def test_a_step_that_fails_is_rolled_back_and_a_human_is_called(world: World, break_checkout: Break) -> None:
    break_checkout("leak")
    story = commanded(world, "p2 nothing helps")
    story.ana.types("/incident propose rollback-checkout version=0.0.1 running=0.0.2", story.channel.id)
    story.channel.sees("began to roll back", "roll-back failed", "There is no version '0.0.1'")
    stuck = story.channel.sees("⚠", "<@UBEN>", "needs a human", "There is no version '0.0.2'")
    assert stuck
    assert "Needs a human" in story.channel.sees("Roll checkout back to 0.0.1", "this is yours now")["text"]
