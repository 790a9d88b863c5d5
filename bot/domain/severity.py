"""Severities P1 to P4 and the words people use for them."""

from enum import StrEnum


class Severity(StrEnum):
    P1 = "p1"
    P2 = "p2"
    P3 = "p3"
    P4 = "p4"

    __hash__ = str.__hash__  # Enum's own is written in Python, and each command asks many dictionaries

    @property
    def label(self) -> str:
        return self.value.upper()

    def is_lower_than(self, other: "Severity") -> bool:
        """P3 is lower than P1: less of an emergency."""
        return self.value > other.value


ALIASES = {
    **{f"{word}{n}": f"p{n}" for n in "1234" for word in ("p", "sev", "severity", "prio", "")},
    "critical": "p1",
    "high": "p2",
    "medium": "p3",
    "low": "p4",
}


def severity(word: str) -> Severity | None:
    """Read `P1`, `sev1`, `sev-1`, `1` or `critical`; None for anything else."""
    found = ALIASES.get(word.lower().replace("-", ""))
    return Severity(found) if found else None
