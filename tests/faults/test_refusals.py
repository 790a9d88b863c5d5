"""What Slack refuses for good becomes a fact that people read, with its cure; the rest goes on."""

import httpx
import pytest

from bot.domain.incident.events import TroubleMet
from tests.harness.actors import Person, declare, join
from tests.harness.wired import Truth, WiredWorld
from tests.harness.world import until

pytestmark = pytest.mark.story


def troubles(truth: Truth, incident: str) -> list[TroubleMet]:
    return [event for event in truth.events(incident) if isinstance(event, TroubleMet)]


def as_the_bot(world: WiredWorld, method: str, **arguments: str) -> None:
    """Do in the workspace what some admin may do as well."""
    said = httpx.post(world.url("slack") + f"/api/{method}", data={"token": "xoxb-local", **arguments}).json()
    assert said["ok"], said


def install(world: WiredWorld, *, without: str = "") -> None:
    app = world.app()
    app["scopes"] = [scope for scope in app["scopes"] if scope != without]
    httpx.post(world.url("slack") + "/control/app", json=app).raise_for_status()


def test_an_archived_channel(wired: WiredWorld, truth: Truth) -> None:
    story = declare(wired)
    truth.is_whole(story.id)
    as_the_bot(wired, "conversations.archive", channel=story.channel.id)
    said = wired.terminal("--in", story.id, "update", "everybody", "went", "home")
    assert said.returncode == 0, said.stderr
    until("the lanes to empty", lambda: not truth.outbox.waiting())
    met = troubles(truth, story.id)
    assert "tell" in {trouble.effect for trouble in met}
    assert all("is_archived" in trouble.why and "Unarchive the channel" in trouble.cure for trouble in met)
    assert story.announcements.count("everybody went home") == story.managers.count("everybody went home") == 1
    assert story.managers.count("is_archived", "Unarchive the channel") == len(met)
    assert "Unarchive the channel" in wired.terminal("--in", story.id, "timeline").stdout


def test_a_scope_that_is_missing_from_the_start(wired: WiredWorld, truth: Truth) -> None:
    """Without a channel nothing else makes sense there: once an admin has added the scope, all of it arrives."""
    install(wired, without="channels:manage")
    try:
        ana = Person(wired, "UANA")
        incident = ana.types("/incident declare p1 checkout is down").split()[0]
        until("the trouble", lambda: troubles(truth, incident))
        ana.world.terminal("--in", incident, "update", "we", "have", "no", "channel", "yet")
        (met,) = troubles(truth, incident)
        assert "missing_scope (channels:manage" in met.why
        assert "Add the scope" in met.cure
    finally:
        install(wired)
    join(wired, incident, ana, Person(wired, "UBEN"), Person(wired, "UCY"))
    truth.is_whole(incident)


def test_a_scope_that_only_one_step_needs(wired: WiredWorld, truth: Truth) -> None:
    install(wired, without="pins:write")
    try:
        story = declare(wired)
        until("the trouble", lambda: troubles(truth, story.id))
        story.channel.sees("missing_scope (pins:write)", "reinstall it")
    finally:
        install(wired)
    truth.is_whole(story.id)


def test_thrown_out_of_the_channel_it_comes_back(wired: WiredWorld, truth: Truth) -> None:
    story = declare(wired)
    truth.is_whole(story.id)
    as_the_bot(wired, "conversations.leave", channel=story.channel.id)
    wired.slack_fails({"kind": "lost_reply", "method": "chat.postMessage", "channel": story.channel.id, "times": 1})
    story.ana.types("/incident update are you still there", story.channel.id)
    truth.is_whole(story.id)
    assert troubles(truth, story.id) == []


def test_a_format_that_cannot_be_uploaded(wired: WiredWorld, truth: Truth) -> None:
    install(wired, without="files:write")
    try:
        story = declare(wired)
        story.ana.types("/incident export csv", story.channel.id)
        truth.comes("export.failed", story.id)
        story.channel.sees("missing_scope (files:write)", "Add the scope")
    finally:
        install(wired)
    truth.is_whole(story.id)
