"""People as operators declare them: who they are, where they live, how they are reached; and their teams."""

from pydantic import Field

from bot.domain.declared import ChannelName, Name, Seconds, SlackGroup, SlackPerson, Weekly, Words, Zone
from bot.domain.runbook import Frozen


class Contact(Frozen):
    """One way to reach a person. A person's contacts are tried in their order, each after its delay."""

    by: Name
    """A notifier: `slack`, or one that is declared under `notifiers`."""
    to: str = ""
    """The address there; empty where the notifier knows people by their Slack id."""
    after: Seconds = Field(default=0, ge=0, le=24 * 3600)
    """Seconds after the person was called, unless somebody has acknowledged by then."""


class Person(Frozen):
    """Somebody who may be on call. The key above names the person in schedules, teams and policies."""

    id: Name
    slack: SlackPerson
    """The member id: `U024BE7LH`."""
    name: Words
    """What people call them."""
    zone: Zone
    """Where the person lives: `Europe/Berlin`."""
    hours: tuple[Weekly, ...] = ("mon-fri 09:00-17:00",)
    """Working hours, on the person's own clock."""
    quiet: tuple[Weekly, ...] = ("mon-sun 22:00-07:00",)
    """Quiet hours: what does not have to wake them waits for other ways."""
    holidays: str = ""
    """Country, or country and region, as ISO 3166 writes them: `DE`, `DE-BE`. Holidays are no working hours."""
    contacts: tuple[Contact, ...] = (Contact(by="slack"),)
    """How they are reached, one way after the other."""
    roles: tuple[Name, ...] = ()
    """What the person may answer for in the organisation, as approvals name it: `security`, `duty-manager`."""
    also: tuple[SlackPerson, ...] = ()
    """Other accounts of the same person: nobody counts twice by a second one."""
    deputies: tuple[Name, ...] = ()
    """Who is called in the person's place, in this order, where none of the contacts works."""


class Team(Frozen):
    """Some people who answer for services. The key above is what services name as their owner."""

    id: Name
    title: Words
    """What people call it."""
    members: tuple[Name, ...] = Field(min_length=1)
    """People of the on-call book."""
    channel: ChannelName | None = None
    """The team's own channel, told when the team is paged."""
    user_group: SlackGroup | None = None
    """The team's Slack user group, `S0614TZR7`, mentioned in its channel."""
    escalations: tuple["Choice", ...] = ()
    """Which policy holds when: the first that fits. None: nobody is paged for the team's services."""


class Choice(Frozen):
    """An escalation policy, and when it is the one to use."""

    use: Name
    """An escalation policy, by its id under `escalations`."""
    severities: tuple[str, ...] = ()
    """Only for these; empty: for all."""
    hours: tuple[Weekly, ...] = ()
    """Only at these times; empty: always."""
    zone: Zone = "UTC"
    """Whose clock `hours` are on."""
