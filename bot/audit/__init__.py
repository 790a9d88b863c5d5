"""The self-audit: what Muster looks at in itself, one kind of thing per file, pure over what the store has seen."""

from collections.abc import Callable, Iterator

from bot.audit import clocks, incidents, notifiers, outbox, policies, record
from bot.audit.facts import Facts
from bot.audit.finding import Finding

ALL: dict[str, Callable[[Facts], Iterator[Finding]]] = {
    "Record": record.check,
    "Clocks": clocks.check,
    "Effects": outbox.check,
    "Incidents": incidents.check,
    "Policies": policies.check,
    "Notifiers": notifiers.check,
}
"""What everything else stands on comes first."""


def findings(facts: Facts) -> tuple[Finding, ...]:
    """List what is wrong: severe things first, each key once."""
    found = {finding.key: finding for check in ALL.values() for finding in check(facts)}
    return tuple(sorted(found.values(), key=lambda finding: not finding.severe))
