"""The `http` step: one call to the target, idempotent by its key; and the reading of a signal, which is a call too."""

import json

import httpx

from bot.domain.runbook import HttpStep, Signal
from bot.steps.step import Context, Passing, Result
from bot.tls import tls

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


def read_signal(signal: Signal, url: str) -> tuple[bool, str]:
    """Read a service's health; out of reach is not healthy."""
    try:
        response = httpx.get(url + signal.path, timeout=SIGNAL_TIMEOUT, verify=tls())
        value = response.json()
    except (httpx.HTTPError, ValueError) as error:
        return False, f"{signal.path} could not be read: {str(error) or type(error).__name__}"[:300]
    for name in signal.field.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    said = value if isinstance(value, str) else json.dumps(value)
    reading = f"{signal.field} is {said}"[:300]
    if not response.is_success:
        return False, f"{reading}, answered with {response.status_code}"
    return said == signal.healthy, reading
