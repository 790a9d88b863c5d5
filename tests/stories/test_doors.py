"""Who comes from another workspace, through a channel that two share: they read along, and order nothing."""

from collections.abc import Iterator

import httpx
import pytest

from tests.harness.actors import Person, declare
from tests.harness.world import World

pytestmark = pytest.mark.story

NO = "members of the workspace that I am installed in"


@pytest.fixture
def visitor(world: World) -> Iterator[Person]:
    """Cy, who is a member of another workspace for a while."""
    _move(world, "T0OTHER")
    yield Person(world, "UCY")
    _move(world, "T0LOCAL")


def _move(world: World, team: str) -> None:
    answer = httpx.post(world.url("slack") + "/control/move", json={"user": "UCY", "team": team})
    answer.raise_for_status()


def test_a_withdrawal_by_a_button_that_comes_too_late_is_told_how_it_ended(world: World) -> None:
    story = declare(world)
    channel = story.channel.id
    story.ana.types("/incident propose restart-checkout", channel)
    question = story.channel.asks("Approve")
    story.ben.types("/incident reject because carts are full", channel)
    story.ana.clicks("Withdraw", on=question, channel=channel)
    assert "That gate is closed: rejected." in story.ana.whispered("That gate is closed", channel=channel)


def test_a_visitor_of_a_shared_channel_orders_nothing_by_command_click_or_form(world: World, visitor: Person) -> None:
    story = declare(world)
    channel = story.channel.id
    story.ana.types("/incident propose restart-checkout", channel)
    question = story.channel.asks("Approve")
    assert NO in visitor.types("/incident approve", channel)
    visitor.clicks("Approve", on=question, channel=channel)
    assert NO in visitor.whispered(NO, channel=channel)
    assert NO in visitor.types("/incident declare p1 everything is down")
    story.channel.asks("Approve")
    story.ben.clicks("Withdraw", on=question, channel=channel)
    story.ana.clicks("Withdraw", on=question, channel=channel)
    story.channel.sees("✗", "withdrawn")
