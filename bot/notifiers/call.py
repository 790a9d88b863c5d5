"""One HTTP call of a notifier: bounded in time, without redirects, its answer told as Passing or Undeliverable."""

import logging
import math
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpx

from bot.notifiers.notifier import Passing, Undeliverable
from bot.tls import tls

PATIENCE = 10
"""Seconds for each step of a call: to connect, to send, and for each piece of the answer."""

ENOUGH = 4096
"""Bytes of an answer that are read: it is only shown to people."""

PASSES = frozenset({408, 425, 429})
"""Refusals that pass by themselves, beside all 5xx."""


@dataclass(frozen=True, slots=True)
class Call:
    whose: str
    """Who is called, in words for people: `PagerDuty`."""
    url: str
    content: bytes
    headers: Mapping[str, str]
    auth: tuple[str, str] | None = None
    """User and password of HTTP's basic authentication."""
    keys: tuple[str, ...] = ()
    """The variables that an operator should look at when the call is refused."""


def post(call: Call) -> None:
    """Make the call; any 2xx is well. Raises Passing, Undeliverable."""
    response, said = _asked(call)
    if response.is_success:
        return
    why = f"{call.whose} answered {response.status_code}{': ' + said if said else ''}"
    if response.is_server_error or response.status_code in PASSES:
        raise Passing(why, _pause(response.headers))
    raise Undeliverable(why, _cure(response, call))


def _asked(call: Call) -> tuple[httpx.Response, str]:
    ours = {"Accept-Encoding": "identity", "User-Agent": "Muster"}
    headers = [(name.encode(), value.encode()) for name, value in {**ours, **call.headers}.items()]
    try:
        with httpx.stream(
            "POST", call.url, content=call.content, headers=headers, auth=call.auth, timeout=PATIENCE, verify=tls()
        ) as response:
            return response, _said(response)
    except httpx.TimeoutException:
        raise Passing(f"{call.whose} did not answer within {PATIENCE} s") from None
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
        raise Undeliverable(f"{call.whose} cannot be called: {error}.", "Correct the notifier's url.") from None
    except httpx.HTTPError as error:
        if (distrust := _distrust(error)) is not None:
            cure = "Renew its certificate, or add its authority to those that the workers trust: SSL_CERT_FILE."
            raise Undeliverable(f"{call.whose} shows a certificate that is not trusted: {distrust}.", cure) from None
        raise Passing(f"{call.whose} is out of reach: {str(error) or type(error).__name__}") from None


def _said(response: httpx.Response) -> str:
    """Read the answer's beginning, if it comes: the status has said already what became of the call."""
    ends, read = time.monotonic() + PATIENCE, b""
    with suppress(httpx.HTTPError):
        for piece in response.iter_bytes():
            read += piece
            if len(read) >= ENOUGH or time.monotonic() > ends:
                break
    return " ".join(read[:ENOUGH].decode(errors="replace").split())


def _pause(headers: httpx.Headers) -> float | None:
    """Say how many seconds we were asked to wait: Retry-After (RFC 9110, 10.2.3), or what Opsgenie says instead."""
    asked = headers.get("Retry-After") or headers.get("X-RateLimit-Period-In-Sec")
    if asked is None:
        return None
    try:
        seconds = float(asked)
    except ValueError:
        try:  # a date, on the other side's clock
            seconds = (parsedate_to_datetime(asked) - parsedate_to_datetime(headers["Date"])).total_seconds()
        except (ValueError, TypeError, KeyError):
            return None
    return max(0, seconds) if math.isfinite(seconds) else None


def _cure(response: httpx.Response, call: Call) -> str:
    keys = " and ".join(call.keys)
    if response.is_redirect:
        return "Declare the address that it has moved to: redirects are not followed."
    if response.status_code in {401, 403} and keys:
        return f"Check what {keys} holds."
    return "Correct what it names." + (f" Check what {keys} holds, too." if keys else "")


def _distrust(error: BaseException) -> str | None:
    """Find out whether a certificate was refused, below the wrappings."""
    for below in _causes(error):
        if isinstance(below, ssl.SSLCertVerificationError):
            return below.verify_message.rstrip(".")
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


class _OriginsOnly(logging.Filter):
    """httpx logs the url of every request, and some services want their token in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_origin(arg) if isinstance(arg, httpx.URL) else arg for arg in record.args)
        return True


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode(errors='replace')}/…"


logging.getLogger("httpx").addFilter(_OriginsOnly())
