"""The card: the pinned picture of an incident, edited and never posted again."""

from datetime import datetime, timedelta

from bot.domain.durations import lasted
from bot.domain.hats import Hat
from bot.domain.incident.criteria import exits
from bot.domain.incident.due import outlook, stage_due, update_due
from bot.domain.incident.escalations import Standing
from bot.domain.incident.mitigations import Mitigation, Progress
from bot.domain.incident.state import Incident
from bot.domain.workflow.lifecycle import Purpose
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.reminders import Kind
from bot.slack.controls import OpenFormButton, TakeHatButton
from bot.slack.kit import (
    Block,
    Message,
    Names,
    actions,
    bold,
    button,
    context,
    day,
    each,
    fields,
    header,
    line,
    message,
    prose,
    section,
    sentences,
    when,
    who,
)
from bot.slack.views.debt import in_one_line as line_of_debt
from bot.slack.views.gate import in_short
from bot.slack.views.stage import progress
from bot.verbs.request import FormName

CALLING = (Hat.COMMANDER, Hat.FIRST_RESPONDER)
"""Hats that show while nobody wears them."""

DOING = {
    Progress.APPROVED: "approved, about to begin",
    Progress.RUNNING: "running",
    Progress.VERIFYING: "verifying by its signal",
    Progress.ROLLING_BACK: "rolling back",
    Progress.NEEDS_HUMAN: "*needs a human*",
    Progress.STOPPED: "*stopped*, waits for a decision",
}


def card(incident: Incident, policy: Policy, names: Names, now: datetime) -> Message:
    free = ", ".join(policy.called(hat) for hat in _free(incident))
    facts = {
        "Hats": _hats(incident, policy, names),
        "On call": _on_call(incident, names),
        "Service": line(incident.service or "") or "not said",
        "Declared": f"{day(incident.declared_at)} by {who(incident.declared_by, names)}",
        **_clock(incident, policy, now),
        f"Before {incident.stage.label} ends": progress(exits(incident, policy), incident),
    }
    doing, gates = _doing(incident), _gates(incident, names)
    troubles = [line(trouble, 600, names) for trouble in incident.troubles]
    owed = [line_of_debt(incident, gate) for gate in incident.owed_gates]
    lists = {"Doing now": doing, "Waiting for a yes": gates, "Owed": owed, "Trouble": troubles}
    title = line(incident.title)
    impact, ending = prose(incident.summary, 1500, names), prose(incident.resolution, 1500, names)
    what = f"{incident.id} · {incident.severity.label} · {incident.stage.label}{' · Private' * incident.private}"
    joined = {label: "; ".join(lines) for label, lines in lists.items()}
    said = {"Resolved": ending, "Free hats": free, **facts, **joined}
    return message(
        sentences(f"{what}: {title}", impact, *(f"{label}: {value}" for label, value in said.items() if value)),
        header(what),
        section(f"{bold(title)}\n{impact}".strip()),
        section(f"*Resolved*\n{ending}") if ending else None,
        fields([f"*{label}*\n{value}" for label, value in facts.items() if value]),
        *(_take(incident, hat, policy) for hat in _free(incident)),
        *(
            section("\n".join([f"*{label}*", *(f"• {one}" for one in lines)]))
            for label, lines in lists.items()
            if lines
        ),
        actions(
            *(
                button(label, OpenFormButton(incident=incident.id, form=form))
                for label, form in _moves(incident, policy)
            )
        ),
        context(_last_change(incident, names), _reminders(incident, policy, names, now)),
    )


def _free(incident: Incident) -> list[Hat]:
    return [hat for hat in CALLING if incident.is_open and not incident.wearers(hat)]


def _hats(incident: Incident, policy: Policy, names: Names) -> str:
    worn = [
        f"{line(policy.called(hat), 80)}: {each(incident.wearers(hat), names)}{_offered(incident, hat, names)}"
        for hat in Hat
        if incident.wearers(hat)
    ]
    return "\n".join(worn) or ("" if incident.is_open else "nobody wore one")


def _on_call(incident: Incident, names: Names) -> str:
    """Say who answers for it, or who is being called; nothing where nobody is."""
    lines = [each(incident.assigned, names)] if incident.assigned else []
    for escalation in incident.escalations.values():
        match escalation.standing:
            case Standing.ACKNOWLEDGED:
                answers = who(escalation.answered_by or "", names)
                lines.append("" if (escalation.answered_by,) == incident.assigned else f"{answers} answers")
            case Standing.RUNNING:
                lines.append(f"{line(escalation.policy.title, 80)} is being called")
            case Standing.EXHAUSTED:
                lines.append(f"*nobody answers* for {line(escalation.policy.title, 80)}")
            case Standing.ENDED:
                pass
    return "\n".join(dict.fromkeys(one for one in lines if one)) if incident.is_open else ""


def _offered(incident: Incident, hat: Hat, names: Names) -> str:
    return f" (offered to {who(incident.offers[hat], names)})" if hat in incident.offers else ""


def _clock(incident: Incident, policy: Policy, now: datetime) -> dict[str, str]:
    """The promise to customers and the one to stakeholders, with *late* where they are broken."""
    leaves = stage_due(incident, policy)
    stage = {f"{incident.stage.label} to end by": _due(leaves, now) if leaves else ""}
    if not incident.is_open:
        ended = incident.resolved_at or incident.last_change.at
        review = incident.review
        meeting = day(review.meeting_at) if review is not None and review.meeting_at is not None else ""
        lasting = f"{lasted(ended - incident.declared_at)}, until {day(ended)}"
        return {"Lasted": lasting, **stage, "Review meeting": meeting}
    matrix, since, fixed = policy.of(incident.severity), incident.declared_at, incident.mitigated_at
    due = update_due(incident, policy)
    return {
        "To be mitigated by": "" if fixed else _due(since + timedelta(minutes=matrix.sla_minutes), now),
        "Mitigated": f"{day(fixed)}, after {lasted(fixed - since)}" if fixed else "",
        "Next update due": _due(due, now) if due else "",
        **stage,
    }


def _due(due: datetime, now: datetime) -> str:
    return f"{day(due)} · *late*" if now > due else day(due)


def _take(incident: Incident, hat: Hat, policy: Policy) -> Block:
    taking = button("Take this hat", TakeHatButton(incident=incident.id, hat=hat), "primary")
    duty, title = policy.hat(hat).brief, line(policy.called(hat), 80)
    focus = f"\n{prose(duty.focus, 600)}" if duty else ""
    return section(f"*{title[:1].upper()}{title[1:]}: nobody yet*{focus}", taking)


def _doing(incident: Incident) -> list[str]:
    """Up to three mitigations that act, or wait for a person after acting; the latest last."""
    return [f"{_what(m)} · {_how_far(m)}" for m in incident.mitigations.values() if m.progress in DOING][-3:]


def _what(mitigation: Mitigation) -> str:
    return f"{line(mitigation.plan.title, 150)} on {line(mitigation.plan.target, 80)} ({mitigation.id})"


def _how_far(mitigation: Mitigation) -> str:
    doing = DOING[mitigation.progress]
    if mitigation.waits_for and mitigation.progress.is_live:
        return f"waits for {line(mitigation.waits_for, 80)}, which holds the target"
    if mitigation.progress is Progress.VERIFYING and mitigation.verify_until:
        return f"{doing}, until {when(mitigation.verify_until)} at the latest"
    if mitigation.progress in {Progress.RUNNING, Progress.ROLLING_BACK}:
        phase = mitigation.steps[-1].phase if mitigation.steps else "plan"
        begun = sum(run.phase == phase for run in mitigation.steps)
        return f"{doing}, step {begun} of {len(mitigation.steps_of(phase))}"
    return doing


def _gates(incident: Incident, names: Names) -> list[str]:
    """What waits for a yes: mitigations, then anything else that is asked."""
    proposed = [f"{_what(m)} · {in_short(incident.gates[m.id], names)}" for m in incident.proposed]
    others = [gate for gate in incident.open_gates if gate.id not in incident.mitigations]
    return [*proposed, *(f"{line(gate.subject.action, 150)} ({gate.id}) · {in_short(gate, names)}" for gate in others)]


def _moves(incident: Incident, policy: Policy) -> list[tuple[str, FormName]]:
    """Up to five buttons: what can be done in this stage, and is not refused anyway while a mitigation is under way."""
    if incident.stage.purpose is Purpose.CLOSED:
        return [("Export timeline", "export")]
    if not incident.is_open:
        return [("Move on", "stage"), ("Add a note", "note"), ("Export timeline", "export")]
    under_way = (m.progress is Progress.PROPOSED or m.progress.is_live for m in incident.mitigations.values())
    is_busy = any(under_way) or bool(incident.rollbacks_asked)
    can_change = not is_busy and policy.takes_mitigations(incident.stage)
    rest: list[tuple[str, FormName]] = [("Propose mitigation", "propose") if can_change else ("Add a note", "note")]
    if not is_busy:
        rest.append(("Resolve", "resolve"))
    return [("Update", "update"), ("Severity", "severity"), ("Stage", "stage"), *rest]


def _last_change(incident: Incident, names: Names) -> str:
    change = incident.last_change
    what = AT_GATES.get(change.type, change.type.replace(".", " ").replace("-", " "))
    return f"Last change: {what} · {who(change.by, names)} · {day(change.at)}"


AT_GATES = {
    **dict.fromkeys(("gate.opened", "gate.called", "gate.asked"), "approval asked for"),
    **dict.fromkeys(("gate.reminded", "gate.channel-reminded"), "approvers reminded"),
    "gate.voted": "vote cast",
    "gate.ended": "approval decided",
}
"""What happens at gates, for those who don't know that they are called so."""


def _reminders(incident: Incident, policy: Policy, names: Names, now: datetime) -> str:
    """Say in one short line which reminders come next, and who wants none; the update's time stands above."""
    prospects = [one for one in outlook(incident, policy, now) if one.kind is not Kind.UPDATE_OVERDUE]
    due = sorted((one.due, one.kind.label) for one in prospects if one.due is not None)[:NEXT]
    stopped = {one.stop.by: None for one in prospects if one.stop is not None}
    parts = [f"{label} {when(at)}" for at, label in due]
    parts += [f"some stopped by {each(stopped, names)}"] if stopped else []
    return f"Reminders: {' · '.join(parts)}" if parts else ""


NEXT = 2
"""Reminders that the card announces."""
