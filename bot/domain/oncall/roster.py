"""What is arranged about who is on call, fact by fact: somebody stands in, is asked to, answers, or takes it back.

Facts are kept for ever, in the order in which they happened; what holds now is folded from them.
"""

from collections.abc import Iterable
from typing import Annotated, Literal, assert_never

from pydantic import AwareDatetime, Field, TypeAdapter

from bot.domain.oncall.schedule import Override
from bot.domain.runbook import Frozen


class FactBase(Frozen):
    by: str
    """A Slack id."""
    at: AwareDatetime


class Arrangement(FactBase):
    """Somebody stands in from now on: an override."""

    type: Literal["override.made"] = "override.made"
    override: Override


class StandInAsked(FactBase):
    """Somebody is asked to stand in; it holds once they have accepted."""

    type: Literal["stand-in.asked"] = "stand-in.asked"
    override: Override


class StandInAnswered(FactBase):
    type: Literal["stand-in.answered"] = "stand-in.answered"
    override: str
    accept: bool


class OverrideCancelled(FactBase):
    type: Literal["override.cancelled"] = "override.cancelled"
    override: str


AnyFact = Arrangement | StandInAsked | StandInAnswered | OverrideCancelled

FACTS: TypeAdapter[AnyFact] = TypeAdapter(Annotated[AnyFact, Field(discriminator="type")])


class RosterState(Frozen):
    """What holds now."""

    overrides: dict[str, Override] = {}
    asked: dict[str, Override] = {}
    """What waits for the other side's yes."""


def fold(facts: Iterable[AnyFact], state: RosterState) -> RosterState:
    """Fold facts into what held before them."""
    overrides, asked = dict(state.overrides), dict(state.asked)
    for fact in facts:
        match fact:
            case Arrangement():
                overrides[fact.override.id] = fact.override
            case StandInAsked():
                asked[fact.override.id] = fact.override
            case StandInAnswered():
                wanted = asked.pop(fact.override, None)
                if fact.accept and wanted is not None:
                    overrides[wanted.id] = wanted
            case OverrideCancelled():
                overrides.pop(fact.override, None)
                asked.pop(fact.override, None)
            case _:
                assert_never(fact)
    return RosterState(overrides=overrides, asked=asked)
