"""Whom a dynamic seat asks, and why: each thing that is known of somebody counts, and says so."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.gates.gate import StandIn
from bot.domain.gates.routing import PRIOR_SECONDS, Candidate, Routing, candidate, expected, route
from bot.domain.gates.seat import Route
from bot.domain.oncall.people import Person
from bot.domain.severity import Severity
from tests.harness.people import ANA, BEN, CY, DEE

USED = (180.0,) * 6
"""Six answers of three minutes."""
ANY = Route(history=0)


def picked(found: Routing) -> list[str]:
    return [one.candidate.account for one in found.picked]


def test_the_reasons_say_why_somebody_is_asked() -> None:
    ben = Candidate(account=BEN, owns="checkout", shift="Payments", is_working=True, answered=USED, waiting=1)
    (one,) = route(ANY, [ben], Severity.P2).picked
    assert one.because == (
        "owner of checkout",
        "on shift in Payments",
        "at work now",
        "median 3 min over 6 answers",
        "1 waiting for them",
    )


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (Candidate(account=DEE, owns="checkout"), Candidate(account=BEN)),
        (Candidate(account=DEE, owns="checkout", share=0.8), Candidate(account=BEN, owns="checkout", share=0.2)),
        (Candidate(account=DEE, shift="Payments"), Candidate(account=BEN)),
        (Candidate(account=DEE, is_working=True), Candidate(account=BEN)),
        (Candidate(account=DEE, answered=USED), Candidate(account=BEN, answered=(7200.0,) * 6)),
        (Candidate(account=DEE, answered=USED), Candidate(account=BEN, answered=USED, unanswered=(7200.0,) * 4)),
        (Candidate(account=DEE), Candidate(account=BEN, waiting=2)),
        (Candidate(account=DEE), Candidate(account=BEN, sleeps=True)),
    ],
    ids=["owner", "share", "shift", "working", "speed", "silence", "load", "sleep"],
)
def test_each_thing_that_is_known_counts(better: Candidate, worse: Candidate) -> None:
    assert picked(route(Route(history=0, picks=1), [worse, better], Severity.P1)) == [DEE]


@pytest.mark.parametrize(("load", "first"), [(1, DEE), (0.1, BEN)])
def test_what_waits_for_somebody_weighs_as_much_as_the_route_says(load: float, first: str) -> None:
    busy = Candidate(account=BEN, is_working=True, waiting=2)
    assert picked(route(Route(history=0, picks=1, load=load), [busy, Candidate(account=DEE)], Severity.P1)) == [first]


def test_two_quick_answers_dont_make_a_reputation() -> None:
    steady = Candidate(account=BEN, answered=(240.0,) * 40)
    lucky = Candidate(account=CY, answered=(20.0, 20.0))
    slow = Candidate(account=DEE, answered=(3600.0,) * 40)
    everybody = [steady, lucky, slow]
    assert expected(lucky, everybody) > expected(steady, everybody), "two answers are pulled to what is common"
    proven = lucky.model_copy(update={"answered": (20.0,) * 40})
    assert expected(proven, [steady, proven, slow]) < expected(steady, [steady, proven, slow])


@given(
    mine=st.lists(st.floats(1, 86_400), max_size=30),
    others=st.lists(st.floats(1, 86_400), max_size=30),
)
def test_what_is_expected_lies_between_their_own_and_what_is_common(mine: list[float], others: list[float]) -> None:
    one, other = Candidate(account=BEN, answered=tuple(mine)), Candidate(account=CY, answered=tuple(others))
    seconds = expected(one, [one, other])
    known = [*mine, *others] or [PRIOR_SECONDS]
    assert min(known) * 0.999 <= seconds <= max(known) * 1.001


def test_thin_history_asks_nobody_and_says_so() -> None:
    found = route(Route(history=5), [Candidate(account=BEN, answered=(60.0, 60.0))], Severity.P1)
    assert found.picked == ()
    assert found.left_out == ("Too little is known of how soon they answer: 2 answers, and the route wants 5.",)


def test_sleepers_are_woken_only_where_the_route_wakes_or_they_are_on_shift() -> None:
    asleep = Candidate(account=BEN, sleeps=True)
    assert picked(route(ANY, [asleep], Severity.P1)) == [BEN]
    quiet = route(ANY, [asleep], Severity.P3)
    assert quiet.picked == ()
    assert quiet.left_out == ("<@UBEN> sleeps, and P3 wakes only whoever is on shift.",)
    assert picked(route(ANY, [asleep.model_copy(update={"shift": "Payments"})], Severity.P3)) == [BEN]


def test_who_can_not_be_asked_or_may_not_decide_is_left_out_with_the_reason_and_the_next_best_is_picked() -> None:
    gone = Candidate(account=BEN, owns="checkout", out="their account is deactivated")
    found = route(
        ANY, [Candidate(account=ANA, owns="checkout"), gone, Candidate(account=CY)], Severity.P1, barred=[ANA]
    )
    assert picked(found) == [CY]
    assert ANA in found.left_out[0]
    assert found.left_out[1] == "<@UBEN> can't be asked: their account is deactivated."


def test_whoever_is_picked_where_the_severity_wakes_is_told_at_once() -> None:
    asleep = Candidate(account=BEN, sleeps=True, quiet=("mon-sun 11:00-13:00",))
    assert [one.wakes for one in route(ANY, [asleep], Severity.P1).found(0)] == [True]
    on_shift = asleep.model_copy(update={"shift": "Payments"})
    assert [one.wakes for one in route(ANY, [on_shift], Severity.P3).found(0)] == [False]


def test_the_order_does_not_depend_on_who_was_looked_up_first() -> None:
    people = [Candidate(account=name, answered=USED) for name in (DEE, BEN, CY)]
    assert picked(route(ANY, people, Severity.P2)) == picked(route(ANY, people[::-1], Severity.P2)) == [BEN, CY, DEE]


def test_the_clock_that_counts_is_the_one_on_their_own_wall() -> None:
    noon_in_berlin = datetime(2026, 11, 2, 11, tzinfo=UTC)
    berlin = Person(id="ben", slack=BEN, name="Ben", zone="Europe/Berlin")
    pacific = Person(id="cy", slack=CY, name="Cy", zone="America/Los_Angeles")
    here, there = (candidate(person, noon_in_berlin) for person in (berlin, pacific))
    assert (here.is_working, here.sleeps) == (True, False)
    assert (there.is_working, there.sleeps) == (False, True)


def test_what_was_picked_is_the_answer_to_the_lookup() -> None:
    ben = Candidate(account=BEN, owns="checkout", deputies=(StandIn(account=CY),), quiet=("mon-sun 22:00-07:00",))
    (found,) = route(ANY, [ben], Severity.P1).found(seat=2)
    assert (found.account, found.seat, found.because[0]) == (BEN, 2, "owner of checkout")
    assert (found.deputies, found.quiet) == (ben.deputies, ben.quiet)
