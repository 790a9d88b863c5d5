"""Whoever edits what in which process: an incident goes by its own policy, and only an order of a person moves it."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.domain.hats import Hat
from bot.domain.incident import events as e
from bot.domain.incident.commands import AnyCommand
from bot.domain.incident.due import next_due
from bot.domain.incident.evolve import replay
from bot.domain.incident.state import Incident
from bot.domain.rejected import Rejected
from bot.domain.severity import Severity
from bot.domain.workflow.lifecycle import Purpose, StagePolicy, Transition
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.workflows import Workflows
from bot.engine import Engine
from tests.harness import orders as o
from tests.harness.clock import WoundClock
from tests.harness.memory import MemoryPolicies, MemoryStore, NobodyToWake
from tests.harness.people import ANA, BEN, CY
from tests.harness.plans import POLICY, REMINDING, anybody, edited
from tests.harness.stages import STAGES, TRANSITIONS

SHORT = edited(
    name="short",
    stages={
        "detected": StagePolicy(title="Noticed"),
        "working": StagePolicy(purpose=Purpose.MITIGATING),
        "resolved": StagePolicy(),
        "closed": StagePolicy(),
    },
    transitions=[
        Transition(before=("detected",), to="working"),
        Transition(before=("detected", "working"), to="resolved"),
        Transition(before=("resolved",), to="closed", after=5),
    ],
)
LONGER = edited(
    stages={**STAGES, "containment": StagePolicy(purpose=Purpose.MITIGATING)},
    transitions=[
        *TRANSITIONS,
        Transition(before=("triage",), to="containment"),
        Transition(before=("containment",), to="resolved"),
    ],
)
POLICIES = (POLICY, REMINDING, SHORT, LONGER, edited(approvals={"anybody": anybody(3, 1)}))
STAGE_IDS = sorted({name for policy in POLICIES for name in policy.stages})
INCIDENTS = ("INC-1", "INC-2")

PROCESS, PEOPLE = st.integers(0, 1), st.sampled_from((ANA, BEN, CY))
INCIDENT, EDITED = st.sampled_from(INCIDENTS), st.sampled_from(POLICIES)


class Editing(RuleBasedStateMachine):
    """Two processes that read their manifests when they please, and two incidents."""

    def __init__(self) -> None:
        super().__init__()
        self.clock, self.store, self.policies = WoundClock(), MemoryStore(), MemoryPolicies()
        self.engines = [self.started(POLICY), self.started(POLICY)]

    def started(self, policy: Policy) -> Engine:
        return Engine(self.store, NobodyToWake(), policy, self.policies)

    def orders(self, command: AnyCommand, incident: str, process: int) -> None:
        try:
            self.engines[process].submit(command.model_copy(update={"at": self.clock.now(), "incident": incident}))
        except Rejected as no:
            assert "{" not in no.sentence  # noqa: PT017 - an answer, not an accident

    @initialize(policies=st.tuples(EDITED, EDITED))
    def somebody_declares(self, policies: tuple[Policy, Policy]) -> None:
        for process, (incident, policy) in enumerate(zip(INCIDENTS, policies, strict=True)):
            self.a_file_is_edited(policy, process)
            self.orders(o.declare(Severity.P1), incident, process)

    @rule(policy=EDITED, process=PROCESS)
    def a_file_is_edited(self, policy: Policy, process: int) -> None:
        self.engines[process].go_by(Workflows.alone(policy))

    @rule(policy=EDITED, process=PROCESS)
    def a_process_starts_again(self, policy: Policy, process: int) -> None:
        self.engines[process] = self.started(policy)

    @rule(to=EDITED, stage=st.sampled_from(("", *STAGE_IDS)), by=PEOPLE, incident=INCIDENT, process=PROCESS)
    def somebody_moves_it(self, to: Policy, stage: str, by: str, incident: str, process: int) -> None:
        self.orders(o.adopt(to, stage=stage, by=by), incident, process)

    @rule(stage=st.sampled_from(STAGE_IDS), by=PEOPLE, incident=INCIDENT, process=PROCESS)
    def somebody_changes_the_stage(self, stage: str, by: str, incident: str, process: int) -> None:
        known = {one.id: one for policy in POLICIES for one in policy.stage_by_id.values()}
        self.orders(o.move(known[stage], "as agreed", by=by), incident, process)

    @rule(by=PEOPLE, incident=INCIDENT, process=PROCESS)
    def somebody_takes_the_lead(self, by: str, incident: str, process: int) -> None:
        self.orders(o.take(Hat.COMMANDER, by=by), incident, process)

    @rule(minutes=st.sampled_from((1, 6, 20)), process=PROCESS)
    def time_passes(self, minutes: int, process: int) -> None:
        self.clock.wind(minutes=minutes)
        for incident, _ in self.store.due(self.clock.now(), 10):
            self.orders(o.tick(0), incident, process)

    # laws

    def each(self) -> list[tuple[Incident, list[e.AnyEvent]]]:
        histories = [[record.event for record in self.store.history(incident)] for incident in INCIDENTS]
        states = [self.store.load(incident) for incident in INCIDENTS]
        return [(state.incident, events) for state, events in zip(states, histories, strict=True) if state]

    @invariant()
    def every_process_knows_what_each_incident_goes_by(self) -> None:
        for incident, _ in self.each():
            for engine in self.engines:
                assert engine.policy_of(incident).hash == incident.policy

    @invariant()
    def only_an_order_moves_an_incident_and_the_record_says_from_where_to_where(self) -> None:
        for incident, events in self.each():
            begun = [event.policy for event in events if isinstance(event, e.Declared)]
            moves = [event for event in events if isinstance(event, e.PolicyAdopted)]
            assert [*begun, *(move.to for move in moves)][-1] == incident.policy
            assert [move.before for move in moves] == [*begun, *(move.to for move in moves)][:-1]
            assert all(move.workflow_before and move.because and move.by in {ANA, BEN, CY} for move in moves)
            assert all(one.to != other.to for one, other in pairwise(moves))

    @invariant()
    def its_stage_is_always_one_of_its_policys(self) -> None:
        for incident, _ in self.each():
            assert self.engines[0].policy_of(incident).stage_by_id[incident.stage.id] == incident.stage

    @invariant()
    def moving_it_changes_no_work(self) -> None:
        for _, events in self.each():
            for event, after in pairwise(events):
                if isinstance(event, e.PolicyAdopted) and isinstance(after, e.StageChanged) and event.at == after.at:
                    assert after.before.purpose is after.to.purpose or after.by != event.by

    @invariant()
    def what_is_due_follows_from_its_own_policy(self) -> None:
        for incident, _ in self.each():
            due, wanted = self.store.dues.get(incident.id), next_due(incident, self.engines[0].policy_of(incident))
            if wanted is None:
                assert due is None
            else:
                assert due is not None
                assert due <= max(wanted, self.clock.now() + timedelta(seconds=1))

    @invariant()
    def the_record_folds_to_the_state_whatever_the_files_say(self) -> None:
        for incident, events in self.each():
            assert replay(events, incident.id) == incident


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=60, stateful_step_count=40)
