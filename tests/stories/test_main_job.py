"""The main job: declare, wear hats, propose, approve, remediate, prove, resolve; and the timeline posts itself."""

import httpx
import pytest

from tests.harness.actors import Seen, Story, buttons, declare
from tests.harness.world import World, until

pytestmark = pytest.mark.story


@pytest.fixture
def broken_checkout(world: World) -> World:
    httpx.post(world.url("checkout") + "/reset")
    httpx.post(world.url("checkout") + "/break", json={"how": "leak"})
    return world


def proposed(story: Story) -> Seen:
    return story.channel.sees("Restart checkout", "Approve")


def test_a_mitigation_needs_two_people_and_is_proven_by_the_signal(broken_checkout: World) -> None:
    story = declare(broken_checkout)
    ana, ben, channel = story.ana, story.ben, story.channel.id
    assert "incident commander hat" in ben.types("/incident hat commander", channel)
    story.channel.sees("Ben", "incident commander")
    assert "waits for somebody else's approval" in ana.types("/incident propose restart-checkout", channel)
    message = until("the approval message", lambda: _with_button(story, "Approve"))
    ana.clicks("Approve", on=message, channel=channel)
    until("the refusal", lambda: _whispered(story, "somebody else must decide"))
    ben.clicks("Approve", on=message, channel=channel)
    story.channel.sees("verified", "Restart checkout")
    calls = httpx.get(broken_checkout.url("checkout") + "/admin/calls").json()
    assert calls["actions"] == {"traffic": 2, "restart": 1}
    assert [call["call"] for call in calls["calls"]] == ["traffic", "restart", "traffic"]
    assert [call["key"].rpartition("-")[0] for call in calls["calls"]] == [f"{story.id}-m1-plan-{n}" for n in range(3)]
    assert httpx.get(broken_checkout.url("checkout") + "/health").json()["status"] == "ok"
    ana.types("/incident resolve checkout works again after a restart", channel)
    story.managers.sees(story.id, "the whole timeline")
    until("the card at its end", lambda: "Resolved" in story.card()["text"])


def _with_button(story: Story, button: str) -> Seen | None:
    return next((m for m in story.channel.messages() if button in buttons(m)), None)


def _whispered(story: Story, words: str) -> bool:
    return any(words in m["text"] for m in story.ana.messages(story.channel.id) if m.get("is_ephemeral"))
