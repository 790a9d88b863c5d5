"""A finding: what is so, and what cures it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bot.audit import clocks as audit_clocks
from bot.audit.finding import Finding as Found

Level = Literal["ok", "warning", "failure"]
SIGNS: dict[Level, str] = {"ok": "✓", "warning": "!", "failure": "✗"}


@dataclass(frozen=True, slots=True)
class Finding:
    level: Level
    what: str
    cure: str = ""
    """What a person can do about it; a line of its own below."""

    def __str__(self) -> str:
        return f"{SIGNS[self.level]} {self.what}" + (f"\n    → {self.cure}" if self.cure else "")


def ok(what: str) -> Finding:
    return Finding("ok", what)


def warning(what: str, cure: str) -> Finding:
    return Finding("warning", what, cure)


def failure(what: str, cure: str) -> Finding:
    return Finding("failure", what, cure)


def mend(found: Found) -> Finding:
    """Show what the self-audit asks, too, in its words."""
    return failure(found.what, found.cure)


def clocks(whose: str, apart: timedelta) -> Finding:
    """Compare this machine's clock with another's."""
    found = audit_clocks.apart(apart, whose)
    return mend(found) if found else ok(f"This machine's clock agrees with {whose}'s.")


def reason(error: BaseException) -> str:
    """Say what an error says, as a part of a sentence."""
    return str(error).strip().rstrip(".") or type(error).__name__
