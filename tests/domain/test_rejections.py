"""Every no is one class, one sentence, and some rule says it."""

import ast
import inspect
import string
from pathlib import Path

import pytest

from bot.domain import words
from bot.domain.gates import rejections as gates
from bot.domain.hats import Hat
from bot.domain.incident import decide as rules
from bot.domain.incident import guards, rejections
from bot.domain.incident.criteria import Item
from bot.domain.incident.mitigations import Progress
from bot.domain.incident.rejections import (
    CriteriaMissing,
    GateStillOpen,
    HandsOff,
    HatIsNotYours,
    HatIsWorn,
    HatsConflict,
    NeedsApproval,
    NoCustomersChannel,
    NoStageLikeIt,
    NoSuchActionItem,
    NoSuchCriterion,
    NoSuchHypothesis,
    NoSuchMove,
    NothingRuns,
    NotInThisStage,
    NotTriedNow,
    NotYoursToConfirm,
    OfferIsGone,
    OwnWork,
    StageMeansSomethingElse,
    StageNotInPolicy,
    StillRunning,
)
from bot.domain.rejected import Rejected
from bot.domain.workflow.criterion import Criterion
from bot.domain.workflow.wearing import Conflict
from tests.harness.given import given
from tests.harness.orders import declare
from tests.harness.people import ANA
from tests.harness.plans import POLICY
from tests.harness.stages import Stages

KINDS = [
    *(
        kind
        for module in (rejections, words)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, Rejected)
    ),
]
NUMBERS = {"length", "limit"}
BLAST_RADIUS = Criterion(id="blast-radius", title="Who is hit is known", confirmed_by=(Hat.FIRST_RESPONDER,))
APART = Conflict(hats=(Hat.MITIGATOR, Hat.VERIFIER), because="Nobody judges their own work")
INCIDENT = given(declare()).incident
ITEM = Item(BLAST_RADIUS, Stages.TRIAGE, done=False, shown="", confirmation=None)
BUILT = {
    NeedsApproval: NeedsApproval(severity="P1", waiting="Restart"),
    GateStillOpen: GateStillOpen(title="Restart", gate="m1"),
    HatIsWorn: HatIsWorn(ANA, Hat.COMMANDER),
    HatIsNotYours: HatIsNotYours(Hat.COMMANDER, [ANA]),
    OfferIsGone: OfferIsGone(Hat.COMMANDER),
    StillRunning: StillRunning("Restart", Progress.ROLLING_BACK),
    NothingRuns: NothingRuns("Restart", Progress.PROPOSED),
    NotTriedNow: NotTriedNow("Restart", Progress.ROLLED_BACK),
    HatsConflict: HatsConflict(ANA, (Hat.VERIFIER, Hat.MITIGATOR), POLICY, "Nobody judges their own work."),
    HandsOff: HandsOff(Hat.COMMANDER, POLICY, "Whoever decides keeps their hands free"),
    OwnWork: OwnWork(ANA, (Hat.VERIFIER, APART, None), [], INCIDENT, POLICY),
    CriteriaMissing: CriteriaMissing(INCIDENT, Stages.RESOLVED, [ITEM]),
    NoSuchCriterion: NoSuchCriterion("blast", ["blast-radius"]),
    NotYoursToConfirm: NotYoursToConfirm(BLAST_RADIUS, INCIDENT, POLICY),
    NoSuchHypothesis: NoSuchHypothesis("h9", ["h1"]),
    NoSuchActionItem: NoSuchActionItem("a9", []),
    NotInThisStage: NotInThisStage(Stages.DETECTED, POLICY),
    StageNotInPolicy: StageNotInPolicy(Stages.TRIAGE, "linear", [Stages.DETECTED, Stages.INVESTIGATING]),
    NoCustomersChannel: NoCustomersChannel("hybrid"),
    NoStageLikeIt: NoStageLikeIt(Stages.TRIAGE, "linear"),
    StageMeansSomethingElse: StageMeansSomethingElse(Stages.TRIAGE, Stages.CLOSED, [Stages.TRIAGE]),
    NoSuchMove: NoSuchMove(Stages.DETECTED, Stages.CLOSED, [Stages.TRIAGE]),
}
"""Those that put their sentence together themselves."""
SAID_BY_DOORS = {"Rejected", "TooLate", "NothingProposed", "NothingToVoteOn", "NoSuchRunbook", "FromAnotherWorkspace"}
"""The family's own name; answers to a late vote, to words where nothing was proposed, to a form that is too old, and to
whoever comes from somewhere else."""


@pytest.mark.parametrize("kind", KINDS)
def test_every_no_is_a_sentence_with_its_facts_filled_in(kind: type[Rejected]) -> None:
    wanted = {name for _, name, _, _ in string.Formatter().parse(kind.__doc__ or "") if name}
    facts: dict[str, object] = {name: 1234 if name in NUMBERS else f"a-{name}" for name in wanted}
    no = BUILT.get(kind) or kind(**facts)
    assert set(no.facts) == wanted
    assert no.sentence
    assert "{" not in no.sentence
    assert "\n" not in no.sentence
    assert str(no) == no.sentence


def test_every_no_is_said_by_some_rule() -> None:
    files = [*Path(rules.__file__).parent.glob("*.py"), Path(words.__file__), Path(guards.__file__)]
    text = "\n".join(path.read_text() for path in files)
    raised = {
        getattr(node.exc, "id", None) or getattr(getattr(node.exc, "func", None), "id", None)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Raise)
    }
    assert {kind.__name__ for kind in KINDS} - SAID_BY_DOORS == raised - {gates.NoSuchGate.__name__}


@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_that_raises_no_facts_has_no_blanks(kind: type[Rejected]) -> None:
    """Facts are given where it is raised: the names there are those of the sentence."""
    blanks = {name for _, name, _, _ in string.Formatter().parse(kind.__doc__ or "") if name}
    if kind in BUILT or kind.__name__ in SAID_BY_DOORS:
        return
    for path in Path(rules.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Raise(exc=ast.Call(func=ast.Name(id=name), keywords=given)) if name == kind.__name__:
                    assert {fact.arg for fact in given} == blanks
                case ast.Raise(exc=ast.Name(id=name)) if name == kind.__name__:
                    assert not blanks
                case _:
                    pass
