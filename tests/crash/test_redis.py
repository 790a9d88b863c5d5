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
from tests.harness.actors import declare
from tests.harness.wired import Truth, WiredWorld
from tests.harness.world import until

pytestmark = pytest.mark.crash

WRITERS = 4


def all_live(world: WiredWorld) -> bool:
    return all(process.poll() is None for process in world.running.values())


def test_while_many_people_write(world: WiredWorld, truth: Truth) -> None:
    story = declare(world)
    before = dict(world.running)
    noted: list[str] = []
    refused: list[str] = []
    enough, stopped = threading.Event(), threading.Event()

    def write(who: int) -> None:
        n = 0
        while not stopped.is_set():
            n += 1
            text = f"seen {who}/{n}"
            answer = signed.send(world, signed.command(f"note {text}", channel=story.channel.id))
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
        world.redis.kill()
        until("somebody to hear of it", lambda: refused)
        world.redis.start()
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
    assert world.running == before
    assert all_live(world)


def test_in_the_middle_of_a_run(world: WiredWorld, truth: Truth) -> None:
    story = declare(world)
    with world.checkout_wire.hold("POST /admin/restart", answer=True) as hold:
        story.ana.types("/incident propose restart-checkout", story.channel.id)
        story.ben.types("/incident approve", story.channel.id)
        hold.wait()
        world.redis.kill()
        hold.let_go()
        world.redis.start()
    until("the proof", lambda: "mitigation.verified" in truth.types(story.id))
    truth.is_whole(story.id)
    assert httpx.get(world.url("checkout") + "/admin/calls").json()["actions"] == {"traffic": 2, "restart": 1}
    assert all_live(world)


def test_every_process_is_heard_of_again(world: WiredWorld, truth: Truth) -> None:
    heartbeats = RedisHeartbeats(truth.client, Keys(), SystemClock())
    until("every heart to beat", lambda: {"worker", "clock"} <= heartbeats.last().keys())
    world.redis.kill()
    died = SystemClock().now()
    until("the clock to notice", lambda: "out of reach" in world.log("clock"))
    world.redis.start()
    for name in ("worker", "clock"):
        until(f"{name} to beat again", lambda name=name: heartbeats.last()[name] > died)
    assert all_live(world)
