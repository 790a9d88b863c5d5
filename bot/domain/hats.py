"""The ten hats of a response, and how people write them; what each is for stands in the manifests."""

from enum import StrEnum


class Hat(StrEnum):
    COMMANDER = "commander"
    FIRST_RESPONDER = "first-responder"
    INVESTIGATOR = "investigator"
    LOG_ANALYST = "log-analyst"
    MITIGATOR = "mitigator"
    VERIFIER = "verifier"
    ENGINEER = "engineer"
    REVIEWER = "reviewer"
    AUTHOR = "author"
    ACTION_TRACKER = "action-tracker"

    __hash__ = str.__hash__  # Enum's own is written in Python, and each command asks many dictionaries

    @property
    def label(self) -> str:
        return "incident commander" if self is Hat.COMMANDER else self.value.replace("-", " ")


ALIASES = {
    "ic": Hat.COMMANDER,
    "incident-commander": Hat.COMMANDER,
    "lead": Hat.COMMANDER,
    "responder": Hat.FIRST_RESPONDER,
    "fr": Hat.FIRST_RESPONDER,
    "logs": Hat.LOG_ANALYST,
    "action-item-tracker": Hat.ACTION_TRACKER,
    "tracker": Hat.ACTION_TRACKER,
}


def hat(word: str) -> Hat | None:
    """Read `commander`, `ic`, `first responder`, `first_responder`; None for anything else."""
    name = word.strip().lower().replace("_", "-").replace(" ", "-")
    if name in ALIASES:
        return ALIASES[name]
    try:
        return Hat(name)
    except ValueError:
        return None
