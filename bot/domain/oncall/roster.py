"""What is arranged about who is on call, fact by fact: somebody stands in, is asked to, answers, or takes it back.

Facts are kept for ever, in the order in which they happened; what holds now is folded from them. What has been stays
as it was: who accepts late stands in from then on, and what is taken back ends then.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Literal, assert_never

from pydantic import AwareDatetime, Field, TypeAdapter

from bot.domain.oncall.schedule import Override, Shift
from bot.domain.runbook import Frozen

REMEMBERED = 1000
"""Causes that are remembered: the same click comes twice within minutes, if it does."""

WAITS = timedelta(minutes=15)
"""So long whoever is asked to stand in may at least think about it."""

AHEAD = timedelta(hours=1)
"""So long before it begins, whoever asked still finds somebody else (our choice)."""

IN_RETURN = "-return"
"""Behind the id of what somebody takes over in return: `o7-return` stands and falls with `o7`."""


class FactBase(Frozen):
    by: str
    """A Slack id."""
    at: AwareDatetime
    cause: str = ""
    """The id of the command, click or form that ordered it. The same one twice is one fact."""


class Arrangement(FactBase):
    """Somebody stands in from now on: an override."""

    type: Literal["override.made"] = "override.made"
    override: Override


class StandInAsked(FactBase):
    """Somebody is asked to stand in; it holds once they have accepted."""

    type: Literal["stand-in.asked"] = "stand-in.asked"
    override: Override
    in_return: Override | None = None
    """What the other side would take over for it. Both hold, or neither."""


class StandInAnswered(FactBase):
    type: Literal["stand-in.answered"] = "stand-in.answered"
    override: str
    accept: bool


class OverrideCancelled(FactBase):
    type: Literal["override.cancelled"] = "override.cancelled"
    override: str


AnyFact = Arrangement | StandInAsked | StandInAnswered | OverrideCancelled

FACTS: TypeAdapter[AnyFact] = TypeAdapter(Annotated[AnyFact, Field(discriminator="type")])


class Asked(Frozen):
    """What waits for the other side's yes."""

    override: Override
    in_return: Override | None = None

    @property
    def told_at(self) -> datetime:
        """When whoever asked is told that there is no answer."""
        return max(self.override.at + WAITS, self.override.start - AHEAD)


class RosterState(Frozen):
    """What holds now."""

    overrides: dict[str, Override] = {}
    """Those that are over too: they say who was on call."""
    asked: dict[str, Asked] = {}
    over: dict[str, Literal["declined", "cancelled"]] = {}
    """What was asked or made, and holds no more."""
    causes: dict[str, str] = {}
    """Cause → the id of what it was about, the latest ones."""


def id_of(number: int) -> str:
    """Name what the fact of this number brings into the world, shortly enough to be typed: `o7`."""
    return f"o{number}"


def about(fact: AnyFact) -> str:
    """Return the id of the override that a fact is about."""
    return fact.override if isinstance(fact.override, str) else fact.override.id


def fold(facts: Iterable[AnyFact], state: RosterState) -> RosterState:
    """Fold facts into what held before them."""
    overrides, asked, over = dict(state.overrides), dict(state.asked), dict(state.over)
    causes = dict(state.causes)
    for fact in facts:
        match fact:
            case Arrangement():
                overrides[fact.override.id] = fact.override
            case StandInAsked():
                asked[fact.override.id] = Asked(override=fact.override, in_return=fact.in_return)
            case StandInAnswered():
                wanted = asked.pop(fact.override, None)
                if wanted is not None and fact.accept:
                    overrides |= _accepted(wanted, fact.at)
                elif wanted is not None:
                    over[fact.override] = "declined"
            case OverrideCancelled():
                asked.pop(fact.override, None)
                _end(overrides, fact.override, fact.at)
                over[fact.override] = "cancelled"
            case _:
                assert_never(fact)
        if fact.cause:
            causes[fact.cause] = about(fact)
    latest = dict(list(causes.items())[-REMEMBERED:])
    return RosterState(overrides=overrides, asked=asked, over=over, causes=latest)


def _accepted(wanted: Asked, at: datetime) -> dict[str, Override]:
    """Say what holds from now on: the part of the time that is still to come."""
    both = (each for each in (wanted.override, wanted.in_return) if each is not None and each.end > at)
    return {each.id: each.model_copy(update={"start": max(each.start, at), "at": at}) for each in both}


def _end(overrides: dict[str, Override], id_: str, at: datetime) -> None:
    for each in (id_, id_ + IN_RETURN):
        override = overrides.get(each)
        if override is None:
            continue
        if override.start >= at:
            del overrides[each]
        elif override.end > at:
            overrides[each] = override.model_copy(update={"end": at})


def began_by_arrangement(schedule: str, shift: Shift, state: RosterState) -> bool:
    """Say whether a shift began the moment something was arranged: whoever it concerns has been told of that."""
    ours = [override for override in state.overrides.values() if override.schedule == schedule]
    if any(override.start == override.at == shift.start for override in ours):
        return True
    cut = {override.end for override in ours if state.over.get(root(override.id)) == "cancelled"}
    return shift.start in cut


def root(id_: str) -> str:
    """Return the id under which an override is known: of what is taken over in return, that of the other part."""
    return id_.removesuffix(IN_RETURN)
