"""The roster on the real Redis: races have one winner, a click counts once, what follows is lined up with the fact."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot.domain.effects import TellArrangement
from bot.domain.oncall.book import Arranged
from bot.domain.oncall.roster import RosterState, fold
from bot.domain.oncall.schedule import Shift
from bot.planner import Planner, Settled
from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.outbox import RedisOutbox, Waiting
from bot.store.problems import RedisProblems
from bot.store.roster import RedisRoster
from bot.store.rounds import RedisRounds
from tests.harness.clock import NOON, WoundClock
from tests.harness.memory import NobodyToWake
from tests.harness.people import ANA, BEN, CY
from tests.harness.rota import BOOK, SEARCH, hours, put_on


@pytest.fixture
def roster(redis: Client, keys: Keys) -> RedisRoster:
    return RedisRoster(redis, keys)


@pytest.fixture
def planner(roster: RedisRoster) -> Planner:
    return Planner(roster, NobodyToWake(), BOOK)


@pytest.fixture
def rounds(redis: Client, keys: Keys) -> RedisRounds:
    return RedisRounds(redis, keys)


def test_what_was_arranged_is_there_for_every_process(planner: Planner, redis: Client, keys: Keys) -> None:
    settled = planner.submit(put_on(CY, 2, 5))
    assert settled.override == "o1"
    other = RedisRoster(redis, keys)
    assert other.arranged() == Arranged(overrides=tuple(settled.state.overrides.values()))


def test_the_same_cause_is_one_fact(planner: Planner, roster: RedisRoster) -> None:
    first, again = planner.submit(put_on(CY, 2, 5)), planner.submit(put_on(CY, 2, 5))
    assert first.fact is not None
    assert (again.override, again.fact) == ("o1", None)
    assert roster.state()[0] == 1


def test_each_fact_lines_up_the_telling_of_it(planner: Planner, outbox: RedisOutbox, clock: WoundClock) -> None:
    planner.submit(put_on(CY, 2, 5))
    clock.wind(5)
    assert outbox.due_lanes() == ["roster:o1"]
    waiting = outbox.next("roster:o1", "me")
    assert isinstance(waiting, Waiting)
    assert waiting.effect == TellArrangement(number=1, override="o1")


def test_whoever_is_late_loses_the_race_and_decides_anew(redis: Client, keys: Keys) -> None:
    """Eight processes arrange at once; each gets a number of its own, and none is lost."""
    planners = [Planner(RedisRoster(redis, keys), NobodyToWake(), BOOK) for _ in range(8)]

    def arrange(number: int) -> Settled:
        return planners[number].submit(put_on(CY, 2 + number, 3 + number, by=ANA))

    with ThreadPoolExecutor(8) as threads:
        settled = list(threads.map(arrange, range(8)))
    assert sorted(each.override for each in settled) == sorted(f"o{number}" for number in range(1, 9))
    whole = RedisRoster(redis, keys)
    number, state = whole.state()
    assert (number, len(state.overrides)) == (8, 8)
    assert fold(whole.history(8), RosterState()) == state


def test_a_fact_behind_the_wrong_number_is_not_kept(roster: RedisRoster, planner: Planner, outbox: RedisOutbox) -> None:
    fact = planner.submit(put_on(CY, 2, 5)).fact
    assert fact is not None
    telling = TellArrangement(number=1, override="o9")
    assert [roster.append(fact, expected, telling) for expected in (0, 2)] == [False, False]
    assert roster.state()[0] == 1
    assert outbox.waiting() == {"roster:o1": 1}


def test_facts_can_be_read_up_to_a_number(planner: Planner, roster: RedisRoster) -> None:
    for start in (2, 5, 8):
        planner.submit(put_on(CY, start, start + 1, by=BEN))
    assert [fact.override.start for fact in roster.history(2) if fact.type == "override.made"] == [hours(2), hours(5)]
    assert roster.history(0) == ()


def test_what_another_system_said_last_holds_with_its_time(roster: RedisRoster) -> None:
    shifts = (Shift(person="cy", start=hours(0), end=hours(3)),)
    roster.learn(SEARCH, (), NOON)
    roster.learn(SEARCH, shifts, hours(1))
    assert roster.elsewhere() == {SEARCH: shifts}
    assert roster.arranged().elsewhere == {SEARCH: shifts}
    assert roster.last_read() == {SEARCH: hours(1)}


# Rounds


def test_what_is_due_is_taken_on_once_by_however_many(rounds: RedisRounds) -> None:
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: rounds.claim("read", "", 30, NOON), range(16)))
    assert taken.count("") == 1
    assert taken.count(None) == 15


def test_it_is_due_again_when_its_time_has_gone_by(rounds: RedisRounds) -> None:
    taken = [rounds.claim("read", "w", 30, NOON + timedelta(seconds=at)) for at in (0, 29.999, 30, 31, 60)]
    assert taken == ["", None, "w", None, "w"]


def test_another_word_is_a_reason_unless_one_is_patient(rounds: RedisRounds) -> None:
    assert rounds.claim("group", "ana", 3600, hours(0)) == ""
    assert rounds.claim("group", "ben, cy", 3600, hours(0.1)) == "ana"
    assert rounds.claim("group", "dee", 3600, hours(0.2), patient=True) is None
    assert rounds.claim("group", "dee", 3600, hours(1.2), patient=True) == "ben, cy"


def test_where_time_is_no_reason_only_another_word_is(rounds: RedisRounds) -> None:
    assert [rounds.claim("on", word, None, hours(at)) for at, word in ((0, "a"), (999, "a"), (999, "b"))] == [
        "",
        None,
        "a",
    ]


# Standing problems


def test_a_problem_stands_until_it_is_cleared_and_is_news_once(redis: Client, keys: Keys, clock: WoundClock) -> None:
    problems = RedisProblems(redis, keys, clock)
    assert problems.raise_("schedule:search", "The calendar answered 404.", "Check url.")
    clock.wind(60)
    assert not problems.raise_("schedule:search", "The calendar answered 404.", "Check url.")
    assert problems.raise_("schedule:search", "The calendar answered 410.", "Check url.")
    (problem,) = problems.all().values()
    assert (problem.why, problem.cure, problem.since) == ("The calendar answered 410.", "Check url.", NOON)
    problems.clear("schedule:search")
    assert problems.all() == {}


def test_a_schedule_without_a_word_from_anybody_is_as_declared(roster: RedisRoster) -> None:
    assert (roster.state(), roster.arranged(), roster.last_read()) == ((0, RosterState()), Arranged(), {})
