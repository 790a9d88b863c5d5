"""Notifiers as operators declare them: what can't work is told where it is written, with what would be right."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from bot.domain.oncall.notifier import SLACK, Notifier, WebhookNotifier

NOTIFIERS: TypeAdapter[Notifier] = TypeAdapter(Notifier)


def declared(**fields: Any) -> Notifier:
    return NOTIFIERS.validate_python({"id": "x", **fields})


def webhook(**fields: Any) -> WebhookNotifier:
    notifier = declared(uses="webhook", **{"url": "https://pager.internal/x", **fields})
    assert isinstance(notifier, WebhookNotifier)
    return notifier


def told(**fields: Any) -> tuple[str, str]:
    """What is wrong, and what would be right."""
    with pytest.raises(ValidationError) as caught:
        webhook(**fields)
    errors = [error for error in caught.value.errors() if error["type"] == "misfit"]
    assert len(errors) == 1
    return errors[0]["ctx"]["what"], errors[0]["ctx"]["instead"]


@pytest.mark.parametrize(
    "url",
    [
        "https://pager.internal", "http://10.0.0.7:8080/x", "https://ntfy.sh/${to}?p=${severity}", "${CHAT_URL}",
        "https://api.example.com/bot${BOT_TOKEN}/sendMessage", "https://pager.internal?to=${to}", "http://[::1]:80/x",
    ],
)  # fmt: skip
def test_urls_with_blanks_behind_the_host_can_be_declared(url: str) -> None:
    assert webhook(url=url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "https://${to}/x", "https://pager.${TOKEN}.internal", "https://${TOKEN}", "ftp://x", "pager.internal", "",
        "https://user:password@pager.internal", "https://u@x", "${to}", "${CHAT_URL}/x", "https://x/a b", "https://x/#a",
        "https:///x",
    ],
)  # fmt: skip
def test_nothing_that_is_filled_in_can_choose_the_host(url: str) -> None:
    what, instead = told(url=url)
    assert url in what
    assert "${VARIABLE}" in instead


@pytest.mark.parametrize(
    ("fields", "what", "instead"),
    [
        ({"body": {"a": "${titel}"}}, "${titel}", "There are: to, headline"),
        ({"body": {"a": {"b": ["${headlin}"]}}}, "${headlin}", "Did you mean “${headline}”?"),
        ({"body": {"${tex}": 1}}, "${tex}", "Did you mean “${text}”?"),
        ({"body": "${text", "headers": {}}, "${text", "Did you mean “${text}”?"),
        ({"headers": {"Title": "${Headline}"}}, "${Headline}", "Did you mean “${headline}”?"),
        ({"url": "https://x/${too}"}, "${too}", "Did you mean “${to}”?"),
        ({"body": {"a": "${}"}}, "${}", "There are: to"),
    ],
)
def test_a_blank_that_nothing_fills_is_told_with_the_nearest_word(
    fields: dict[str, Any], what: str, instead: str
) -> None:
    said = told(**fields)
    assert what in said[0]
    assert instead in said[1]


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"body": ' {"text": "${text}"}'}, "JSON in a text breaks"),
        ({"body": "[${text}]", "headers": {"Content-Type": "application/json"}}, "the body is a text, not JSON"),
        ({"body": "${text}", "form": True}, "the body is a text, and a form has fields"),
        ({"body": {"a": {"b": 1}}, "form": True}, "a form's fields cannot hold mappings or lists"),
        ({"body": {"a": [1]}, "form": True}, "a form's fields cannot hold mappings or lists"),
        ({"user": "U"}, "basic authentication takes two variables"),
        ({"password": "P"}, "basic authentication takes two variables"),
        ({"user": "U", "password": "P", "token": "T"}, "there is a token, and a user with a password"),
        ({"headers": {"X Y": "1"}}, "“X Y” cannot name a header"),
        ({"headers": {"X-A\r\nX-B": "1"}}, "cannot name a header"),
        ({"headers": {"": "1"}}, "cannot name a header"),
    ],
)
def test_what_cannot_work_together_is_told(fields: dict[str, Any], what: str) -> None:
    assert what in told(**fields)[0]


def test_bodies_are_as_free_as_json_is() -> None:
    body = {"a": 1, "b": [True, None, {"c": "${text}"}], "d": 1.5}
    assert webhook(body=body).body == body
    assert webhook(body="[P1] ${headline}").body == "[P1] ${headline}"


@pytest.mark.parametrize("sender", ["muster@example.com", "Muster <muster@example.com>", "Müster & Co. <a@b.example>"])
def test_a_sender_is_an_address_with_or_without_a_name(sender: str) -> None:
    declared(uses="email", server="SMTP_URL", sender=sender)


@pytest.mark.parametrize(
    "sender",
    [
        "Muster",
        "",
        "muster@",
        "a@b, c@d",
        "Muster <muster>",
        "a@b\r\nBcc: c@d",
        "X\n <a@b>",
        "<a@b> x",
        "a@b <c@d>",
        "a@.b",
    ],
)
def test_what_is_no_sender_is_told(sender: str) -> None:
    with pytest.raises(ValidationError, match="is no mail address"):
        declared(uses="email", server="SMTP_URL", sender=sender)


def test_secrets_are_named_never_written() -> None:
    for fields in (
        {"uses": "email", "server": "smtp://user:secret@host", "sender": "a@b.example"},
        {"uses": "pagerduty", "key": "0123456789abcdef0123456789abcdef"},
        {"uses": "opsgenie", "key": "8a1c0de0-0b5c-4b1e-9a9e-5e7c0ffee123"},
        {"uses": "webhook", "url": "https://x", "token": "tok-5ecre7"},
    ):
        with pytest.raises(ValidationError, match="doesn't fit"):
            declared(**fields)


def test_every_variable_that_a_notifier_needs_is_known() -> None:
    assert SLACK.variables == ()
    assert declared(uses="email", server="SMTP_URL", sender="a@b.example").variables == ("SMTP_URL",)
    assert declared(uses="pagerduty", key="PD").variables == ("PD",)
    assert declared(uses="opsgenie", key="OG").variables == ("OG",)
    assert webhook().variables == ()
    everything = webhook(
        url="https://x/${A}/${to}",
        body={"${B}": ["${C}"]},
        headers={"X": "${A} ${D}"},
        user="U",
        password="P",
        secret="S",
    )
    assert everything.variables == ("U", "P", "S", "A", "D", "B", "C")
