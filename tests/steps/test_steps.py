"""Steps and signals against a real HTTP service: what is sent, what counts as done, as failed, as worth another try."""

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest

from bot.domain.runbook import HttpStep, Signal, TrialStep, WaitStep
from bot.steps import Context, NotYet, Passing, Result, run
from bot.steps.http import MOST_READ, read_signal, try_out
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


TRY = TrialStep(
    id="try", says="What would restart", path="/admin/restart", body={"force": True}, timeout=2, shows="a.b"
)
WHOLE = TRY.model_copy(update={"shows": None})


def test_a_dry_run_says_that_it_is_one_and_has_a_key_of_its_own(target: Target) -> None:
    target.answer = '{"a": {"b": "3 würden neu starten"}}'.encode()
    said = try_out(TRY, target.url, "INC-1-m1-dry-run1-try-abc", 20)
    assert (said.ok, said.text) == (True, "3 würden neu starten")
    ((method, path, headers, body),) = target.asked
    assert (method, path, body) == ("POST", "/admin/restart", {"force": True})
    assert (headers["dry-run"], headers["idempotency-key"]) == ("true", "INC-1-m1-dry-run1-try-abc")


@pytest.mark.parametrize(
    ("answer", "ok", "words"),
    [
        (b'{"a": {"b": {"up": [1, 2]}}}', True, '{"up": [1, 2]}'),
        (b'{"a": {"b": null}}', False, "its answer has no a.b"),
        (b'{"a": 1}', False, "its answer has no a.b"),
        (b"<html>", False, "its answer is no JSON"),
        (b"[" * 50_000, False, "its answer is no JSON"),
        (b'{"a": {"b": ' + b"9" * 5000 + b"}}", False, "its answer is no JSON"),
        (b"\xff\xfe", False, "its answer is no JSON"),
        (b'{"a": {"b": "' + b"x" * MOST_READ + b'"}}', False, "its answer is no JSON of 64 kB at most"),
    ],
)
def test_a_dry_run_shows_a_field_of_whatever_is_answered(target: Target, answer: bytes, ok: bool, words: str) -> None:
    target.answer = answer
    said = try_out(TRY, target.url, "key", 20)
    assert said.ok is ok
    assert words in said.text


def test_a_dry_run_without_a_field_shows_the_whole_and_no_more_than_its_bound(target: Target) -> None:
    target.answer = b"y" * (MOST_READ * 3)
    said = try_out(WHOLE, target.url, "key", 20)
    assert (said.ok, len(said.text), said.is_cut) == (True, MOST_READ, True)


@pytest.mark.parametrize("status", [302, 400, 429, 500, 503])
def test_a_dry_run_that_is_refused_says_so_and_is_not_repeated(target: Target, status: int) -> None:
    target.status, target.answer = status, b"not today"
    said = try_out(WHOLE, target.url, "key", 20)
    assert not said.ok
    assert said.text == f"POST /admin/restart answered {status}: not today"
    assert len(target.asked) == 1


def test_a_dry_run_of_a_service_out_of_reach_says_so() -> None:
    said = try_out(WHOLE, "http://127.0.0.1:9", "key", 20)
    assert not said.ok
    assert "POST /admin/restart: " in said.text


@pytest.mark.parametrize("drip", [b"", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["silent", "drop by drop"])
def test_a_dry_run_waits_no_longer_than_it_may(drip: bytes) -> None:
    over = Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(drip)
                while not over.wait(0.05):
                    if drip:
                        connection.sendall(b".")

        serving = Thread(target=answer)
        serving.start()
        began = time.monotonic()
        said = try_out(WHOLE, f"http://127.0.0.1:{listening.getsockname()[1]}", "key", 0.3)
        took = time.monotonic() - began
        over.set()
        serving.join()
    assert not said.ok
    assert took < 2
