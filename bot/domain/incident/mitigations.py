"""What is true of an incident's mitigations: what is to be done, who has agreed, how far it has come."""

from datetime import datetime
from enum import StrEnum

from bot.domain.dry_run import PATIENCE, Trial
from bot.domain.runbook import Frozen, Phase, Plan, Step


def gate_timer(gate: str) -> str:
    return f"gate:{gate}"


class Progress(StrEnum):
    """How far a mitigation has come."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    RUNNING = "running"
    VERIFYING = "verifying"
    ROLLING_BACK = "rolling-back"
    VERIFIED = "verified"
    ROLLED_BACK = "rolled-back"
    NEEDS_HUMAN = "needs-human"
    STOPPED = "stopped"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def is_live(self) -> bool:
        """It holds, or is about to hold, its target."""
        return self in {Progress.APPROVED, Progress.RUNNING, Progress.VERIFYING, Progress.ROLLING_BACK}

    @property
    def runs(self) -> bool:
        """Its steps are being taken, or what they did is being watched."""
        return self in {Progress.RUNNING, Progress.VERIFYING, Progress.ROLLING_BACK}

    @property
    def can_stop(self) -> bool:
        """It is under way, and not being undone already."""
        return self.is_live and self is not Progress.ROLLING_BACK


class StepRun(Frozen):
    phase: Phase
    step: int
    started_at: datetime
    finished_at: datetime | None = None
    ok: bool | None = None
    detail: str = ""


class Mitigation(Frozen):
    id: str
    plan: Plan
    plan_hash: str
    proposer: str
    proposed_at: datetime
    progress: Progress
    amended: tuple[str, ...] = ()
    """Fields that the latest change of the plan touched: why earlier votes fell."""
    trials: int = 0
    """Dry runs that were ordered."""
    trial_ordered_at: datetime | None = None
    """When the latest was."""
    trial: Trial | None = None
    """The latest that came back of the plan as it is now."""
    hands: tuple[str, ...] = ()
    """Who wore the mitigator's hat while it ran."""
    steps: tuple[StepRun, ...] = ()
    rollbacks: int = 0
    """How often a rollback was begun. `steps` holds the latest one's; a second try must not pass for the first."""
    waits_for: str | None = None
    """The mitigation that holds the target meanwhile."""
    verify_until: datetime | None = None
    healthy_since: datetime | None = None
    reading: str = ""
    ended_at: datetime | None = None
    is_past: bool = False
    """The incident has gone back since to find out anew what is wrong: what it proved says nothing of what comes."""
    because: str = ""

    @property
    def has_run(self) -> bool:
        return bool(self.steps)

    def is_work_of(self, person: str) -> bool:
        """Say whether somebody proposed it, or wore the mitigator's hat while it ran."""
        return person == self.proposer or person in self.hands

    def is_being_tried(self, at: datetime) -> bool:
        """Say whether a dry run is under way; one that has said nothing for long may be asked for again."""
        came_back = self.trial is not None and self.trial.number == self.trials
        return self.trial_ordered_at is not None and not came_back and at - self.trial_ordered_at < PATIENCE

    def steps_of(self, phase: Phase) -> tuple[Step, ...]:
        return self.plan.steps if phase == "plan" else self.plan.rollback

    def run_of(self, phase: Phase, step: int) -> StepRun | None:
        return next((run for run in self.steps if run.phase == phase and run.step == step), None)
