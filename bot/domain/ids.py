"""Names of things: incidents, mitigations, people, and the one way to hash them."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

SYSTEM = "muster"
"""The actor of what no person did: the clock, a worker, the policy."""


def incident_id(number: int) -> str:
    return f"INC-{number}"


def mitigation_id(count: int) -> str:
    return f"m{count}"


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: Mapping[str, Any]) -> bytes:
    """Serialise to the one JSON form that hashes are taken over: sorted keys, no spaces, UTF-8."""
    return _CANONICAL.encode(value).encode()


def digest(value: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the canonical form, in hex."""
    return hashlib.sha256(canonical(value)).hexdigest()
