"""Notifiers as operators declare them: the ways out, with their keys' names and their limits."""

from typing import Annotated, Literal

from pydantic import Field

from bot.domain.declared import Name, Seconds, Url, Variable, Words
from bot.domain.runbook import Frozen


class NotifierBase(Frozen):
    id: Name
    wakes: bool = True
    """It rings. In a person's quiet hours it is left out for what does not have to wake them."""
    most: int = Field(default=5, ge=1, le=1000)
    """Pages to one destination …"""
    within: Seconds = Field(default=60, gt=0, le=86_400)
    """… in these seconds; more are bundled into one."""


class SlackNotifier(NotifierBase):
    """A direct message with buttons. It is there without being declared, as `slack`."""

    uses: Literal["slack"] = "slack"
    wakes: bool = False
    most: int = Field(default=20, ge=1, le=1000)


class EmailNotifier(NotifierBase):
    uses: Literal["email"] = "email"
    wakes: bool = False
    server: Variable
    """The environment variable with the server: `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`."""
    sender: Words
    """The From address."""


class PagerDutyNotifier(NotifierBase):
    """Events API v2. A contact's `to` may name another variable with a routing key."""

    uses: Literal["pagerduty"] = "pagerduty"
    key: Variable
    """The environment variable with the integration's routing key."""
    url: Url = "https://events.pagerduty.com"


class OpsgenieNotifier(NotifierBase):
    """Alert API v2. A contact's `to` names the responder: a user's e-mail address."""

    uses: Literal["opsgenie"] = "opsgenie"
    key: Variable
    url: Url = "https://api.opsgenie.com"


class WebhookNotifier(NotifierBase):
    """One signed HTTP POST by template: for text messages, calls, push services and everything of one's own."""

    uses: Literal["webhook"] = "webhook"
    url: Words
    """`${…}` may stand in it: to, headline, text, link, incident, severity, key."""
    body: dict[str, Words] | str = Field(default_factory=lambda: {"to": "${to}", "text": "${text}"})
    """A mapping is sent as JSON (or as a form); a text as it is."""
    form: bool = False
    """Send the mapping as a form."""
    headers: dict[str, str] = {}
    user: Variable | None = None
    """With `password`, the variables of HTTP's basic authentication."""
    password: Variable | None = None
    token: Variable | None = None
    """The variable of a bearer token."""
    secret: Variable | None = None
    """The variable of the secret that signs each request (Standard Webhooks)."""


Notifier = Annotated[
    SlackNotifier | EmailNotifier | PagerDutyNotifier | OpsgenieNotifier | WebhookNotifier, Field(discriminator="uses")
]

SLACK = SlackNotifier(id="slack")
