"""Who stands in for whom: what may be arranged, who may answer or take it back, and that the past stays as it was."""

import inspect
import string
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.oncall import rejections as no
from bot.domain.oncall.arrange import AnswerStandIn, AnyOrder, AskToStandIn, CancelOverride, Stretch
from bot.domain.oncall.book import Arranged
from bot.domain.oncall.duty import changes, duty, shifts_of
from bot.domain.oncall.roster import REMEMBERED, RosterState, began_by_arrangement, fold
from bot.domain.oncall.rota import on_call
from bot.domain.oncall.schedule import Shift
from bot.domain.oncall.spans import Span
from bot.domain.rejected import Rejected
from tests.harness.people import ANA, BEN, CY, DEE, MO
from tests.harness.rota import BOOK, FIRST, SEARCH, SECOND, Roster, hours, put_on


@pytest.fixture
def roster() -> Roster:
    return Roster()


def ask(
    person: str, start: float, end: float, *, by: str = ANA, at: float = 0, back: Stretch | None = None
) -> AnyOrder:
    when = Stretch(schedule=FIRST, start=hours(start), end=hours(end))
    return AskToStandIn(by=by, at=hours(at), cause=f"ask/{person}/{start}", person=person, when=when, in_return=back)


def answer(override: str, by: str, *, accept: bool = True, at: float = 0) -> AnswerStandIn:
    return AnswerStandIn(by=by, at=hours(at), cause=f"answer/{override}/{by}", override=override, accept=accept)


def cancel(override: str, by: str, at: float = 0) -> CancelOverride:
    return CancelOverride(by=by, at=hours(at), cause=f"cancel/{override}/{by}", override=override)


def who(roster: Roster, at: float, schedule: str = FIRST) -> list[str]:
    return [shift.person for shift in on_call(BOOK.schedules[schedule], hours(at), roster.arranged)]


# Overrides


def test_whoever_is_put_on_call_is_on_call_for_that_time_and_no_longer(roster: Roster) -> None:
    roster.orders(put_on(CY, 2, 5))
    assert [who(roster, at) for at in (1.9, 2, 4.9, 5)] == [["ana"], ["cy"], ["cy"], ["ana"]]


def test_from_now_on_includes_a_form_that_lay_open_for_some_minutes(roster: Roster) -> None:
    roster.orders(put_on(CY, -0.1, 5))
    assert roster.now.overrides["o1"].start == hours(0)


@pytest.mark.parametrize(
    ("order", "kind"),
    [
        (put_on(MO, 1, 2), no.NotInTheBook),
        (put_on(CY, 1, 2, schedule="payments-frist"), no.NoSuchSchedule),
        (put_on(CY, 2, 1), no.EndsBeforeItStarts),
        (put_on(CY, 2, 2), no.EndsBeforeItStarts),
        (put_on(CY, -1, 2), no.InThePast),
        (put_on(CY, -0.1, -0.05), no.InThePast),
        (put_on(CY, 1, 1 + 60 * 24 + 0.1), no.TooLong),
        (put_on(ANA, 1, 2), no.OnCallAnyway),
        (ask(ANA, 1, 2), no.AskedYourself),
        (ask(MO, 1, 2), no.NotInTheBook),
        (ask(BEN, 1, 24 * 8, by=CY, back=Stretch(schedule=FIRST, start=hours(1), end=hours(2))), no.NothingInReturn),
        (ask(CY, 1, 2, by=MO, back=Stretch(schedule=FIRST, start=hours(1), end=hours(2))), no.NotInTheBook),
        (answer("o1", BEN), no.NothingToAnswer),
        (cancel("o1", BEN), no.NoSuchOverride),
    ],
)
def test_what_can_not_be_is_refused_and_leaves_no_trace(roster: Roster, order: AnyOrder, kind: type[Rejected]) -> None:
    with pytest.raises(kind):
        roster.orders(order)
    assert roster.facts == []


def test_sixty_days_fit(roster: Roster) -> None:
    roster.orders(put_on(CY, 1, 1 + 60 * 24))
    assert who(roster, 59 * 24) == ["cy"]


def test_a_schedule_that_was_misspelt_is_named(roster: Roster) -> None:
    with pytest.raises(no.NoSuchSchedule, match="Did you mean “payments-first”"):
        roster.orders(put_on(CY, 1, 2, schedule="payments-frist"))


def test_who_fills_a_gap_is_no_reason_to_refuse(roster: Roster) -> None:
    """Cy is on call in part of the time only; for the rest nobody is."""
    roster.told[SEARCH] = (Shift(person="cy", start=hours(0), end=hours(3)),)
    roster.orders(put_on(CY, 1, 5, schedule=SEARCH))
    assert who(roster, 4, SEARCH) == ["cy"]
    with pytest.raises(no.OnCallAnyway):
        roster.orders(put_on(CY, 1, 5, schedule=SEARCH))


# Asking


def test_it_holds_once_the_asked_person_accepts(roster: Roster) -> None:
    roster.orders(ask(CY, 2, 5))
    assert who(roster, 3) == ["ana"]
    roster.orders(answer("o1", CY))
    assert who(roster, 3) == ["cy"]
    assert roster.now.asked == {}


def test_who_declines_is_not_on_call(roster: Roster) -> None:
    roster.orders(ask(CY, 2, 5))
    roster.orders(answer("o1", CY, accept=False))
    assert who(roster, 3) == ["ana"]


@pytest.mark.parametrize("by", [ANA, BEN, MO])
def test_nobody_answers_for_somebody_else(roster: Roster, by: str) -> None:
    roster.orders(ask(CY, 2, 5))
    with pytest.raises(no.NotAsked, match=f"<@{CY}>"):
        roster.orders(answer("o1", by))


@pytest.mark.parametrize(("accept", "how"), [(True, "accepted"), (False, "declined")])
def test_an_answer_stands(roster: Roster, accept: bool, how: str) -> None:
    roster.orders(ask(CY, 2, 5))
    roster.orders(answer("o1", CY, accept=accept))
    with pytest.raises(no.AnsweredAlready, match=how):
        roster.orders(answer("o1", CY, accept=not accept))


def test_who_accepts_late_stands_in_from_then_on(roster: Roster) -> None:
    roster.orders(ask(CY, 2, 5))
    roster.orders(answer("o1", CY, at=3))
    assert [who(roster, at) for at in (2.5, 3)] == [["ana"], ["cy"]]
    assert began_by_arrangement(FIRST, on_call(BOOK.schedules[FIRST], hours(3), roster.arranged)[0], roster.now)


def test_what_is_over_can_be_declined_and_not_accepted(roster: Roster) -> None:
    roster.orders(ask(CY, 2, 5))
    with pytest.raises(no.TooLateToAnswer):
        roster.orders(answer("o1", CY, at=5))
    roster.orders(answer("o1", CY, accept=False, at=5))


def test_who_asks_is_relieved_and_nobody_else(roster: Roster) -> None:
    """Ana asks for eight days, of which Ben has the second week: his stays his."""
    roster.orders(ask(CY, 1, 24 * 8))
    roster.orders(answer("o1", CY))
    assert [who(roster, at) for at in (2, 24 * 7 + 1)] == [["cy"], ["ben"]]


def test_who_asks_for_others_has_whoever_it_is_relieved(roster: Roster) -> None:
    roster.orders(ask(CY, 1, 24 * 8, by=MO))
    roster.orders(answer("o1", CY))
    assert [who(roster, at) for at in (2, 24 * 7 + 1)] == [["cy"], ["cy"]]


# You take mine, I take yours


def swapped(roster: Roster) -> Roster:
    mine_of_next_week = Stretch(schedule=FIRST, start=hours(24 * 8), end=hours(24 * 9))
    roster.orders(ask(BEN, 24, 48, back=mine_of_next_week))
    return roster


def test_a_swap_holds_in_both_directions_or_in_none(roster: Roster) -> None:
    swapped(roster)
    assert [who(roster, at) for at in (30, 24 * 8 + 1)] == [["ana"], ["ben"]]
    roster.orders(answer("o1", BEN))
    assert [who(roster, at) for at in (30, 24 * 8 + 1)] == [["ben"], ["ana"]]


@pytest.mark.parametrize("id_", ["o1", "o1-return"])
def test_a_swap_is_taken_back_as_a_whole(roster: Roster, id_: str) -> None:
    swapped(roster).orders(answer("o1", BEN))
    roster.orders(cancel(id_, BEN))
    assert [who(roster, at) for at in (30, 24 * 8 + 1)] == [["ana"], ["ben"]]


# Taking back


@pytest.mark.parametrize("by", [MO, ANA, BEN, CY])
def test_who_made_it_whom_it_concerns_and_the_team_may_take_it_back(roster: Roster, by: str) -> None:
    roster.orders(put_on(CY, 2, 5, by=MO))
    roster.orders(cancel("o1", by))
    assert who(roster, 3) == ["ana"]


@pytest.mark.parametrize("by", [DEE, "USTRANGER"])
def test_nobody_else_may(roster: Roster, by: str) -> None:
    roster.orders(put_on(CY, 2, 5, by=MO))
    with pytest.raises(no.NotYoursToCancel, match=f"<@{MO}>"):
        roster.orders(cancel("o1", by))


def test_whoever_would_be_on_call_may_take_it_back_without_being_of_the_team(roster: Roster) -> None:
    roster.told[SEARCH] = (Shift(person="dee", start=hours(0), end=hours(9)),)
    roster.orders(put_on(CY, 2, 5, by=MO, schedule=SEARCH))
    roster.orders(cancel("o1", DEE))
    assert who(roster, 3, SEARCH) == ["dee"]


def test_what_is_taken_back_in_its_time_ends_then_and_was_so_until_then(roster: Roster) -> None:
    roster.orders(put_on(CY, 2, 5))
    roster.orders(cancel("o1", BEN, at=3))
    assert [who(roster, at) for at in (2.5, 3)] == [["cy"], ["ana"]]
    assert began_by_arrangement(FIRST, on_call(BOOK.schedules[FIRST], hours(3), roster.arranged)[0], roster.now)
    with pytest.raises(no.TakenBack):
        roster.orders(cancel("o1", BEN, at=3.1))


def test_what_is_taken_back_before_it_begins_leaves_nothing(roster: Roster) -> None:
    roster.orders(put_on(CY, 0, 5))
    roster.orders(cancel("o1", BEN))
    assert roster.now.overrides == {}


def test_what_is_over_is_not_taken_back(roster: Roster) -> None:
    roster.orders(put_on(CY, 2, 5))
    with pytest.raises(no.OverrideIsOver):
        roster.orders(cancel("o1", BEN, at=5))


def test_a_question_that_was_taken_back_is_not_answered(roster: Roster) -> None:
    roster.orders(ask(CY, 2, 5))
    roster.orders(cancel("o1", ANA))
    with pytest.raises(no.TakenBack):
        roster.orders(answer("o1", CY))


# What follows for people


def test_a_shift_that_began_by_the_rotation_was_not_arranged(roster: Roster) -> None:
    roster.orders(put_on(CY, 2, 5))
    early, late = (on_call(BOOK.schedules[FIRST], hours(at), roster.arranged)[0] for at in (3, 24 * 7))
    assert not began_by_arrangement(FIRST, early, roster.now), "it begins hours after it was arranged"
    assert not began_by_arrangement(FIRST, late, roster.now)
    roster.orders(put_on(DEE, 6, 7, at=6))
    assert began_by_arrangement(FIRST, on_call(BOOK.schedules[FIRST], hours(6), roster.arranged)[0], roster.now)


def test_a_change_says_who_comes_on_and_who_goes_off_and_when(roster: Roster) -> None:
    span = Span(hours(0), hours(10))
    before = roster.arranged
    roster.orders(put_on(CY, 2, 5))
    changed = changes(BOOK.schedules[FIRST], span, before, roster.arranged)
    assert changed.coming == {"cy": [Span(hours(2), hours(5))]}
    assert changed.going == {"ana": [Span(hours(2), hours(5))]}


def test_a_persons_shifts_are_told_with_who_is_relieved_and_by_whom(roster: Roster) -> None:
    roster.orders(put_on(CY, 2, 5))
    (mine,) = shifts_of(BOOK, "cy", hours(0), hours(24), roster.arranged)
    assert (mine.shift.start, mine.relieves, mine.relieved_by) == (hours(2), ("ana",), ("ana",))


def test_duty_says_who_is_on_who_follows_and_who_is_next_where_nobody_is(roster: Roster) -> None:
    search = BOOK.schedules[SEARCH]
    assert not duty(search, hours(0), roster.arranged).is_known
    roster.told[SEARCH] = (Shift(person="cy", start=hours(5), end=hours(9)),)
    idle = duty(search, hours(0), roster.arranged)
    assert (idle.is_known, idle.on, [shift.person for shift in idle.then]) == (True, (), ["cy"])
    busy = duty(BOOK.schedules[SECOND], hours(0), roster.arranged)
    assert ([shift.person for shift in busy.on], [shift.person for shift in busy.then]) == (["ben"], ["ana"])


# Laws

ORDERS = st.one_of(
    st.builds(
        put_on,
        st.sampled_from([ANA, BEN, CY, DEE, MO]),
        st.integers(-2, 40),
        st.integers(-2, 90),
        by=st.sampled_from([ANA, BEN, MO]),
    ),
    st.builds(ask, st.sampled_from([ANA, BEN, CY]), st.integers(0, 40), st.integers(0, 90)),
    st.builds(answer, st.sampled_from(["o1", "o2", "o3"]), st.sampled_from([BEN, CY]), accept=st.booleans()),
    st.builds(cancel, st.sampled_from(["o1", "o2", "o3"]), st.sampled_from([ANA, MO])),
)


def obeyed(orders: list[AnyOrder]) -> Roster:
    """Give the orders one after the other, an hour apart; what is refused is left out."""
    roster = Roster()
    for number, order in enumerate(orders):
        try:
            roster.orders(order.model_copy(update={"at": hours(number), "cause": f"cause-{number}"}))
        except Rejected:
            continue
    return roster


@settings(max_examples=60)
@given(st.lists(ORDERS, max_size=8), st.integers(0, 8))
def test_what_holds_is_the_fold_of_the_facts_wherever_one_stops_in_between(orders: list[AnyOrder], at: int) -> None:
    facts = obeyed(orders).facts
    assert fold(facts[at:], fold(facts[:at], RosterState())) == fold(facts, RosterState())


@settings(max_examples=60)
@given(st.lists(ORDERS, max_size=8))
def test_nothing_that_is_arranged_changes_who_was_on_call_before(orders: list[AnyOrder]) -> None:
    roster = obeyed(orders)
    for number, fact in enumerate(roster.facts):
        before = Arranged(overrides=tuple(fold(roster.facts[:number], RosterState()).overrides.values()))
        after = Arranged(overrides=tuple(fold(roster.facts[: number + 1], RosterState()).overrides.values()))
        past = Span(hours(-24), fact.at)
        changed = changes(BOOK.schedules[FIRST], past, before, after)
        assert (changed.coming, changed.going) == ({}, {})


@settings(max_examples=60)
@given(st.lists(ORDERS, max_size=8))
def test_no_override_holds_without_its_persons_or_an_orderers_word(orders: list[AnyOrder]) -> None:
    roster = obeyed(orders)
    said_yes = {fact.override for fact in roster.facts if fact.type == "stand-in.answered" and fact.accept}
    asked = {fact.override.id for fact in roster.facts if fact.type == "stand-in.asked"}
    for override in roster.now.overrides.values():
        assert override.start < override.end
        assert override.end - override.start <= timedelta(days=60)
        assert override.id not in asked or override.id in said_yes


def test_causes_are_remembered_for_long_and_not_for_ever(roster: Roster) -> None:
    fact = roster.orders(put_on(CY, 2, 5))
    many = [fact.model_copy(update={"cause": f"c{n}"}) for n in range(REMEMBERED + 5)]
    causes = fold(many, RosterState()).causes
    assert (len(causes), "c4" in causes, "c5" in causes) == (REMEMBERED, False, True)


# Words

KINDS = [
    kind for _, kind in inspect.getmembers(no, inspect.isclass) if issubclass(kind, Rejected) and kind is not Rejected
]


@pytest.mark.parametrize("kind", KINDS)
def test_every_no_is_a_sentence_with_its_facts_filled_in(kind: type[Rejected]) -> None:
    wanted = {name for _, name, _, _ in string.Formatter().parse(kind.__doc__ or "") if name}
    said = kind(**{name: f"a-{name}" for name in wanted}).sentence
    assert said
    assert "{" not in said
    assert "\n" not in said
