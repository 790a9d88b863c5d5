"""How long a stage may take: past its limit it is overdue once, and the reminder that it is stuck comes then."""

import pytest

from bot.domain.ids import SYSTEM
from bot.domain.incident.due import next_due, reminder_due
from bot.domain.incident.events import ReminderGiven, StageOverdue
from bot.domain.severity import Severity
from bot.domain.workflow.lifecycle import StagePolicy
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.reminders import Kind, Reminders, StuckReminder
from tests.harness.clock import at
from tests.harness.given import given
from tests.harness.orders import change_severity, declare, move, note, resolve, tick
from tests.harness.plans import policy
from tests.harness.stages import STAGES, Stages

MIN = 60


def limited(reminders: Reminders | None = None) -> Policy:
    """A workflow whose triage may take 15 minutes at P1 and an hour at P2, and whose review three days at P1."""
    stages = {
        **STAGES,
        "triage": StagePolicy(sla={Severity.P1: 15, Severity.P2: 60}),
        "post-mortem": StagePolicy(sla={Severity.P1: 3 * 24 * 60}),
    }
    return policy(reminders=reminders).model_copy(update={"stages": stages})


LIMITED = limited()
TRIAGE = (declare(), move(Stages.TRIAGE, at=100))


def test_a_stage_past_its_limit_is_overdue_at_that_time_and_not_before() -> None:
    world = given(*TRIAGE, policy=LIMITED)
    assert next_due(world.incident, LIMITED) == at(100 + 15 * MIN)
    world.when(tick(100 + 15 * MIN - 1)).then_nothing()
    found = world.when(tick(100 + 15 * MIN))
    due = at(100 + 15 * MIN)
    found.then(StageOverdue(by=SYSTEM, at=due, stage=Stages.TRIAGE, due=due))
    assert found.incident.overdue_at == due


def test_it_is_said_once_per_stay() -> None:
    world = given(*TRIAGE, tick(2000), policy=LIMITED)
    world.when(tick(3000)).then_nothing()
    assert next_due(world.incident, LIMITED) is None
    again = given(*TRIAGE, tick(2000), resolve(at=2100), move(Stages.POST_MORTEM, at=2200), policy=LIMITED)
    assert again.incident.overdue_at is None
    again.when(tick(2200 + 3 * 24 * 3600)).then(StageOverdue)


def test_where_nothing_is_promised_nothing_is_overdue() -> None:
    given(declare(Severity.P3), move(Stages.TRIAGE), policy=LIMITED).when(tick(1e6)).then_nothing()
    given(*TRIAGE, move(Stages.INVESTIGATING, at=200), policy=LIMITED).when(tick(1e6)).then_nothing()


def test_a_severity_that_rises_brings_its_own_limit() -> None:
    world = given(declare(Severity.P2), move(Stages.TRIAGE), policy=LIMITED)
    world.when(tick(20 * MIN)).then_nothing()
    world.takes(change_severity(Severity.P1, at=20 * MIN))
    assert next_due(world.incident, LIMITED) == at(15 * MIN)
    world.when(tick(20 * MIN + 1)).then(StageOverdue)


def test_notes_do_not_put_the_limit_off() -> None:
    given(*TRIAGE, note("we look", at=800), policy=LIMITED).when(tick(1000)).then(StageOverdue)


@pytest.mark.parametrize(("level", "minutes"), [(Severity.P1, 15), (Severity.P2, 45)])
def test_the_reminder_that_it_is_stuck_uses_the_limit_where_one_is_declared(level: Severity, minutes: int) -> None:
    rule = StuckReminder(after=45)
    reminding = limited(Reminders(stuck=rule))
    stages = {**reminding.stages, "triage": StagePolicy(sla={Severity.P1: 15})}
    reminding = reminding.model_copy(
        update={"stages": stages, "reminders": dict.fromkeys(Severity, Reminders(stuck=rule))}
    )
    world = given(declare(level), move(Stages.TRIAGE), policy=reminding)
    assert reminder_due(Kind.STUCK, rule, world.incident, reminding) == at(minutes * MIN)
    assert any(isinstance(event, ReminderGiven) for event in world.would(tick(minutes * MIN)))
