"""The on-call book: all that operators declared about people and time, and all that was arranged since."""

from collections.abc import Mapping
from functools import cached_property

from bot.domain.oncall.escalation import EscalationPolicy
from bot.domain.oncall.notifier import SLACK, Notifier
from bot.domain.oncall.people import Person, Team
from bot.domain.oncall.schedule import Override, Schedule, Shift
from bot.domain.runbook import Frozen


class Book(Frozen):
    """What `manifests/oncall/*.yaml` declare, all files together."""

    people: dict[str, Person] = {}
    teams: dict[str, Team] = {}
    schedules: dict[str, Schedule] = {}
    escalations: dict[str, EscalationPolicy] = {}
    notifiers: dict[str, Notifier] = {"slack": SLACK}

    @cached_property
    def by_slack(self) -> Mapping[str, Person]:
        """People by their Slack ids, all of them."""
        return {account: person for person in self.people.values() for account in (*person.also, person.slack)}

    @cached_property
    def linked(self) -> Mapping[str, str]:
        """Accounts that are another one's: account → the person's first."""
        return {account: person.slack for person in self.people.values() for account in person.also}


class Arranged(Frozen):
    """What was arranged since: overrides, swaps that were accepted, and what other systems said last."""

    overrides: tuple[Override, ...] = ()
    elsewhere: dict[str, tuple[Shift, ...]] = {}
    """By schedule: the shifts that the system which keeps it named last."""
