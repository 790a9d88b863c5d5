"""Every way in which people, deputies, workers and the clock can meet at one gate, for every kind and purpose of gate.

Each actor reads, decides by the real rules, and appends if nobody was faster; else it reads again. All orders of these
steps are tried. The same search over a store that doesn't compare finds lost votes and second outcomes: it can fail.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import pytest

from bot.domain.gates import events as e
from bot.domain.gates import orders as o
from bot.domain.gates.decide import decide
from bot.domain.gates.due import may_be_told, next_due, wanted
from bot.domain.gates.evolve import evolve, replay
from bot.domain.gates.gate import Gate, Outcome
from bot.domain.gates.policy import ApprovalPolicy
from bot.domain.gates.stricter import Known, with_reasons
from bot.domain.gates.subject import Subject
from bot.domain.ids import SYSTEM
from bot.domain.rejected import Rejected
from tests.domain.gates import laws
from tests.domain.gates.asking import EVE, FAY, GUS, HOUR, SUBJECT, Asking, policy
from tests.harness.clock import at
from tests.harness.people import ANA, BEN, CY, DEE, MO

LATER = SUBJECT.model_copy(update={"parameters": {"replicas": 9}})
LIMIT = 2 * HOUR


DAY = 24 * HOUR
DAY_AFTER = HOUR + DAY
"""When it falls due to countersign, where the glass was broken after an hour."""


def yes(by: str, when: float = HOUR + 1, seen: str | None = SUBJECT.hash, *, here: bool = True) -> o.CastVote:
    return o.CastVote(by=by, at=at(when), choice="approve", subject=seen, here=here)


def no(by: str, when: float = HOUR + 1) -> o.CastVote:
    return o.CastVote(by=by, at=at(when), choice="reject", comment="too risky", subject=SUBJECT.hash, here=True)


ORDERS: Mapping[str, o.AnyOrder | None] = {
    "ben approves": yes(BEN),
    "ben rejects": no(BEN),
    "cy approves": yes(CY),
    "cy rejects": no(CY),
    "dee approves what she sees": yes(DEE, seen=None),
    "gus approves": yes(GUS),
    "mo approves": yes(MO),
    "eve approves": yes(EVE),
    "mo approves at the limit": yes(MO, LIMIT),
    "ben approves by another account": o.CastVote(
        by="UBEN2", at=at(HOUR + 1), choice="approve", linked={BEN: "ben", "UBEN2": "ben"}, here=True
    ),
    "ben takes it back": o.WithdrawVote(by=BEN, at=at(HOUR + 2)),
    "cy takes it back": o.WithdrawVote(by=CY, at=at(HOUR + 2)),
    "ben says not me": o.PassOn(by=BEN, at=at(HOUR), to=GUS),
    "an hour has passed": o.Tick(by=SYSTEM, at=at(HOUR)),
    "time is up": o.Tick(by=SYSTEM, at=at(LIMIT)),
    "ana changes it": o.ChangeSubject(by=ANA, at=at(HOUR), subject=LATER),
    "ana withdraws it": o.WithdrawGate(by=ANA, at=at(HOUR)),
    "ben breaks the glass": o.BreakGlass(by=BEN, at=at(HOUR), because="customers can't pay", holds=("hat commander",)),
    "mo countersigns": o.Countersign(by=MO, at=at(HOUR + 5), holds=("team managers",)),
    "ben countersigns": o.Countersign(by=BEN, at=at(HOUR + 5), holds=("team managers",)),
    "somebody asks the next": o.AskNext(by=DEE, at=at(HOUR)),
    "ana approves": yes(ANA),
    "ben turns out to be ana": o.OpenPlan(by=DEE, at=at(HOUR + 3), linked={BEN: "ana", ANA: "ana"}),
    "a worker looks up": None,
}
"""The last one answers what the gate wants looked up when the worker reads it, as the book has it."""


def lost(account: str) -> o.RecordOutOfReach:
    because = "their account is deactivated"
    return o.RecordOutOfReach(by=SYSTEM, at=at(HOUR / 2), turn=1, account=account, because=because)


LATELY: Mapping[str, o.AnyOrder] = {
    "ben is out of reach": lost(BEN),
    "cy is out of reach": lost(CY),
    "gus is out of reach": lost(GUS),
    "the dry run answers": o.ShowDryRun(by=SYSTEM, at=at(HOUR / 2), dry_run="9 pods"),
    "the dry run answers otherwise": o.ShowDryRun(by=SYSTEM, at=at(HOUR + 2), dry_run="8 pods"),
    "cy approves what the dry run said": yes(CY, seen=SUBJECT.model_copy(update={"dry_run": "9 pods"}).hash),
    "they wake": o.Tick(by=SYSTEM, at=at(2.5 * HOUR)),
    "two hours after they woke": o.Tick(by=SYSTEM, at=at(4.5 * HOUR)),
    "fay approves from elsewhere": yes(FAY, here=False),
    "ben approves from elsewhere": yes(BEN, here=False),
    "fay countersigns from elsewhere": o.Countersign(by=FAY, at=at(HOUR + 5)),
    "half of the debt's time has passed": o.Tick(by=SYSTEM, at=at(HOUR + DAY / 2)),
    "the debt is due": o.Tick(by=SYSTEM, at=at(DAY_AFTER)),
    "the debt is due for a day": o.Tick(by=SYSTEM, at=at(DAY_AFTER + DAY)),
    "the debt is due for two days": o.Tick(by=SYSTEM, at=at(DAY_AFTER + 2 * DAY)),
}
"""Orders that only some gates are tried with: all of them with all the others would take minutes."""

GLASS = {"who": [{"hat": "commander"}], "countersigned_by": [{"team": "managers"}]}
TEAM = {"team": "payments", "voices": 3}
KINDS: Mapping[str, Asking] = {
    "parallel": Asking(
        policy(kind="parallel", seats=[TEAM], quorum=2, noes=1, glass=GLASS, second=[{"team": "managers"}]),
        deputies={BEN: [GUS]},
    ),
    "sequential": Asking(
        policy(kind="sequential", chain=[{"person": "ben"}, {"person": "cy"}], glass=GLASS, second=[{"team": "leads"}]),
        deputies={BEN: [GUS], CY: [GUS]},
    ),
    "dynamic": Asking(
        policy(kind="dynamic", route={"picks": 2}, fallback=[{"team": "managers"}], glass=GLASS, last_resort="reject"),
        sits={"route": (BEN, CY)},
    ),
    "overriding": Asking(
        policy(
            kind="parallel",
            seats=[TEAM],
            quorum=2,
            override={"seats": [{"team": "leads", "voices": 5}], "quorum": 3, "noes": 3},
            glass=GLASS,
        ),
    ),
    "mixed": Asking(
        policy(
            steps=[
                {"tiers": [{"seats": [TEAM], "quorum": 2, "noes": 2}, {"seats": [{"team": "managers"}]}]},
                {"tiers": [{"seats": [{"anyone": True, "must": True}]}]},
            ],
            glass=GLASS,
            limit=LIMIT,
            then="approve",
        ),
    ),
}
"""Gates that ANA has opened. BEN is the commander, BEN, CY and DEE are payments, MO and EVE the managers."""

ROLLING_BACK = Subject(
    purpose="rollback", action="Roll back: Restart checkout", target="checkout", parameters={"mitigation": "m1"}
)
CAREFUL = ROLLING_BACK.model_copy(update={"touches": ("customer-data",)})
NOTICE = Subject(purpose="notification", action="Tell customers", target="status", parameters={"text": "all is well"})


def stricter(declared: ApprovalPolicy, **more: Any) -> Asking:
    """A gate before a runbook that nobody has reviewed."""
    asked = with_reasons(declared, Known(stale="nobody has reviewed the runbook"))
    return Asking(asked.policy, declared=asked.declared, stricter=asked.stricter, **more)


STALE = {"stale-runbook": 1}
PAYMENTS = {"kind": "parallel", "seats": [TEAM], "quorum": 2}
UNDOES = {"limit": LIMIT, "then": "roll-back", "last_resort": "roll-back", "glass": GLASS}
VOTES = ("ben approves", "ben rejects", "cy approves", "cy rejects", "dee approves what she sees", "ben takes it back")
CHANGES = ("time is up", "ana changes it", "ben breaks the glass")
AWAY = ("ben is out of reach", "cy is out of reach")
AFTER_GLASS = tuple(name for name in LATELY if "debt" in name)

RECENT: Mapping[str, tuple[Asking, tuple[str, ...]]] = {
    "stricter": (
        stricter(policy(**PAYMENTS, noes=2, stricter=STALE, glass=GLASS), deputies={BEN: [GUS]}),
        (*VOTES, *CHANGES, *AWAY, "gus is out of reach", "gus approves", "an hour has passed"),
    ),
    "stricter, with others behind": (
        stricter(policy(**{**PAYMENTS, "quorum": 1}, noes=2, stricter=STALE, second=[{"team": "managers"}])),
        (*VOTES, *AWAY, "a worker looks up", "mo approves", "time is up", "ana changes it"),
    ),
    "stricter, and overriding": (
        stricter(
            policy(**PAYMENTS, stricter=STALE, override={"seats": [{"team": "leads", "voices": 5}], "quorum": 3}),
        ),
        (*VOTES, *AWAY, "cy takes it back", "a worker looks up", "mo approves", "eve approves", "time is up"),
    ),
    "away": (
        Asking(
            policy(kind="sequential", chain=[{"person": "ben"}, {"person": "cy"}], second=[{"anyone": True}]),
            deputies={BEN: [GUS, MO], CY: [GUS]},
        ),
        (
            *VOTES,
            *AWAY,
            *("gus is out of reach", "gus approves", "mo approves", "ben says not me", "a worker looks up"),
            *("fay approves from elsewhere", "time is up"),
        ),
    ),
    "one deputy of all": (
        Asking(policy(**PAYMENTS, noes=2, second=[{"team": "managers"}]), deputies={BEN: [GUS], CY: [GUS], DEE: [GUS]}),
        (
            *VOTES,
            *AWAY,
            *("gus is out of reach", "gus approves", "ben says not me", "an hour has passed", "time is up"),
        ),
    ),
    "rollback": (
        Asking(policy(**PAYMENTS, noes=2, **UNDOES), ROLLING_BACK),
        (*VOTES, *CHANGES, *AWAY, "ana withdraws it", "mo approves at the limit", "an hour has passed"),
    ),
    "rollback of what touches customers' data": (
        Asking(policy(**PAYMENTS, noes=2, **UNDOES), CAREFUL),
        (*VOTES, *CHANGES, *AWAY, "ana withdraws it", "mo approves at the limit", "an hour has passed"),
    ),
    "notification": (
        Asking(policy(kind="parallel", seats=[{"anyone": True, "voices": 2}], quorum=2, glass=GLASS), NOTICE),
        (*VOTES, *CHANGES, "fay approves from elsewhere", "ben approves from elsewhere", "ana approves"),
    ),
    "dry run": (
        Asking(policy(**PAYMENTS, noes=2, limit=LIMIT, then="approve", glass=GLASS), trial_due=at(HOUR)),
        (
            *VOTES,
            *CHANGES,
            *("the dry run answers", "the dry run answers otherwise", "an hour has passed", "a worker looks up"),
            "cy approves what the dry run said",
        ),
    ),
    "asleep": (
        Asking(
            policy(**PAYMENTS, limit=LIMIT, then="approve", second=[{"team": "managers"}], quiet=["mon 00:00-14:30"]),
            deputies={BEN: [GUS]},
        ),
        (
            *VOTES,
            *AWAY,
            *("time is up", "somebody asks the next", "a worker looks up", "ben says not me", "they wake"),
            *("two hours after they woke", "ana changes it", "mo approves"),
        ),
    ),
    "debt": (
        Asking(policy(kind="parallel", seats=[{"anyone": True}], glass={"who": [{"hat": "commander"}], "nags": 2})),
        (
            *("ben breaks the glass", "ben countersigns", "mo countersigns", "fay countersigns from elsewhere"),
            *("cy approves", "ben turns out to be ana", "ana changes it", *AFTER_GLASS),
        ),
    ),
}
"""What came later, each with the orders that concern it: gates that are stricter, people out of reach, the other
purposes, debts that are asked for."""


# The search


Facts = tuple[e.AnyFact, ...]
Sequel = tuple[tuple[str, int], ...]
"""Who has appended, in this order, each with how many had when they read: it says all that there is to say."""


@dataclass(frozen=True)
class Stored:
    """What a store holds: the record, and the state that was written with it."""

    facts: Facts
    state: Gate
    sequel: Sequel = ()


@dataclass(frozen=True)
class Actor:
    name: str
    read: Stored | None = None
    answer: str = ""

    @property
    def key(self) -> tuple[Sequel | None, str]:
        return (self.read.sequel if self.read else None, self.answer)


class Rules:
    """The real rules, which are asked once for each state and order."""

    def __init__(self, book: Asking) -> None:
        self.book = book
        self.orders = {name: of_subject(order, book.gate.subject) for name, order in {**ORDERS, **LATELY}.items()}
        self.decided = dict[tuple[Sequel, str], tuple[Facts, str]]()
        self.appended = dict[Sequel, Stored]()
        self.judged = dict[Sequel, frozenset[str]]()

    def decide(self, read: Stored, name: str) -> tuple[Facts, str]:
        """Return what happens by an order, and what whoever gave it is told."""
        key = (read.sequel, name)
        if key not in self.decided:
            try:
                facts = tuple(decide(self.orders[name] or self.look_up(read.state), read.state))
                self.decided[key] = (facts, ", ".join(fact.type for fact in facts) or "so already")
            except Rejected as refused:
                self.decided[key] = ((), f"no: {type(refused).__name__}")
        return self.decided[key]

    def append(self, stored: Stored, read: Stored, name: str) -> Stored:
        """Append what was decided on what was read, and write the state that follows from what was read."""
        sequel = (*stored.sequel, (name, len(read.sequel)))
        if sequel not in self.appended:
            facts, _ = self.decide(read, name)
            state = read.state
            for fact in facts:
                state = evolve(state, fact)
            self.appended[sequel] = Stored((*stored.facts, *facts), state, sequel)
        return self.appended[sequel]

    def faults_of(self, stored: Stored) -> frozenset[str]:
        if stored.sequel not in self.judged:
            self.judged[stored.sequel] = frozenset(faults_of(stored))
        return self.judged[stored.sequel]

    def look_up(self, gate: Gate) -> o.AnyOrder:
        for want in wanted(gate):
            found = [one for n, seat in enumerate(want.seats) for one in self.book.sitting(n, seat)]
            return o.RecordAsked(by=SYSTEM, at=at(HOUR), turn=want.turn, found=tuple(found))
        return o.Tick(by=SYSTEM, at=at(1))


def of_subject(order: o.AnyOrder | None, subject: Subject) -> o.AnyOrder | None:
    """Put an order to a gate that asks for something else."""
    match order:
        case o.CastVote() if order.subject == SUBJECT.hash:
            return order.model_copy(update={"subject": subject.hash})
        case o.ChangeSubject():
            more = {**subject.parameters, **order.subject.parameters}
            return order.model_copy(update={"subject": subject.model_copy(update={"parameters": more})})
        case _:
            return order


GATES = {**KINDS, **{kind: asking for kind, (asking, _) in RECENT.items()}}
RULES = {kind: Rules(asking) for kind, asking in GATES.items()}


@dataclass
class Search:
    rules: Rules
    compares: bool = True
    """The store appends only if nobody was faster."""
    met: set[object] = field(default_factory=set)

    def ends(self, start: Stored, names: Sequence[str]) -> Iterator[tuple[Stored, tuple[Actor, ...]]]:
        todo = [(start, tuple(Actor(name) for name in names))]
        while todo:
            stored, actors = todo.pop()
            key = (stored.sequel, *(actor.key for actor in actors))
            if key in self.met:
                continue
            self.met.add(key)
            if all(actor.answer for actor in actors):
                yield stored, actors
            for n, actor in enumerate(actors):
                if not actor.answer:
                    after, moved = self.step(stored, actor)
                    todo.append((after, (*actors[:n], moved, *actors[n + 1 :])))

    def step(self, stored: Stored, actor: Actor) -> tuple[Stored, Actor]:
        """Read; or decide on what was read, and append it."""
        read = actor.read
        if read is None:
            return stored, Actor(actor.name, stored)
        facts, answer = self.rules.decide(read, actor.name)
        if not facts:
            return stored, Actor(actor.name, read, answer)
        if self.compares and read.sequel != stored.sequel:
            return stored, Actor(actor.name, stored)
        return self.rules.append(stored, read, actor.name), Actor(actor.name, read, answer)


UNSEEN = "a vote counts for what its voter has not seen"


def faults(stored: Stored, actors: Sequence[Actor], rules: Rules) -> Iterator[str]:
    """Compare the record with the laws, with the state, and with what each was told."""
    yield from rules.faults_of(stored)
    for actor in actors:
        order = rules.orders[actor.name]
        if order is None or actor.read is None:
            continue
        if isinstance(order, o.CastVote) and "gate.voted" in actor.answer:
            yield from [UNSEEN] if order.subject not in {None, actor.read.state.subject.hash} else []
        facts, _ = rules.decide(actor.read, actor.name)
        yield from laws.unheard(order, facts, actor.read.state)
    told = Counter(order.by for actor in actors if "gate.voted" in actor.answer and (order := rules.orders[actor.name]))
    if told != Counter(fact.by for fact in stored.facts if isinstance(fact, e.VoteCast)):
        yield "who was told so isn't who is on record"


def faults_of(stored: Stored) -> Iterator[str]:
    yield from laws.broken(stored.facts)
    gate = stored.state
    if replay(stored.facts) != gate:
        yield "the state isn't what the record folds to"
    if gate.is_open:
        if next_due(gate) is None or laws.is_hopeless(gate):
            yield "it waits in vain"
        return
    if wanted(gate) or any(may_be_told(gate, call.turn, chair.account) for call in gate.calls for chair in call.chairs):
        yield "somebody is still told after the outcome"
    if any(isinstance(fact, e.GlassBroken) for fact in stored.facts) != (gate.debt is not None):
        yield "broken glass without a debt"


def look(kind: str, names: Sequence[str], *, compares: bool = True) -> tuple[set[str], Counter[Outcome | None], int]:
    """Try all orders; return what is wrong at any end, how the gate ended, and how many states were met."""
    asking, search = GATES[kind], Search(RULES[kind], compares=compares)
    wrong, outcomes = set[str](), Counter[Outcome | None]()
    for stored, actors in search.ends(Stored(tuple(asking.facts), asking.gate), names):
        wrong.update(faults(stored, actors, search.rules))
        outcomes[stored.state.outcome] += 1
    return wrong, outcomes, len(search.met)


@pytest.mark.parametrize("kind", KINDS)
def test_three_at_once_break_no_law(kind: str) -> None:
    for names in combinations(ORDERS, 3):
        wrong, _, _ = look(kind, names)
        assert not wrong, names


@pytest.mark.parametrize("kind", RECENT)
def test_three_at_once_break_no_law_at_what_came_later(kind: str) -> None:
    for names in combinations(RECENT[kind][1], 3):
        wrong, _, _ = look(kind, names)
        assert not wrong, names


CROWDS: Mapping[str, tuple[tuple[str, ...], set[Outcome | None]]] = {
    "parallel": (
        ("ben approves", "cy approves", "cy takes it back", "time is up", "ana changes it", "ben breaks the glass"),
        {Outcome.APPROVED, Outcome.OVERRIDDEN},
    ),
    "sequential": (
        ("an hour has passed", "gus approves", "ben approves", "a worker looks up", "cy approves", "ben takes it back"),
        {Outcome.APPROVED, None},
    ),
    "dynamic": (
        (
            "ben says not me",
            "gus approves",
            "cy rejects",
            "time is up",
            "a worker looks up",
            "mo approves at the limit",
        ),
        {Outcome.APPROVED, Outcome.REJECTED},
    ),
    "overriding": (
        (
            "cy rejects",
            "a worker looks up",
            "ben approves",
            "mo approves",
            "eve approves",
            "cy takes it back",
            "time is up",
        ),
        {Outcome.OVERRIDDEN, Outcome.EXPIRED, None},
    ),
    "mixed": (
        (
            "ben approves",
            "ben approves by another account",
            "cy rejects",
            "dee approves what she sees",
            "gus approves",
            "time is up",
        ),
        {Outcome.APPROVED, Outcome.REJECTED, Outcome.EXPIRED},
    ),
    "stricter": (
        (
            "ben is out of reach",
            "gus is out of reach",
            "gus approves",
            "cy approves",
            "dee approves what she sees",
            "ben approves",
        ),
        {Outcome.APPROVED},
    ),
    "away": (
        ("ben is out of reach", "gus is out of reach", "mo approves", "cy approves", "a worker looks up", "time is up"),
        {Outcome.APPROVED, None},
    ),
    "rollback": (
        ("ben approves", "cy approves", "cy is out of reach", "ben takes it back", "time is up", "ana withdraws it"),
        {Outcome.APPROVED, Outcome.EXPIRED, Outcome.WITHDRAWN},
    ),
    "rollback of what touches customers' data": (
        ("ben approves", "cy rejects", "time is up", "ben breaks the glass", "ana changes it", "ben is out of reach"),
        {Outcome.EXPIRED, Outcome.OVERRIDDEN},
    ),
    "debt": (
        ("ben breaks the glass", "mo countersigns", "ben countersigns", *AFTER_GLASS),
        {Outcome.OVERRIDDEN, Outcome.EXPIRED},
    ),
}


@pytest.mark.parametrize("kind", CROWDS)
def test_six_and_seven_at_once_break_no_law(kind: str) -> None:
    names, possible = CROWDS[kind]
    wrong, outcomes, met = look(kind, names)
    assert not wrong
    assert set(outcomes) == possible
    assert met > (10_000 if kind in KINDS else 1000)


@pytest.mark.parametrize(
    ("kind", "names", "meets"),
    [
        ("stricter", ("ben is out of reach", "gus is out of reach"), "gate.quorum-eased"),
        ("away", ("ben is out of reach", "gus approves"), "gate.deputy-asked"),
        ("one deputy of all", ("an hour has passed", "gus approves", "ben approves"), "gate.ended"),
        ("dry run", ("the dry run answers", "cy approves what the dry run said"), "gate.dry-run"),
        ("asleep", ("they wake", "two hours after they woke"), "gate.ended"),
        ("rollback", ("ben approves", "time is up"), "gate.ended"),
        ("debt", ("ben breaks the glass", *AFTER_GLASS), "gate.debt-reminded"),
    ],
)
def test_the_search_meets_what_it_is_about(kind: str, names: Sequence[str], meets: str) -> None:
    look(kind, names)
    assert any(meets in {fact.type for fact in stored.facts} for stored in RULES[kind].appended.values())


@pytest.mark.parametrize("kind", ["parallel", "overriding", "mixed"])
def test_where_the_store_does_not_compare_the_search_finds_it(kind: str) -> None:
    """Check, then act: a second outcome, or a vote that somebody was told is counted and is gone."""
    wrong, _, _ = look(kind, ("ben approves", "cy approves"), compares=False)
    assert "the state isn't what the record folds to" in wrong, "a vote is lost"
    wrong, _, _ = look(kind, ("ana withdraws it", "ben breaks the glass"), compares=False)
    assert "gate.ended came after the outcome" in wrong


def test_two_yeses_at_once_always_open_the_gate() -> None:
    _, outcomes, _ = look("parallel", ("ben approves", "cy approves"))
    assert set(outcomes) == {Outcome.APPROVED}


def test_two_accounts_of_one_person_never_do() -> None:
    _, outcomes, _ = look("parallel", ("ben approves", "ben approves by another account"))
    assert set(outcomes) == {None}


def test_a_yes_to_what_it_was_never_approves_what_it_has_become() -> None:
    _, outcomes, _ = look("parallel", ("ben approves", "cy approves", "ana changes it"))
    assert set(outcomes) == {Outcome.APPROVED, None}
