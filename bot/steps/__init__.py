"""Runbook step types, one per file."""

from typing import assert_never

from bot.domain.runbook import HttpStep, Step, WaitStep
from bot.steps import http, wait
from bot.steps.step import Context, NotYet, Passing, Result

ALL = {"http": http, "wait": wait}


def run(step: Step, context: Context) -> Result:
    """Carry a step out. Raises NotYet, Passing."""
    match step:
        case HttpStep():
            return http.run(step, context)
        case WaitStep():
            return wait.run(step, context)
        case _:
            assert_never(step)


__all__ = ["ALL", "Context", "NotYet", "Passing", "Result", "run"]
