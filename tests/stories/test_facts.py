"""Facts on the timeline: notes, pins, updates, severity, stages; read in Slack, exported as files, checked offline."""

import json

import httpx
import pytest

from tests.harness.actors import Seen, Story, declare
from tests.harness.criteria import CLOSING
from tests.harness.world import World, until

pytestmark = pytest.mark.story


def test_a_note_is_read_back_with_time_and_author(world: World) -> None:
    story = declare(world)
    assert story.ana.types("/incident note CPU at 100 % since 14:02", story.channel.id) == "Noted in the timeline."
    read = story.ben.types("/incident timeline", story.channel.id)
    assert "Ana" in read
    assert "CPU at 100 % since 14:02" in read


def test_a_pinned_message_keeps_what_it_said_when_it_is_edited_and_deleted(world: World) -> None:
    story = declare(world)
    ts = story.cy.says("error rate is *40 %* <@UBEN>", story.channel.id)
    story.ana.reacts("pushpin", ts, story.channel.id)
    story.channel.sees("Ana pinned what Cy wrote to the timeline")
    story.cy.post("/client/edit", channel=story.channel.id, ts=ts, text="error rate is 4 %")
    story.channel.sees("Cy edited a pinned message")
    story.cy.post("/client/delete", channel=story.channel.id, ts=ts)
    story.channel.sees("Cy deleted a pinned message")
    read = story.ben.types("/incident timeline", story.channel.id)
    assert read.index("error rate is *40 %* @Ben") < read.index("error rate is 4 %") < read.index("deleted")


def test_the_pin_shortcut_records_once_however_often(world: World) -> None:
    story = declare(world)
    ts = story.cy.says("the queue grows", story.channel.id)
    story.ana.shortcut("pin-to-timeline", channel=story.channel.id, message_ts=ts)
    story.channel.sees("Ana pinned what Cy wrote")
    story.ben.shortcut("pin-to-timeline", channel=story.channel.id, message_ts=ts)
    story.ben.reacts("pushpin", ts, story.channel.id)
    story.ana.post("/client/unreact", channel=story.channel.id, ts=ts, name="pushpin")
    story.ana.types("/incident note behind it", story.channel.id)
    assert story.ben.types("/incident timeline", story.channel.id).count("the queue grows") == 1


def test_an_update_goes_to_channel_announcement_and_managers(world: World) -> None:
    story = declare(world)
    said = story.ana.types("/incident update Half of Lyon can pay again. next in 20 min", story.channel.id)
    assert "goes to this channel, the announcement and the managers" in said
    for place in (story.channel, story.announcements, story.managers):
        place.sees("Half of Lyon can pay again.", "Next update by")
    assert story.channel.count("Half of Lyon can pay again.", "Update ·") == 1
    until("the card to say when", lambda: "Next update due" in story.card()["text"])


def test_lowering_a_severity_needs_evidence_and_reaches_the_managers(world: World) -> None:
    story = declare(world)
    said = story.ana.types("/incident severity p2", story.channel.id)
    assert "Lowering a severity needs evidence in words" in said
    assert "P2" in story.ana.types("/incident severity p2 because only Lyon is hit", story.channel.id)
    for place in (story.channel, story.managers):
        place.sees("changed the severity from P1 to P2", "only Lyon is hit")
    until("the topic", lambda: _topic(story).startswith("P2"))


def test_the_managers_get_the_timeline_at_each_stage_and_whole_at_the_end(world: World) -> None:
    story = declare(world, "p2 search is slow")
    channel = story.channel.id
    story.ben.types("/incident hat commander", channel)
    story.managers.sees(story.id, "what happened since the last stage", "took the incident commander hat")
    story.ana.types("/incident note the index is cold", channel)
    story.ana.types("/incident stage investigating because we look", channel)
    second = story.managers.sees(story.id, "what happened since the last stage", "the index is cold")
    assert "took the incident commander hat" not in json.dumps(second["blocks"])
    story.ana.types("/incident resolve the index is warm again", channel)
    story.managers.sees(story.id, "the whole timeline", "the index is cold", "the index is warm again")
    assert "can't be followed by" in story.ana.types("/incident stage triage", channel)
    story.ben.types("/incident stage post-mortem", channel)
    assert "Closed asks for" in story.ben.types("/incident close because the review is written", channel)
    for name, line in CLOSING:
        said = getattr(story, name).types(f"/incident {line}", channel)
        assert "asks" not in said, said
    assert "Closed" in story.ben.types("/incident close because the review is written", channel)
    assert "is closed. Its timeline stands as it is" in story.ana.types("/incident note too late", channel)


def test_every_format_is_uploaded_and_the_json_one_verifies_offline(world: World) -> None:
    story = declare(world, "p2 exports")
    channel = story.channel.id
    story.ana.types("/incident note <b>bold</b> words & more", channel)
    files = {}
    for word in ("md", "html", "json", "csv"):
        assert "the file comes to the incident's channel" in story.ana.types(f"/incident export {word}", channel)
        (file,) = _file(story, word)["files"]
        files[word] = httpx.get(file["url_private"], headers={"Authorization": "Bearer xoxb-local"}).raise_for_status()
    assert "words &amp; more" in files["md"].text
    assert "&lt;b&gt;bold&lt;/b&gt; words &amp; more" in files["html"].text
    assert "<b>bold</b> words & more" in files["csv"].text
    path = world.folder / "timeline.json"
    path.write_bytes(files["json"].content)
    good = world.muster("verify", str(path))
    assert good.returncode == 0, good.stderr
    path.write_bytes(files["json"].content.replace(b"words & more", b"words & less"))
    bad = world.muster("verify", str(path))
    assert bad.returncode == 1
    assert "There are: " in story.ana.types("/incident export pdf", channel)


def test_the_forms_behind_the_card_do_what_their_words_do(world: World) -> None:
    story = declare(world, "p2 forms")
    ana, channel = story.ana, story.channel.id
    ana.clicks("Update", on=story.card(), channel=channel)
    assert ana.submits(text="We are on it", next="45")["ok"]
    story.managers.sees("We are on it")
    ana.clicks("Severity", on=story.card(), channel=channel)
    assert "evidence" in str(ana.submits(to="p3", because="")["errors"]["because"])
    assert ana.submits(to="p3", because="nobody is hit")["ok"]
    story.channel.sees("changed the severity from P2 to P3", "nobody is hit")
    ana.opens("/incident note", channel)
    assert ana.submits(text="seen in the logs")["ok"]
    ana.opens("/incident hat", channel)
    assert ana.submits(hat="investigator")["ok"]
    story.channel.sees("Ana", "took the investigator hat")
    ana.opens("/incident export", channel)
    assert ana.submits(format="csv")["ok"]
    _file(story, "csv")
    ana.opens("/incident propose", channel)
    picked = ana.pick("runbook", "scale-checkout")
    assert any(block["block_id"] == "scale-checkout:instances" for block in picked["blocks"])
    wrong = ana.submits(**{"scale-checkout:instances": "99"})
    assert "20" in str(wrong.get("errors"))
    ana.post("/client/close", view_id=ana.view()["id"])
    ana.clicks("Resolve", on=story.card(), channel=channel)
    assert ana.submits(text="It was the cache")["ok"]
    story.managers.sees(story.id, "the whole timeline", "It was the cache")


def _topic(story: Story) -> str:
    return next(str(c["topic"]["value"]) for c in story.ana.channels() if c["id"] == story.channel.id)


def _file(story: Story, ending: str) -> Seen:
    """Wait for a message with such a file."""

    def look() -> Seen | None:
        with_files = (m for m in story.channel.messages() if m.get("files"))
        return next((m for m in with_files if m["files"][0]["name"].endswith(f".{ending}")), None)

    return until(f"a file .{ending}", look)
