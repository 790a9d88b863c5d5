"""Reading: help, list, the panel, the App Home; what is mistyped; what is asked where no incident lives."""

from collections.abc import Iterator

import pytest

from bot.verbs import ALL
from tests.harness.actors import Person, declare
from tests.harness.world import World

pytestmark = pytest.mark.story


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An installation of these stories' own: what a list shows depends on what else is open."""
    world = World(tmp_path_factory.mktemp("reading") / "world")
    world.start_all()
    yield world
    world.stop()


def test_help_names_every_verb_and_one_at_a_time(world: World) -> None:
    ana = Person(world, "UANA")
    everything = ana.types("/incident help")
    for verb in ALL:
        assert f"/incident {verb.name}" in everything, verb.name
    alone = ana.types("/incident help propose")
    assert "name=value" in alone
    assert "hand-over" not in alone


def test_a_mistyped_verb_offers_the_nearest_as_a_button(world: World) -> None:
    story = declare(world, "p2 checkout is slow")
    said = story.ana.types("/incident reslove it was the cache", story.channel.id)
    assert "resolve" in said
    offered = next(m for m in reversed(story.ana.messages(story.channel.id)) if m.get("is_ephemeral"))
    story.ana.clicks("resolve", on=offered, channel=story.channel.id)
    story.managers.sees(story.id, "it was the cache")


def test_without_words_the_channel_shows_its_incident_to_one_person(world: World) -> None:
    story = declare(world, "p3 the panel")
    assert "the panel" in story.ben.types("/incident", story.channel.id)


def test_the_list_shows_what_is_open(world: World) -> None:
    story = declare(world, "p3 shown in the list")
    assert "shown in the list" in story.ben.types("/incident list")
    other = declare(world, "p2 exports stand still")
    assert "shown in the list" in story.ben.types("/incident list")
    few = story.ben.types("/incident list sev3 SHOWN")
    assert "shown in the list" in few
    assert "exports" not in few
    assert "No open incident with “p4”" in story.ben.types("/incident list p4")
    assert [line.split()[0] for line in world.terminal("list", "exports", by="UBEN").stdout.splitlines()] == [other.id]
    story.ana.types("/incident resolve done", story.channel.id)
    assert "shown in the list" not in story.ben.types("/incident list")


def test_a_verb_outside_an_incident_asks_which(world: World) -> None:
    story = declare(world, "p3 which one")
    said = story.ana.types("/incident note seen from afar", "CGENERAL")
    assert story.id in said
    offered = next(m for m in reversed(story.ana.messages("CGENERAL")) if m.get("is_ephemeral"))
    choice = next(b for b in offered["blocks"] if story.id in str(b) and "accessory" in b)
    story.ana.post(
        "/client/click",
        container={"type": "message", "channel": "CGENERAL", "ts": offered["ts"], "is_ephemeral": True},
        block_id=choice["block_id"],
        action_id=choice["accessory"]["action_id"],
        value=None,
    )
    story.ana.whispered("Noted in the timeline", channel="CGENERAL")


def test_the_home_shows_open_incidents_my_hats_and_what_waits_for_my_vote(world: World) -> None:
    story = declare(world, "p1 shown at home")
    story.ben.types("/incident hat commander", story.channel.id)
    story.ana.types("/incident propose restart-checkout", story.channel.id)
    story.channel.asks("Approve")
    home = story.ben.home("shown at home", "Restart checkout", "incident commander")
    story.ben.clicks_in_view("Declare", home)
    assert story.ben.view()["callback_id"] == "declare"
    story.ben.post("/client/close", view_id=story.ben.view()["id"])
    story.ana.types("/incident withdraw", story.channel.id)
    story.ana.types("/incident resolve seen", story.channel.id)


@pytest.mark.parametrize(
    "words", ["\U0001f4a5", "-- --", "approve", "DROP TABLE", "note" * 500, "<!everyone>", "help me"]
)
def test_whatever_is_typed_gets_a_sentence(world: World, words: str) -> None:
    said = Person(world, "UDEE").types(f"/incident {words}", "CGENERAL")
    assert said
    assert "<!" not in said
    assert "failed with the error" not in said
