"""A calendar server, PagerDuty and Opsgenie on this machine: they answer and refuse as the real ones do."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SECRET = "very-secret-8f2"
"""In the calendar's address, and as everybody's key."""

Answer = tuple[int, dict[str, str], bytes]
JSON = {"Content-Type": "application/json"}


@dataclass
class Asked:
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    status: int = 0


@dataclass
class Vendors:
    """What they know, and what they were asked."""

    url: str = ""
    calendar: bytes = b""
    tag: str | None = None
    """The calendar's ETag; None: the server knows none."""
    pagerduty: list[dict[str, Any]] = field(default_factory=list)
    """Entries of PagerDuty's schedule PSCHED1."""
    addresses: dict[str, str] = field(default_factory=dict)
    """E-mail addresses of PagerDuty's users, by id."""
    opsgenie: list[dict[str, Any]] = field(default_factory=list)
    """Rotations of Opsgenie's schedule."""
    trouble: Answer | None = None
    """What everything is answered with instead."""
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        if self.trouble is not None:
            return self.trouble
        if asked.path.startswith("/v2/schedules/"):
            return self._opsgenie(asked)
        if asked.path.startswith("/schedules/"):
            return self._pagerduty(asked)
        return self._calendar(asked)

    def _calendar(self, asked: Asked) -> Answer:
        if asked.path == "/moved":
            return 302, {"Location": f"{self.url}/{SECRET}/basic.ics"}, b""
        if asked.path == "/astray":
            return 302, {"Location": f"ftp://127.0.0.1/{SECRET}"}, b""
        if asked.path != f"/{SECRET}/basic.ics":
            return 404, {}, b"no such calendar"
        if self.tag is None:
            return 200, {"Content-Type": "text/calendar"}, self.calendar
        if asked.headers.get("if-none-match") == self.tag:
            return 304, {"ETag": self.tag}, b""
        return 200, {"Content-Type": "text/calendar", "ETag": self.tag}, self.calendar

    def _pagerduty(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Token token={SECRET}":
            return 401, JSON, b'{"error":{"message":"Unauthorized","code":2006}}'
        if asked.headers.get("accept") != "application/vnd.pagerduty+json;version=2":
            return 406, JSON, b'{"error":{"message":"Not acceptable"}}'
        _, _, schedule, *below = asked.path.split("/")
        if schedule != "PSCHED1":
            return 404, JSON, b'{"error":{"message":"Not Found","code":2100}}'
        since, until = (_time(asked.query.get(name)) for name in ("since", "until"))
        if since is None or until is None:
            return 400, JSON, b'{"error":{"message":"Invalid Input Provided","code":2001}}'
        if below == ["users"]:
            users = [{"id": user, "type": "user", "email": email} for user, email in self.addresses.items()]
            return 200, JSON, json.dumps({"users": users}).encode()
        whole = asked.query.get("overflow") == "true"
        entries = [_cut(entry, since, until, whole=whole) for entry in self.pagerduty]
        final = {"name": "Final Schedule", "rendered_schedule_entries": [entry for entry in entries if entry]}
        return 200, JSON, json.dumps({"schedule": {"id": schedule, "final_schedule": final}}).encode()

    def _opsgenie(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"GenieKey {SECRET}":
            return 401, JSON, b'{"message":"Could not authenticate","took":0.0,"requestId":"r"}'
        if not re.fullmatch(r"/v2/schedules/d875alp4-9b4e/timeline", asked.path):
            return 404, JSON, b'{"message":"No schedule exists with given id","requestId":"r"}'
        unit, interval, date = (asked.query.get(name, "") for name in ("intervalUnit", "interval", "date"))
        begins = _time(date)
        if unit not in {"days", "weeks", "months"} or not interval.isdecimal() or begins is None:
            return 422, JSON, b'{"message":"Request body is not processable","requestId":"r"}'
        until = begins + timedelta(days=int(interval) * {"days": 1, "weeks": 7, "months": 30}[unit])
        rotations = [rotation | {"periods": _inside(rotation, begins, until)} for rotation in self.opsgenie]
        data = {"_parent": {"id": "d875alp4-9b4e"}, "finalTimeline": {"rotations": rotations}}
        return 200, JSON, json.dumps({"data": data, "took": 0.01, "requestId": "r"}).encode()


def entry(user: str, start: str, end: str, name: str = "") -> dict[str, Any]:
    """One rendered entry of PagerDuty's."""
    return {"start": start, "end": end, "user": {"id": user, "type": "user_reference", "summary": name or user}}


def period(name: str | None, start: str, end: str, kind: str = "user", type_: str = "default") -> dict[str, Any]:
    """One period of Opsgenie's; without a name, a turn that is left empty."""
    recipient = {"id": f"id-of-{name}", "type": kind, "name": name} if name else {"type": "none"}
    return {"startDate": start, "endDate": end, "type": type_, "recipient": recipient}


def _time(said: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(said or "")
    except ValueError:
        return None
    return at if at.tzinfo else None


def _cut(entry: dict[str, Any], since: datetime, until: datetime, *, whole: bool) -> dict[str, Any] | None:
    start, end = (datetime.fromisoformat(entry[name]) for name in ("start", "end"))
    if start >= until or end <= since:
        return None
    return entry if whole else entry | {"start": max(start, since).isoformat(), "end": min(end, until).isoformat()}


def _inside(rotation: dict[str, Any], begins: datetime, until: datetime) -> list[dict[str, Any]]:
    def touches(period: dict[str, Any]) -> bool:
        start, end = (datetime.fromisoformat(period[name]) for name in ("startDate", "endDate"))
        return start < until and end > begins

    return [period for period in rotation["periods"] if touches(period)]


@contextmanager
def serving() -> Iterator[Vendors]:
    vendors = Vendors()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            asked = Asked(
                url.path, dict(parse_qsl(url.query)), {name.lower(): value for name, value in self.headers.items()}
            )
            vendors.asked.append(asked)
            asked.status, headers, body = vendors.answer(asked)
            self.send_response(asked.status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    vendors.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield vendors
    server.shutdown()
    server.server_close()
