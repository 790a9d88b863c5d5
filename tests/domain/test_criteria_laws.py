"""No move is ever made past an enforced criterion that is missing, and none is refused while all are met."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.hats import Hat
from bot.domain.incident import commands as c
from bot.domain.incident import events as e
from bot.domain.incident.rejections import CriteriaMissing
from bot.domain.rejected import Rejected
from bot.domain.severity import Severity
from bot.domain.workflow.criterion import Check, Criterion, Strictness
from bot.domain.workflow.lifecycle import StagePolicy
from bot.domain.workflow.policy import Policy
from tests.harness import orders as o
from tests.harness.given import Given
from tests.harness.people import ANA, BEN, CY
from tests.harness.plans import policy
from tests.harness.stages import STAGES, TRANSITIONS, Stages

PEOPLE = st.sampled_from((ANA, BEN, CY))
HATS = st.sampled_from((Hat.COMMANDER, Hat.FIRST_RESPONDER, Hat.VERIFIER))
WORDS = tuple("abcdef")
PLACES = st.tuples(st.sampled_from(("triage", "investigating", "mitigating", "resolved")), st.booleans())
KINDS = st.sampled_from((None, Check.COMMANDER_NAMED, Check.STAKEHOLDERS_TOLD, Check.TWO_SOURCES))
LEVELS = st.sampled_from(((), (Severity.P1,), (Severity.P2, Severity.P3)))


@st.composite
def workflows(draw: st.DrawFn) -> Policy:
    """The shipped stages with criteria anywhere, and moves of any strictness."""
    stages = dict(STAGES)
    for word in WORDS[: draw(st.integers(0, len(WORDS)))]:
        (where, begins), check, hat, levels = draw(PLACES), draw(KINDS), draw(HATS), draw(LEVELS)
        criterion = Criterion.model_construct(
            id=word, title=word, check=check, confirmed_by=() if check else (hat,), severities=levels
        )
        before = stages[where]
        key = "entry" if begins else "exit"
        stages[where] = StagePolicy.model_validate(before.model_copy(update={key: (*getattr(before, key), criterion)}))
    moves = tuple(
        one.model_copy(update={"criteria": draw(st.sampled_from(Strictness)), "owed": draw(st.booleans())})
        for one in TRANSITIONS
    )
    return policy().model_copy(update={"stages": stages, "transitions": moves})


ORDERS = st.one_of(
    st.builds(lambda hat, by: o.take(hat, by=by), HATS, PEOPLE),
    st.builds(lambda hat, by: o.release(hat, by=by), HATS, PEOPLE),
    st.builds(lambda word, by: o.confirm(word, "seen", by=by), st.sampled_from(WORDS), PEOPLE),
    st.builds(lambda word, by: o.unconfirm(word, "no", by=by), st.sampled_from(WORDS), PEOPLE),
    st.builds(lambda n: o.note("look", source=f"https://a.b/{n}"), st.integers(1, 3)),
    st.builds(o.update, st.just("we look")),
    st.builds(lambda level: o.change_severity(level, "so many"), st.sampled_from((Severity.P1, Severity.P2))),
    st.builds(
        lambda to: o.move(to, "on"),
        st.sampled_from([stage for stage in vars(Stages).values() if hasattr(stage, "purpose")]),
    ),
    st.builds(o.resolve),
    st.builds(o.tick, st.just(1e6)),
    st.builds(o.propose, by=PEOPLE),
    st.builds(o.stop, by=PEOPLE),
)


class Naive:
    """Reckons from the whole history what is met, as somebody would who reads it with a list to tick."""

    def __init__(self, events: list[e.AnyEvent], workflow: Policy) -> None:
        self.events, self.workflow = events, workflow
        self.met: set[str] = set()
        self.sources: set[str] = set()
        self.commands: str | None = None
        self.is_told = False
        self.level = Severity.P2
        self.confirmed: dict[str, str] = {}
        self.owed: set[str] = set()
        for event in events:
            self._read(event)

    def _read(self, event: e.AnyEvent) -> None:
        match event:
            case e.HatTaken() if event.hat is Hat.COMMANDER:
                self.commands = event.by
            case e.HatReleased() if event.hat is Hat.COMMANDER:
                self.commands = None
            case e.NoteAdded():
                self.sources.add(event.source)
            case e.UpdatePosted():
                self.is_told = True
            case e.SeverityChanged():
                self.level = event.to
            case e.CriterionConfirmed():
                self.confirmed[event.criterion] = event.stage.id
            case e.CriterionWithdrawn():
                del self.confirmed[event.criterion]
            case e.StageChanged():
                self.confirmed = {name: where for name, where in self.confirmed.items() if where != event.to.id}
                self.owed |= set(event.missing)
            case _:
                pass

    def lacks(self, before: str, to: str) -> set[str]:
        """Name what a move asks for and nobody has shown."""
        (move,) = [one for one in self.workflow.transitions if before in one.before and one.to == to]
        asked = [*self.workflow.stages[before].exit, *self.workflow.stages[to].entry]
        if move.owed:
            asked += [one for s in self.workflow.stages.values() for one in (*s.entry, *s.exit) if one.id in self.owed]
        return {
            one.id for one in asked if not self._is_met(one) and (not one.severities or self.level in one.severities)
        }

    def _is_met(self, criterion: Criterion) -> bool:
        match criterion.check:
            case Check.COMMANDER_NAMED:
                return self.commands is not None
            case Check.STAKEHOLDERS_TOLD:
                return self.is_told
            case Check.TWO_SOURCES:
                return len(self.sources) >= 2
            case _:
                return criterion.id in self.confirmed


@settings(deadline=None, max_examples=300)
@given(workflows(), st.lists(ORDERS, max_size=25))
@example(policy(), [o.move(Stages.TRIAGE), o.move(Stages.CLOSED)])
def test_no_move_passes_an_enforced_criterion_and_none_is_refused_without_one(
    workflow: Policy, orders: list[c.AnyCommand]
) -> None:
    world = Given(workflow)
    world.takes(o.declare(Severity.P2))
    for order in orders:
        before = list(world.events)
        events, no = _tried(order, world)
        if no is not None:
            lacking = {item.criterion.id for item in no.items}
            stood = no.incident.stage.id
            assert lacking, "it is refused for nothing"
            assert lacking == Naive(before, workflow).lacks(stood, no.to.id), "for what is missing, and no more"
            assert _strictness(workflow, stood, no.to.id) is Strictness.ENFORCED
        for event in events:
            if isinstance(event, e.StageChanged):
                lacking = Naive(world.events, workflow).lacks(event.before.id, event.to.id)
                how = _strictness(workflow, event.before.id, event.to.id)
                assert not (lacking and how is Strictness.ENFORCED), "a move past an enforced criterion"
                assert set(event.missing) == (lacking if how is Strictness.WARN else set())
            world.takes(event)


def _tried(order: c.AnyCommand, world: Given) -> tuple[list[e.AnyEvent], CriteriaMissing | None]:
    """Return what would happen, or why criteria do not let it; nothing where another rule says no."""
    try:
        return world.would(order), None
    except CriteriaMissing as no:
        return [], no
    except Rejected:
        return [], None


def _strictness(workflow: Policy, before: str, to: str) -> Strictness:
    (move,) = [one for one in workflow.transitions if before in one.before and one.to == to]
    return move.criteria
