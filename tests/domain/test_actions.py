"""What moves bring with them: the review with its owners and its meeting, the timeline as a file, a call."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.effects import GiveBrief, MakeExport, Summon, Tell
from bot.domain.gates.choice import GateChoice
from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident.criteria import bare_hats
from bot.domain.incident.events import ExportRequested, HatGiven, ReviewOpened, StageChanged
from bot.domain.severity import Severity
from bot.domain.timeline import sentence
from bot.domain.workflow.lifecycle import Action
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.review import ReviewPolicy
from bot.domain.workflow.wearing import Conflict
from tests.harness.given import Given, given
from tests.harness.orders import approve, declare, move, open_channel, resolve, take, tick
from tests.harness.people import ANA, BEN, CY, DEE
from tests.harness.plans import edited
from tests.harness.stages import TRANSITIONS, Stages

REVIEW = 15 * 60


def bringing(review: ReviewPolicy | None = None, **actions: tuple[Action, ...]) -> Policy:
    """The tests' workflow, in which moves into these stages bring something with them."""
    wanted = {name.replace("_", "-"): found for name, found in actions.items()}
    transitions = tuple(one.model_copy(update={"actions": wanted.get(one.to, ())}) for one in TRANSITIONS)
    return edited(transitions=transitions, review=review)


MEETING = ReviewPolicy(meeting={Severity.P1: "3d", Severity.P2: "5wd"}, at="14:00", zone="Europe/Berlin")
REVIEWED = bringing(MEETING, post_mortem=(Action.OPEN_REVIEW,))


def resolved(*before: Any, policy: Policy = REVIEWED, level: Severity = Severity.P1) -> Given:
    return given(declare(level, by=DEE), open_channel(), *before, resolve(by=ANA), policy=policy)


def test_the_review_opens_by_itself_with_owners_and_a_meeting() -> None:
    world = resolved(take(Hat.COMMANDER, by=ANA), take(Hat.FIRST_RESPONDER, by=BEN))
    opened = world.when(tick(REVIEW))
    opened.then(StageChanged, HatGiven, HatGiven, ReviewOpened)
    moved, *given_, review = opened.events
    assert [(it.hat, it.to, it.by) for it in given_ if isinstance(it, HatGiven)] == [
        (Hat.AUTHOR, ANA, SYSTEM),
        (Hat.ACTION_TRACKER, BEN, SYSTEM),
    ]
    assert isinstance(moved, StageChanged)
    assert moved.actions == ("open-review",)
    assert isinstance(review, ReviewOpened)
    assert (review.author, review.tracker) == (ANA, BEN)
    assert review.meeting_at == datetime(2026, 11, 5, 13, tzinfo=UTC), "Thursday at two in Berlin"
    assert opened.incident.review is not None
    assert sentence(review, opened.incident) == (
        f"opened the review: <@{ANA}> writes it, <@{BEN}> tracks its action items; "
        "its meeting is on 2026-11-05 13:00 UTC"
    )
    briefs = [effect.person for effect in opened.effects if isinstance(effect, GiveBrief)]
    assert briefs == [ANA, BEN]
    places = [
        effect.place
        for effect in opened.effects
        if isinstance(effect, Tell) and effect.version == len(world.events) + 4
    ]
    assert places == ["channel", "managers"]


def test_whoever_wears_its_hats_keeps_them_and_who_led_stands_in_for_nobody() -> None:
    world = resolved(take(Hat.AUTHOR, by=CY), take(Hat.ACTION_TRACKER, by=BEN))
    opened = world.when(tick(REVIEW))
    opened.then(StageChanged, ReviewOpened)
    review = opened.events[-1]
    assert isinstance(review, ReviewOpened)
    assert (review.author, review.tracker) == (CY, BEN)


def test_where_nobody_led_whoever_declared_it_owns_the_review() -> None:
    opened = resolved().when(tick(REVIEW))
    review = opened.events[-1]
    assert isinstance(review, ReviewOpened)
    assert (review.author, review.tracker) == (DEE, DEE)


COMMANDER_APART = (Conflict(hats=(Hat.COMMANDER, Hat.AUTHOR), because="Whoever led does not tell the story"),)
TRACKER_APART = (Conflict(hats=(Hat.AUTHOR, Hat.ACTION_TRACKER), because="Two people look at it"),)


def minding(*conflicts: Conflict) -> Policy:
    return REVIEWED.model_copy(update={"conflicts": conflicts})


def test_whoever_a_conflict_rules_out_is_passed_over_for_the_next_in_line() -> None:
    world = resolved(take(Hat.COMMANDER, by=ANA), take(Hat.FIRST_RESPONDER, by=BEN), policy=minding(*COMMANDER_APART))
    opened = world.when(tick(REVIEW))
    opened.then(StageChanged, HatGiven, HatGiven, ReviewOpened)
    assert (opened.incident.wearers(Hat.AUTHOR), opened.incident.wearers(Hat.ACTION_TRACKER)) == ((BEN,), (BEN,))


def test_where_conflicts_leave_nobody_a_hat_stays_bare_and_the_review_opens_all_the_same() -> None:
    opened = resolved(policy=minding(*TRACKER_APART)).when(tick(REVIEW))
    opened.then(StageChanged, HatGiven, ReviewOpened)
    assert opened.incident.stage == Stages.POST_MORTEM
    assert (opened.incident.wearers(Hat.AUTHOR), opened.incident.wearers(Hat.ACTION_TRACKER)) == ((DEE,), ())
    assert Hat.ACTION_TRACKER in bare_hats(opened.incident, REVIEWED)
    said = sentence(opened.events[-1], opened.incident)
    assert said.startswith(f"opened the review: <@{DEE}> writes it, nobody yet tracks its action items")


@pytest.mark.parametrize("conflicts", [COMMANDER_APART, TRACKER_APART])
def test_no_conflict_over_what_a_review_brings_holds_a_move_by_hand(conflicts: tuple[Conflict, ...]) -> None:
    world = resolved(take(Hat.COMMANDER, by=DEE), policy=minding(*conflicts))
    moved = world.when(move(Stages.POST_MORTEM, "now", by=DEE))
    assert moved.incident.review is not None


@pytest.mark.parametrize("conflicts", [COMMANDER_APART, TRACKER_APART])
def test_no_conflict_over_what_a_review_brings_refuses_the_vote_that_opens_it(conflicts: tuple[Conflict, ...]) -> None:
    asks = GateChoice(use="anybody", before=("stage",), stages=("post-mortem",))
    strict = minding(*conflicts)
    strict = strict.model_copy(update={"gates": (asks, *strict.gates)})
    world = resolved(take(Hat.COMMANDER, by=DEE), policy=strict)
    world.takes(move(Stages.POST_MORTEM, "now", by=DEE))
    voted = world.when(approve(by=BEN, mitigation="g1"))
    assert (voted.incident.stage, voted.incident.review is not None) == (Stages.POST_MORTEM, True)


def test_a_review_is_opened_once_and_a_move_by_hand_brings_it_too() -> None:
    world = resolved()
    world.takes(move(Stages.POST_MORTEM, "now", by=ANA))
    assert world.incident.review is not None
    world.when(tick(REVIEW)).then_nothing()


def test_a_severity_without_a_meeting_has_none() -> None:
    opened = resolved(level=Severity.P3).when(tick(REVIEW))
    review = opened.events[-1]
    assert isinstance(review, ReviewOpened)
    assert review.meeting_at is None
    assert "meeting" not in sentence(review, opened.incident)


@pytest.mark.parametrize(
    ("opened", "level", "held"),
    [
        ("2026-11-02T12:00+00:00", Severity.P2, "2026-11-09T13:00+00:00"),  # Monday: five working days on
        ("2026-11-06T12:00+00:00", Severity.P2, "2026-11-13T13:00+00:00"),  # Friday
        ("2026-11-07T12:00+00:00", Severity.P2, "2026-11-13T13:00+00:00"),  # Saturday: the first day is Monday
        ("2026-11-06T12:00+00:00", Severity.P1, "2026-11-09T13:00+00:00"),
        ("2026-11-01T23:30+00:00", Severity.P1, "2026-11-05T13:00+00:00"),  # it is Monday already in Berlin
        ("2026-10-23T12:00+00:00", Severity.P1, "2026-10-26T13:00+00:00"),  # over the night in which clocks change
    ],
)
def test_a_meeting_is_so_many_days_or_working_days_on(opened: str, level: Severity, held: str) -> None:
    assert MEETING.meeting_at(level, datetime.fromisoformat(opened)) == datetime.fromisoformat(held)


def test_the_timeline_comes_as_a_file_where_a_move_brings_it() -> None:
    world = given(declare(by=DEE), open_channel(), policy=bringing(resolved=(Action.EXPORT,)))
    over = world.when(resolve(by=ANA))
    (wanted,) = [event for event in over.events if isinstance(event, ExportRequested)]
    assert (wanted.by, wanted.format) == (SYSTEM, "html")
    assert [effect.request for effect in over.effects if isinstance(effect, MakeExport)] == [wanted.request]


def test_whoever_is_on_call_is_called_where_a_move_brings_it() -> None:
    world = given(
        declare(Severity.P2), take(Hat.COMMANDER, by=ANA), policy=bringing(investigating=(Action.CALL_ON_CALL,))
    )
    moved = world.when(move(Stages.INVESTIGATING, "we need more heads", by=ANA))
    assert [effect.again for effect in moved.effects if isinstance(effect, Summon)] == [True]
    other = given(declare(Severity.P2), take(Hat.COMMANDER, by=ANA))
    assert not any(isinstance(effect, Summon) for effect in other.when(move(Stages.INVESTIGATING, by=ANA)).effects)


def test_moves_that_follow_each_other_by_themselves_bring_what_is_theirs() -> None:
    world = given(declare(Severity.P3, by=DEE), open_channel(), policy=bringing(triage=(Action.EXPORT,)))
    over = world.when(resolve(by=ANA))
    kinds = [type(event).__name__ for event in over.events]
    assert kinds == ["StageChanged", "ExportRequested", "Resolved", "StageChanged"]
