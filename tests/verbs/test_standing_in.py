"""The words about who is on call: in any order, on the speaker's clock; what can't be read changes nothing."""

from dataclasses import dataclass

import pytest

from bot.domain.effects import TestPages
from bot.domain.oncall.schedule import Shift
from bot.domain.rejected import Rejected
from bot.verbs import run
from bot.verbs.oncall import changes_something
from bot.verbs.request import Answer, Ask, Request, Said, ShowOnCall, ShowShifts, Wish
from tests.harness.clock import NOON
from tests.harness.office import Office
from tests.harness.people import ANA, BEN, CY, MO
from tests.harness.rota import hours


@dataclass
class Words:
    office: Office
    typed: int = 0

    def __call__(self, line: str, by: str = ANA, cause: str = "") -> Answer:
        self.typed += 1
        request = Request(by=by, at=self.office.clock.now(), cause=cause or f"typed-{self.typed}")
        return run(line, request, self.office.wired.house)

    def said(self, line: str, by: str = ANA) -> str:
        answer = self(line, by)
        assert isinstance(answer, Said)
        return answer.text

    def no(self, line: str, by: str = ANA) -> str:
        with pytest.raises(Rejected) as rejected:
            self(line, by)
        return rejected.value.sentence

    @property
    def facts(self) -> int:
        return self.office.wired.house.roster.state()[0]


@pytest.fixture
def words(office: Office) -> Words:
    return Words(office)


UNTIL = "until 2026-11-02 22:00"


@pytest.mark.parametrize(
    "line",
    [
        f"override payments-first @UCY {UNTIL}",
        f"override <@UCY> payments-first {UNTIL}",
        f"override payments-first cy {UNTIL}",
        f"override PAYMENTS-FIRST @cy {UNTIL}",
        f"oncall override payments-first <@UCY|cy> {UNTIL}",
        f"on-call override payments-first cy {UNTIL} because Ana is ill",
        f"cover payments-first cy from now {UNTIL}",
        "override payments-first cy until 22:00",
        "override payments-first cy until today 22:00",
        "override payments-first cy until Monday 22:00",
    ],
)
def test_the_same_is_said_in_many_ways(words: Words, line: str) -> None:
    said = words.said(line)
    assert said == (
        "<@UCY> is on call for Payments, first line from now until Mon 2026-11-02 22:00 (your clock, Europe/Madrid). "
        "Take it back: `/incident oncall cancel o1`"
    )
    (made,) = words.office.wired.house.roster.state()[1].overrides.values()
    assert (made.person, made.start, made.end) == ("cy", NOON, hours(9))
    assert made.because == ("Ana is ill" if "because" in line else "")


def test_the_clock_is_the_speakers_own_or_else_the_schedules(words: Words) -> None:
    assert "22:00 (your clock, Europe/London)" in words.said("override payments-first cy until 22:00", BEN)
    assert "23:00 (the schedule's clock, UTC)" in words.said("override payments-first dee until 23:00", MO)
    ends = [made.end for made in words.office.wired.house.roster.state()[1].overrides.values()]
    assert ends == [hours(10), hours(11)]


def test_until_counts_from_where_it_begins(words: Words) -> None:
    said = words.said("override payments-first cy from saturday 22:00 until 08:00")
    assert "from Sat 2026-11-07 22:00 until Sun 2026-11-08 08:00" in said


def test_in_return_is_another_schedule_or_the_same(words: Words) -> None:
    shifts = (Shift(person="ben", start=hours(0), end=hours(99)),)
    words.office.wired.house.roster.learn("search", shifts, NOON)
    words.said(
        "stand-in @UBEN payments-first from 20:00 until 22:00 "
        "in return search from tomorrow 09:00 until tomorrow 10:00 because my flight"
    )
    asked = words.office.wired.house.roster.state()[1].asked["o1"]
    assert asked.in_return is not None
    assert (asked.in_return.schedule, asked.in_return.start, asked.in_return.person) == ("search", hours(20), "ana")
    assert asked.override.because == asked.in_return.because == "my flight"


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("override", "override"),
        ("oncall override", "override"),
        ("override payments-first", "override"),
        ("override payments-first cy", "override"),
        ("override cy until 22:00", "override"),
        ("oncall ask", "stand-in"),
        ("swap cy", "stand-in"),
    ],
)
def test_what_is_missing_is_asked_for_with_what_was_typed(words: Words, line: str, form: str) -> None:
    answer = words(line)
    assert isinstance(answer, Ask)
    assert (answer.form, answer.words) == (form, line.removeprefix("oncall ").partition(" ")[2])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("override payments-first cy until later", "I can't read “later” as a time. Write `22:00`"),
        ("override payments-first cy until saturday", "it is a day without a time"),
        ("override payments-first cy from soon until 22:00", "I can't read “soon”"),
        ("override payments-first cy until", "Ask"),
        ("override payments-first cy until 20:00 until 22:00", "`from` and `until` once each"),
        ("override payments-first cy until 22:00 in return until 23:00", "gives nothing in return"),
        ("override payments-first @nobody until 22:00", "I don't know “@nobody”"),
        ("override payments-first cy again until 22:00", "I don't know “again”"),
        ("swap cy payments-first until 22:00 in return from x until y", "I can't read “x”"),
        ("oncall payments at", "I can't read “” as a time"),
        ("oncall payments at noon", "I can't read “noon”"),
        ("oncall payments tomorrow", "I don't know “tomorrow” here"),
        ("oncall ana tomorrow", "I don't know “tomorrow” here"),
        ("oncall paymets", "Did you mean `/incident oncall payments`?"),
        ("oncall xyzzy", "There are: team-payments"),
        ("oncall cancel", "Say which"),
        ("oncall accept", "Say which"),
    ],
)
def test_what_can_not_be_read_is_said_and_changes_nothing(words: Words, line: str, told: str) -> None:
    answer = words(line)
    assert told in (answer.text if isinstance(answer, Said) else type(answer).__name__)
    assert words.facts == 0


@pytest.mark.parametrize(
    ("line", "by", "told"),
    [
        ("override payments-frist cy until 22:00", ANA, "Did you mean “payments-first”?"),
        ("override payments-first <@UMO> until 22:00", ANA, "<@UMO> isn't in the on-call book"),
        ("override payments-first ana until 22:00", BEN, "is on call in Payments, first line then anyway"),
        ("override payments-first cy until 2027-11-02 22:00", ANA, "366 days; 60 fit"),
        ("override payments-first cy from 2026-11-01 10:00 until 22:00", ANA, "That has passed"),
        ("swap ana payments-first until 22:00", ANA, "That is you"),
        ("oncall accept o1", CY, "Nothing waits for an answer under o1"),
        ("oncall cancel O7", CY, "There is no override o7"),
    ],
)
def test_what_the_rules_refuse_is_a_sentence(words: Words, line: str, by: str, told: str) -> None:
    assert told in words.no(line, by)
    assert words.facts == 0


def test_the_only_question_need_not_be_named(words: Words) -> None:
    words.said(f"stand-in cy payments-first {UNTIL}")
    assert words.said("oncall accept", CY).startswith("You are on call for Payments, first line from now")


def test_the_same_request_twice_is_one_fact_and_the_same_answer(words: Words) -> None:
    answers = [words(f"override payments-first cy {UNTIL}", cause="slash:1") for _ in range(2)]
    assert (answers[0] == answers[1], words.facts) == (True, 1)


def test_a_repeated_order_whose_fruit_is_gone_is_still_answered(words: Words) -> None:
    words(f"override payments-first cy {UNTIL}", cause="slash:1")
    words("oncall cancel o1")
    again = words(f"override payments-first cy {UNTIL}", cause="slash:1")
    assert isinstance(again, Said)
    assert "taken back meanwhile" in again.text


def test_who_asks_bare_sees_every_team_and_what_was_arranged(words: Words) -> None:
    words(f"override payments-first cy from 20:00 {UNTIL}")
    words("stand-in ben payments-first from tomorrow 09:00 until tomorrow 10:00")
    shown = words("oncall")
    assert isinstance(shown, ShowOnCall)
    assert [called.title for called in shown.called] == ["Payments", "Discovery", "Billing", "Without a team"]
    assert ([it.id for it in shown.overrides], [it.id for it in shown.asked]) == (["o1"], ["o2"])


@pytest.mark.parametrize("name", ["payments", "team-payments", "@payments", "payments-first"])
def test_a_team_or_a_schedule_is_shown_alone_at_any_time(words: Words, name: str) -> None:
    words("override payments-first cy from 20:00 until 22:00")
    shown = words(f"oncall {name} at 21:00")
    assert isinstance(shown, ShowOnCall)
    ((duty,),) = [called.duties for called in shown.called]
    assert [shift.person for shift in duty.on] == ["cy"]
    assert (shown.at, shown.clock) == (hours(8), "your clock, Europe/Madrid")


def test_a_person_is_shown_with_their_shifts(words: Words) -> None:
    shown = words("oncall <@UANA>", BEN)
    assert isinstance(shown, ShowShifts)
    assert [shift.shift.person for shift in shown.shifts] == ["ana", "ana", "ana"]


def test_a_trial_is_a_wish_for_whoever_types(words: Words) -> None:
    wish = words("oncall test", BEN)
    assert isinstance(wish, Wish)
    assert wish.effect == TestPages(person=BEN)


@pytest.mark.parametrize(
    ("rest", "changes"), [("", False), ("payments", False), ("at 22:00", False), ("TEST", True), ("cancel o1", True)]
)
def test_only_who_orders_must_say_who_they_are(rest: str, changes: bool) -> None:
    assert changes_something(rest) is changes
