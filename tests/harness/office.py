"""An office: a worker at its desk in the local workspace, with an on-call book of its own and a clock to wind."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.effects import AnyEffect
from bot.domain.oncall.arrange import PutOn, Stretch
from bot.settings import Settings
from bot.store.client import Client
from bot.store.outbox import Waiting
from bot.wiring import Wired, wire
from tests.calendars.vendors import SECRET, Vendors, serving
from tests.harness.clock import WoundClock
from tests.harness.people import BEN
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
def office_slack() -> Iterator[Slack]:
    port = free_port()
    process = start(port)
    slack = Slack(f"http://127.0.0.1:{port}")
    yield slack
    slack.http.close()
    stop(process)


@pytest.fixture
def office_vendors() -> Iterator[Vendors]:
    with serving() as vendors:
        yield vendors


Open = Callable[..., Office]


@pytest.fixture
def empty_redis(redis: Client, redis_server: RedisServer) -> str:
    """An empty Redis."""
    return redis_server.url


@pytest.fixture
def open_office(
    office_slack: Slack, empty_redis: str, tmp_path: Path, office_vendors: Vendors, pagerduty: PagerDuty
) -> Open:
    office_slack.post("/control/reset")
    office_slack.install()

    def opened(channel: str = "ops") -> Office:
        shutil.copytree(ROOT / "manifests", tmp_path / "manifests", ignore=shutil.ignore_patterns("oncall"))
        (tmp_path / "manifests" / "oncall").mkdir()
        book = BOOK.format(
            channel=channel, pagerduty=pagerduty.url, calendar=f"{office_vendors.url}/{SECRET}/basic.ics"
        )
        (tmp_path / "manifests" / "oncall" / "book.yaml").write_text(book)
        settings = Settings(
            redis_url=empty_redis,
            slack_api_url=office_slack.bot.base_url,
            slack_bot_token="xoxb-local",
            manifests=tmp_path / "manifests",
            environment={"PAGERDUTY_KEY": PagerDuty.key},
        )
        return Office(wire(settings), office_slack, WoundClock())

    return opened


@pytest.fixture
def office(open_office: Open) -> Office:
    return open_office()
