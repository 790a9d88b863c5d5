"""The book looked over: gaps, clashes, people out of reach, and who carries how much of whose night."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.oncall.book import Arranged, Book
from bot.domain.oncall.check import (
    Finding,
    Gap,
    NeverOn,
    NobodyCalls,
    NotHeard,
    OutOfReach,
    Report,
    SameOnTwoTiers,
    TwoAtOnce,
    Unfair,
    check,
)
from bot.domain.oncall.escalation import EscalationPolicy, Target, Tier
from bot.domain.oncall.people import Person, Team
from bot.domain.oncall.schedule import Elsewhere, Layer, Override, Schedule, Shift
from bot.domain.oncall.spans import Span
from tests.harness.naive_rota import lies_in, on_the_wall

NOTHING = Arranged()
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
DAY, HOUR, WEEK = timedelta(days=1), timedelta(hours=1), timedelta(weeks=1)


def person(name: str, **said: Any) -> Person:
    return Person(**{"id": name, "slack": f"U{name.upper()}", "name": name.title(), "zone": "UTC", **said})


def layer(*people: str, **said: Any) -> Layer:
    return Layer(**{"rotation": "weekly", "starts": "2026-01-05 00:00", "people": people, **said})


def schedule(name: str, *layers: Layer, needed: Sequence[str] = ()) -> Schedule:
    return Schedule(id=name, title=name, layers=layers, needed=tuple(needed))


def policy(*tiers: Target) -> EscalationPolicy:
    return EscalationPolicy(id="main", title="Main", tiers=tuple(Tier(notify=(each,), limit=300) for each in tiers))


def book(*things: Schedule | EscalationPolicy | Person | Team) -> Book:
    """A book of these, with Ana, Ben and Cy."""
    people = (person("ana"), person("ben"), person("cy"), *(it for it in things if isinstance(it, Person)))
    return Book(
        people={it.id: it for it in people},
        teams={it.id: it for it in things if isinstance(it, Team)},
        schedules={it.id: it for it in things if isinstance(it, Schedule)},
        escalations={it.id: it for it in things if isinstance(it, EscalationPolicy)},
    )


def no_holidays(region: str, day: date) -> str | None:
    return None


def looked_over(book: Book, *, weeks: int = 6, arranged: Arranged = NOTHING) -> Report:
    return check(book, arranged, MONDAY, MONDAY + weeks * WEEK, no_holidays)


def found(kind: type[Finding], report: Report) -> list[Finding]:
    return [finding for finding in report.findings if isinstance(finding, kind)]


def test_a_fair_rotation_of_people_within_reach_has_nothing_to_tell() -> None:
    report = looked_over(book(schedule("first", layer("ana", "ben", "cy"))))
    assert report.findings == ()
    assert not report.serious
    assert [(it.person, it.shifts, it.total) for it in report.loads] == [
        ("ana", 2, 2 * WEEK),
        ("ben", 2, 2 * WEEK),
        ("cy", 2, 2 * WEEK),
    ]


def test_a_gap_is_told_unless_nobody_is_needed_then() -> None:
    days = layer("ana", "ben", "cy", only=("mon-fri 09:00-17:00",))
    report = looked_over(book(schedule("first", days)), weeks=1)
    (gap,) = found(Gap, report)
    assert report.serious
    assert isinstance(gap, Gap)
    assert gap.spans[0] == Span(MONDAY, MONDAY + 9 * HOUR)
    assert sum((span.length for span in gap.spans), timedelta()) == WEEK - 40 * HOUR
    assert found(Gap, looked_over(book(schedule("first", days, needed=["mon-fri 09:00-17:00"])), weeks=1)) == []
    (late,) = found(Gap, looked_over(book(schedule("first", days, needed=["mon 16:00-18:00"])), weeks=1))
    assert isinstance(late, Gap)
    assert late.spans == (Span(MONDAY + 17 * HOUR, MONDAY + 18 * HOUR),)


def test_who_is_on_two_tiers_at_once_is_told_once() -> None:
    first, second = schedule("first", layer("ana", "ben")), schedule("second", layer("ana", "ben", "cy"))
    report = looked_over(book(first, second, policy(Target(schedule="first"), Target(schedule="second"))))
    (ana, ben) = found(SameOnTwoTiers, report)
    assert ana == SameOnTwoTiers("main", "ana", (1, 2), (Span(MONDAY, MONDAY + WEEK),))
    assert isinstance(ben, SameOnTwoTiers)
    assert (ben.person, ben.spans) == ("ben", (Span(MONDAY + WEEK, MONDAY + 2 * WEEK),))
    assert found(TwoAtOnce, report) == []
    assert report.serious


def test_a_person_named_on_a_later_tier_is_there_whenever_on_shift_on_an_earlier_one() -> None:
    tiers = policy(Target(schedule="first"), Target(person="ana"))
    (clash,) = found(SameOnTwoTiers, looked_over(book(schedule("first", layer("ana", "ben")), tiers), weeks=4))
    assert isinstance(clash, SameOnTwoTiers)
    assert clash.spans == (Span(MONDAY, MONDAY + WEEK), Span(MONDAY + 2 * WEEK, MONDAY + 3 * WEEK))


def test_a_team_on_the_last_tier_is_no_clash() -> None:
    team = Team(id="team", title="Team", members=("ana", "ben", "cy"))
    tiers = policy(Target(schedule="first"), Target(team="team"))
    assert found(SameOnTwoTiers, looked_over(book(schedule("first", layer("ana", "ben", "cy")), team, tiers))) == []


def test_two_schedules_of_one_person_at_once_are_worth_a_word_and_no_more() -> None:
    first, second = schedule("first", layer("ana", "ben", "cy")), schedule("second", layer("ana"))
    report = looked_over(book(first, second), weeks=3)
    assert found(TwoAtOnce, report) == [TwoAtOnce("ana", ("first", "second"), (Span(MONDAY, MONDAY + WEEK),))]
    assert not report.serious
    assert report.loads[0].person == "ana"
    assert report.loads[0].total == 3 * WEEK, "two at once count once"
    late = looked_over(book(schedule("first", layer("cy", "cy", "ana"))), weeks=3)
    assert [(it.person, it.total) for it in late.loads] == [("cy", 2 * WEEK), ("ana", WEEK)], "most first"


def test_who_cannot_be_reached_is_told_unless_a_deputy_can() -> None:
    mute = person("dee", contacts=())
    on = schedule("first", layer("ana", "dee"))
    report = looked_over(book(on, mute))
    assert found(OutOfReach, report) == [OutOfReach("dee")]
    assert report.serious
    led_on = person("dee", contacts=(), deputies=("eli",))
    eli = person("eli", contacts=(), deputies=("ben",))
    assert found(OutOfReach, looked_over(book(on, led_on, eli))) == []
    circle = (person("dee", contacts=(), deputies=("eli",)), person("eli", contacts=(), deputies=("dee",)))
    assert found(OutOfReach, looked_over(book(on, *circle))) == [OutOfReach("dee")]
    standing_in = Override(id="o", schedule="first", person="dee", start=MONDAY, end=MONDAY + DAY, by="UMO", at=MONDAY)
    report = looked_over(book(schedule("first", layer("ana")), mute), arranged=Arranged(overrides=(standing_in,)))
    assert found(OutOfReach, report) == [OutOfReach("dee")], "an override can put anybody on call"


def test_who_is_named_and_never_on_shift_is_told() -> None:
    hidden = schedule("first", layer("ana", "ben"), layer("cy", "ben"))
    assert found(NeverOn, looked_over(book(hidden))) == [NeverOn("first", "ana")]


def test_whom_nothing_leads_to_is_told() -> None:
    on = schedule("first", layer("ana"))
    assert found(NobodyCalls, looked_over(book(on))) == [NobodyCalls("ben"), NobodyCalls("cy")]
    deputy = person("dee", deputies=("ben",))
    report = looked_over(book(on, deputy, policy(Target(person="dee")), Team(id="t", title="T", members=("cy",))))
    assert found(NobodyCalls, report) == []


def test_far_more_than_the_mean_is_unfair_and_one_turn_more_is_not() -> None:
    uneven = schedule("first", layer("ana", "ana", "ana", "ben", "ana", "cy", "ana", "cy", rotation="daily"))
    report = looked_over(book(uneven), weeks=8)
    (unfair,) = [it for it in found(Unfair, report) if isinstance(it, Unfair) and not it.asleep]
    assert unfair == Unfair("first", "ana", False, 35 * DAY, 56 * DAY / 3)
    five = schedule("first", layer("ana", "ben", "cy", "dee", "eli"))
    assert found(Unfair, looked_over(book(five, person("dee"), person("eli")))) == [], "in six weeks Ana has two turns"


def test_nights_for_the_same_people_are_unfair_though_the_hours_are_even() -> None:
    by_hour = schedule(
        "first",
        layer("ana", "ben", rotation="custom", lengths=(12 * 3600.0, 12 * 3600.0), starts="2026-01-05 20:00"),
    )
    (night,) = found(Unfair, check(book(by_hour), NOTHING, MONDAY + DAY, MONDAY + 15 * DAY, no_holidays))
    assert night == Unfair("first", "ana", True, 14 * 9 * HOUR, 7 * 9 * HOUR)


def test_hours_count_by_the_clock_of_the_person() -> None:
    seoul = person("dee", zone="Asia/Seoul")
    nights = layer("dee", only=("mon-fri 00:00-08:00",))
    report = looked_over(book(schedule("first", nights), seoul), weeks=1)
    (dee,) = report.loads
    assert (dee.working, dee.off, dee.asleep, dee.total) == (40 * HOUR, timedelta(), timedelta(), 40 * HOUR)
    here = looked_over(book(schedule("first", layer("ana", only=("mon-fri 00:00-08:00",)))), weeks=1)
    assert (here.loads[0].working, here.loads[0].off, here.loads[0].asleep) == (timedelta(), 5 * HOUR, 35 * HOUR)


def test_a_holiday_is_no_working_day_from_midnight_to_midnight_where_the_person_lives() -> None:
    def wednesday(region: str, day: date) -> str | None:
        return "Bread Day" if (region, day) == ("XX", date(2026, 1, 7)) else None

    madrid = person("dee", zone="Europe/Madrid", holidays="XX")
    report = check(book(schedule("first", layer("dee")), madrid), NOTHING, MONDAY, MONDAY + WEEK, wednesday)
    (dee,) = report.loads
    assert (dee.working, dee.holidays, dee.total) == (32 * HOUR, DAY, WEEK)
    assert dee.asleep == 7 * 9 * HOUR, "a holiday's night is still a night"
    until_noon = check(
        book(schedule("first", layer("dee")), madrid), NOTHING, MONDAY, MONDAY + 2 * DAY + 11 * HOUR, wednesday
    )
    assert until_noon.loads[0].holidays == 12 * HOUR


def test_a_schedule_kept_elsewhere_is_looked_over_by_what_was_heard() -> None:
    plan = Schedule(id="there", title="There", elsewhere=Elsewhere(uses="ics", url="https://c", people={"A": "ana"}))
    heard = Shift(person="ana", start=MONDAY - DAY, end=MONDAY + DAY, because="calendar")
    report = looked_over(book(plan), weeks=1, arranged=Arranged(elsewhere={"there": (heard,)}))
    assert found(Gap, report) == [Gap("there", (Span(MONDAY + DAY, MONDAY + WEEK),))]
    assert [(it.person, it.total) for it in report.loads] == [("ana", DAY)]


def test_a_schedule_that_nothing_was_heard_of_is_said_to_be_unknown_and_has_no_gap() -> None:
    plan = Schedule(id="there", title="There", elsewhere=Elsewhere(uses="ics", url="https://c", people={"A": "ana"}))
    report = looked_over(book(plan, person("ben", deputies=("cy",)), person("cy", deputies=("ben",))))
    assert report.findings == (NotHeard("there"),)
    assert not report.serious
    silent = looked_over(book(plan), arranged=Arranged(elsewhere={"there": ()}))
    assert found(Gap, silent) == [Gap("there", (Span(MONDAY, MONDAY + 6 * WEEK),))]
    assert found(NeverOn, silent) == [NeverOn("there", "ana")]


def test_an_empty_book_has_nothing_to_tell() -> None:
    report = check(Book(), NOTHING, MONDAY, MONDAY + WEEK, no_holidays)
    assert (report.findings, report.loads) == ((), ())


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        check(Book(), NOTHING, MONDAY.replace(tzinfo=None), MONDAY, no_holidays)


# Held against somebody who looks at the clock every quarter of an hour

LINES = st.sampled_from(
    ["mon-fri 09:00-17:00", "sun-thu 08:15-16:00", "mon-sun 22:00-07:00", "sat-sun 00:00-24:00", "fri 23:45-01:15"]
)
ZONES = st.sampled_from(["UTC", "Asia/Seoul", "America/Chicago", "Europe/Berlin", "Asia/Kolkata"])
PEOPLE = st.builds(
    lambda zone, hours, quiet: person("ana", zone=zone, hours=tuple(hours), quiet=tuple(quiet), holidays="XX"),
    ZONES, st.lists(LINES, max_size=2), st.lists(LINES, max_size=2),
)  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(PEOPLE, st.lists(LINES, max_size=2), st.integers(0, 60))
def test_every_quarter_of_an_hour_is_counted_where_the_persons_clock_puts_it(
    ana: Person, only: list[str], days: int
) -> None:
    def tuesdays(region: str, day: date) -> str | None:
        return "Tuesday" if day.weekday() == 1 else None

    start = MONDAY + days * DAY  # no clock is changed until 8 March
    end = min(start + 5 * DAY, datetime(2026, 3, 8, tzinfo=UTC))
    plan = schedule("first", layer("ana", only=tuple(only)))
    report = check(Book(people={"ana": ana}, schedules={"first": plan}), NOTHING, start, end, tuesdays)
    counted = dict.fromkeys(("working", "off", "asleep", "holidays"), timedelta())
    quarter, at = timedelta(minutes=15), start
    while at < end:
        if not only or any(lies_in(line, at.replace(tzinfo=None)) for line in only):
            wall = on_the_wall(at, ana.zone)
            free = wall.weekday() == 1
            works = not free and any(lies_in(line, wall) for line in ana.hours)
            sleeps = not works and any(lies_in(line, wall) for line in ana.quiet)
            counted["working" if works else "asleep" if sleeps else "off"] += quarter
            counted["holidays"] += quarter * free
        at += quarter
    assert [{name: getattr(load, name) for name in counted} for load in report.loads] == (
        [counted] if sum(counted.values(), timedelta()) else []
    )
