"""Who is asked before what, as a workflow declares it: by severity and by the hour, and how each approval goes on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import get_args

from bot.domain.durations import lasted
from bot.domain.gates.choice import GateChoice
from bot.domain.gates.policy import ApprovalPolicy, Step, Tier, Undoes
from bot.domain.gates.policy import Purpose as Asks
from bot.domain.gates.seat import Seat
from bot.domain.severity import Severity
from bot.domain.workflow.policy import Policy

ASKS: tuple[Asks, ...] = get_args(Asks)
"""All that an approval can stand before."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One approval that may hold, and when; without a name, nobody is asked then."""

    approval: str | None
    hours: tuple[str, ...] = ()
    """Only at these times; none: at all that are left."""
    zone: str = ""
    stages: tuple[str, ...] = ()
    """Only before moves into these, where it is asked of moves into any."""
    of: tuple[Undoes, ...] = ()
    """Only before rollbacks of what came to this."""

    def __str__(self) -> str:
        name = "nobody" if self.approval is None else f"“{self.approval}”"
        hours = f"{', '.join(self.hours)} ({self.zone})" if self.hours else ""
        into = f"into {_and(list(self.stages))}" if self.stages else ""
        of = f"of what {_and([UNDONE[one] for one in self.of])}" if self.of else ""
        return " ".join(filter(None, (name, into, of, hours)))


UNDONE: dict[Undoes, str] = {"failed": "failed", "stopped": "was stopped", "verified": "was verified"}


NOBODY = Asked(None)


def asked(policy: Policy, what: Asks, severity: Severity, stage: str = "") -> tuple[Asked, ...]:
    """List the approvals that may hold, by the hour, the first that fits first; at the end, what holds otherwise.

    Without a stage, of a move into any.
    """
    found, left = list[Asked](), set(UNDONE)
    for choice in policy.gates:
        if _fits_at_some_hour(choice, what, severity, stage):
            stages, of = choice.stages if not stage else (), choice.of if what == "rollback" else ()
            found.append(Asked(choice.use, choice.hours, choice.zone if choice.hours else "", stages, of))
            if not choice.hours and not stages:
                left -= set(of or UNDONE)
            if not left:
                return tuple(found)
    return (*found, NOBODY)


def _fits_at_some_hour(choice: GateChoice, what: Asks, severity: Severity, stage: str) -> bool:
    at_any_hour = choice.model_copy(update={"hours": ()})
    return at_any_hour.always_fits(what, severity.value) and (not stage or not choice.stages or stage in choice.stages)


def waits_for(policy: Policy, what: Asks, stage: str) -> str:
    """Say who is asked, and at which severities; empty where nobody is."""
    said = {one: [str(choice) for choice in asked(policy, what, one, stage) if choice != NOBODY] for one in Severity}
    return by_severity({severity: ", else ".join(words) for severity, words in said.items() if words})


def by_severity(said: dict[Severity, str]) -> str:
    """Say what holds at each severity, those together at which the same does."""
    groups = dict[str, list[Severity]]()
    for severity, words in said.items():
        groups.setdefault(words, []).append(severity)
    return "; ".join(f"{words}{at(severities)}" for words, severities in groups.items())


def at(severities: Iterable[Severity]) -> str:
    """Say at which severities: ` at P1 and P2`; nothing for all of them."""
    labels = [severity.label for severity in severities]
    return "" if len(labels) == len(Severity) else f" at {_and(labels)}"


def _and(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


# How an approval goes on


def who(approval: ApprovalPolicy) -> str:
    """Say who must act: step after step, each with those who are asked when the first give no answer."""
    steps = [_step(step) for step in approval.steps]
    return steps[0] if len(steps) == 1 else "; ".join(f"{n}. {step}" for n, step in enumerate(steps, start=1))


def _step(step: Step) -> str:
    return ", then also ".join(f"{_seats(tier)} ({_quorum(tier)})" for tier in step.tiers)


def _seats(tier: Tier) -> str:
    return " and ".join(dict.fromkeys(map(_seat, tier.seats)))


def _seat(seat: Seat) -> str:
    more = [
        f"{seat.voices} of them" if seat.voices > 1 else "",
        f"counts {seat.weight}" if seat.weight > 1 else "",
        "must say yes" if seat.must else "",
    ]
    said = ", ".join(filter(None, more))
    return f"{seat.words}, {said}" if said else seat.words


def _quorum(tier: Tier) -> str:
    most = sum(seat.most for seat in tier.seats)
    yeses = f"{tier.needs} of {most}" if most > tier.needs else f"{tier.needs} yes{'es' * (tier.needs > 1)}"
    return f"{yeses}, {tier.noes} noes reject" if tier.noes > 1 else yeses


def limits(approval: ApprovalPolicy) -> str:
    """Say how long is waited, and what then."""
    tiers = [tier for step in approval.steps for tier in step.tiers]
    said = list(dict.fromkeys(_tier_limit(tier) for tier in tiers))
    whole = f"after {span(approval.limit)} in all: {THEN[approval.then]}" if approval.limit is not None else ""
    return "; ".join(filter(None, (*said, f"asked in vain: {THEN[approval.last_resort]}", whole)))


THEN = {
    "approve": "it is approved",
    "reject": "it is rejected",
    "roll-back": "it is rolled back",
    "expire": "it expires",
    "escalate": "the next are asked",
}


def _tier_limit(tier: Tier) -> str:
    hours = f" of {', '.join(tier.hours)} ({tier.zone})" if tier.hours else ""
    named = not all(seat.anyone for seat in tier.seats)
    deputy = f", deputies after {span(tier.deputy_after)}" if tier.deputy_after is not None and named else ""
    again = f", told again every {span(tier.renotify)}, {tier.notices} times at most" if tier.renotify else ""
    return f"{span(tier.limit)}{hours} to decide{deputy}{again}"


def exceptions(approval: ApprovalPolicy) -> Iterator[str]:
    """Say what gets around an answer: overruling a no, and breaking the glass."""
    if approval.override is not None:
        yield f"a no is overruled by {_seats(approval.override)} ({_quorum(approval.override)})"
    if (glass := approval.glass) is not None:
        one, signed = (" or ".join(dict.fromkeys(map(_seat, seats))) for seats in (glass.who, glass.countersigned_by))
        yield f"{one} may go ahead at once; {signed} signs for it within {span(glass.within)}"


def approves_itself(approval: ApprovalPolicy) -> bool:
    """Say whether time may approve it."""
    return approval.last_resort == "approve" or (approval.limit is not None and approval.then == "approve")


def span(seconds: float) -> str:
    return lasted(timedelta(seconds=seconds))
