"""PagerDuty's Events API v2: what is posted, how an alert is found again, and whose key it goes by."""

from collections.abc import Callable
from functools import partial

import pytest

from bot.domain.oncall.notifier import PagerDutyNotifier
from bot.notifiers import Means, Passing, Sent, Undeliverable, send, settle
from tests.harness.clock import at
from tests.harness.receivers import PagerDuty
from tests.notifiers.ways import NOTICE, Desk, notice

ANAS = "A" * 16 + "0" * 16


def means(**secrets: str) -> Means:
    return Means(secrets={"PD_KEY": PagerDuty.key, **secrets}, slack=Desk(), now=at(0))


def both(notifier: PagerDutyNotifier, to: str) -> tuple[Callable[[], object], ...]:
    """Everything that a notifier does."""
    return partial(send, notifier, to, NOTICE, means()), partial(settle, notifier, to, NOTICE, "resolved", means())


@pytest.fixture
def notifier(pagerduty: PagerDuty) -> PagerDutyNotifier:
    return PagerDutyNotifier(id="pd", key="PD_KEY", url=pagerduty.url)


def test_an_alert_says_what_where_and_how_bad(pagerduty: PagerDuty, notifier: PagerDutyNotifier) -> None:
    assert send(notifier, "", NOTICE, means()) == Sent("an alert in PagerDuty")
    (request,) = pagerduty.requests
    assert (request.method, request.path) == ("POST", "/v2/enqueue")
    assert request.json == {
        "routing_key": PagerDuty.key,
        "event_action": "trigger",
        "dedup_key": "INC-42/ana/1",
        "client": "Muster",
        "client_url": "https://muster.example.com/INC-42",
        "links": [{"href": "https://muster.example.com/INC-42", "text": "INC-42"}],
        "payload": {
            "summary": "P1 INC-42 checkout is down",
            "source": "checkout",
            "severity": "critical",
            "timestamp": "2026-11-02T12:00:00+00:00",
            "custom_details": {
                "incident": "INC-42",
                "title": "checkout is down",
                "text": NOTICE.text,
                "person": "Ana",
                "bundled": 1,
            },
        },
    }


@pytest.mark.parametrize(
    ("severity", "theirs"), [("p1", "critical"), ("p2", "error"), ("p3", "warning"), ("p4", "info")]
)
def test_severities_are_said_in_their_words(
    pagerduty: PagerDuty, notifier: PagerDutyNotifier, severity: str, theirs: str
) -> None:
    send(notifier, "", notice(severity=severity), means())
    assert pagerduty.pages()[0].raw["payload"]["severity"] == theirs


def test_without_a_link_and_a_service_it_is_an_alert_all_the_same(
    pagerduty: PagerDuty, notifier: PagerDutyNotifier
) -> None:
    send(notifier, "", notice(link="", service=""), means())
    (page,) = pagerduty.pages()
    assert page.raw["payload"]["source"] == "INC-42"
    assert "links" not in page.raw


def test_a_page_is_acknowledged_and_resolved_where_it_was_sent(
    pagerduty: PagerDuty, notifier: PagerDutyNotifier
) -> None:
    send(notifier, "", NOTICE, means())
    send(notifier, "", notice(key="INC-42/ben/1"), means())
    assert settle(notifier, "", NOTICE, "acknowledged", means()) == Sent("acknowledged in PagerDuty")
    assert [page.status for page in pagerduty.pages()] == ["acknowledged", "open"]
    assert settle(notifier, "", NOTICE, "resolved", means()) == Sent("resolved in PagerDuty")
    assert {page.key: page.status for page in pagerduty.pages()} == {"INC-42/ana/1": "resolved", "INC-42/ben/1": "open"}


def test_settling_twice_or_what_was_never_sent_is_harmless(pagerduty: PagerDuty, notifier: PagerDutyNotifier) -> None:
    settle(notifier, "", NOTICE, "resolved", means())
    assert pagerduty.pages() == []
    send(notifier, "", NOTICE, means())
    for _ in range(2):
        settle(notifier, "", NOTICE, "resolved", means())
    assert [page.status for page in pagerduty.pages()] == ["resolved"]


def test_a_very_long_key_is_found_again(pagerduty: PagerDuty, notifier: PagerDutyNotifier) -> None:
    for end in "ab":
        send(notifier, "", notice(key="k" * 300 + end), means())
    settle(notifier, "", notice(key="k" * 300 + "a"), "acknowledged", means())
    assert sorted(page.status for page in pagerduty.pages()) == ["acknowledged", "open"]


def test_a_contact_may_name_a_key_of_its_own() -> None:
    with PagerDuty(PagerDuty.key, ANAS) as pagerduty:
        notifier = PagerDutyNotifier(id="pd", key="PD_KEY", url=pagerduty.url)
        send(notifier, "PD_ANA", NOTICE, means(PD_ANA=ANAS))
        settle(notifier, "PD_ANA", NOTICE, "acknowledged", means(PD_ANA=ANAS))
        (page,) = pagerduty.pages()
    assert (page.to, page.status) == (ANAS, "acknowledged")


def test_a_contacts_own_key_is_not_repeated_either(pagerduty: PagerDuty, notifier: PagerDutyNotifier) -> None:
    pagerduty.echoes(400)
    with pytest.raises(Undeliverable) as caught:
        send(notifier, "PD_ANA", NOTICE, means(PD_ANA=ANAS))
    assert ANAS not in str(caught.value)
    assert "PD_ANA" in caught.value.cure


@pytest.mark.parametrize("to", [ANAS, PagerDuty.key, "ana@example.com", "pd_ana"])
def test_a_key_written_into_a_contact_is_refused_without_repeating_it(
    pagerduty: PagerDuty, notifier: PagerDutyNotifier, to: str
) -> None:
    for attempt in both(notifier, to):
        with pytest.raises(Undeliverable, match="is no name of a variable") as caught:
            attempt()
        assert to not in str(caught.value)
    assert pagerduty.requests == []


def test_a_refusal_says_what_pagerduty_said_and_where_to_look(
    pagerduty: PagerDuty, notifier: PagerDutyNotifier
) -> None:
    with pytest.raises(Undeliverable) as caught:
        send(notifier, "", NOTICE, means(PD_KEY="f" * 32))
    assert caught.value.why.startswith("PagerDuty answered 400: ")
    assert "'routing_key' is missing or invalid" in caught.value.why
    assert caught.value.cure == "Correct what it names. Check what PD_KEY holds, too."
    assert pagerduty.pages() == []


def test_being_too_fast_tells_for_how_long_to_wait(pagerduty: PagerDuty, notifier: PagerDutyNotifier) -> None:
    pagerduty.answers(429, headers={"Retry-After": "7"})
    for attempt in both(notifier, ""):
        with pytest.raises(Passing, match="PagerDuty answered 429") as caught:
            attempt()
        assert caught.value.seconds == 7
