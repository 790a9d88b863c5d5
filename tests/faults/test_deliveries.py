"""Slack delivers twice, late, or over a connection that breaks: each thing that a person did is one fact."""

from collections.abc import Iterator

import pytest

from tests.harness.actors import Person, Seen, Story, buttons, declare, join
from tests.harness.wired import Truth, WiredWorld
from tests.harness.world import until

pytestmark = pytest.mark.story

KINDS = ("slash_commands", "interactive", "events_api")


@pytest.fixture(scope="module")
def socket_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WiredWorld]:
    world = WiredWorld(tmp_path_factory.mktemp("socket"), socket_mode=True)
    world.start_all()
    yield world
    world.stop()


@pytest.fixture(params=["http", "socket"])
def world(request: pytest.FixtureRequest) -> Iterator[WiredWorld]:
    """Both of the ways on which Slack reaches the bot."""
    world: WiredWorld = request.getfixturevalue("wired" if request.param == "http" else "socket_world")
    yield world
    world.slack_fails()


@pytest.fixture
def facts(world: WiredWorld) -> Iterator[Truth]:
    truth = Truth(world)
    yield truth
    truth.close()


def with_button(story: Story, button: str) -> Seen | None:
    return next((message for message in story.channel.messages() if button in buttons(message)), None)


def everything_that_people_do(world: WiredWorld, facts: Truth) -> None:
    """A command, a click, a form and an event, by people who wait for nothing."""
    ana = Person(world, "UANA")
    ana.types("/incident declare")
    assert ana.submits(title="checkout is down", severity="p1").get("ok")
    story = newest(world, facts)
    story.ana.types("/incident note the disk is full", story.channel.id)
    story.ana.types("/incident propose restart-checkout", story.channel.id)
    asks = until("the approval message", lambda: with_button(story, "Approve"))
    assert "error" not in story.ben.clicks("Approve", on=asks, channel=story.channel.id)
    ts = story.ana.says("look at the disk", story.channel.id)
    story.ben.reacts("pushpin", ts, story.channel.id)
    for done in ("mitigation.verified", "message.pinned"):
        facts.comes(done, story.id)
    facts.is_whole(story.id)
    types = facts.types(story.id)
    once = ("incident.declared", "note.added", "mitigation.proposed", "gate.voted", "gate.ended", "message.pinned")
    assert {name: types.count(name) for name in once} == dict.fromkeys(once, 1)
    assert "gate.late-vote" not in types


def newest(world: WiredWorld, facts: Truth) -> Story:
    (incident,) = facts.store.recent(1)
    return join(world, incident, *(Person(world, id_) for id_ in ("UANA", "UBEN", "UCY")))


def test_everything_is_delivered_twice(world: WiredWorld, facts: Truth) -> None:
    world.slack_fails(*({"kind": "duplicate_delivery", "method": kind} for kind in KINDS))
    everything_that_people_do(world, facts)


def test_everything_is_delivered_late(wired: WiredWorld, truth: Truth) -> None:
    wired.slack_fails(*({"kind": "late_delivery", "method": kind, "delay": 0.4} for kind in KINDS))
    everything_that_people_do(wired, truth)


def test_a_form_comes_too_late_to_open(wired: WiredWorld) -> None:
    """A trigger lives three seconds: then there are words that do the same."""
    wired.slack_fails({"kind": "late_delivery", "method": "slash_commands", "delay": 3.2, "times": 1})
    assert "`/incident declare p1 checkout is down`" in Person(wired, "UANA").types("/incident declare")


def test_slack_asks_for_a_new_socket(socket_world: WiredWorld) -> None:
    truth = Truth(socket_world)
    story = declare(socket_world)
    socket_world.slack_fails({"kind": "disconnect", "times": 1})
    answered = until("an answer", lambda: noted(story))
    assert answered == "Noted in the timeline."
    truth.is_whole(story.id)
    truth.close()


def test_slack_starts_again_and_the_socket_comes_back(socket_world: WiredWorld) -> None:
    truth = Truth(socket_world)
    story = declare(socket_world)
    socket_world.kill("slack")
    socket_world.start("slack")
    assert until("an answer", lambda: noted(story)) == "Noted in the timeline."
    truth.is_whole(story.id)
    truth.close()


def noted(story: Story) -> str | None:
    """Try to write a note; None while Slack says that the app can't be reached."""
    said = story.ana.types("/incident note still here", story.channel.id)
    return None if "failed with the error" in said else said
