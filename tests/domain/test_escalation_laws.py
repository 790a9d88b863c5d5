"""What holds of every escalation, whoever answers when, however workers fail, and however late the clock is."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.audit.incidents import owed
from bot.domain import effects as x
from bot.domain.ids import SYSTEM
from bot.domain.incident import commands as c
from bot.domain.incident import events as e
from bot.domain.incident.escalations import Escalation, Standing, call_timer, lapse_timer
from bot.domain.incident.evolve import replay
from bot.domain.incident.record import breaks, read
from bot.domain.incident.state import Incident
from bot.domain.oncall.reach import Reachable
from bot.domain.rejected import Rejected
from bot.domain.severity import Severity
from bot.domain.timeline import sentence
from bot.engine import Engine
from tests.harness import laws
from tests.harness import orders as o
from tests.harness.book import by_ways, policy
from tests.harness.clock import NOON, WoundClock
from tests.harness.memory import MemoryStore, NobodyToWake
from tests.harness.orders import INC
from tests.harness.people import ANA, BEN, CY, DEE
from tests.harness.plans import POLICY

PEOPLE = (ANA, BEN, CY, DEE)
SENDS = {"look-up", "find-deputy", "send-page"}


class Calling(RuleBasedStateMachine):
    """People, a clock that may sleep, workers that fail and repeat themselves, and one incident."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = WoundClock()
        self.store = MemoryStore(line_up=self._line_up)
        self.engines = [Engine(self.store, NobodyToWake(), POLICY) for _ in range(2)]
        """Two processes: each remembers its own state, and may be behind."""
        self.waiting: list[tuple[float, str, Any]] = []
        """Effects, each with the second from which on it may be performed."""
        self.obeyed: list[c.AnyCommand] = []
        self.events: list[e.AnyEvent] = []

    # how the world works

    @property
    def incident(self) -> Incident:
        stored = self.store.load(INC)
        assert stored is not None
        return stored.incident

    @property
    def seconds(self) -> float:
        return (self.clock.now() - NOON).total_seconds()

    def _line_up(self, effect_id: str, effect: x.AnyEffect) -> None:
        assert x.EFFECTS.validate_python(effect.model_dump(mode="json")) == effect
        if effect.type in SENDS:
            self.waiting.append((self.seconds + effect.after, effect_id, effect))

    def orders(self, command: c.AnyCommand, process: int = 0) -> list[e.AnyEvent]:
        command = command.model_copy(update={"at": self.clock.now()})
        before = self.store.load(INC)
        try:
            receipt = self.engines[process].submit(command)
        except Rejected as no:
            assert "{" not in no.sentence  # noqa: PT017 - an answer, not an accident
            assert self.store.load(INC) == before, "a no changes nothing"
            return []
        if receipt.events:
            self.obeyed.append(command)
            self.events += receipt.events
            for event in receipt.events:
                assert sentence(event, receipt.incident)
        return list(receipt.events)

    @initialize(
        limits=st.lists(st.sampled_from((60.0, 300.0, 900.0)), min_size=1, max_size=3),
        repeats=st.integers(0, 2),
        lapses=st.sampled_from((None, None, 120.0, 600.0)),
    )
    def somebody_declares(self, limits: list[float], repeats: int, lapses: float | None) -> None:
        self.orders(o.declare(Severity.P1))
        self.policy = policy(*limits, repeats=repeats, lapses=lapses)
        self.orders(o.start_escalation(self.policy))

    # what people do

    @rule(by=st.sampled_from(PEOPLE), process=st.integers(0, 1))
    def somebody_acknowledges(self, by: str, process: int) -> None:
        self.orders(o.acknowledge(by=by), process)

    @rule(by=st.sampled_from(PEOPLE), process=st.integers(0, 1))
    def somebody_takes_over(self, by: str, process: int) -> None:
        self.orders(o.take_over(by=by), process)

    @rule(by=st.sampled_from(PEOPLE), to=st.sampled_from(PEOPLE))
    def somebody_says_not_me(self, by: str, to: str) -> None:
        self.orders(o.pass_on(to, by=by))

    @rule(by=st.sampled_from(PEOPLE))
    def somebody_escalates(self, by: str) -> None:
        self.orders(o.escalate_now(by=by))

    @rule(by=st.sampled_from(PEOPLE))
    def somebody_notes(self, by: str) -> None:
        self.orders(o.note("looking", by=by))

    @precondition(lambda self: len(self.incident.escalations) < 3)
    @rule(team=st.sampled_from(("payments", "search", "")), by=st.sampled_from((SYSTEM, ANA)))
    def somebody_is_paged(self, team: str, by: str) -> None:
        self.orders(o.start_escalation(self.policy, team=team, by=by, person=CY if not team else None))

    @precondition(lambda self: len(self.events) > 25)
    @rule()
    def somebody_resolves(self) -> None:
        self.orders(o.resolve(by=ANA))

    # what the clock and the workers do

    @rule(seconds=st.sampled_from((1, 59, 60, 120, 301, 600, 3600)), process=st.integers(0, 1))
    def time_passes_and_the_clock_ticks(self, seconds: int, process: int) -> None:
        self.clock.wind(seconds)
        self.orders(o.tick(0), process)

    @rule(seconds=st.sampled_from((10, 400)))
    def time_passes_and_the_clock_sleeps(self, seconds: int) -> None:
        self.clock.wind(seconds)

    @rule()
    def another_clock_ticks_too(self) -> None:
        self.orders(o.tick(0), 0)
        self.orders(o.tick(0), 1)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), process=st.integers(0, 1))
    def a_worker_performs(self, data: st.DataObject, process: int) -> None:
        """Any effect that is due, in any order; it may be performed twice."""
        due = [item for item in self.waiting if item[0] <= self.seconds]
        if not due:
            return
        item = data.draw(st.sampled_from(due))
        if data.draw(st.integers(0, 4)):
            self.waiting.remove(item)
        match item[2]:
            case x.LookUp() | x.FindDeputy() as effect:
                self._look_up(effect, item[1], data, process)
            case effect:
                self._send(effect, data, process)

    def _look_up(self, effect: x.LookUp | x.FindDeputy, cause: str, data: st.DataObject, process: int) -> None:
        found = data.draw(st.lists(st.sampled_from(PEOPLE), max_size=2, unique=True))
        ways = data.draw(st.sampled_from(((("slack", 0.0),), (("slack", 0.0), ("email", 120.0)))))
        people: list[Reachable] = [by_ways(person, *ways) for person in found]
        if isinstance(effect, x.LookUp):
            escalation, call = effect.escalation, effect.call
        else:
            page = self.incident.pages[effect.page]
            escalation, call = page.escalation, page.call
        order = o.called(call, *people, escalation=escalation).model_copy(update={"cause": f"called:{cause}"})
        self.orders(order, process)

    def _send(self, effect: x.SendPage, data: st.DataObject, process: int) -> None:
        if not self.orders(o.try_page(effect.page, effect.way, again=data.draw(st.booleans())), process):
            return
        outcomes: list[c.AnyCommand] = [
            o.page_sent(effect.page, effect.way),
            o.page_failed(effect.page, effect.way),
            o.page_delayed(effect.page, effect.way),
        ]
        self.orders(data.draw(st.sampled_from(outcomes)), process)

    @precondition(lambda self: self.obeyed)
    @rule(data=st.data(), process=st.integers(0, 1))
    def something_is_delivered_again(self, data: st.DataObject, process: int) -> None:
        before = self.store.load(INC)
        command = data.draw(st.sampled_from(self.obeyed))
        assert not self.engines[process].submit(command).events
        assert self.store.load(INC) == before

    # what must hold

    @invariant()
    def each_escalation_has_a_due_time_or_a_reason_for_none(self) -> None:
        """Invariant 6."""
        if not self.events:
            return
        incident = self.incident
        assert set(owed(incident)) <= incident.timers.keys(), "the self-audit would be right to complain"
        for escalation in incident.escalations.values():
            waits, lapses = call_timer(escalation.id) in incident.timers, lapse_timer(escalation.id) in incident.timers
            match escalation.standing:
                case Standing.RUNNING:
                    assert (waits, lapses) == (True, False)
                case Standing.ACKNOWLEDGED:
                    assert (waits, lapses) == (False, escalation.policy.lapses is not None and incident.is_open)
                    assert escalation.answered_by is not None
                case Standing.EXHAUSTED | Standing.ENDED:
                    assert (waits, lapses) == (False, False)

    @invariant()
    def it_only_rises_and_is_bounded(self) -> None:
        """Invariant 4: turns never go back; what the clock orders is bounded by tiers, rounds and people's answers."""
        if not self.events:
            return
        assert list(laws.out_of_turn(self.events)) == []
        for escalation in self.incident.escalations.values():
            calls = [ev for ev in self.events if isinstance(ev, e.EscalationCalled) and ev.escalation == escalation.id]
            self._is_bounded(escalation, calls)

    def _is_bounded(self, escalation: Escalation, calls: list[e.EscalationCalled]) -> None:
        by_clock = [call for call in calls if call.by == SYSTEM]
        lapses = sum(isinstance(ev, e.AcknowledgementLapsed) and ev.escalation == escalation.id for ev in self.events)
        most = len(escalation.policy.tiers) * (escalation.policy.repeats + 1)
        assert len(by_clock) <= most + lapses

    @invariant()
    def nothing_goes_out_after_an_answer(self) -> None:
        """Invariants 5 and 12: of what was called before an answer, nothing is tried after it."""
        assert list(laws.tried_after_an_answer(self.events)) == []

    @invariant()
    def nobody_is_called_twice_by_one_call(self) -> None:
        pages = [(ev.escalation, ev.call, ev.who) for ev in self.events if isinstance(ev, e.PageOrdered)]
        assert len(pages) == len(set(pages))

    @invariant()
    def whatever_was_sent_was_tried_and_no_way_ends_twice(self) -> None:
        assert list(laws.ended_twice_or_untried(self.events)) == []

    def teardown(self) -> None:
        """Silence until nothing is due: then everybody was called, or somebody has answered; and the record holds."""
        if not self.events:
            return
        for _ in range(60):
            timers = self.incident.timers.items()
            due = min((due for name, due in timers if name.startswith(("call:", "lapse:"))), default=None)
            if due is None:
                break
            self.clock.wind(max(0.0, (due - self.clock.now()).total_seconds()))
            assert self.orders(o.tick(0)), "what is due moves on"
        for escalation in self.incident.escalations.values():
            assert escalation.standing is not Standing.RUNNING
            if escalation.standing is Standing.EXHAUSTED:
                pages = self.incident.called(escalation.id)
                assert any(page.kind == "channel" and page.who == "incident-managers" for page in pages)
        raw = self.store.raw_history(INC)
        assert list(breaks(raw)) == []
        assert replay((read(one).event for one in raw), INC) == self.incident


TestCalling = Calling.TestCase
