"""The clock is dead while a gate's time runs out; then two clocks find it: it closes once, and not before its time."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.gates.events import GateClosed
from bot.wiring import SystemClock
from tests.harness.actors import declare
from tests.harness.wired import Truth, WiredWorld
from tests.harness.world import until

pytestmark = pytest.mark.crash


@pytest.fixture
def short_limit(wired: WiredWorld, tmp_path: Path) -> Path:
    """The same policy, with a second to decide."""
    manifests = shutil.copytree(wired.manifests, tmp_path / "manifests")
    policy = manifests / "workflows" / "hybrid.yaml"
    text = policy.read_text().replace("next_after: 30m ", "next_after: 1s ").replace("    renotify: 15m ", "    #")
    policy.write_text(text)
    return manifests


def test_a_gate_runs_out_while_no_clock_runs(wired: WiredWorld, truth: Truth, short_limit: Path) -> None:
    story = declare(wired)
    wired.kill("clock")
    for words in ("policy adopt because we are in a hurry", "propose restart-checkout"):
        said = wired.terminal("--in", story.id, *words.split(), MANIFESTS=str(short_limit))
        assert said.returncode == 0, said.stderr
    truth.comes("gate.called", story.id)  # once its dry run has answered
    (gate,) = truth.state(story.id).open_gates
    due = truth.state(story.id).next_due
    assert due is not None
    until("its time to be over", lambda: SystemClock().now() > due + timedelta(seconds=0.5))
    assert truth.state(story.id).open_gates == (gate,), "nobody looked"
    wired.start("clock", wait=False)
    wired.start("another clock", wait=False)
    until("the gate to close", lambda: not truth.state(story.id).open_gates)
    truth.is_whole(story.id)
    closed = [event for event in truth.events(story.id) if isinstance(event, GateClosed)]
    assert [(event.outcome, event.at >= due) for event in closed] == [("expired", True)]
    assert "step.started" not in truth.types(story.id)
