"""`muster audit` in a terminal: one round over everything, each problem with its cure, and what was wrong before."""

from datetime import timedelta

import pytest
from redis import Redis
from rq.serializers import JSONSerializer
from rq.worker import Worker

from bot.audit.finding import Finding
from bot.audit.outbreak import Outbreak
from bot.settings import read
from bot.store.audit import Book
from bot.store.client import Client
from bot.store.keys import Keys
from bot.wiring import Wired, wire
from tests.cli.conftest import Muster
from tests.harness.clock import NOON
from tests.harness.redis_server import RedisServer, connection


@pytest.fixture
def bare(redis: Client, redis_server: RedisServer) -> dict[str, str]:
    """An installation with an empty record, and nothing that runs."""
    return {"REDIS_URL": redis_server.url, "SLACK_MODE": "http"}


@pytest.fixture
def alive(bare: dict[str, str], redis_server: RedisServer) -> Wired:
    """Say that worker and clock live."""
    wired = wire(read(bare))
    for kind in ("worker", "clock"):
        wired.heartbeats.beat(kind)
    hand = Worker(["slack"], connection=Redis.from_url(redis_server.url), serializer=JSONSerializer)
    hand.register_birth()  # type: ignore[no-untyped-call]
    return wired


def test_what_is_wrong_is_printed_with_its_cure_and_told_to_nobody(muster: Muster, bare: dict[str, str]) -> None:
    said = muster("audit", environment=bare)
    assert said.code == 1
    line, cure = said.finding("No clock process was ever started")
    assert line.startswith("✗ ")
    assert "python -m workers clock" in cure
    assert said.out.splitlines()[-1] == "2 problems; 0 incidents looked at; no round by itself yet."
    assert wire(read(bare)).audits.history() == []


def test_an_installation_that_moves_is_well(muster: Muster, bare: dict[str, str], alive: Wired) -> None:
    assert alive.audits.take_turn("somebody", timedelta(minutes=1))
    said = muster("audit", environment=bare)
    assert said.code == 0, said.out
    assert said.out.splitlines()[-1].startswith("All is well; 0 incidents looked at; last round by itself: ")


def test_what_is_not_severe_counts_too(muster: Muster, bare: dict[str, str], alive: Wired) -> None:
    alive.problems.raise_("group:one", "The group @one can't be changed.", "Let the app change it.")
    said = muster("audit", environment=bare)
    assert said.code == 1
    assert said.finding("! The group @one can't be changed.")[1] == "Let the app change it."


def test_earlier_outbreaks_are_remembered(muster: Muster, bare: dict[str, str], alive: Wired) -> None:
    assert muster("audit", "--history", environment=bare).out == "Nothing was ever found wrong.\n"
    finding = Finding(key="process:clock", what="The clock process is gone.", cure="Start it.", severe=True)
    outbreak = Outbreak(
        id="1", since=NOON, findings=(), was=(finding,), well_since=NOON + timedelta(minutes=7), ended=NOON
    )
    assert alive.audits.take_turn("somebody", timedelta())
    assert alive.audits.end_turn("somebody", Book(outbreak=outbreak))
    said = muster("audit", "--history", environment=bare)
    assert said.code == 0
    assert said.out.splitlines()[0].startswith("2026-11-02 ")
    assert said.finding("✗ The clock process is gone.")[1] == "Start it."


def test_a_record_out_of_reach_is_told_without_its_password(muster: Muster, bare: dict[str, str]) -> None:
    said = muster("audit", environment={**bare, "REDIS_URL": "redis://muster:hunter2@127.0.0.1:1/0"})
    assert said.code == 1
    assert said.finding("✗ The record at redis://127.0.0.1:1/0 is out of reach")[1]
    assert "hunter2" not in said.out + said.err


def test_it_writes_nothing(muster: Muster, bare: dict[str, str], alive: Wired) -> None:
    before = sorted(connection(alive.redis).keys("*"))
    muster("audit", environment=bare)
    assert sorted(connection(alive.redis).keys("*")) == before
    assert Keys().audit not in before
