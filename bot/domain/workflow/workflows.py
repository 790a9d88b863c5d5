"""The workflows that operators declare, and which of them a new incident goes by."""

from collections.abc import Iterator, Mapping

from bot.domain.declared import Name
from bot.domain.runbook import Frozen
from bot.domain.severity import Severity
from bot.domain.workflow.policy import Policy


class Workflows(Frozen):
    chosen: Name
    """The one in force, as the setting WORKFLOW names it."""
    by_name: dict[str, Policy]
    by_service: dict[str, Name] = {}
    """Services whose incidents go by another one."""

    @classmethod
    def alone(cls, policy: Policy) -> "Workflows":
        """Make one policy all that there is."""
        return cls(chosen=policy.name, by_name={policy.name: policy})

    @property
    def in_force(self) -> Policy:
        """The one for whatever concerns no incident, and for incidents for which nothing names another."""
        return self.by_name[self.chosen]

    def for_new(self, service: str | None, severity: Severity) -> Policy:
        """Choose for a new incident: its service's own, else the severity's, else the one in force.

        Only the one in force is asked for the severity's: what a workflow names is never followed further.
        """
        named = self.by_service.get(service or "") or self.in_force.of(severity).workflow or self.chosen
        return self.by_name[named]

    def in_use(self) -> Iterator[Policy]:
        """Go through those that some new incident would go by, the one in force first."""
        by_severity = [self.in_force.of(severity).workflow for severity in Severity]
        names = dict.fromkeys([self.chosen, *self.by_service.values(), *filter(None, by_severity)])
        return (self.by_name[name] for name in names)

    def by_hash(self) -> Mapping[str, Policy]:
        return {policy.hash: policy for policy in self.by_name.values()}
