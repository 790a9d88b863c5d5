"""People are called while workers, clocks and Redis die: each tier once, nothing lost, nothing sent after an answer."""

from datetime import timedelta
from itertools import pairwise
from typing import TypeVar

import pytest

from bot.domain.incident import events as e
from bot.domain.incident.escalations import Standing
from bot.store.keys import Keys
from bot.store.read_models import RedisHeartbeats
from bot.wiring import SystemClock
from tests.harness.actors import Person
from tests.harness.wired import Truth, WiredWorld
from tests.harness.world import until

Paged = TypeVar("Paged", e.PageTried, e.PageSent)

pytestmark = pytest.mark.crash

PATIENTLY = "p1 catalog-search finds nothing"
"""Ben's phone is called, and for ten minutes nobody else."""
HASTILY = "p2 catalog-search is slow"
"""Dee, Cy, and then Ben and a channel are told, a second apart."""


def power_cut(wired: WiredWorld, truth: Truth) -> None:
    wired.kill("worker")
    truth.leases_end()


def calls(truth: Truth, incident: str) -> list[e.EscalationCalled]:
    return [event for event in truth.events(incident) if isinstance(event, e.EscalationCalled)]


def pages(truth: Truth, incident: str, kind: type[Paged]) -> list[Paged]:
    """What became of the pages to people: each has two ways."""
    return [event for event in truth.events(incident) if isinstance(event, kind) and event.page.startswith("e1.")]


def rang(wired: WiredWorld, incident: str) -> int:
    """How often Ben's phone was asked to ring for an incident."""
    return sum(incident in request.body.decode() for request in wired.phone.requests)


def direct(person: str, incident: str, wired: WiredWorld) -> int:
    """How many direct messages call a person about an incident."""
    messages = Person(wired, person).direct_messages()
    return sum(incident in message["text"] and "Why you" in message["text"] for message in messages)


def declared(wired: WiredWorld, words: str) -> str:
    said = Person(wired, "UMO").types(f"/incident declare {words}")
    assert said.startswith("INC-"), said
    return said.split()[0]


def is_exhausted(truth: Truth, incident: str) -> bool:
    return [one.standing for one in truth.state(incident).escalations.values()] == [Standing.EXHAUSTED]


def each_tier_was_called_once(wired: WiredWorld, truth: Truth, incident: str) -> None:
    """To the last resort, and nobody before their time."""
    until("the last resort", lambda: is_exhausted(truth, incident))
    truth.is_whole(incident)
    called = calls(truth, incident)
    assert [(call.call, call.tier) for call in called] == [(1, 0), (2, 1), (3, 2)]
    assert all(later.at >= sooner.due for sooner, later in pairwise(called))
    assert [direct(person, incident, wired) for person in ("UDEE", "UCY", "UBEN")] == [1, 1, 1]


# Workers


def test_while_the_phone_is_being_called(wired: WiredWorld, truth: Truth) -> None:
    """Between the record that it is tried and any answer: nobody knows whether it rang, so it is called again."""
    wired.phone.hangs()
    incident = declared(wired, PATIENTLY)
    until("the phone to be called", lambda: rang(wired, incident))
    power_cut(wired, truth)
    assert [event.way for event in pages(truth, incident, e.PageTried)] == [0]
    assert pages(truth, incident, e.PageSent) == []
    wired.phone.works()
    wired.start("worker")
    until("both ways", lambda: len(pages(truth, incident, e.PageSent)) == 2)
    truth.is_whole(incident)
    assert rang(wired, incident) == 2
    assert direct("UBEN", incident, wired) == 1


def test_between_the_phones_answer_and_its_record(wired: WiredWorld, truth: Truth) -> None:
    with wired.redis_wire.hold('"page":"e1.1.1","type":"page.sent"') as hold:
        incident = declared(wired, PATIENTLY)
        hold.wait()
        power_cut(wired, truth)
    assert pages(truth, incident, e.PageSent) == []
    wired.start("worker")
    until("both ways", lambda: len(pages(truth, incident, e.PageSent)) == 2)
    truth.is_whole(incident)
    (page,) = [page for page in wired.phone.pages() if incident in page.text]
    assert page.times == 2, "it rang twice under one key, by which the service can tell"


def test_between_a_direct_message_and_hearing_of_it(wired: WiredWorld, truth: Truth) -> None:
    with wired.slack_wire.hold("page%3A", answer=True) as hold:
        incident = declared(wired, HASTILY)
        hold.wait()
        power_cut(wired, truth)
    wired.start("worker")
    each_tier_was_called_once(wired, truth, incident)


def test_somebody_answers_before_anybody_has_heard_of_the_direct_message(wired: WiredWorld, truth: Truth) -> None:
    with wired.slack_wire.hold("page%3Ae1", answer=True) as hold:
        incident = declared(wired, HASTILY)
        hold.wait()
        power_cut(wired, truth)
    assert wired.terminal("--in", incident, "ack", by="UCY").returncode == 0
    wired.start("worker")
    until("all to be settled", lambda: not truth.outbox.waiting())
    (message,) = [m for m in Person(wired, "UDEE").direct_messages() if incident in m["text"]]
    assert "Acknowledge" not in str(message["blocks"]), "it asks for nothing any more"
    assert "Cy answers" in message["text"]


def test_somebody_answers_while_no_worker_lives(wired: WiredWorld, truth: Truth) -> None:
    wired.phone.hangs()
    incident = declared(wired, PATIENTLY)
    until("the phone to be called", lambda: rang(wired, incident))
    power_cut(wired, truth)
    answered = wired.terminal("--in", incident, "ack", by="UCY")
    assert answered.returncode == 0, answered.stderr
    wired.phone.works()
    wired.start("worker")
    until("all to be settled", lambda: not truth.outbox.waiting())
    assert rang(wired, incident) == 1, "Cy has it: Ben's phone is left alone"
    assert direct("UBEN", incident, wired) == 0


def test_somebody_answers_and_asks_for_help_while_no_worker_lives(wired: WiredWorld, truth: Truth) -> None:
    """Whoever comes next is called; whom the answer spared stays spared, although somebody is being called again."""
    wired.phone.hangs()
    incident = declared(wired, PATIENTLY)
    until("the phone to be called", lambda: rang(wired, incident))
    power_cut(wired, truth)
    for words in ("ack", "escalate"):
        assert wired.terminal("--in", incident, words, by="UANA").returncode == 0
    wired.phone.works()
    wired.start("worker")
    until("Cy to be called", lambda: direct("UCY", incident, wired))
    truth.is_whole(incident)
    assert rang(wired, incident) == 1
    assert direct("UBEN", incident, wired) == 0


def test_somebody_answers_at_the_moment_in_which_a_worker_reaches_for_the_phone(
    wired: WiredWorld, truth: Truth
) -> None:
    with wired.redis_wire.hold('"page":"e1.1.1","type":"page.tried"') as hold:
        incident = declared(wired, PATIENTLY)
        hold.wait()
        assert wired.terminal("--in", incident, "ack", by="UCY").returncode == 0
        hold.let_go()
    truth.is_whole(incident)
    assert rang(wired, incident) == 0, "the record is asked last, and it says: no longer"
    assert [tried.way for tried in pages(truth, incident, e.PageTried) if tried.way == 0] == []  # 1: a second later


# Clocks


def test_the_clock_is_dead_and_then_there_are_two(wired: WiredWorld, truth: Truth) -> None:
    wired.kill("clock")
    incident = declared(wired, HASTILY)
    (first,) = until("the first call", lambda: calls(truth, incident))
    until("its time to be over", lambda: SystemClock().now() > first.due + timedelta(seconds=1))
    assert len(calls(truth, incident)) == 1, "nobody looked"
    wired.start("clock", wait=False)
    wired.start("another clock", wait=False)
    each_tier_was_called_once(wired, truth, incident)


def test_a_clock_that_dies_again_and_again(wired: WiredWorld, truth: Truth) -> None:
    """Whatever it had taken is taken by the next one."""
    incidents = [declared(wired, HASTILY) for _ in range(2)]
    heartbeats = RedisHeartbeats(truth.client, Keys(), SystemClock())
    for _ in range(2):
        wired.kill("clock")
        died = SystemClock().now()
        wired.start("clock")
        until("the next one to look", lambda: heartbeats.last()["clock"] > died)  # noqa: B023
    for incident in incidents:
        each_tier_was_called_once(wired, truth, incident)


# Redis


def test_redis_dies_between_two_tiers(wired: WiredWorld, truth: Truth) -> None:
    incident = declared(wired, HASTILY)
    (first,) = until("the first call", lambda: calls(truth, incident))
    wired.redis.kill()
    until("its time to be over", lambda: SystemClock().now() > first.due)
    wired.redis.start()
    each_tier_was_called_once(wired, truth, incident)
