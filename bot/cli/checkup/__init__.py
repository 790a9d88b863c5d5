"""What `muster doctor` looks at: one matter per file, each yields its findings."""

from collections.abc import Callable, Iterator

from bot.cli.checkup import approvals, manifests, oncall, policies, processes, record, slack
from bot.cli.checkup.finding import Finding
from bot.wiring import Wired

ALL: dict[str, Callable[[Wired], Iterator[Finding]]] = {
    "Manifests": manifests.check,
    "Redis": record.check,
    "Slack": slack.check,
    "On call": oncall.check,
    "Approvals": approvals.check,
    "Processes": processes.check,
    "Policies": policies.check,
}
"""In the order in which a newcomer sets things up."""

__all__ = ["ALL", "Finding"]
