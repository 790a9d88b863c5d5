"""Socket Mode: the same app without a public address; commands, forms, buttons, events and a connection that ends."""

from collections.abc import Iterator

import httpx
import pytest

from tests.harness.actors import declare
from tests.harness.world import World, until

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def socket_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("socket") / "world", socket_mode=True)
    world.start_all()
    yield world
    world.stop()


def test_the_main_job_over_a_socket(socket_world: World) -> None:
    httpx.post(socket_world.url("checkout") + "/break", json={"how": "leak"})
    story = declare(socket_world)
    ana, ben, channel = story.ana, story.ben, story.channel.id
    ben.clicks("Take this hat", on=story.card(), channel=channel)
    story.channel.sees("Ben", "took the incident commander hat")
    ana.opens("/incident propose", channel)
    ana.pick("runbook", "restart-checkout")
    assert ana.submits()["ok"]
    question = story.channel.asks("Approve")
    ana.clicks("Approve", on=question, channel=channel)
    ana.whispered("somebody else must decide", channel=channel)
    ben.clicks("Approve", on=question, channel=channel)
    story.channel.sees("✓", "verified: the signal stayed healthy", "approved by Ben")
    ts = story.cy.says("back to normal", channel)
    story.ana.reacts("pushpin", ts, channel)
    story.channel.sees("pinned what Cy wrote")
    assert ben.home(story.id)["type"] == "home"
    ben.types("/incident confirm side-effects none seen", channel)
    ana.types("/incident resolve a restart cured it", channel)
    ben.types("/incident approve", channel)
    story.managers.sees(story.id, "the whole timeline", "a restart cured it")


def test_a_connection_that_slack_ends_is_opened_again(socket_world: World) -> None:
    story = declare(socket_world, "p3 before the socket closed")
    story.ana.post_control("/control/faults", faults=[{"kind": "disconnect", "method": "*", "times": 1}])
    story.ana.types("/incident note one", story.channel.id)
    until("the socket", lambda: story.ana.get("/client/boot")["app"]["connected"])
    assert story.ana.types("/incident note two", story.channel.id) == "Noted in the timeline."
    read = story.ana.types("/incident timeline", story.channel.id)
    assert read.count("noted: two") == 1
    assert read.count("noted: one") <= 1


def test_an_edited_manifest_holds_over_a_socket_too(socket_world: World) -> None:
    story = declare(socket_world, "p4 an icon is off")
    workflow = socket_world.manifests / "workflows" / "hybrid.yaml"
    workflow.write_text(workflow.read_text().replace("sla_minutes: 15 ", "sla_minutes: 20 "))
    differs = "severities.p1.sla_minutes: 15 → 20"
    until("the edit to hold", lambda: differs in story.ana.types("/incident policy", story.channel.id))
