"""Calendars of shifts to subscribe to, each at a secret address: `/oncall/<token>/<name>.ics`."""

import hashlib
import logging
import re
import secrets
from collections.abc import Callable
from typing import Any

from redis.exceptions import RedisError

from bot.domain.oncall.links import Kind, calendar_of

log = logging.getLogger("muster.http")

ADDRESS = re.compile(r"/oncall/([0-9a-f]{32})/([a-z0-9][a-z0-9-]{0,40})\.ics")
STAMP = re.compile(rb"DTSTAMP:[^\r]*\r\n")

UNSET = "Calendars are not served here yet: set CALENDAR_SECRET, and restart.\n"
NOTHING = "There is no calendar here. The address may have changed: ask Muster for the new one.\n"

Answer = tuple[int, list[tuple[str, str]], bytes]


class Calendars:
    """Serves what `calendar` makes of a person's or a team's name; None is for nobody we know."""

    def __init__(
        self, secret: str = "", calendar: Callable[[Kind, str], bytes | None] = lambda _kind, _name: None
    ) -> None:
        self._secret = secret
        self._calendar = calendar

    def answer(self, environ: dict[str, Any]) -> Answer:
        """Answer GET and HEAD. Whoever has no right address learns only that there is nothing."""
        if not self._secret:
            return _text(404, UNSET)
        found = ADDRESS.fullmatch(environ["PATH_INFO"])
        kind = calendar_of(self._secret, found[1], found[2]) if found else None
        if found is None or kind is None:
            return _text(404, NOTHING)
        try:
            body = self._calendar(kind, found[2])
        except RedisError as error:
            return _text(503, f"The store is out of reach: {error}\n")
        except Exception as error:
            reference = secrets.token_hex(4)
            log.exception("calendar failed reference=%s kind=%s name=%s", reference, kind, found[2], exc_info=error)
            return _text(503, f"The calendar can't be made right now. Reference {reference}.\n")
        return _text(404, NOTHING) if body is None else _calendar(environ, body)


def _calendar(environ: dict[str, Any], body: bytes) -> Answer:
    tag = _tag(body)
    headers = [("etag", tag), ("cache-control", "private, no-cache")]
    if tag in re.split(r",\s*", environ.get("HTTP_IF_NONE_MATCH", "")):
        return 304, headers, b""
    headers += [("content-type", "text/calendar; charset=utf-8"), ("content-length", str(len(body)))]
    return 200, headers, b"" if environ["REQUEST_METHOD"] == "HEAD" else body


def _tag(body: bytes) -> str:
    """Mark a calendar by what it says, without when it was written: a weak ETag (RFC 9110, 8.8.1)."""
    return f'W/"{hashlib.sha256(STAMP.sub(b"", body)).hexdigest()[:32]}"'


def _text(status: int, words: str) -> Answer:
    return status, [("content-type", "text/plain; charset=utf-8")], words.encode()
