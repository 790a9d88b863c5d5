"""Web is killed between the record and the answer; whoever asked asks again, and it is one fact."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.harness import signed
from tests.harness.actors import Person, RefusedError, declare, join
from tests.harness.wired import Truth, WiredWorld
from tests.harness.world import until

pytestmark = pytest.mark.crash


def test_a_command_that_was_recorded_and_never_answered(wired: WiredWorld, truth: Truth) -> None:
    story = declare(wired)
    until("workers to have done all", lambda: not truth.outbox.waiting())
    story.ana.types("/incident note it begins", story.channel.id)  # web knows how it stands: the next one loses no race
    until("workers to have done all", lambda: not truth.outbox.waiting())
    body = signed.command("note the disk is full", channel=story.channel.id)
    with ThreadPoolExecutor() as pool, wired.redis_wire.hold("the disk is full", answer=True) as hold:
        asked = pool.submit(signed.send, wired, body)
        hold.wait()
        wired.kill("web")
        with pytest.raises(httpx.HTTPError):
            asked.result()
    assert truth.types(story.id).count("note.added") == 2
    wired.start("web")
    again = signed.send(wired, body, retry=1)
    assert again.json()["text"] == "Noted in the timeline."
    assert truth.types(story.id).count("note.added") == 2
    truth.is_whole(story.id)


def test_a_command_that_never_reached_the_record(wired: WiredWorld, truth: Truth) -> None:
    story = declare(wired)
    body = signed.command("note the disk is empty", channel=story.channel.id)
    with ThreadPoolExecutor() as pool, wired.redis_wire.hold("the disk is empty") as hold:
        asked = pool.submit(signed.send, wired, body)
        hold.wait()
        wired.kill("web")
        with pytest.raises(httpx.HTTPError):
            asked.result()
    assert "note.added" not in truth.types(story.id)
    wired.start("web")
    assert signed.send(wired, body, retry=1).json()["text"] == "Noted in the timeline."
    assert truth.types(story.id).count("note.added") == 1


def test_a_form_that_declares(wired: WiredWorld, truth: Truth) -> None:
    ana, ben, cy = (Person(wired, id_) for id_ in ("UANA", "UBEN", "UCY"))
    ana.types("/incident declare")
    words = "the search finds nothing"
    with ThreadPoolExecutor() as pool, wired.redis_wire.hold(words, answer=True) as hold:
        sent = pool.submit(ana.submits, title=words)
        hold.wait()
        wired.kill("web")
        with pytest.raises(RefusedError):  # Slack says that it did not work, and keeps the form
            sent.result()
    wired.start("web")
    assert ana.submits(title=words).get("ok")
    (incident,) = [id_ for id_ in truth.store.recent(50) if truth.state(id_).title == words]
    join(wired, incident, ana, ben, cy)
    truth.is_whole(incident)


def test_an_event_that_was_recorded_and_never_answered(wired: WiredWorld, truth: Truth) -> None:
    story = declare(wired)
    ts = story.ana.says("look at the disk", story.channel.id)
    with wired.redis_wire.hold("fetch-pin", answer=True) as hold:
        story.ben.reacts("pushpin", ts, story.channel.id)
        hold.wait()
        wired.kill("web")
    wired.start("web")  # Slack tells it again by itself
    truth.comes("message.pinned", story.id)
    truth.is_whole(story.id)
    assert truth.types(story.id).count("message.pinned") == 1
