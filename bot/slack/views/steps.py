"""A plan's steps in few words, a line each."""

from collections.abc import Sequence

from bot.domain.runbook import Step
from bot.slack.kit import line

SHOWN = 8
"""Steps in a message; the rest stands behind *Open plan*."""


def in_words(steps: Sequence[Step]) -> str:
    rows = [f"{number}. {line(step.says, 200)}" for number, step in enumerate(steps[:SHOWN], start=1)]
    return "\n".join([*rows, *([f"… and {len(steps) - SHOWN} more behind *Open plan*"] if len(steps) > SHOWN else [])])
