"""PagerDuty by its Events API v2: one alert per page, found again by its dedup_key.

Limits and answers are those of PagerDuty's pages "Send an Alert Event" and "Events API v2 Overview".
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain.oncall.notifier import PagerDutyNotifier
from bot.domain.severity import Severity
from bot.notifiers.call import Call, post
from bot.notifiers.notifier import How, Means, Notice, Sent, Undeliverable, cut, named, secret

SEVERITIES = {Severity.P1: "critical", Severity.P2: "error", Severity.P3: "warning", Severity.P4: "info"}
ACTIONS: dict[How, str] = {"acknowledged": "acknowledge", "resolved": "resolve"}

SUMMARY, DEDUP_KEY = 1024, 255
"""Characters that they may have."""

DETAILS = 20_000
"""Characters of a text, far below the 512 KB of a whole event."""


def send(notifier: PagerDutyNotifier, to: str, notice: Notice, means: Means) -> Sent:
    """Trigger the alert; again and again is once, until it is resolved: then PagerDuty would open another."""
    payload = {
        "summary": cut(notice.headline, SUMMARY),
        "source": cut(notice.service or notice.incident, SUMMARY),
        "severity": SEVERITIES[notice.severity],
        "timestamp": notice.at.isoformat(),
        "custom_details": {
            "incident": notice.incident,
            "title": cut(notice.title, DETAILS),
            "text": cut(notice.text, DETAILS),
            "person": notice.person,
            "bundled": notice.bundled,
        },
    }
    where: dict[str, Any] = {"client": "Muster"}
    if notice.link:
        where |= {"client_url": notice.link, "links": [{"href": notice.link, "text": notice.incident}]}
    _enqueue(notifier, to, notice, means, {"event_action": "trigger", "payload": payload, **where})
    return Sent("an alert in PagerDuty")


def settle(notifier: PagerDutyNotifier, to: str, notice: Notice, how: How, means: Means) -> Sent:
    """Acknowledge or resolve the alert; PagerDuty drops this where there is none."""
    _enqueue(notifier, to, notice, means, {"event_action": ACTIONS[how]})
    return Sent(f"{how} in PagerDuty")


def lacks(notifier: PagerDutyNotifier, secrets: Mapping[str, str]) -> Iterator[Undeliverable]:
    """Say what keeps it from working, as far as that can be seen from here."""
    try:
        _routing_key(notifier.key, secrets)
    except Undeliverable as missing:
        yield missing


def variables(notifier: PagerDutyNotifier, to: str) -> tuple[str, ...]:
    """Name the variables that a page to this contact uses."""
    return (*notifier.variables, to) if to else notifier.variables


def _enqueue(notifier: PagerDutyNotifier, to: str, notice: Notice, means: Means, event: dict[str, Any]) -> None:
    variable = _variable(notifier, to)
    event |= {"routing_key": _routing_key(variable, means.secrets), "dedup_key": named(notice.key, DEDUP_KEY)}
    post(
        Call(
            whose="PagerDuty",
            url=f"{notifier.url}/v2/enqueue",
            content=json.dumps(event).encode(),
            headers={"Content-Type": "application/json"},
            keys=(variable,),
        )
    )


def _variable(notifier: PagerDutyNotifier, to: str) -> str:
    """Name the variable with the key. A contact may name its own, and must not hold the key itself."""
    if not to:
        return notifier.key
    if re.fullmatch("[A-Z][A-Z0-9_]{0,60}", to) is None or _looks_like_a_key(to):
        cure = "Put the key into an environment variable and write the variable's name there: to: PAGERDUTY_ANA."
        raise Undeliverable("The contact's “to” is no name of a variable.", cure)
    return to


def _routing_key(variable: str, secrets: Mapping[str, str]) -> str:
    key = secret(secrets, variable)
    if not _looks_like_a_key(key):
        cure = f"Copy the “Integration Key” of an Events API v2 integration into {variable}."
        raise Undeliverable(f"{variable} holds no routing key: those have 32 letters and digits.", cure)
    return key


def _looks_like_a_key(word: str) -> bool:
    return re.fullmatch("[A-Za-z0-9]{32}", word) is not None
