"""What Muster sees by itself: for each word that a criterion may check, whether the record shows it, and by what."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from bot.domain.hats import Hat
from bot.domain.incident.findings import Confirmation, page_of
from bot.domain.incident.mitigations import Mitigation, Progress
from bot.domain.incident.state import Incident
from bot.domain.workflow.criterion import Check
from bot.domain.workflow.lifecycle import Stage
from bot.domain.workflow.policy import Policy

NEVER_RAN = {Progress.REJECTED, Progress.EXPIRED, Progress.WITHDRAWN}

OF_MITIGATIONS = {Check.ROLLBACK_DECLARED, Check.CHANGE_RECORDED, Check.VERIFIED_BY_SIGNAL}
"""What is seen of the latest mitigation."""

TAKES: dict[Check, str] = {
    Check.SEVERITY_JUSTIFIED: "say whom it hurts and how: `/incident severity {severity} because …`",
    Check.ON_CALL_ASSIGNED: "page whoever should answer: `/incident page …`",
    Check.COMMANDER_NAMED: "somebody takes the hat: `/incident commander`",
    Check.HATS_WORN: "somebody takes each of them: `/incident hat …`",
    Check.STAKEHOLDERS_TOLD: "anybody sends an update: `/incident update …`",
    Check.TWO_SOURCES: "anybody notes what they saw, with a link to where: `/incident note …`",
    Check.CAUSE_STATED: "anybody says what it is, and what shows it: `/incident hypothesis … because …`",
    Check.TWO_ALTERNATIVES_RULED_OUT: "say what else it could be, and what rules that out: `/incident rule-out h1 …`",
    Check.ROLLBACK_DECLARED: "propose a mitigation; its runbook says how it is undone: `/incident propose`",
    Check.CHANGE_RECORDED: "run it from here, so that the record has it: `/incident propose`",
    Check.VERIFIED_BY_SIGNAL: "wait until a mitigation's signal has settled: `/incident propose`",
    Check.ACTION_ITEMS_OWNED: "add what is to be done, by whom and when: `/incident action @somebody … by friday`",
}
"""What to do where the record does not show it, and who can."""


@dataclass(frozen=True, slots=True)
class Finding:
    done: bool
    shown: str
    """What shows it; where it is not done, what is there so far."""


def look(check: Check, stage: Stage, incident: Incident, policy: Policy) -> Finding:
    """Look whether the record shows it; `stage` is the one that asks."""
    match check:
        case Check.SEVERITY_JUSTIFIED:
            words = incident.severity_because or incident.summary
            return Finding(bool(words), words)
        case Check.ON_CALL_ASSIGNED:
            answered = [one.answered_by for one in incident.escalations.values() if one.answered_by is not None]
            return _people(tuple(dict.fromkeys((*answered, *incident.assigned))))
        case Check.COMMANDER_NAMED:
            return _people(incident.wearers(Hat.COMMANDER))
        case Check.HATS_WORN:
            required = policy.requires(stage, incident.severity)
            bare = [policy.called(hat) for hat in required if not incident.wearers(hat)]
            return Finding(not bare, f"nobody wears: {', '.join(bare)}" if bare else "")
        case Check.STAKEHOLDERS_TOLD:
            return Finding(incident.last_update_at is not None, incident.last_update)
        case Check.TWO_SOURCES:
            pages = {page_of(source): source for source in reversed(incident.sources)}
            return Finding(len(pages) >= 2, ", ".join(reversed(pages.values())))
        case Check.CAUSE_STATED:
            causes = [one for one in incident.hypotheses.values() if one.stands and one.evidence]
            return Finding(bool(causes), "; ".join(f"{one.text}: {one.evidence}" for one in causes))
        case Check.TWO_ALTERNATIVES_RULED_OUT:
            stated = incident.hypotheses.values()
            out = {one.theme: f"{one.text}: {one.because}" for one in stated if not one.stands}
            left = [
                shown for theme, shown in out.items() if not any(one.stands and one.theme == theme for one in stated)
            ]
            return Finding(len(left) >= 2, "; ".join(left))
        case Check.ROLLBACK_DECLARED:
            return _of_latest(incident, _rollback)
        case Check.CHANGE_RECORDED:
            return _of_latest(incident, _changed)
        case Check.VERIFIED_BY_SIGNAL:
            return _of_latest(incident, _verified)
        case Check.ACTION_ITEMS_OWNED:
            return _owned(incident)
        case _:
            assert_never(check)


def _people(people: tuple[str, ...]) -> Finding:
    return Finding(bool(people), " and ".join(f"<@{person}>" for person in people))


def _of_latest(incident: Incident, look_at: Callable[[Mitigation], Finding]) -> Finding:
    """Look at the mitigation that counts: the latest that nobody turned down, unless it was not the end of it."""
    latest = next((one for one in reversed(incident.mitigations.values()) if one.progress not in NEVER_RAN), None)
    if latest is None:
        return Finding(False, "")
    if latest.is_past:
        return Finding(False, f"“{latest.plan.title}” was before the incident went back")
    return look_at(latest)


def still_counts(said: Confirmation, check: Check | None, incident: Incident) -> bool:
    """Say whether somebody's word counts: of what mitigations do, only what was said after the latest has ended."""
    if check not in OF_MITIGATIONS:
        return True
    return not said.is_past and not any(one.progress.is_live for one in incident.mitigations.values())


def _rollback(mitigation: Mitigation) -> Finding:
    plan = mitigation.plan
    ways = ", ".join(step.says for step in plan.rollback) or f"none: {plan.no_rollback_because}"
    return Finding(bool(plan.rollback or plan.no_rollback_because), f"“{plan.title}”: {ways}")


def _changed(mitigation: Mitigation) -> Finding:
    ended = [run for run in mitigation.steps if run.finished_at is not None]
    times = f", {len(ended)} steps from {ended[0].started_at:%H:%M} UTC on" if ended else ""
    done = bool(ended) and not mitigation.progress.is_live
    return Finding(
        done or mitigation.progress is Progress.VERIFYING,
        f"“{mitigation.plan.title}” on {mitigation.plan.target}{times}",
    )


def _verified(mitigation: Mitigation) -> Finding:
    done = mitigation.progress is Progress.VERIFIED
    settled = f" healthy for {mitigation.plan.verify.settle:g} s" if done else f" {mitigation.progress.value}"
    return Finding(done, f"“{mitigation.plan.title}”:{settled}".replace("-", " "))


def _owned(incident: Incident) -> Finding:
    items = incident.action_items
    if not items:
        return Finding(False, "there is none yet")
    lacking = [f"{name} lacks {', '.join(item.lacks)}" for name, item in items.items() if item.lacks]
    return Finding(not lacking, "; ".join(lacking) or f"{len(items)} with owner, priority, due date and link")
