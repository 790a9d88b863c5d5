"""Stricter gates: where a runbook is stale, or votes come faster than anybody reads, more people must agree."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from bot.domain.gates.policy import ApprovalPolicy, Concern, raised
from bot.domain.runbook import Frozen

STAMPING_SPAN = timedelta(days=30)
"""Habits change within weeks, and few gates are asked for within one."""
STAMPING_VOTES = 5
"""Fewer votes say nothing of a habit: one person in a hurry would be a pattern."""
STAMPING_SHARE = 1 / 3
"""Of two votes that are asked for, one without reading is half; of three, one is not yet the rule."""


class Ended(Frozen):
    """How one gate ended, in the few figures that later gates of its policy are judged by."""

    at: AwareDatetime
    seconds: float
    """From opening to outcome."""
    in_time: bool
    """People decided it, or took it back; not time, and not the last resort."""
    votes: int
    stamps: int
    """Votes that came faster than anybody can read, from people who hadn't opened the plan."""
    how: str = ""
    """What closed it, or `stuck`: nobody could decide it; empty: it was kept before this was."""


class Reason(Frozen):
    """Why a gate is stricter than its policy is by itself."""

    concern: Concern
    because: str
    """The end of a sentence: nobody has reviewed the runbook."""
    by: int
    """What it adds to each quorum."""


class Known(Frozen):
    """What the door has looked up about what is asked for: each concern that there is, with what shows it."""

    stale: str = ""
    """Why the runbook is stale; empty: it isn't."""
    stamped: dict[str, str] = {}
    """Approvals under which people vote without reading, by name."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An approval as a gate asks for it."""

    policy: ApprovalPolicy
    declared: ApprovalPolicy | None = None
    """As it is declared, where this one is stricter."""
    stricter: tuple[Reason, ...] = ()


def with_reasons(policy: ApprovalPolicy, known: Known) -> Asked:
    """Raise the quorum where the policy says so and there is reason for it."""
    shown: dict[Concern, str] = {"stale-runbook": known.stale, "rubber-stamps": known.stamped.get(policy.id, "")}
    reasons = tuple(
        Reason(concern=concern, because=shown[concern], by=by)
        for concern, by in policy.stricter.items()
        if shown[concern]
    )
    if not reasons:
        return Asked(policy)
    steps, override = raised(policy.steps, policy.override, sum(reason.by for reason in reasons))
    stricter = policy.model_copy(update={"steps": steps, "override": override, "stricter": {}})
    return Asked(stricter, policy, reasons)


def reasons_said(reasons: Iterable[Reason]) -> str:
    """Say why in the end of a sentence: `the runbook …; 4 of 9 votes …`."""
    return "; ".join(reason.because for reason in reasons)


def stamping(ended: Iterable[Ended], now: datetime) -> str:
    """Say what shows that people vote without reading; empty: nothing does."""
    recent = [one for one in ended if one.at > now - STAMPING_SPAN]
    votes, stamps = sum(one.votes for one in recent), sum(one.stamps for one in recent)
    if votes < STAMPING_VOTES or stamps <= votes * STAMPING_SHARE:
        return ""
    return (
        f"{stamps} of {votes} votes on gates of the last {STAMPING_SPAN.days} days came within 10 s, "
        "from people who had not opened the plan"
    )
