"""Short forms: the three models of an approval, written out as steps and tiers."""

from collections.abc import Mapping, Sequence
from typing import Any

_OF_A_TIER = {"quorum": "quorum", "noes": "noes", "next_after": "limit"} | {
    name: name for name in ("deputy_after", "renotify", "notices", "hours", "zone")
}

SHORT_KEYS = ("chain", "seats", "route", "fallback", "second", "second_quorum", *_OF_A_TIER)
"""What a short form has beside the keys of an approval."""


def written_out(given: Mapping[str, Any]) -> dict[str, Any]:
    """Write a short form out. What doesn't belong to one stays, and is refused as an unknown field.

    sequential: `chain`, seats in their order; parallel: `seats` and `quorum`; dynamic: `route` and `fallback`, seats
    that are asked one after the other when history is thin or nobody has decided in time. `second` is the tier that is
    asked next in the first two. `next_after` is a tier's limit; its other fields may stand beside.
    """
    policy = dict(given)
    if "steps" in policy:
        return policy
    tier = {name: policy.pop(short) for short, name in _OF_A_TIER.items() if short in policy}
    if "zone" in given:
        policy["zone"] = given["zone"]  # one clock for the tiers' hours and for the policy's quiet times
    match policy.get("kind"):
        case "sequential" if "chain" in policy:
            second = _tiers(policy, "second", tier)
            policy["steps"] = [{"tiers": [{**tier, "seats": seats}, *second]} for seats in _each(policy.pop("chain"))]
        case "parallel" if "seats" in policy:
            first = {**tier, "seats": policy.pop("seats")}
            policy["steps"] = [{"tiers": [first, *_tiers(policy, "second", tier)]}]
        case "dynamic" if "route" in policy:
            first = {"quorum": 1, **tier, "seats": [_routed(policy.pop("route"))]}
            after = {name: value for name, value in tier.items() if name not in {"quorum", "noes"}}
            fallback = policy.pop("fallback", None)
            last = [{**after, "seats": seats} for seats in (_each(fallback) if fallback is not None else ())]
            policy["steps"] = [{"tiers": [first, *last]}]
        case _:
            return dict(given)
    return policy


def _tiers(policy: dict[str, Any], name: str, tier: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Write the second tier out: the same limits, and any one of it is enough unless it says otherwise."""
    quorum = policy.pop(f"{name}_quorum", 1)
    seats = policy.pop(name, ())
    kept = {key: value for key, value in tier.items() if key not in {"quorum", "noes"}}
    return [{**kept, "quorum": quorum, "seats": seats}] if seats else []


def _each(seats: Any) -> list[Any]:
    """Make a tier's seats of each; what is no list is refused as the seats of a tier."""
    return [[seat] for seat in seats] if isinstance(seats, Sequence) and not isinstance(seats, str) else [seats]


def _routed(route: Any) -> dict[str, Any]:
    picks = route.get("picks", 3) if isinstance(route, Mapping) else getattr(route, "picks", 3)
    return {"route": {} if route in (None, True) else route, "voices": picks}
