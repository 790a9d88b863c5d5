"""What is told to go wrong: in the Web API, in deliveries, on the sockets."""

from collections import defaultdict, deque
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, TypeAlias, get_args

from bot.sandbox.clock import now
from bot.sandbox.errors import NotPossibleError

Kind: TypeAlias = Literal[
    "ratelimited",
    "error",
    "status",
    "timeout",
    "down",
    "lost_reply",
    "duplicate_delivery",
    "late_delivery",
    "disconnect",
    "tiers",
]


@dataclass(kw_only=True)
class Fault:
    kind: Kind
    method: str = "*"
    """A Web API method, a kind of delivery (events_api, interactive, slash_commands), or ``*``."""
    channel: str | None = None
    times: int | None = None
    """How often it strikes; until cleared if null."""
    retry_after: int = 1
    status: int = 500
    error: str = "internal_error"
    delay: float = 30.0


class Faults:
    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.windows: dict[str, deque[float]] = defaultdict(deque)

    def replace(self, described: list[dict[str, Any]]) -> None:
        known = {known.name for known in fields(Fault)}
        for fault in described:
            if fault.get("kind") not in get_args(Kind):
                raise NotPossibleError(f"There is no fault of kind {fault.get('kind')!r}: {', '.join(get_args(Kind))}.")
            if unknown := fault.keys() - known:
                raise NotPossibleError(f"A fault has no {', '.join(sorted(unknown))}.")
        self.faults = [Fault(**fault) for fault in described]
        self.windows.clear()

    def strike(self, kind: Kind, what: str = "*", channel: str | None = None) -> Fault | None:
        """The fault of this kind that hits now, if any; one of its ``times`` is spent."""
        for fault in self.faults:
            hits = fault.kind == kind and fault.method in {"*", what} and fault.channel in {None, channel}
            if hits and fault.times != 0:
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    def over_the_limit(self, method: str, per_minute: int, channel: str | None) -> int | None:
        """Seconds to wait if tiers are enforced and this call is one too many.

        chat.postMessage has its own rule, one a second and channel with short bursts; here, five within five seconds.
        """
        if not self.strike("tiers", method, channel):
            return None
        seconds, most = (5.0, 5) if method == "chat.postMessage" else (60.0, per_minute)
        window = self.windows[f"{method} {channel}" if method == "chat.postMessage" else method]
        while window and window[0] <= now() - seconds:
            window.popleft()
        if len(window) >= most:
            return max(1, round(window[0] + seconds - now()))
        window.append(now())
        return None

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.faults]
