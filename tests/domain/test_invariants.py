"""What holds of every incident, whatever people click, however workers die, and in whichever order it all arrives."""

import json
from collections import defaultdict, deque
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.audit.incidents import owed
from bot.domain import effects as x
from bot.domain.gates import events as g
from bot.domain.gates.choice import GateChoice
from bot.domain.gates.due import next_due
from bot.domain.gates.gate import Gate, Outcome
from bot.domain.gates.orders import CastVote
from bot.domain.gates.policy import Choice
from bot.domain.gates.subject import of_plan
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident import commands as c
from bot.domain.incident import events as e
from bot.domain.incident.decide import decide
from bot.domain.incident.evolve import evolve
from bot.domain.incident.mitigations import Mitigation, Progress
from bot.domain.incident.record import breaks, read
from bot.domain.incident.state import Incident
from bot.domain.rejected import Rejected
from bot.domain.runbook import Phase, Plan
from bot.domain.severity import Severity
from bot.domain.timeline import sentence
from bot.domain.workflow.lifecycle import OF_A_WORD, Stage
from bot.engine import Engine, Receipt
from tests.harness import orders as o
from tests.harness.clock import NOON, WoundClock
from tests.harness.memory import MemoryStore, NobodyToWake
from tests.harness.orders import INC
from tests.harness.people import ANA, BEN, CY, DEE
from tests.harness.plans import PURGE, RESTART, SCALE, anybody, plan, policy
from tests.harness.stages import HATS, Stages

PEOPLE = st.sampled_from((ANA, BEN, CY, DEE))
PLANS = st.sampled_from((plan(SCALE), plan(SCALE, replicas="6"), plan(RESTART), plan(PURGE)))
STEPS = {"run-step", "read-signal", "hold-target", "release-target"}
OTHER = "INC-9:m1"
"""A mitigation of another incident, which sometimes holds the target."""

ENDED = {
    Progress.VERIFIED,
    Progress.ROLLED_BACK,
    Progress.NEEDS_HUMAN,
    Progress.STOPPED,
    Progress.REJECTED,
    Progress.EXPIRED,
    Progress.WITHDRAWN,
}


class Response(RuleBasedStateMachine):
    """Four people, a clock, workers that die and repeat themselves, and one incident under the real engine."""

    policy = policy(quorum=2)

    def __init__(self) -> None:
        super().__init__()
        self.clock = WoundClock()
        self.store = MemoryStore(line_up=self._line_up)
        self.engines = [Engine(self.store, NobodyToWake(), self.policy) for _ in range(2)]
        """Two processes: each remembers its own state, and may be behind."""
        self.lanes: dict[str, deque[tuple[str, Any]]] = defaultdict(deque)
        self.target: str | None = None
        self.obeyed: list[c.AnyCommand] = []
        self.snapshots: dict[int, str] = {}
        self.plans_seen: set[str] = set()
        self.subjects_seen: set[str] = set()

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
        if effect.type in STEPS:
            self.lanes[effect.lane].append((effect_id, effect))

    def orders(self, command: c.AnyCommand, process: int = 0) -> Receipt | None:
        command = command.model_copy(update={"at": self.clock.now()})
        before = self.store.load(INC)
        try:
            receipt = self.engines[process].submit(command)
        except Rejected as no:
            assert "{" not in no.sentence  # noqa: PT017 - an answer, not an accident
            assert self.store.load(INC) == before, "a no changes nothing"
            with pytest.raises(type(no)):  # and it is no because of what is true, not of what a process remembers
                decide(command, before.incident if before else None, self.engines[process].workflows.in_force)
            return None
        stored = self.store.load(INC)
        assert stored is not None
        self.snapshots[stored.version] = stored.incident.model_dump_json()
        if receipt.events:
            for event in receipt.events:
                if isinstance(event, g.VoteCast) and isinstance(command, c.AtGate):
                    assert isinstance(command.order, CastVote)
                    assert command.order.subject in {None, event.subject}, "a vote on a plan that its voter never saw"
            self.obeyed.append(command)
            assert not receipt.repeated
        else:
            assert stored == before
        return receipt

    @initialize(severity=st.sampled_from((Severity.P1, Severity.P2)), what=PLANS, voters=st.integers(0, 3))
    def somebody_declares(self, severity: Severity, what: Plan, voters: int) -> None:
        self.orders(o.declare(severity))
        self.somebody_proposes(by=ANA, what=what, process=0)
        if voters and self.incident.open_gates:
            self.a_gate_is_discussed(voters=voters, amended=voters == 3, process=0)

    # what people do

    @rule(by=PEOPLE, hat=st.sampled_from((Hat.COMMANDER, Hat.INVESTIGATOR)), to=PEOPLE, process=st.integers(0, 1))
    def somebody_moves_a_hat(self, by: str, hat: Hat, to: str, process: int) -> None:
        for order in (o.take(hat, by=by), o.offer(hat, to, by=by), o.accept(hat, by=to)):
            self.orders(order, process)

    @rule(by=PEOPLE, hat=st.sampled_from(Hat), yes=st.booleans())
    def somebody_answers_or_releases(self, by: str, hat: Hat, yes: bool) -> None:
        self.orders(o.accept(hat, by=by) if yes else o.decline(hat, by=by))
        self.orders(o.release(hat, by=by))

    @precondition(lambda self: self.incident.open_gates)
    @rule(voters=st.integers(1, 3), amended=st.booleans(), process=st.integers(0, 1))
    def a_gate_is_discussed(self, voters: int, amended: bool, process: int) -> None:
        """As it should go: others read the plan and approve it, though the proposer may change it in between."""
        gate = self.incident.open_gates[0]
        others = [person for person in (ANA, BEN, CY, DEE) if person != gate.proposer]
        for turn, voter in enumerate(others[:voters]):
            if gate.id not in self.incident.mitigations:
                self.orders(o.approve(by=voter, mitigation=gate.id), process)
                continue
            asked = self.incident.mitigations[gate.id].plan
            self.orders(o.approve(by=voter, seen=asked, asks=anybody(2), mitigation=gate.id), process)
            if amended and turn == 0 and asked.runbook == SCALE.id:
                replicas = str(5 + len(self.plans_seen) % 9)
                self.orders(o.propose(plan(SCALE, replicas=replicas), by=gate.proposer), process)

    @rule(by=PEOPLE, what=PLANS, process=st.integers(0, 1))
    def somebody_proposes(self, by: str, what: Plan, process: int) -> None:
        self.orders(o.propose(what, by=by), process)
        self.plans_seen.add(what.hash)
        self.subjects_seen.add(of_plan(what, approval=anybody(2).hash).hash)

    @rule(
        by=PEOPLE, choice=st.sampled_from(("approve", "approve", "reject")), data=st.data(), process=st.integers(0, 1)
    )
    def somebody_votes(self, by: str, choice: Choice, data: st.DataObject, process: int) -> None:
        """On any mitigation, seeing any plan there ever was: most clicks are stale."""
        known = [*self.incident.mitigations, *self.incident.gates, "m1"]
        mitigation = data.draw(st.sampled_from(known[::-1]))
        current = [gate.subject.hash for gate in self.incident.gates.values()][::-1]
        seen = data.draw(st.sampled_from([None, *current, *sorted(self.subjects_seen)]))
        cast = CastVote(by=by, at=self.clock.now(), choice=choice, comment="because", subject=seen, here=True)
        self.orders(c.AtGate(**o.header(by, 0), gate=mitigation, order=cast), process)

    @rule(by=PEOPLE, data=st.data())
    def somebody_presses_a_button_of_a_mitigation(self, by: str, data: st.DataObject) -> None:
        mitigation = data.draw(st.sampled_from([*self.incident.mitigations, "m1"][::-1]))
        pressed: list[c.AnyCommand] = [
            o.withdraw(by=by, mitigation=mitigation),
            o.stop(by=by, mitigation=mitigation),
            o.roll_back(by=by, mitigation=mitigation),
        ]
        self.orders(data.draw(st.sampled_from(pressed)))

    @precondition(lambda self: self.undoable())
    @rule(by=PEOPLE)
    def somebody_undoes_what_is_stuck(self, by: str) -> None:
        self.orders(o.roll_back(by=by, mitigation=self.undoable()[-1]))

    def undoable(self) -> list[str]:
        stuck = {Progress.STOPPED, Progress.NEEDS_HUMAN}
        return [m.id for m in self.incident.mitigations.values() if m.progress in stuck and m.plan.rollback]

    @rule(by=PEOPLE, to=st.sampled_from(list(OF_A_WORD.values())))
    def somebody_moves_the_stage(self, by: str, to: Stage) -> None:
        self.orders(o.move(to, "done", by=by))

    @precondition(lambda self: self.seconds > 1800)  # else most incidents would be over before they begin
    @rule(by=PEOPLE, undo=st.booleans())
    def somebody_ends_it(self, by: str, undo: bool) -> None:
        for to in (Stages.RESOLVED, Stages.POST_MORTEM):
            self.orders(o.move(to, "done", by=by))
        if undo and (last := self.incident.current_mitigation):
            self.orders(o.roll_back(by=by, mitigation=last.id))
        self.orders(o.move(Stages.CLOSED, by=by))

    @rule(by=PEOPLE, to=st.sampled_from(Severity))
    def somebody_changes_the_severity(self, by: str, to: Severity) -> None:
        self.orders(o.change_severity(to, "so many", by=by))

    @precondition(lambda self: self.obeyed)
    @rule(data=st.data(), process=st.integers(0, 1))
    def an_order_arrives_again(self, data: st.DataObject, process: int) -> None:
        """The same cause twice, however late: nothing changes, and nobody is told off."""
        again = data.draw(st.sampled_from(self.obeyed))
        receipt = self.orders(again, process)
        assert receipt is not None
        assert receipt.events == ()

    # what the world does

    @rule(seconds=st.sampled_from((1, 5, 20, 31, 600, 1800)), clock_works=st.booleans())
    def time_passes(self, seconds: int, clock_works: bool) -> None:
        self.clock.wind(seconds)
        if clock_works:
            self.orders(o.tick(0))
            assert all(due > self.clock.now() for due in self.incident.timers.values())

    @rule(held=st.booleans())
    def another_incident_takes_or_leaves_the_target(self, held: bool) -> None:
        if held and self.target is None:
            self.target = OTHER
        elif self.target == OTHER:
            self.target = None

    @precondition(lambda self: any(self.lanes.values()))
    @rule(
        turns=st.lists(
            st.tuples(st.integers(0, 2), st.booleans(), st.sampled_from(("", "", "", "before", "between", "after"))),
            min_size=1,
            max_size=8,
        ),
        process=st.integers(0, 1),
    )
    def workers_work(self, turns: list[tuple[int, bool, str]], process: int) -> None:
        """Carry out heads of lanes in any order; who dies leaves its effect there, and another will do it again."""
        for pick, good, dies in turns:
            if lanes := [lane for lane, waiting in self.lanes.items() if waiting]:
                self.works(lanes[pick % len(lanes)], good=good, dies=dies, process=process)
                self.clock.wind(1)

    @rule(n=st.integers(1, 3), phase=st.sampled_from(("plan", "rollback")), step=st.integers(0, 2), good=st.booleans())
    def a_confused_worker_reports(self, n: int, phase: Phase, step: int, good: bool) -> None:
        """What nobody asked for, about any step: only the truth may come through."""
        mitigation = f"m{n}"
        self.orders(o.started(step, phase, mitigation=mitigation))
        self.orders(o.finished(step, phase, ok=good, mitigation=mitigation))
        self.orders(o.signal(good, mitigation=mitigation))

    def works(self, lane: str, *, good: bool, dies: str = "", process: int = 0) -> None:
        effect_id, effect = self.lanes[lane][0]
        if dies == "before":
            return
        match effect:
            case x.RunStep():
                if not self._run(effect_id, effect, good=good, dies=dies, process=process):
                    return
            case x.ReadSignal():
                reading = o.signal(good, mitigation=effect.mitigation)
                assert self.orders(reading.model_copy(update={"cause": effect_id}), process), (
                    "a worker is never refused"
                )
            case x.HoldTarget() if self.target is None and self.incident.waits_to_undo(effect.mitigation):
                self.target = effect.mitigation
            case x.ReleaseTarget() if self.target == effect.mitigation:
                self.target = None
        if dies != "after":
            self.lanes[lane].popleft()

    def _run(self, effect_id: str, effect: x.RunStep, *, good: bool, dies: str, process: int) -> bool:
        """Run one step as a worker does: the target, the start, the act, the outcome. True: it is done with."""
        mitigation, phase, step = effect.mitigation, effect.phase, effect.step
        if self.target not in {None, mitigation}:
            assert self.orders(o.busy(str(self.target), mitigation=mitigation), process)
            return False
        begin = o.started(step, phase, mitigation=mitigation).model_copy(update={"cause": f"{effect_id}:begin"})
        receipt = self.orders(begin, process)
        assert receipt is not None
        current = receipt.incident.mitigations[mitigation]
        run = current.run_of(phase, step)
        may_act = run is not None and run.finished_at is None and current.progress.is_live
        if may_act:
            self.target = mitigation
            if dies == "between":
                return False
            end = o.finished(step, phase, ok=good, mitigation=mitigation)
            assert self.orders(end.model_copy(update={"cause": f"{effect_id}:end"}), process)
        return True

    # what holds

    @invariant()
    def whatever_is_live_has_something_that_will_move_it(self) -> None:
        if not self.snapshots:
            return
        for mitigation in self.incident.mitigations.values():
            waiting = [effect for lane in self.lanes.values() for _, effect in lane if _is_for(effect, mitigation)]
            match mitigation.progress:
                case Progress.PROPOSED:
                    assert self.incident.timers[f"gate:{mitigation.id}"] == next_due(self.incident.gates[mitigation.id])
                case Progress.VERIFYING:
                    assert any(isinstance(effect, x.ReadSignal) for effect in waiting)
                case progress if progress.is_live:
                    assert any(isinstance(effect, x.RunStep) for effect in waiting)
                case progress:
                    assert progress in ENDED

    @invariant()
    def timers_stand_for_something(self) -> None:
        if not self.snapshots:
            return
        gates = {f"gate:{gate.id}" for gate in self.incident.open_gates}
        review = {"post-mortem"} if self.incident.stage == Stages.RESOLVED else set()
        assert set(self.incident.timers) == gates | review
        assert set(owed(self.incident)) == gates | review, "the self-audit asks for the same"

    @invariant()
    def hats_are_worn_as_they_may_be(self) -> None:
        if not self.snapshots:
            return
        incident = self.incident
        for hat, wearers in incident.hats.items():
            assert wearers
            assert len(set(wearers)) == len(wearers)
            assert len(wearers) == 1 or not HATS[hat].exclusive
        assert set(incident.offers) == set(incident.givers)
        assert all(giver in incident.wearers(hat) for hat, giver in incident.givers.items())

    def teardown(self) -> None:
        if not self.snapshots:
            return
        self._check_history()
        self._everything_ends()
        self._check_history()

    def _check_history(self) -> None:
        """The record tells the whole story: fold it from its stored form and meet every state there ever was."""
        raw = self.store.raw_history(INC)
        assert list(breaks(raw)) == []
        tally, incident = Tally(), None
        for stored in json.loads(json.dumps(raw)):
            record = read(stored)
            assert record.raw() == stored
            incident = evolve(incident, record.event, INC)
            assert sentence(record.event, incident)
            tally.count(record.event, incident)
            if record.version in self.snapshots:
                assert incident.model_dump_json() == self.snapshots[record.version]
            assert Incident.model_validate_json(incident.model_dump_json()) == incident
        assert incident == self.incident

    def _everything_ends(self) -> None:
        """Let workers work and time pass until nothing waits: then every mitigation has come to an end."""
        if self.target == OTHER:
            self.target = None
        self._work_off()
        assert self.target is None or self.incident.rollbacks_asked, "only what may be undone is held"
        for mitigation in self.incident.mitigations.values():
            assert mitigation.progress in ENDED | {Progress.PROPOSED}
        self.clock.wind(minutes=60)
        self.orders(o.tick(0))
        self._work_off()
        assert self.target is None
        assert all(m.progress in ENDED for m in self.incident.mitigations.values())
        assert self.incident.timers == {}

    def _work_off(self) -> None:
        for turn in range(1000):
            lanes = [lane for lane, waiting in self.lanes.items() if waiting]
            if not lanes:
                break
            self.clock.wind(5)
            self.works(lanes[turn % len(lanes)], good=turn % 3 > 0)
        assert not any(self.lanes.values())


def _is_for(effect: x.AnyEffect, mitigation: Mitigation) -> bool:
    return isinstance(effect, x.RunStep | x.ReadSignal) and effect.mitigation == mitigation.id


def _was_agreed(gate: Gate | None) -> bool:
    """Say whether a rollback may begin: nobody was asked, somebody said yes, or the policy undoes it in time."""
    return gate is None or gate.rolls_back or (gate.outcome is not None and gate.outcome.goes_ahead)


class Tally:
    """Counts votes and steps in its own way, from the events alone."""

    def __init__(self) -> None:
        self.proposer: dict[str, str] = {}
        self.quorum: dict[str, int] = {}
        self.hash: dict[str, str] = {}
        self.voted: dict[str, dict[str, str]] = defaultdict(dict)
        self.outcome: dict[str, Outcome] = {}
        self.late: set[tuple[str, str]] = set()
        self.steps: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self.offered: dict[Hat, tuple[str, str]] = {}

    def count(self, event: e.AnyEvent, after: Incident) -> None:
        match event:
            case e.HatOffered():
                self.offered[event.hat] = (event.by, event.to)
            case e.HatHandedOver() | e.OfferDeclined():
                assert self.offered.pop(event.hat) == (event.giver, event.by)
            case g.GateOpened() if event.gate not in self.proposer:
                self.proposer[event.gate], self.quorum[event.gate] = event.by, 2
                self.hash[event.gate] = event.subject.hash
            case e.MitigationProposed():
                assert not after.rollbacks_asked, "something else began while people decide about a rollback"
                self.proposer[event.mitigation] = event.by
                self.quorum[event.mitigation] = 2 if event.gate else 0
                self.hash[event.mitigation] = of_plan(event.plan, approval=anybody(2).hash).hash
                assert (after.mitigations[event.mitigation].progress is Progress.PROPOSED) == bool(event.gate)
            case e.MitigationAmended():
                assert event.mitigation not in self.outcome
                assert event.changed
                subject = of_plan(event.plan, approval=anybody(2).hash).hash
                assert subject != self.hash[event.mitigation]
                self.hash[event.mitigation] = subject
                self.voted[event.mitigation] = {}
            case g.VoteCast():
                assert event.gate not in self.outcome, "a vote counted after the outcome"
                assert event.by != self.proposer[event.gate]
                assert event.by not in self.voted[event.gate]
                assert event.subject == self.hash[event.gate]
                self.voted[event.gate][event.by] = event.choice
            case g.VoteCameLate():
                assert event.outcome is self.outcome[event.gate]
                assert (event.gate, event.by) not in self.late
                self.late.add((event.gate, event.by))
            case g.GateClosed():
                assert event.gate not in self.outcome, "a second outcome"
                self.outcome[event.gate] = event.outcome
                yeses = [p for p, choice in self.voted[event.gate].items() if choice == "approve"]
                noes = len(self.voted[event.gate]) - len(yeses)
                enough = len(yeses) >= self.quorum[event.gate]
                assert (event.outcome is Outcome.APPROVED) == (enough and not noes)
                assert (event.outcome is Outcome.REJECTED) == (noes > 0)
            case e.StepStarted():
                assert event.by == SYSTEM
                assert not self.quorum[event.mitigation] or self.outcome[event.mitigation] is Outcome.APPROVED
                run = self.steps[event.mitigation]
                run.append((event.phase, event.step))
                assert run == [(event.phase, n) for n in range(len(run))]
            case e.RollbackStarted():
                assert _was_agreed(after.rollback_gate_of(event.mitigation))
                self.steps[event.mitigation] = []
            case _:
                pass


TestResponse = Response.TestCase


class CarefulResponse(Response):
    """The same where whatever is undone waits for two people, or for five minutes."""

    policy = Response.policy.model_copy(
        update={
            "approvals": {
                **Response.policy.approvals,
                "undo": anybody(2, id="undo", limit=300, then="roll-back"),
            },
            "gates": (GateChoice(use="undo", before=("rollback",)), *Response.policy.gates),
        }
    )

    @precondition(lambda self: self.incident.rollbacks_asked)
    @rule(yes=st.booleans(), process=st.integers(0, 1))
    def people_decide_about_a_rollback(self, yes: bool, process: int) -> None:
        gate = self.incident.rollbacks_asked[0].id
        for person in (BEN, CY, DEE):
            self.orders(o.approve(by=person, mitigation=gate) if yes else o.reject(by=person, mitigation=gate), process)


TestCarefulResponse = CarefulResponse.TestCase
TestCarefulResponse.settings = settings(max_examples=60)
