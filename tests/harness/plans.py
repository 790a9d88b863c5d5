"""A policy, a service, runbooks and their plans: the small company that the tests are about."""

from typing import Any

from bot.domain.gates.choice import GateChoice
from bot.domain.gates.policy import ApprovalPolicy
from bot.domain.hats import Hat
from bot.domain.runbook import (
    HttpStep,
    Parameter,
    Plan,
    Runbook,
    Service,
    Signal,
    TrialStep,
    Verify,
    WaitStep,
    fill_in,
    plan_of,
)
from bot.domain.severity import Severity
from bot.domain.workflow.policy import Channels, Policy, SeverityPolicy
from bot.domain.workflow.reminders import HatReminder, ReminderPolicy, Reminders, StuckReminder
from tests.harness.stages import HATS, STAGES, TRANSITIONS


def policy(
    *, quorum: int = 1, limit_minutes: float = 30, name: str = "test", reminders: Reminders | None = None
) -> Policy:
    """A policy as shipped in spirit: P1 asks for approval, P2 to P4 do not; the gate, and P1's reminders, as given."""
    return Policy(
        name=name,
        severities={
            Severity.P1: SeverityPolicy(
                means="customers cannot buy",
                sla_minutes=15,
                approval=True,
                auto_remediation=False,
                update_every_minutes=30,
            ),
            Severity.P2: SeverityPolicy(
                means="some customers cannot buy",
                sla_minutes=60,
                approval=False,
                auto_remediation=True,
                update_every_minutes=60,
            ),
            Severity.P3: SeverityPolicy(
                means="buying is unpleasant", sla_minutes=480, approval=False, auto_remediation=True
            ),
            Severity.P4: SeverityPolicy(
                means="nobody notices yet", sla_minutes=2880, approval=False, auto_remediation=True
            ),
        },
        approvals={"anybody": anybody(quorum, limit_minutes)},
        gates=(GateChoice(use="anybody", before=("mitigation",)),),
        channels=Channels(announce="incidents", managers="incident-managers"),
        reminders={Severity.P1: reminders} if reminders else {},
        hats=HATS,
        stages=STAGES,
        transitions=TRANSITIONS,
    )


def anybody(quorum: int = 1, limit_minutes: float = 30, **more: Any) -> ApprovalPolicy:
    """Ask everybody in the channel at once."""
    seats = [{"anyone": True, "voices": quorum}]
    asks = {"kind": "parallel", "seats": seats, "quorum": quorum, "next_after": limit_minutes * 60, "renotify": None}
    return ApprovalPolicy.model_validate({"id": "anybody", "title": "Anybody here", **asks, **more})


ANYBODY = anybody()

POLICY = policy()


def edited(before: Policy = POLICY, **changes: object) -> Policy:
    """Edit a policy, as somebody edits its file: it has another hash then."""
    return Policy.model_validate({**before.model_dump(), **changes})


REMINDERS = Reminders(
    no_commander=ReminderPolicy(after=5, every=5, most=3),
    empty_hat=HatReminder(after=10, every=15, most=2, again="edit", hats=(Hat.FIRST_RESPONDER, Hat.MITIGATOR)),
    stuck=StuckReminder(after=60, every=30, most=2, stages={"triage": 15}),
    no_activity=ReminderPolicy(after=20, every=20, most=2, night="wait"),
    update_overdue=ReminderPolicy(after=0, every=10, most=2, night="ping"),
    offer_waits=ReminderPolicy(after=5, every=5, most=2),
)
"""Six reminders, each at a time of its own."""

REMINDING = policy(reminders=REMINDERS)
"""A policy that reminds, at P1."""

CHECKOUT = Service(
    id="checkout", title="Checkout", owner="payments", tier=1, url="http://127.0.0.1:1", signal=Signal(path="/health")
)

VERIFY = Verify(settle=30, within=120, every=5)

SCALE = Runbook(
    id="scale-checkout",
    title="Scale checkout to ${replicas} replicas",
    target="checkout",
    risk="Costs money while it lasts.",
    expect="Latency falls below 300 ms.",
    parameters={"replicas": Parameter(type="integer", label="How many", default=4, minimum=1, maximum=20)},
    steps=(
        HttpStep(id="scale", says="Set the number of replicas.", path="/scale", body={"replicas": "${replicas}"}),
        WaitStep(id="warm", says="Let them warm up.", seconds=10),
    ),
    rollback=(
        HttpStep(id="scale-back", says="Set the old number.", path="/scale", body={"replicas": 2}),
        WaitStep(id="drain", says="Let connections drain.", seconds=10),
    ),
    verify=VERIFY,
)
"""Two steps, two rollback steps, one parameter."""

RESTART = Runbook(
    id="restart-checkout",
    title="Restart checkout",
    target="checkout",
    risk="Carts in flight are lost.",
    expect="The error rate falls below 1 %.",
    steps=(HttpStep(id="restart", says="Restart every instance.", path="/restart"),),
    no_rollback_because="a restart leaves nothing to undo.",
    verify=VERIFY,
)
"""One step, no rollback."""

PURGE = Runbook(
    id="purge-carts",
    title="Purge broken carts",
    target="checkout",
    risk="Customers lose what is in them.",
    expect="The error rate falls below 1 %.",
    steps=(HttpStep(id="purge", says="Delete carts that cannot be read.", path="/purge"),),
    no_rollback_because="what is deleted stays deleted.",
    verify=VERIFY,
    touches=("customer-data",),
)
"""Touches customer data: needs a human's yes at every severity."""

TRIED = SCALE.model_copy(
    update={
        "id": "scale-after-a-look",
        "dry_run": (
            TrialStep(id="ask-1", says="Ask for ${replicas} replicas", path="/scale", body={"replicas": "${replicas}"}),
            TrialStep(id="ask-2", says="Ask for the database", method="GET", path="/connections", shows="would.be"),
        ),
    }
)
"""As the first, with a dry run of two steps."""

RUNBOOKS = (SCALE, RESTART, PURGE)


def plan(runbook: Runbook = SCALE, policy: Policy = POLICY, **words: str) -> Plan:
    """Fill a runbook in for checkout, parameters as a person would type them."""
    assert CHECKOUT.signal is not None
    return plan_of(runbook, CHECKOUT, CHECKOUT.signal, fill_in(runbook, words), policy.hash)
