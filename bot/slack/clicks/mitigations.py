"""Clicks on a mitigation: read the plan, try again, withdraw, stop, roll back."""

import logging

from redis.exceptions import RedisError

from bot.domain.gates.gate import Gate, Outcome
from bot.domain.gates.orders import OpenPlan
from bot.domain.gates.rejections import GateIsClosed
from bot.domain.incident.commands import RollBack, StopRun, TryAgain, Withdraw
from bot.domain.incident.decide.mitigations import find
from bot.domain.rejected import Rejected
from bot.engine import TooBusy
from bot.slack.answers import said
from bot.slack.clicks.click import facts_of
from bot.slack.controls import OpenPlanButton, RollBackButton, StopButton, TryAgainButton, WithdrawButton
from bot.slack.door import Door, Opens, Reply
from bot.slack.requests import Click
from bot.slack.views.mitigation import plan_view
from bot.verbs.gates import at_gate
from bot.verbs.vote import is_tried, undoes

log = logging.getLogger("muster.slack")


def open_plan(click: Click, control: OpenPlanButton, door: Door) -> Reply:
    """Show the plan; while its gate is open it is recorded who has seen it."""
    incident = door.house.engine.incident(control.incident)
    mitigation = find(incident, control.mitigation)
    gate = incident.gate_of(mitigation)
    if gate is not None and gate.is_open:
        _record_reading(gate, click, control, door)
    view = plan_view(incident, mitigation, door.names)
    return Opens(view, "`/incident timeline` has the plan's steps too.")


def _record_reading(gate: Gate, click: Click, control: OpenPlanButton, door: Door) -> None:
    """Record it; whatever goes wrong with that is no reason to keep the plan from somebody."""
    facts = facts_of(click, control, door)
    try:
        door.house.engine.submit(at_gate(door.house, facts, gate, OpenPlan(by=click.user, at=facts["at"])))
    except (Rejected, TooBusy, RedisError) as why:
        log.warning("who opened the plan is not recorded cause=%s why=%s", click.cause, why)


def try_again(click: Click, control: TryAgainButton, door: Door) -> Reply:
    """Have it tried once more; the message says what came of it."""
    receipt = door.house.engine.submit(TryAgain(**facts_of(click, control, door), mitigation=control.mitigation))
    return said(is_tried(receipt, control.mitigation))


def withdraw(click: Click, control: WithdrawButton, door: Door) -> Reply:
    """Withdraw it; raises GateIsClosed where it had been decided, or its time was over, before the click came."""
    order = Withdraw(**facts_of(click, control, door), mitigation=control.mitigation)
    gate = door.house.engine.submit(order).incident.gates.get(control.mitigation)
    if gate is not None and gate.outcome is not None and gate.outcome is not Outcome.WITHDRAWN:
        raise GateIsClosed(outcome=gate.outcome.value)
    return None


def stop(click: Click, control: StopButton, door: Door) -> Reply:
    door.house.engine.submit(StopRun(**facts_of(click, control, door), mitigation=control.mitigation))
    return None


def roll_back(click: Click, control: RollBackButton, door: Door) -> Reply:
    receipt = door.house.engine.submit(RollBack(**facts_of(click, control, door), mitigation=control.mitigation))
    return said(undoes(receipt, control.mitigation)) if receipt.incident.waits_to_undo(control.mitigation) else None
