"""Redis (AOF always) is killed and started again: what was answered is there, and nobody else needs a restart."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from bot.domain.incident.events import NoteAdded
from bot.store.keys import Keys
from bot.store.read_models import RedisHeartbeats
from bot.wiring import SystemClock
from tests.harness import signed
from tests.harness.actors import Seen, Story, buttons, declare
from tests.harness.wired import Truth, WiredWorld
from tests.harness.world import until

pytestmark = pytest.mark.crash

WRITERS = 4


def all_live(wired: WiredWorld) -> bool:
    return all(process.poll() is None for process in wired.running.values())


def with_button(story: Story, button: str) -> Seen | None:
    return next((message for message in story.channel.messages() if button in buttons(message)), None)


def complaints(wired: WiredWorld, name: str) -> int:
    return (wired.folder / f"{name}.log").read_text().count("the store is out of reach")


def test_while_many_people_write(wired: WiredWorld, truth: Truth) -> None:
    story = declare(wired)
    before = dict(wired.running)
    noted: list[str] = []
    refused: list[str] = []
    enough, stopped = threading.Event(), threading.Event()

    def write(who: int) -> None:
        n = 0
        while not stopped.is_set():
            n += 1
            text = f"seen {who}/{n}"
            answer = signed.send(wired, signed.command(f"note {text}", channel=story.channel.id))
            assert answer.status_code == 200, answer.text
            said = answer.json()["text"]
            (noted if said == "Noted in the timeline." else refused).append(text)
            if said != "Noted in the timeline.":
                assert "I can't reach my record right now" in said
            if len(noted) > 100:
                enough.set()

    with ThreadPoolExecutor() as pool:
        writers = [pool.submit(write, who) for who in range(WRITERS)]
        assert enough.wait(60)
        wired.redis.kill()
        until("somebody to hear of it", lambda: refused)
        wired.redis.start()
        count = len(noted)
        until("people to go on", lambda: len(noted) > count + 20)
        stopped.set()
        for writer in writers:
            writer.result()
    texts = [event.text for event in truth.events(story.id) if isinstance(event, NoteAdded)]
    assert len(texts) == len(set(texts))
    assert set(noted) <= set(texts)
    assert set(texts) <= {*noted, *refused}, "a note whose answer was lost may be there; nobody was told that it is not"
    truth.is_whole(story.id)
    assert wired.running == before
    assert all_live(wired)


def test_in_the_middle_of_a_run(wired: WiredWorld, truth: Truth) -> None:
    story = declare(wired)
    with wired.checkout_wire.hold("-plan-1-", answer=True) as hold:
        story.ana.types("/incident propose restart-checkout", story.channel.id)
        story.channel.asks("Approve")  # once its dry run has answered
        story.ben.types("/incident approve", story.channel.id)
        hold.wait()
        wired.redis.kill()
        hold.let_go()
        wired.redis.start()
    truth.comes("mitigation.verified", story.id)
    truth.is_whole(story.id)
    assert httpx.get(wired.url("checkout") + "/admin/calls").json()["actions"] == {"traffic": 2, "restart": 1}
    assert all_live(wired)


def test_every_process_is_heard_of_again(wired: WiredWorld, truth: Truth) -> None:
    heartbeats = RedisHeartbeats(truth.client, Keys(), SystemClock())
    until("every heart to beat", lambda: {"worker", "clock"} <= heartbeats.last().keys())
    noticed = {name: complaints(wired, name) for name in ("worker", "clock")}
    wired.redis.kill()
    died = SystemClock().now()
    until("both to notice", lambda: all(complaints(wired, name) > count for name, count in noticed.items()))
    wired.redis.start()
    until("both to beat again", lambda: all(heartbeats.last()[name] > died for name in noticed))
    assert all_live(wired)


def test_workers_and_clock_that_start_before_it_wait_for_it(wired: WiredWorld, truth: Truth) -> None:
    """After a power cut all start at once, and Redis needs longest: it reads its file."""
    story = declare(wired)
    noticed = {name: complaints(wired, name) for name in ("worker", "clock")}
    for name in noticed:
        wired.kill(name)
    wired.redis.kill()
    for name in noticed:
        wired.start(name)
    until("both to notice", lambda: all(complaints(wired, name) > count for name, count in noticed.items()))
    wired.redis.start()
    story.ana.types("/incident update all is back", story.channel.id)
    story.channel.sees("all is back")
    truth.is_whole(story.id)
    assert all_live(wired)


@pytest.mark.parametrize("how", ["gone", "hung"])
def test_people_hear_of_it_in_words_before_slack_gives_up(wired: WiredWorld, truth: Truth, how: str) -> None:
    """The local Slack gives up after three seconds, as the real one does, and then shows its own error instead."""
    story = declare(wired)
    story.ana.types("/incident propose restart-checkout", story.channel.id)
    asks = until("the approval message", lambda: with_button(story, "Approve"))
    story.ana.types("/incident note", story.channel.id)
    end, again = (wired.redis.kill, wired.redis.start) if how == "gone" else (wired.redis.pause, wired.redis.go_on)
    end()
    try:
        assert "I can't reach my record right now" in story.ana.types("/incident list", story.channel.id)
        assert story.ana.submits(text="all quiet")["errors"]
        story.ben.clicks("Approve", on=asks, channel=story.channel.id)
        assert httpx.get(wired.url("web") + "/readyz", timeout=10).status_code == 503
    finally:
        again()
    until("the store to be back", lambda: httpx.get(wired.url("web") + "/readyz", timeout=10).status_code == 200)
    story.ben.types("/incident approve", story.channel.id)
    truth.comes("mitigation.verified", story.id)
    truth.is_whole(story.id)
