"""The secret addresses under which people subscribe to calendars of shifts."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["person", "team"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Where people subscribe to calendars of shifts, if they can."""

    secret: str = ""
    """CALENDAR_SECRET; empty: no calendars are served."""
    public_url: str = ""
    """PUBLIC_URL, the address at which the HTTP door is reached; empty: nobody knows."""

    def address(self, kind: Kind, name: str) -> str | None:
        """Write a calendar's whole address; None where there is none to give."""
        if not (self.secret and self.public_url):
            return None
        return self.public_url.rstrip("/") + calendar_path(self.secret, kind, name)


LENGTH = 32
"""Letters of a token: 128 bits, more than anybody can try."""


def calendar_token(secret: str, kind: Kind, name: str) -> str:
    """Derive the token of one calendar: who knows it may read that calendar, and learns nothing about another.

    A person and a team may have one name; their tokens differ. Raises ValueError without a secret.
    """
    if not secret:
        raise ValueError("a calendar's token needs CALENDAR_SECRET")
    return hmac.new(secret.encode(), f"calendar/{kind}/{name}".encode(), hashlib.sha256).hexdigest()[:LENGTH]


def calendar_path(secret: str, kind: Kind, name: str) -> str:
    """Write the calendar's path, below the address at which the HTTP door is reached."""
    return f"/oncall/{calendar_token(secret, kind, name)}/{name}.ics"


def calendar_of(secret: str, token: str, name: str) -> Kind | None:
    """Tell whose calendar a token opens; None for a wrong one. Takes equally long for all tokens."""
    opened = [kind for kind in KINDS if hmac.compare_digest(calendar_token(secret, kind, name), token)]
    return opened[0] if opened else None
