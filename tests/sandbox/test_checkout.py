"""The checkout demo service, as a real process: it breaks, and its repair API acts once per key."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from socket import create_server
from typing import Any

import httpx
import pytest

from bot.sandbox.checkout import Checkout

PACE = 0.05


@contextmanager
def running(*options: str) -> Iterator[httpx.Client]:
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "bot.sandbox.checkout", "--port", str(port), "--pace", str(PACE), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            assert process.stdout.readline() == f"checkout at http://127.0.0.1:{port}\n"
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
                yield client
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def service() -> Iterator[httpx.Client]:
    with running() as client:
        yield client


@pytest.fixture
def checkout(service: httpx.Client) -> httpx.Client:
    service.post("/reset")
    return service


def health(checkout: httpx.Client) -> dict[str, Any]:
    return dict(checkout.get("/health").json())


def until(checkout: httpx.Client, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    deadline = time.monotonic() + 2
    while not wanted(seen := health(checkout)):
        assert time.monotonic() < deadline, seen
        time.sleep(0.01)
    return seen


def failing(seen: dict[str, Any]) -> bool:
    return bool(seen["status"] == "failing")


def at_its_worst(seen: dict[str, Any]) -> bool:
    return bool(seen["error_rate"] == 0.4)


def well(seen: dict[str, Any]) -> bool:
    return bool(seen["error_rate"] == 0)


def call(checkout: httpx.Client, what: str, key: str, token: int | None = None, **asked: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key} | ({"Fencing-Token": str(token)} if token is not None else {})
    return checkout.post(f"/admin/{what}", json=asked, headers=headers)


def test_it_begins_well(checkout: httpx.Client) -> None:
    seen = health(checkout)
    assert (seen["status"], seen["error_rate"], seen["version"], seen["instances"]) == ("ok", 0.0, "4.11.0", 3)


def test_errors_rise_when_it_breaks_and_settle_when_it_is_repaired_by_hand(checkout: httpx.Client) -> None:
    assert checkout.post("/break").json() == {"broken": "leak"}
    until(checkout, at_its_worst)
    checkout.post("/repair")
    until(checkout, well)


def test_a_restart_heals_a_leak(checkout: httpx.Client) -> None:
    checkout.post("/break", json={"how": "leak"})
    until(checkout, at_its_worst)
    assert call(checkout, "restart", "k1").json() == {"done": "restart", "restarted": 3}
    until(checkout, well)


def test_nobody_can_pay_while_it_restarts_and_then_the_errors_settle() -> None:
    shop = Checkout()
    shop.break_down("leak", at=0)
    shop.restart({}, at=100)
    assert [shop.error_rate(at) for at in (100, 101.4, 101.5, 103.5, 105.5)] == [1.0, 1.0, 0.4, 0.2, 0.0]


def test_a_stubborn_fault_survives_a_restart_and_yields_to_a_rollback(checkout: httpx.Client) -> None:
    checkout.post("/break", json={"how": "stubborn"})
    until(checkout, at_its_worst)
    call(checkout, "restart", "k1")
    assert at_its_worst(health(checkout))
    call(checkout, "rollback", "k2", version="4.10.2")
    assert until(checkout, well)["version"] == "4.10.2"


def test_more_instances_ease_it_and_drained_traffic_spares_the_customers(checkout: httpx.Client) -> None:
    checkout.post("/break")
    until(checkout, at_its_worst)
    call(checkout, "scale", "k1", instances=6)
    assert health(checkout)["error_rate"] == 0.2
    call(checkout, "traffic", "k2", percent=0)
    assert health(checkout)["error_rate"] == 0
    call(checkout, "traffic", "k3", percent=100)
    assert failing(health(checkout))


def test_calls_with_one_key_act_once_and_get_one_answer(checkout: httpx.Client) -> None:
    with ThreadPoolExecutor() as together:
        answers = [future.result() for future in [together.submit(call, checkout, "restart", "k1") for _ in range(4)]]
    assert {answer.text for answer in answers} == {answers[0].text}
    assert sorted(answer.headers.get("Idempotent-Replay", "") for answer in answers) == ["", "true", "true", "true"]
    seen = checkout.get("/admin/calls").json()
    assert seen["actions"] == {"restart": 1}
    assert [one["repeat"] for one in seen["calls"]] == [False, True, True, True]


def test_a_caller_who_hung_up_finds_the_answer_under_the_key(checkout: httpx.Client) -> None:
    with pytest.raises(httpx.ReadTimeout):
        checkout.post("/admin/restart", headers={"Idempotency-Key": "k1"}, timeout=0.02)
    again = call(checkout, "restart", "k1")
    assert (again.status_code, again.headers["Idempotent-Replay"]) == (200, "true")
    assert checkout.get("/admin/calls").json()["actions"] == {"restart": 1}


def test_a_key_stands_for_one_call_only(checkout: httpx.Client) -> None:
    call(checkout, "scale", "k1", instances=3)
    other = call(checkout, "scale", "k1", instances=4)
    assert other.status_code == 400
    assert health(checkout)["instances"] == 3


def test_a_holder_who_was_overtaken_may_not_act(checkout: httpx.Client) -> None:
    assert call(checkout, "scale", "k1", token=7, instances=3).status_code == 200
    late = call(checkout, "scale", "k2", token=6, instances=9)
    assert (late.status_code, late.json()) == (
        409,
        {"error": "The token 6 is older than 7: somebody else has taken over."},
    )
    assert health(checkout)["instances"] == 3
    assert call(checkout, "scale", "k2", token=7, instances=4).status_code == 200


@pytest.mark.parametrize(
    ("what", "headers", "body", "sentence"),
    [
        ("restart", {}, "{}", "Send an Idempotency-Key header, so that a repeated call can't act twice."),
        ("scale", {"Idempotency-Key": "k"}, "{}", "'instances' must be a whole number from 1 to 20."),
        ("traffic", {"Idempotency-Key": "k"}, '{"percent": 101}', "'percent' must be a whole number from 0 to 100."),
        (
            "rollback",
            {"Idempotency-Key": "k"},
            '{"version": "9"}',
            "There is no version '9'; there are 4.10.2 and 4.11.0.",
        ),
        ("restart", {"Idempotency-Key": "k", "Fencing-Token": "x"}, "{}", "A Fencing-Token is a whole number."),
        ("restart", {"Idempotency-Key": "k"}, "[", "The body must be a JSON object."),
    ],
)
def test_bad_input_is_answered_with_a_sentence_and_does_nothing(
    checkout: httpx.Client, what: str, headers: dict[str, str], body: str, sentence: str
) -> None:
    answer = checkout.post(f"/admin/{what}", content=body, headers=headers)
    assert (answer.status_code, answer.json()) == (400, {"error": sentence})
    seen = checkout.get("/admin/calls").json()
    assert (seen["actions"], seen["calls"][0]["status"]) == ({}, 400)


def test_it_breaks_only_in_the_ways_it_knows(checkout: httpx.Client) -> None:
    answer = checkout.post("/break", json={"how": "badly"})
    assert (answer.status_code, answer.json()) == (400, {"error": "It can't break by 'badly': try leak or stubborn."})


def test_its_health_is_kept_as_it_goes(checkout: httpx.Client) -> None:
    checkout.post("/break")
    until(checkout, at_its_worst)
    time.sleep(2 * PACE)
    samples = checkout.get("/metrics.json").json()["samples"]
    assert samples[-1]["error_rate"] == 0.4
    assert samples == sorted(samples, key=lambda sample: sample["at"])


def test_it_has_a_page(checkout: httpx.Client) -> None:
    assert "Break checkout" in checkout.get("/").text
    assert checkout.get("/page/checkout.js").status_code == 200


def test_what_is_kept_in_a_file_outlives_the_process(tmp_path: Path) -> None:
    file = str(tmp_path / "checkout.json")
    with running("--data", file) as before:
        before.post("/break", json={"how": "stubborn"})
        call(before, "scale", "k1", instances=3)
    with running("--data", file) as after:
        assert until(after, failing)["instances"] == 3
        assert call(after, "scale", "k1", instances=3).headers["Idempotent-Replay"] == "true"
        assert after.get("/admin/calls").json()["actions"] == {"scale": 1}


def test_a_port_in_use_is_refused_rather_than_shared(service: httpx.Client) -> None:
    command = [sys.executable, "-m", "bot.sandbox.checkout", "--port", str(service.base_url.port)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    assert second.returncode == 1
    assert "Address already in use" in second.stderr


@pytest.mark.parametrize(
    ("call", "asked", "would"),
    [
        ("restart", {}, "3 instances of 4.11.0 would restart, all at once"),
        ("scale", {"instances": 8}, "8 instances instead of 3"),
        ("traffic", {"percent": 0}, "0 % of customers instead of 100 %"),
        ("rollback", {"version": "4.10.2"}, "4.10.2 would run instead of 4.11.0, on 3 instances"),
    ],
)
def test_a_dry_run_says_what_would_happen_and_nothing_does(
    checkout: httpx.Client, call: str, asked: dict[str, Any], would: str
) -> None:
    before = checkout.get("/health").json()
    said = checkout.post(f"/admin/{call}", json=asked, headers={"Dry-Run": "true", "Idempotency-Key": "t1"})
    assert said.json() == {"dry_run": call, "would": would}
    assert checkout.get("/health").json() == before
    seen = checkout.get("/admin/calls").json()
    assert (seen["calls"], seen["actions"]) == ([], {})
    assert [(one["call"], one["key"], one["would"]) for one in seen["trials"]] == [(call, "t1", would)]
    assert checkout.post(f"/admin/{call}", json=asked, headers={"Idempotency-Key": "t1"}).json()["done"] == call


def test_a_dry_run_of_what_would_be_refused_is_refused(checkout: httpx.Client) -> None:
    said = checkout.post("/admin/rollback", json={"version": "9"}, headers={"Dry-Run": "true"})
    assert said.status_code == 400
    assert "There is no version" in said.text
    assert checkout.get("/admin/calls").json()["trials"][0]["status"] == 400
