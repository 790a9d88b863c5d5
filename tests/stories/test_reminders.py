"""Reminders: told in the channel, ended by what they ask for, put off by whoever wants, and not lost with a clock."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from bot.domain.incident.events import ReminderGiven, ReminderHeld
from bot.store.keys import Keys
from bot.store.read_models import RedisHeartbeats
from bot.wiring import SystemClock
from tests.harness.actors import Person, Seen, Story, all_text, buttons, declare, join
from tests.harness.wired import Truth
from tests.harness.world import World, until

pytestmark = pytest.mark.story

HASTY = """
reminders:
  p1:
    no_commander: {after: 1s, every: 8s, most: 2, night: ping}
  p2:
    no_activity: {after: 1s, every: 1d, night: ping}
    update_overdue: {after: 7d}
    offer_waits: {after: 1s, every: 1d, night: silent}
  p3:
    no_activity: {after: 1s, every: 1d}
    offer_waits: {after: 1s, every: 1d, night: wait}
"""
"""P1 to be asked and answered, P2 to be put off, P3 to be told once; P4 is left in peace until somebody edits this."""


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An installation that reminds within seconds, in which Cy's quiet hours never end."""
    world = World(tmp_path_factory.mktemp("hasty"))
    workflow = world.manifests / "workflows" / "hybrid.yaml"
    workflow.write_text(workflow.read_text().partition("\nreminders:")[0] + HASTY)
    book = world.manifests / "oncall"
    for file in book.glob("*.yaml"):
        always = 'cy: {quiet: ["mon-sun 00:00-24:00"], '
        file.write_text(file.read_text().replace("  cy: {", f"  {always}"))
    world.start_all()
    yield world
    world.stop()


@pytest.fixture
def record(hasty: World) -> Iterator[Truth]:
    truth = Truth(hasty)
    yield truth
    truth.close()


def declared_by_ben(world: World) -> Story:
    """Ana is on call for checkout, and has not done anything yet."""
    ana, ben, cy = (Person(world, id_) for id_ in ("UANA", "UBEN", "UCY"))
    incident = ben.types("/incident declare p1 checkout is down").split()[0]
    return join(world, incident, ana, ben, cy)


def given(record: Truth, incident: str) -> list[ReminderGiven]:
    return [event for event in record.events(incident) if isinstance(event, ReminderGiven)]


def replies(story: Story, to: Seen) -> list[str]:
    """What stands in the thread of a message."""
    workspace = httpx.get(story.world.url("slack") + "/control/state").json()
    return [m["text"] for m in workspace["Message"] if m["thread_ts"] == to["ts"] != m["ts"]]


def test_a_missing_commander_is_asked_for_by_one_message_that_its_button_ends(hasty: World, record: Truth) -> None:
    story = declared_by_ben(hasty)
    asked = story.channel.sees("Nobody commands", "<@UANA>", "take the hat")
    assert buttons(asked) == ["Take this hat", "Snooze 15 min", "Stop for this incident"]
    last = story.channel.sees("Nobody commands", "That was the last reminder of it", "Asked were: Ana")
    assert last["ts"] == asked["ts"], "the message is edited"
    until("the ping in its thread", lambda: any("<@UANA> Nobody commands" in text for text in replies(story, asked)))
    story.ana.clicks("Take this hat", on=last, channel=story.channel.id)
    ended = story.channel.sees("✓ Ana", "took the commander's hat after")
    assert ended["ts"] == asked["ts"]
    assert buttons(ended) == []
    assert story.channel.count("Nobody commands") == 0
    assert [(event.number, event.to) for event in given(record, story.id)] == [(1, ("UANA",)), (2, ("UANA",))]


def test_a_reminder_can_be_snoozed_and_stopped_and_let_come_again(hasty: World, record: Truth) -> None:
    story = declare(hasty, "p2 search is slow")
    told = story.channel.sees("Nothing has happened in")
    story.ben.clicks("Snooze 15 min", on=told, channel=story.channel.id)
    snoozed = story.channel.sees("Nothing has happened in", "Snoozed by Ben")
    due = story.ana.types("/incident remind", story.channel.id)
    assert "no activity (`no-activity`): due" in due
    assert "snoozed by Ben" in due
    assert "update overdue (`update-overdue`): due" in due
    assert "Update overdue: no reminder for 30 min." in story.cy.types("/incident snooze 30m update", story.channel.id)
    story.cy.clicks("Stop for this incident", on=snoozed, channel=story.channel.id)
    story.channel.sees("Cy", "stopped this reminder for")
    assert "stopped by Cy" in story.ana.types("/incident remind", story.channel.id)
    assert "There is no reminder “lunch”" in story.ana.types("/incident remind stop lunch", story.channel.id)
    assert "Did you mean “update”?" in story.ana.types("/incident snooze updat", story.channel.id)
    assert "a minute at least" in story.ana.types("/incident snooze 0m", story.channel.id)
    assert "I don't know what to do about “me”" in story.ana.types("/incident remind me", story.channel.id)
    assert "reminders come again" in story.ana.types("/incident remind start no-activity", story.channel.id)
    assert "stopped by" not in story.ana.types("/incident remind", story.channel.id)
    assert [event.number for event in given(record, story.id)] == [1]
    story.ben.types("/incident resolve search is quick again", story.channel.id)
    ended = story.channel.sees("is over: no more reminders")
    assert (ended["ts"], buttons(ended)) == (told["ts"], [])


def test_the_terminal_shows_and_puts_off_the_same_reminders(hasty: World) -> None:
    story = declare(hasty, "p1 carts are empty")
    stopped = hasty.terminal("--in", story.id, "remind", "stop", "commander", "because", "a", "drill", by="UBEN")
    assert "No commander: no reminder in this incident any more." in stopped.stdout, stopped.stderr
    shown = hasty.terminal("--in", story.id, "remind")
    assert shown.returncode == 0
    assert "stopped by" in shown.stdout
    assert ": a drill" in shown.stdout
    late = hasty.terminal("--in", story.id, "snooze", "2d")
    assert late.returncode == 1
    assert "a day at most. To hear no more of it: `muster incident remind stop`" in late.stderr
    quiet = declare(hasty, "p4 a typo")
    assert "Nothing is reminded of." in hasty.terminal("--in", quiet.id, "remind").stdout


def test_nobody_is_pinged_in_their_quiet_hours_unless_the_policy_says_so(hasty: World, record: Truth) -> None:
    silent, waits = declare(hasty, "p2 images are blurred"), declare(hasty, "p3 a button is grey")
    for story in (silent, waits):
        story.ben.types("/incident hat commander", story.channel.id)
        story.ben.types("/incident hand-over commander <@UCY>", story.channel.id)
    told = silent.channel.sees("offered Cy", "no answer since", "Not pinged in their quiet hours: Cy")
    assert "<@U" not in all_text(told)
    (held,) = until(
        "the reminder to be held back",
        lambda: [event for event in record.events(waits.id) if isinstance(event, ReminderHeld)],
    )
    assert held.because.startswith("quiet hours of Cy")
    assert waits.channel.count("no answer since") == 0


def test_what_fell_due_while_no_clock_ran_is_told_once(hasty: World, record: Truth) -> None:
    hasty.kill("clock")
    story = declare(hasty, "p3 a link is broken")
    told = record.state(story.id).declared_at
    until("its time to pass", lambda: (SystemClock().now() - told).total_seconds() > 1.5)
    assert given(record, story.id) == []
    hasty.start("clock", wait=False)
    story.channel.sees("Nothing has happened in")
    hasty.kill("clock")
    hasty.start("clock", wait=False)
    began, beats = SystemClock().now(), RedisHeartbeats(record.client, Keys(), SystemClock())
    until("the clock to have looked", lambda: beats.last()["clock"] > began + timedelta(seconds=0.5))
    assert len(given(record, story.id)) == 1
    assert story.channel.count("Nothing has happened in") == 1


def test_a_new_policy_holds_for_an_open_incident_once_that_has_adopted_it(hasty: World, record: Truth) -> None:
    story = declare(hasty, "p4 an icon is off")
    later = SystemClock().now() + timedelta(days=365)
    assert story.id not in {incident for incident, _ in record.store.due(later, 1000)}
    workflow = hasty.manifests / "workflows" / "hybrid.yaml"
    workflow.write_text(workflow.read_text() + "  p4: {no_activity: {after: 1s, every: 1d}}\n")
    differs = "reminders.p4: new, no_activity after 1s"
    until("the edit to hold", lambda: differs in story.ana.types("/incident policy", story.channel.id))
    assert story.id not in {incident for incident, _ in record.store.due(later, 1000)}
    story.ana.types("/incident policy adopt because nobody looks at it", story.channel.id)
    story.channel.sees("Nothing has happened in")
    assert [event.number for event in given(record, story.id)] == [1]
