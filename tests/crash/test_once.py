"""What nobody waits for at a desk comes once all the same: the weekly digest, and the message of a debt."""

import shutil
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot.domain.gates.events import GlassBroken
from bot.store.keys import Keys
from bot.store.rounds import RedisRounds
from bot.wiring import SystemClock
from tests.harness.actors import declare
from tests.harness.wired import Truth, WiredWorld
from tests.harness.world import until

pytestmark = pytest.mark.crash


@pytest.fixture
def with_glass(wired: WiredWorld, tmp_path: Path) -> Path:
    """The same policy, whose approval before mitigations has a glass for everybody in the channel."""
    manifests = shutil.copytree(wired.manifests, tmp_path / "manifests")
    policy = manifests / "workflows" / "hybrid.yaml"
    words = policy.read_text()
    assert "  anybody:\n" in words
    policy.write_text(words.replace("  anybody:\n", "  anybody:\n    glass: {who: [{anyone: true}]}\n"))
    return manifests


def posts(wired: WiredWorld, name: str, incident: str = "") -> list[str]:
    """Return what the bot has posted under a name."""
    messages = httpx.get(wired.url("slack") + "/control/state").json()["Message"]
    ours = [(one["metadata"]["event_payload"], one["text"]) for one in messages if one.get("metadata")]
    return [text for about, text in ours if about["incident"] == incident and about["name"].startswith(name)]


def is_idle(truth: Truth) -> bool:
    return not truth.outbox.waiting()


def test_a_worker_killed_over_the_weekly_digest_leaves_one(wired: WiredWorld, truth: Truth) -> None:
    """The clock finds that last week's is owed, a worker posts it and dies before it hears that Slack has it."""
    story = declare(wired)
    truth.is_whole(story.id)  # by now it has joined the managers' channel
    wired.kill("clock")
    rounds, now = RedisRounds(truth.client, Keys()), SystemClock().now()
    rounds.claim("digest", (now - timedelta(days=21)).isoformat(), None, now)
    assert posts(wired, "digest:") == []
    with wired.slack_wire.hold("digest%3A", answer=True) as hold:
        wired.start("clock")
        hold.wait()
        wired.kill("worker")
        truth.leases_end()
    assert len(posts(wired, "digest:")) == 1, "it was sent"
    assert not is_idle(truth), "and nobody knows"
    wired.start("worker")
    until("the lanes to empty", lambda: is_idle(truth))
    assert len(posts(wired, "digest:")) == 1


def test_where_slack_s_answer_about_a_debt_is_lost_its_message_stands_once(
    wired: WiredWorld, truth: Truth, with_glass: Path
) -> None:
    story = declare(wired)
    truth.is_whole(story.id)
    orders = ("policy adopt because it is urgent", "propose restart-checkout", "break-glass because customers wait")
    with wired.slack_wire.hold("debt%3A", answer=True) as hold:
        for words in orders:
            who = {"MUSTER_USER": "UBEN"} if words.startswith("break") else {}
            said = wired.terminal("--in", story.id, *words.split(), MANIFESTS=str(with_glass), **who)
            assert said.returncode == 0, said.stderr + said.stdout
        hold.wait()
        assert any(isinstance(event, GlassBroken) for event in truth.events(story.id))
    until("the lanes to empty", lambda: is_idle(truth))
    assert len(posts(wired, "debt:", story.id)) == 1
    truth.is_whole(story.id)
