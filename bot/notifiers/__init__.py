"""Notifiers: the ways out by which people are told, one per file."""

from collections.abc import Iterator, Mapping
from typing import assert_never

from bot.domain.oncall.notifier import (
    EmailNotifier,
    Notifier,
    OpsgenieNotifier,
    PagerDutyNotifier,
    SlackNotifier,
    WebhookNotifier,
)
from bot.notifiers import email, opsgenie, pagerduty, slack, webhook
from bot.notifiers.notifier import How, Means, Notice, Passing, Sent, Slack, Undeliverable
from bot.notifiers.redaction import redacted

ALL = {"slack": slack, "email": email, "pagerduty": pagerduty, "opsgenie": opsgenie, "webhook": webhook}


def send(notifier: Notifier, to: str, notice: Notice, means: Means) -> Sent:
    """Tell somebody. `to` is the contact's address there; for Slack, the person's member id.

    Trying again with the same key is safe as far as the other side keeps count: PagerDuty, Opsgenie and Slack do, mail
    programs may, text messages don't. Raises Passing, Undeliverable; no secret is in what they say.
    """
    with redacted(_secrets(notifier, to, means)):
        match notifier:
            case SlackNotifier():
                return slack.send(notifier, to, notice, means)
            case EmailNotifier():
                return email.send(notifier, to, notice, means)
            case PagerDutyNotifier():
                return pagerduty.send(notifier, to, notice, means)
            case OpsgenieNotifier():
                return opsgenie.send(notifier, to, notice, means)
            case WebhookNotifier():
                return webhook.send(notifier, to, notice, means)
            case _:
                assert_never(notifier)


def settle(notifier: Notifier, to: str, notice: Notice, how: How, means: Means) -> Sent | None:
    """Tell a system with a state of its own what became of a page; None: this one has none.

    Raises Passing, Undeliverable.
    """
    with redacted(_secrets(notifier, to, means)):
        match notifier:
            case PagerDutyNotifier():
                return pagerduty.settle(notifier, to, notice, how, means)
            case OpsgenieNotifier():
                return opsgenie.settle(notifier, notice, how, means)
            case SlackNotifier() | EmailNotifier() | WebhookNotifier():
                return None
            case _:
                assert_never(notifier)


def lacks(notifier: Notifier, secrets: Mapping[str, str]) -> Iterator[Undeliverable]:
    """Say what keeps a notifier from working, as far as that can be seen without calling anybody."""
    match notifier:
        case SlackNotifier():
            yield from ()  # what Slack lacks, its own check says
        case EmailNotifier():
            yield from email.lacks(notifier, secrets)
        case PagerDutyNotifier():
            yield from pagerduty.lacks(notifier, secrets)
        case OpsgenieNotifier():
            yield from opsgenie.lacks(notifier, secrets)
        case WebhookNotifier():
            yield from webhook.lacks(notifier, secrets)
        case _:
            assert_never(notifier)


def _secrets(notifier: Notifier, to: str, means: Means) -> Iterator[str]:
    names = pagerduty.variables(notifier, to) if isinstance(notifier, PagerDutyNotifier) else notifier.variables
    return (means.secrets[name] for name in names if name in means.secrets)


__all__ = ["ALL", "How", "Means", "Notice", "Passing", "Sent", "Slack", "Undeliverable", "lacks", "send", "settle"]
