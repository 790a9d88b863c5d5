"""The message of one mitigation: the question to those who may approve it, then its run, then one line of outcome."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, assert_never

from bot.domain.durations import lasted
from bot.domain.freshness import Freshness
from bot.domain.gates.gate import Gate
from bot.domain.gates.standing import approvers, opponents
from bot.domain.hats import Hat
from bot.domain.incident.mitigations import Mitigation, Progress, StepRun
from bot.domain.incident.state import Incident
from bot.domain.runbook import HttpStep, Phase, Plan, Step, WaitStep
from bot.slack.controls import FormFacts, OpenPlanButton, RollBackButton, StopButton, TryAgainButton, WithdrawButton
from bot.slack.kit import (
    Block,
    Message,
    Names,
    actions,
    bold,
    button,
    code,
    confirm,
    context,
    day,
    each,
    fields,
    header,
    line,
    mention,
    message,
    plain,
    plural,
    section,
    sentences,
    when,
    who,
)
from bot.slack.views.dry_run import in_full, in_one_line
from bot.slack.views.gate import limit, needed, outcome_of, stricter, votes, ways
from bot.slack.views.steps import SHOWN, in_words

MARKS = {
    Progress.VERIFIED: "✓",
    Progress.ROLLED_BACK: "↩",
    Progress.REJECTED: "✗",
    Progress.EXPIRED: "✗",
    Progress.WITHDRAWN: "✗",
}


@dataclass(frozen=True, slots=True)
class Track:
    """What a runbook did before, and when somebody looked at it."""

    runs: int
    """In the last 90 days, like the next two."""
    cleared: int
    """Runs after which the signal settled."""
    median_minutes: float | None = None
    last_run: datetime | None = None
    """However long ago, like the next one."""
    last_failed: datetime | None = None
    last_rolled_back: datetime | None = None
    review: Freshness | None = None
    """None: there is no such runbook any more."""


def mitigation(incident: Incident, m: Mitigation, names: Names, now: datetime, track: Track | None) -> Message:
    match m.progress:
        case Progress.PROPOSED:
            return _question(incident, m, names, track, now)
        case Progress.APPROVED | Progress.RUNNING | Progress.VERIFYING | Progress.ROLLING_BACK:
            return _run(incident, m, names, now)
        case Progress.NEEDS_HUMAN | Progress.STOPPED:
            return _stuck(incident, m, names)
        case Progress.VERIFIED | Progress.ROLLED_BACK | Progress.REJECTED | Progress.EXPIRED | Progress.WITHDRAWN:
            return _outcome(incident, m, names)
        case _:
            assert_never(m.progress)


def _question(incident: Incident, m: Mitigation, names: Names, track: Track | None, now: datetime) -> Message:
    gate, plan = incident.gates[m.id], m.plan
    title, where = line(plan.title, 150), f"{line(plan.target, 80)} ({line(plan.environment, 80)})"
    proposer = who(m.proposer, names)
    asks, more, without = needed(incident, gate, names), stricter(gate, names), limit(gate)
    if gate.trial_due is not None:
        asks, without = "Votes are asked for once its dry run has answered.", ""
    tried, changed = in_one_line(m, gate), _changed(gate)
    told = {
        "Risk": _risk(plan),
        "Expected effect": _expected(plan),
        "Plan": in_words(plan.steps),
        **({"Dry run": tried} if tried else {}),
        "Rollback": _rollback(plan),
        "Track record": sentences(_track(track), _review(track, now)),
    }
    again = button("Try again", TryAgainButton(incident=incident.id, mitigation=m.id)) if m.trials else None
    risk, expect, steps, *rest = (f"*{label}*\n{text}" for label, text in told.items())
    return message(
        sentences(
            f"{proposer} proposes for {incident.id}: {title} on {where}",
            *(changed, asks, more, without),
            *(f"{label}: {text}" for label, text in told.items()),
        ),
        header(f"Approve? {plan.title}"),
        context(f"on {where}", f"{m.id} of {incident.id}", f"proposed by {proposer} {day(m.proposed_at)}"),
        section(f"*{changed}*") if changed else None,
        fields([risk, expect]),
        section(steps, button("Open plan", OpenPlanButton(incident=incident.id, mitigation=m.id))),
        *(section(text) for text in rest),
        section("\n".join(["*Votes*", *votes(gate, names), asks, more])),
        context(without) if without else None,
        actions(
            *ways(incident, gate),
            again if gate.trial_due is None else None,
            button("Withdraw", WithdrawButton(incident=incident.id, mitigation=m.id)),
        ),
    )


def _changed(gate: Gate) -> str:
    """Say why earlier votes fell; empty: nothing was changed since it was proposed."""
    if not gate.changed:
        return ""
    if gate.changed == ("dry run",):
        return "Its dry run says something else now. Earlier votes fell."
    return f"The plan was changed: {line(', '.join(gate.changed))}. Earlier votes fell."


def _risk(plan: Plan) -> str:
    touched = f"It touches {line(', '.join(plan.touches).replace('-', ' '))}" if plan.touches else ""
    return sentences(line(plan.risk, 600), touched)


def _expected(plan: Plan) -> str:
    settle, within = (lasted(timedelta(seconds=s)) for s in (plan.verify.settle, plan.verify.within))
    return sentences(line(plan.expect, 600), f"Healthy for {settle} without a break, within {within} of the last step")


def _rollback(plan: Plan) -> str:
    if plan.rollback:
        return in_words(plan.rollback)
    return f"None: {line(plan.no_rollback_because or 'the runbook declares none.', 600)}"


def _track(track: Track | None) -> str:
    if track is None or track.last_run is None:
        return "None yet: it has never run here."
    soon = lasted(timedelta(minutes=track.median_minutes)) if track.median_minutes is not None else ""
    median = f", median {soon}" if soon else ""
    cleared = f"cleared the signal {plural(track.cleared, 'time')}{median}"
    recent = f"{plural(track.runs, 'run')} in 90 days, {cleared}" if track.runs else "No run in 90 days"
    return f"{recent}, {_last(track)}"


def _last(track: Track) -> str:
    """Say when it ran last, and when it failed last."""
    said = [f"last run {_date(track.last_run)}"] if track.last_run is not None else []
    if track.last_failed is None:
        return ", ".join([*said, "never failed"])
    was_undone = track.last_rolled_back == track.last_failed
    return ", ".join([*said, f"last {'rolled back' if was_undone else 'failed'} {_date(track.last_failed)}"])


def _date(at: datetime) -> str:
    return when(at, "{date_short}")


def _review(track: Track | None, now: datetime) -> str:
    """Say when somebody has read the runbook through, and since when that doesn't hold any more."""
    review = track.review if track is not None else None
    if review is None:
        return ""
    if review.reviewed is None or review.until is None:
        return "⚠ Stale: nobody has reviewed the runbook"
    if review.is_stale(now):
        return f"⚠ Reviewed {_day_said(review.reviewed)}, stale since {_day_said(review.until)}"
    return f"Reviewed {_day_said(review.reviewed)}"


def _day_said(day_: date) -> str:
    return f"{day_.day} {day_:%b %Y}"


def _run(incident: Incident, m: Mitigation, names: Names, now: datetime) -> Message:
    state, steps = _state(m, names, now), _progress(m, "plan")
    undoing = _progress(m, "rollback") if m.progress is Progress.ROLLING_BACK else ""
    can_stop = m.progress.can_stop
    return message(
        sentences(f"{incident.id}: {_titled(m)}", state, _approval(incident, m, names), steps, undoing),
        header(m.plan.title),
        context(f"on {_target(m)}", f"{m.id} of {incident.id}", _approval(incident, m, names)),
        section(state),
        section(f"*Plan*\n{steps}"),
        section(f"*Rollback*\n{undoing}") if undoing else None,
        actions(
            button("Stop", StopButton(incident=incident.id, mitigation=m.id), "danger") if can_stop else None,
            button("Open plan", OpenPlanButton(incident=incident.id, mitigation=m.id)),
        ),
    )


def _state(m: Mitigation, names: Names, now: datetime) -> str:
    if m.waits_for:
        return f"⏸ *Waits*: {line(m.waits_for, 80)} holds {line(m.plan.target, 80)}. It goes on by itself."
    match m.progress:
        case Progress.APPROVED:
            return "▶ *About to begin.*"
        case Progress.VERIFYING:
            return _verifying(m, now)
        case Progress.ROLLING_BACK:
            return f"↩ *Rolling back*, because {line(m.because, 800, names)}"
        case _:
            return "▶ *Running.* Stop leaves what is done and runs nothing more."


def _verifying(m: Mitigation, now: datetime) -> str:
    otherwise = "rolled back" if m.plan.rollback else "a human's"
    limit = f" Not settled by {when(m.verify_until)}, it is {otherwise}." if m.verify_until else ""
    if not m.reading:
        health = "the first reading is on its way."
    elif m.healthy_since is None:
        health = f"it reads “{line(m.reading, 200)}”, not healthy so far."
    else:
        settled, settle = lasted(now - m.healthy_since), lasted(timedelta(seconds=m.plan.verify.settle))
        health = f"it reads “{line(m.reading, 200)}”, healthy for {settled} of the {settle} that prove it."
    return f"◎ *Verifying by its signal*: {health}{limit}"


def _progress(m: Mitigation, phase: Phase) -> str:
    steps = m.steps_of(phase)
    begun = sum(run.phase == phase for run in m.steps)
    first = max(0, min(begun - SHOWN // 2, len(steps) - SHOWN))
    shown = range(first, min(first + SHOWN, len(steps)))
    rows = [f"{_row(steps[n], n, m.run_of(phase, n), is_live=m.progress.is_live)}" for n in shown]
    rest = len(steps) - len(rows)
    return "\n".join([*rows, *([f"… {rest} more behind *Open plan*"] if rest else [])])


def _row(step: Step, number: int, run: StepRun | None, *, is_live: bool) -> str:
    says = f"{number + 1}. {line(step.says, 200)}"
    if run is None:
        return f"○ {says} · {'to come' if is_live else 'not run'}"
    if run.finished_at is None:
        return f"▶ {says} · {'running' if is_live else 'left unfinished'}, begun {when(run.started_at)}"
    took = lasted(run.finished_at - run.started_at)
    return f"✓ {says} · done in {took}" if run.ok else f"✗ {says} · failed after {took}: {line(run.detail, 300)}"


def _stuck(incident: Incident, m: Mitigation, names: Names) -> Message:
    stopped = m.progress is Progress.STOPPED
    what = "Stopped" if stopped else "Needs a human"
    because = line(m.because, 800, names)
    undoing = _progress(m, "rollback") if any(run.phase == "rollback" for run in m.steps) else ""
    waits = _rollback_gate(incident, m, names)
    can_undo = bool(m.plan.rollback) and not undoing and not incident.waits_to_undo(m.id)
    asks = f"{mention(in_charge(incident, m))}, this is yours now: " if not stopped else "What now: "
    ways = "roll it back, or put it right by hand" if can_undo else "put it right by hand"
    if incident.waits_to_undo(m.id):
        ways = "vote on its rollback, or put it right by hand and withdraw the question"
    advice = f"{asks}look at {line(m.plan.target, 80)}, {ways}, and write down what you did: `/incident note …`"
    roll_back = button(
        "Roll back now",
        RollBackButton(incident=incident.id, mitigation=m.id),
        "danger",
        confirm(
            "Roll back now?",
            f"{plural(len(m.plan.rollback), 'step')} on {m.plan.target}: at once, or after somebody else's yes "
            "where the workflow asks for one.",
            "Roll back",
        ),
    )
    return message(
        sentences(f"{incident.id}: {_titled(m)}", f"{what}: {because}", waits, advice, _progress(m, "plan")),
        header(m.plan.title),
        context(f"on {_target(m)}", f"{m.id} of {incident.id}", _approval(incident, m, names)),
        section(f"⚠ *{what}*: {because}"),
        section(waits) if waits else None,
        section(f"*Plan*\n{_progress(m, 'plan')}"),
        section(f"*Rollback*\n{undoing or _rollback(m.plan)}"),
        section(advice),
        actions(
            roll_back if can_undo else None, button("Open plan", OpenPlanButton(incident=incident.id, mitigation=m.id))
        ),
    )


def _rollback_gate(incident: Incident, m: Mitigation, names: Names) -> str:
    """Say whose yes its rollback waits for, or that it got none; nothing where nobody was asked."""
    gate = incident.rollback_gate_of(m.id)
    if gate is None:
        return ""
    if gate.is_open:
        return f"*Its rollback waits for a yes* ({gate.id}): {needed(incident, gate, names)} {limit(gate)}"
    return f"*Its rollback* ({gate.id}) was {outcome_of(gate, names)}"


def in_charge(incident: Incident, m: Mitigation) -> str:
    """Name the one whose move it is: the commander, else whoever mitigates, else whoever proposed it."""
    return next(iter((*incident.wearers(Hat.COMMANDER), *incident.wearers(Hat.MITIGATOR), m.proposer)))


def _outcome(incident: Incident, m: Mitigation, names: Names) -> Message:
    began = m.steps[0].started_at if m.steps else m.proposed_at
    took = lasted((m.ended_at or began) - began)
    parts = [
        _ending(incident, m, names),
        *([_approval(incident, m, names), f"took {took}"] if m.steps else [f"after {took}"]),
        *([_rollback_gate(incident, m, names)] if incident.waits_to_undo(m.id) else []),
    ]
    told = " · ".join(parts)
    return message(
        sentences(f"{incident.id}: {_titled(m)}: {told}"),
        section(
            f"{MARKS[m.progress]} {bold(line(m.plan.title, 150))} ({m.id}) on {_target(m)} · {told}",
            button("Open plan", OpenPlanButton(incident=incident.id, mitigation=m.id)),
        ),
    )


def _ending(incident: Incident, m: Mitigation, names: Names) -> str:
    because = line(m.because, 800, names)
    match m.progress:
        case Progress.VERIFIED:
            return f"verified: the signal stayed healthy for {lasted(timedelta(seconds=m.plan.verify.settle))}"
        case Progress.REJECTED if against := opponents(incident.gates[m.id]):
            return f"rejected by {each(against, names)}: {because}"
        case _:
            return f"{m.progress.value.replace('-', ' ')}{f': {because}' if because else ''}"


def _approval(incident: Incident, m: Mitigation, names: Names) -> str:
    gate = incident.gate_of(m)
    if gate is None:
        return f"proposed by {who(m.proposer, names)}, needed nobody's approval"
    match gate.how:
        case "glass":
            return f"⚠ {who(gate.closed_by, names)} broke the glass: {line(gate.because, 300, names)}"
        case "time" | "last-resort":
            return f"approved by its policy: {line(gate.because, 300, names)}"
        case "override":
            return outcome_of(gate, names)
        case _:
            return f"approved by {each(approvers(gate)[:20], names)}"


def _titled(m: Mitigation) -> str:
    return f"{line(m.plan.title, 150)} on {_target(m)}"


def _target(m: Mitigation) -> str:
    return f"{line(m.plan.target, 80)} ({line(m.plan.environment, 80)})"


def plan_view(incident: Incident, m: Mitigation, names: Names) -> dict[str, Any]:
    """Show the whole plan, word for word what runs: the modal behind *Open plan*, cut only where Slack's 250 kB end."""
    plan = m.plan
    verify = plan.verify
    blocks = [
        section(
            f"{bold(line(plan.title, 150))} on {_target(m)}\nproposed by {who(m.proposer, names)} {day(m.proposed_at)}"
        ),
        section(f"*Risk*\n{_risk(plan)}"),
        section(f"*Expected effect*\n{sentences(line(plan.expect, 600))}"),
        section("*Parameters*"),
        code("\n".join(f"{name} = {value}" for name, value in plan.parameters.items()) or "none", 1500),
        section("*Steps*"),
        *_steps_in_full(plan, plan.steps),
        section("*Rollback*" if plan.rollback else f"*Rollback*\n{_rollback(plan)}"),
        *_steps_in_full(plan, plan.rollback),
        *in_full(m, incident.gate_of(m)),
        section("*Verification*"),
        code(
            f"GET {_url(plan, plan.signal.path)}\nhealthy when {plan.signal.field} = {plan.signal.healthy}\n"
            f"read every {verify.every:g} s; healthy for {verify.settle:g} s without a break, "
            f"within {verify.within:g} s of the last step"
        ),
        context(f"Plan {m.plan_hash}", f"Policy {plan.policy or 'not recorded'}"),
    ]
    facts = FormFacts(form="plan", incident=incident.id, mitigation=m.id)
    return {
        "type": "modal",
        "callback_id": facts.form,
        "private_metadata": facts.model_dump_json(),
        "title": plain(f"Plan {m.id} · {incident.id}", 24),
        "close": plain("Close", 24),
        "blocks": blocks,
    }


IN_FULL = 20
"""Steps of a phase in the modal: two blocks each, and 100 fit."""
ROOM = 9000
"""Characters for the steps' calls, shared by all: as JSON's escapes, twelve bytes each may go over the wire."""


def _steps_in_full(plan: Plan, steps: Sequence[Step]) -> list[Block]:
    room = ROOM // min(len(plan.steps) + len(plan.rollback), 2 * IN_FULL)
    told = [
        block
        for number, step in enumerate(steps[:IN_FULL], start=1)
        for block in (section(f"{number}. {line(step.says, 150)}"), code(_in_full(plan, step), room))
    ]
    left = len(steps) - IN_FULL
    return [*told, context(f"{plural(left, 'more step')} in the runbook {line(plan.runbook)}")] if left > 0 else told


def _in_full(plan: Plan, step: Step) -> str:
    match step:
        case HttpStep():
            body = f"\n{json.dumps(step.body, indent=2, ensure_ascii=False)}" if step.body is not None else ""
            return f"{step.id}: {step.method} {_url(plan, step.path)}{body}\ngiven up after {step.timeout:g} s"
        case WaitStep():
            return f"{step.id}: wait {step.seconds:g} s"


def _url(plan: Plan, path: str) -> str:
    return f"{plan.url.rstrip('/')}/{path.lstrip('/')}"
