"""A report of how gates did over a span of time: what to look at first, what waits, and the figures, in words.

From the gates' facts alone. People are named as `<@id>`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile

from bot.domain.durations import lasted
from bot.domain.gates import events as e
from bot.domain.gates.evolve import replay
from bot.domain.gates.gate import Debt, Gate, Outcome, names
from bot.domain.gates.measures import TOO_STRICT, History, Load, Measures, by_model, by_policy, cost_of, loads, measure
from bot.domain.gates.standing import waited_for
from bot.domain.gates.stricter import STAMPING_SHARE, STAMPING_VOTES

LONG = timedelta(hours=1)
"""Whatever has waited longer than this is worth a look: by then a deputy is asked, unless a policy says otherwise."""
SILENT = 3
"""So many questions left unanswered, and more than were answered, are no accident."""


@dataclass(frozen=True, slots=True)
class GateRecord:
    """One gate of one incident, from its first fact to its latest."""

    incident: str
    facts: History
    is_private: bool = False
    """The report is read by people who may not know what the incident is about."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A gate that is open now."""

    incident: str
    gate: str
    action: str
    """What is asked; empty for a private incident."""
    policy: str
    """What the approval is called."""
    lasted: timedelta
    people: tuple[str, ...]
    """Whose answer is wanted."""
    cost: float | None
    """What it has cost so far."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A broken glass that nobody answers for: not yet, or somebody did not agree."""

    incident: str
    gate: str
    action: str
    """What went ahead without its approval; empty for a private incident."""
    by: str
    due: datetime
    is_overdue: bool
    refused_by: str = ""
    """Who did not agree; empty: a countersignature is owed."""
    because: str = ""
    """Why they did not."""


@dataclass(frozen=True, slots=True)
class Report:
    """Gates that were open at some time of a span. One that stayed open over its end has its outcome in the next."""

    since: datetime
    until: datetime
    whole: Measures
    policies: dict[str, Measures]
    models: dict[str, Measures]
    people: dict[str, Load]
    titles: dict[str, str]
    """What each policy is called."""
    waiting: tuple[Waiting, ...]
    """Those that are open when it is read, the oldest first."""
    owed: tuple[Broken, ...] = ()
    """Countersignatures that are owed when it is read, however old, the first due first."""
    refused: tuple[Broken, ...] = ()
    """Those that were refused in the span."""

    @property
    def is_empty(self) -> bool:
        return not self.whole.gates and not self.waiting and not self.owed and not self.refused


def report(records: Iterable[GateRecord], since: datetime, until: datetime, now: datetime) -> Report:
    """Measure what happened after `since` and until `until`; `now`: when it is read."""
    records = list(records)
    histories = [history for record in records if (history := _within(record.facts, since, until))]
    opened = [fact for history in histories for fact in history if isinstance(fact, e.GateOpened)]
    return Report(
        since=since,
        until=until,
        whole=measure(histories),
        policies=by_policy(histories),
        models=by_model(histories),
        people=loads(histories),
        titles={fact.policy.id: fact.policy.title for fact in opened},
        waiting=tuple(sorted(_waiting(records, now), key=lambda one: -one.lasted)),
        owed=tuple(sorted((one for one in map(_owed, records) if one), key=lambda one: one.due)),
        refused=tuple(one for record in records if (one := _refused(record, since, until))),
    )


def _within(facts: History, since: datetime, until: datetime) -> History:
    """Return what had happened by the end of the span; nothing of a gate that was over before it began."""
    known = list(takewhile(lambda fact: fact.at <= until, facts))
    is_over = any(isinstance(fact, e.GateClosed) and fact.at <= since for fact in known)
    return [] if is_over else known


def _waiting(records: Iterable[GateRecord], now: datetime) -> Iterator[Waiting]:
    for record in records:
        gate = replay(record.facts)
        if gate is not None and gate.is_open:
            yield Waiting(
                incident=record.incident,
                gate=gate.id,
                action="" if record.is_private else gate.subject.action,
                policy=gate.policy.title,
                lasted=now - gate.opened_at,
                people=waited_for(gate),
                cost=cost_of(gate, now),
            )


def _owed(record: GateRecord) -> Broken | None:
    gate = replay(record.facts)
    return _broken(record, gate, gate.debt) if gate and gate.debt and gate.debt.is_owed else None


def _refused(record: GateRecord, since: datetime, until: datetime) -> Broken | None:
    gate = replay(record.facts)
    said = (fact.at for fact in record.facts if isinstance(fact, e.Countersigned) and not fact.agrees)
    if gate is None or gate.debt is None or not any(since < at <= until for at in said):
        return None
    return _broken(record, gate, gate.debt)


def _broken(record: GateRecord, gate: Gate, debt: Debt) -> Broken:
    return Broken(
        incident=record.incident,
        gate=gate.id,
        action="" if record.is_private else gate.subject.action,
        by=debt.by,
        due=debt.due,
        is_overdue=debt.is_told,
        refused_by=debt.signed_by or "",
        because="" if record.is_private else debt.comment,
    )


# In words


def summary(told: Report) -> str:
    """Say in a sentence how many there were, and how long they took."""
    whole = told.whole
    if not whole.gates:
        return "No approval was asked for."
    took = f", {_times(whole)}" if whole.closed else ""
    return f"{_count(whole.gates, 'approval')} asked for, {whole.closed} decided or ended{took}."


def attention(told: Report) -> list[str]:
    """Say what to look at first, each with what can be done; nothing where nothing stands out."""
    return [
        *_debts(told),
        *_old(told),
        *(sentence for name, found in told.policies.items() for sentence in _of_policy(told.titles[name], found)),
        *(sentence for person, load in told.people.items() for sentence in _of_person(person, load)),
    ]


def _debts(told: Report) -> Iterator[str]:
    for one in told.refused:
        why = f": {one.because}" if one.because else ""
        yield f"<@{one.by}> broke the glass for {_what(one)}, and <@{one.refused_by}> did not agree{why}."
    for one in told.owed:
        late = "was due" if one.is_overdue else "is due"
        by = f"{one.due:%Y-%m-%d %H:%M} UTC"
        yield (
            f"<@{one.by}> broke the glass for {_what(one)}, and nobody has countersigned it, which {late} {by}: "
            "`/incident countersign` there."
        )


def _old(told: Report) -> Iterator[str]:
    """Say how many wait for long; who they wait for stands with each of them."""
    if old := [one for one in told.waiting if one.lasted > LONG]:
        oldest = f"{old[0].incident} for {lasted(old[0].lasted)}"
        yield f"{_count(len(old), 'approval')} open for over an hour, {oldest}: `/incident gates` there says why."


def _of_policy(title: str, found: Measures) -> Iterator[str]:
    if found.is_too_strict:
        yield (
            f"{title}: {found.overrides} of {found.closed} were overridden. Over {_share(TOO_STRICT)} an approval is "
            "in the way more than it helps: ask fewer people, or ask before less."
        )
    if found.timeouts:
        yield (
            f"{title}: {found.timeouts} of {found.closed} ran out of time. Ask whoever is on shift, "
            "or a second tier sooner."
        )
    if found.stuck:
        yield (
            f"{title}: {found.stuck} of {found.closed} could be decided by nobody: too few are left without those "
            "who proposed it or can't be asked. Ask for fewer, seat more people, or name a second tier."
        )
    if found.votes >= STAMPING_VOTES and len(found.stamps) > found.votes * STAMPING_SHARE:
        yield (
            f"{title}: {len(found.stamps)} of {_count(found.votes, 'vote')} came within 10 s, from people who had not "
            "opened the plan. `stricter: {rubber-stamps: 1}` asks for one more of them."
        )


def _of_person(person: str, load: Load) -> Iterator[str]:
    silent = len(load.unanswered)
    if silent >= SILENT and silent > len(load.answered):
        yield (
            f"<@{person}> left {silent} of {_count(load.asked, 'question')} unanswered: "
            "a deputy in the on-call book would be asked after them."
        )


def waits(one: Waiting) -> str:
    """Say of an open gate how long it waits, for whom, and what that has cost."""
    what = _what(one)
    people = f" for {names(one.people)}" if one.people else ""
    cost = f"; it has cost {money(one.cost)} so far" if one.cost is not None else ""
    return f"{what[:1].upper()}{what[1:]} has waited {lasted(one.lasted)}{people}{cost}."


def _what(one: Waiting | Broken) -> str:
    what = f"“{one.action}”" if one.action else "something in a private incident"
    return f"{what} ({one.incident} {one.gate})"


def measured(found: Measures) -> str:
    """Say the figures of a group of gates in one line."""
    broken = _count(found.broken_glass, "broken glass", "broken glasses")
    unsigned = f", {found.unsigned} not countersigned" if found.unsigned else ""
    unsigned += f", {found.refused} not agreed with" if found.refused else ""
    too_strict = ", too many" if found.is_too_strict else ""
    rest = {outcome: count for outcome, count in found.outcomes.items() if outcome != Outcome.OVERRIDDEN.value}
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(rest.items()))
    parts = [
        f"{found.gates} asked for, {found.closed} ended",
        _times(found) if found.closed else "",
        outcomes,
        f"{found.timeouts} ran out of time" if found.timeouts else "",
        f"{found.stuck} that nobody could decide" if found.stuck else "",
        f"{found.escalated} went on to a next tier" if found.escalated else "",
        f"{found.overrides} overridden ({_share(found.override_share)}{too_strict})" if found.overrides else "",
        f"{broken}{unsigned}" if found.broken_glass else "",
        _count(len(found.stamps), "rubber stamp") if found.stamps else "",
        f"waiting cost {money(found.cost)}" if found.cost is not None else "",
    ]
    return " · ".join(part for part in parts if part)


def carried(load: Load) -> str:
    """Say in one line what one person carries."""
    median = f" (half of them within {lasted(load.median)})" if load.median is not None else ""
    parts = [
        f"asked {_count(load.asked, 'time')}, {load.voted} answered{median}",
        f"{len(load.unanswered)} unanswered" if load.unanswered else "",
        f"{load.passed_on} passed on" if load.passed_on else "",
        f"{load.late} late" if load.late else "",
        _count(load.stamps, "rubber stamp") if load.stamps else "",
    ]
    return " · ".join(part for part in parts if part)


def busiest(told: Report) -> list[tuple[str, Load]]:
    """List people by how often they were asked, or voted unasked."""
    return sorted(told.people.items(), key=lambda one: (-max(one[1].asked, one[1].voted), one[0]))


def money(amount: float) -> str:
    """Write an amount in the operator's currency, which nobody has told us."""
    return f"{amount:,.0f}"


def _share(of_one: float) -> str:
    return f"{of_one * 100:.0f} %"


def _times(found: Measures) -> str:
    assert found.mean is not None, "some are closed"
    assert found.p95 is not None, "some are closed"
    return f"{lasted(found.mean)} in the mean, 95 of 100 within {lasted(found.p95)}"


def _count(count: int, noun: str, more: str = "") -> str:
    return f"{count} {noun if count == 1 else more or f'{noun}s'}"
