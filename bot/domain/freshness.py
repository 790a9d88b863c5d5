"""Freshness of runbooks: when one was reviewed, and until when that holds."""

from datetime import date, datetime, timedelta

from bot.domain.runbook import Frozen, Runbook


class Freshness(Frozen):
    reviewed: date | None = None
    """None: nobody has reviewed it."""
    until: date | None = None
    """The first day on which that does not hold any more."""

    def is_stale(self, at: datetime) -> bool:
        """Say whether somebody should look at it; days are those of UTC."""
        return self.until is None or at.date() >= self.until

    @property
    def why(self) -> str:
        """Say why it is stale, in the end of a sentence."""
        if self.reviewed is None:
            return "nobody has reviewed the runbook"
        return f"the runbook was reviewed on {self.reviewed}, which held until {self.until}"


def freshness(runbook: Runbook, every: timedelta) -> Freshness:
    """Say until when a runbook's review holds."""
    if runbook.reviewed is None:
        return Freshness()
    return Freshness(reviewed=runbook.reviewed, until=runbook.reviewed + every)
