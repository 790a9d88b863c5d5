"""Commands in few words: `take(Hat.COMMANDER, by=BEN, at=5)`, in seconds after NOON; each order has its own cause."""

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any, TypedDict

from bot.domain.dry_run import Answer
from bot.domain.gates import orders as o
from bot.domain.gates.policy import ApprovalPolicy, Choice
from bot.domain.gates.stricter import Known
from bot.domain.gates.subject import of_plan
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident import commands as c
from bot.domain.incident.reminders import SNOOZE_MINUTES
from bot.domain.oncall.escalation import EscalationPolicy
from bot.domain.oncall.reach import Reachable
from bot.domain.runbook import Phase, Plan
from bot.domain.severity import Severity
from bot.domain.workflow.lifecycle import Stage
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.reminders import Kind
from tests.harness import clock
from tests.harness.book import PAYMENTS, by_slack
from tests.harness.people import ANA
from tests.harness.plans import ANYBODY, plan

INC = "INC-1"
M1 = "m1"
E1 = "e1"

_causes = count(1)


class Header(TypedDict):
    incident: str
    by: str
    at: datetime
    cause: str


def header(by: str, at: float, incident: str = INC) -> Header:
    """The four fields of every command, with a cause that nobody had before."""
    return Header(incident=incident, by=by, at=clock.at(at), cause=f"cause-{next(_causes)}")


def declare(
    severity: Severity = Severity.P1, *, by: str = ANA, at: float = 0, title: str = "checkout is down"
) -> c.Declare:
    return c.Declare(**header(by, at), title=title, severity=severity, service="checkout")


def open_channel(channel: str = "C1", name: str = "inc-1-checkout", at: float = 0) -> c.RecordChannel:
    return c.RecordChannel(**header(SYSTEM, at), channel=channel, name=name)


def take(hat: Hat, *, by: str, at: float = 0) -> c.TakeHat:
    return c.TakeHat(**header(by, at), hat=hat)


def give(hat: Hat, to: str, *, by: str, at: float = 0) -> c.GiveHat:
    return c.GiveHat(**header(by, at), hat=hat, to=to)


def release(hat: Hat, *, by: str, at: float = 0) -> c.ReleaseHat:
    return c.ReleaseHat(**header(by, at), hat=hat)


def offer(hat: Hat, to: str, *, by: str, at: float = 0) -> c.OfferHat:
    return c.OfferHat(**header(by, at), hat=hat, to=to)


def accept(hat: Hat, *, by: str, at: float = 0) -> c.AnswerOffer:
    return c.AnswerOffer(**header(by, at), hat=hat, accept=True)


def decline(hat: Hat, *, by: str, at: float = 0) -> c.AnswerOffer:
    return c.AnswerOffer(**header(by, at), hat=hat, accept=False)


def note(text: str, *, source: str = "", by: str = ANA, at: float = 0) -> c.AddNote:
    return c.AddNote(**header(by, at), text=text, source=source)


def hypothesis(text: str, evidence: str = "", *, by: str = ANA, at: float = 0) -> c.StateHypothesis:
    return c.StateHypothesis(**header(by, at), text=text, evidence=evidence)


def rule_out(name: str, because: str = "its graph is flat", *, by: str = ANA, at: float = 0) -> c.RuleOutHypothesis:
    return c.RuleOutHypothesis(**header(by, at), hypothesis=name, because=because)


def action(title: str = "alarm on carts", *, by: str = ANA, at: float = 0, **facts: Any) -> c.AddActionItem:
    return c.AddActionItem(**header(by, at), title=title, **facts)


def change_action(item: str, *, by: str = ANA, at: float = 0, **facts: Any) -> c.ChangeActionItem:
    return c.ChangeActionItem(**header(by, at), item=item, **facts)


def confirm(criterion: str, evidence: str = "", *, by: str = ANA, at: float = 0) -> c.ConfirmCriterion:
    return c.ConfirmCriterion(**header(by, at), criterion=criterion, evidence=evidence)


def unconfirm(
    criterion: str, because: str = "it was another graph", *, by: str = ANA, at: float = 0
) -> c.WithdrawConfirmation:
    return c.WithdrawConfirmation(**header(by, at), criterion=criterion, because=because)


def pin(ts: str, text: str = "error rate 40 %", *, by: str = ANA, at: float = 0) -> c.PinMessage:
    return c.PinMessage(**header(by, at), channel="C1", ts=ts, author=ANA, text=text)


def unpin(ts: str, *, by: str = ANA, at: float = 0) -> c.UnpinMessage:
    return c.UnpinMessage(**header(by, at), ts=ts)


def pin_edited(ts: str, text: str, *, by: str = ANA, at: float = 0) -> c.RecordPinEdited:
    return c.RecordPinEdited(**header(by, at), ts=ts, text=text)


def pin_deleted(ts: str, *, by: str = ANA, at: float = 0) -> c.RecordPinDeleted:
    return c.RecordPinDeleted(**header(by, at), ts=ts)


def update(text: str, *, next_in_minutes: int | None = None, by: str = ANA, at: float = 0) -> c.PostUpdate:
    return c.PostUpdate(**header(by, at), text=text, next_in_minutes=next_in_minutes)


def tell_customers(text: str = "orders work again", *, by: str = ANA, at: float = 0) -> c.TellCustomers:
    return c.TellCustomers(**header(by, at), text=text)


def change_severity(to: Severity, because: str = "", *, by: str = ANA, at: float = 0) -> c.ChangeSeverity:
    return c.ChangeSeverity(**header(by, at), to=to, because=because)


def move(to: Stage, because: str = "", *, by: str = ANA, at: float = 0) -> c.ChangeStage:
    return c.ChangeStage(**header(by, at), to=to.id, because=because)


def adopt(
    to: Policy, because: str = "we go by the new one now", *, stage: str = "", by: str = ANA, at: float = 0
) -> c.AdoptPolicy:
    return c.AdoptPolicy(**header(by, at), to=to, stage=stage, because=because)


def resolve(summary: str = "checkout works again", *, by: str = ANA, at: float = 0) -> c.Resolve:
    return c.Resolve(**header(by, at), summary=summary)


def propose(what: Plan | None = None, *, stale: str = "", by: str = ANA, at: float = 0) -> c.Propose:
    """`stale`: why the runbook is."""
    return c.Propose(**header(by, at), plan=what or plan(), known=Known(stale=stale))


def vote(
    choice: Choice,
    *,
    by: str,
    comment: str = "",
    seen: Plan | None = None,
    asks: ApprovalPolicy = ANYBODY,
    mitigation: str = M1,
    at: float = 0,
) -> c.AtGate:
    """`seen`: the plan on the voter's screen, asked for by `asks`; None: they typed their vote."""
    subject = of_plan(seen, approval=asks.hash).hash if seen else None
    order = o.CastVote(by=by, at=clock.at(at), choice=choice, comment=comment, subject=subject, here=True)
    return c.AtGate(**header(by, at), gate=mitigation, order=order)


def at_gate(
    kind: Callable[..., o.AnyOrder], *, by: str = SYSTEM, mitigation: str = M1, at: float = 0, **words: Any
) -> c.AtGate:
    """Give any order to a gate: `at_gate(o.PassOn, by=CY, to=BEN)`."""
    return c.AtGate(**header(by, at), gate=mitigation, order=kind(by=by, at=clock.at(at), **words))


def casting(by: str, at: datetime, choice: Choice, comment: str = "") -> o.CastVote:
    """Vote in words in the incident's channel, on what is asked then."""
    return o.CastVote(by=by, at=at, choice=choice, comment=comment, here=True)


def approve(
    *, by: str, seen: Plan | None = None, asks: ApprovalPolicy = ANYBODY, mitigation: str = M1, at: float = 0
) -> c.AtGate:
    return vote("approve", by=by, seen=seen, asks=asks, mitigation=mitigation, at=at)


def reject(comment: str = "too risky", *, by: str, mitigation: str = M1, at: float = 0) -> c.AtGate:
    return vote("reject", by=by, comment=comment, mitigation=mitigation, at=at)


def withdraw(*, by: str = ANA, mitigation: str = M1, at: float = 0) -> c.Withdraw:
    return c.Withdraw(**header(by, at), mitigation=mitigation)


def try_again(*, by: str = ANA, mitigation: str = M1, at: float = 0) -> c.TryAgain:
    return c.TryAgain(**header(by, at), mitigation=mitigation)


def dry_run(*said: str, ok: bool = True, trial: int = 1, mitigation: str = M1, at: float = 0) -> c.RecordDryRun:
    """A worker reports what each step of a dry run answered."""
    answers = tuple(Answer(step=f"ask-{n}", ok=ok, text=text) for n, text in enumerate(said, start=1))
    return c.RecordDryRun(**header(SYSTEM, at), mitigation=mitigation, trial=trial, answers=answers)


def stop(*, by: str = ANA, mitigation: str = M1, at: float = 0) -> c.StopRun:
    return c.StopRun(**header(by, at), mitigation=mitigation)


def roll_back(*, by: str = ANA, mitigation: str = M1, at: float = 0) -> c.RollBack:
    return c.RollBack(**header(by, at), mitigation=mitigation)


def busy(holder: str, *, mitigation: str = M1, at: float = 0) -> c.RecordTargetBusy:
    return c.RecordTargetBusy(**header(SYSTEM, at), mitigation=mitigation, holder=holder)


def started(step: int, phase: Phase = "plan", *, mitigation: str = M1, at: float = 0) -> c.RecordStepStarted:
    return c.RecordStepStarted(**header(SYSTEM, at), mitigation=mitigation, phase=phase, step=step)


def finished(
    step: int, phase: Phase = "plan", *, ok: bool = True, mitigation: str = M1, at: float = 0
) -> c.RecordStepFinished:
    detail = "200 OK" if ok else "500 Internal Server Error"
    return c.RecordStepFinished(
        **header(SYSTEM, at), mitigation=mitigation, phase=phase, step=step, ok=ok, detail=detail
    )


def signal(healthy: bool, *, mitigation: str = M1, at: float = 0) -> c.RecordSignal:
    return c.RecordSignal(
        **header(SYSTEM, at), mitigation=mitigation, healthy=healthy, reading="ok" if healthy else "failing"
    )


def want_export(format_: str = "markdown", *, by: str = ANA, at: float = 0) -> c.RequestExport:
    return c.RequestExport(**header(by, at), format=format_)


def exported(request: str, *, ok: bool = True, at: float = 0) -> c.RecordExport:
    detail = "INC-1.md" if ok else "Slack refused the file."
    return c.RecordExport(**header(SYSTEM, at), request=request, format="markdown", ok=ok, detail=detail)


def trouble(why: str = "Slack refused the message.", *, at: float = 0) -> c.RecordTrouble:
    return c.RecordTrouble(**header(SYSTEM, at), effect="tell", why=why, cure="Invite the bot.")


def start_escalation(
    policy: EscalationPolicy = PAYMENTS,
    *,
    because: str = "checkout is down",
    team: str = "payments",
    person: str | None = None,
    assigned: tuple[str, ...] = (),
    told: tuple[Reachable, ...] = (),
    by: str = SYSTEM,
    at: float = 0,
) -> c.StartEscalation:
    return c.StartEscalation(
        **header(by, at), team=team, policy=policy, because=because, person=person, assigned=assigned, told=told
    )


def nobody_on_call(why: str = "It names no service.", *, at: float = 0) -> c.RecordNobodyOnCall:
    return c.RecordNobodyOnCall(**header(SYSTEM, at), why=why, cure="Page somebody.")


def called(
    call: int, *people: str | Reachable, missing: tuple[str, ...] = (), escalation: str = E1, at: float = 0
) -> c.RecordCalled:
    found = tuple(by_slack(person) if isinstance(person, str) else person for person in people)
    return c.RecordCalled(**header(SYSTEM, at), escalation=escalation, call=call, called=found, missing=missing)


def try_page(page: str, way: int = 0, *, again: bool = False, at: float = 0) -> c.TryPage:
    return c.TryPage(**header(SYSTEM, at), page=page, way=way, again=again)


def page_sent(page: str, way: int = 0, *, late: float = 0, at: float = 0) -> c.RecordPageSent:
    return c.RecordPageSent(**header(SYSTEM, at), page=page, way=way, detail="a message", late=late)


def page_failed(page: str, way: int = 0, why: str = "no such address.", *, at: float = 0) -> c.RecordPageFailed:
    return c.RecordPageFailed(**header(SYSTEM, at), page=page, way=way, why=why, cure="Correct it.")


def page_delayed(page: str, way: int = 0, *, seconds: float = 40, at: float = 0) -> c.RecordPageDelayed:
    return c.RecordPageDelayed(**header(SYSTEM, at), page=page, way=way, why="Slack rate limit", seconds=seconds)


def acknowledge(*, by: str, at: float = 0) -> c.Acknowledge:
    return c.Acknowledge(**header(by, at))


def take_over(*, by: str, at: float = 0) -> c.TakeOver:
    return c.TakeOver(**header(by, at))


def pass_on(to: str, because: str = "", *, by: str, at: float = 0) -> c.PassOn:
    return c.PassOn(**header(by, at), to=to, because=because)


def escalate_now(because: str = "", *, by: str, at: float = 0) -> c.EscalateNow:
    return c.EscalateNow(**header(by, at), because=because)


def tick(at: float) -> c.Tick:
    return c.Tick(**header(SYSTEM, at))


def snooze(*kinds: Kind, minutes: float = SNOOZE_MINUTES, by: str = ANA, at: float = 0) -> c.SnoozeReminders:
    return c.SnoozeReminders(**header(by, at), kinds=kinds, minutes=minutes)


def stop_reminders(*kinds: Kind, because: str = "", by: str = ANA, at: float = 0) -> c.StopReminders:
    return c.StopReminders(**header(by, at), kinds=kinds, because=because)


def resume_reminders(*kinds: Kind, by: str = ANA, at: float = 0) -> c.ResumeReminders:
    return c.ResumeReminders(**header(by, at), kinds=kinds)


def hold(kind: Kind, count: int, until: float, *, at: float = 0) -> c.RecordReminderHeld:
    because = "everybody who owes it sleeps"
    return c.RecordReminderHeld(**header(SYSTEM, at), kind=kind, count=count, until=clock.at(until), because=because)
