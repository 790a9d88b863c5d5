"""One long incident in which everything happens that can: every type of event, in an order that makes sense.

`python -m tests.harness.every_event` prints it as stored, a record a line: a new sample for tests/golden/history/.
"""

import json
from collections.abc import Sequence
from datetime import date

from bot.domain.gates import orders as o
from bot.domain.gates.choice import GateChoice
from bot.domain.gates.gate import Found, StandIn
from bot.domain.gates.policy import ApprovalPolicy
from bot.domain.hats import Hat
from bot.domain.incident.commands import AnyCommand
from bot.domain.incident.findings import Priority
from bot.domain.oncall.calling import place
from bot.domain.severity import Severity
from bot.domain.workflow.criterion import Criterion, Evidence, Strictness
from bot.domain.workflow.lifecycle import Action, StagePolicy
from bot.domain.workflow.reminders import Kind, ReminderPolicy, Reminders
from bot.domain.workflow.review import ReviewPolicy
from bot.domain.workflow.wearing import Conflict, Firmness
from bot.engine import Engine
from tests.harness.book import by_ways, policy
from tests.harness.memory import MemoryStore, NobodyToWake
from tests.harness.orders import (
    INC,
    accept,
    acknowledge,
    action,
    adopt,
    approve,
    at_gate,
    busy,
    called,
    change_action,
    change_severity,
    confirm,
    declare,
    decline,
    dry_run,
    exported,
    finished,
    give,
    hold,
    hypothesis,
    move,
    nobody_on_call,
    note,
    offer,
    open_channel,
    page_delayed,
    page_failed,
    page_sent,
    pass_on,
    pin,
    pin_deleted,
    pin_edited,
    propose,
    reject,
    release,
    resolve,
    resume_reminders,
    roll_back,
    rule_out,
    signal,
    snooze,
    start_escalation,
    started,
    stop,
    stop_reminders,
    take,
    take_over,
    tell_customers,
    tick,
    trouble,
    try_again,
    try_page,
    unconfirm,
    unpin,
    update,
    want_export,
)
from tests.harness.people import ANA, BEN, CY, DEE, MO
from tests.harness.plans import PURGE, RESTART, TRIED, edited, plan
from tests.harness.plans import policy as workflow
from tests.harness.stages import STAGES, TRANSITIONS, Stages

BLAST_RADIUS = Criterion(
    id="blast-radius",
    title="It is known who is hit",
    confirmed_by=(Hat.FIRST_RESPONDER,),
    evidence=Evidence.REQUIRED,
)
STRICT = ApprovalPolicy.model_validate(
    {
        "id": "strict",
        "title": "Payments, then security",
        "steps": [
            {
                "tiers": [
                    {
                        "seats": [{"team": "payments", "voices": 3}],
                        "quorum": 1,
                        "limit": 600,
                        "deputy_after": 120,
                        "renotify": 60,
                    },
                    {"seats": [{"anyone": True}], "limit": 6000, "deputy_after": None, "renotify": 120},
                ]
            },
            {"tiers": [{"seats": [{"role": "security"}]}]},
        ],
        "limit": 3000,
        "then": "escalate",
        "override": {"seats": [{"team": "leads", "voices": 3}], "quorum": 2},
        "glass": {"who": [{"hat": "commander"}], "within": 60},
    }
)
"""Nearly everything that an approval may ask for."""

SMALL = ApprovalPolicy.model_validate(
    {
        "id": "small",
        "title": "Somebody in Payments",
        "kind": "parallel",
        "seats": [{"team": "payments", "voices": 2}],
        "quorum": 1,
        "stricter": {"stale-runbook": 1},
    }
)
"""One that asks for more where there is reason."""

ACTIONS = {"post-mortem": (Action.OPEN_REVIEW,), "closed": (Action.EXPORT,)}
_BASE = workflow(reminders=Reminders(no_activity=ReminderPolicy(after=1, night="wait")))
WORKFLOW = _BASE.model_copy(
    update={
        "approvals": {**_BASE.approvals, "strict": STRICT, "small": SMALL},
        "gates": (
            GateChoice(use="strict", before=("mitigation",), severities=(Severity.P2,)),
            GateChoice(use="small", before=("mitigation",), severities=(Severity.P3,)),
            GateChoice(use="anybody", before=("notification",)),
            GateChoice(use="anybody", before=("rollback",), of=("verified",)),
            *_BASE.gates,
        ),
        "channels": _BASE.channels.model_copy(update={"customers": "status"}),
        "stages": {
            **STAGES,
            "triage": StagePolicy(hats=(Hat.FIRST_RESPONDER,), exit=(BLAST_RADIUS,)),
            "post-mortem": StagePolicy(sla={Severity.P2: 1}),
        },
        "conflicts": (
            Conflict(
                hats=(Hat.COMMANDER, Hat.INVESTIGATOR),
                firmness=Firmness.WARNED,
                because="The commander keeps the picture",
            ),
        ),
        "transitions": tuple(
            one.model_copy(update={"criteria": Strictness.WARN, "actions": ACTIONS.get(one.to, ())})
            for one in TRANSITIONS
        ),
        "review": ReviewPolicy(meeting={Severity.P2: "5wd"}),
    }
)

ADOPTED = edited(WORKFLOW, name="edited")


def story() -> Sequence[AnyCommand]:
    delivered, refused = want_export(by=DEE, at=600), want_export(by=DEE, at=610)
    return (
        declare(Severity.P2, by=ANA),
        open_channel(at=1),
        take(Hat.COMMANDER, by=ANA, at=5),
        give(Hat.FIRST_RESPONDER, BEN, by=ANA, at=10),
        take(Hat.INVESTIGATOR, by=CY, at=12),
        take(Hat.INVESTIGATOR, by=ANA, at=13),
        release(Hat.INVESTIGATOR, by=CY, at=14),
        offer(Hat.COMMANDER, BEN, by=ANA, at=15),
        decline(Hat.COMMANDER, by=BEN, at=16),
        offer(Hat.COMMANDER, DEE, by=ANA, at=17),
        accept(Hat.COMMANDER, by=DEE, at=18),
        change_severity(Severity.P1, by=DEE, at=20),
        change_severity(Severity.P2, "one region only", by=DEE, at=21),
        change_severity(Severity.P1, "two regions by now", by=DEE, at=22),
        adopt(ADOPTED, "the drill showed that nights were too quiet", by=DEE, at=23),
        note("CPU at 100 % — “es brennt” 🔥", by=CY, at=25),
        pin("1700000000.000100", by=BEN, at=26),
        pin("1700000000.000200", "wrong window", by=BEN, at=27),
        pin_edited("1700000000.000100", "error rate 45 %", at=28),
        unpin("1700000000.000200", by=BEN, at=29),
        pin_deleted("1700000000.000100", at=30),
        change_severity(Severity.P1, "two regions, and nobody can buy", by=DEE, at=31),
        note("it begins at 14:02", source="https://graphs.example/d/1?from=14", by=CY, at=31),
        hypothesis("The carts' cache is full", "evictions rise at 14:02", by=CY, at=32),
        hypothesis("The deploy of 13:50", by=BEN, at=32),
        rule_out("h2", "the old version fails, too", by=CY, at=33),
        confirm("blast-radius", "eu-west and us-east; carts", by=BEN, at=33),
        unconfirm("blast-radius", "us-east is fine", by=BEN, at=34),
        update("Customers in two regions cannot buy. We are scaling checkout.", by=DEE, at=35),
        propose(plan(replicas="6"), by=ANA, at=40),
        propose(plan(replicas="8"), by=ANA, at=45),
        approve(by=BEN, seen=plan(replicas="8"), at=50),
        reject("too late, I know", by=CY, at=51),
        busy("INC-7:m2", at=52),
        started(0, at=55),
        finished(0, at=56),
        started(1, at=57),
        finished(1, at=67),
        signal(healthy=False, at=68),
        signal(healthy=True, at=73),
        signal(healthy=True, at=103),
        roll_back(by=DEE, at=199),
        approve(by=BEN, mitigation="g1", at=200),
        started(0, "rollback", at=201),
        finished(0, "rollback", at=202),
        started(1, "rollback", at=203),
        finished(1, "rollback", at=213),
        propose(plan(RESTART), by=BEN, at=300),
        approve(by=CY, mitigation="m2", at=310),
        started(0, mitigation="m2", at=311),
        finished(0, ok=False, mitigation="m2", at=312),
        propose(plan(RESTART), by=BEN, at=400),
        reject("once was enough", by=CY, mitigation="m3", at=410),
        propose(plan(TRIED), by=CY, at=500),
        dry_run("4 replicas instead of 2", "80 connections", mitigation="m4", at=501),
        try_again(by=DEE, mitigation="m4", at=505),
        dry_run("4 replicas instead of 3", "80 connections", trial=2, mitigation="m4", at=506),
        approve(by=BEN, seen=None, mitigation="m4", at=510),
        stop(by=CY, mitigation="m4", at=511),
        delivered,
        exported(delivered.cause, at=605),
        refused,
        exported(refused.cause, ok=False, at=615),
        trouble(at=620),
        nobody_on_call(at=621),
        start_escalation(policy(60, 60, lapses=60), assigned=(MO,), told=(place("ops", "hears of each P1"),), at=630),
        called(1, by_ways(CY, ("slack", 0), ("email", 60)), missing=("Nobody is on shift in Search.",), at=631),
        try_page("e1.1.1", at=632),
        page_delayed("e1.1.1", at=633),
        page_sent("e1.1.1", late=40, at=634),
        try_page("e1.1.1", 1, at=635),
        page_failed("e1.1.1", 1, at=636),
        pass_on(DEE, "on a train", by=CY, at=637),
        called(2, at=638),
        acknowledge(by=BEN, at=640),
        take_over(by=CY, at=641),
        tick(701),
        hold(Kind.NO_ACTIVITY, 1, until=710, at=702),
        snooze(Kind.NO_ACTIVITY, by=BEN, at=703),
        stop_reminders(Kind.NO_ACTIVITY, because="all quiet on purpose", by=BEN, at=704),
        resume_reminders(by=DEE, at=705),
        tick(761),
        acknowledge(by=DEE, at=762),
        change_severity(Severity.P2, "one region only", by=DEE, at=770),
        *_a_gate_of_every_kind(),
        tell_customers("You can buy again.", by=DEE, at=7990),
        approve(by=BEN, mitigation="g2", at=7995),
        resolve("Checkout works again after more replicas.", by=DEE, at=8000),
        action("alarm on evictions", owner=CY, priority=Priority.HIGH, by=DEE, at=8010),
        change_action("a1", due=date(2026, 12, 1), link="https://tickets.example/1", by=DEE, at=8011),
        tick(8000 + 15 * 60),
        tick(8000 + 16 * 60),
        move(Stages.CLOSED, "reviewed", by=DEE, at=9000),
    )


def _a_gate_of_every_kind() -> Sequence[AnyCommand]:
    """Three gates at which everything happens that can."""
    ben = Found(account=BEN, seat=0, because=("in Payments",), deputies=(StandIn(account=MO),))
    cy = Found(account=CY, seat=0, because=("in Payments",))
    asleep = ben.model_copy(update={"quiet": ("mon-sun 12:00-14:00",)})
    return (
        propose(plan(PURGE), by=ANA, at=800),
        at_gate(o.RecordAsked, mitigation="m5", turn=1, found=(ben, cy), at=801),
        at_gate(o.OpenPlan, by=BEN, mitigation="m5", at=802),
        tick(861),
        tick(921),
        at_gate(
            o.RecordOutOfReach, mitigation="m5", turn=1, account=MO, because="their account is deactivated", at=925
        ),
        at_gate(o.PassOn, by=CY, mitigation="m5", to=BEN, because="on a train", at=930),
        approve(by=BEN, mitigation="m5", at=940),
        at_gate(o.WithdrawVote, by=BEN, mitigation="m5", at=950),
        reject("not now", by=BEN, mitigation="m5", at=960),
        at_gate(o.WithdrawVote, by=BEN, mitigation="m5", at=970),
        tick(970 + 600),
        tick(970 + 720),
        tick(800 + 3000),
        propose(plan(PURGE), by=ANA, at=4000),
        at_gate(o.RecordAsked, mitigation="m6", turn=1, missing=("Payments has no members any more.",), at=4001),
        at_gate(o.BreakGlass, by=DEE, mitigation="m6", because="customers wait", at=4010),
        stop(by=DEE, mitigation="m6", at=4020),
        tick(4040),
        tick(4070),
        at_gate(o.Countersign, by=BEN, mitigation="m6", comment="it was right", at=4100),
        change_severity(Severity.P3, "a few carts only", by=DEE, at=4200),
        propose(plan(PURGE), stale="nobody has reviewed the runbook", by=ANA, at=4210),
        at_gate(o.RecordAsked, mitigation="m7", turn=1, found=(asleep,), at=4211),
        approve(by=BEN, mitigation="m7", at=4220),
        stop(by=DEE, mitigation="m7", at=4230),
        change_severity(Severity.P2, by=DEE, at=4240),
    )


def play() -> MemoryStore:
    """Let it all happen under the real engine."""
    store = MemoryStore()
    engine = Engine(store, NobodyToWake(), WORKFLOW)
    for order in story():
        assert engine.submit(order).events, order
    return store


if __name__ == "__main__":
    for record in play().raw_history(INC):
        print(json.dumps(record, ensure_ascii=False))
