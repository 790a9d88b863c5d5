"""Who is on call when: held against somebody who watches the clock on the wall, second by half minute."""

import bisect
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from time import perf_counter

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.domain.oncall import hours, rota
from bot.domain.oncall.book import Arranged
from bot.domain.oncall.rotation import runs
from bot.domain.oncall.schedule import Elsewhere, Kind, Layer, Override, Schedule, Shift
from bot.domain.oncall.spans import Span, total, union
from bot.domain.oncall.wall import instant
from tests.harness.naive_rota import NaiveRota, latest_shown, lies_in, on_the_wall, switches, ticks

CHICAGO, BERLIN, LORD_HOWE, KOLKATA = "America/Chicago", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata"
NOTHING = Arranged()
MADE = datetime(2026, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def schedule(*layers: Layer, zone: str = BERLIN, elsewhere: Elsewhere | None = None) -> Schedule:
    return Schedule(id="first", title="First line", zone=zone, layers=layers, elsewhere=elsewhere)


def weekly(*people: str, starts: str = "2026-01-05 09:00", only: Sequence[str] = ()) -> Layer:
    return Layer(rotation="weekly", starts=starts, people=people, only=tuple(only))


def override(person: str, start: datetime, end: datetime, *, instead_of: str | None = None, made: int = 0) -> Override:
    return Override(
        id=f"o{9 - made}-{person}",
        schedule="first",
        person=person,
        instead_of=instead_of,
        start=start,
        end=end,
        by="UMO",
        at=MADE + timedelta(minutes=made),
    )


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def local(shown: datetime) -> str:
    return f"{shown:%Y-%m-%d %H:%M}"


def utc(day: int, hour: int = 0, minute: int = 0, *, month: int = 1, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def told(shifts: Sequence[Shift]) -> list[tuple[str, str, str]]:
    return [(it.person, f"{it.start:%m-%d %H:%M}", f"{it.end:%m-%d %H:%M}") for it in shifts]


# Every half minute around every switch


def rotation(kind: Kind, switch: datetime, clock: str) -> list[Layer]:
    """Make rotations of a kind that hand over at `clock` on the day of the switch, and that began some time before."""
    day = f"{switch:%Y-%m-%d} {clock}"
    begun = datetime.fromisoformat(day)
    people = ("ana", "ben", "cy")
    match kind:
        case "hourly":
            every = {1: 4 * DAY, 5: 5 * 20 * HOUR}
            return [Layer(rotation=kind, every=n, starts=local(begun - ago), people=people) for n, ago in every.items()]
        case "daily":
            every = {1: 4 * DAY, 3: 30 * DAY}
            return [Layer(rotation=kind, every=n, starts=local(begun - ago), people=people) for n, ago in every.items()]
        case "weekly":
            every = {1: 21 * DAY, 2: 42 * DAY}
            return [Layer(rotation=kind, every=n, starts=local(begun - ago), people=people) for n, ago in every.items()]
        case "monthly":
            ago = [(1, months_before(begun, 3)), (2, months_before(begun, 10))]
            return [Layer(rotation=kind, every=n, starts=local(first), people=people) for n, first in ago]
        case "custom":
            lengths = {(5 * 86400, 2 * 86400): 28 * DAY, (3 * 3600, 5400, 1800): 50 * HOUR}
            return [
                Layer(rotation=kind, lengths=each, starts=local(begun - ago), people=people)
                for each, ago in lengths.items()
            ]


def months_before(shown: datetime, months: int) -> datetime:
    year, month = divmod(shown.year * 12 + shown.month - 1 - months, 12)
    return shown.replace(year=year, month=month + 1)


def busy(base: Layer, zone: str, switch: datetime, ends: str) -> tuple[Schedule, tuple[Override, ...]]:
    """Lay over a rotation what cuts it: nights, a layer that ends in the switch, overrides."""
    nights = Layer(
        rotation="daily",
        starts="2025-12-01 12:00",
        people=("dee", "eli"),
        only=("mon-fri 20:00-08:00", "sat 22:00-01:50", "sun 01:40-02:20"),
    )
    ending = Layer(
        rotation="hourly",
        every=5,
        starts="2025-12-30 00:30",
        ends=ends,
        people=("fay",),
        only=("sat-sun 00:10-02:50",),
    )
    overrides = (
        override("gil", switch - 20 * HOUR, switch - 5 * HOUR, made=1),
        override("hal", switch - 15 * HOUR, switch + 4 * HOUR, instead_of="ana", made=2),
        override("ida", switch - HOUR, switch + 20 * HOUR, instead_of="dee", made=3),
        override("jo", switch + 3 * HOUR, switch + 5 * HOUR, made=5),
        override("kim", switch + 4 * HOUR, switch + 30 * HOUR, instead_of="jo", made=6),
        override("lee", switch + 2 * HOUR, switch + 4 * HOUR, made=4),
    )
    return schedule(base, nights, ending, zone=zone), overrides


KINDS: tuple[Kind, ...] = ("hourly", "daily", "weekly", "monthly", "custom")


@pytest.mark.parametrize("zone", [CHICAGO, BERLIN, LORD_HOWE, KOLKATA])
@pytest.mark.parametrize("kind", KINDS)
def test_every_half_minute_around_every_switch_of_two_years_is_whose_the_wall_says(zone: str, kind: Kind) -> None:
    found = switches(zone, 2026, 2027) or [utc(25, 1, month=10), utc(29, 1, month=3)]
    assert len(found) == (2 if zone == KOLKATA else 4)
    for switch in found:
        start, end = switch - 7 * HOUR, switch + 6 * HOUR
        watched = list(ticks(start, end, zone))
        day = datetime.combine(on_the_wall(switch, zone), datetime.min.time())
        for clock in ("01:45", "02:15"):
            for base in rotation(kind, day, clock):
                for plan, overrides in (
                    (schedule(base, zone=zone), ()),
                    busy(base, zone, switch, f"{day:%Y-%m-%d} {clock}"),
                ):
                    agree(plan, overrides, watched)


def agree(plan: Schedule, overrides: tuple[Override, ...], watched: list[tuple[datetime, datetime]]) -> None:
    naive = NaiveRota(plan, overrides, max(latest for _, latest in watched))
    arranged = Arranged(overrides=overrides)
    shifts = rota.shifts(plan, watched[0][0], watched[-1][0], arranged)
    starts = [shift.start for shift in shifts]
    for index, (at, latest) in enumerate(watched[:-1]):
        place = bisect.bisect_right(starts, at) - 1
        person = shifts[place].person if place >= 0 and at < shifts[place].end else None
        assert person == naive.who(at, latest), f"{at} in {plan.zone}, the wall has shown {latest}"
        if index % 60 == 0:
            assert [it.person for it in rota.on_call(plan, at, arranged)] == [person] * (person is not None)


# What is promised in words


@pytest.mark.parametrize(
    ("zone", "shown", "expected"),
    [
        (CHICAGO, wall("2026-03-08 02:30"), "2026-03-08 08:00"),  # skipped: the jump from 2:00 to 3:00
        (CHICAGO, wall("2026-03-08 03:00"), "2026-03-08 08:00"),
        (CHICAGO, wall("2026-11-01 01:30"), "2026-11-01 06:30"),  # shown twice: the first time round
        (BERLIN, wall("2026-03-29 02:00"), "2026-03-29 01:00"),
        (BERLIN, wall("2026-10-25 02:00"), "2026-10-25 00:00"),
        (LORD_HOWE, wall("2026-10-04 02:29"), "2026-10-03 15:30"),  # half an hour is skipped
        (LORD_HOWE, wall("2027-04-04 01:45"), "2027-04-03 14:45"),
        ("Pacific/Apia", wall("2011-12-30 12:00"), "2011-12-30 10:00"),  # a whole day was skipped
        (KOLKATA, wall("2100-07-01 09:00"), "2100-07-01 03:30"),
    ],
)
def test_a_skipped_time_is_the_jump_and_a_repeated_one_the_first_time_round(
    zone: str, shown: datetime, expected: str
) -> None:
    assert f"{instant(shown, zone):%Y-%m-%d %H:%M}" == expected


def test_a_month_that_is_too_short_shortens_only_itself() -> None:
    layer = Layer(rotation="monthly", starts="2026-01-31 09:00", people=("ana", "ben", "cy"))
    shifts = rota.shifts(schedule(layer, zone="UTC"), utc(31, 10), utc(1, month=5), NOTHING)
    assert told(shifts) == [
        ("ana", "01-31 09:00", "02-28 09:00"),
        ("ben", "02-28 09:00", "03-31 09:00"),
        ("cy", "03-31 09:00", "04-30 09:00"),
        ("ana", "04-30 09:00", "05-31 09:00"),
    ]


def test_a_week_of_five_days_and_a_weekend_go_to_two_people() -> None:
    layer = Layer(
        rotation="custom", lengths=(5 * 86400, 2 * 86400), starts="2026-01-05 09:00", people=("ana", "ben", "cy")
    )
    shifts = rota.shifts(schedule(layer, zone="UTC"), utc(5, 9), utc(18), NOTHING)
    assert told(shifts) == [
        ("ana", "01-05 09:00", "01-10 09:00"),
        ("ben", "01-10 09:00", "01-12 09:00"),
        ("cy", "01-12 09:00", "01-17 09:00"),
        ("ana", "01-17 09:00", "01-19 09:00"),
    ]


def test_a_turn_that_the_clock_skips_is_used_up() -> None:
    layer = Layer(rotation="hourly", starts="2026-03-29 01:00", people=("ana", "ben", "cy"))
    shifts = rota.shifts(schedule(layer), utc(29, month=3), utc(29, 3, month=3), NOTHING)
    assert told(shifts) == [
        ("ana", "03-29 00:00", "03-29 01:00"),
        ("cy", "03-29 01:00", "03-29 02:00"),
        ("ana", "03-29 02:00", "03-29 03:00"),
    ]


def test_nobody_is_on_call_before_the_first_hand_over_and_after_the_end() -> None:
    layer = Layer(rotation="daily", starts="2026-01-05 09:00", ends="2026-01-06 12:00", people=("ana", "ben"))
    plan = schedule(layer, zone="UTC")
    assert rota.on_call(plan, utc(5, 8, 59), NOTHING) == ()
    assert told(rota.shifts(plan, utc(1), utc(31), NOTHING)) == [
        ("ana", "01-05 09:00", "01-06 09:00"),
        ("ben", "01-06 09:00", "01-06 12:00"),
    ]
    assert rota.on_call(plan, utc(6, 12), NOTHING) == ()
    assert rota.gaps(plan, utc(5), utc(7), NOTHING) == ((utc(5), utc(5, 9)), (utc(6, 12), utc(7)))


def test_turns_go_on_while_a_layer_is_off() -> None:
    layer = Layer(
        rotation="daily", starts="2026-01-05 00:00", people=("ana", "ben"), only=("mon 09:00-17:00", "wed 09:00-17:00")
    )
    shifts = rota.shifts(schedule(layer, zone="UTC"), utc(5), utc(14), NOTHING)
    assert [(it.person, it.start.day) for it in shifts] == [("ana", 5), ("ana", 7), ("ben", 12)]


def test_a_later_layer_wins_while_it_has_somebody_and_cuts_the_shift_beneath() -> None:
    nights = Layer(rotation="daily", starts="2026-01-05 12:00", people=("dee",), only=("mon-tue 22:00-06:00",))
    plan = schedule(weekly("ana", "ben", starts="2026-01-05 00:00"), nights, zone="UTC")
    assert told(rota.shifts(plan, utc(5), utc(8), NOTHING)) == [
        ("ana", "01-05 00:00", "01-05 22:00"),
        ("dee", "01-05 22:00", "01-06 06:00"),
        ("ana", "01-06 06:00", "01-06 22:00"),
        ("dee", "01-06 22:00", "01-07 06:00"),
        ("ana", "01-07 06:00", "01-12 00:00"),
    ]
    assert told(rota.on_call(plan, utc(6, 12), NOTHING)) == [("ana", "01-06 06:00", "01-06 22:00")]


def test_two_weeks_of_one_person_are_one_shift_and_a_new_round_begins_another() -> None:
    plan = schedule(weekly("ana", "ana", "ben", starts="2026-01-05 00:00"), zone="UTC")
    assert told(rota.shifts(plan, utc(12), utc(27), NOTHING)) == [
        ("ana", "01-05 00:00", "01-19 00:00"),
        ("ben", "01-19 00:00", "01-26 00:00"),
        ("ana", "01-26 00:00", "02-09 00:00"),
    ]
    alone = schedule(weekly("ana", starts="2026-01-05 00:00"), zone="UTC")
    assert [it.start.day for it in rota.shifts(alone, utc(5), utc(20), NOTHING)] == [5, 12, 19]


def test_an_override_puts_somebody_in_and_what_is_left_of_the_shift_stays() -> None:
    plan = schedule(weekly("ana", "ben", starts="2026-01-05 00:00"), zone="UTC")
    arranged = Arranged(overrides=(override("cy", utc(6), utc(7)),))
    shifts = rota.shifts(plan, utc(5), utc(12), arranged)
    assert told(shifts) == [
        ("ana", "01-05 00:00", "01-06 00:00"),
        ("cy", "01-06 00:00", "01-07 00:00"),
        ("ana", "01-07 00:00", "01-12 00:00"),
    ]
    assert [it.because for it in shifts] == ["rotation", "override", "rotation"]
    assert told(rota.on_call(plan, utc(8), arranged)) == [("ana", "01-07 00:00", "01-12 00:00")]


def test_an_override_also_fills_a_gap_but_not_where_it_is_for_one_person() -> None:
    plan = schedule(weekly("ana", starts="2026-01-06 00:00"), zone="UTC")
    anybody = Arranged(overrides=(override("cy", utc(5), utc(7)),))
    assert told(rota.on_call(plan, utc(5), anybody)) == [("cy", "01-05 00:00", "01-07 00:00")]
    only_ana = Arranged(overrides=(override("cy", utc(5), utc(7), instead_of="ana"),))
    assert rota.on_call(plan, utc(5), only_ana) == ()
    assert told(rota.on_call(plan, utc(6), only_ana)) == [("cy", "01-06 00:00", "01-07 00:00")]


def test_an_override_for_one_person_leaves_everybody_else_alone() -> None:
    plan = schedule(Layer(rotation="daily", starts="2026-01-05 00:00", people=("ana", "ben")), zone="UTC")
    arranged = Arranged(overrides=(override("cy", utc(5, 12), utc(8), instead_of="ana"),))
    assert told(rota.shifts(plan, utc(5), utc(9), arranged)) == [
        ("ana", "01-05 00:00", "01-05 12:00"),
        ("cy", "01-05 12:00", "01-06 00:00"),
        ("ben", "01-06 00:00", "01-07 00:00"),
        ("cy", "01-07 00:00", "01-08 00:00"),
        ("ben", "01-08 00:00", "01-09 00:00"),
    ]


def test_of_two_overrides_the_one_made_later_wins_however_they_are_listed() -> None:
    plan = schedule(weekly("ana"), zone="UTC")
    first, second = override("ben", utc(6), utc(8), made=1), override("cy", utc(7), utc(9), made=2)
    for overrides in ((first, second), (second, first)):
        shifts = rota.shifts(plan, utc(6), utc(9), Arranged(overrides=overrides))
        assert told(shifts) == [("ben", "01-06 00:00", "01-07 00:00"), ("cy", "01-07 00:00", "01-09 00:00")]


def test_two_people_swap_by_standing_in_for_each_other() -> None:
    plan = schedule(weekly("ana", "ben", starts="2026-01-05 00:00"), zone="UTC")
    swap = Arranged(
        overrides=(
            override("ben", utc(5), utc(12), instead_of="ana", made=1),
            override("ana", utc(12), utc(19), instead_of="ben", made=1),
        )
    )
    assert [it.person for it in rota.shifts(plan, utc(5), utc(19), swap)] == ["ben", "ana"]


def test_overrides_of_other_schedules_and_empty_ones_change_nothing() -> None:
    plan = schedule(weekly("ana"), zone="UTC")
    empty, backwards = override("ben", utc(6), utc(6)), override("cy", utc(8), utc(6))
    other = override("dee", utc(6), utc(8)).model_copy(update={"schedule": "second"})
    for bothering in (empty, backwards, other):
        arranged = Arranged(overrides=(bothering,))
        assert rota.shifts(plan, utc(5), utc(20), arranged) == rota.shifts(plan, utc(5), utc(20), NOTHING)


ELSEWHERE = Elsewhere(uses="ics", url="https://calendar.local/on-call.ics")


def told_there(person: str, start: datetime, end: datetime, because: str = "calendar") -> Shift:
    return Shift(person=person, start=start, end=end, because=because)


def test_a_schedule_kept_elsewhere_says_what_was_heard_last_and_may_name_several() -> None:
    plan = schedule(elsewhere=ELSEWHERE)
    heard = (
        told_there("ben", utc(6), utc(8)),
        told_there("ana", utc(5), utc(7)),
        told_there("ana", utc(7), utc(9)),
        told_there("dee", utc(20), utc(21)),
    )
    arranged = Arranged(elsewhere={"first": heard, "second": (told_there("eli", utc(5), utc(9)),)})
    assert told(rota.on_call(plan, utc(6), arranged)) == [
        ("ana", "01-05 00:00", "01-09 00:00"),
        ("ben", "01-06 00:00", "01-08 00:00"),
    ]
    assert [it.because for it in rota.on_call(plan, utc(6), arranged)] == ["calendar", "calendar"]
    assert rota.on_call(plan, utc(10), arranged) == ()
    assert rota.gaps(plan, utc(4), utc(21), arranged) == ((utc(4), utc(5)), (utc(9), utc(20)))


def test_an_override_stands_over_what_another_system_says() -> None:
    plan = schedule(elsewhere=ELSEWHERE)
    heard = (told_there("ana", utc(5), utc(9)), told_there("ben", utc(5), utc(9)))
    for instead_of, expected in ((None, ["cy"]), ("ana", ["ben", "cy"]), ("dee", ["ana", "ben"])):
        arranged = Arranged(
            elsewhere={"first": heard}, overrides=(override("cy", utc(6), utc(7), instead_of=instead_of),)
        )
        assert sorted(it.person for it in rota.on_call(plan, utc(6, 12), arranged)) == expected
        assert sorted(it.person for it in rota.on_call(plan, utc(8), arranged)) == ["ana", "ben"]


def test_a_schedule_that_nothing_was_heard_of_has_nobody() -> None:
    assert rota.on_call(schedule(elsewhere=ELSEWHERE), utc(5), NOTHING) == ()


@pytest.mark.parametrize("at", [wall("2026-01-05 00:00"), wall("2026-01-05 00:00").replace(fold=1)])
def test_a_time_without_a_zone_is_refused(at: datetime) -> None:
    plan = schedule(weekly("ana"))
    for ask in (
        lambda: rota.on_call(plan, at, NOTHING),
        lambda: rota.shifts(plan, at, utc(9), NOTHING),
        lambda: rota.shifts(plan, utc(1), at, NOTHING),
        lambda: rota.gaps(plan, at, utc(9), NOTHING),
        lambda: hours.covers(["mon-fri 09:00-17:00"], BERLIN, at),
    ):
        with pytest.raises(ValueError, match="has no time zone"):
            ask()


def test_the_same_instant_gets_the_same_answer_on_every_clock() -> None:
    plan = schedule(weekly("ana", "ben"))
    elsewhere = timezone(timedelta(hours=13))
    assert rota.on_call(plan, utc(6).astimezone(elsewhere), NOTHING) == rota.on_call(plan, utc(6), NOTHING)
    made = override("cy", utc(6).astimezone(elsewhere), utc(7).astimezone(elsewhere))
    (shift,) = rota.on_call(plan, utc(6), Arranged(overrides=(made,)))
    assert (shift.start, shift.end, shift.start.tzinfo) == (utc(6), utc(7), UTC)


def test_a_range_that_is_empty_or_backwards_has_no_shifts_and_no_gaps() -> None:
    plan = schedule(weekly("ana"))
    for end in (utc(6), utc(5)):
        assert rota.shifts(plan, utc(6), end, NOTHING) == ()
        assert rota.gaps(plan, utc(6), end, NOTHING) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_the_year_2100_costs_no_more_than_tomorrow(kind: Kind) -> None:
    lengths = (60.0, 120.0) if kind == "custom" else ()
    plan = schedule(Layer(rotation=kind, lengths=lengths, starts="1970-01-01 00:00", people=("ana", "ben", "cy")))
    far = utc(1, month=7, year=2100)
    began = perf_counter()
    for _ in range(20):
        assert rota.on_call(plan, far, NOTHING)
    assert perf_counter() - began < 1, "a count of all hand-overs takes seconds"


def test_a_year_is_told_quickly() -> None:
    plan = schedule(weekly("ana", "ben"), Layer(rotation="hourly", starts="2025-01-01 00:00", people=("cy", "dee")))
    began = perf_counter()
    assert len(rota.shifts(plan, utc(1), utc(1, year=2027), NOTHING)) == 8760 - 1
    assert perf_counter() - began < 2


def test_turns_that_the_clock_skips_are_no_runs() -> None:
    layer = Layer(rotation="custom", lengths=(1800.0,), starts="2026-03-29 01:30", people=("ana", "ben", "cy", "dee"))
    found = list(runs(layer, BERLIN, utc(29, month=3), utc(29, 1, 20, month=3)))
    assert [(run.person, run.number, f"{run.start:%H:%M}-{run.end:%H:%M}") for run in found] == [
        ("ana", 0, "00:30-01:00"),
        ("dee", 3, "01:00-01:30"),
    ]


# Whatever is declared

ZONES = st.sampled_from([
    CHICAGO, BERLIN, LORD_HOWE, KOLKATA, "UTC", "America/Havana", "Asia/Beirut", "Africa/Cairo", "Pacific/Chatham",
])  # fmt: skip
MOMENTS = st.datetimes(wall("2026-01-01 00:00"), wall("2027-12-31 00:00"), timezones=st.just(UTC)).map(
    lambda at: at.replace(second=0, microsecond=0)
)
SWITCHES = st.sampled_from([utc(8, 8, month=3), utc(29, 1, month=3), utc(25, 1, month=10), utc(1, 6, month=11)])
AROUND = st.builds(lambda switch, minutes: switch + timedelta(minutes=minutes), SWITCHES, st.integers(-3000, 3000))
INSTANTS = AROUND | MOMENTS
CLOCKS = st.builds(lambda h, m: f"{h:02}:{m:02}", st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
DAYS = st.sampled_from(["mon-fri", "sat-sun", "mon-sun", "fri-mon", "sun", "wed", "sat"])
LINES = st.builds(lambda days, a, b: f"{days} {a}-{b}", DAYS, CLOCKS, CLOCKS | st.just("24:00"))
TEAM = ("ana", "ben", "cy", "dee")
PEOPLE = st.lists(st.sampled_from(TEAM), min_size=1, max_size=5).map(tuple)
STARTS = st.builds(
    lambda at, ago: f"{at - timedelta(minutes=ago):%Y-%m-%d %H:%M}", INSTANTS, st.integers(0, 400 * 1440)
)


@st.composite
def layers(draw: st.DrawFn) -> Layer:
    kind: Kind = draw(st.sampled_from(KINDS))
    starts = draw(STARTS)
    later = datetime.fromisoformat(starts) + timedelta(minutes=draw(st.integers(1, 500 * 1440)))
    return Layer(
        rotation=kind,
        every=draw(st.integers(1, 30)) if kind != "custom" else 1,
        lengths=draw(st.lists(st.integers(20, 5000).map(lambda m: m * 60.0), min_size=1, max_size=4).map(tuple))
        if kind == "custom"
        else (),
        starts=starts,
        ends=draw(st.none() | st.just(f"{later:%Y-%m-%d %H:%M}")),
        people=draw(PEOPLE),
        only=draw(st.lists(LINES, max_size=3).map(tuple)),
    )


PLANS = st.builds(lambda zone, layers: schedule(*layers, zone=zone), ZONES, st.lists(layers(), min_size=1, max_size=3))


@st.composite
def overrides_near(draw: st.DrawFn, at: datetime) -> Arranged:
    made = []
    for number in range(draw(st.integers(0, 4))):
        start = at + timedelta(minutes=draw(st.integers(-4000, 4000)))
        end = start + timedelta(minutes=draw(st.integers(0, 5000)))
        who, whom = draw(st.sampled_from((*TEAM, "eli"))), draw(st.none() | st.sampled_from(TEAM))
        made.append(override(who, start, end, instead_of=whom, made=number))
    return Arranged(overrides=tuple(made))


@st.composite
def situations(draw: st.DrawFn) -> tuple[Schedule, Arranged, datetime, datetime]:
    start = draw(INSTANTS)
    end = start + timedelta(minutes=draw(st.integers(1, 20_000)))
    return draw(PLANS), draw(overrides_near(start)), start, end


OFTEN = settings(deadline=None, max_examples=150)


@OFTEN
@given(situations(), st.lists(st.integers(0, 20_000), max_size=6))
def test_the_list_of_shifts_and_the_point_in_time_say_the_same(
    situation: tuple[Schedule, Arranged, datetime, datetime], minutes: list[int]
) -> None:
    plan, arranged, start, end = situation
    shifts = rota.shifts(plan, start, end, arranged)
    edges = [edge + shift for it in shifts[:8] for edge in (it.start, it.end) for shift in (-rota.MOMENT, 0 * HOUR)]
    for at in (start, end - rota.MOMENT, *edges, *(start + timedelta(minutes=each) for each in minutes)):
        if start <= at < end:
            assert rota.on_call(plan, at, arranged) == tuple(it for it in shifts if it.start <= at < it.end)


@OFTEN
@given(situations())
def test_one_person_or_a_gap_at_every_instant(situation: tuple[Schedule, Arranged, datetime, datetime]) -> None:
    plan, arranged, start, end = situation
    shifts = rota.shifts(plan, start, end, arranged)
    assert all(it.start < it.end and it.start < end and it.end > start for it in shifts)
    assert all(one.end <= next_.start for one, next_ in pairwise(shifts))
    staffed = [Span(max(it.start, start), min(it.end, end)) for it in shifts]
    gaps = rota.gaps(plan, start, end, arranged)
    assert total(staffed) + total(gaps) == end - start
    assert union([*staffed, *gaps]) == [Span(start, end)]


@OFTEN
@given(situations(), st.floats(0, 1))
def test_two_halves_make_the_whole(situation: tuple[Schedule, Arranged, datetime, datetime], part: float) -> None:
    plan, arranged, start, end = situation
    middle = start + (end - start) * part
    halves = (*rota.shifts(plan, start, middle, arranged), *rota.shifts(plan, middle, end, arranged))
    assert tuple(dict.fromkeys(halves)) == rota.shifts(plan, start, end, arranged)


@settings(deadline=None, max_examples=80)
@given(situations(), st.lists(st.integers(0, 3000), min_size=1, max_size=3))
def test_who_watches_the_wall_says_the_same(
    situation: tuple[Schedule, Arranged, datetime, datetime], minutes: list[int]
) -> None:
    plan, arranged, start, _ = situation
    latest = [latest_shown(start + timedelta(minutes=each), plan.zone) for each in minutes]
    naive = NaiveRota(plan, arranged.overrides, max(latest))
    for at, shown in zip((start + timedelta(minutes=each) for each in minutes), latest, strict=True):
        person = naive.who(at, shown)
        assert [it.person for it in rota.on_call(plan, at, arranged)] == ([person] if person else [])


@OFTEN
@given(st.sampled_from(["daily", "weekly", "monthly"]), st.integers(1, 5), STARTS, ZONES, INSTANTS)
def test_hand_overs_go_in_the_order_of_the_people(kind: Kind, every: int, starts: str, zone: str, at: datetime) -> None:
    plan = schedule(Layer(rotation=kind, every=every, starts=starts, people=TEAM), zone=zone)
    shifts = rota.shifts(plan, at, at + 400 * DAY, NOTHING)
    assume(shifts)
    first = TEAM.index(shifts[0].person)
    assert [it.person for it in shifts] == [TEAM[(first + n) % 4] for n in range(len(shifts))]
    assert all(one.end == next_.start for one, next_ in pairwise(shifts))
    if shifts[0].start >= at:
        assert first == 0, "the first of the list begins"


@OFTEN
@given(st.datetimes(wall("2026-01-01 00:00"), wall("2027-12-31 00:00")), st.integers(0, 3000), ZONES)
@example(wall("2026-03-29 02:30"), 20, BERLIN)  # whenever's own rule would go back here
@example(wall("2026-03-29 02:30"), 30, BERLIN)
def test_a_later_time_on_the_wall_is_never_an_earlier_instant(shown: datetime, minutes: int, zone: str) -> None:
    assert instant(shown, zone) <= instant(shown + timedelta(minutes=minutes), zone)


@settings(deadline=None, max_examples=80)
@given(st.lists(LINES, min_size=1, max_size=3), ZONES, INSTANTS)
@example(["sat 22:00-01:50"], BERLIN, utc(25, 0, month=10))
@example(["sun 09:00-09:00"], BERLIN, utc(2, 7, 59, month=3))
@example(["mon-fri 09:00-17:00"], KOLKATA, utc(5, 3, 30))  # the very beginning
@example(["mon-fri 09:00-17:00"], KOLKATA, utc(5, 11, 30))  # the very end
@example(["mon-sun 00:00-00:30"], "America/St_Johns", utc(7, 2, 45, month=11, year=2010))  # from 00:01 back to 23:01
@example(["mon-sun 00:00-24:00"], LORD_HOWE, utc(3, 15, month=4))
def test_weekly_times_are_what_the_wall_says(lines: list[str], zone: str, at: datetime) -> None:
    shown = latest_shown(at, zone)
    expected = any(lies_in(line, shown) for line in lines)
    assert hours.covers(lines, zone, at) == expected
    spans = hours.spans(lines, zone, at - DAY, at + DAY)
    assert any(span.start <= at < span.end for span in spans) == expected
    assert spans == union(spans)
    assert all(at - DAY <= span.start < span.end <= at + DAY for span in spans)
