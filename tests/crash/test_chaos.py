"""People who do anything and are called, Slack that fails, processes that die: afterwards all is there, in order."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest

from bot.domain.incident.events import NoteAdded, UpdatePosted
from tests.harness.actors import Person, RefusedError, Story, buttons, declare
from tests.harness.wired import Truth, WiredWorld

pytestmark = pytest.mark.crash

SECONDS = 15
CROWD = ("UANA", "UBEN", "UCY", "UDEE")
WORDS = (
    "", "list", "timeline", "export json", "export markdown", "note saw {n}", "update we look into it, {n}",
    "severity p1", "severity p2 because {n} fewer", "stage investigating because {n}",
    "hat commander", "hat first-responder", "hat release commander", "hand-over commander <@UBEN>", "accept", "decline",
    "propose restart-checkout", "propose scale-checkout instances={instances}", "approve", "reject because {n}",
    "withdraw", "stop", "rollback",
    "page discovery now because {n}", "page payments now because {n}", "page <@UDEE> now because {n}",
    "ack", "take-over", "not-me <@UCY> because {n}", "not-me <@UDEE>", "escalate", "escalate because {n}",
)  # fmt: skip
BUTTONS = {
    "Approve", "Reject", "Withdraw", "Stop", "Roll back", "Take this hat", "Acknowledge", "Take over", "Escalate now",
}  # fmt: skip
TWICE = {"kind": "duplicate_delivery"}
"""All along: whatever people do, Slack tells it twice."""
FAULTS = (
    {"kind": "ratelimited", "retry_after": 1, "times": 3},
    {"kind": "status", "status": 503, "times": 5},
    {"kind": "lost_reply", "times": 8},
    {"kind": "down", "times": 10},
    {"kind": "late_delivery", "delay": 0.5, "times": 3},
)


def does_something(person: Person, story: Story, chance: random.Random, n: int) -> None:
    """Click, pin or type; what is refused is refused."""
    channel = story.channel.id
    offered = [
        (message, button)
        for message in person.messages(channel)[-8:]
        for button in BUTTONS & set(buttons(message) if message.get("blocks") else ())
    ]
    dice = chance.random()
    if offered and dice < 0.3:
        message, button = chance.choice(offered)
        person.clicks(button, on=message, channel=channel)
    elif dice < 0.4:
        person.reacts("pushpin", person.says(f"look, {person.id} {n}", channel), channel)
    else:
        line = chance.choice(WORDS).format(n=f"{person.id} {n}", instances=chance.randint(1, 9))
        assert "Something went wrong" not in person.types(f"/incident {line}", channel)
    for view in person.get("/client/views")["stack"]:
        person.post("/client/close", view_id=view["id"])


def somebody(world: WiredWorld, id_: str, stories: Sequence[Story], over: threading.Event) -> Callable[[], None]:
    """Somebody busy in all incidents until it is over; while the local Slack is dead they wait for it."""

    def live() -> None:
        person, chance, n = Person(world, id_), random.Random(id_), 0
        while not over.wait(chance.uniform(0.02, 0.3)):
            n += 1
            with suppress(RefusedError):  # Slack says that it didn't work, and a person goes on
                does_something(person, chance.choice(stories), chance, n)

    return live


def test_anything_may_happen(wired: WiredWorld, truth: Truth) -> None:
    stories = [declare(wired, f"p{grade} checkout is odd") for grade in (1, 2)]
    for id_ in CROWD:
        for story in stories:
            Person(wired, id_).post("/client/join", channel=story.channel.id)
    over, failures = threading.Event(), list[BaseException]()
    crowd = [threading.Thread(target=catching(somebody(wired, id_, stories, over), failures)) for id_ in CROWD]
    wired.slack_fails(TWICE)
    for thread in crowd:
        thread.start()
    chance, end = random.Random(1), time.monotonic() + SECONDS
    while time.monotonic() < end:
        time.sleep(chance.uniform(0.2, 1))
        if chance.random() < 0.6:
            wired.slack_fails(TWICE, chance.choice(FAULTS))
            continue
        match chance.choice(("worker", "web", "clock", "redis")):
            case "redis":
                wired.redis.kill()
                time.sleep(chance.uniform(0, 1))
                wired.redis.start()
            case name:
                wired.kill(name)
                time.sleep(chance.uniform(0, 1))
                wired.start(name)
    wired.slack_fails()
    over.set()
    for thread in crowd:
        thread.join()
    assert failures == []
    for story in stories:
        story.ana.types("/incident ack", story.channel.id)
        assert not truth.is_calling(story.id)
        truth.is_whole(story.id)
        said = [event.text for event in truth.events(story.id) if isinstance(event, NoteAdded | UpdatePosted)]
        assert len(said) == len(set(said)), "each was said once"
        assert truth.state(story.id).troubles == ()


def catching(act: Callable[[], None], failures: list[BaseException]) -> Callable[[], None]:
    """Keep what goes wrong in a thread, for the test to see."""

    def guarded() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - the test raises it
            failures.append(error)

    return guarded
