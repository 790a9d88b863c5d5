"""Policies by their hash: kept once and for ever, found by each process, and stood in for where they can't be had."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from bot.config import load
from bot.domain.incident.commands import Declare
from bot.domain.incident.events import PolicyAdopted
from bot.domain.severity import Severity
from bot.domain.workflow.policy import Policy, hash_of
from bot.domain.workflow.reminders import ReminderPolicy, Reminders
from bot.domain.workflow.workflows import Workflows
from bot.engine import Engine
from bot.ports import UnreadablePolicy
from bot.store.client import Client
from bot.store.event_store import RedisEventStore
from bot.store.keys import Keys
from bot.store.policies import RedisPolicies
from tests.harness.memory import NobodyToWake
from tests.harness.orders import INC, adopt, declare, note, tick
from tests.harness.plans import POLICY, REMINDING, policy
from tests.harness.redis_server import connection
from tests.test_config import SHIPPED

KEYS = Keys("test")
B = policy(limit_minutes=5, reminders=Reminders(no_activity=ReminderPolicy(after=1)))
"""What somebody edited POLICY to."""


@pytest.fixture
def policies(redis: Client) -> RedisPolicies:
    return RedisPolicies(redis, KEYS)


@dataclass
class Counting(RedisPolicies):
    """Counts how often it is asked."""

    inner: RedisPolicies
    asked: list[str] = field(default_factory=list)

    def keep(self, policy: Policy) -> None:
        self.asked.append(f"keep {policy.name}")
        self.inner.keep(policy)

    def find(self, hash_: str) -> Policy | None:
        self.asked.append("find")
        return self.inner.find(hash_)


def engine(store: RedisEventStore, policies: RedisPolicies | None, *workflows: Policy, **by_service: str) -> Engine:
    """Start a process; the first workflow is in force."""
    by_name = {each.name: each for each in workflows}
    all_of_them = Workflows(chosen=workflows[0].name, by_name=by_name, by_service=by_service)
    return Engine(store, NobodyToWake(), all_of_them, policies)


@pytest.mark.parametrize("kept", [POLICY, REMINDING, B], ids=["plain", "reminding", "edited"])
def test_what_is_kept_is_found_under_its_hash_as_it_was(policies: RedisPolicies, kept: Policy) -> None:
    assert policies.find(kept.hash) is None
    policies.keep(kept)
    found = policies.find(kept.hash)
    assert found == kept
    assert found is not None
    assert found.hash == kept.hash
    assert list(found.stage_by_id.items()) == list(kept.stage_by_id.items()), "their order counts"
    assert found.move(kept.first, kept.stage_by_id["triage"]) == kept.move(kept.first, kept.stage_by_id["triage"])


def test_every_shipped_workflow_is_found_as_it_was_kept(policies: RedisPolicies) -> None:
    for shipped in load(SHIPPED, {}).workflows.by_name.values():
        policies.keep(shipped)
        found = policies.find(shipped.hash)
        assert found == shipped
        assert found is not None
        assert hash_of(found.model_dump(mode="json")) == shipped.hash
        assert list(found.stages) == list(shipped.stages)


def test_a_policy_is_written_once(policies: RedisPolicies, redis: Client) -> None:
    policies.keep(POLICY)
    connection(redis).hset(KEYS.policies, POLICY.hash, "what stood there first")
    policies.keep(POLICY)
    assert redis.hget(KEYS.policies, POLICY.hash) == "what stood there first"


def test_a_policy_that_knew_fewer_keys_is_found_under_the_hash_that_it_had(
    policies: RedisPolicies, redis: Client
) -> None:
    older = POLICY.model_dump(mode="json")
    del older["severities"]["p1"]["workflow"]  # what came since
    connection(redis).hset(KEYS.policies, hash_of(older), json.dumps(older))
    found = policies.find(hash_of(older))
    assert found == POLICY
    assert found is not None
    assert found.hash == hash_of(older) != POLICY.hash


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"name": "another"}', "damaged"),
        ("half a jso", "damaged"),
        ("[]", "damaged"),
        ('{"NEWER": 1}', "another version"),
    ],
)
def test_what_cannot_be_read_says_why(policies: RedisPolicies, redis: Client, text: str, why: str) -> None:
    hash_ = POLICY.hash
    if "NEWER" in text:
        newer = {**POLICY.model_dump(mode="json"), "a key of next year": True}
        text, hash_ = json.dumps(newer), hash_of(newer)
    connection(redis).hset(KEYS.policies, hash_, text)
    with pytest.raises(UnreadablePolicy, match=why):
        policies.find(hash_)
    (lost,) = policies.lost([hash_]).values()
    assert why in str(lost)


def test_an_incident_goes_by_the_policy_that_it_began_with_in_every_process(
    store: RedisEventStore, policies: RedisPolicies
) -> None:
    before = engine(store, policies, POLICY)
    before.submit(declare())
    edited = engine(store, policies, B)
    incident = edited.incident(INC)
    assert edited.policy_of(incident) == POLICY
    assert edited.submit(note("by the old rules", at=300)).events
    assert edited.submit(tick(600)).events == (), "POLICY reminds of nothing"
    assert edited.submit(declare().model_copy(update={"incident": "INC-8"})).incident.policy == B.hash


def test_one_process_goes_by_new_workflows_without_a_restart(store: RedisEventStore, policies: RedisPolicies) -> None:
    running = engine(store, policies, POLICY)
    old = running.submit(declare()).incident
    running.go_by(Workflows.alone(B))
    new = running.submit(declare().model_copy(update={"incident": "INC-8"})).incident
    assert (running.policy_of(old), running.policy_of(new)) == (POLICY, B)
    assert policies.find(new.policy) == B


def test_what_an_incident_adopts_in_one_process_holds_in_every_other(
    store: RedisEventStore, policies: RedisPolicies
) -> None:
    one, other, third = (engine(store, policies, POLICY) for _ in range(3))
    one.submit(declare())
    other.submit(note("it knows the incident"))
    one.go_by(Workflows.alone(B))
    one.submit(adopt(one.workflows.in_force))
    assert other.submit(note("by B, which this process has never read")).incident.policy == B.hash
    assert other.policy_of(other.incident(INC)) == third.policy_of(third.incident(INC)) == B
    assert third.submit(tick(600)).events, "B reminds"


def test_an_adoption_races_with_what_others_do_and_nothing_is_lost(
    store: RedisEventStore, policies: RedisPolicies
) -> None:
    processes = [engine(store, policies, each) for each in (POLICY, B, REMINDING)]
    processes[0].submit(declare())
    orders = [adopt(B, "first"), *(note(f"{n}") for n in range(30)), adopt(REMINDING, "second"), adopt(B, "third")]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda order: processes[hash(order.cause) % 3].submit(order), orders))
    moves = [each.event for each in store.history(INC) if isinstance(each.event, PolicyAdopted)]
    assert [move.before for move in moves] == [POLICY.hash, *(move.to for move in moves[:-1])]
    (now,) = {process.incident(INC).policy for process in processes}
    assert now == moves[-1].to
    assert {process.policy_of(process.incident(INC)).hash for process in processes} == {now}


def test_no_incident_records_a_hash_that_nobody_keeps(store: RedisEventStore, policies: RedisPolicies) -> None:
    counting = Counting(policies)
    running = engine(store, counting, POLICY)
    for number in (1, 2, 3):
        running.submit(declare().model_copy(update={"incident": f"INC-{number}"}))
    assert counting.asked == ["keep test"], "once per process and policy"
    assert policies.find(POLICY.hash) == POLICY


def test_what_a_crash_of_redis_has_lost_is_kept_again(
    store: RedisEventStore, policies: RedisPolicies, redis: Client
) -> None:
    running = engine(store, policies, POLICY, policy(name="linear"))
    running.keep_policies()
    connection(redis).delete(KEYS.policies)
    running.keep_policies()
    assert policies.lost([one.hash for one in running.workflows.by_name.values()]) == {}


def test_a_policy_at_hand_costs_no_trip_and_one_that_is_not_costs_one(
    store: RedisEventStore, policies: RedisPolicies
) -> None:
    engine(store, policies, POLICY).submit(declare())
    at_hand, counting = Counting(policies), Counting(policies)
    same, edited = engine(store, at_hand, POLICY), engine(store, counting, B)
    for number in range(5):
        same.submit(note(f"same {number}"))
        edited.submit(note(f"edited {number}"))
    assert at_hand.asked == []
    assert counting.asked == ["find"]


@pytest.mark.parametrize("damage", ["never kept", "damaged"])
def test_where_a_policy_cannot_be_had_the_workflow_in_force_stands_in(
    store: RedisEventStore, policies: RedisPolicies, redis: Client, damage: str
) -> None:
    engine(store, None if damage == "never kept" else policies, POLICY).submit(declare())
    if damage == "damaged":
        connection(redis).hset(KEYS.policies, POLICY.hash, "{}")
    counting = Counting(policies)
    edited = engine(store, counting, B)
    assert edited.policy_of(edited.incident(INC)) == B
    for number in range(3):
        assert edited.submit(note(f"{number}", at=number)).events
    assert counting.asked == ["find"], "and it is not looked for again and again"
    assert edited.submit(tick(600)).events, "B reminds"


def test_a_services_workflow_is_taken_and_a_later_severity_changes_none(
    store: RedisEventStore, policies: RedisPolicies
) -> None:
    from tests.domain.test_workflows import naming
    from tests.harness.orders import change_severity

    linear, hybrid = policy(name="linear"), naming(policy(name="hybrid"), Severity.P4, "linear")
    running = engine(store, policies, hybrid, linear, checkout="linear")
    order = declare(Severity.P1)
    assert isinstance(order, Declare)
    assert running.submit(order.model_copy(update={"service": "checkout"})).incident.policy == linear.hash
    other = running.submit(order.model_copy(update={"incident": "INC-8", "service": "search"})).incident
    assert other.policy == hybrid.hash
    lowered = change_severity(Severity.P4, "nobody noticed").model_copy(update={"incident": "INC-8"})
    assert running.submit(lowered).incident.policy == hybrid.hash
