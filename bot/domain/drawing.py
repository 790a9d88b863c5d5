"""A workflow's stages and moves as a picture: in words for a terminal, in Mermaid for a page."""

from collections.abc import Iterator

from bot.domain.lifecycle import Stage, Transition
from bot.domain.policy import Policy


def in_words(policy: Policy) -> Iterator[str]:
    """Draw line by line: each stage with the hats that it needs, and each way out with what it asks for."""
    for stage in policy.stage_by_id.values():
        hats = ", ".join(hat.label for hat in policy.needs(stage))
        named = "" if stage.id == stage.purpose else f" ({stage.purpose})"
        yield f"{stage.id}{named}{': ' if hats else ''}{hats}"
        for to, move in _ways_out(policy, stage):
            yield f"  → {to.id}{_after(move)}"


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
    said = ", ".join(filter(None, (guards, f"by itself {' or '.join(itself)}" if itself else "")))
    return f" · {said}" if said else ""


def _id(stage: Stage) -> str:
    return stage.id.replace("-", "_")
