"""Steps and signals against a real HTTP service: what is sent, what counts as done, as failed, as worth another try."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from bot.domain.runbook import HttpStep, Signal, WaitStep
from bot.steps import Context, NotYet, Passing, Result, run
from bot.steps.http import read_signal
from tests.harness.clock import at


@dataclass
class Target:
    """A service that answers as it is told and remembers what it was asked."""

    url: str = ""
    status: int = 200
    answer: bytes = b"{}"
    asked: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)


@pytest.fixture
def target() -> Iterator[Target]:
    told = Target()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            told.asked.append((self.command, self.path, headers, json.loads(body) if body else None))
            self.send_response(told.status)
            self.send_header("Content-Length", str(len(told.answer)))
            self.end_headers()
            self.wfile.write(told.answer)

        do_GET = do_POST = answer  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield told
    server.shutdown()
    server.server_close()


def context(url: str, seconds: float = 0) -> Context:
    return Context(url=url, key="INC-1-m1-plan-0-abc", fence=7, started_at=at(0), now=at(seconds))


RESTART = HttpStep(id="restart", says="Restart", path="/admin/restart", body={"force": True}, timeout=2)


def test_a_call_carries_its_key_and_its_fence(target: Target) -> None:
    assert run(RESTART, context(target.url)) == Result(ok=True, detail="POST /admin/restart answered 200")
    ((method, path, headers, body),) = target.asked
    assert (method, path, body) == ("POST", "/admin/restart", {"force": True})
    assert (headers["idempotency-key"], headers["fencing-token"]) == ("INC-1-m1-plan-0-abc", "7")


def test_a_no_is_a_failure_with_what_the_target_said(target: Target) -> None:
    target.status, target.answer = 409, b"two versions at once"
    assert run(RESTART, context(target.url)) == Result(
        ok=False, detail="POST /admin/restart answered 409: two versions at once"
    )


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_may_pass_is_tried_again(target: Target, status: int) -> None:
    target.status = status
    with pytest.raises(Passing, match=f"answered {status}"):
        run(RESTART, context(target.url))


def test_a_target_out_of_reach_may_pass() -> None:
    with pytest.raises(Passing, match="/admin/restart"):
        run(RESTART, context("http://127.0.0.1:9"))


def test_a_wait_is_over_when_its_time_is() -> None:
    wait = WaitStep(id="cool", says="Let it cool", seconds=30)
    with pytest.raises(NotYet) as not_yet:
        run(wait, context("", seconds=10))
    assert not_yet.value.seconds == 20
    assert run(wait, context("", seconds=30)).ok


@pytest.mark.parametrize(
    ("answer", "healthy", "reading"),
    [
        (b'{"checks": {"db": "ok"}}', True, "checks.db is ok"),
        (b'{"checks": {"db": "slow"}}', False, "checks.db is slow"),
        (b'{"checks": {}}', False, "checks.db is null"),
        (b'{"checks": "ok"}', False, "checks.db is null"),
        (b"[]", False, "checks.db is null"),
        (b"<html>", False, "/health could not be read"),
    ],
)
def test_a_signal_is_a_field_of_the_answer(target: Target, answer: bytes, healthy: bool, reading: str) -> None:
    target.answer = answer
    read = read_signal(Signal(path="/health", field="checks.db", healthy="ok"), target.url)
    assert read[0] is healthy
    assert reading in read[1]


def test_a_signal_may_be_true_or_a_number(target: Target) -> None:
    target.answer = b'{"up": true, "ready": 3}'
    assert read_signal(Signal(path="/", field="up", healthy="true"), target.url)[0]
    assert read_signal(Signal(path="/", field="ready", healthy="3"), target.url)[0]


def test_a_failing_status_does_not_count_as_healthy_by_its_body(target: Target) -> None:
    target.status, target.answer = 503, b'{"status": "ok"}'
    healthy, reading = read_signal(Signal(path="/health", field="status", healthy="ok"), target.url)
    assert not healthy
    assert "503" in reading


def test_a_service_out_of_reach_is_not_healthy() -> None:
    healthy, reading = read_signal(Signal(path="/health"), "http://127.0.0.1:9")
    assert not healthy
    assert "could not be read" in reading
