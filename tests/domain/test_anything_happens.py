"""Anything may happen in an incident of a shipped workflow: what is said of a way on is true, and time gets on."""

import random
from collections.abc import Callable, Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.gates import orders as o
from bot.domain.gates.due import wanted
from bot.domain.gates.events import GateOpened
from bot.domain.gates.gate import Found, StandIn
from bot.domain.gates.seat import Seat
from bot.domain.hats import Hat
from bot.domain.incident.commands import AnyCommand
from bot.domain.incident.due import next_due
from bot.domain.incident.events import AnyEvent, StageChanged
from bot.domain.incident.rejections import CriteriaMissing
from bot.domain.incident.ways import ways
from bot.domain.rejected import Rejected
from bot.domain.severity import Severity
from bot.domain.timeline import sentence
from bot.domain.workflow.criterion import Strictness
from bot.domain.workflow.lifecycle import Purpose
from bot.domain.workflow.policy import Policy
from tests.domain.test_presets import PRESETS, shipped
from tests.harness.clock import at
from tests.harness.given import Given
from tests.harness.orders import (
    accept,
    action,
    at_gate,
    change_severity,
    confirm,
    declare,
    dry_run,
    finished,
    hypothesis,
    move,
    note,
    offer,
    open_channel,
    propose,
    release,
    resolve,
    roll_back,
    rule_out,
    signal,
    started,
    stop,
    take,
    tell_customers,
    tick,
    unconfirm,
    update,
    withdraw,
)
from tests.harness.people import ANA, BEN, CY, DEE, MO
from tests.harness.plans import plan

PEOPLE = (ANA, BEN, CY, DEE, MO)
PAUSES = (1, 5, 60, 400, 2000, 9000)
"""Seconds between two orders."""

Chance = random.Random
Ordered = Callable[[Chance, Given, str, float], AnyCommand]


def of_mitigations(chance: Chance, world: Given) -> str:
    return chance.choice([*world.incident.mitigations, "m1"])


def of_gates(chance: Chance, world: Given) -> str:
    return chance.choice([*world.incident.gates, "g1"])


def a_move(chance: Chance, world: Given, by: str, now: float) -> AnyCommand:
    return move(chance.choice([*world.policy.stage_by_id.values()]), "because it is so", by=by, at=now)


def a_vote(chance: Chance, world: Given, by: str, now: float) -> AnyCommand:
    choice, why = chance.choice(("approve", "approve", "reject")), "it is the lesser evil"
    return at_gate(o.CastVote, by=by, mitigation=of_gates(chance, world), at=now, choice=choice, comment=why, here=True)


def broken_glass(chance: Chance, world: Given, by: str, now: float) -> AnyCommand:
    holds = tuple(f"hat {hat.value}" for hat in Hat if by in world.incident.wearers(hat))
    gate = of_gates(chance, world)
    return at_gate(o.BreakGlass, by=by, mitigation=gate, at=now, because="they wait", holds=holds, here=True)


ORDERS: tuple[Ordered, ...] = (
    lambda chance, _, by, now: take(chance.choice([*Hat, Hat.COMMANDER, Hat.COMMANDER]), by=by, at=now),
    lambda chance, _, by, now: release(chance.choice([*Hat]), by=by, at=now),
    lambda chance, _, by, now: offer(chance.choice([*Hat]), chance.choice(PEOPLE), by=by, at=now),
    lambda chance, _, by, now: accept(chance.choice([*Hat]), by=by, at=now),
    lambda chance, _, by, now: note("seen", source=f"https://a.example/{chance.randint(1, 3)}", by=by, at=now),
    lambda chance, _, by, now: hypothesis(f"cause {chance.randint(1, 5)}", by=by, at=now),
    lambda chance, _, by, now: rule_out(f"h{chance.randint(1, 4)}", by=by, at=now),
    lambda _, __, by, now: action(by=by, at=now),
    lambda chance, world, by, now: confirm(chance.choice([*world.policy.criteria]), "on the graph", by=by, at=now),
    lambda chance, world, by, now: confirm(chance.choice([*world.policy.criteria]), "on the graph", by=by, at=now),
    lambda chance, world, by, now: unconfirm(chance.choice([*world.policy.criteria]), "no longer", by=by, at=now),
    lambda _, __, by, now: update("we look into it", by=by, at=now),
    lambda _, __, by, now: tell_customers(by=by, at=now),
    lambda chance, _, by, now: change_severity(chance.choice([*Severity]), "fewer people are hit", by=by, at=now),
    a_move,
    a_move,
    a_move,
    lambda _, __, by, now: resolve(by=by, at=now),
    lambda chance, _, by, now: propose(plan(replicas=str(chance.randint(2, 6))), by=by, at=now),
    a_vote,
    a_vote,
    a_vote,
    lambda chance, world, by, now: at_gate(o.WithdrawVote, by=by, mitigation=of_gates(chance, world), at=now),
    lambda chance, world, by, now: at_gate(
        o.PassOn, by=by, mitigation=of_gates(chance, world), at=now, to=chance.choice(PEOPLE)
    ),
    broken_glass,
    lambda chance, world, by, now: withdraw(by=by, mitigation=of_mitigations(chance, world), at=now),
    lambda chance, world, by, now: stop(by=by, mitigation=of_mitigations(chance, world), at=now),
    lambda chance, world, by, now: roll_back(by=by, mitigation=of_mitigations(chance, world), at=now),
    lambda chance, world, _, now: started(chance.randint(0, 1), mitigation=of_mitigations(chance, world), at=now),
    lambda chance, world, _, now: finished(chance.randint(0, 1), mitigation=of_mitigations(chance, world), at=now),
    lambda chance, world, _, now: signal(chance.random() < 0.8, mitigation=of_mitigations(chance, world), at=now),
    lambda chance, world, _, now: dry_run("2 pods", mitigation=of_mitigations(chance, world), at=now),
)


def ordered(world: Given, command: AnyCommand) -> list[AnyEvent]:
    """Give an order, whatever comes of it; each event can be told."""
    try:
        events = world.would(command)
    except Rejected as no:
        assert "{" not in no.sentence  # noqa: PT017 - an answer, not an accident
        return []
    for event in events:
        world.takes(event)
        told = sentence(event, world.incident)
        assert "{" not in told, told
        assert "None" not in told, told
    return events


def looked_up(world: Given, now: float) -> None:
    """Answer whatever gates want to know, as a small book has it."""
    for gate in [*world.incident.gates.values()]:
        for want in wanted(gate):
            found = tuple(one for n, seat in enumerate(want.seats) for one in sitting(world, n, seat))
            ordered(world, at_gate(o.RecordAsked, mitigation=gate.id, at=now, turn=want.turn, found=found))


def sitting(world: Given, n: int, seat: Seat) -> Iterator[Found]:
    wearers = world.incident.wearers(Hat(seat.hat)) if seat.hat else ()
    for account in wearers if seat.hat else (BEN, CY):
        yield Found(account=account, seat=n, because=("on shift",), deputies=(StandIn(account=MO),))


def time_passes(world: Given, now: float) -> None:
    """Let the clock look whenever something is due; each look does something of it."""
    for _ in range(500):
        due = next_due(world.incident, world.policy)
        if due is None or due > at(now):
            return
        assert ordered(world, tick(now)), f"due since {due}, and nothing comes of it"
        looked_up(world, now)
    raise AssertionError("there is no end of what falls due")


def ways_are_true(world: Given, person: str, now: float) -> None:
    """Order each way on, and hold what comes of it against what was said."""
    found = ways(world.incident, world.policy, at(now), person)
    assert found or world.incident.stage.purpose is Purpose.CLOSED, "no way leads on"
    for way in found:
        no, events = None, list[AnyEvent]()
        try:
            events = world.would(move(way.to, "it is so", by=person, at=now))
        except Rejected as refused:
            no = refused
        where = f"{world.incident.stage.id} → {way.to.id}: {no!r}, {[event.type for event in events]}"
        if way.held:
            assert no is not None, where
        elif way.missing and way.strictness is Strictness.ENFORCED:
            assert isinstance(no, CriteriaMissing), where
        elif way.asked is not None:
            assert not any(isinstance(event, StageChanged) for event in events), where
        elif way.approval is not None:
            assert any(isinstance(event, GateOpened) for event in events), where
        else:
            assert any(isinstance(event, StageChanged) for event in events), where


def walk(policy: Policy, level: Severity, seed: int, length: int) -> Iterator[tuple[Given, str, float]]:
    """Have people do anything, one order after the other; returns what came of each, somebody, and the time."""
    chance, now, world = random.Random(seed), 0.0, Given(policy)
    for command in (declare(level, by=ANA), open_channel()):
        world.takes(command)
    for _ in range(length):
        now += chance.choice(PAUSES)
        ordered(world, chance.choice(ORDERS)(chance, world, chance.choice(PEOPLE), now))
        looked_up(world, now)
        time_passes(world, now)
        yield world, chance.choice(PEOPLE), now


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PRESETS), st.sampled_from([*Severity]), st.integers(0, 2**32), st.integers(10, 60))
def test_whatever_happens_what_is_said_of_a_way_on_is_true_and_time_gets_on(
    name: str, level: Severity, seed: int, length: int
) -> None:
    for world, person, now in walk(shipped(name), level, seed, length):
        ways_are_true(world, person, now)
