"""Notifiers as operators declare them: the ways out, with their keys' names and their limits."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, field_validator, model_validator

from bot.domain.declared import Name, Seconds, Shape, Url, Variable, Words, looks_like, misfit
from bot.domain.runbook import Frozen

BLANK = re.compile(r"\$\{([^}]*)\}?")
"""A place in a template that is filled in: `${…}`, or one that was never closed."""

FILLED_IN = ("to", "headline", "text", "link", "incident", "severity", "key")
"""What may stand in a blank; a name in capitals is a variable of the environment."""


ADDRESS = r"[^\s<>@,;]+@[^\s<>@,;.]+(\.[^\s<>@,;.]+)*"
MAIL = rf"{ADDRESS}|[^<>@\r\n]+ <{ADDRESS}>"
A_MAIL = "Write muster@example.com, or Muster <muster@example.com>."


def _mail_address(word: str) -> str:
    if re.fullmatch(MAIL, word) is None:
        raise misfit(f"“{word}” is no mail address", A_MAIL)
    return word


MailAddress = Annotated[str, AfterValidator(_mail_address), WithJsonSchema(looks_like(MAIL, A_MAIL))]

Template = Annotated[
    str,
    Shape(
        r"\$\{[A-Z][A-Z0-9_]{0,60}\}|https?://[^\s/?#@$]+([/?][^\s#]*)?",
        "Write https://, a host without “${…}” and without a password; or one ${VARIABLE} that holds it all.",
    ),
]
"""A url with blanks behind its host: nothing that is filled in can lead the call to another one."""


class NotifierBase(Frozen):
    id: Name
    wakes: bool = True
    """It rings. In a person's quiet hours it is left out for what does not have to wake them."""
    most: int = Field(default=5, ge=1, le=1000)
    """Pages to one destination …"""
    within: Seconds = Field(default=60, gt=0, le=86_400)
    """… in these seconds; more are bundled into one."""

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that it names. What they hold is secret."""
        return ()


class SlackNotifier(NotifierBase):
    """A direct message with buttons. It is there without being declared, as `slack`."""

    uses: Literal["slack"] = "slack"
    """A direct message in Slack."""
    wakes: bool = False
    most: int = Field(default=20, ge=1, le=1000)


class EmailNotifier(NotifierBase):
    uses: Literal["email"] = "email"
    """By SMTP."""
    wakes: bool = False
    server: Variable
    """The environment variable with the server: `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`."""
    sender: MailAddress
    """The From address."""

    @property
    def variables(self) -> tuple[str, ...]:
        return (self.server,)


class PagerDutyNotifier(NotifierBase):
    """Events API v2. A contact's `to` may name another variable with a routing key."""

    uses: Literal["pagerduty"] = "pagerduty"
    """By PagerDuty's Events API v2."""
    key: Variable
    """The environment variable with the integration's routing key."""
    url: Url = "https://events.pagerduty.com"
    """Where the API is."""

    @property
    def variables(self) -> tuple[str, ...]:
        return (self.key,)


class OpsgenieNotifier(NotifierBase):
    """Alert API v2. A contact's `to` names the responder: a user's e-mail address."""

    uses: Literal["opsgenie"] = "opsgenie"
    """By Opsgenie's Alert API v2."""
    key: Variable
    """The environment variable with the integration's API key."""
    url: Url = "https://api.opsgenie.com"
    """Where the API is: another one in Europe."""

    @property
    def variables(self) -> tuple[str, ...]:
        return (self.key,)


class WebhookNotifier(NotifierBase):
    """One signed HTTP POST by template: for text messages, calls, push services and everything of one's own.

    In url, headers and body `${…}` is filled in: to, headline, text, link, incident, severity, key; and, in capitals,
    variables of the environment.
    """

    uses: Literal["webhook"] = "webhook"
    """By one HTTP POST."""
    url: Template
    """Where it goes, with `${…}` behind the host."""
    body: dict[str, Any] | str = Field(default_factory=lambda: {"to": "${to}", "text": "${text}"})
    """A mapping is sent as JSON (or as a form); a text as plain text."""
    form: bool = False
    """Send the mapping as a form."""
    headers: dict[str, Words] = {}
    """Sent beside it."""
    longest: int = Field(default=1500, ge=40, le=100_000)
    """Characters of each word that is filled in; a longer one is cut. Twilio takes 1600 in a message."""
    user: Variable | None = None
    """With `password`, the variables of HTTP's basic authentication."""
    password: Variable | None = None
    """With `user`."""
    token: Variable | None = None
    """The variable of a bearer token."""
    secret: Variable | None = None
    """The variable of the secret that signs each request (Standard Webhooks)."""

    @field_validator("form")
    @classmethod
    def _has_fields(cls, form: bool, info: Any) -> bool:
        body = info.data.get("body", {})
        if form and isinstance(body, str):
            raise misfit("the body is a text, and a form has fields", "Write the body as a mapping: body: {To: …}.")
        if form and any(isinstance(value, dict | list) for value in body.values()):
            raise misfit("a form's fields cannot hold mappings or lists", "Remove form, to send the body as JSON.")
        return form

    @field_validator("body")
    @classmethod
    def _is_no_json_by_hand(cls, body: dict[str, Any] | str) -> dict[str, Any] | str:
        if isinstance(body, str) and body.lstrip().startswith("{"):
            raise misfit(
                "JSON in a text breaks with the first quote in a title",
                'Write the body as a mapping: body: {text: "${text}"}.',
            )
        return body

    @field_validator("headers")
    @classmethod
    def _are_headers(cls, headers: dict[str, str], info: Any) -> dict[str, str]:
        for name, value in headers.items():
            if re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) is None:
                raise misfit(f"“{name}” cannot name a header", "Write letters, digits and “-”: X-Priority.")
            if name.lower() == "content-type" and "json" in value.lower() and isinstance(info.data.get("body"), str):
                raise misfit("the body is a text, not JSON", 'Write the body as a mapping: body: {text: "${text}"}.')
        return headers

    @model_validator(mode="after")
    def _shows_who_it_is_in_one_way(self) -> "WebhookNotifier":
        if (self.user is None) != (self.password is None):
            raise misfit("basic authentication takes two variables", "Write both, user and password, or neither.")
        if self.user and self.token:
            raise misfit("there is a token, and a user with a password", "Keep one of the two.")
        return self

    @model_validator(mode="after")
    def _leaves_no_blank_empty(self) -> "WebhookNotifier":
        for found in BLANK.finditer(self._template):
            name = found[1]
            if (name in FILLED_IN or _is_variable(name)) and found[0].endswith("}"):
                continue
            near = get_close_matches(name.lower(), FILLED_IN, n=1)
            instead = f"Did you mean “${{{near[0]}}}”?" if near else f"There are: {', '.join(FILLED_IN)}."
            raise misfit(f"nothing can be filled in for “{found[0]}”", instead)
        return self

    @property
    def variables(self) -> tuple[str, ...]:
        named = [name for name in (self.user, self.password, self.token, self.secret) if name]
        blanks = [found[1] for found in BLANK.finditer(self._template) if _is_variable(found[1])]
        return tuple(dict.fromkeys([*named, *blanks]))

    @property
    def _template(self) -> str:
        return "\n".join((self.url, *_texts(self.headers), *_texts(self.body)))


def _is_variable(name: str) -> bool:
    return re.fullmatch(r"[A-Z][A-Z0-9_]{0,60}", name) is not None


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, inner in value.items():
                yield key
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
        case _:
            pass


Notifier = Annotated[
    SlackNotifier | EmailNotifier | PagerDutyNotifier | OpsgenieNotifier | WebhookNotifier, Field(discriminator="uses")
]

SLACK = SlackNotifier(id="slack")
