"""What `muster doctor` says of notifiers: each that lacks something, with its cure, and never what a variable holds."""

from bot.cli.checkup.finding import Finding
from bot.cli.checkup.notifiers import findings
from bot.domain.oncall.notifier import (
    SLACK,
    EmailNotifier,
    Notifier,
    OpsgenieNotifier,
    PagerDutyNotifier,
    WebhookNotifier,
)

DECLARED: dict[str, Notifier] = {
    "slack": SLACK,
    "mail": EmailNotifier(id="mail", server="SMTP_URL", sender="muster@example.com"),
    "pagerduty": PagerDutyNotifier(id="pagerduty", key="PD_KEY"),
    "opsgenie": OpsgenieNotifier(id="opsgenie", key="OG_KEY"),
    "chat": WebhookNotifier(id="chat", url="${CHAT_URL}", secret="CHAT_SECRET", user="CHAT_USER", password="CHAT_PASS"),
}
SOUND = {
    "SMTP_URL": "smtp://muster:5ecre7@mail.example.com:587",
    "PD_KEY": "0123456789abcdef0123456789abcdef",
    "OG_KEY": "8a1c0de0-5ecre7",
    "CHAT_URL": "https://chat.example.com/5ecre7",
    "CHAT_SECRET": "whsec_c2VjcmV0LXNlY3JldA==",
    "CHAT_USER": "muster",
    "CHAT_PASS": "5ecre7",
}


def look(**changes: str) -> list[Finding]:
    return list(findings(DECLARED, {**SOUND, **changes}))


def test_notifiers_that_have_all_they_need_are_told_so_one_by_one() -> None:
    assert [str(finding) for finding in look()] == [
        "✓ Notifier slack (slack) has what it needs.",
        "✓ Notifier mail (email) has what it needs.",
        "✓ Notifier pagerduty (pagerduty) has what it needs.",
        "✓ Notifier opsgenie (opsgenie) has what it needs.",
        "✓ Notifier chat (webhook) has what it needs.",
    ]


def test_every_variable_that_is_missing_is_named_once() -> None:
    failures = [finding for finding in findings(DECLARED, {}) if finding.level == "failure"]
    assert [finding.what for finding in failures] == [
        "Notifier mail: SMTP_URL is not set.",
        "Notifier pagerduty: PD_KEY is not set.",
        "Notifier opsgenie: OG_KEY is not set.",
        "Notifier chat: CHAT_USER is not set.",
        "Notifier chat: CHAT_PASS is not set.",
        "Notifier chat: CHAT_SECRET is not set.",
        "Notifier chat: CHAT_URL is not set.",
    ]
    assert failures[0].cure == "Set SMTP_URL in the environment of the workers."


def test_what_cannot_be_what_it_should_be_is_told_with_a_cure_and_without_repeating_it() -> None:
    found = look(
        SMTP_URL="mailto:5ecre7@x", PD_KEY="5ecre7", OG_KEY="a\n5ecre7", CHAT_URL="ftp://5ecre7", CHAT_SECRET="5ecre7!"
    )
    assert [(finding.level, finding.what) for finding in found[1:]] == [
        ("failure", "Notifier mail: SMTP_URL does not begin with smtp://, smtps://, smtp+plain://."),
        ("failure", "Notifier pagerduty: PD_KEY holds no routing key: those have 32 letters and digits."),
        ("failure", "Notifier opsgenie: OG_KEY holds control characters."),
        ("failure", "Notifier chat: CHAT_SECRET holds no signing secret: it is not Base64."),
        ("failure", "Notifier chat: The webhook's url cannot be called."),
    ]
    assert all(finding.cure for finding in found[1:])
    assert not [finding for finding in found if "5ecre7" in str(finding)]
