"""May it be done? An order and a gate in, facts out; whatever has fallen due by then comes first.

So a vote that arrives after a limit is late, even where no clock has got round to saying that the limit has passed.
"""

import hashlib
from typing import assert_never

from bot.domain.gates import events as e
from bot.domain.gates import orders as o
from bot.domain.gates.decide.case import Case
from bot.domain.gates.decide.dry_runs import show
from bot.domain.gates.decide.glass import break_glass, countersign
from bot.domain.gates.decide.overdue import catch_up
from bot.domain.gates.decide.people import check_asked, out_of_reach, pass_on, seat
from bot.domain.gates.decide.settle import close, go_on, limit_due, settle
from bot.domain.gates.decide.votes import take_back, vote
from bot.domain.gates.evolve import evolve
from bot.domain.gates.gate import Gate, Outcome
from bot.domain.gates.policy import ApprovalPolicy
from bot.domain.gates.rejections import GateIsClosed, NobodyElseIsLeft, NoSuchGate, NotYoursToStop
from bot.domain.ids import SYSTEM
from bot.domain.words import check_length


def decide(order: o.AnyOrder, gate: Gate | None) -> list[e.AnyFact]:
    """Return what an order brings about; asking for what is so gives no facts. Raises Rejected for what may not be."""
    if isinstance(order, o.OpenGate):
        return [] if gate is not None else _open(order)
    if gate is None:
        raise NoSuchGate
    case = Case(gate, order)
    catch_up(case)
    before = len(case.facts)
    _obey(case, order)
    settle(case)
    if len(case.facts) > before:
        catch_up(case)  # whoever has taken a vote back, and whose seat is free again, is waited for since long ago
    return case.facts


def _open(order: o.OpenGate) -> list[e.AnyFact]:
    opened = e.GateOpened(
        by=order.by,
        at=order.at,
        linked=order.linked,
        gate=order.gate,
        policy=order.policy,
        subject=order.subject,
        wakes=order.wakes,
        seed=order.seed,
        order=order_of(order.policy, order.seed or order.gate),
        limit_due=limit_due(order.policy, order.at),
        trial_due=order.trial_due,
        declared=order.declared,
        stricter=order.stricter,
    )
    case = Case(evolve(None, opened), order)
    settle(case)
    return [opened, *case.facts]


def order_of(policy: ApprovalPolicy, seed: str) -> tuple[int, ...]:
    """Return which step comes when: as declared, or shuffled by a seed, the same way each time.

    Each step is drawn a number from the seed, and the numbers are sorted: no order is likelier than another.
    """
    steps = range(len(policy.steps))
    if not policy.shuffle:
        return tuple(steps)
    return tuple(sorted(steps, key=lambda n: hashlib.sha256(f"{seed}/{n}".encode()).digest()))


def _obey(case: Case, order: o.AnyOrder) -> None:
    match order:
        case o.OpenGate() | o.Tick():
            pass
        case o.RecordAsked():
            seat(case, order)
        case o.RecordOutOfReach():
            out_of_reach(case, order)
        case o.CastVote():
            vote(case, order)
        case o.WithdrawVote():
            take_back(case, order)
        case o.PassOn():
            pass_on(case, order)
        case o.OpenPlan():
            _read(case, order)
        case o.ChangeSubject():
            _change(case, order)
        case o.ShowDryRun():
            show(case, order)
        case o.AskNext():
            _ask_next(case, order)
        case o.WithdrawGate():
            _withdraw(case, order)
        case o.Supersede():
            _supersede(case, order)
        case o.BreakGlass():
            break_glass(case, order)
        case o.Countersign():
            countersign(case, order)
        case _:
            assert_never(order)


def _read(case: Case, order: o.OpenPlan) -> None:
    if case.gate.is_open and order.by not in case.gate.readers:
        case.add(e.PlanOpened(by=order.by, at=case.at, subject=case.gate.subject.hash))


def _change(case: Case, order: o.ChangeSubject) -> None:
    gate = case.gate
    if gate.outcome is not None:
        raise GateIsClosed(outcome=gate.outcome.value)
    policy = order.policy or gate.policy
    changed = order.subject.differs_from(gate.subject)
    if policy != gate.policy and "policy" not in changed:
        changed = (*changed, "policy")
    if not changed:
        return
    case.add(
        e.SubjectChanged(
            by=order.by,
            at=case.at,
            subject=order.subject,
            policy=None if policy == gate.policy else policy,
            changed=changed,
            order=order_of(policy, gate.seed or gate.id),
            limit_due=limit_due(policy, case.at),
            trial_due=order.trial_due,
        )
    )


def _ask_next(case: Case, order: o.AskNext) -> None:
    gate = case.gate
    if gate.outcome is not None:
        raise GateIsClosed(outcome=gate.outcome.value)
    check_length(order.because)
    check_asked(case)
    call = gate.latest
    if call is None or gate.is_contested or call.tier + 1 >= len(gate.steps[call.ballot].tiers):
        raise NobodyElseIsLeft
    go_on(case, f"<@{order.by}> asked for it" + (f": {order.because}" if order.because else ""))


def _withdraw(case: Case, order: o.WithdrawGate) -> None:
    outcome = case.gate.outcome
    if outcome is Outcome.WITHDRAWN or (outcome is not None and order.by == SYSTEM):
        return  # what time has ended by now, Muster need not tidy up
    if outcome is not None:
        raise GateIsClosed(outcome=outcome.value)
    if not order.leads and not case.gate.is_author(order.by):
        raise NotYoursToStop(proposer=case.gate.proposer)
    check_length(order.because)
    because = order.because or f"<@{order.by}> withdrew it"
    close(case, Outcome.WITHDRAWN, how="person", because=because, by=order.by)


def _supersede(case: Case, order: o.Supersede) -> None:
    if case.gate.is_open:
        because = f"{order.successor} asks in its place"
        closed = e.GateClosed(
            by=order.by,
            at=case.at,
            outcome=Outcome.SUPERSEDED,
            how="person",
            because=because,
            successor=order.successor,
        )
        case.add(closed)
