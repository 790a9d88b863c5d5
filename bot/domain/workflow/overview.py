"""All that a workflow says, in one line for each thing: to be shown alone, or beside another workflow's."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.durations import lasted
from bot.domain.gates.policy import Purpose as Asks
from bot.domain.severity import Severity
from bot.domain.workflow.asked import (
    ASKS,
    NOBODY,
    Asked,
    approves_itself,
    asked,
    at,
    by_severity,
    exceptions,
    limits,
    waits_for,
    who,
)
from bot.domain.workflow.criterion import Criterion, Strictness
from bot.domain.workflow.lifecycle import Action, Stage, Transition
from bot.domain.workflow.policy import Policy


@dataclass(frozen=True, slots=True)
class Line:
    """What a workflow says of one thing."""

    section: str
    what: str
    said: str
    severity: Severity | None = None
    """Where it holds; None: it says so itself."""


def overview(policy: Policy) -> Iterator[Line]:
    """Go through all of it, section by section."""
    yield from _stages(policy)
    yield from _moves(policy)
    yield from _gates(policy)
    yield from approvals(policy)
    yield from _limits(policy)
    yield from without_asking(policy)
    yield from severities(policy)


def _stages(policy: Policy) -> Iterator[Line]:
    for stage in policy.stage_by_id.values():
        declared = policy.stages[stage.id]
        hats = ", ".join(policy.called(hat) for hat in policy.needs(stage))
        purpose = "" if stage.id == stage.purpose else f"for {stage.purpose.value}"
        entry, exit_ = _criteria(declared.entry), _criteria(declared.exit)
        asks = [f"begins with {entry}" if entry else "", f"ends with {exit_}" if exit_ else ""]
        yield Line("Stages", stage.id, " · ".join(filter(None, (purpose, hats, *asks))) or "nothing is asked")


def _criteria(criteria: Iterable[Criterion]) -> str:
    return ", ".join(f"{one.id}{at(one.severities or Severity)}" for one in criteria)


def _moves(policy: Policy) -> Iterator[Line]:
    for stage in policy.stage_by_id.values():
        for to in policy.next_stages(stage):
            move = policy.move(stage, to)
            assert move is not None, "next_stages follows the moves"
            yield Line("Moves", f"{stage.id} → {to.id}", " · ".join(asks(policy, move)) or "at any time")


def asks(policy: Policy, move: Transition) -> Iterator[str]:
    """Say what a move asks for, whom it waits for, and what makes it happen by itself."""
    if move.guards:
        yield f"if {' and '.join(move.guards)}"
    itself = [*(f"on {trigger}" for trigger in move.when), *([f"after {in_minutes(move.after)}"] if move.after else [])]
    if itself:
        yield f"by itself {' or '.join(itself)}"
    if move.criteria is not Strictness.ENFORCED:
        yield CRITERIA[move.criteria]
    if move.owed:
        yield "asks for what is owed"
    if move.actions:
        yield f"brings {', '.join(ACTIONS[action] for action in move.actions)}"
    if waits := waits_of_move(policy, policy.stage_by_id[move.to]):
        yield f"waits for {waits}"


ACTIONS = {
    Action.OPEN_REVIEW: "the review",
    Action.CALL_ON_CALL: "a call to whoever is on call",
    Action.EXPORT: "the timeline as a file",
}
CRITERIA = {Strictness.WARN: "warns of missing criteria", Strictness.IGNORE: "whatever is missing"}


def waits_of_move(policy: Policy, to: Stage) -> str:
    return waits_for(policy, to.purpose.asks, to.id)


BEFORE: dict[Asks, str] = {
    "mitigation": "a mitigation",
    "stage": "a move",
    "resolution": "the resolution",
    "notification": "customers are told",
    "rollback": "a rollback",
}


def _gates(policy: Policy) -> Iterator[Line]:
    """Say who must act before what, severity by severity."""
    for what in ASKS:
        for severity in Severity:
            choices = asked(policy, what, severity)
            if any(choice.approval for choice in choices):
                only = "" if what != "mitigation" or policy.of(severity).approval else TOUCHES
                said = ", else ".join(_in_full(policy, choice) for choice in choices)
                yield Line("Who must act", f"before {BEFORE[what]}", only + said, severity)


TOUCHES = "only if the runbook touches customers' data or compliance: "


def _in_full(policy: Policy, choice: Asked) -> str:
    return f"{choice}: {who(policy.approvals[choice.approval])}" if choice.approval is not None else str(choice)


def approvals(policy: Policy) -> Iterator[Line]:
    """Say of each approval who is asked, for how long it is waited, and what then."""
    for name, approval in policy.approvals.items():
        said = " · ".join((who(approval), limits(approval), *exceptions(approval)))
        yield Line("Approvals", name, f"{approval.title}: {said}")


def _limits(policy: Policy) -> Iterator[Line]:
    for stage in policy.stage_by_id.values():
        spans = {severity: in_minutes(minutes) for severity, minutes in policy.stages[stage.id].sla.items()}
        if spans:
            said = ", ".join(f"{severity.label} {spans[severity]}" for severity in Severity if severity in spans)
            yield Line("How long a stage may take", stage.id, said)


def without_asking(policy: Policy) -> Iterator[Line]:
    """Say what runs without anybody's yes, and at which severities."""
    section = "Without asking"
    unasked = [severity for severity in Severity if not policy.of(severity).approval]
    if unasked:
        touching = "unless the runbook touches customers' data or compliance"
        yield Line(section, "mitigations", f"begin at once{at(unasked)}, {touching}")
    machines = [severity for severity in Severity if policy.of(severity).auto_remediation]
    if machines:
        yield Line(section, "machines", f"may propose and run runbooks{at(machines)}")
    for what, happens in UNASKED.items():
        if what == "notification" and policy.channels.customers is None:
            continue  # nobody tells them from here
        free = {one: _free(asked(policy, what, one)) for one in Severity}
        if said := by_severity({severity: words for severity, words in free.items() if words}):
            yield Line(section, happens, said)
    itself = [move for stage in policy.stage_by_id.values() for move in _by_itself(policy, stage)]
    if itself:
        yield Line(section, "moves by themselves", ", ".join(itself))
    in_time = [f"“{name}”" for name, approval in policy.approvals.items() if approves_itself(approval)]
    if in_time:
        yield Line(section, "time approves", ", ".join(in_time))


UNASKED: dict[Asks, str] = {
    "resolution": "calling it resolved",
    "rollback": "rollbacks",
    "notification": "customers are told",
}
"""What is done without a yes where no gate stands before it. Moves say it one by one."""


def _free(choices: tuple[Asked, ...]) -> str:
    if NOBODY not in choices:
        return ""
    return "without a yes" if len(choices) == 1 else "without a yes in some cases"


def _by_itself(policy: Policy, stage: Stage) -> Iterator[str]:
    for to in policy.next_stages(stage):
        move = policy.move(stage, to)
        if move is not None and (move.when or move.after):
            free = [one for one in Severity if NOBODY in asked(policy, to.purpose.asks, one, to.id)]
            if free:
                yield f"{stage.id} → {to.id}{at(free)}"


def severities(policy: Policy) -> Iterator[Line]:
    """Say what each severity asks for, one thing after the other."""
    for what, said in matrix(policy).items():
        yield Line("Severities", what, by_severity(said))


def matrix(policy: Policy) -> dict[str, dict[Severity, str]]:
    """Lay out what severities ask for, each thing with what it is at each of them; what no severity has is left out."""
    found = {
        "mitigated within": {one: in_minutes(policy.of(one).sla_minutes) for one in Severity},
        "asks for approval": {one: "yes" if policy.of(one).approval else "no" for one in Severity},
        "machines may act": {one: "yes" if policy.of(one).auto_remediation else "no" for one in Severity},
        "updates every": {one: _cadence(policy, one) for one in Severity},
        "told at once": {one: _told(policy, one) for one in Severity},
        "people are paged": {one: _paged(policy, one) for one in Severity},
        "goes by": {one: policy.of(one).workflow or "" for one in Severity},
    }
    return {
        what: {one: words or "–" for one, words in said.items()} for what, said in found.items() if any(said.values())
    }


def _cadence(policy: Policy, severity: Severity) -> str:
    minutes = policy.of(severity).update_every_minutes
    return in_minutes(minutes) if minutes else ""


def _told(policy: Policy, severity: Severity) -> str:
    page = policy.of(severity).page
    return ", ".join(f"#{channel}" for channel in page.channels) if page is not None else ""


def _paged(policy: Policy, severity: Severity) -> str:
    page = policy.of(severity).page
    if page is None:
        return ""
    return f"{', '.join(page.contacts) or 'all ways'}{', also in quiet hours' if page.wakes else ''}"


def in_minutes(minutes: float) -> str:
    """Say a number of minutes as people say a span of time."""
    return lasted(timedelta(minutes=minutes))
