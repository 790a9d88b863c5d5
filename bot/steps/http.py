"""The `http` step: one call to the target, idempotent by its key; and two that change nothing: signals, dry runs."""

import json
import time
from typing import Any

import httpx

from bot.domain.dry_run import Answer
from bot.domain.runbook import HttpStep, Signal, TrialStep
from bot.steps.step import Context, Passing, Result
from bot.tls import tls

MOST_READ = 64 * 1024
"""Bytes of an answer to a dry run; far more than anybody reads before they vote."""
SIGNAL_TIMEOUT = 5
"""Seconds; a health check that takes longer says something by itself."""


def run(step: HttpStep, context: Context) -> Result:
    """Call the target. Raises Passing where trying again may help."""
    headers = {"Idempotency-Key": context.key, "Fencing-Token": str(context.fence)}
    try:
        response = httpx.request(
            step.method, context.url + step.path, json=step.body, headers=headers, timeout=step.timeout, verify=tls()
        )
    except httpx.HTTPError as error:
        raise Passing(f"{step.method} {step.path}: {error}") from error
    said = f"{step.method} {step.path} answered {response.status_code}"
    if response.status_code >= 500 or response.status_code == 429:
        raise Passing(said)
    return Result(ok=response.is_success, detail=said if response.is_success else f"{said}: {response.text[:200]}")


def try_out(step: TrialStep, url: str, key: str, seconds: float) -> Answer:
    """Ask what would happen, within so many seconds; whatever goes wrong is the answer."""
    headers = {"Idempotency-Key": key, "Dry-Run": "true", "Accept-Encoding": "identity"}  # so none unfolds to gigabytes
    ends = time.monotonic() + min(step.timeout, seconds)
    said = f"{step.method} {step.path}"
    try:
        with httpx.stream(
            step.method,
            url + step.path,
            json=step.body,
            headers=headers,
            timeout=max(0.01, ends - time.monotonic()),
            verify=tls(),
        ) as response:
            body = _read(response, ends)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Answer(step=step.id, ok=False, text=f"{said}: {str(error) or type(error).__name__}")
    words = body[:MOST_READ].decode(errors="replace")
    if not response.is_success:
        return Answer(step=step.id, ok=False, text=f"{said} answered {response.status_code}: {words[:200]}")
    if step.shows is None:
        return Answer(step=step.id, ok=True, text=words, is_cut=len(body) > MOST_READ)
    return _field_of(words, step.shows, step.id)


def _read(response: httpx.Response, ends: float) -> bytes:
    """Read no more than is shown, and no longer than there is time: a service may answer drop by drop, without end."""
    body = b""
    for piece in response.iter_raw():
        body += piece
        if len(body) > MOST_READ:
            break
        if time.monotonic() > ends:
            raise httpx.ReadTimeout("its answer did not end in time")
    return body


def _field_of(words: str, field: str, step: str) -> Answer:
    try:
        value = _at(json.loads(words), field)
    except (ValueError, RecursionError):
        return Answer(step=step, ok=False, text=f"its answer is no JSON of {MOST_READ // 1024} kB at most")
    if value is None:
        return Answer(step=step, ok=False, text=f"its answer has no {field}")
    return Answer(step=step, ok=True, text=value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _at(value: Any, field: str) -> Any:
    """Return a field of a JSON answer, dots going deeper; None: there is none."""
    for name in field.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def read_signal(signal: Signal, url: str) -> tuple[bool, str]:
    """Read a service's health; out of reach is not healthy."""
    try:
        response = httpx.get(url + signal.path, timeout=SIGNAL_TIMEOUT, verify=tls())
        value = _at(response.json(), signal.field)
    except (httpx.HTTPError, ValueError) as error:
        return False, f"{signal.path} could not be read: {str(error) or type(error).__name__}"[:300]
    said = value if isinstance(value, str) else json.dumps(value)
    reading = f"{signal.field} is {said}"[:300]
    if not response.is_success:
        return False, f"{reading}, answered with {response.status_code}"
    return said == signal.healthy, reading
