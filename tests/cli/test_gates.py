"""`muster gates`: what waits for approval, and how approvals did, from the record; the same words as in Slack."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.ids import SYSTEM
from bot.domain.incident.commands import AtGate, Declare, Propose, RecordDryRun
from bot.domain.severity import Severity
from bot.settings import read
from bot.store.client import Client
from bot.verbs.gates import read_since
from bot.verbs.request import plan
from bot.wiring import Wired, wire
from tests.cli.conftest import Muster
from tests.harness.clock import NOON
from tests.harness.orders import casting
from tests.harness.people import ANA, BEN
from tests.harness.redis_server import RedisServer


@pytest.fixture
def here(redis: Client, redis_server: RedisServer) -> dict[str, str]:
    return {"REDIS_URL": redis_server.url}


@pytest.fixture
def wired(here: dict[str, str]) -> Wired:
    """Two approvals that ANA asked for an hour ago; BEN has agreed to the first."""
    wired = wire(read(here))
    engine, begun = wired.house.engine, wired.clock.now() - timedelta(minutes=20)
    for number in ("INC-1", "INC-2"):
        facts = {"incident": number, "by": ANA}
        declared = Declare(**facts, at=begun, cause="d", title="checkout is down", severity=Severity.P1)
        engine.submit(declared)
        wanted = plan(wired.house, number, "restart-checkout", {})
        engine.submit(Propose(**facts, at=begun, cause="p", plan=wanted))
        tried = {"incident": number, "by": SYSTEM, "mitigation": "m1", "trial": 1, "answers": ()}
        engine.submit(RecordDryRun(**tried, at=begun, cause="t"))
    voted = begun + timedelta(minutes=2)
    engine.submit(
        AtGate(incident="INC-1", by=BEN, at=voted, cause="v", gate="m1", order=casting(BEN, voted, "approve"))
    )
    return wired


def test_where_nothing_was_asked_it_says_so(muster: Muster, here: dict[str, str]) -> None:
    said = muster("gates", environment=here)
    assert (said.code, said.out) == (0, "Nothing waits for approval.\n")
    assert muster("gates", "report", environment=here).out.endswith(": No approval was asked for.\n")


def test_what_waits_is_told_with_its_time(muster: Muster, here: dict[str, str], wired: Wired) -> None:
    del wired
    said = muster("gates", environment=here)
    assert (said.code, said.out) == (0, "“Restart checkout” (INC-2 m1) has waited 20 min.\n")
    assert muster("gates", "open", environment=here).out == said.out


def test_the_report_tells_figures_by_approval_and_person(muster: Muster, here: dict[str, str], wired: Wired) -> None:
    wired.house.people.learn(BEN, "Ben Okafor")
    lines = muster("gates", "report", "--since", "1d", environment=here).out.splitlines()
    assert lines[0].endswith(": 2 approvals asked for, 1 decided or ended, 2 min in the mean, 95 of 100 within 2 min.")
    assert lines[lines.index("By approval") + 1] == (
        "  Anybody in the channel: 2 asked for, 1 ended · 2 min in the mean, 95 of 100 within 2 min · 1 approved"
    )
    assert "  Ben Okafor: asked 0 times, 1 answered" in lines
    told = muster("incident", "gates", "report", "1d", environment=here)
    assert (told.code, told.out.splitlines()[1:]) == (0, lines[1:]), "the verb tells the same, and needs no name"


def test_the_report_as_json_has_its_times_in_seconds(muster: Muster, here: dict[str, str], wired: Wired) -> None:
    del wired
    told = json.loads(muster("gates", "report", "--json", environment=here).out)
    assert (told["whole"]["gates"], told["whole"]["mean"], told["whole"]["outcomes"]) == (2, 120.0, {"approved": 1})
    assert [one["incident"] for one in told["waiting"]] == ["INC-2"]
    assert told["people"][BEN]["voted"] == 1


def test_a_short_span_has_nothing_but_what_waits(muster: Muster, here: dict[str, str], wired: Wired) -> None:
    del wired
    told = json.loads(muster("gates", "report", "--since", "10m", "--json", environment=here).out)
    assert (told["whole"]["gates"], told["whole"]["closed"]) == (1, 0)


def test_a_time_that_can_not_be_read_is_refused_with_what_can(muster: Muster, here: dict[str, str]) -> None:
    said = muster("gates", "report", "--since", "yesterday", environment=here)
    assert said.code == 2
    assert "“yesterday” is no time to look back. Write how long, or since which day: 7d, 12h, 2026-11-01." in said.err


def test_a_record_out_of_reach_is_a_sentence(muster: Muster) -> None:
    said = muster("gates", environment={"REDIS_URL": "redis://127.0.0.1:1/0"})
    assert said.code == 1
    assert said.err.startswith("The record is out of reach at redis://127.0.0.1:1/0: ")


@pytest.mark.parametrize(
    ("words", "since"),
    [
        ("", NOON - timedelta(days=7)),
        ("12h", NOON - timedelta(hours=12)),
        ("1d 12h", NOON - timedelta(hours=36)),
        ("since 2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-03", None),
        ("2026-13-01", None),
        ("0d", None),
        ("99999999d", None),
        ("2w", None),
    ],
)
def test_how_far_back_is_read(words: str, since: datetime | None) -> None:
    assert read_since(words, NOON, lambda day: datetime(day.year, day.month, day.day, tzinfo=UTC)) == since
