"""What workers do about who is on call, on the local workspace: also where somebody left, or nothing can be read."""

from datetime import timedelta

import pytest

from bot.domain.effects import AnyEffect, ReadSchedule, SyncGroup, TellArrangement, TellShift, TellUnanswered, TestPages
from bot.domain.oncall.arrange import AnswerStandIn, AskToStandIn, CancelOverride, Stretch
from bot.domain.oncall.schedule import Shift
from bot.slack.errors import RetryLater
from tests.calendars.files import calendar, event
from tests.calendars.vendors import Vendors
from tests.harness.clock import NOON
from tests.harness.office import Office, Open
from tests.harness.people import ANA, BEN, CY, DEE
from tests.harness.receivers import PagerDuty


def shift(summary: str, start: str, end: str) -> list[str]:
    return event(f"DTSTART:{start}", f"DTEND:{end}", summary=summary, uid=f"{summary}{start}")


def known(office: Office) -> list[tuple[str, str]]:
    said = office.wired.house.roster.elsewhere().get("search", ())
    return [(it.person, f"{it.start:%m-%d}") for it in said]


# Schedules kept elsewhere


def test_what_was_read_is_kept_and_what_has_passed_stays(office: Office, office_vendors: Vendors) -> None:
    past = Shift(person="ben", start=NOON - timedelta(days=9), end=NOON - timedelta(days=2))
    office.wired.house.roster.learn("search", (past,), NOON)
    office_vendors.calendar = calendar(shift("Ana", "20261101T000000Z", "20261108T000000Z"))
    office.performs(ReadSchedule(schedule="search"))
    assert known(office) == [("ben", "10-24"), ("ana", "11-01")]
    assert office.wired.house.roster.last_read() == {"search": NOON}
    office.clock.wind(minutes=29 * 24 * 60)
    office.performs(ReadSchedule(schedule="search"))
    assert ("ben", "10-24") not in known(office)


def test_people_whom_nobody_knows_stand_as_a_problem_and_the_others_are_on_call(
    office: Office, office_vendors: Vendors
) -> None:
    office_vendors.calendar = calendar(
        shift("Ana", "20261101T000000Z", "20261108T000000Z"), shift("Zoe", "20261101T000000Z", "20261108T000000Z")
    )
    office.performs(ReadSchedule(schedule="search"))
    assert known(office) == [("ana", "11-01")]
    assert "“Zoe”" in office.problems["schedule:search"]
    office_vendors.calendar = calendar(shift("Ana", "20261101T000000Z", "20261108T000000Z"))
    office.performs(ReadSchedule(schedule="search"))
    assert office.problems == {}


def test_a_trouble_that_passes_is_tried_again_and_is_a_problem_once_what_is_known_is_old(
    office: Office, office_vendors: Vendors
) -> None:
    office_vendors.calendar = calendar(shift("Ana", "20261101T000000Z", "20261108T000000Z"))
    office.performs(ReadSchedule(schedule="search"))
    office_vendors.trouble = (503, {"Retry-After": "7"}, b"")
    with pytest.raises(RetryLater) as later:
        office.performs(ReadSchedule(schedule="search"))
    assert (later.value.seconds, office.problems, known(office)) == (7, {}, [("ana", "11-01")])
    office.clock.wind(minutes=16)
    with pytest.raises(RetryLater):
        office.performs(ReadSchedule(schedule="search"))
    assert "was not read since 2026-11-02 12:00 UTC" in office.problems["schedule:search"]
    assert known(office) == [("ana", "11-01")]


def test_what_somebody_must_mend_is_a_problem_at_once_and_is_not_tried_on_and_on(
    office: Office, office_vendors: Vendors
) -> None:
    office_vendors.trouble = (404, {}, b"")
    office.performs(ReadSchedule(schedule="search"))
    assert "can't be read" in office.problems["schedule:search"]
    assert known(office) == []


@pytest.mark.parametrize(
    "effect",
    [
        ReadSchedule(schedule="gone"),
        ReadSchedule(schedule="payments-first"),
        SyncGroup(schedule="gone"),
        SyncGroup(schedule="search"),
        TellShift(schedule="gone", person="ana", start=NOON),
        TellShift(schedule="payments-first", person="ana", start=NOON),
        TellUnanswered(override="o99"),
    ],
)
def test_what_the_book_no_longer_says_is_left_alone(office: Office, effect: AnyEffect) -> None:
    office.performs(effect)
    assert office.posts() == []
    assert office.problems == {}


# Telling


def test_a_question_that_nobody_answers_is_told_to_whoever_asked(office: Office) -> None:
    when = Stretch(schedule="payments-first", start=NOON + timedelta(hours=1), end=NOON + timedelta(hours=9))
    planner = office.wired.house.planner
    planner.submit(AskToStandIn(by=ANA, at=NOON, cause="ask", person=BEN, when=when))
    office.performs(TellUnanswered(override="o1"))
    assert office.heard(ANA, "Ben Okafor has not answered yet", "everything stays as it is")
    planner.submit(AnswerStandIn(by=BEN, at=NOON, cause="no", override="o1", accept=False))
    before = office.posts()
    office.performs(TellUnanswered(override="o1"))
    assert office.posts() == before, "it was answered meanwhile"


def test_who_left_slack_does_not_keep_the_others_from_being_told(office: Office) -> None:
    office.slack.post("/control/deactivate", user=DEE)
    office.puts_on(DEE, 2)
    office.performs(TellArrangement(number=1, override="o1"))
    assert office.heard(ANA, "You are off call for Payments, first line")
    assert office.heard("ops", "Dee Park stands in")
    assert list(office.problems) == [f"person:{DEE}"]


def test_a_team_channel_that_is_not_there_is_a_problem_and_people_are_told(open_office: Open) -> None:
    office = open_office(channel="no-such-channel")
    office.puts_on(CY, 2)
    office.performs(TellArrangement(number=1, override="o1"))
    assert office.heard(CY, "You are on call for Payments, first line")
    assert office.heard(ANA, "You are off call")
    assert "There is no channel #no-such-channel." in office.problems["channel:no-such-channel"]


def test_telling_twice_is_telling_once(office: Office) -> None:
    office.puts_on(CY, 2)
    for tries in (1, 2):
        office.performs(TellArrangement(number=1, override="o1"), tries)
    assert len(office.posts()) == 3


def test_what_is_taken_back_in_its_time_is_told_for_what_is_left_of_it(office: Office) -> None:
    id_ = office.puts_on(CY, 4)
    now = office.clock.wind(minutes=60)
    office.wired.house.planner.submit(CancelOverride(by=BEN, at=now, cause="c", override=id_))
    office.performs(TellArrangement(number=2, override=id_))
    assert office.heard(ANA, "You are on call for Payments, first line from", "13:00 UTC", "16:00 UTC")
    assert office.heard(CY, "You are off call")
    assert office.heard("ops", "Ben", "took back o1", "from", "13:00 UTC", "until", "16:00 UTC")


def test_a_shift_that_has_begun_is_told_with_who_follows(office: Office) -> None:
    begun = NOON.replace(hour=9)
    office.performs(TellShift(schedule="payments-first", person="ana", start=begun))
    assert office.heard(ANA, "You are on call for *Payments, first line* until")


# Trials


def test_a_trial_leaves_nothing_open_at_the_other_side(office: Office, pagerduty: PagerDuty) -> None:
    office.performs(TestPages(person=BEN))
    (page,) = pagerduty.pages()
    assert (page.status, "TEST" in page.title) == ("resolved", True)
    assert office.heard(BEN, "Your contacts were tried", "✓ slack: sent in", "✓ pager: sent in")


def test_a_trial_that_fails_says_why_and_what_to_do(office: Office, pagerduty: PagerDuty) -> None:
    pagerduty.answers(503)
    office.performs(TestPages(person=BEN))
    assert office.heard(BEN, "✗ pager", "Test again in a minute")


def test_whom_the_book_does_not_know_has_a_direct_message(office: Office) -> None:
    office.performs(TestPages(person="UMO"))
    assert office.heard("UMO", "✓ slack: sent in", "You aren't in the on-call book")


# Groups


def test_what_slack_refuses_for_a_group_is_a_problem_until_it_is_mended(office: Office) -> None:
    office.slack.post("/control/plan", user_groups=False)
    office.performs(SyncGroup(schedule="payments-first"))
    assert "Slack plan has no user groups" in office.problems["group:payments-first"]
    office.slack.post("/control/plan", user_groups=True)
    office.slack.fail({"kind": "error", "method": "usergroups.users.list", "error": "no_such_subteam"})
    office.performs(SyncGroup(schedule="payments-first"))
    assert "no_such_subteam" in office.problems["group:payments-first"]
    office.slack.fail()
    office.performs(SyncGroup(schedule="payments-first"))
    assert office.problems == {}
