"""Rounds of the self-audit: what breaks is told once, where it can be heard, with its cure; and told to be over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Thread

import pytest

from bot.audit.finding import Finding
from bot.audit.outbreak import Outbreak
from bot.store.audit import KEPT, Book
from bot.wiring import SystemClock
from tests.audit.conftest import OPS, TOKEN, Watch
from tests.harness import orders as o
from tests.harness.people import ANA, BEN, MO
from tests.harness.redis_server import connection
from workers.audit import Auditor

pytestmark = pytest.mark.story

DOWN = {"kind": "status", "status": 503}


def test_while_all_is_well_a_heartbeat_goes_out_each_minute_and_nobody_is_told_anything(watch: Watch) -> None:
    watch.night.declared(by=BEN)
    watch.minutes(3)
    assert [(beat.method, beat.path) for beat in watch.beaten()] == [("POST", TOKEN)] * 3
    assert watch.found() == {}
    assert watch.ops() == []


def test_a_dead_worker_is_told_to_the_contact_by_the_clock_at_once_and_to_slack_when_one_is_back(watch: Watch) -> None:
    watch.minutes()
    watch.dead = {"worker"}
    watch.night.declared(by=BEN)
    watch.minutes(2)
    assert set(watch.found()) == {"process:worker", "effects:untried"}
    (letter,) = watch.letters()
    assert "The worker process is gone: last heard of 1 min ago." in letter.text
    assert "→ Start it: python -m workers worker." in letter.text
    assert len(watch.beaten()) == 1, "no heartbeat, so that somebody outside notices, too"
    assert watch.ops() == []
    watch.dead = set()
    watch.minutes()
    (said,) = watch.ops()
    assert said.startswith("✓ All is well again since ")
    assert "The worker process is gone" in said
    assert len(watch.beaten()) == 2
    assert len(watch.letters()) == 1, "it might begin again"
    watch.minutes(5)
    assert [letter.subject for letter in watch.letters()[1:]] == [
        "Muster: all is well again. It was: The worker process is gone: last heard of 2 min ago."
    ]
    watch.minutes(3)
    assert len(watch.letters()) == 2
    assert len(watch.ops()) == 1


def test_what_comes_and_goes_is_one_message_edited_in_place(watch: Watch) -> None:
    problems = watch.night.wired.problems
    problems.raise_("group:one", "The group @one can't be changed.", "Let the app change it.")
    watch.minutes(2)
    problems.raise_("group:two", "The group @two can't be changed.", "Let the app change it.")
    watch.minutes()
    (said,) = watch.ops()
    assert "2 problems with Muster since" in said
    assert "The group @two can't be changed. → Let the app change it." in said
    problems.clear("group:one")
    watch.minutes()
    (said,) = watch.ops("1 problem with Muster")
    assert "@one" not in said
    problems.clear("group:two")
    watch.minutes()
    problems.raise_("group:one", "The group @one can't be changed.", "Let the app change it.")
    watch.minutes()
    assert len(watch.ops()) == 1, "what flaps is one outbreak"
    problems.clear("group:one")
    watch.minutes(7)
    problems.raise_("group:one", "The group @one can't be changed.", "Let the app change it.")
    watch.minutes()
    assert len(watch.ops()) == 2, "and this is a new one"
    assert len(watch.beaten()) > 10, "what is not severe stops no heartbeat"
    assert watch.letters() == [], "Slack has shown it all"


def test_something_severe_is_not_hidden_in_a_message_that_has_stood_for_weeks(watch: Watch) -> None:
    watch.night.wired.problems.raise_("group:one", "The group @one can't be changed.", "Let the app change it.")
    watch.minutes()
    watch.raw.config_set("appendonly", "no")
    watch.minutes()
    watch.night.passes(seconds=5)
    assert len(watch.ops()) == 2
    assert watch.ops("then worse, see below", "@one")
    assert watch.ops("2 problems with Muster", "The append-only file is off", "@one")


def test_a_dead_clock_is_told_by_another_process(watch: Watch) -> None:
    """The worker's auditor stands in, but only where no clock has gone its rounds for a while."""
    worker = watch.auditor(stands_in=True)
    watch.night.declared(by=BEN)
    watch.minutes(2)
    assert not worker.look()
    watch.dead = {"clock"}
    watch.minutes(2, auditor=worker)
    assert watch.ops() == []
    watch.minutes(5, auditor=worker)
    (said,) = watch.ops("The clock process is gone")
    assert "python -m workers clock" in said
    assert "1 timer fell due and nothing came of it" in said
    assert len(watch.beaten()) == 2
    watch.dead = set()
    watch.minutes(3)
    assert watch.ops("All is well again")
    assert len(watch.beaten()) > 2


def test_of_two_clocks_one_goes_the_round_and_there_is_one_message(watch: Watch) -> None:
    watch.night.wired.problems.raise_("group:one", "The group @one can't be changed.", "Let the app change it.")
    clocks = [watch.auditor() for _ in range(6)]
    for _ in range(4):
        watch.night.clock.wind(60)
        watch.beats()
        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(Auditor.look, clocks)) == 1
        watch.night.works()
    assert len(watch.ops()) == 1
    assert len(watch.beaten()) == 4


def test_a_clock_that_dies_in_the_middle_of_its_round_stops_nobody_for_long(watch: Watch) -> None:
    watch.night.clock.wind(60)
    assert watch.audits.take_turn("the dead one", watch.auditor().pace)
    watch.minutes()
    assert watch.beaten() == []
    watch.raw.pexpire(watch.keys.audit_turn, 1)
    watch.minutes()
    assert len(watch.beaten()) == 1
    book = watch.audits.book()
    assert not watch.audits.end_turn("the dead one", book), "whoever comes back too late writes nothing"


def test_a_round_that_was_done_a_moment_ago_is_not_done_again(watch: Watch) -> None:
    watch.minutes()
    watch.night.clock.wind(20)
    assert not watch.auditor().look()
    watch.night.clock.wind(-600)
    assert watch.auditor().look(), "a clock that was set back does not keep it for ten minutes"


def test_slack_that_is_down_is_told_to_the_contact_and_shown_once_when_it_is_back(watch: Watch) -> None:
    watch.night.declared(by=BEN)
    watch.minutes()
    watch.night.slack_fails(DOWN)
    watch.raw.config_set("appendonly", "no")
    watch.minutes()
    assert watch.letters() == [], "Slack has some time to show it"
    watch.minutes(2)
    assert [letter.subject.strip() for letter in watch.letters()] == [
        "Muster: The append-only file is off: a crash of Redis loses incidents."
    ]
    watch.night.slack_fails()
    watch.minutes(2)
    assert len(watch.ops("The append-only file is off")) == 1


def test_effects_that_slack_refuses_again_and_again_are_told_past_it(watch: Watch) -> None:
    watch.night.slack_fails(DOWN)
    watch.night.declared(by=BEN)
    watch.minutes(7)
    assert "effects:endless" in watch.found()
    assert "tried again and again in vain" in watch.letters()[-1].text
    watch.night.slack_fails()
    watch.minutes(2)
    assert "effects:endless" not in watch.found()


def test_a_contact_that_does_not_answer_is_tried_again(watch: Watch) -> None:
    watch.dead = {"worker"}
    watch.night.mailbox.replies("RCPT", "450 try later")
    watch.minutes(2)
    assert watch.letters() == []
    watch.night.mailbox.works()
    watch.minutes(2)
    assert len(watch.letters()) == 1


def test_a_contact_with_a_state_of_its_own_is_settled(watch: Watch) -> None:
    watch.settings["audit_contact"] = "pager:"
    watch.dead = {"worker"}
    watch.minutes(2)
    (page,) = watch.night.pager.pages()
    assert page.status == "open"
    watch.dead = set()
    watch.minutes(6)
    (page,) = watch.night.pager.pages()
    assert page.status == "resolved"


@pytest.mark.parametrize("contact", ["slack:UANA", "nobody:ana@local.test"])
def test_a_contact_that_can_tell_nobody_is_found_before_it_is_needed(watch: Watch, contact: str) -> None:
    watch.settings["audit_contact"] = contact
    watch.minutes()
    (said,) = watch.ops("AUDIT_CONTACT tells nobody")
    assert "email:ops@example.org" in said
    watch.dead = {"worker"}
    watch.minutes(2)
    assert "process:worker" in watch.found()


def test_redis_that_is_away_is_told_to_the_contact_by_each_clock_and_when_it_is_back(watch: Watch) -> None:
    mine = watch.auditor()
    watch.minutes(auditor=mine)
    server = watch.night.world.redis
    server.kill()
    for _ in range(4):
        watch.night.clock.wind(40)
        assert not mine.look()
    (letter,) = watch.letters()
    assert "The record is out of reach" in letter.text
    assert len(watch.beaten()) == 1
    server.start()
    watch.minutes(2, auditor=mine)
    assert next(letter.subject for letter in watch.letters()[1:]).startswith("Muster: all is well again")
    assert len(watch.beaten()) > 1


def test_a_heartbeat_that_does_not_get_through_is_told_without_its_secret(
    watch: Watch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    watch.heart.echoes(503)
    watch.minutes(2)
    assert "503" in watch.found()["heartbeat"]
    (said,) = watch.ops("The heartbeat does not get through")
    assert "5ecre7" not in said + caplog.text
    watch.heart.works()
    watch.minutes(2)
    assert watch.found() == {}


def test_a_heartbeat_follows_nobody_who_sends_it_elsewhere(watch: Watch) -> None:
    watch.heart.answers(307, headers={"Location": f"{watch.night.phone.url}/elsewhere"})
    watch.minutes(2)
    assert "heartbeat" in watch.found()
    assert watch.night.phone.requests == []


def test_heartbeats_go_out_as_often_as_was_asked(watch: Watch) -> None:
    watch.settings["heartbeat_every"] = 300
    watch.minutes(11)
    assert len(watch.beaten()) == 3
    watch.settings["heartbeat_every"] = 10
    mine = watch.auditor()
    for _ in range(6):
        watch.night.clock.wind(10)
        watch.beats()
        mine.look()
    assert len(watch.beaten()) == 9


def test_without_an_address_no_heartbeat_goes_out(watch: Watch) -> None:
    watch.settings["heartbeat_url"] = ""
    watch.minutes(2)
    assert watch.beaten() == []
    assert watch.found() == {}


def test_fifty_outbreaks_are_remembered(watch: Watch) -> None:
    now, before = watch.night.clock.now(), None
    for number in range(KEPT + 3):
        assert watch.audits.take_turn("me", timedelta())
        finding = Finding(key="group:one", what=f"Number {number}.", cure="Wait.")
        outbreak = Outbreak(id=f"{number}", since=now, findings=(finding,), was=(finding,))
        assert watch.audits.end_turn("me", Book(outbreak=outbreak), was=[before] if before else [])
        before = outbreak
    history = watch.audits.history()
    assert [outbreak.id for outbreak in history] == [f"{n}" for n in reversed(range(3, KEPT + 3))]


def test_a_fault_in_one_round_ends_neither_the_auditor_nor_the_clock(watch: Watch) -> None:
    watch.raw.hset(watch.keys.audit, "book", "no JSON")
    watch.settings["heartbeat_every"] = 1
    mine, stopped = watch.auditor(), Event()
    thread = Thread(target=mine.run, args=(stopped,))
    thread.start()
    stopped.wait(2)
    assert thread.is_alive()
    assert watch.beaten() == [], "whoever waits for it hears nothing"
    stopped.set()
    thread.join(5)
    assert not thread.is_alive()


def test_lost_wake_up_calls_are_no_finding_for_the_clock_sends_them_again(watch: Watch) -> None:
    watch.night.workers_sleep = True
    incident = watch.night.declared(by=BEN)
    for key in connection(watch.night.wired.redis).scan_iter("rq:queue:*"):
        watch.raw.delete(key)
    watch.minutes(2)
    assert watch.found() == {}
    assert watch.night.incident(incident).channel


def test_workers_that_live_and_take_nothing_are_found_by_what_waits(watch: Watch) -> None:
    watch.minutes()
    watch.hang = True
    watch.night.declared(by=BEN)
    watch.minutes(3)
    assert "process:worker" not in watch.found()
    assert "waits for 3 min" in watch.found()["effects:untried"]
    (queue,) = [queue for queue in watch.facts().queues if queue.name == "slack"]
    assert queue.length
    assert queue.oldest is not None
    assert timedelta() <= SystemClock().now() - queue.oldest < timedelta(minutes=5), "RQ's own clock is the real one"


def test_a_private_incidents_title_is_in_no_message(watch: Watch) -> None:
    watch.dead = {"clock", "worker"}
    watch.night.declared(by=MO, title="somebody stole the keys")
    watch.minutes(7)
    assert "clock:late" in watch.found() or "effects:untried" in watch.found()
    watch.dead = set()
    watch.minutes(2)
    told = [*watch.ops(), *(letter.text for letter in watch.letters())]
    assert told
    assert not [text for text in told if "stole" in text]


def test_a_whole_response_is_no_reason_to_complain(watch: Watch) -> None:
    incident = watch.night.declared(by=BEN)
    watch.minutes(7)
    watch.night.does(o.acknowledge(by=ANA), incident)
    watch.night.does(o.propose(by=BEN), incident)
    watch.minutes(3)
    watch.minutes(35)
    watch.night.does(o.resolve(by=ANA), incident)
    watch.minutes(20)
    assert [outbreak.was for outbreak in watch.audits.history()] == []
    assert watch.night.posted(OPS, "with Muster since") == []
