"""Opsgenie by its Alert API v2: one alert per page, found again by its alias.

Limits are those of Opsgenie's pages "Alerts and Alert Fields" and "Response".
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from bot.domain.oncall.notifier import OpsgenieNotifier
from bot.domain.severity import Severity
from bot.notifiers.call import Call, post
from bot.notifiers.notifier import How, Means, Notice, Sent, Undeliverable, cut, named, secret

PRIORITIES = {Severity.P1: "P1", Severity.P2: "P2", Severity.P3: "P3", Severity.P4: "P4"}
WAYS: dict[How, str] = {"acknowledged": "acknowledge", "resolved": "close"}

MESSAGE, ALIAS, DESCRIPTION, TAG, ENTITY = 130, 512, 15_000, 50, 512
"""Characters that they may have."""


def send(notifier: OpsgenieNotifier, to: str, notice: Notice, means: Means) -> Sent:
    """Create the alert; as long as it is open, creating it again only counts it up."""
    alert: dict[str, Any] = {
        "message": cut(notice.headline, MESSAGE),
        "alias": _alias(notice),
        "description": cut("\n\n".join(filter(None, (notice.text, notice.link))), DESCRIPTION),
        "priority": PRIORITIES[notice.severity],
        "source": "Muster",
        "entity": cut(notice.service, ENTITY),
        "tags": [cut(tag, TAG) for tag in ("muster", notice.incident)],
        "details": {"incident": notice.incident, "title": cut(notice.title, 1000), "bundled": str(notice.bundled)},
    }
    if to:  # without, the integration's own team answers
        alert["responders"] = [{"type": "user", "username": to}]
    _post(notifier, "", alert, means)
    return Sent(f"an alert in Opsgenie{' for ' + to if to else ''}")


def settle(notifier: OpsgenieNotifier, notice: Notice, how: How, means: Means) -> Sent:
    """Acknowledge or close the alert. Opsgenie says yes first and looks later, so that twice is harmless."""
    way = f"/{quote(_alias(notice), safe='')}/{WAYS[how]}?identifierType=alias"
    _post(notifier, way, {"source": "Muster"}, means)
    return Sent(f"{how} in Opsgenie")


def lacks(notifier: OpsgenieNotifier, secrets: Mapping[str, str]) -> Iterator[Undeliverable]:
    """Say what keeps it from working, as far as that can be seen from here."""
    try:
        secret(secrets, notifier.key)
    except Undeliverable as missing:
        yield missing


def _post(notifier: OpsgenieNotifier, way: str, body: dict[str, Any], means: Means) -> None:
    key = secret(means.secrets, notifier.key)
    post(
        Call(
            whose="Opsgenie",
            url=f"{notifier.url}/v2/alerts{way}",
            content=json.dumps(body).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"GenieKey {key}",
            },
            keys=(notifier.key,),
        )
    )


def _alias(notice: Notice) -> str:
    return named(notice.key, ALIAS)
