"""The facts that stand above a timeline: what people ask first of an incident and of each mitigation."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from bot.domain.dry_run import said_by
from bot.domain.incident.events import CriterionConfirmed, SeverityChanged, SeverityJustified
from bot.domain.incident.findings import ActionItem
from bot.domain.incident.mitigations import Mitigation, StepRun
from bot.domain.incident.state import Incident
from bot.exporters.export import Export, lasted


class Fact(NamedTuple):
    label: str
    text: str
    at: datetime | None = None
    """When, if the fact has a time; `text` then goes on: “by Ana”, “after 14 min”."""


def facts(export: Export) -> Iterator[Fact]:
    incident, name = export.incident, export.name
    yield Fact("Severity", incident.severity.label)
    yield from _severities(export)
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
    yield from _findings(export)


def _severities(export: Export) -> Iterator[Fact]:
    """Tell how it came to this severity, each step with the evidence that was given for it."""
    for record in export.records:
        match record.event:
            case SeverityChanged() as event:
                way = "lowered" if event.to.is_lower_than(event.before) else "raised"
                said = f"from {event.before.label} to {event.to.label} by {export.name(event.by)}{_and(event.because)}"
                yield Fact(f"Severity {way}", export.words(said), event.at)
            case SeverityJustified() as event:
                said = f"{event.severity.label} by {export.name(event.by)}{_and(event.because)}"
                yield Fact("Severity justified", export.words(said), event.at)
            case _:
                pass


def _findings(export: Export) -> Iterator[Fact]:
    """Tell what was confirmed and by what, what it might have been and was not, and what will be done."""
    incident, name, words = export.incident, export.name, export.words
    for record in export.records:
        event = record.event
        if isinstance(event, CriterionConfirmed) and _stands(event, incident):
            said = f"{event.title}: by {name(event.by)} as {event.called or event.hat.label}{_and(event.evidence)}"
            yield Fact("Confirmed", words(said), event.at)
    for one in incident.hypotheses.values():
        evidence = f"{one.text}{_and(one.evidence)}"
        ruled_out = f"; ruled out by {name(one.ruled_out_by)}{_and(one.because)}" if one.ruled_out_by else ""
        yield Fact("Hypothesis", words(f"{evidence}{ruled_out}"), one.at)
    for item in incident.action_items.values():
        yield Fact("Action item", words("; ".join(filter(None, _promised(item, export)))))


def _promised(item: ActionItem, export: Export) -> Iterator[str]:
    yield item.title
    yield export.name(item.owner) if item.owner else ""
    yield item.priority.value if item.priority else ""
    yield f"due {item.due}" if item.due else ""
    yield item.link


def _stands(event: CriterionConfirmed, incident: Incident) -> bool:
    said = incident.confirmed.get(event.criterion)
    return said is not None and (said.by, said.at) == (event.by, event.at)


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
    if mitigation.trial is not None:
        for answer in mitigation.trial.answers:
            said = f"{said_by(plan, answer)}: {answer.text}{' (cut)' if answer.is_cut else ''}"
            yield Fact("Dry run" if answer.ok else "Dry run failed", words(said), mitigation.trial.at)
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
