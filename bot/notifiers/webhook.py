"""A webhook: one POST by template, signed by the rule of Standard Webhooks.

What is filled in is data. It is quoted in the url, and JSON and forms are built of it, so that no title can break out.
A service that doesn't know `Idempotency-Key` or `webhook-id` may deliver twice what was tried twice.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from bot.domain.oncall.notifier import BLANK, WebhookNotifier
from bot.notifiers.call import Call, post
from bot.notifiers.notifier import Means, Notice, Sent, Undeliverable, cut, named, secret

HEADER = 1000
"""Characters of a header's value: many servers take 8 KB for all headers together."""


def send(notifier: WebhookNotifier, to: str, notice: Notice, means: Means) -> Sent:
    """Fill in the template and send it. Raises Passing, Undeliverable."""
    words = {name: cut(value, notifier.longest) for name, value in _words(to, notice).items()}
    variables = {name: secret(means.secrets, name) for name in notifier.variables}
    url = _url(notifier, words, variables)
    blanks = words | variables
    content, kind = _content(notifier, blanks)
    id_ = named(notice.key, HEADER)
    headers = {"Content-Type": kind, "Idempotency-Key": id_} | _headers(notifier, blanks)
    if notifier.token:
        headers["Authorization"] = f"Bearer {variables[notifier.token]}"
    if notifier.secret:
        key = signing_key(notifier.secret, variables[notifier.secret])
        headers |= signature(key, id_, int(means.now.timestamp()), content)
    auth = (variables[notifier.user], variables[notifier.password]) if notifier.user and notifier.password else None
    whose = urlsplit(url).netloc
    post(Call(whose, url, content, headers, auth, keys=notifier.variables))
    return Sent(f"a webhook to {whose}")


def lacks(notifier: WebhookNotifier, secrets: Mapping[str, str]) -> Iterator[Undeliverable]:
    """Say what keeps it from working, as far as that can be seen from here."""
    held = dict[str, str]()
    for name in notifier.variables:
        try:
            held[name] = secret(secrets, name)
        except Undeliverable as missing:
            yield missing
    try:
        if notifier.secret in held:
            signing_key(notifier.secret, held[notifier.secret])
    except Undeliverable as wrong:
        yield wrong
    try:
        if BLANK.fullmatch(notifier.url) and held.keys() >= set(BLANK.findall(notifier.url)):
            _url(notifier, {}, held)
    except Undeliverable as wrong:
        yield wrong


def signing_key(variable: str, held: str) -> bytes:
    """Read a secret as Standard Webhooks writes them: Base64, with or without `whsec_`. Raises Undeliverable."""
    try:
        key = base64.b64decode(held.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not key:
        cure = f"Make one with `openssl rand -base64 32`, put it into {variable} and give it to the receiver."
        raise Undeliverable(f"{variable} holds no signing secret: it is not Base64.", cure)
    return key


def signature(key: bytes, id: str, timestamp: int, content: bytes) -> dict[str, str]:  # noqa: A002 - its name there
    """Sign by the specification of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`; return the headers."""
    signed = b".".join((id.encode(), str(timestamp).encode(), content))
    proof = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return {"webhook-id": id, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{proof}"}


def _words(to: str, notice: Notice) -> dict[str, str]:
    return {
        "to": to,
        "headline": notice.headline,
        "text": notice.text,
        "link": notice.link,
        "incident": notice.incident,
        "severity": notice.severity.value,
        "key": notice.key,
    }


def _url(notifier: WebhookNotifier, words: Mapping[str, str], variables: Mapping[str, str]) -> str:
    """Fill in the url: words quoted, variables as they are, since they may hold a part of a path or the whole."""
    url = _filled(notifier.url, {name: quote(word, safe="") for name, word in words.items()} | dict(variables))
    if not _can_be_called(url):
        named = " and ".join(found[1] for found in BLANK.finditer(notifier.url) if found[1] in variables)
        cure = f"Put a url that begins with https:// or http:// into {named or 'url'}, without a user in it."
        raise Undeliverable("The webhook's url cannot be called.", cure)
    return url


def _can_be_called(url: str) -> bool:
    try:
        return bool(
            re.fullmatch(r"https?://[^\s/?#@]+([/?][^\s#]*)?", url) and url.isprintable() and urlsplit(url).port != 0
        )
    except ValueError:  # a port that is none
        return False


def _content(notifier: WebhookNotifier, blanks: Mapping[str, str]) -> tuple[bytes, str]:
    """Build the body and name its type."""
    match notifier.body:
        case str() as text:
            return _filled(text, blanks).encode(), "text/plain; charset=utf-8"
        case fields if notifier.form:
            filled = [(_filled(name, blanks), _spoken(_fill(value, blanks))) for name, value in fields.items()]
            return urlencode(filled).encode(), "application/x-www-form-urlencoded"
        case fields:
            return json.dumps(_fill(fields, blanks)).encode(), "application/json"


def _headers(notifier: WebhookNotifier, blanks: Mapping[str, str]) -> dict[str, str]:
    """Fill in the headers that were declared; one that stays empty is left out."""
    filled = {name: _header(_filled(value, blanks)) for name, value in notifier.headers.items()}
    return {name.title(): value for name, value in filled.items() if value}


def _header(value: str) -> str:
    return cut(" ".join(value.split()), HEADER)


def _fill(value: Any, blanks: Mapping[str, str]) -> Any:
    match value:
        case str():
            return _filled(value, blanks)
        case dict():
            return {_filled(key, blanks): _fill(inner, blanks) for key, inner in value.items()}
        case list():
            return [_fill(inner, blanks) for inner in value]
        case _:
            return value


def _filled(template: str, blanks: Mapping[str, str]) -> str:
    """Fill in every blank once: what was filled in is not looked at again."""
    return BLANK.sub(lambda found: blanks.get(found[1], found[0]), template)


def _spoken(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
