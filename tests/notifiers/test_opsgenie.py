"""Opsgenie's Alert API v2: what is posted, who answers, and how an alert is found again."""

import pytest

from bot.domain.oncall.notifier import OpsgenieNotifier
from bot.notifiers import Means, Passing, Sent, Undeliverable, send, settle
from tests.harness.clock import at
from tests.harness.receivers import Opsgenie
from tests.notifiers.ways import NOTICE, Desk, notice

ANA = "ana@example.com"


def means(key: str = Opsgenie.key) -> Means:
    return Means(secrets={"OG_KEY": key}, slack=Desk(), now=at(0))


@pytest.fixture
def notifier(opsgenie: Opsgenie) -> OpsgenieNotifier:
    return OpsgenieNotifier(id="og", key="OG_KEY", url=opsgenie.url)


def test_an_alert_says_what_how_bad_and_who_answers(opsgenie: Opsgenie, notifier: OpsgenieNotifier) -> None:
    assert send(notifier, ANA, NOTICE, means()) == Sent("an alert in Opsgenie for ana@example.com")
    (request,) = opsgenie.requests
    assert (request.method, request.path) == ("POST", "/v2/alerts")
    assert request.headers["authorization"] == f"GenieKey {Opsgenie.key}"
    assert request.json == {
        "message": "P1 INC-42 checkout is down",
        "alias": "INC-42/ana/1",
        "description": f"{NOTICE.text}\n\n{NOTICE.link}",
        "priority": "P1",
        "source": "Muster",
        "entity": "checkout",
        "tags": ["muster", "INC-42"],
        "details": {"incident": "INC-42", "title": "checkout is down", "bundled": "1"},
        "responders": [{"type": "user", "username": "ana@example.com"}],
    }


def test_without_an_address_the_integrations_team_answers(opsgenie: Opsgenie, notifier: OpsgenieNotifier) -> None:
    assert send(notifier, "", NOTICE, means()) == Sent("an alert in Opsgenie")
    assert "responders" not in opsgenie.pages()[0].raw


@pytest.mark.parametrize("severity", ["p1", "p2", "p3", "p4"])
def test_severities_are_priorities(opsgenie: Opsgenie, notifier: OpsgenieNotifier, severity: str) -> None:
    send(notifier, ANA, notice(severity=severity), means())
    assert opsgenie.pages()[0].raw["priority"] == severity.upper()


@pytest.mark.parametrize("key", ["INC-42/ana/1", "a?b#c %d&e=f", "ключ", "k" * 600])
def test_a_page_is_acknowledged_and_closed_whatever_its_key(
    opsgenie: Opsgenie, notifier: OpsgenieNotifier, key: str
) -> None:
    send(notifier, ANA, notice(key=key), means())
    send(notifier, ANA, notice(key="another"), means())
    assert settle(notifier, ANA, notice(key=key), "acknowledged", means()) == Sent("acknowledged in Opsgenie")
    assert [page.status for page in opsgenie.pages()] == ["acknowledged", "open"]
    assert settle(notifier, ANA, notice(key=key), "resolved", means()) == Sent("resolved in Opsgenie")
    assert [page.status for page in opsgenie.pages()] == ["resolved", "open"]


def test_settling_what_was_never_sent_is_harmless(opsgenie: Opsgenie, notifier: OpsgenieNotifier) -> None:
    settle(notifier, ANA, NOTICE, "resolved", means())
    assert opsgenie.pages() == []


def test_a_wrong_key_names_the_variable(opsgenie: Opsgenie, notifier: OpsgenieNotifier) -> None:
    with pytest.raises(Undeliverable, match=r"Opsgenie answered 401: .*Could not authenticate") as caught:
        send(notifier, ANA, NOTICE, means("wrong-key"))
    assert caught.value.cure == "Check what OG_KEY holds."
    assert opsgenie.pages() == []


def test_a_responder_that_is_no_user_is_told_in_opsgenies_words(opsgenie: Opsgenie, notifier: OpsgenieNotifier) -> None:
    with pytest.raises(Undeliverable, match=r"Opsgenie answered 422: .*responders"):
        send(notifier, "ana", NOTICE, means())


def test_being_throttled_tells_for_how_long(opsgenie: Opsgenie, notifier: OpsgenieNotifier) -> None:
    opsgenie.answers(429, headers={"X-RateLimit-State": "THROTTLED", "X-RateLimit-Period-In-Sec": "30"})
    with pytest.raises(Passing) as caught:
        send(notifier, ANA, NOTICE, means())
    assert caught.value.seconds == 30
