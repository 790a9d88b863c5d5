"""A criterion: what must be so before a response enters or leaves a stage, as a workflow declares it."""

from enum import StrEnum

from pydantic import model_validator

from bot.domain.declared import Name, Words, misfit
from bot.domain.hats import Hat
from bot.domain.runbook import Frozen
from bot.domain.severity import Severity


class Check(StrEnum):
    """What Muster sees by itself in the record; `incident/checks.py` says how."""

    SEVERITY_JUSTIFIED = "severity-justified"
    """The severity, or the declaration, says in words whom it hurts and how."""
    ON_CALL_ASSIGNED = "on-call-assigned"
    """Whoever is on call was assigned, or somebody who was called has answered."""
    COMMANDER_NAMED = "commander-named"
    HATS_WORN = "hats-worn"
    """Somebody wears each hat that the stage needs and the severity requires."""
    STAKEHOLDERS_TOLD = "stakeholders-told"
    """An update was sent."""
    TWO_SOURCES = "two-sources"
    """Notes lead to two different sources."""
    CAUSE_STATED = "cause-stated"
    """A hypothesis with evidence stands, and nobody has ruled it out."""
    TWO_ALTERNATIVES_RULED_OUT = "two-alternatives-ruled-out"
    ROLLBACK_DECLARED = "rollback-declared"
    """The mitigation says how it is undone, or why nothing can be."""
    CHANGE_RECORDED = "change-recorded"
    """The mitigation ran here, step by step, so that the record has what was done, and when."""
    VERIFIED_BY_SIGNAL = "verified-by-signal"
    """The signal that showed the trouble stayed healthy for the settling time after the latest mitigation."""
    ACTION_ITEMS_OWNED = "action-items-owned"
    """There are action items, and each has an owner, a priority, a due date and a link."""


class Evidence(StrEnum):
    """Whether words or a link must say what shows it."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


class Strictness(StrEnum):
    """What becomes of a move while criteria are missing."""

    ENFORCED = "enforced"
    """It is refused."""
    WARN = "warn"
    """It is made; what was missing is recorded, and stays owed."""
    IGNORE = "ignore"
    """It is made, and nobody asks."""


class Criterion(Frozen):
    id: Name
    """The word by which people confirm it; unique in the workflow."""
    title: Words
    """What must be so, in plain words."""
    check: Check | None = None
    """Seen in the record."""
    confirmed_by: tuple[Hat, ...] = ()
    """Said by whoever wears one of these hats, or by the commander. Beside `check`: for what was done elsewhere."""
    evidence: Evidence = Evidence.OPTIONAL
    """Of a confirmation."""
    severities: tuple[Severity, ...] = ()
    """Where it is asked for; empty: everywhere."""

    @model_validator(mode="after")
    def _can_be_met(self) -> "Criterion":
        if self.check is None and not self.confirmed_by:
            raise misfit(
                "nothing says when it is met",
                "Add what Muster checks, check: two-sources, or whose word counts, confirmed_by: [commander].",
            )
        return self

    def holds_at(self, severity: Severity) -> bool:
        return not self.severities or severity in self.severities
