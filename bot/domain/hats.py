"""The ten hats of a response: who wears one, and the brief that its wearer sees."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


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


class Brief(BaseModel):
    model_config = ConfigDict(frozen=True)

    focus: str
    produces: str
    never: str
    exclusive: bool = True
    """One wearer at a time; a shared hat may have several."""


BRIEFS: dict[Hat, Brief] = {
    Hat.COMMANDER: Brief(
        focus="Decide, delegate, keep the picture. Name who does what, by when.",
        produces="A severity with its reason, decisions, an update at every due time.",
        never="Fix it yourself. If your hands are on a keyboard, hand this hat over.",
    ),
    Hat.FIRST_RESPONDER: Brief(
        focus="Is it real, how bad is it, who is hit? Capture the first diagnostics.",
        produces="Blast radius: services, regions, customers; first graphs and logs, pinned.",
        never="Change production before somebody wears the commander's hat.",
    ),
    Hat.INVESTIGATOR: Brief(
        focus="From the first anomaly on: what changed, what follows from it, what contradicts it.",
        produces="A cause with evidence from two sources, and two alternatives ruled out.",
        never="Call a suspect a culprit without evidence.",
        exclusive=False,
    ),
    Hat.LOG_ANALYST: Brief(
        focus="Logs, traces and metrics around the first anomaly.",
        produces="Queries and findings as notes, with links that still work tomorrow.",
        never="Paste secrets or customers' data into the channel.",
        exclusive=False,
    ),
    Hat.MITIGATOR: Brief(
        focus="One change at a time, announced before, with its rollback ready.",
        produces="What was done exactly, when, and what it did to the signal.",
        never="Verify your own work.",
    ),
    Hat.VERIFIER: Brief(
        focus="Watch the signals that detected the trouble until they have settled.",
        produces="A yes or a no with the reading and the time.",
        never="Take calm for health before the settling time is over.",
    ),
    Hat.ENGINEER: Brief(
        focus="The fix for the cause, and the test that would have caught it.",
        produces="A reviewed, deployed and verified fix.",
        never="Review your own fix.",
        exclusive=False,
    ),
    Hat.REVIEWER: Brief(
        focus="Does the fix address the cause? What could it break?",
        produces="A review in words, before it is deployed.",
        never="Approve what you have not read.",
        exclusive=False,
    ),
    Hat.AUTHOR: Brief(
        focus="What happened, blamelessly, from the record.",
        produces="The narrative: impact, timeline, cause, what went well and what did not.",
        never="Write down what the record does not say without marking it as opinion.",
    ),
    Hat.ACTION_TRACKER: Brief(
        focus="Every action item has an owner, a priority, a due date and a link.",
        produces="A list that somebody will have done in a month.",
        never="Leave an item with two owners, or none.",
    ),
}

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
