"""The seven stages that workflows are shipped with, and the moves between them, as objects."""

from pathlib import Path

from bot.config import load
from bot.domain.hats import Hat
from bot.domain.workflow.lifecycle import OF_A_WORD, Guard, StagePolicy, Transition, Trigger

HATS = load(Path(__file__).parents[2] / "manifests", {}).policy.hats
"""The ten hats that are shipped, with their briefs."""


class Stages:
    DETECTED = OF_A_WORD["detected"]
    TRIAGE = OF_A_WORD["triage"]
    INVESTIGATING = OF_A_WORD["investigating"]
    MITIGATING = OF_A_WORD["mitigating"]
    RESOLVED = OF_A_WORD["resolved"]
    POST_MORTEM = OF_A_WORD["post-mortem"]
    CLOSED = OF_A_WORD["closed"]


STAGES = {
    "detected": StagePolicy(hats=(Hat.FIRST_RESPONDER,)),
    "triage": StagePolicy(hats=(Hat.FIRST_RESPONDER,)),
    "investigating": StagePolicy(hats=(Hat.INVESTIGATOR, Hat.LOG_ANALYST)),
    "mitigating": StagePolicy(hats=(Hat.MITIGATOR, Hat.VERIFIER)),
    "resolved": StagePolicy(),
    "post-mortem": StagePolicy(hats=(Hat.AUTHOR, Hat.ACTION_TRACKER)),
    "closed": StagePolicy(),
}

TRANSITIONS = (
    Transition(before=("detected",), to="triage", when=tuple(Trigger)),
    Transition(before=("triage",), to="investigating"),
    Transition(
        before=("triage", "investigating"), to="mitigating", guards=(Guard.APPROVED,), when=(Trigger.MITIGATION,)
    ),
    Transition(before=("mitigating",), to="investigating", guards=(Guard.NOTHING_RUNS,)),
    Transition(before=("triage", "investigating", "mitigating"), to="resolved", guards=(Guard.NOTHING_RUNS,)),
    Transition(before=("resolved",), to="post-mortem", after=15),
    Transition(before=("post-mortem",), to="closed", guards=(Guard.NOTHING_RUNS,)),
)
