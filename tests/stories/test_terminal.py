"""The terminal: the same verbs on the same rules, also while Slack is away; when it is back, all arrives once."""

import re

import httpx
import pytest

from tests.harness.actors import Person, declare, join
from tests.harness.world import World

pytestmark = pytest.mark.story


def test_the_terminal_speaks_the_same_grammar_on_the_same_rules(world: World) -> None:
    story = declare(world, "p1 typed in two places")
    story.ben.types("/incident list")
    said = world.terminal("--in", story.id, "hat", "commander", by="ben")
    assert said.returncode == 0, said.stderr
    story.channel.sees("Ben", "took the incident commander hat")
    refused = world.terminal("--in", story.id, "commander", by="UCY")
    assert refused.returncode == 1
    assert "Ben wears the incident commander hat" in refused.stderr
    world.terminal("--in", story.id, "note", "seen from a terminal", by="UCY")
    assert "seen from a terminal" in story.ana.types("/incident timeline", story.channel.id)
    assert "seen from a terminal" in world.terminal("--in", story.id, "timeline").stdout
    assert world.terminal("--in", story.id, "update").returncode == 2
    assert "Did you mean" in world.terminal("reslove").stderr
    assert world.terminal("--in", "INC-99999", "note", "x").returncode == 1
    assert "Use your Slack id" in world.terminal("list", by="nobody-known").stderr


def test_what_happens_while_slack_is_stopped_arrives_once_and_in_order(mortal_world: World) -> None:
    world = mortal_world
    ana, ben, cy = (Person(world, id_) for id_ in ("UANA", "UBEN", "UCY"))
    story = declare(world, "p1 before the outage")
    world.kill("slack")
    assert world.terminal("declare", "p1", "during the outage").returncode == 0
    during = world.terminal("list").stdout.splitlines()[-1].split()[0]
    for number in range(5):
        assert world.terminal("--in", story.id, "update", f"update number {number}").returncode == 0
    assert world.terminal("--in", story.id, "hat", "commander", by="UBEN").returncode == 0
    assert world.terminal("--in", during, "hat", "commander", by="UCY").returncode == 0
    world.start("slack")
    other = join(world, during, ana, ben, cy)
    other.channel.sees("Cy", "took the incident commander hat")
    story.channel.sees("Ben", "took the incident commander hat")
    for place in (story.channel, story.announcements, story.managers):
        place.sees("update number 4")
        heard = [m["text"] for m in place.messages() if "Next update by" in m["text"]]
        assert [n for text in heard for n in range(5) if f"number {n}" in text] == [0, 1, 2, 3, 4]
    assert story.announcements.count("during the outage", "P1 ·") == 1
    assert other.channel.count("took the incident commander hat") == 1
    ben.direct(story.id, "incident commander", "Never")


def test_the_timeline_tells_what_is_worth_telling_and_in_which_zone(world: World) -> None:
    httpx.post(world.url("checkout") + "/reset")
    story = declare(world, "p2 checkout is slow")
    story.ana.types("/incident propose scale-checkout instances=4", story.channel.id)
    story.channel.sees("verified: the signal stayed healthy")
    *_, told, last = world.terminal("--in", story.id, "timeline", TZ="JST-9").stdout.splitlines()
    assert " Muster verified “Scale checkout to 4 instances” (m1)" in told
    counted = re.fullmatch(r"(\d+) events, times in JST; (\d+) left out: starts of steps, .*", last)
    assert counted is not None, last
    assert int(counted[2]) >= 2, "each of the steps was started"
