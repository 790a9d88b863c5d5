"""The whole worker tree is killed at named points, and started again: nothing is lost, nothing done twice."""

import json
import os
import signal
from pathlib import Path

import httpx
import pytest

from tests.harness.actors import Person, Story, declare, join
from tests.harness.stages import Stages
from tests.harness.wired import Truth, WiredWorld
from tests.harness.world import session_of, until

pytestmark = pytest.mark.crash

ONE_RESTART = {"traffic": 2, "restart": 1}


def approved(story: Story, runbook: str = "restart-checkout") -> None:
    story.ben.types("/incident hat commander", story.channel.id)
    story.ana.types(f"/incident propose {runbook}", story.channel.id)
    story.channel.asks("Approve")  # once its dry run has answered
    assert "approved" in story.ben.types("/incident approve", story.channel.id)


def verified(story: Story, truth: Truth) -> None:
    truth.comes("mitigation.verified", story.id)
    truth.is_whole(story.id)
    assert truth.state(story.id).stage == Stages.MITIGATING


def power_cut(wired: WiredWorld, truth: Truth) -> None:
    wired.kill("worker")
    truth.leases_end()


def actions(wired: WiredWorld) -> dict[str, int]:
    return dict(httpx.get(wired.url("checkout") + "/admin/calls").json()["actions"])


def test_between_making_the_channel_and_recording_it(wired: WiredWorld, truth: Truth) -> None:
    people = [Person(wired, id_) for id_ in ("UANA", "UBEN", "UCY")]
    with wired.slack_wire.hold("POST /api/conversations.create", answer=True) as hold:
        incident = people[0].types("/incident declare p1 checkout is down").split()[0]
        hold.wait()
        power_cut(wired, truth)
    assert truth.state(incident).channel is None
    wired.start("worker")
    join(wired, incident, *people)
    truth.is_whole(incident)


def test_between_sending_a_message_and_hearing_of_it(wired: WiredWorld, truth: Truth) -> None:
    story = declare(wired)
    with wired.slack_wire.hold("channel%3A", answer=True) as hold:
        story.ana.types("/incident update we look into it", story.channel.id)
        hold.wait()
        power_cut(wired, truth)
    assert story.channel.message("we look into it"), "it was sent"
    wired.start("worker")
    truth.is_whole(story.id)


def test_in_the_middle_of_a_step_the_work_goes_on_elsewhere(wired: WiredWorld, truth: Truth) -> None:
    """Of two worker trees one is killed while it restarts the service; the other one needs nobody's help."""
    story = declare(wired)
    truth.is_whole(story.id)
    with wired.checkout_wire.hold("-plan-1-", answer=True) as hold:
        approved(story)
        hold.wait()
        wired.start("another worker")
        wired.kill("worker")
    assert actions(wired) == {"traffic": 1, "restart": 1}
    assert truth.types(story.id).count("step.finished") == 1, "the restart happened and is not recorded"
    verified(story, truth)
    assert actions(wired) == ONE_RESTART


def test_between_two_steps(wired: WiredWorld, truth: Truth) -> None:
    story = declare(wired)
    with wired.redis_wire.hold('"type":"step.finished"', answer=True) as hold:
        approved(story)
        hold.wait()
        power_cut(wired, truth)
    assert truth.types(story.id).count("step.started") == truth.types(story.id).count("step.finished") == 1
    wired.start("worker")
    verified(story, truth)
    assert actions(wired) == ONE_RESTART


def test_while_the_proof_is_awaited(wired: WiredWorld, truth: Truth) -> None:
    story = declare(wired)
    with wired.checkout_wire.hold("GET /health", answer=True) as hold:
        approved(story)
        hold.wait()
        power_cut(wired, truth)
    assert truth.types(story.id)[-1] == "verification.started"
    wired.start("worker")
    verified(story, truth)
    assert actions(wired) == ONE_RESTART


def test_while_it_is_rolled_back(wired: WiredWorld, truth: Truth) -> None:
    story = declare(wired)
    with wired.checkout_wire.hold("-rollback1-0-", answer=True) as hold:
        approved(story, "rollback-checkout version=nowhere running=4.11.0")
        hold.wait()
        power_cut(wired, truth)
    assert truth.types(story.id)[-2:] == ["rollback.started", "step.started"]
    wired.start("worker")
    truth.comes("mitigation.rolled-back", story.id)
    truth.is_whole(story.id)
    assert actions(wired) == {"rollback": 1}


@pytest.mark.parametrize("answer", [False, True], ids=["before the file is shared", "before its answer is heard"])
def test_while_an_export_is_uploaded(wired: WiredWorld, truth: Truth, tmp_path: Path, *, answer: bool) -> None:
    story = declare(wired)
    with wired.slack_wire.hold("POST /api/files.completeUploadExternal", answer=answer) as hold:
        story.ana.types("/incident export json", story.channel.id)
        hold.wait()
        power_cut(wired, truth)
    assert "export.delivered" not in truth.types(story.id)
    wired.start("worker")
    truth.comes("export.delivered", story.id)
    truth.is_whole(story.id)
    (shared,) = [file for message in story.channel.messages() for file in message.get("files") or ()]
    exported = tmp_path / shared["name"]
    exported.write_bytes(httpx.get(shared["url_private"]).content)
    verdict = wired.muster("verify", str(exported))
    assert verdict.returncode == 0, verdict.stdout
    records = json.loads(exported.read_text())
    assert records


def test_workers_leave_when_their_pool_is_gone(wired: WiredWorld) -> None:
    """A power cut takes the whole tree; the kernel, short of memory, takes one process."""
    pool = wired.running["worker"].pid
    os.kill(pool, signal.SIGKILL)
    assert session_of(pool), "its workers, for a moment"
    until("its workers to leave", lambda: not session_of(pool))
    wired.kill("worker")


def test_with_every_wake_up_call_lost(wired: WiredWorld, truth: Truth) -> None:
    story = declare(wired)
    wired.kill("worker")
    story.ana.types("/incident update nobody works just now", story.channel.id)
    story.ana.types("/incident severity p2 because fewer people notice", story.channel.id)
    truth.forget_wake_up_calls()
    wired.start("worker")
    truth.is_whole(story.id)
