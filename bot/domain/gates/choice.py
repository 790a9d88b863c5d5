"""Which approval policy a gate uses: the first choice that fits what waits, how bad it is, and the hour."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import Field, ValidationInfo, field_validator

from bot.domain.declared import Name, Weekly, Zone, misfit
from bot.domain.gates.policy import Purpose, Undoes
from bot.domain.oncall.hours import covers
from bot.domain.runbook import Frozen
from bot.domain.severity import Severity


class GateChoice(Frozen):
    """An approval policy, and when it is the one to use."""

    use: Name
    """An approval, by its name under `approvals`."""
    before: tuple[Purpose, ...] = Field(min_length=1)
    """What waits for it."""
    stages: tuple[Name, ...] = ()
    """Only before moves into these; empty: into any, if moves wait for it."""
    of: tuple[Undoes, ...] = ()
    """Only before rollbacks of what came to this; empty: of anything, if rollbacks wait for it."""
    severities: tuple[Severity, ...] = ()
    """Only at these; empty: at all."""
    hours: tuple[Weekly, ...] = ()
    """Only at these times; none: always."""
    zone: Zone = "UTC"
    """Whose clock `hours` are on."""

    @field_validator("of")
    @classmethod
    def _narrows_rollbacks(cls, of: tuple[Undoes, ...], info: ValidationInfo) -> tuple[Undoes, ...]:
        before = info.data.get("before")
        if of and before is not None and "rollback" not in before:
            raise misfit(
                f"it says what a rollback undoes, and this stands before: {', '.join(before)}",
                "Remove it, or write before: [rollback].",
            )
        return of

    def fits(self, purpose: Purpose, severity: str, at: datetime, stage: str = "", *, of: Undoes | None = None) -> bool:
        return (
            purpose in self.before
            and (not self.stages or not stage or stage in self.stages)
            and (not self.of or of is None or of in self.of)
            and (not self.severities or severity in self.severities)
            and (not self.hours or covers(self.hours, self.zone, at))
        )

    def always_fits(self, purpose: Purpose, severity: str) -> bool:
        """Say whether it fits at any hour."""
        return purpose in self.before and not self.hours and (not self.severities or severity in self.severities)


def chosen(
    choices: Iterable[GateChoice],
    purpose: Purpose,
    severity: str,
    at: datetime,
    stage: str = "",
    *,
    of: Undoes | None = None,
) -> str | None:
    """Name the policy that holds for a gate that opens now: the first choice that fits; None: no gate."""
    return next((choice.use for choice in choices if choice.fits(purpose, severity, at, stage, of=of)), None)
