"""Slack fails in the ways it documents, and in those it doesn't: everything arrives all the same, once, in order."""

from itertools import cycle

import httpx
import pytest

from tests.harness.actors import Person, Seen, declare, join
from tests.harness.wired import Truth, WiredWorld
from tests.harness.world import until

pytestmark = pytest.mark.story

METHODS = (
    "auth.test", "bookmarks.add", "chat.postMessage", "chat.update", "conversations.create", "conversations.invite",
    "conversations.list", "conversations.open", "conversations.setTopic", "files.completeUploadExternal",
    "files.getUploadURLExternal", "pins.add", "users.info",
)  # fmt: skip


def calls(world: WiredWorld, method: str, channel: str) -> list[Seen]:
    answered = httpx.get(world.url("slack") + "/control/calls").json()["calls"]
    return [call for call in answered if call["method"] == method and call["args"].get("channel") == channel]


def test_asked_to_wait_it_waits_in_that_channel_and_in_no_other(wired: WiredWorld, truth: Truth) -> None:
    here, there = declare(wired), declare(wired, "p1 search is slow")
    truth.is_whole(here.id)
    truth.is_whole(there.id)
    before = len(calls(wired, "chat.postMessage", here.channel.id))
    wired.slack_fails(
        {"kind": "ratelimited", "method": "chat.postMessage", "channel": here.channel.id, "retry_after": 3, "times": 1}
    )
    here.ana.types("/incident update we look", here.channel.id)
    until("the refusal", lambda: len(calls(wired, "chat.postMessage", here.channel.id)) > before)
    here.ana.types("/incident propose restart-checkout", here.channel.id)  # another lane, the same channel
    there.ana.types("/incident update we look too", there.channel.id)
    there.channel.sees("we look too")
    truth.is_whole(here.id)
    refused, *later = calls(wired, "chat.postMessage", here.channel.id)[before:]
    assert refused["error"] == "ratelimited"
    assert len(later) == 2
    assert min(call["at"] for call in later) >= refused["at"] + 3
    elsewhere = calls(wired, "chat.postMessage", there.channel.id)[-1]
    assert elsewhere["at"] < refused["at"] + 3


LOST: list[Seen] = [{"kind": "lost_reply"}]
FAILED: list[Seen] = [
    {"kind": "status", "status": 503},
    {"kind": "error", "error": "internal_error"},
    {"kind": "timeout", "delay": 0.1},
]


@pytest.mark.parametrize("faults", [LOST, FAILED], ids=["its answer is lost", "it breaks down in one way or another"])
def test_each_method_fails_once(wired: WiredWorld, truth: Truth, faults: list[Seen]) -> None:
    wired.slack_fails(
        *({"method": method, "times": 1, **fault} for method, fault in zip(METHODS, cycle(faults), strict=False))
    )
    story = declare(wired)
    for person, verb in (
        (story.ben, "hat commander"),
        (story.ana, "update we restart it"),
        (story.ana, "propose restart-checkout"),
        (story.ben, "approve"),
        (story.ana, "export csv"),
    ):
        if verb == "approve":
            truth.comes("gate.called", story.id)  # once its dry run has answered
        assert "failed" not in person.types(f"/incident {verb}", story.channel.id)
    for done in ("mitigation.verified", "export.delivered"):
        truth.comes(done, story.id)
    truth.is_whole(story.id)
    assert "trouble.met" not in truth.types(story.id)
    briefs = [message for message in story.ben.direct_messages() if story.id in message["text"]]
    assert len(briefs) == 1


def test_people_use_the_terminal_while_slack_is_away(wired: WiredWorld, truth: Truth) -> None:
    wired.kill("slack")
    declared = wired.terminal("declare", "p1", "checkout", "is", "down")
    assert declared.returncode == 0, declared.stderr
    incident = declared.stdout.split()[0]
    for words in (
        "update we see errors from Madrid",
        "hat commander",
        "note the terminal works",
        "severity p2 because only Madrid is concerned",
        "update the second of two",
        "export markdown",
    ):
        typed = wired.terminal("--in", incident, *words.split(), by="UBEN")
        assert typed.returncode == 0, typed.stdout + typed.stderr
    wired.start("slack")
    story = join(wired, incident, *(Person(wired, id_) for id_ in ("UANA", "UBEN", "UCY")))
    truth.comes("export.delivered", incident)
    truth.is_whole(incident)
    assert story.announcements.count("the second of two") == story.managers.count("the second of two") == 1
