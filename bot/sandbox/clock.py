"""The workspace's one clock: every time stamp, expiry and limit reads it."""

import time


def now() -> float:
    """Seconds since 1970."""
    return time.time()  # noqa: TID251  this is the sandbox's only look at the system clock
