"""The facts that stand above a timeline: what people ask first of an incident and of each mitigation."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from bot.domain.incident.mitigations import Mitigation, StepRun
from bot.exporters.export import Export, lasted


class Fact(NamedTuple):
    label: str
    text: str
    at: datetime | None = None
    """When, if the fact has a time; `text` then goes on: “by Ana”, “after 14 min”."""


def facts(export: Export) -> Iterator[Fact]:
    incident, name = export.incident, export.name
    yield Fact("Severity", incident.severity.label)
    yield Fact("Stage", incident.stage.label)
    if incident.service:
        yield Fact("Service", export.words(incident.service))
    if incident.summary:
        yield Fact("Summary", export.words(incident.summary))
    yield Fact("Declared", f"by {name(incident.declared_by)}", incident.declared_at)
    if incident.origin:
        yield Fact("Declared from", f"a message in Slack, {export.words(incident.origin)}")
    if incident.mitigated_at:
        yield Fact("Mitigated", f"after {lasted(incident.mitigated_at - incident.declared_at)}", incident.mitigated_at)
    if incident.resolved_at:
        yield Fact("Resolved", f"after {lasted(incident.resolved_at - incident.declared_at)}", incident.resolved_at)
    if incident.resolution:
        yield Fact("Resolution", export.words(incident.resolution))
    for hat, wearers in incident.hats.items():
        yield Fact(hat.label.capitalize(), ", ".join(map(name, wearers)))


def heading(export: Export, mitigation: Mitigation) -> str:
    plan = mitigation.plan
    how = mitigation.progress.value.replace("-", " ")
    return export.words(f"{plan.title} ({mitigation.id}) on {plan.target}: {how}")


def mitigation_facts(export: Export, mitigation: Mitigation) -> Iterator[Fact]:
    plan, gate, words = mitigation.plan, export.incident.gate_of(mitigation), export.words
    yield Fact("Proposed", f"by {export.name(mitigation.proposer)}", mitigation.proposed_at)
    yield Fact("Risk", words(plan.risk))
    if plan.parameters:
        yield Fact("Parameters", words(", ".join(f"{key}={value}" for key, value in plan.parameters.items())))
    if gate is None:
        yield Fact("Approval", "not asked for at this severity")
    else:
        decided = gate.outcome.value if gate.outcome else "open"
        yield Fact("Gate", words(f"{gate.policy.title}: {decided}{_and(gate.because)}"))
        for vote in gate.votes:
            said = "approved" if vote.choice == "approve" else "rejected"
            yield Fact("Vote", words(f"{export.name(vote.account)} {said}{_and(vote.comment)}"), vote.at)
    for run in mitigation.steps:
        yield Fact("Step" if run.phase == "plan" else "Rollback step", words(_step(mitigation, run)), run.started_at)
    if mitigation.reading:
        yield Fact("Signal", words(mitigation.reading))
    if mitigation.ended_at:
        took = lasted(mitigation.ended_at - mitigation.proposed_at)
        yield Fact("Ended", words(f"after {took}{_and(mitigation.because)}"), mitigation.ended_at)
    elif mitigation.because:
        yield Fact("Because", words(mitigation.because))


def _step(mitigation: Mitigation, run: StepRun) -> str:
    step = mitigation.steps_of(run.phase)[run.step]
    if run.finished_at is None:
        return f"{step.id}: {step.says} — not finished"
    how = "done in" if run.ok else "failed after"
    return f"{step.id}: {step.says} — {how} {lasted(run.finished_at - run.started_at)}{_and(run.detail)}"


def _and(words: str) -> str:
    return f": {words}" if words else ""
