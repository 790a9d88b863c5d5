"""What the clock lines up about who is on call: once however many clocks look, and nobody is told twice."""

from datetime import datetime, timedelta

import pytest

from bot.domain.effects import AnyEffect, ReadSchedule, SyncGroup, TellShift, TellUnanswered
from bot.domain.oncall.arrange import AnswerStandIn, AskToStandIn, Stretch
from bot.domain.oncall.book import Book
from bot.domain.oncall.schedule import Shift
from bot.planner import Planner
from bot.store.client import Client
from bot.store.keys import Keys
from bot.store.problems import RedisProblems
from bot.store.roster import RedisRoster
from bot.store.rounds import RedisRounds
from tests.harness.clock import NOON, WoundClock
from tests.harness.memory import NobodyToWake
from tests.harness.people import ANA, BEN, CY
from tests.harness.rota import BOOK, FIRST, SEARCH, hours, put_on
from workers.lookout import AGAIN, Lookout

KEYS = Keys("test")
GROUPED = Book.model_validate(
    BOOK.model_dump(exclude={"notifiers"})
    | {"schedules": {name: {**s.model_dump(), "user_group": "S0614TZR7"} for name, s in BOOK.schedules.items()}}
)
EVERY = 300
"""Seconds between two readings of the book's calendar."""


class Outbox:
    """Keeps what was lined up."""

    def __init__(self) -> None:
        self.lined_up = list[AnyEffect]()

    def put(self, effect: AnyEffect, *, id: str, at: datetime) -> tuple[str, ...]:  # noqa: A002 - the port's word
        self.lined_up.append(effect)
        return (effect.lane,)

    def of(self, kind: type[AnyEffect]) -> list[AnyEffect]:
        return [effect for effect in self.lined_up if isinstance(effect, kind)]


class Watch:
    """Some clocks on one Redis, each a process of its own."""

    def __init__(self, redis: Client, clocks: int = 3, book: Book = BOOK) -> None:
        self.outbox, self.roster = Outbox(), RedisRoster(redis, KEYS)
        self.problems = RedisProblems(redis, KEYS, WoundClock())
        self.planner = Planner(self.roster, NobodyToWake(), book)
        self.lookouts = [
            Lookout(
                book, RedisRoster(redis, KEYS), RedisRounds(redis, KEYS), self.problems, self.outbox, NobodyToWake()
            )
            for _ in range(clocks)
        ]

    def at(self, now: datetime) -> list[AnyEffect]:
        """Have all clocks look at a time; returns what was lined up then."""
        before = len(self.outbox.lined_up)
        for lookout in self.lookouts:
            lookout.look(now)
        return self.outbox.lined_up[before:]


@pytest.fixture
def watch(redis: Client) -> Watch:
    return Watch(redis)


def told(effects: list[AnyEffect]) -> list[tuple[str, str]]:
    return [(effect.schedule, effect.person) for effect in effects if isinstance(effect, TellShift)]


def test_a_schedule_kept_elsewhere_is_read_once_by_all_clocks_and_again_when_its_time_has_gone_by(watch: Watch) -> None:
    reads = [
        len([it for it in watch.at(NOON + timedelta(seconds=at)) if isinstance(it, ReadSchedule)])
        for at in (0, 1, EVERY - 1, EVERY, EVERY + 1, 2 * EVERY)
    ]
    assert reads == [1, 0, 0, 1, 0, 1]


def test_looks_within_a_second_are_one(watch: Watch) -> None:
    watch.at(NOON)
    watch.roster.learn(SEARCH, (Shift(person="cy", start=hours(-1), end=hours(9)),), NOON)
    assert watch.at(NOON + timedelta(seconds=0.9)) == []
    assert watch.lookouts[0].looked == NOON


def test_at_the_first_look_nobody_is_told_of_a_shift_that_goes_on(watch: Watch) -> None:
    assert told(watch.at(NOON)) == []


def test_whose_shift_begins_is_told_once(watch: Watch) -> None:
    watch.at(NOON)
    handover = hours(24 * 7 - 4)  # Mondays at 09:00 in Madrid
    assert told(watch.at(handover - timedelta(seconds=1))) == []
    assert sorted(told(watch.at(handover))) == [("payments-first", "ben"), ("payments-second", "ana")]
    assert told(watch.at(handover + timedelta(seconds=2))) == []


def test_after_an_outage_it_is_told_late_rather_than_never(watch: Watch) -> None:
    watch.at(NOON)
    assert (FIRST, "ben") in told(watch.at(hours(24 * 8)))


def test_who_was_put_on_at_this_moment_has_been_told_already(watch: Watch) -> None:
    watch.at(NOON)
    watch.planner.submit(put_on(CY, 1, 3, by=BEN, at=1))
    assert told(watch.at(hours(1) + timedelta(seconds=1))) == []
    assert told(watch.at(hours(3))) == [(FIRST, "ana")], "her shift begins anew, and that was not arranged just now"


def test_who_stands_in_later_is_told_when_it_begins(watch: Watch) -> None:
    watch.at(NOON)
    watch.planner.submit(put_on(CY, 2, 3, by=BEN))
    assert told(watch.at(hours(1))) == []
    assert told(watch.at(hours(2))) == [(FIRST, "cy")]


def test_of_a_schedule_that_was_never_heard_of_nothing_is_told(watch: Watch) -> None:
    watch.at(NOON)
    watch.roster.learn(SEARCH, (Shift(person="cy", start=hours(-1), end=hours(2)),), NOON)
    assert told(watch.at(hours(0.1))) == [], "the first look that knows it is the first look"
    watch.roster.learn(SEARCH, (Shift(person="ben", start=hours(-1), end=hours(2)),), NOON)
    assert told(watch.at(hours(0.2))) == [(SEARCH, "ben")]


def unanswered(effects: list[AnyEffect]) -> list[str]:
    return [effect.override for effect in effects if isinstance(effect, TellUnanswered)]


@pytest.mark.parametrize(
    ("begins", "told_after"),
    [(30.0, 29.0), (2.0, 1.0), (0.5, 0.25), (0.0, 0.25)],
    ids=["an hour before it begins", "also on the same day", "not at once", "also when it goes on already"],
)
def test_who_asked_for_a_stand_in_is_told_once_that_nobody_answers(
    watch: Watch, begins: float, told_after: float
) -> None:
    when = Stretch(schedule=FIRST, start=hours(begins), end=hours(begins + 8))
    watch.planner.submit(AskToStandIn(by=ANA, at=NOON, cause="ask", person=BEN, when=when))
    assert unanswered(watch.at(hours(told_after) - timedelta(seconds=1))) == []
    assert unanswered(watch.at(hours(told_after))) == ["o1"]
    assert unanswered(watch.at(hours(told_after + 1))) == []


def test_who_got_an_answer_is_told_nothing_more(watch: Watch) -> None:
    when = Stretch(schedule=FIRST, start=hours(3), end=hours(8))
    watch.planner.submit(AskToStandIn(by=ANA, at=NOON, cause="ask", person=BEN, when=when))
    watch.planner.submit(AnswerStandIn(by=BEN, at=hours(1), cause="yes", override="o1", accept=True))
    assert unanswered(watch.at(hours(4))) == []


def synced(effects: list[AnyEffect]) -> int:
    return sum(isinstance(effect, SyncGroup) and effect.schedule == FIRST for effect in effects)


def test_a_group_is_synced_when_the_shift_changes_and_each_hour(redis: Client) -> None:
    watch = Watch(redis, book=GROUPED)
    again = timedelta(seconds=AGAIN)
    assert [synced(watch.at(at)) for at in (NOON, hours(0.5), NOON + again, hours(1.5))] == [1, 0, 1, 0]
    watch.planner.submit(put_on(CY, 1.6, 3, by=BEN, at=1.6))
    assert [synced(watch.at(hours(at))) for at in (1.7, 1.8)] == [1, 0]


def test_what_slack_refused_is_tried_once_an_hour_whatever_changes(redis: Client) -> None:
    watch = Watch(redis, book=GROUPED)
    assert synced(watch.at(NOON)) == 1
    watch.problems.raise_(f"group:{FIRST}", "This plan has no user groups.", "Change it.")
    watch.planner.submit(put_on(CY, 0.1, 3, by=BEN, at=0.1))
    assert [synced(watch.at(hours(at))) for at in (0.2, 0.9, 1.1, 1.2)] == [0, 0, 1, 0]
