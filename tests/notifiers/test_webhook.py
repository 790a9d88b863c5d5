"""Webhooks by template: what is filled in is data, what is signed can be checked, and known services are reached."""

import json
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from bot.domain.oncall.notifier import Notifier, WebhookNotifier
from bot.notifiers import Means, Notice, Passing, Sent, Undeliverable, call, lacks, send, settle
from bot.notifiers.webhook import signature, signing_key
from tests.harness.clock import NOON, at
from tests.harness.receivers import Answer, Hook, Receiver, Request, signed
from tests.harness.trust import certificate
from tests.notifiers.ways import NOTICE, SIGNING, Desk, notice

ROOT = Path(__file__).parent.parent.parent


def declared(**fields: Any) -> WebhookNotifier:
    return WebhookNotifier.model_validate({"id": "hook", **fields})


def page(notifier: Notifier, told: Notice = NOTICE, to: str = "ana", seconds: float = 0, **secrets: str) -> Sent:
    return send(notifier, to, told, Means(secrets=secrets, slack=Desk(), now=at(seconds)))


# What arrives


def test_a_mapping_arrives_as_json_with_everything_as_it_was_declared(hook: Hook) -> None:
    body = {"${severity}": ["${to}", {"all": "${headline}: ${text}"}], "priority": 4, "loud": True, "none": None}
    page(declared(url=hook.url + "/x", body=body))
    (request,) = hook.requests
    assert request.headers["content-type"] == "application/json"
    assert request.json == {
        "p1": ["ana", {"all": f"{NOTICE.headline}: {NOTICE.text}"}], "priority": 4, "loud": True, "none": None,
    }  # fmt: skip


def test_a_mapping_may_be_sent_as_a_form(hook: Hook) -> None:
    page(declared(url=hook.url, form=True, body={"To": "${to}", "Text": "${text}", "n": 4, "loud": True}))
    (request,) = hook.requests
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.form == {"To": "ana", "Text": NOTICE.text, "n": "4", "loud": "true"}


def test_a_text_arrives_as_text(hook: Hook) -> None:
    page(declared(url=hook.url, body="${headline}\n${link}"))
    (request,) = hook.requests
    assert request.headers["content-type"] == "text/plain; charset=utf-8"
    assert request.body.decode() == f"{NOTICE.headline}\n{NOTICE.link}"


def test_the_declared_type_of_a_text_wins(hook: Hook) -> None:
    page(declared(url=hook.url, body="${text}", headers={"content-type": "text/markdown"}))
    assert hook.requests[0].headers["content-type"] == "text/markdown"


def test_a_header_that_stays_empty_is_left_out_and_others_carry_any_script(hook: Hook) -> None:
    headers = {"Click": "${link}", "Title": "${headline}"}
    page(declared(url=hook.url, headers=headers), notice(link="", headline="P1 障害\r\nX-Evil: 1 🔥"))
    (request,) = hook.requests
    assert "click" not in request.headers
    assert request.headers["title"] == "P1 障害 X-Evil: 1 🔥"
    assert "x-evil" not in request.headers


def test_a_user_with_a_password_and_a_token_are_shown_as_http_knows_them(hook: Hook) -> None:
    page(declared(url=hook.url, user="U", password="P"), U="muster", P="ge:heim")
    page(declared(url=hook.url, token="T"), T=" tok \n")
    assert [request.headers["authorization"] for request in hook.requests] == [
        "Basic bXVzdGVyOmdlOmhlaW0=", "Bearer tok",
    ]  # fmt: skip


def test_the_same_page_has_the_same_key_and_no_state_to_settle(hook: Hook) -> None:
    notifier = declared(url=hook.url)
    for seconds in (0, 90):
        page(notifier, seconds=seconds)
    assert {request.headers["idempotency-key"] for request in hook.requests} == {"INC-42/ana/1"}
    assert settle(notifier, "ana", NOTICE, "resolved", Means({}, Desk(), NOON)) is None
    assert len(hook.requests) == 2


def test_very_long_keys_that_differ_only_at_their_end_stay_two(hook: Hook) -> None:
    for end in "ab":
        page(declared(url=hook.url), notice(key="k" * 2000 + end))
    assert len(hook.pages()) == 2


def test_a_word_is_cut_before_it_is_too_long_for_the_service(hook: Hook) -> None:
    page(declared(url=hook.url, longest=50), notice(text="x" * 10_000))
    assert hook.requests[0].json == {"to": "ana", "text": "x" * 49 + "…"}


# What is filled in is data


@pytest.fixture(scope="module")
def post_box() -> Iterator[Hook]:
    with Hook() as receiver:
        yield receiver


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_word_leaves_its_place(post_box: Hook, typed: str) -> None:
    post_box.requests.clear()
    told = notice(headline=typed, text=typed)
    body = {"headline": "${headline}", "both": ["“${headline}” ${text}"]}
    page(declared(url=post_box.url + "/a/${headline}/b?q=${headline}&z=1", body=body), told)
    page(declared(url=post_box.url, body={**body, "both": "${text}"}, form=True), told)
    by_json, by_form = post_box.requests
    assert by_json.json == {"headline": told.headline, "both": [f"“{told.headline}” {told.text}"]}
    assert by_form.form == {"headline": told.headline, "both": told.text}
    if told.headline not in {".", ".."}:  # no quoting keeps these from being folded away
        assert [unquote(part) for part in by_json.path.split("/")] == ["", "a", told.headline, "b"]
    assert by_json.query.startswith("q=")
    assert by_json.query.count("&") == 1
    assert unquote(by_json.query) == f"q={told.headline}&z=1"


def test_what_was_filled_in_is_not_filled_in_again(hook: Hook) -> None:
    told = notice(headline="${text} ${TOKEN} ${to}", text="${headline}")
    page(declared(url=hook.url, body={"a": "${headline}", "b": "${text}", "c": "${TOKEN}"}), told, TOKEN="tok-tok")
    assert hook.requests[0].json == {"a": "${text} ${TOKEN} ${to}", "b": "${headline}", "c": "tok-tok"}


def test_only_variables_that_are_declared_are_filled_in(hook: Hook) -> None:
    page(declared(url=hook.url, body={"a": "$HOME ${link}"}), HOME="/root")
    assert hook.requests[0].json == {"a": f"$HOME {NOTICE.link}"}


# Signatures


def test_a_signature_is_the_one_of_the_specifications_own_example() -> None:
    """The vector of the reference libraries of Standard Webhooks (libraries/python/tests/test_webhooks.py)."""
    key = signing_key("SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}') == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize("secret", [SIGNING, SIGNING.removeprefix("whsec_")])
def test_a_receiver_can_check_who_sent_it_and_when(secret: str) -> None:
    with Hook(SIGNING) as hook:
        page(declared(url=hook.url, secret="S"), seconds=90, S=secret)
        (request,) = hook.requests
        assert request.headers["webhook-id"] == "INC-42/ana/1"
        assert request.headers["webhook-timestamp"] == str(int((NOON + timedelta(seconds=90)).timestamp()))
        assert len(hook.pages()) == 1


def test_a_receiver_refuses_another_secret_and_a_changed_body() -> None:
    with Hook(SIGNING) as hook:
        with pytest.raises(Undeliverable, match="answered 401: bad signature"):
            page(declared(url=hook.url, secret="S"), S="c29tZXRoaW5nIGVsc2U=")
        page(declared(url=hook.url, secret="S"), S=SIGNING)
        taken = hook.requests[-1]
    assert signed(taken, SIGNING)
    assert not signed(Request(taken.method, taken.path, taken.query, taken.headers, taken.body + b" "), SIGNING)


def test_a_request_in_any_script_can_be_checked_too() -> None:
    with Hook(SIGNING) as hook:
        page(declared(url=hook.url, body="${text}", secret="S"), notice(key="ключ 🔥", text="障害"), S=SIGNING)
        assert len(hook.pages()) == 1


def test_a_secret_of_nothing_signs_nothing(hook: Hook) -> None:
    with pytest.raises(Undeliverable, match="S holds no signing secret"):
        page(declared(url=hook.url, secret="S"), S="whsec_")
    assert hook.requests == []


def test_a_secret_that_is_not_base64_is_told_before_anything_is_sent(hook: Hook) -> None:
    notifier = declared(url=hook.url, secret="S")
    with pytest.raises(Undeliverable, match="S holds no signing secret") as caught:
        page(notifier, S="not base64!")
    assert "openssl rand -base64 32" in caught.value.cure
    assert "not base64!" not in str(caught.value)
    assert hook.requests == []
    assert [lack.why for lack in lacks(notifier, {"S": "not base64!"})] == [caught.value.why]


# Where it goes


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(hook: Hook, status: int) -> None:
    with Receiver() as elsewhere:
        hook.answers(status, headers={"Location": elsewhere.url})
        with pytest.raises(Undeliverable, match=f"answered {status}") as caught:
            page(declared(url=hook.url, token="T"), T="tok-tok")
        assert elsewhere.requests == []
    assert "redirects are not followed" in caught.value.cure


def test_the_whole_url_may_be_secret(hook: Hook) -> None:
    notifier = declared(url="${CHAT_URL}")
    url = hook.url + "/services/T5ecre7/b-5ecre7-b?key=5ecre7"
    page(notifier, CHAT_URL=url)
    assert hook.requests[0].path == "/services/T5ecre7/b-5ecre7-b"
    hook.answers(404, f"no {url}, no /services/T5ecre7/b-5ecre7-b, no b-5ecre7-b, no key=5ecre7")
    with pytest.raises(Undeliverable, match="answered 404: no •••, no /•••, no •••, no •••") as caught:
        page(notifier, CHAT_URL=url)
    assert "5ecre7" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com", "file:///etc/passwd", "//example.com", "javascript:alert(1)", "example.com",
        "http://", "http://user:pass@example.com/", "http://exa mple.com/", "http://example.com/\x00", "gopher://x",
        "http://example.com:99999/", "http://[::1", "http://example.com:port/",
    ],
)  # fmt: skip
def test_only_http_is_called(url: str) -> None:
    notifier = declared(url="${CHAT_URL}")
    with pytest.raises(Undeliverable) as caught:
        page(notifier, CHAT_URL=url)
    assert caught.value.cure


def test_a_name_that_nobody_knows_may_be_known_later() -> None:
    with pytest.raises(Passing, match=r"nowhere\.invalid is out of reach"):
        page(declared(url="http://nowhere.invalid/x"))


def test_a_trusted_certificate_is_enough(names: None, trusted: None) -> None:
    with Hook(certificate=certificate()) as hook:
        sent = page(declared(url=f"https://hooks.example.test:{hook.port}/x"))
        assert sent == Sent(f"a webhook to hooks.example.test:{hook.port}")
        assert len(hook.pages()) == 1


@pytest.mark.parametrize("host", ["hooks.example.test", "127.0.0.1"])
def test_a_certificate_that_nobody_trusts_gets_nothing(names: None, host: str) -> None:
    with Hook(certificate=certificate()) as hook:
        with pytest.raises(Undeliverable, match="certificate that is not trusted") as caught:
            page(declared(url=f"https://{host}:{hook.port}/x"))
        assert hook.requests == []
    assert "SSL_CERT_FILE" in caught.value.cure


# How long to wait


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0.5"}, 0.5),
        ({"Retry-After": "-3"}, 0),
        ({"Retry-After": "Mon, 02 Nov 2026 12:00:30 GMT", "Date": "Mon, 02 Nov 2026 12:00:00 GMT"}, 30),
        ({"Retry-After": "Mon, 02 Nov 2026 11:00:00 GMT", "Date": "Mon, 02 Nov 2026 12:00:00 GMT"}, 0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "inf"}, None),
        ({}, None),
    ],
)
def test_a_pause_is_as_long_as_the_other_side_asks(
    hook: Hook, headers: Mapping[str, str], seconds: float | None
) -> None:
    hook.answers(503, headers=headers)
    with pytest.raises(Passing) as caught:
        page(declared(url=hook.url))
    assert caught.value.seconds == seconds


def test_a_huge_answer_is_not_read_to_its_end(hook: Hook) -> None:
    hook.answers(400, "no" * 20_000_000)
    with pytest.raises(Undeliverable) as caught:
        page(declared(url=hook.url))
    assert len(caught.value.why) <= 500
    assert hook.written < 20_000_000


def test_an_answer_that_drips_holds_nobody_up(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call, "PATIENCE", 0.2)
    hook.drips(202)
    began = time.monotonic()
    assert page(declared(url=hook.url)).detail
    assert time.monotonic() - began < 5


def test_an_answer_that_breaks_off_has_said_what_counts(hook: Hook) -> None:
    hook.breaks_off(202)
    assert page(declared(url=hook.url)).detail
    hook.breaks_off(400)
    with pytest.raises(Undeliverable, match="answered 400"):
        page(declared(url=hook.url))


# The examples of docs/notifiers.md


def examples() -> dict[str, Any]:
    """Everything that the page declares below `notifiers:`."""
    blocks = (ROOT / "docs" / "notifiers.md").read_text().split("```yaml\n")[1:]
    trees = [YAML(typ="safe").load(block.partition("```")[0]) for block in blocks]
    return {name: fields for tree in trees for name, fields in tree.get("notifiers", {}).items()}


def example(name: str, receiver: Receiver) -> Notifier:
    """Take the page's example, pointed to a receiver."""
    fields = examples()[name]
    url = httpx.URL(receiver.url)
    there = fields["url"].replace("https://", "", 1).partition("/")[2]
    notifier: Notifier = TypeAdapter(Notifier).validate_python({"id": name, **fields, "url": f"{url}/{there}"})
    return notifier


def test_every_example_can_be_declared() -> None:
    kinds = {TypeAdapter(Notifier).validate_python({"id": name, **fields}).uses for name, fields in examples().items()}
    assert kinds == {"email", "pagerduty", "opsgenie", "webhook"}


class Twilio(Receiver):
    """Twilio's Messages resource, as its page on the Messages API says."""

    def accept(self, request: Request) -> Answer:
        form = request.form
        if request.path != "/2010-04-01/Accounts/AC5ecre7/Messages.json":
            return Answer(404, b'{"code": 20404}')
        if request.headers.get("authorization") != "Basic QUM1ZWNyZTc6dG9rLXRvaw==":
            return Answer(401, b'{"code": 20003, "message": "Authenticate"}')
        if not form.get("To", "").startswith("+") or not form.get("From", "").startswith("+"):
            return Answer(400, b'{"code": 21211, "message": "Invalid \'To\' Phone Number"}')
        if not 0 < len(form.get("Body", "").encode("utf-16-le")) // 2 <= 1600:
            return Answer(400, b'{"code": 21617, "message": "The concatenated message body exceeds 1600"}')
        return Answer(201, json.dumps({"sid": "SM1", "status": "queued"}).encode())


class Ntfy(Receiver):
    """ntfy's publishing by POST, as its page on publishing says."""

    def accept(self, request: Request) -> Answer:
        if request.headers.get("authorization") != "Bearer tok-tok":
            return Answer(401)
        if not request.path.removeprefix("/").isalnum() or not 0 < len(request.body) <= 4096:
            return Answer(400)
        return Answer(200 if request.headers.get("priority", "3") in {*"12345", "urgent", "max"} else 400)


@pytest.mark.parametrize("told", [NOTICE, notice(headline="P1 INC-42 " + "🔥" * 5000, text="障害 & 100 % " * 2000)])
def test_twilio_is_reached_by_template_alone(told: Notice) -> None:
    with Twilio() as twilio:
        sms = example("sms", twilio)
        page(sms, told, to="+4915112345678", TWILIO_ACCOUNT="AC5ecre7", TWILIO_TOKEN="tok-tok")
        (request,) = twilio.requests
        assert request.form["To"] == "+4915112345678"
        assert request.form["Body"].startswith("P1 INC-42 ")
        assert request.form["Body"].endswith(NOTICE.link)
        with pytest.raises(Undeliverable, match="Invalid 'To' Phone Number"):
            page(sms, told, to="4915112345678", TWILIO_ACCOUNT="AC5ecre7", TWILIO_TOKEN="tok-tok")


@pytest.mark.parametrize("told", [NOTICE, notice(headline="P1 INC-42 " + "🔥" * 5000, text="障害 & 100 % " * 2000)])
def test_ntfy_is_reached_by_template_alone(told: Notice) -> None:
    with Ntfy() as ntfy:
        page(example("push", ntfy), told, to="anasphone", NTFY_TOKEN="tok-tok")
        (request,) = ntfy.requests
    assert request.path == "/anasphone"
    assert request.headers["title"].startswith("P1 INC-42 ")
    assert request.headers["click"] == NOTICE.link
    assert told.text.startswith(request.body.decode()[:100])


def test_a_service_of_ones_own_gets_everything_signed() -> None:
    with Hook(SIGNING) as hook:
        page(example("pager", hook), PAGER_TOKEN="tok-tok", PAGER_SIGNING_SECRET=SIGNING)
        (request,) = hook.requests
    assert request.path == "/pages/INC-42"
    assert request.json["page"]["title"] == NOTICE.headline
    assert request.json["loud"] is True
