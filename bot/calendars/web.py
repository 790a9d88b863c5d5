"""One GET to where a schedule is kept: bounded in time and size, conditional where the other side knows ETags."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.calendars.calendar import Passing, Unreadable
from bot.tls import tls

LARGEST = 5_000_000
"""Bytes of an answer, unpacked. Ten years of daily shifts, one event each, take about one."""

TIMEOUT = 10
"""Seconds for each step: connecting, and each piece of the answer …"""

PATIENCE = 30
"""… and seconds for the whole, so that one byte now and then does not hold a worker."""

REDIRECTS = 5

KEPT = 16
"""Answers that a process remembers with their ETag. A worker that forks for each job begins with none."""

LATER = {408, 425, 429}
"""Statuses besides 5xx after which trying again may help."""


@dataclass(frozen=True, slots=True)
class Kept:
    tag: dict[str, str]
    """The headers that ask whether it has changed."""
    body: bytes


class Shelf:
    """The last answers, so that an unchanged one need not be sent again."""

    def __init__(self) -> None:
        self._kept: dict[str, Kept] = {}

    def find(self, url: str) -> Kept | None:
        return self._kept.get(url)

    def keep(self, url: str, answer: httpx.Response, body: bytes) -> None:
        asks = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
        tag = {asked: answer.headers[said] for said, asked in asks.items() if said in answer.headers}
        self._kept.pop(url, None)
        if tag:
            self._kept[url] = Kept(tag, body)
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]


SHELF = Shelf()


@dataclass(frozen=True, slots=True)
class Source:
    """Where to ask, and in which words to tell of it. Neither address nor key ever stands in the words."""

    place: str
    """How a sentence calls it: `PagerDuty`, `The calendar at calendar.example.com`."""
    url: str
    headers: Mapping[str, str]
    cures: Mapping[int, str]
    """What to do about a status."""


def get(source: Source, params: Mapping[str, str] | None = None, shelf: Shelf | None = None) -> bytes:
    """Fetch it. Raises Passing, Unreadable."""
    kept = shelf.find(source.url) if shelf else None
    headers = {"Accept-Encoding": "identity", "User-Agent": "Muster", **source.headers, **(kept.tag if kept else {})}
    try:
        with (
            httpx.Client(timeout=TIMEOUT, verify=tls(), follow_redirects=True, max_redirects=REDIRECTS) as client,
            client.stream("GET", source.url, params=params, headers=headers) as answer,
        ):
            if answer.status_code == httpx.codes.NOT_MODIFIED and kept is not None:
                return kept.body
            _check(source, answer)
            body = _whole(source, answer)
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.TooManyRedirects, httpx.InvalidURL, ValueError):
        # Their own words may hold the address or the key.
        raise Unreadable(f"{source.place} can't be asked like this.", "Correct its address and its key.") from None
    except httpx.TimeoutException:
        raise Passing(f"{source.place} did not answer within {TIMEOUT} s.") from None
    except httpx.HTTPError as error:
        raise Passing(f"{source.place} can't be reached ({type(error).__name__}).") from None
    if shelf is not None:
        shelf.keep(source.url, answer, body)
    return body


def get_json(source: Source, params: Mapping[str, str]) -> Any:
    """Fetch JSON. Raises Passing, Unreadable."""
    try:
        return json.loads(get(source, params))
    except (ValueError, RecursionError):
        raise unlike(source.place, "it is no JSON") from None


def unlike(place: str, why: str) -> Unreadable:
    """Build the error of an answer that is not what the vendor documents."""
    return Unreadable(f"{place} answered something else than a schedule: {why}.", "Check url, or leave it out.")


def host(url: str) -> str:
    """Name the host of an address, which is no secret where its path may be."""
    return urlsplit(url).hostname or "its address"


def _check(source: Source, answer: httpx.Response) -> None:
    status = answer.status_code
    if answer.is_success:
        return
    if status in LATER or answer.is_server_error:
        wait = answer.headers.get("Retry-After", "")
        raise Passing(f"{source.place} answered {status}.", float(wait) if wait.isascii() and wait.isdigit() else None)
    cure = source.cures.get(status, "Check how the schedule is declared: url, schedule and key.")
    raise Unreadable(f"{source.place} answered {status}.", cure)


def _whole(source: Source, answer: httpx.Response) -> bytes:
    body, until = bytearray(), time.monotonic() + PATIENCE
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > LARGEST:
            what = f"{source.place} sends more than {LARGEST / 1e6:g} MB."
            raise Unreadable(what, "Export a shorter time, or a calendar of the schedule alone.")
        if time.monotonic() > until:
            raise Passing(f"{source.place} was not done within {PATIENCE} s.")
    return bytes(body)
