"""Declaring an incident, and the channel that a worker makes for it."""

import pytest

from bot.domain.effects import (
    DressChannel,
    Invite,
    OpenChannel,
    PinCard,
    ShowAnnouncement,
    ShowCard,
    ShowMitigation,
    Summon,
)
from bot.domain.incident.events import ChannelOpened, Declared
from bot.domain.incident.evolve import evolve
from bot.domain.incident.rejections import IncidentExists, NoSuchIncident
from bot.domain.severity import Severity
from bot.domain.words import TEXT_LIMIT, TITLE_LIMIT, TextTooLong, TitleMissing, TitleTooLong
from tests.harness.clock import at
from tests.harness.given import given
from tests.harness.orders import INC, M1, declare, note, open_channel, propose
from tests.harness.people import ANA
from tests.harness.plans import POLICY
from tests.harness.stages import Stages


def test_a_declaration_begins_an_incident_and_asks_for_its_channel_and_who_is_on_call() -> None:
    declared = given().when(declare(Severity.P1, by=ANA, at=3))
    declared.then(
        Declared(
            by=ANA, at=at(3), title="checkout is down", severity=Severity.P1, service="checkout", policy=POLICY.hash
        )
    )
    assert declared.effects == [OpenChannel(incident=INC), Summon(incident=INC)]
    assert declared.incident.stage == Stages.DETECTED
    assert declared.incident.people == (ANA,)


def test_an_incident_is_declared_once() -> None:
    world = given(declare())
    world.when(declare()).then_rejected(IncidentExists, INC)
    with pytest.raises(AssertionError, match="once"):
        evolve(world.incident, world.events[0], INC)


def test_nothing_can_be_ordered_of_an_incident_that_is_not() -> None:
    given().when(note("hello?")).then_rejected(NoSuchIncident, INC)
    with pytest.raises(AssertionError, match="begins with"):
        evolve(None, ChannelOpened(by=ANA, at=at(0), channel="C1", name="inc-1"), INC)


@pytest.mark.parametrize("title", ["", "   ", "\u200b", "\u00a0\t"])
def test_a_title_has_something_to_read(title: str) -> None:
    given().when(declare(title=title)).then_rejected(TitleMissing, "/incident declare")


def test_a_title_fits_its_line() -> None:
    given().when(declare(title="x" * TITLE_LIMIT)).then(Declared)
    given().when(declare(title="x" * (TITLE_LIMIT + 1))).then_rejected(TitleTooLong, "201 characters", "200 fit")


def test_a_title_may_be_in_any_language() -> None:
    assert given().when(declare(title="結帳服務停擺 🔥")).incident.title == "結帳服務停擺 🔥"


def test_a_summary_fits_what_slack_shows() -> None:
    long = declare().model_copy(update={"summary": "x" * (TEXT_LIMIT + 1)})
    given().when(long).then_rejected(TextTooLong, "3,001 characters")


def test_once_there_is_a_channel_everything_is_shown_in_it() -> None:
    opened = given(declare(), propose()).when(open_channel("C1", "inc-1-checkout"))
    opened.then(ChannelOpened)
    assert (opened.incident.channel, opened.incident.channel_name) == ("C1", "inc-1-checkout")
    assert opened.effects == [
        PinCard(incident=INC),
        ShowMitigation(incident=INC, mitigation=M1),
        Invite(incident=INC),
        DressChannel(incident=INC),
        ShowAnnouncement(incident=INC),
        ShowCard(incident=INC),
    ]


def test_the_same_channel_told_twice_changes_nothing() -> None:
    given(declare(), open_channel("C1")).when(open_channel("C1")).then_nothing()


def test_before_there_is_a_channel_nothing_is_shown() -> None:
    assert given(declare()).when(note("hm")).effects == []
    assert given(declare(), open_channel()).when(note("hm")).effects == [ShowCard(incident=INC)]
