"""The `wait` step: over when its time is; it holds no worker meanwhile."""

from bot.domain.runbook import WaitStep
from bot.steps.step import Context, NotYet, Result


def run(step: WaitStep, context: Context) -> Result:
    """Raises NotYet with the seconds that are left."""
    left = step.seconds - (context.now - context.started_at).total_seconds()
    if left > 0:
        raise NotYet(left)
    return Result(ok=True, detail=f"waited {step.seconds:g} s")
