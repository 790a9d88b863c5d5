"""A workflow's stages and moves as a picture: in words for a terminal, in Mermaid for a page."""

from collections.abc import Iterator
from datetime import timedelta

from bot.domain.criterion import Criterion, Strictness
from bot.domain.durations import lasted
from bot.domain.lifecycle import Stage, Transition
from bot.domain.policy import Policy


def in_words(policy: Policy) -> Iterator[str]:
    """Draw line by line: each stage with its hats and limits, and each way out with what it asks for."""
    for stage in policy.stage_by_id.values():
        hats = ", ".join(policy.called(hat) for hat in policy.needs(stage))
        named = "" if stage.id == stage.purpose else f" ({stage.purpose})"
        limits = ", ".join(f"{at.label} {_span(minutes)}" for at, minutes in policy.stages[stage.id].sla.items())
        yield f"{stage.id}{named}{': ' if hats else ''}{hats}" + (f" · within {limits}" if limits else "")
        declared = policy.stages[stage.id]
        yield from (f"  before it begins: {_asks(criterion)}" for criterion in declared.entry)
        yield from (f"  before it ends: {_asks(criterion)}" for criterion in declared.exit)
        for to, move in _ways_out(policy, stage):
            yield f"  → {to.id}{_after(move)}"


def conflicts_in_words(policy: Policy) -> Iterator[str]:
    """Say line by line what one person does not wear, or do, together."""
    for conflict in policy.conflicts:
        one, two = (policy.called(hat) for hat in conflict.pair)
        other = f"not {conflict.deed.value.replace('-', ' ')}" if conflict.deed is not None else f"not {two}"
        yield f"{one}: {other} · {conflict.firmness.value}: {conflict.because}"


def in_mermaid(policy: Policy) -> Iterator[str]:
    """Draw as a state diagram, to be pasted where Mermaid is read."""
    yield "stateDiagram-v2"
    for stage in policy.stage_by_id.values():
        yield f'  state "{stage.title}" as {_id(stage)}'
    yield f"  [*] --> {_id(policy.first)}"
    for stage in policy.stage_by_id.values():
        for to, move in _ways_out(policy, stage):
            yield f"  {_id(stage)} --> {_id(to)}{_after(move).replace(' · ', ': ', 1)}"
        if not policy.next_stages(stage):
            yield f"  {_id(stage)} --> [*]"


def _ways_out(policy: Policy, stage: Stage) -> Iterator[tuple[Stage, Transition]]:
    for to in policy.next_stages(stage):
        move = policy.move(stage, to)
        assert move is not None, "next_stages follows the moves"
        yield to, move


def _after(move: Transition) -> str:
    """Say what a move asks for, and what makes it happen by itself."""
    guards = f"if {' and '.join(move.guards)}" if move.guards else ""
    itself = [*(f"on {trigger}" for trigger in move.when), *([f"after {move.after:g} min"] if move.after else [])]
    criteria = "" if move.criteria is Strictness.ENFORCED else CRITERIA[move.criteria]
    owed = "asks for what is owed" if move.owed else ""
    said = ", ".join(filter(None, (guards, f"by itself {' or '.join(itself)}" if itself else "", criteria, owed)))
    return f" · {said}" if said else ""


CRITERIA = {Strictness.WARN: "warns of missing criteria", Strictness.IGNORE: "whatever is missing"}


def _asks(criterion: Criterion) -> str:
    """Say what must be so, who or what says so, and where it is asked for."""
    seen = f"checked: {criterion.check.value}" if criterion.check is not None else ""
    hats = " or ".join(hat.label for hat in criterion.confirmed_by)
    said = f"confirmed by {hats}" if hats else ""
    only = f", at {' and '.join(severity.label for severity in criterion.severities)}" if criterion.severities else ""
    return f"{criterion.title} ({criterion.id}; {' or '.join(filter(None, (seen, said)))}{only})"


def _span(minutes: float) -> str:
    return lasted(timedelta(minutes=minutes))


def _id(stage: Stage) -> str:
    return stage.id.replace("-", "_")
