"""An outbreak: findings that come and go from the first one until all has been well for a while; one message each."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from bot.audit.finding import Finding
from bot.domain.runbook import Frozen

CALM = timedelta(minutes=5)
"""How long all must be well until an outbreak is over: what flaps is one outbreak."""

UNSEEN = timedelta(seconds=90)
"""How long Slack may take to show an outbreak; then its contact is told."""


class Outbreak(Frozen):
    id: str
    since: AwareDatetime
    findings: tuple[Finding, ...]
    """What is wrong now, severe things first."""
    was: tuple[Finding, ...]
    """All that was wrong since it began, as last seen."""
    well_since: AwareDatetime | None = None
    """Since when nothing is wrong."""
    ended: AwareDatetime | None = None
    is_worse: bool = False
    """It ended because something severe came: that is an outbreak of its own, which nobody overlooks."""
    edition: int = 1
    """Grows with every change."""
    contacted: bool = False
    """Its contact was told, and hears of the end, too."""

    @property
    def is_severe(self) -> bool:
        """It was so at any time."""
        return any(finding.severe for finding in self.was)


def step(outbreak: Outbreak | None, found: Sequence[Finding], now: datetime) -> tuple[Outbreak, ...]:
    """Go on with what one round has found; returns what changed or goes on, the outbreak in force last.

    Two, where one ends and another begins in the same moment.
    """
    if outbreak is None or outbreak.ended is not None:
        return (_begun(found, now),) if found else ()
    if not found:
        return (_calmer(outbreak, now),)
    if _is_news(outbreak, found):
        ended = _changed(outbreak, findings=(), ended=now, is_worse=outbreak.well_since is None)
        return (ended, _begun(found, now))
    return (_changed(outbreak, findings=tuple(found), was=_all(outbreak, found), well_since=None),)


def _is_news(outbreak: Outbreak, found: Sequence[Finding]) -> bool:
    """Say whether this needs a message of its own, as an edited one rings nowhere.

    So do the first severe finding, and anything new in a calm.
    """
    if any(finding.severe for finding in found) and not outbreak.is_severe:
        return True
    return outbreak.well_since is not None and not {one.key for one in found} <= {one.key for one in outbreak.was}


def _begun(found: Sequence[Finding], now: datetime) -> Outbreak:
    return Outbreak(id=f"{now:%Y%m%dT%H%M%S.%f}", since=now, findings=tuple(found), was=tuple(found))


def _calmer(outbreak: Outbreak, now: datetime) -> Outbreak:
    since = outbreak.well_since or now
    return _changed(outbreak, findings=(), well_since=since, ended=now if now - since >= CALM else None)


def _all(outbreak: Outbreak, found: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple({**{one.key: one for one in outbreak.was}, **{one.key: one for one in found}}.values())


def _changed(outbreak: Outbreak, **changes: object) -> Outbreak:
    after = outbreak.model_copy(update=changes)
    return outbreak if after == outbreak else after.model_copy(update={"edition": outbreak.edition + 1})


def wants_contact(outbreak: Outbreak, now: datetime, *, is_shown: bool) -> bool:
    """Say whether its contact must be told: Slack can't hear of it, or has not shown it in time."""
    if outbreak.contacted or not outbreak.findings:
        return False
    return any(one.mutes for one in outbreak.findings) or (not is_shown and now - outbreak.since >= UNSEEN)
