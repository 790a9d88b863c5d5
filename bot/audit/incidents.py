"""Incidents: is each open one waiting for somebody or for a time, do the indexes know it, and is its record whole?"""

from collections.abc import Callable, Iterator

from bot.audit.facts import Facts, Looked, Tail
from bot.audit.finding import Finding, counted, several
from bot.domain.gates.due import next_due
from bot.domain.incident.due import timers_due
from bot.domain.incident.escalations import Standing, call_timer, lapse_timer
from bot.domain.incident.mitigations import gate_timer
from bot.domain.incident.record import GENESIS, breaks
from bot.domain.incident.state import POST_MORTEM_TIMER, Incident
from bot.domain.workflow.lifecycle import Purpose

WRITE_ANEW = "Whatever is recorded next writes it anew: `muster incident --in <number> note …`."


def check(facts: Facts) -> Iterator[Finding]:
    for kind, is_wrong in KINDS.items():
        wrong = [one.id for one in facts.looked if is_wrong(one, facts)]
        if wrong:
            what, cure = SAID[kind]
            yield Finding(
                key=f"incidents:{kind}",
                what=f"{counted(len(wrong), 'incident')} {what}: {several(wrong)}.",
                cure=cure,
                severe=True,
                about=tuple(wrong),
            )


def owed(incident: Incident, *, reviewed: bool = True) -> Iterator[str]:
    """Name the timers that an incident must have by what is true of it.

    An open incident without any waits for people: nobody is being called, nothing is being voted on. `reviewed`: its
    policy has the review of what is resolved open by itself.
    """
    for name, escalation in incident.escalations.items():
        if escalation.standing is Standing.RUNNING:
            yield call_timer(name)
        elif escalation.standing is Standing.ACKNOWLEDGED and escalation.lapses_after is not None and incident.is_open:
            yield lapse_timer(name)
    for gate in incident.gates.values():
        if next_due(gate) is not None:
            yield gate_timer(gate.id)
    if incident.stage.purpose is Purpose.RESOLVED and reviewed:
        yield POST_MORTEM_TIMER


def _unreadable(one: Looked, _: Facts) -> bool:
    return one.incident is None


def _stands_still(one: Looked, facts: Facts) -> bool:
    if one.incident is None:
        return False
    policy = facts.policies.get(one.incident.policy)
    reviewed = policy is None or policy.move_in_time(one.incident.stage) is not None
    return not set(owed(one.incident, reviewed=reviewed)) <= one.incident.timers.keys()


def _unknown_to_clocks(one: Looked, facts: Facts) -> bool:
    """Say whether its first timer is missing in the index, or later there. Earlier is looked at in vain, and no harm.

    Both are written in one step, and were read in one.
    """
    if one.incident is None:
        return False
    policy = facts.policies.get(one.incident.policy)
    times = one.incident.timers.values() if policy is None else timers_due(one.incident, policy)
    due = min(times, default=None)
    return due is not None and (one.due is None or (one.due - due).total_seconds() > ROUNDING)


ROUNDING = 0.002
"""Seconds: the index counts in milliseconds."""


def _mislisted(one: Looked, _: Facts) -> bool:
    return one.incident is not None and one.is_listed != one.incident.is_open


def _driven_by_nobody(one: Looked, _: Facts) -> bool:
    return bool(one.idle)


def _broken(one: Looked, _: Facts) -> bool:
    return one.tail is not None and bool(next(_breaks(one.tail), ""))


def _breaks(tail: Tail) -> Iterator[str]:
    """Check the end of a chain: event to event, and the last one against what the store says it is."""
    if len(tail.records) < min(tail.asked, tail.version):
        yield "Events are missing."
    before = tail.version - len(tail.records)
    yield from breaks(tail.records, after=before, head=None if before else GENESIS)
    last = tail.records[-1] if tail.records else None
    if not isinstance(last, dict) or last.get("hash") != tail.head:
        yield "The last event is not the one that the state was folded from."


KINDS: dict[str, Callable[[Looked, Facts], bool]] = {
    "unreadable": _unreadable,
    "still": _stands_still,
    "timers": _unknown_to_clocks,
    "listed": _mislisted,
    "driven": _driven_by_nobody,
    "chain": _broken,
}

SAID = {
    "unreadable": (
        "that can't be read as stored",
        "Start the version of Muster that wrote it, or a newer one. `muster doctor` looks at Redis.",
    ),
    "still": (
        "without a timer that should have one: nothing moves on by itself there",
        "See to them now: `/incident escalate` calls the next ones, `/incident withdraw` ends a vote.",
    ),
    "timers": (
        "with a timer that the clocks don't know of",
        WRITE_ANEW,
    ),
    "listed": (
        "in the wrong list, open or over",
        WRITE_ANEW,
    ),
    "driven": (
        "with a run that nobody goes on with",
        "Look at the target, then end it: `/incident stop`, or `/incident rollback`.",
    ),
    "chain": (
        "whose record was changed or torn past Muster",
        "Keep a copy of Redis's data and export the timeline as JSON: `muster verify` names the events.",
    ),
}
"""By kind: what is said of the incidents, and what cures it."""
