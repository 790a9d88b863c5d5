"""The words about an incident's policy: shown with what differs, moved by an order, in any of the ways people write."""

from dataclasses import dataclass

import pytest

from bot.domain.incident.commands import Declare
from bot.domain.incident.events import PolicyAdopted
from bot.domain.incident.rejections import NoSuchStage, StageNotInPolicy
from bot.domain.rejected import Rejected
from bot.domain.severity import Severity
from bot.domain.workflow.lifecycle import Purpose, StagePolicy, Transition
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.workflows import Workflows
from bot.verbs import run
from bot.verbs.request import Answer, Ask, Request, Said, ShowPolicy, Unknown
from tests.harness.office import Office
from tests.harness.people import ANA, CY
from tests.harness.plans import anybody, edited


@dataclass
class Words:
    """Ana has declared an incident, and somebody edits workflows."""

    office: Office
    incident: str
    typed: int = 0

    def __call__(self, line: str, by: str = ANA) -> Answer:
        self.typed += 1
        request = Request(by=by, at=self.office.clock.now(), cause=f"typed-{self.typed}", incident=self.incident)
        return run(line, request, self.office.wired.house)

    def said(self, line: str, by: str = ANA) -> str:
        answer = self(line, by)
        assert isinstance(answer, Said)
        return answer.text

    def shown(self) -> ShowPolicy:
        answer = self("policy")
        assert isinstance(answer, ShowPolicy)
        return answer

    @property
    def own(self) -> Policy:
        engine = self.office.wired.house.engine
        return engine.policy_of(engine.incident(self.incident))

    def edit(self, *others: Policy, **changes: object) -> Policy:
        """Let an edited hybrid, and others, be in force from now on."""
        engine = self.office.wired.house.engine
        hybrid = edited(engine.workflows.in_force, **changes)
        by_name = {"hybrid": hybrid, **{one.name: one for one in others}}
        engine.go_by(Workflows(chosen="hybrid", by_name=by_name))
        return hybrid


@pytest.fixture
def words(office: Office) -> Words:
    order = Declare(
        incident="", by=ANA, at=office.clock.now(), cause="declared", title="checkout is down", severity=Severity.P3
    )
    return Words(office, office.wired.house.engine.declare(order).incident.id)


GATE = {"anybody": anybody(2, 5)}


def test_what_an_incident_goes_by_is_shown_with_what_differs_in_the_one_in_force(words: Words) -> None:
    before = words.own
    assert words.shown().now == before
    asks = before.approvals["anybody"].model_dump()
    (tier,) = asks["steps"][0]["tiers"]
    tier |= {"seats": [{"anyone": True, "voices": 2}], "quorum": 2, "limit": 300}
    after = words.edit(approvals={**before.approvals, "anybody": asks})
    shown = words.shown()
    assert (shown.policy, shown.now, shown.is_lost) == (before, after, False)
    assert [str(one) for one in shown.differences] == [
        "approvals.anybody.steps[0].tiers[0].seats[0].voices: 1 → 2",
        "approvals.anybody.steps[0].tiers[0].quorum: 1 → 2",
        "approvals.anybody.steps[0].tiers[0].limit: 30m → 5m",
    ]


@pytest.mark.parametrize(
    "line",
    ["policy adopt because we agreed", "POLICY Adopt  hybrid Because we agreed", "workflow adopt because we agreed"],
)
def test_it_moves_to_the_one_in_force_for_it(words: Words, line: str) -> None:
    before, after = words.own, words.edit(approvals={**words.own.approvals, **GATE})
    assert words.own == before
    assert words.said(line) == f"This incident goes by hybrid {after.hash[:12]}."
    assert words.own == after
    last = words.office.wired.house.engine.history(words.incident)[-1].event
    assert isinstance(last, PolicyAdopted)
    assert (last.before, last.to, last.because) == (before.hash, after.hash, "we agreed")
    assert words.said(line).startswith("That is so already.")


def test_whoever_wears_there_what_does_not_go_together_is_named_in_the_answer(words: Words) -> None:
    words("hat commander")
    words("hat author")
    words.edit(conflicts=[{"hats": ["commander", "author"], "because": "Whoever led does not tell the story"}])
    said = words.said("policy adopt because we go by the new one now")
    assert f"<@{ANA}> wears the incident commander hat and the author hat, which don't go together there" in said
    assert "Whoever led does not tell the story" in said
    assert "/incident hand-over author @somebody" in said


def contained(base: Policy) -> Policy:
    """Call what is detected a containment."""
    stages = {"to-contain": StagePolicy(purpose=Purpose.DETECTED), **dict(list(base.stages.items())[1:])}
    moves = [Transition(before=("to-contain",), to="triage"), *base.transitions[1:]]
    return edited(base, name="streaming", stages=stages, transitions=moves)


@pytest.mark.parametrize("stage", ["to-contain", "To contain", "to_contain"])
def test_it_moves_to_a_workflow_by_name_and_says_which_stage_it_is_there(words: Words, stage: str) -> None:
    streaming = contained(words.own)
    words.edit(streaming)
    with pytest.raises(StageNotInPolicy, match="policy adopt streaming to to-contain because"):
        words("policy adopt streaming because it leaks")
    assert words.said(f"policy adopt streaming to {stage} because it leaks").startswith(
        "This incident goes by streaming"
    )
    engine = words.office.wired.house.engine
    assert engine.incident(words.incident).stage.id == "to-contain"
    assert words.said("stage triage") == "The incident is at Triage."


def test_what_cannot_be_read_changes_nothing_and_says_what_can(words: Words) -> None:
    words.edit(approvals={**words.own.approvals, **GATE})
    before = words.own
    assert "Did you mean “hybrid”?" in words.said("policy adopt hibrid because x")
    assert "There are: hybrid." in words.said("policy adopt zzz because x")
    assert "`/incident policy adopt [workflow] [to stage] because …`" in words.said("policy adopt hybrid we agreed")
    assert "I don't know what to do about “adpot”" in words.said("policy adpot because x")
    with pytest.raises(NoSuchStage):
        words("policy adopt to nowhere because x")
    with pytest.raises(Rejected, match="Take a hat first"):
        words("policy adopt because x", by=CY)
    assert words.own == before
    assert words("policy adopt") == Ask("policy", "hybrid")
    assert words("policy adopt to detected because ") == Ask("policy", "hybrid to detected")
    near = words("polcy adopt because x")
    assert isinstance(near, Unknown)
    assert (near.nearest, near.rest) == ("policy", "adopt because x")
