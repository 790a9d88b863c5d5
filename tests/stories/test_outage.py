"""What Slack could not take at first is taken later, once, wherever it goes."""

import httpx
import pytest

from tests.harness.actors import declare
from tests.harness.world import World, until

pytestmark = pytest.mark.story


def test_what_was_refused_for_a_moment_comes_to_where_it_was_meant(mortal_world: World) -> None:
    """Posting again looks for the first try: in a channel that the bot is not in yet, and in a direct message."""
    story = declare(mortal_world, "p1 it is odd")  # nobody is on call for it: a hat moves it on
    direct = story.ben.post("/client/dm", **{"with": "UMUSTER"})["channel"]["id"]
    faults = [
        {"kind": "status", "status": 503, "method": "chat.postMessage", "channel": channel, "times": 1}
        for channel in ("CMANAGERS", direct)
    ]
    httpx.post(mortal_world.url("slack") + "/control/faults", json={"faults": faults})
    story.ben.types("/incident hat commander", story.channel.id)
    story.managers.sees("took the incident commander hat")
    until("the brief", lambda: [m for m in story.ben.direct_messages() if "You wear" in m["text"]])
    assert story.managers.count("what happened since the last stage") == 1
    assert len([m for m in story.ben.direct_messages() if "You wear" in m["text"]]) == 1
    assert story.channel.count("Slack refused") == 0
