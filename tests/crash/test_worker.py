"""The whole worker tree is killed at named points, and started again: nothing is lost, nothing done twice."""

import json
from pathlib import Path

import httpx
import pytest

from tests.harness.actors import Person, Story, declare, join
from tests.harness.wired import Truth, WiredWorld
from tests.harness.world import until

pytestmark = pytest.mark.crash

ONE_RESTART = {"traffic": 2, "restart": 1}


def approved(story: Story, runbook: str = "restart-checkout") -> None:
    story.ana.types(f"/incident propose {runbook}", story.channel.id)
    assert "approved" in story.ben.types("/incident approve", story.channel.id)


def verified(story: Story, truth: Truth) -> None:
    until("the proof", lambda: "mitigation.verified" in truth.types(story.id))
    truth.is_whole(story.id)


def power_cut(world: WiredWorld, truth: Truth) -> None:
    world.kill("worker")
    truth.leases_end()


def actions(world: WiredWorld) -> dict[str, int]:
    return dict(httpx.get(world.url("checkout") + "/admin/calls").json()["actions"])


def test_between_making_the_channel_and_recording_it(world: WiredWorld, truth: Truth) -> None:
    people = [Person(world, id_) for id_ in ("UANA", "UBEN", "UCY")]
    with world.slack_wire.hold("POST /api/conversations.create", answer=True) as hold:
        incident = people[0].types("/incident declare p1 checkout is down").split()[0]
        hold.wait()
        power_cut(world, truth)
    assert truth.state(incident).channel is None
    world.start("worker")
    join(world, incident, *people)
    truth.is_whole(incident)


def test_between_sending_a_message_and_hearing_of_it(world: WiredWorld, truth: Truth) -> None:
    story = declare(world)
    with world.slack_wire.hold("channel%3A", answer=True) as hold:
        story.ana.types("/incident update we look into it", story.channel.id)
        hold.wait()
        power_cut(world, truth)
    assert story.channel.message("we look into it"), "it was sent"
    world.start("worker")
    truth.is_whole(story.id)


def test_in_the_middle_of_a_step(world: WiredWorld, truth: Truth) -> None:
    story = declare(world)
    with world.checkout_wire.hold("POST /admin/restart", answer=True) as hold:
        approved(story)
        hold.wait()
        power_cut(world, truth)
    assert actions(world) == {"traffic": 1, "restart": 1}
    assert truth.types(story.id).count("step.finished") == 1, "the restart happened and is not recorded"
    world.start("worker")
    verified(story, truth)
    assert actions(world) == ONE_RESTART


def test_between_two_steps(world: WiredWorld, truth: Truth) -> None:
    story = declare(world)
    with world.redis_wire.hold('"type":"step.finished"', answer=True) as hold:
        approved(story)
        hold.wait()
        power_cut(world, truth)
    assert truth.types(story.id).count("step.started") == truth.types(story.id).count("step.finished") == 1
    world.start("worker")
    verified(story, truth)
    assert actions(world) == ONE_RESTART


def test_while_the_proof_is_awaited(world: WiredWorld, truth: Truth) -> None:
    story = declare(world)
    with world.checkout_wire.hold("GET /health", answer=True) as hold:
        approved(story)
        hold.wait()
        power_cut(world, truth)
    assert truth.types(story.id)[-1] == "verification.started"
    world.start("worker")
    verified(story, truth)
    assert actions(world) == ONE_RESTART


def test_while_it_is_rolled_back(world: WiredWorld, truth: Truth) -> None:
    story = declare(world)
    with world.checkout_wire.hold("-rollback1-0-", answer=True) as hold:
        approved(story, "rollback-checkout version=nowhere running=4.11.0")
        hold.wait()
        power_cut(world, truth)
    assert truth.types(story.id)[-2:] == ["rollback.started", "step.started"]
    world.start("worker")
    until("the rollback's end", lambda: "mitigation.rolled-back" in truth.types(story.id))
    truth.is_whole(story.id)
    assert actions(world) == {"rollback": 1}


@pytest.mark.parametrize("answer", [False, True], ids=["before the file is shared", "before its answer is heard"])
def test_while_an_export_is_uploaded(world: WiredWorld, truth: Truth, tmp_path: Path, *, answer: bool) -> None:
    story = declare(world)
    with world.slack_wire.hold("POST /api/files.completeUploadExternal", answer=answer) as hold:
        story.ana.types("/incident export json", story.channel.id)
        hold.wait()
        power_cut(world, truth)
    assert "export.delivered" not in truth.types(story.id)
    world.start("worker")
    until("the file", lambda: "export.delivered" in truth.types(story.id))
    truth.is_whole(story.id)
    (shared,) = [file for message in story.channel.messages() for file in message.get("files") or ()]
    exported = tmp_path / shared["name"]
    exported.write_bytes(httpx.get(shared["url_private"]).content)
    verdict = world.muster("verify", str(exported))
    assert verdict.returncode == 0, verdict.stdout
    records = json.loads(exported.read_text())
    assert records


def test_with_every_wake_up_call_lost(world: WiredWorld, truth: Truth) -> None:
    story = declare(world)
    world.kill("worker")
    story.ana.types("/incident update nobody works just now", story.channel.id)
    story.ana.types("/incident severity p2 because fewer people notice", story.channel.id)
    truth.forget_wake_up_calls()
    world.start("worker")
    truth.is_whole(story.id)


def test_the_work_goes_on_elsewhere(world: WiredWorld, truth: Truth) -> None:
    """Of two worker trees the one that is in the middle of a step is killed; the other one needs nobody's help."""
    story = declare(world)
    truth.is_whole(story.id)
    with world.checkout_wire.hold("POST /admin/restart", answer=True) as hold:
        approved(story)
        hold.wait()
        world.start("another worker")
        world.kill("worker")
    verified(story, truth)
    assert actions(world) == ONE_RESTART
