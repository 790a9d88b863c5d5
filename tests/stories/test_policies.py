"""Manifests are edited while Muster runs: what is open keeps its policy, what is new has the new one, and says so."""

import os
import re
import signal
from collections.abc import Iterator
from functools import partial

import httpx
import pytest

from bot.domain.incident.events import PolicyAdopted, ReminderGiven
from tests.harness.actors import Person, Place, Story, all_text, declare
from tests.harness.wired import Truth
from tests.harness.world import World, children, until

pytestmark = pytest.mark.story


class EditedWorld(World):
    """An installation whose manifests somebody edits, and whose audit looks each second."""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"HEARTBEAT_EVERY": "1"}

    def edits(self, name: str, *changes: tuple[str, str]) -> None:
        file = self.manifests / name
        text = file.read_text()
        for before, after in changes:
            assert before in text, before
            text = text.replace(before, after)
        file.write_text(text)

    def has_recovered(self, name: str) -> bool:
        """Say whether a process has logged mistakes, once, and since then that it read manifests without any."""
        log = (self.folder / f"{name}.log").read_text()
        _, *since = log.split("manifests have mistakes, the last good ones stay in force")
        assert len(since) == 1
        return since[0].count("manifests read anew version=") == 1

    @property
    def ops(self) -> Place:
        return Place(Person(self, "UMO"), "COPS")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EditedWorld]:
    world = EditedWorld(tmp_path_factory.mktemp("policies") / "world")
    world.start_all()
    yield world
    world.stop()


@pytest.fixture
def record(world: EditedWorld) -> Iterator[Truth]:
    truth = Truth(world)
    yield truth
    truth.close()


def stages(story: Story) -> str:
    """What is said about a stage that there is not: those that there are."""
    return story.ben.types("/incident stage xyzzy", story.channel.id)


def reminded(record: Truth, incident: str) -> bool:
    return any(isinstance(event, ReminderGiven) for event in record.events(incident))


TRIAGE = "  - {from: triage, to: investigating, criteria: warn}\n"
MOVES = "  - {from: triage, to: containment}\n  - {from: containment, to: resolved}\n"
STAGE = "  containment: {title: Contain it, purpose: mitigating}\n"
B = (
    ("sla_minutes: 60", "sla_minutes: 45"),
    ("  mitigating:\n", f"{STAGE}  mitigating:\n"),
    (TRIAGE, TRIAGE + MOVES),
    ("    no_activity: {after: 7d, every: 45m", "    no_activity: {after: 1s, every: 45m"),
)
"""P2 is mitigated sooner, there is one stage more, and whoever does nothing is reminded at once."""


def test_an_open_incident_keeps_its_policy_until_it_is_moved(world: EditedWorld, record: Truth) -> None:
    old = declare(world, "p2 the search is slow")
    began = record.state(old.id).policy
    world.edits("workflows/hybrid.yaml", *B)
    until("the edit to hold", lambda: "In force for it now" in old.ana.types("/incident policy", old.channel.id))
    new = declare(world, "p2 carts are empty")
    edited = record.state(new.id).policy
    assert edited != began
    assert "containment" in stages(new)
    new.channel.sees("Nothing has happened in")
    until("the topic", lambda: "45 min" in topic(new))

    # The one from before keeps what it has

    assert "containment" not in stages(old)
    assert not reminded(record, old.id)
    shown = old.cy.types("/incident policy", old.channel.id)
    assert f"goes by hybrid {began[:12]}" in shown
    assert f"In force for it now: hybrid {edited[:12]}" in shown
    assert "severities.p2.sla_minutes: 60 → 45" in shown
    assert "stages.containment: new, title Contain it, purpose mitigating" in shown
    assert "moves.triage → containment: new" in shown
    assert "reminders.p2.no_activity.after: 7d → 1s" in shown

    # Until it is moved

    assert "Take a hat first" in old.cy.types("/incident policy adopt because I like it", old.channel.id)
    old.ben.types("/incident hat commander", old.channel.id)
    assert "Only the incident commander" in old.ana.types("/incident policy adopt because x", old.channel.id)
    old.ben.types("/incident policy", old.channel.id)
    overview = next(m for m in reversed(old.ben.messages(old.channel.id)) if m.get("is_ephemeral"))
    old.ben.clicks("Adopt …", on=overview, channel=old.channel.id)
    assert old.ben.submits(because="the SLA of today holds")["ok"]
    old.channel.sees("Ben", f"from the policy hybrid {began[:12]} to hybrid {edited[:12]}: the SLA of today holds")
    until("the card", lambda: "policy adopted" in str(old.card()))
    old.channel.sees("Nothing has happened in")
    assert "containment" in stages(old)
    until("the topic", lambda: "45 min" in topic(old))
    (moved,) = [event for event in record.events(old.id) if isinstance(event, PolicyAdopted)]
    assert (moved.by, moved.before, moved.to) == ("UBEN", began, edited)
    assert "which is in force" in old.ana.types("/incident policy", old.channel.id)


def test_a_bad_edit_leaves_everything_running_and_is_told_until_it_is_mended(world: EditedWorld, record: Truth) -> None:
    before = record.state(declare(world, "p2 prices are odd").id).policy
    gone = "  - {from: mitigating, to: investigating"
    world.edits("workflows/hybrid.yaml", (gone, gone.replace("investigating", "investigatin")))
    told = world.ops.sees("Manifests were edited and have mistakes", "manifests/workflows/hybrid.yaml:")
    assert "no stage is called “investigatin”" in all_text(told)
    doctor = world.muster("doctor")
    assert doctor.returncode == 1
    assert "✗ manifests/workflows/hybrid.yaml:" in doctor.stdout
    assert "→ Did you mean “investigating”?" in doctor.stdout
    assert "What runs goes on with the last good ones." in doctor.stdout
    killed = children(world.running["worker"].pid)
    for hand in killed:
        os.kill(hand, signal.SIGKILL)
    during = declare(world, "p2 images are blurred")  # whose channel a worker opens
    assert not set(killed) & set(children(world.running["worker"].pid)), "others have taken their place"
    assert record.state(during.id).policy == before, "new incidents go by the last good one"
    world.edits("workflows/hybrid.yaml", (gone.replace("investigating", "investigatin"), gone))
    over = world.ops.sees("✓ All is well again", "no stage is called “investigatin”")
    assert over["ts"] == told["ts"], "the message is edited"
    for process in ("web", "worker", "clock"):
        until(f"{process} to have read it", partial(world.has_recovered, process))


def topic(story: Story) -> str:
    workspace = httpx.get(story.world.url("slack") + "/control/state").json()
    return str(next(channel for channel in workspace["Channel"] if channel["id"] == story.channel.id)["topic"])


def test_workers_go_by_an_edited_catalogue_and_the_terminal_moves_an_incident_to_another_workflow(
    world: EditedWorld, record: Truth
) -> None:
    text = (world.manifests / "workflows" / "hybrid.yaml").read_text()
    text = re.sub(r"(?<=from: )triage|(?<=to: )triage|(?<=\[)triage|(?<=7d, )triage", "look", text)
    (world.manifests / "workflows" / "looking.yaml").write_text(
        text.replace("  triage:\n", "  look:\n    purpose: triage\n")
    )
    search, invoices = "  title: Catalogue search\n", "  title: Invoice e-mails\n"
    world.edits(
        "services.yaml", (search, f"{search}  channels: [ops]\n"), (invoices, f"{invoices}  workflow: looking\n")
    )

    def is_told() -> bool:
        """Declare another one, for a worker to tell of it where the catalogue says."""
        story = declare(world, "p3 catalog-search finds nothing")
        until("who is called", lambda: {"oncall.nobody", "escalation.called"} & {*record.types(story.id)})
        return world.ops.message(story.id, "hears of Catalogue search") is not None

    until("a worker with the new catalogue", is_told)
    until("a service's own workflow", lambda: "look" in stages(declare(world, "p3 invoice-mailer is late")))
    story = declare(world, "p2 checkout is odd")
    began = record.state(story.id).policy
    story.ana.types("/incident hat commander", story.channel.id)
    shown = world.terminal("--in", story.id, "policy")
    assert f"It goes by hybrid {began[:12]}, which is in force." in shown.stdout
    more = world.terminal("--in", story.id, "policy", "adopt")
    assert more.stdout.splitlines()[1:] == ["  hybrid", "  linear", "  looking", "  streaming"]
    refused = world.terminal("--in", story.id, "policy", "adopt", "looking", "because", "of", "compliance")
    assert refused.returncode == 1
    assert "muster incident policy adopt looking to look because …" in refused.stderr
    moved = world.terminal("--in", story.id, "policy", "adopt", "looking", "to", "look", "because", "of", "compliance")
    assert "This incident goes by looking" in moved.stdout, moved.stderr
    state = record.state(story.id)
    assert (state.stage.id, state.policy != began) == ("look", True)
    shown = world.terminal("--in", story.id, "policy")
    assert "In force for it now: hybrid" in shown.stdout
    assert "stages.look: gone" in shown.stdout
    near = story.ana.types("/incident policy adopt hibrid because of a slip", story.channel.id)
    assert "Did you mean “hybrid”?" in near
