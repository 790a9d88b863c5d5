"""The transition table: which stage may follow which, and the named guard that each move must pass."""

from enum import StrEnum

from bot.domain.hats import Hat


class Stage(StrEnum):
    DETECTED = "detected"
    TRIAGE = "triage"
    INVESTIGATING = "investigating"
    MITIGATING = "mitigating"
    RESOLVED = "resolved"
    POST_MORTEM = "post-mortem"
    CLOSED = "closed"

    __hash__ = str.__hash__  # Enum's own is written in Python, and each command asks many dictionaries

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @property
    def is_over(self) -> bool:
        """Customers are fine again; what follows is review."""
        return self in OVER


OVER = frozenset({Stage.RESOLVED, Stage.POST_MORTEM, Stage.CLOSED})


class Guard(StrEnum):
    """A condition on a move; `decide/stages.py` checks it."""

    NONE = "none"
    APPROVED = "approved"
    """Where the severity asks for approval, a mitigation has been approved."""
    NOTHING_RUNS = "nothing-runs"
    """No mitigation is running, settling or waiting for votes."""


TRANSITIONS: dict[tuple[Stage, Stage], Guard] = {
    (Stage.DETECTED, Stage.TRIAGE): Guard.NONE,
    (Stage.TRIAGE, Stage.INVESTIGATING): Guard.NONE,
    (Stage.TRIAGE, Stage.MITIGATING): Guard.APPROVED,
    (Stage.INVESTIGATING, Stage.MITIGATING): Guard.APPROVED,
    (Stage.MITIGATING, Stage.INVESTIGATING): Guard.NOTHING_RUNS,
    (Stage.TRIAGE, Stage.RESOLVED): Guard.NOTHING_RUNS,
    (Stage.INVESTIGATING, Stage.RESOLVED): Guard.NOTHING_RUNS,
    (Stage.MITIGATING, Stage.RESOLVED): Guard.NOTHING_RUNS,
    (Stage.RESOLVED, Stage.POST_MORTEM): Guard.NONE,
    (Stage.POST_MORTEM, Stage.CLOSED): Guard.NOTHING_RUNS,
}


NEEDED: dict[Stage, tuple[Hat, ...]] = {
    Stage.DETECTED: (Hat.FIRST_RESPONDER,),
    Stage.TRIAGE: (Hat.FIRST_RESPONDER,),
    Stage.INVESTIGATING: (Hat.INVESTIGATOR, Hat.LOG_ANALYST),
    Stage.MITIGATING: (Hat.MITIGATOR, Hat.VERIFIER),
}
"""The hats that an open stage asks for beside the commander's, which every stage does."""


def next_stages(stage: Stage) -> tuple[Stage, ...]:
    return tuple(after for (before, after) in TRANSITIONS if before == stage)


def stage(word: str) -> Stage | None:
    """Read `mitigating`, `mitigate`, `postmortem`; None for anything else."""
    name = word.strip().lower().replace("_", "-").replace(" ", "-")
    name = {"investigate": "investigating", "mitigate": "mitigating", "postmortem": "post-mortem"}.get(name, name)
    try:
        return Stage(name)
    except ValueError:
        return None
