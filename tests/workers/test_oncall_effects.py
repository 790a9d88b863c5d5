"""What workers do about who is on call, on the local workspace: also where somebody left, or nothing can be read."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.effects import AnyEffect, ReadSchedule, SyncGroup, TellArrangement, TellShift, TestPages
from bot.domain.oncall.arrange import CancelOverride, PutOn, Stretch
from bot.domain.oncall.schedule import Shift
from bot.settings import Settings
from bot.slack.errors import RetryLater
from bot.store.client import Client
from bot.store.outbox import Waiting
from bot.wiring import Wired, wire
from tests.calendars.files import calendar, event
from tests.calendars.vendors import SECRET, Vendors, serving
from tests.harness.clock import NOON, WoundClock
from tests.harness.people import ANA, BEN, CY, DEE
from tests.harness.receivers import PagerDuty
from tests.harness.redis_server import RedisServer
from tests.harness.world import ROOT
from tests.sandbox.local import Slack, free_port, start, stop
from workers.crew import Job
from workers.effects import ALL
from workers.perform import hands

BOOK = """
notifiers:
  email: {{uses: email, server: SMTP_URL, sender: muster@local.test}}
  pager: {{uses: pagerduty, key: PAGERDUTY_KEY, url: "{pagerduty}"}}
people:
  ana: {{slack: UANA, name: Ana Ruiz, zone: Europe/Madrid}}
  ben: {{slack: UBEN, name: Ben Okafor, zone: Europe/London, contacts: [{{by: slack}}, {{by: pager}}]}}
  cy: {{slack: UCY, name: Cy Lindqvist, zone: Europe/Stockholm}}
  dee: {{slack: UDEE, name: Dee Park, zone: Asia/Seoul}}
teams:
  team-payments: {{title: Payments, members: [ana, ben], channel: {channel}, escalations: [{{use: payments}}]}}
  team-discovery: {{title: Discovery, members: [cy]}}
  team-billing: {{title: Billing, members: [dee]}}
schedules:
  payments-first:
    title: Payments, first line
    user_group: S0ONCALLPAY
    layers: [{{rotation: weekly, starts: 2026-01-05 09:00, people: [ana]}}]
  search:
    title: Search
    elsewhere: {{uses: ics, url: "{calendar}", people: {{Ana: ana, Ben: ben}}, every: 5m}}
escalations:
  payments:
    title: Payments
    tiers: [{{notify: [{{schedule: payments-first}}], limit: 5m}}]
"""


@dataclass
class Office:
    """A worker at its desk: it performs one effect after the other, under a clock to wind."""

    wired: Wired
    slack: Slack
    clock: WoundClock
    number: int = 0

    def performs(self, effect: AnyEffect, tries: int = 1) -> None:
        self.number += 1
        crew = replace(hands(self.wired), clock=self.clock)
        ALL[type(effect)](effect, Job(Waiting(f"e{self.number}", effect, tries, self.clock.now()), crew))

    def puts_on(self, person: str, hours: float) -> str:
        now = self.clock.now()
        when = Stretch(schedule="payments-first", start=now, end=now + timedelta(hours=hours))
        order = PutOn(by=BEN, at=now, cause=f"{person}/{hours}", person=person, when=when)
        return self.wired.house.planner.submit(order).override

    @property
    def problems(self) -> dict[str, str]:
        return {key: problem.why for key, problem in self.wired.problems.all().items()}

    def posts(self) -> list[tuple[str, str]]:
        """List what the bot said: to whom or where, and the text."""
        state = self.slack.http.get(f"{self.slack.url}/control/state").json()
        places = {channel["id"]: channel["name"] or _whose(channel["members"]) for channel in state["Channel"]}
        return [(places[message["channel"]], message["text"]) for message in state["Message"]]

    def heard(self, who: str, *words: str) -> bool:
        return any(place == who and all(word in text for word in words) for place, text in self.posts())


def _whose(members: list[str]) -> str:
    """Name the person in a direct message with the bot."""
    return next(member for member in members if member != "UMUSTER")


@pytest.fixture(scope="module")
def server() -> Iterator[Slack]:
    port = free_port()
    process = start(port)
    slack = Slack(f"http://127.0.0.1:{port}")
    yield slack
    slack.http.close()
    stop(process)


@pytest.fixture
def vendors() -> Iterator[Vendors]:
    with serving() as vendors:
        yield vendors


Open = Callable[..., Office]


@pytest.fixture
def redis_url(redis: Client, redis_server: RedisServer) -> str:
    """An empty Redis."""
    return redis_server.url


@pytest.fixture
def open_office(server: Slack, redis_url: str, tmp_path: Path, vendors: Vendors, pagerduty: PagerDuty) -> Open:
    server.post("/control/reset")
    server.install()

    def opened(channel: str = "ops") -> Office:
        shutil.copytree(ROOT / "manifests", tmp_path / "manifests", ignore=shutil.ignore_patterns("oncall"))
        (tmp_path / "manifests" / "oncall").mkdir()
        book = BOOK.format(channel=channel, pagerduty=pagerduty.url, calendar=f"{vendors.url}/{SECRET}/basic.ics")
        (tmp_path / "manifests" / "oncall" / "book.yaml").write_text(book)
        settings = Settings(
            redis_url=redis_url,
            slack_api_url=server.bot.base_url,
            slack_bot_token="xoxb-local",
            manifests=tmp_path / "manifests",
            environment={"PAGERDUTY_KEY": PagerDuty.key},
        )
        return Office(wire(settings), server, WoundClock())

    return opened


@pytest.fixture
def office(open_office: Open) -> Office:
    return open_office()


def shift(summary: str, start: str, end: str) -> list[str]:
    return event(f"DTSTART:{start}", f"DTEND:{end}", summary=summary, uid=f"{summary}{start}")


def known(office: Office) -> list[tuple[str, str]]:
    said = office.wired.house.roster.elsewhere().get("search", ())
    return [(it.person, f"{it.start:%m-%d}") for it in said]


# Schedules kept elsewhere


def test_what_was_read_is_kept_and_what_has_passed_stays(office: Office, vendors: Vendors) -> None:
    past = Shift(person="ben", start=NOON - timedelta(days=9), end=NOON - timedelta(days=2))
    office.wired.house.roster.learn("search", (past,), NOON)
    vendors.calendar = calendar(shift("Ana", "20261101T000000Z", "20261108T000000Z"))
    office.performs(ReadSchedule(schedule="search"))
    assert known(office) == [("ben", "10-24"), ("ana", "11-01")]
    assert office.wired.house.roster.last_read() == {"search": NOON}
    office.clock.wind(minutes=29 * 24 * 60)
    office.performs(ReadSchedule(schedule="search"))
    assert ("ben", "10-24") not in known(office)


def test_people_whom_nobody_knows_stand_as_a_problem_and_the_others_are_on_call(
    office: Office, vendors: Vendors
) -> None:
    vendors.calendar = calendar(
        shift("Ana", "20261101T000000Z", "20261108T000000Z"), shift("Zoe", "20261101T000000Z", "20261108T000000Z")
    )
    office.performs(ReadSchedule(schedule="search"))
    assert known(office) == [("ana", "11-01")]
    assert "“Zoe”" in office.problems["schedule:search"]
    vendors.calendar = calendar(shift("Ana", "20261101T000000Z", "20261108T000000Z"))
    office.performs(ReadSchedule(schedule="search"))
    assert office.problems == {}


def test_a_trouble_that_passes_is_tried_again_and_is_a_problem_once_what_is_known_is_old(
    office: Office, vendors: Vendors
) -> None:
    vendors.calendar = calendar(shift("Ana", "20261101T000000Z", "20261108T000000Z"))
    office.performs(ReadSchedule(schedule="search"))
    vendors.trouble = (503, {"Retry-After": "7"}, b"")
    with pytest.raises(RetryLater) as later:
        office.performs(ReadSchedule(schedule="search"))
    assert (later.value.seconds, office.problems, known(office)) == (7, {}, [("ana", "11-01")])
    office.clock.wind(minutes=16)
    with pytest.raises(RetryLater):
        office.performs(ReadSchedule(schedule="search"))
    assert "was not read since 2026-11-02 12:00 UTC" in office.problems["schedule:search"]
    assert known(office) == [("ana", "11-01")]


def test_what_somebody_must_mend_is_a_problem_at_once_and_is_not_tried_on_and_on(
    office: Office, vendors: Vendors
) -> None:
    vendors.trouble = (404, {}, b"")
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
    ],
)
def test_what_the_book_no_longer_says_is_left_alone(office: Office, effect: AnyEffect) -> None:
    office.performs(effect)
    assert office.posts() == []
    assert office.problems == {}


# Telling


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
    assert office.heard("ops", "Ben", "took back o1")


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
