"""Declaring: by command, by form, from a message; the channel, its people, topic, bookmark, card, announcement."""

import re
from typing import Any

import pytest

from tests.harness.actors import Person, declare, join
from tests.harness.world import World, until

pytestmark = pytest.mark.story


def people(world: World) -> tuple[Person, Person, Person]:
    return Person(world, "UANA"), Person(world, "UBEN"), Person(world, "UCY")


def test_a_command_without_a_form_opens_a_place_to_work_in(world: World) -> None:
    story = declare(world, "sev1 checkout is down")
    channel = next(c for c in story.ana.channels() if c["id"] == story.channel.id)
    assert re.fullmatch(rf"{story.id.lower()}-[a-z0-9-]*checkout-is-down", channel["name"])
    assert "UANA" in channel["members"]
    until("the topic", lambda: _topic(story.ana, story.channel.id).startswith("P1 · Triage"))
    (card,) = until("the pinned card", lambda: [m for m in story.channel.messages() if m.get("pinned_to")])
    assert f"{story.id} · P1 · " in card["text"].replace("\u2068", "").replace("\u2069", "")
    marks = until("a bookmark", lambda: _channel(story.ana, story.channel.id)["bookmarks"])
    assert [mark["title"] for mark in marks] == ["Card"]
    story.announcements.sees(story.id, "checkout is down", f"<#{story.channel.id}>")


def test_the_channel_begins_with_the_card(world: World) -> None:
    story = declare(world)
    until("the change of stage", lambda: [m for m in story.channel.messages() if "from Detected" in m["text"]])
    posted = [m for m in story.channel.messages() if "subtype" not in m]
    assert posted[0]["ts"] == story.card()["ts"]


@pytest.mark.parametrize("trouble", ["lost_reply", "status", "ratelimited"])
def test_where_slack_does_not_take_the_card_at_once_it_is_posted_later_and_once(world: World, trouble: str) -> None:
    ana = Person(world, "UANA")
    ana.post_control("/control/faults", faults=[{"kind": trouble, "method": "chat.postMessage", "times": 4}])
    story = declare(world)
    card = until("the pinned card", lambda: story.card() if story.card().get("pinned_to") else None)
    until("the change of stage", lambda: [m for m in story.channel.messages() if "from Detected" in m["text"]])
    assert [m["ts"] for m in story.channel.messages() if m["text"].startswith(card["text"][:12])] == [card["ts"]]


def test_the_card_is_edited_and_never_posted_again(world: World) -> None:
    story = declare(world)
    card = story.card()
    story.ben.types("/incident hat commander", story.channel.id)
    story.ana.types("/incident hat first-responder", story.channel.id)
    edited = until(
        "the hats on the card", lambda: _has(story.card(), "incident commander: Ben", "first responder: Ana")
    )
    assert edited["ts"] == card["ts"]
    assert edited["pinned_to"] == [story.channel.id]
    assert len([m for m in story.channel.messages() if m.get("pinned_to")]) == 1


def test_the_form_submitted_twice_is_one_incident(world: World) -> None:
    ana, ben, cy = people(world)
    form = ana.opens("/incident")
    assert form["title"]["text"] == "Declare incident"
    refused = ana.submits(title=" ", severity="p1")
    assert "Say in a few words what is wrong" in str(refused["errors"]["title"])
    fault = {"kind": "duplicate_delivery", "method": "*", "times": 1}
    ana.post_control("/control/faults", faults=[fault])
    assert ana.submits(title="Payments time out", severity="p1", service="checkout", summary="1 in 3 can't pay")["ok"]
    declared = [i for i in _incidents(world) if "Payments time out" in i]
    assert len(declared) == 1
    story = join(world, declared[0].split()[0], ana, ben, cy)
    assert "1 in 3 can't pay" in story.card()["text"]
    story.announcements.sees("Payments time out")
    assert story.announcements.count("Payments time out") == 1


def test_a_message_becomes_an_incident_and_links_back(world: World) -> None:
    ana, ben, cy = people(world)
    ts = ben.says("Customers in Lyon see <b>nothing</b> & wait", "COPS")
    ana.shortcut("declare-from-message", channel="COPS", message_ts=ts)
    form = ana.view()
    title = next(block for block in form["blocks"] if block["block_id"] == "title")
    assert title["element"]["initial_value"] == "Customers in Lyon see <b>nothing</b> & wait"
    assert ana.submits(severity="p2")["ok"]
    declared = [i for i in _incidents(world) if "Customers in Lyon" in i]
    story = join(world, declared[-1].split()[0], ana, ben, cy)
    marks = until(
        "both bookmarks", lambda: [b for b in _channel(ana, story.channel.id)["bookmarks"] if b["title"] != "Card"]
    )
    assert [mark["title"] for mark in marks] == ["Where it began"]
    assert ts.replace(".", "") in marks[0]["link"]


def test_a_direct_message_becomes_an_incident_too_without_a_link(world: World) -> None:
    """The bot cannot see what people write to each other alone; that is no trouble of the incident's."""
    ana, ben, cy = people(world)
    alone = ana.post("/client/dm", **{"with": "UBEN"})["channel"]["id"]
    ts = ben.says("Refunds stand still, says my mother", alone)
    ana.shortcut("declare-from-message", channel=alone, message_ts=ts)
    assert ana.submits(severity="p2")["ok"]
    declared = [i for i in _incidents(world) if "Refunds stand still" in i]
    story = join(world, declared[-1].split()[0], ana, ben, cy)
    ben.types("/incident hat commander", story.channel.id)
    until("the topic", lambda: "commander: Ben" in _topic(ana, story.channel.id))
    assert [mark["title"] for mark in _channel(ana, story.channel.id)["bookmarks"]] == ["Card"]
    assert "Trouble" not in str(story.card()["blocks"])


def test_the_shortcut_declares_from_anywhere(world: World) -> None:
    ana, *_ = people(world)
    ana.shortcut("declare")
    assert ana.view()["callback_id"] == "declare"
    ana.post("/client/close", view_id=ana.view()["id"])


@pytest.mark.parametrize(
    "title",
    [
        "支払いができない",
        "נפל שירות התשלומים",
        "🔥🔥🔥",
        "<!everyone> <!channel> <!here> @channel look",
        "<script>alert(1)</script>",
        "\u202eesrever \u2066open",
        "x" * 200,
        "general",
    ],
)
def test_any_language_and_any_sign_is_a_title_that_pings_nobody(world: World, title: str) -> None:
    story = declare(world, f"p3 {title}")
    name = _channel(story.ana, story.channel.id)["name"]
    assert 0 < len(name) <= 80
    assert name.startswith(f"{story.id.lower()}-")
    for place in (story.channel, story.announcements):
        for message in place.messages():
            assert "<!" not in message["text"].replace("<!date^", ""), message["text"]


@pytest.mark.parametrize("title", ["high error rate in the shop", "s3 uploads fail", "p99 is at 9 s", "500s on /pay"])
def test_what_only_looks_like_a_severity_stays_in_the_title(world: World, title: str) -> None:
    ana = Person(world, "UANA")
    assert "I took P2, since no severity was given" in ana.types(f"/incident declare {title}")
    assert any(f"P2 · Detected · {title}" in incident for incident in _incidents(world))


@pytest.mark.parametrize("word", ["p7", "sev5", "P0"])
def test_a_severity_that_there_is_not_is_no_title(world: World, word: str) -> None:
    before = _incidents(world)
    said = Person(world, "UANA").types(f"/incident declare {word} checkout is down")
    assert f"“{word}” is no severity. There are p1, p2, p3 and p4" in said
    assert _incidents(world) == before


def test_two_incidents_of_one_name_have_two_channels(world: World) -> None:
    one, two = declare(world, "p3 the same words"), declare(world, "p3 the same words")
    assert one.channel.id != two.channel.id


@pytest.mark.parametrize("words", ["", "\u200b", "x" * 201])
def test_a_title_that_says_nothing_or_never_ends_is_refused_in_a_sentence(world: World, words: str) -> None:
    before = _incidents(world)
    said = Person(world, "UANA").types(f"/incident declare p1 {words}")
    if words:
        assert "Say" in said
    else:
        Person(world, "UANA").post("/client/close", view_id=Person(world, "UANA").view()["id"])
    assert _incidents(world) == before


def _topic(person: Person, channel: str) -> str:
    return str(_channel(person, channel)["topic"]["value"])


def _channel(person: Person, channel: str) -> dict[str, Any]:
    return next(c for c in person.channels() if c["id"] == channel)


def _has(message: dict[str, Any], *words: str) -> dict[str, Any] | None:
    return message if all(word in message["text"] for word in words) else None


def _incidents(world: World) -> list[str]:
    listed = world.terminal("list")
    assert listed.returncode == 0, listed.stderr
    return [line for line in listed.stdout.splitlines() if line.startswith("INC-")]
