"""What holds of every gate, whoever votes, changes or takes back what, however late the clock and the lookups are."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.domain.gates import events as e
from bot.domain.gates import orders as o
from bot.domain.gates.decide import decide
from bot.domain.gates.due import may_be_told, next_due, wanted
from bot.domain.gates.evolve import evolve, replay
from bot.domain.gates.explain import explain
from bot.domain.gates.gate import Found, Gate, StandIn
from bot.domain.gates.policy import ApprovalPolicy, Choice, Purpose
from bot.domain.gates.seat import Seat
from bot.domain.gates.stricter import Known, with_reasons
from bot.domain.gates.subject import Subject
from bot.domain.ids import SYSTEM
from bot.domain.rejected import Rejected
from tests.domain.gates import laws
from tests.domain.gates.asking import EVE, FAY, GUS, SITS, policy
from tests.harness.clock import NOON, WoundClock
from tests.harness.people import ANA, BEN, CY, DEE, MO

PEOPLE = (ANA, BEN, CY, DEE, MO, EVE, FAY, GUS, "UBEN2")
LINKS: tuple[dict[str, str], ...] = ({}, {BEN: "ben", "UBEN2": "ben"}, {ANA: "ana", GUS: "ana"})
"""What is known of people's accounts, more or less; learnt at any time."""

seats = st.sampled_from(
    [
        {"person": "ben"},
        {"team": "payments", "voices": 3},
        {"team": "payments", "voices": 2, "weight": 2},
        {"role": "security", "must": True},
        {"route": {"picks": 2}, "voices": 2},
        {"hat": "commander"},
        {"anyone": True},
    ]
)


@st.composite
def tiers(draw: st.DrawFn) -> dict[str, Any]:
    given = draw(st.lists(seats, min_size=1, max_size=3, unique_by=str))
    built = [Seat.model_validate(seat) for seat in given]
    return {
        "seats": given,
        "quorum": draw(st.integers(1, min(4, sum(seat.most for seat in built)))),
        "noes": draw(st.integers(1, min(2, sum(seat.voices for seat in built)))),
        "limit": draw(st.sampled_from((600, 7200))),
        "deputy_after": draw(st.sampled_from((None, 300, 3600))),
        "renotify": draw(st.sampled_from((None, 60, 900))),
        "hours": draw(st.sampled_from(((), ("mon-fri 09:00-17:00",)))),
    }


OVERRIDE = {"seats": [{"team": "leads", "voices": 5}, {"team": "payments", "voices": 15}], "quorum": 5, "noes": 2}


@st.composite
def policies(draw: st.DrawFn) -> ApprovalPolicy:
    steps = draw(st.lists(st.lists(tiers(), min_size=1, max_size=3), min_size=1, max_size=3))
    limit = draw(st.sampled_from((None, None, 1800)))
    endings = ("approve", "reject", "roll-back", "expire")
    given: dict[str, Any] = {
        "steps": [{"tiers": each} for each in steps],
        "shuffle": draw(st.booleans()),
        "limit": limit,
        "then": draw(st.sampled_from((*endings, "escalate"))) if limit else "expire",
        "last_resort": draw(st.sampled_from(endings)),
        "override": draw(st.sampled_from((None, OVERRIDE))),
        "glass": draw(st.sampled_from((None, {"who": [{"hat": "commander"}], "within": "1h", "nag": "10m"}))),
        "stricter": draw(st.sampled_from(({}, {}, {"stale-runbook": 1}, {"stale-runbook": 1, "rubber-stamps": 2}))),
    }
    alone: dict[str, Any] = {"stricter": {}, "steps": given["steps"][:1], "limit": None, "then": "expire"}
    milder: tuple[dict[str, Any], ...] = ({}, {"stricter": {}}, alone)
    for kept in milder:
        try:
            return policy(**{**given, **kept})
        except ValueError:  # one person alone in two steps, no quorum to raise, a limit too late: refused, rightly
            pass
    raise AssertionError(given)


USUAL = (
    policy(kind="parallel", seats=[{"team": "payments", "voices": 3}], quorum=2),
    policy(kind="parallel", seats=[{"team": "payments", "voices": 3}], quorum=2, noes=2, limit="1h", then="approve"),
    policy(kind="parallel", seats=[{"team": "payments", "voices": 3}], quorum=2, override=OVERRIDE),
    policy(kind="sequential", chain=[{"hat": "commander"}, {"team": "payments"}], second=[{"team": "managers"}]),
    policy(kind="sequential", chain=[{"team": "payments"}, {"team": "payments"}, {"anyone": True}], shuffle=True),
    policy(kind="parallel", seats=[{"team": "payments", "voices": 3}], quorum=2, stricter={"stale-runbook": 1}),
    policy(kind="dynamic", route={"picks": 2}, fallback=[{"team": "managers"}], glass={"who": [{"anyone": True}]}),
)
"""Gates as people have them; half of the time one of these."""


PURPOSES: tuple[Purpose, ...] = ("mitigation", "mitigation", "rollback", "rollback", "notification", "stage")


class Gates(RuleBasedStateMachine):
    """People with several accounts, lookups that come late, twice or never, a clock that sleeps, and one gate."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = WoundClock()
        self.facts = list[e.AnyFact]()
        self.state: Gate | None = None
        self.subjects = list[Subject]()
        self.lookups = list[int]()
        self.prompt = True
        """Lookups are answered at once, as the book has it."""
        self.quiet: tuple[str, ...] = ()
        """When everybody sleeps."""
        self.decided_at = NOON
        self.read = 0
        """How many facts were held against the laws."""
        self.last: o.AnyOrder | None = None

    @property
    def gate(self) -> Gate:
        assert self.state is not None
        return self.state

    def orders(self, order: o.AnyOrder) -> list[e.AnyFact]:
        before = self.state
        try:
            facts = decide(order, before)
        except Rejected as no:
            assert "{" not in no.sentence  # noqa: PT017 - an answer, not an accident
            return []
        self.decided_at = order.at
        if isinstance(order, o.CastVote) and any(isinstance(fact, e.VoteCast) for fact in facts):
            assert order.subject in {None, self.subjects_now()}, "a vote for what it was"
        if before is not None:
            assert list(laws.unheard(order, facts, before)) == []
        for fact in facts:
            self.state = evolve(self.state, fact)
        self.facts += facts
        self.lookups += [fact.turn for fact in facts if isinstance(fact, e.TierCalled)]
        self.last = order
        for want in wanted(self.gate) if self.prompt else ():
            found = [one for n, seat in enumerate(want.seats) for one in self.sitting(n, seat)]
            facts += self.orders(o.RecordAsked(**self.by(SYSTEM), turn=want.turn, found=tuple(found)))
            self.last = order
        return facts

    def subjects_now(self) -> str:
        """Return the hash of what is asked now."""
        return self.gate.subject.hash

    def sitting(self, n: int, seat: Seat) -> list[Found]:
        gus, eve = StandIn(account=GUS), StandIn(account=EVE)
        deputies = {BEN: (gus,), CY: (gus,), DEE: (eve, gus), FAY: (eve, gus)}
        return [
            Found(
                account=account,
                seat=n,
                because=("as the book has it",),
                deputies=deputies.get(account, ()),
                quiet=self.quiet,
            )
            for account in SITS.get(seat.name, (BEN, DEE))
        ]

    def by(self, account: str, links: int = 0) -> dict[str, Any]:
        return {"by": account, "at": self.clock.now(), "linked": LINKS[links]}

    @initialize(
        policy=st.one_of(st.sampled_from(USUAL), policies()),
        prompt=st.sampled_from((True, True, True, False)),
        subject=st.builds(
            Subject,
            purpose=st.sampled_from(PURPOSES),
            action=st.just("Restart"),
            target=st.just("checkout"),
            touches=st.sampled_from(((), (), ("customer-data",))),
        ),
        stale=st.sampled_from(("", "nobody has reviewed the runbook")),
        seed=st.text(),
        quiet=st.sampled_from(((), (), ("mon-sun 11:00-13:00",), ("mon-sun 11:00-23:00",))),
        tries=st.sampled_from((False, False, True)),
    )
    def ana_asks(
        self,
        *,
        policy: ApprovalPolicy,
        prompt: bool,
        subject: Subject,
        stale: str,
        seed: str,
        quiet: tuple[str, ...],
        tries: bool,
    ) -> None:
        self.prompt, self.quiet = prompt, quiet
        self.subjects = [subject, subject.model_copy(update={"dry_run": "9 pods"})]
        asked = with_reasons(policy, Known(stale=stale, stamped={policy.id: "they don't read"}))
        trial_due = NOON + timedelta(seconds=30) if tries else None
        opening = {"declared": asked.declared, "stricter": asked.stricter, "seed": seed, "trial_due": trial_due}
        self.orders(o.OpenGate(**self.by(ANA), gate="g1", policy=asked.policy, subject=subject, **opening))

    # what people do

    @precondition(lambda self: self.state and self.state.is_open)
    @rule(data=st.data(), approves=st.sampled_from((True, True, True, True, False)))
    def somebody_who_is_asked_votes(self, data: st.DataObject, approves: bool) -> None:
        asked = sorted({chair.account for _, chair in self.gate.asked(self.gate.current)}) or list(PEOPLE)
        by = data.draw(st.sampled_from(asked))
        comment = "" if approves else "no"
        ballot = data.draw(st.sampled_from((None, self.gate.current, self.gate.current, 0)))
        choice: Choice = "approve" if approves else "reject"
        here = data.draw(st.sampled_from((True, True, False)))
        self.orders(o.CastVote(**self.by(by), choice=choice, comment=comment, ballot=ballot, here=here))

    @precondition(lambda self: self.state and self.state.is_open)
    @rule(data=st.data())
    def somebody_who_is_asked_passes_it_on(self, data: st.DataObject) -> None:
        asked = sorted({chair.account for _, chair in self.gate.asked(self.gate.current)}) or list(PEOPLE)
        to = data.draw(st.sampled_from((*PEOPLE, *asked)))
        self.orders(o.PassOn(**self.by(data.draw(st.sampled_from(asked))), to=to))

    @precondition(lambda self: self.state and self.state.votes)
    @rule(data=st.data())
    def somebody_who_has_voted_takes_it_back(self, data: st.DataObject) -> None:
        by = data.draw(st.sampled_from(sorted({vote.account for vote in self.gate.votes})))
        self.orders(o.WithdrawVote(**self.by(by), ballot=data.draw(st.sampled_from((None, self.gate.current, 0)))))

    @rule(
        by=st.sampled_from(PEOPLE),
        approves=st.sampled_from((True, True, True, False)),
        seen=st.sampled_from((None, 0, 1)),
        links=st.sampled_from((0, 0, 0, 1, 2)),
        here=st.sampled_from((True, True, False)),
    )
    def somebody_votes(self, by: str, approves: bool, seen: int | None, links: int, here: bool) -> None:
        self.orders(
            o.CastVote(
                **self.by(by, links),
                choice="approve" if approves else "reject",
                comment="" if approves else "no",
                subject=None if seen is None else self.subjects[seen].hash,
                here=here,
            )
        )

    @precondition(lambda self: self.state and self.state.votes)
    @rule(by=st.sampled_from((ANA, CY)), subject=st.integers(0, 1))
    def somebody_changes_it(self, by: str, subject: int) -> None:
        self.orders(o.ChangeSubject(**self.by(by), subject=self.subjects[subject]))

    @precondition(lambda self: self.state and (self.state.trial_due or self.state.votes))
    @rule(says=st.sampled_from(("9 pods", "", "8 pods")))
    def the_dry_run_answers(self, says: str) -> None:
        self.orders(o.ShowDryRun(**self.by(ANA), dry_run=says))

    @rule(by=st.sampled_from(PEOPLE))
    def somebody_reads_the_plan(self, by: str) -> None:
        self.orders(o.OpenPlan(**self.by(by)))

    @precondition(lambda self: len(self.facts) > 8)
    @rule(by=st.sampled_from(PEOPLE))
    def somebody_asks_the_next(self, by: str) -> None:
        self.orders(o.AskNext(**self.by(by)))

    @precondition(lambda self: len(self.facts) > 20)
    @rule(by=st.sampled_from(PEOPLE), leads=st.booleans())
    def somebody_withdraws_it(self, by: str, leads: bool) -> None:
        self.orders(o.WithdrawGate(**self.by(by), leads=leads))

    @precondition(lambda self: len(self.facts) > 12)
    @rule(by=st.sampled_from(PEOPLE), holds=st.sampled_from(((), ("hat commander",))), here=st.booleans())
    def somebody_breaks_the_glass(self, by: str, holds: tuple[str, ...], here: bool) -> None:
        self.orders(o.BreakGlass(**self.by(by), because="customers can't pay", holds=holds, here=here))

    @precondition(lambda self: self.state and self.state.debt)
    @rule(data=st.data(), agrees=st.booleans())
    def somebody_countersigns(self, data: st.DataObject, agrees: bool) -> None:
        assert self.gate.debt is not None
        by = data.draw(st.sampled_from((self.gate.debt.by, ANA, MO)))
        here = data.draw(st.sampled_from((True, True, False)))
        self.orders(o.Countersign(**self.by(by), agrees=agrees, comment="no need", here=here))

    # what clocks and workers do

    @precondition(lambda self: self.lookups)
    @rule(data=st.data())
    def a_worker_has_looked_up(self, data: st.DataObject) -> None:
        turn = data.draw(st.sampled_from(self.lookups))
        call = self.gate.call(turn)
        seats = len(self.gate.tier_of(call).seats) if call else 1
        found = st.builds(
            Found,
            account=st.sampled_from(PEOPLE),
            seat=st.integers(0, seats - 1),
            because=st.just(("because",)),
            deputies=st.lists(st.builds(StandIn, account=st.sampled_from(PEOPLE)), max_size=2).map(tuple),
            quiet=st.sampled_from(((), ("mon-sun 11:00-13:00",))),
            is_away=st.booleans(),
        )
        people = tuple(data.draw(st.lists(found, max_size=6)))
        links = data.draw(st.sampled_from((0, 0, 1, 2)))
        self.orders(o.RecordAsked(**self.by(SYSTEM, links), turn=turn, found=people))

    @precondition(lambda self: self.state and self.state.is_open and self.state.calls)
    @rule(data=st.data())
    def a_worker_can_not_reach_somebody(self, data: st.DataObject) -> None:
        call = data.draw(st.sampled_from(self.gate.calls))
        account = data.draw(st.sampled_from([*(chair.account for chair in call.chairs), FAY]))
        order = o.RecordOutOfReach(**self.by(SYSTEM), turn=call.turn, account=account, because="they have left")
        self.orders(order)
        assert not may_be_told(self.gate, call.turn, account), "nobody waits for them"

    @rule(seconds=st.sampled_from((1, 1, 60, 301, 3600)))
    def time_passes_and_the_clock_ticks(self, seconds: int) -> None:
        self.clock.wind(seconds)
        self.orders(o.Tick(**self.by(SYSTEM)))

    @rule(seconds=st.sampled_from((1, 10, 400)))
    def time_passes_and_the_clock_sleeps(self, seconds: int) -> None:
        self.clock.wind(seconds)

    @precondition(lambda self: isinstance(self.last, o.CastVote | o.Tick | o.RecordAsked | o.WithdrawVote | o.OpenPlan))
    @rule()
    def the_last_order_comes_again(self) -> None:
        """Invariant 7."""
        assert self.last is not None
        assert self.orders(self.last) == []

    # what must hold

    @invariant()
    def the_record_breaks_no_law_and_can_be_explained(self) -> None:
        """Invariants 1 to 5 and 11."""
        if len(self.facts) == self.read:
            return
        self.read = len(self.facts)
        assert list(laws.broken(self.facts)) == []
        told = explain(self.gate)
        assert told.rules
        explained = {one.account for one in told.counted} | {one.account for one in told.left_out}
        assert explained >= {vote.account for vote in self.gate.votes}

    @invariant()
    def something_falls_due_or_there_is_an_outcome(self) -> None:
        """Invariants 6 and 11."""
        if self.state is None:
            return
        gate = self.gate
        if gate.is_open:
            due = next_due(gate)
            assert due is not None
            assert due > self.decided_at, "what had fallen due was done"
            assert not laws.is_hopeless(gate)
        else:
            assert gate.closed_at is not None
            assert (gate.debt is not None) == any(isinstance(fact, e.GlassBroken) for fact in self.facts)
            if gate.debt is not None:
                assert (
                    gate.debt.signed_by or gate.debt.is_told or next_due(gate) in {gate.debt.remind_at, gate.debt.due}
                )
            assert not wanted(gate)
            assert not any(may_be_told(gate, call.turn, chair.account) for call in gate.calls for chair in call.chairs)

    def teardown(self) -> None:
        """Silence until nothing is due: it has come to one outcome, every tick did something, and the record holds."""
        if self.state is None:
            return
        for _ in range(400):
            due = next_due(self.gate)
            if due is None:
                break
            self.clock.wind(max(0.0, (due - self.clock.now()).total_seconds()))
            assert self.orders(o.Tick(**self.by(SYSTEM))), "what is due moves on"
        assert not self.gate.is_open
        assert next_due(self.gate) is None
        assert list(laws.broken(self.facts)) == []
        stored = [e.FACTS.dump_json(fact) for fact in self.facts]
        assert replay(e.FACTS.validate_json(fact) for fact in stored) == self.state, "invariant 10"


TestGates = Gates.TestCase
