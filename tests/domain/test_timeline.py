"""The timeline: each event in the words that held when it happened, whatever was changed since."""

from bot.domain.incident.record import GENESIS, chain
from bot.domain.timeline import as_it_was, is_said_by_then, sentence, tell
from tests.harness import orders as o
from tests.harness.given import Given, given
from tests.harness.people import ANA, BEN, CY
from tests.harness.plans import SCALE, plan, policy

FIVE, SEVEN = plan(SCALE, replicas="5"), plan(SCALE, replicas="7")


def changed() -> Given:
    """Ben approved five instances; then Ana wanted seven, and Ben and Cy approved those."""
    return given(
        o.declare(),
        o.propose(FIVE, by=ANA, at=10),
        o.approve(by=BEN, at=20),
        o.propose(SEVEN, by=ANA, at=30),
        o.approve(by=CY, at=40),
        policy=policy(quorum=2),
    )


def said(world: Given, after: int = 0) -> list[str]:
    return [one.sentence for one in tell(chain(o.INC, world.events, "cause", 0, GENESIS), after)]


def test_a_vote_is_told_by_the_plan_that_was_voted_on() -> None:
    votes = [one for one in said(changed()) if one.startswith("approved")]
    assert votes == ["approved “Scale checkout to 5 replicas” (m1)", "approved “Scale checkout to 7 replicas” (m1)"]


def test_a_change_is_told_with_what_the_plan_is_from_then_on() -> None:
    (change,) = [one for one in said(changed()) if one.startswith("changed")]
    assert change == "changed the plan (replicas), now “Scale checkout to 7 replicas” (m1); earlier votes don't count"


def test_whom_a_tier_asked_is_told_as_it_was_though_the_plan_has_changed() -> None:
    world = changed()
    records = chain(o.INC, world.events, "cause", 0, GENESIS)
    asked = [sentence(r.event, then) for r, then in as_it_was(records) if r.event.type == "gate.called"]
    assert asked == [
        "asked anyone in the channel to decide “Scale checkout to 5 replicas” (m1)",
        "asked anyone in the channel to decide “Scale checkout to 7 replicas” (m1)",
    ]


def test_a_part_of_the_timeline_says_the_same_as_the_whole() -> None:
    world = changed()
    assert said(world, after=3) == said(world)[-len(said(world, after=3)) :]
    assert said(world, after=len(world.events)) == []


def test_what_names_a_changed_plan_is_known_to_need_what_was_so_then() -> None:
    world = changed()
    votes = [event for event in world.events if event.type == "gate.voted"]
    assert [is_said_by_then(event, world.incident) for event in votes] == [True, True]
    unchanged = given(o.declare(), o.propose(FIVE, by=ANA), o.approve(by=BEN))
    assert not any(
        is_said_by_then(event, unchanged.incident) for event in unchanged.events if event.type == "gate.voted"
    )
