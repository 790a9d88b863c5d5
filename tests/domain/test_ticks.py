"""What falls due together: each part for itself, so that what the rules refuse holds no other part up."""

from typing import NoReturn

from bot.domain.incident.commands import Tick
from bot.domain.incident.decide.ticks import PARTS, time_is_up
from bot.domain.incident.events import EscalationCalled, ReminderGiven, TroubleMet
from bot.domain.incident.rejections import NoSuchStage
from bot.domain.incident.state import Incident
from bot.domain.workflow.policy import Policy
from tests.harness.book import PAYMENTS
from tests.harness.given import given
from tests.harness.orders import declare, start_escalation, tick
from tests.harness.plans import REMINDING

LATER = PAYMENTS.tiers[0].limit


def refused(command: Tick, incident: Incident, policy: Policy) -> NoReturn:
    raise NoSuchStage(stage="limbo", stages="triage")


def test_what_the_rules_refuse_is_told_once_and_the_other_parts_are_decided() -> None:
    world = given(declare(), start_escalation(), policy=REMINDING)
    with_trouble = (refused, *PARTS)
    events = time_is_up(tick(LATER), world.incident, REMINDING, with_trouble)
    assert [type(event) for event in events] == [TroubleMet, EscalationCalled, ReminderGiven]
    assert isinstance(events[0], TroubleMet)
    assert "“limbo” is no stage" in events[0].why
    for event in events:
        world.takes(event)
    again = time_is_up(tick(LATER + 1), world.incident, REMINDING, with_trouble)
    assert not any(isinstance(event, TroubleMet) for event in again)
