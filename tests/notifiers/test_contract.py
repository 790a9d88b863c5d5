"""What every way out promises, over real connections: once, with everything in it, and never a secret in a failure."""

import logging
import time
import traceback
from collections.abc import Iterator

import pytest

from bot import notifiers
from bot.notifiers import Passing, Undeliverable, call, email, lacks
from tests.notifiers.ways import FINAL, NOTICE, PASSING, WAYS, Way, notice

HOSTILE = {
    "quotes": 'it\'s "down" \\" \' `',
    "lines": "down\r\nBcc: eve@example.com\r\n\r\n<b>hello</b>",
    "placeholders": "${to} ${text} ${TOKEN} $to %s {0} {{x}}",
    "long": "checkout " + "x" * 10_000,
    "long words beyond ascii": "障害" * 5_000,
    "long words of emoji": "🔥" * 5_000,
    "emoji": "🔥👩🏽\u200d🚒 決済 كل شيء معطل",
    "half an emoji": "down \ud83d now",
    "right to left": "\u200fكل\u200f \u202egnp.exe",
    "NUL": "a\x00b\x07\x1b[31m",
    "json": '"}], "routing_key": "mine", {"a": "',
    "markup": "</script><img src=x onerror=alert(1)> <!channel> & &amp;",
    "unseen": "a\u2028b\u2029c\x85d\x0be",
    "shell and url": "; rm -rf / && ../../?a=b#c%0d%0a%00",
}
IN_IT = {
    "lines": "Bcc: eve@example.com",
    "emoji": "決済",
    "right to left": "كل",
    "placeholders": "${to} ${text} ${TOKEN}",
}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> Iterator[Way]:
    with WAYS[request.param]() as opened:
        yield opened


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "PATIENCE", 0.2)
    monkeypatch.setattr(email, "PATIENCE", 0.2)


def test_every_notifier_is_in_this_contract() -> None:
    assert set(WAYS) == set(notifiers.ALL)
    assert {name for name, _ in PASSING} == {name for name, _ in FINAL} == set(WAYS)


def test_a_page_arrives_once_with_title_incident_and_link(way: Way) -> None:
    sent = way.send()
    (told,) = way.told()
    for words in ("checkout is down", "INC-42", "https://muster.example.com/INC-42", "Ben is called at 12:05"):
        assert words in told
    assert sent.detail
    assert not any(secret in sent.detail for secret in way.kept_secret)


def test_two_pages_are_two(way: Way) -> None:
    way.send()
    way.send(notice(key="INC-42/ana/2"))
    assert len(way.told()) == 2


@pytest.mark.parametrize("name", ["slack", "pagerduty", "opsgenie", "webhook"])
def test_trying_again_is_seen_as_the_same_page(name: str) -> None:
    with WAYS[name]() as way:
        way.send()
        way.send()
        assert len(way.told()) == 1


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_whatever_a_title_holds_the_page_arrives(way: Way, hostile: str) -> None:
    way.send(notice(title=hostile, headline=f"P1 INC-42 {hostile}", text=f"INC-42: {hostile}\nYou are on call."))
    (told,) = way.told()
    assert "INC-42" in told
    assert "https://muster.example.com/INC-42" in told
    assert not any(secret in told.replace(way.secrets.get("TOKEN", "-"), "") for secret in way.kept_secret)


@pytest.mark.parametrize("name", IN_IT)
def test_what_can_be_read_of_a_hostile_title_is_there_to_be_read(way: Way, name: str) -> None:
    way.send(notice(headline=f"P1 INC-42 {HOSTILE[name]}"))
    (told,) = way.told()
    assert IN_IT[name] in told


def said(caught: pytest.ExceptionInfo[Passing | Undeliverable], caplog: pytest.LogCaptureFixture) -> str:
    """Everything that anybody could read of a failure: the words, the traceback, the log."""
    trace = "".join(traceback.format_exception(caught.value))
    logged = "\n".join(f"{record.getMessage()} {record.args}" for record in caplog.records)
    return f"{caught.value!r}\n{trace}\n{logged}\n{caplog.text}"


@pytest.mark.parametrize(("name", "how"), PASSING, ids=str)
def test_what_may_pass_is_told_as_passing_and_goes_through_once_it_has(
    name: str, how: str, impatient: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with WAYS[name]() as way:
        way.broken(how)
        began = time.monotonic()
        with pytest.raises(Passing) as caught:
            way.send()
        assert time.monotonic() - began < 5
        assert caught.value.why
        assert not [secret for secret in way.kept_secret if secret in said(caught, caplog)]
        assert way.told() == []
        if how != "is gone":
            way.mended()
            way.send()
            assert len(way.told()) == 1


@pytest.mark.parametrize(("name", "how"), FINAL, ids=str)
def test_what_never_will_is_told_as_undeliverable_with_its_cure(
    name: str, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with WAYS[name]() as way:
        way.broken(how)
        with pytest.raises(Undeliverable) as caught:
            way.send()
        assert caught.value.why.strip()
        assert caught.value.cure.endswith(".") or ":" in caught.value.cure
        assert not [secret for secret in way.kept_secret if secret in said(caught, caplog)]
        assert way.told() == []


def test_a_way_that_works_lacks_nothing(way: Way) -> None:
    assert list(lacks(way.notifier, way.secrets)) == []


@pytest.mark.parametrize(("name", "how"), [(name, how) for name, how in FINAL if how.endswith("variable")], ids=str)
def test_what_a_variable_lacks_can_be_seen_before_anybody_is_paged(name: str, how: str) -> None:
    with WAYS[name]() as way:
        way.broken(how)
        (lack,) = lacks(way.notifier, way.secrets)
        with pytest.raises(Undeliverable) as caught:
            way.send()
        assert (caught.value.why, caught.value.cure) == (lack.why, lack.cure)
        assert not [secret for secret in way.kept_secret if secret in f"{lack!r}"]


def test_what_is_sent_is_not_logged_with_what_is_secret_in_it(way: Way, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    way.send()
    assert way.told()
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert not [secret for secret in way.kept_secret if secret in logged]
    assert NOTICE.text not in logged
