"""What holds of reminders whatever people do and however the clock sleeps: reckoned again, naively, from the events."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.domain import effects as x
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident import commands as c
from bot.domain.incident import events as e
from bot.domain.incident.due import next_due, outlook
from bot.domain.incident.evolve import replay
from bot.domain.incident.record import breaks, read
from bot.domain.incident.state import Incident
from bot.domain.rejected import Rejected
from bot.domain.severity import Severity
from bot.domain.timeline import sentence
from bot.domain.workflow.lifecycle import Stage
from bot.domain.workflow.reminders import Kind, ReminderPolicy
from bot.engine import Engine
from tests.harness import orders as o
from tests.harness.clock import NOON, WoundClock
from tests.harness.memory import MemoryStore, NobodyToWake
from tests.harness.orders import INC
from tests.harness.people import ANA, BEN, CY
from tests.harness.plans import REMINDERS, REMINDING
from tests.harness.stages import Stages

PEOPLE = st.sampled_from((ANA, BEN, CY))
HATS = st.sampled_from((Hat.COMMANDER, Hat.FIRST_RESPONDER, Hat.MITIGATOR))
KINDS = st.lists(st.sampled_from(Kind), max_size=2, unique=True).map(tuple)
FIVE = timedelta(minutes=5)
MOVING = {"note", "hat", "stage", "severity", "update", "message"}
"""The nouns of what people do here that moves an incident on."""


class Naive:
    """Reckons what is missing from the whole history, as somebody would who reads it with a watch."""

    def __init__(self, events: list[e.AnyEvent]) -> None:
        self.events = events
        self.declared = events[0].at

    def severity(self) -> Severity:
        return next((ev.to for ev in reversed(self.events) if isinstance(ev, e.SeverityChanged)), Severity.P1)

    def stage(self) -> tuple[Stage, datetime]:
        moves = [ev for ev in self.events if isinstance(ev, e.StageChanged)]
        return (moves[-1].to, moves[-1].at) if moves else (Stages.DETECTED, self.declared)

    def worn(self, hat: Hat) -> tuple[str | None, datetime]:
        """Who wears it, and since when it is so."""
        wearer, since = None, self.declared
        for ev in self.events:
            match ev:
                case e.HatTaken() | e.HatHandedOver() if ev.hat is hat:
                    wearer, since = ev.by, ev.at
                case e.HatReleased() if ev.hat is hat:
                    wearer, since = None, ev.at
                case _:
                    pass
        return wearer, since

    def offers(self) -> Iterator[datetime]:
        for hat in Hat:
            about = [ev for ev in self.events if getattr(ev, "hat", None) is hat]
            for ev in reversed(about):
                if isinstance(ev, e.HatOffered):
                    yield ev.at
                if isinstance(ev, e.HatOffered | e.HatHandedOver | e.OfferDeclined | e.HatReleased):
                    break

    def since(self, kind: Kind) -> datetime | None:
        stage, entered = self.stage()
        match kind:
            case Kind.NO_COMMANDER:
                wearer, since = self.worn(Hat.COMMANDER)
                return since if wearer is None else None
            case Kind.EMPTY_HAT:
                needed = {Stages.MITIGATING: Hat.MITIGATOR, Stages.INVESTIGATING: None}.get(stage, Hat.FIRST_RESPONDER)
                wearer, since = self.worn(needed) if needed else (ANA, entered)
                return max(since, entered) if wearer is None else None
            case Kind.STUCK:
                return entered
            case Kind.NO_ACTIVITY:
                moved = [ev.at for ev in self.events if ev.by != SYSTEM and ev.type.partition(".")[0] in MOVING]
                return max([self.declared, *moved])
            case Kind.UPDATE_OVERDUE:
                promised = [ev for ev in self.events if isinstance(ev, e.UpdatePosted)]
                last = promised[-1].at if promised else self.declared
                return (promised[-1].next_due if promised else None) or last + timedelta(minutes=30)
            case Kind.OFFER_WAITS:
                return min(self.offers(), default=None)

    def patience(self, kind: Kind, rule: ReminderPolicy) -> timedelta:
        minutes = 15.0 if kind is Kind.STUCK and self.stage()[0] == Stages.TRIAGE else rule.after
        return timedelta(minutes=minutes)

    def overdue(self, kind: Kind, now: datetime) -> bool:
        rule = REMINDERS.rules[kind]
        since = self.since(kind)
        wanted = self.severity() is Severity.P1 and not self.stage()[0].is_over
        return wanted and since is not None and since + self.patience(kind, rule) <= now

    def silenced(self, kind: Kind, now: datetime) -> bool:
        """It is stopped or snoozed."""
        stopped, until = False, now
        for ev in self.events:
            match ev:
                case e.RemindersStopped() if kind in ev.kinds:
                    stopped = True
                case e.RemindersSnoozed() if kind in ev.kinds:
                    until = ev.until
                case e.RemindersResumed() if kind in ev.kinds:
                    stopped, until = False, now
                case _:
                    pass
        return stopped or until > now

    def run(self, kind: Kind) -> list[e.ReminderGiven | e.ReminderHeld]:
        """What was told and held since it last ended."""
        found = list[e.ReminderGiven | e.ReminderHeld]()
        for ev in self.events:
            match ev:
                case e.ReminderGiven() | e.ReminderHeld() if ev.kind is kind:
                    found.append(ev)
                case e.ReminderEnded() if ev.kind is kind:
                    found = []
                case _:
                    pass
        return found

    def told(self, kind: Kind) -> int:
        return sum(1 if isinstance(ev, e.ReminderGiven) else -1 for ev in self.run(kind))

    def is_time(self, kind: Kind, now: datetime) -> bool:
        """Say whether it is to be told now."""
        rule, run = REMINDERS.rules[kind], self.run(kind)
        if not self.overdue(kind, now) or self.silenced(kind, now):
            return False
        match run[-1:]:
            case [e.ReminderHeld() as held]:
                return held.until <= now
            case [e.ReminderGiven() as given]:
                return self.told(kind) < rule.most and given.at + timedelta(minutes=rule.every) <= now
            case _:
                return True


class Reminding(RuleBasedStateMachine):
    """Three people, a clock that may sleep or stand twice, workers that hold back, and one incident."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = WoundClock()
        self.store = MemoryStore(line_up=self._line_up)
        self.engines = [Engine(self.store, NobodyToWake(), REMINDING) for _ in range(2)]
        self.events: list[e.AnyEvent] = []
        self.wishes: list[x.AnyEffect] = []

    @property
    def incident(self) -> Incident:
        stored = self.store.load(INC)
        assert stored is not None
        return stored.incident

    def _line_up(self, _: str, effect: x.AnyEffect) -> None:
        assert x.EFFECTS.validate_python(effect.model_dump(mode="json")) == effect
        self.wishes.append(effect)

    def orders(self, command: c.AnyCommand, process: int = 0) -> list[e.AnyEvent]:
        now = self.clock.now()
        try:
            receipt = self.engines[process].submit(command.model_copy(update={"at": now}))
        except Rejected as no:
            assert "{" not in no.sentence  # noqa: PT017 - an answer, not an accident
            return []
        for event in receipt.events:
            self._check(event, now)
            self.events.append(event)
            assert sentence(event, receipt.incident)
        return list(receipt.events)

    def _check(self, event: e.AnyEvent, now: datetime) -> None:
        """Hold an event against what a reader of the history before it would say."""
        if not self.events:
            return
        before = Naive(self.events)
        if isinstance(event, e.ReminderGiven):
            assert before.is_time(event.kind, now), event
            assert event.number == before.told(event.kind) + 1 <= REMINDERS.rules[event.kind].most
            assert event.since == before.since(event.kind)
            acted = {ev.by for ev in self.events if now - ev.at < FIVE}
            assert not acted & set(event.to), "who just acted is not pinged"
        if isinstance(event, e.ReminderEnded):
            assert before.run(event.kind), "what ends was told"
            assert not before.overdue(event.kind, now)

    @initialize()
    def somebody_declares(self) -> None:
        self.orders(o.declare(Severity.P1))

    # what people do

    @rule(by=PEOPLE, hat=HATS, process=st.integers(0, 1))
    def somebody_takes_a_hat(self, by: str, hat: Hat, process: int) -> None:
        self.orders(o.take(hat, by=by), process)

    @rule(by=PEOPLE, hat=HATS, to=PEOPLE, process=st.integers(0, 1))
    def somebody_offers_a_hat(self, by: str, hat: Hat, to: str, process: int) -> None:
        self.orders(o.offer(hat, to, by=by), process)

    @rule(by=PEOPLE, hat=HATS, yes=st.booleans())
    def somebody_answers_an_offer(self, by: str, hat: Hat, yes: bool) -> None:
        self.orders(o.accept(hat, by=by) if yes else o.decline(hat, by=by))

    @rule(by=PEOPLE, hat=HATS)
    def somebody_puts_a_hat_down(self, by: str, hat: Hat) -> None:
        self.orders(o.release(hat, by=by))

    @rule(by=PEOPLE, process=st.integers(0, 1))
    def somebody_notes(self, by: str, process: int) -> None:
        self.orders(o.note("looking", by=by), process)

    @rule(by=PEOPLE)
    def somebody_reads(self, by: str) -> None:
        self.orders(o.want_export(by=by))

    @rule(by=PEOPLE, minutes=st.sampled_from((None, 5, 90)))
    def somebody_updates(self, by: str, minutes: int | None) -> None:
        self.orders(o.update("we look", by=by, next_in_minutes=minutes))

    @rule(by=PEOPLE, to=st.sampled_from((Stages.TRIAGE, Stages.INVESTIGATING, Stages.INVESTIGATING)))
    def somebody_moves_on(self, by: str, to: Stage) -> None:
        self.orders(o.move(to, by=by))

    @rule(by=PEOPLE, to=st.sampled_from((Severity.P1, Severity.P1, Severity.P3)))
    def somebody_changes_the_severity(self, by: str, to: Severity) -> None:
        if self.incident.last_update_at is not None:  # else the naive one would have to know every cadence
            self.orders(o.change_severity(to, "so many", by=by))

    @rule(by=PEOPLE, kinds=KINDS, minutes=st.sampled_from((1, 15, 60)))
    def somebody_snoozes(self, by: str, kinds: tuple[Kind, ...], minutes: int) -> None:
        self.orders(o.snooze(*kinds, minutes=minutes, by=by))

    @rule(by=PEOPLE, kind=st.sampled_from(Kind))
    def somebody_stops_one(self, by: str, kind: Kind) -> None:
        self.orders(o.stop_reminders(kind, by=by))

    @rule(by=PEOPLE, kinds=KINDS)
    def somebody_lets_them_come_again(self, by: str, kinds: tuple[Kind, ...]) -> None:
        self.orders(o.resume_reminders(*kinds, by=by))

    @rule(by=PEOPLE, really=st.sampled_from((False, False, True)))
    def somebody_resolves(self, by: str, really: bool) -> None:
        if really and len(self.events) > 30:
            self.orders(o.resolve(by=by))

    # what the clock and the workers do

    @rule(minutes=st.sampled_from((1, 4, 5, 10, 15, 31, 90)), process=st.integers(0, 1))
    def time_passes_and_the_clock_looks(self, minutes: int, process: int) -> None:
        self.clock.wind(minutes=minutes)
        self.looks(process)

    @rule(minutes=st.sampled_from((3, 20)))
    def time_passes_and_the_clock_sleeps(self, minutes: int) -> None:
        self.clock.wind(minutes=minutes)

    @rule()
    def two_clocks_look_at_once(self) -> None:
        self.looks(0)
        assert not [event for event in self.looks(1) if isinstance(event, e.ReminderGiven)], "told twice"

    @rule(minutes=st.sampled_from((1, 600)))
    def a_worker_finds_them_asleep(self, minutes: int) -> None:
        for kind, told in self.incident.reminders.items():
            until = (self.clock.now() - NOON).total_seconds() + 60 * minutes
            self.orders(o.hold(kind, told.count, until))

    @rule()
    def the_clock_starts_again(self) -> None:
        self.engines = [Engine(self.store, NobodyToWake(), REMINDING) for _ in range(2)]
        self.store.look_at_all(self.clock.now())
        self.looks(0)

    def looks(self, process: int) -> list[e.AnyEvent]:
        """Look as the clock does: only if the index says so; then nothing is due any more."""
        if not self.store.due(self.clock.now(), 10):
            assert not any(Naive(self.events).is_time(kind, self.clock.now()) for kind in Kind), "forgotten"
            return []
        expected = {kind for kind in Kind if Naive(self.events).is_time(kind, self.clock.now())}
        events = self.orders(o.tick(0), process)
        assert {event.kind for event in events if isinstance(event, e.ReminderGiven)} == expected
        assert not self.store.due(self.clock.now(), 10), "the due time moves on"
        return events

    # what must hold

    @invariant()
    def the_index_says_what_follows_from_state_and_policy(self) -> None:
        if self.events:
            assert self.store.dues.get(INC) == next_due(self.incident, REMINDING)

    @invariant()
    def what_is_told_is_missing(self) -> None:
        if self.events:
            missing = Naive(self.events)
            for kind, told in self.incident.reminders.items():
                if told.is_on:
                    assert missing.overdue(kind, self.clock.now())

    @invariant()
    def an_open_incident_has_a_due_time_or_a_reason_for_none(self) -> None:
        """Invariant 6."""
        if not self.events or not self.incident.is_open or self.incident.severity is not Severity.P1:
            return
        for one in outlook(self.incident, REMINDING, self.clock.now()):
            told_enough = one.told is not None and one.told.last
            assert one.due is not None or one.since is None or one.stop is not None or told_enough, one
            assert one.kind is not Kind.NO_ACTIVITY or one.since is not None

    @invariant()
    def each_is_wished_for_once(self) -> None:
        wished = [(wish.kind, wish.count, self._held(wish)) for wish in self.wishes if isinstance(wish, x.Remind)]
        given = sum(isinstance(event, e.ReminderGiven) for event in self.events)
        assert len(wished) == given

    def _held(self, wish: x.Remind) -> int:
        return sum(isinstance(ev, e.ReminderHeld) and ev.kind is wish.kind for ev in self.events)

    def teardown(self) -> None:
        if not self.events:
            return
        for _ in range(100):
            if (due := self.store.dues.get(INC)) is None:
                break
            self.clock.wind(max(0.0, (due - self.clock.now()).total_seconds()))
            self.looks(0)
        assert not self.incident.is_open or self.store.dues.get(INC) is None, "silence ends: each is told so often"
        raw = self.store.raw_history(INC)
        assert list(breaks(raw)) == []
        assert replay((read(one).event for one in raw), INC) == self.incident


TestReminding = Reminding.TestCase
TestReminding.settings = settings(max_examples=100, stateful_step_count=60)
