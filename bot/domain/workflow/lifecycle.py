"""How far a response has come: stages, and the moves between them, as workflows declare them."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ModelWrapValidatorHandler, field_validator, model_serializer, model_validator

from bot.domain.declared import Minutes, Name, Words
from bot.domain.gates.policy import Purpose as Asks
from bot.domain.hats import Hat
from bot.domain.runbook import Frozen
from bot.domain.severity import Severity
from bot.domain.workflow.criterion import Criterion, Strictness


class Purpose(StrEnum):
    """What a stage is for, whatever a workflow calls it. What Muster does by itself depends on nothing else."""

    DETECTED = "detected"
    TRIAGE = "triage"
    INVESTIGATING = "investigating"
    MITIGATING = "mitigating"
    RESOLVED = "resolved"
    POST_MORTEM = "post-mortem"
    CLOSED = "closed"

    __hash__ = str.__hash__  # Enum's own is written in Python, and each command asks many dictionaries

    @property
    def is_over(self) -> bool:
        """Customers are fine again; what follows is review."""
        return self in OVER

    @property
    def asks(self) -> Asks:
        """What a move into such a stage is to those who are asked."""
        return "resolution" if self is Purpose.RESOLVED else "stage"


OVER = frozenset({Purpose.RESOLVED, Purpose.POST_MORTEM, Purpose.CLOSED})


class Stage(Frozen):
    """A stage as an incident remembers it, whatever its workflow says later.

    One that is called as its purpose is written as that one word, as all were before workflows had stages of their own.
    """

    id: Name
    title: str
    purpose: Purpose

    @property
    def label(self) -> str:
        return self.title

    @property
    def is_over(self) -> bool:
        return self.purpose.is_over

    @model_validator(mode="wrap")
    @classmethod
    def _read(cls, value: Any, handler: ModelWrapValidatorHandler["Stage"]) -> "Stage":
        return OF_A_WORD[value] if isinstance(value, str) and value in OF_A_WORD else handler(value)

    @model_serializer
    def _write(self) -> str | dict[str, str]:
        if OF_A_WORD.get(self.id) == self:
            return self.id
        return {"id": self.id, "title": self.title, "purpose": self.purpose.value}


OF_A_WORD: dict[str, Stage] = {}
OF_A_WORD |= {p.value: Stage(id=p.value, title=p.value.capitalize(), purpose=p) for p in Purpose}


class Guard(StrEnum):
    """A condition on a move; `decide/moves.py` checks it."""

    APPROVED = "approved"
    """Where the severity asks for approval, a mitigation has been approved."""
    NOTHING_RUNS = "nothing-runs"
    """No mitigation is running, settling or waiting for votes."""


class Trigger(StrEnum):
    """What makes a move happen by itself."""

    ON_CALL = "on-call"
    """Whoever is on call was assigned, or somebody who was called has answered."""
    HAT = "hat"
    """Somebody wears the commander's hat, or one that the stage needs."""
    MITIGATION = "mitigation"
    """A mitigation begins."""
    RESOLUTION = "resolution"
    """Somebody says that it is resolved: on the way there, this move is made, too."""


class Action(StrEnum):
    """What a move brings with it; `decide/actions.py` does it."""

    OPEN_REVIEW = "open-review"
    """The review is created: somebody writes it, somebody tracks its action items, and its meeting has a time."""
    CALL_ON_CALL = "call-on-call"
    """Whoever is on call for the service is called, as when it was declared."""
    EXPORT = "export"
    """The incident's channel gets the whole timeline as a file."""


class StagePolicy(Frozen):
    """A stage as operators declare it."""

    title: Words | None = None
    """What people call it; null: its id."""
    purpose: Purpose | None = None
    hats: tuple[Hat, ...] = ()
    """Those that it needs beside the commander's, which every stage does."""
    sla: dict[Severity, Annotated[Minutes, Field(gt=0, le=90 * 24 * 60)]] = {}
    """Minutes that it may take, by severity; after that it is overdue. None for a severity: it may take its time."""
    entry: tuple[Criterion, ...] = Field(default=(), max_length=12)
    """What must be so before it begins."""
    exit: tuple[Criterion, ...] = Field(default=(), max_length=12)
    """What must be so before it ends."""
    mitigations: bool = True
    """They may be proposed in it; where a response is formal, not before the stage in which changes are made."""


class Transition(Frozen):
    """A move between stages."""

    model_config = ConfigDict(populate_by_name=True)

    before: tuple[Name, ...] = Field(alias="from", min_length=1)
    """The stage from which it leads, or several."""
    to: Name
    """The stage to which it leads."""
    guards: tuple[Guard, ...] = ()
    """All must let it pass."""
    when: tuple[Trigger, ...] = ()
    """What makes it happen by itself."""
    after: Minutes | None = Field(default=None, gt=0, le=30 * 24 * 60)
    """Minutes in the stage, after which it happens by itself."""
    criteria: Strictness = Strictness.ENFORCED
    """What becomes of it while one stage's exit criteria or the other's entry criteria are missing."""
    actions: tuple[Action, ...] = ()
    """What it brings with it."""
    owed: bool = False
    """It asks for what was missing when earlier moves were made all the same, too."""

    @field_validator("before", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @property
    def pause(self) -> timedelta | None:
        return timedelta(minutes=self.after) if self.after is not None else None
