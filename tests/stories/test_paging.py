"""Somebody is always called: tier by tier, way by way, until somebody answers. On a clock to wind."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest

from bot.domain.incident import events as e
from bot.domain.incident.commands import Tick
from bot.domain.incident.escalations import Standing
from bot.domain.oncall.arrange import PutOn, Stretch
from bot.domain.rejected import Rejected
from bot.domain.severity import Severity
from bot.domain.timeline import sentence
from tests.harness import orders as o
from tests.harness.night import Night
from tests.harness.people import ANA, BEN, CY, DEE, MO
from tests.harness.world import ROOT

pytestmark = pytest.mark.story

BOOK = (ROOT / "tests" / "harness" / "oncall" / "book.yaml").read_text()


def kinds(night: Night, incident: str, word: str = "") -> list[str]:
    return [event.type for event in night.events(incident) if event.type.startswith(word)]


def said(night: Night, incident: str, *words: str) -> list[str]:
    """What the timeline says with these words in it."""
    state = night.incident(incident)
    told = [sentence(event, state) for event in night.events(incident)]
    return [line for line in told if all(word in line for word in words)]


def book(*changes: tuple[str, str]) -> str:
    """The tests' book with some words in the place of others."""
    text = BOOK
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text


PAGER = ("      - {by: email, to: ana@local.test, after: 2m}\n", "      - {by: pager}\n")
"""Ana has a pager beside Slack."""


# Who is told


def test_whoever_is_on_call_is_told_at_once_and_by_mail_two_minutes_later(night: Night) -> None:
    incident = night.declared(by=BEN)
    night.passes(seconds=5)
    (message,) = night.paged(ANA, incident)
    assert "Why you: on call for Payments, first line" in message["text"]
    assert night.incident(incident).assigned == (ANA,)
    assert night.posted("CCRITICAL", incident, "checkout is down")
    assert night.mailbox.letters() == []
    night.passes(minutes=2)
    (letter,) = night.mailbox.letters()
    assert letter.to == ("ana@local.test",)
    assert letter.subject == f"P1 {incident} checkout is down"
    assert f"muster incident --in {incident.removeprefix('INC-')} ack" in letter.text
    channel = night.incident(incident).channel
    assert letter.text.rstrip().endswith(f"https://slack.com/app_redirect?channel={channel}")
    assert letter.text.count("checkout is down") == 1, "what its headline says is not said again"


def test_a_move_that_calls_whoever_is_on_call_tells_them_again(night: Night) -> None:
    workflow = night.folder / "manifests" / "workflows" / "hybrid.yaml"
    on = "{from: triage, to: investigating, criteria: warn"
    assert on in workflow.read_text()
    workflow.write_text(workflow.read_text().replace(on, f"{on}, actions: [call-on-call]"))
    night.starts()
    incident = night.declared(by=BEN)
    night.passes(seconds=5)
    night.types("ack", ANA, incident)
    assert len(night.paged(ANA, incident)) == 1
    night.types("stage investigating because we need more heads", BEN, incident)
    assert len(night.paged(ANA, incident)) == 2
    assert [one.standing for one in night.incident(incident).escalations.values()] == [
        Standing.ACKNOWLEDGED,
        Standing.RUNNING,
    ]


def test_each_severity_has_its_channel_and_its_ways(night: Night) -> None:
    night.write(book(PAGER))
    night.starts()
    loud = night.declared(by=MO)
    calm = night.declared(by=MO, severity=Severity.P2, title="checkout is slow")
    quiet = night.declared(by=MO, severity=Severity.P4, title="checkout has a typo")
    night.passes(minutes=3)
    assert {page.key.partition("/")[0] for page in night.pager.pages()} == {loud}, "P2 asks for Slack and mail only"
    assert night.posted("COPS", calm)
    assert not night.posted("CCRITICAL", calm)
    assert night.paged(ANA, calm)
    assert not night.incident(quiet).escalations, "P4 wakes nobody"


def test_a_team_hears_of_it_in_its_own_channel_and_its_group_is_mentioned(night: Night) -> None:
    night.write(book(("    channel: ops\n", "    channel: ops\n    user_group: SRESPONDERS\n")))
    night.starts()
    incident = night.declared(by=MO)
    night.passes(seconds=5)
    (message,) = night.posted("COPS", incident)
    assert "<!subteam^SRESPONDERS>" in message["text"]


def test_without_a_service_the_channel_hears_how_to_call_somebody(night: Night) -> None:
    incident = night.declared(by=MO, title="something is odd", service=None)
    night.passes(seconds=5)
    assert said(night, incident, "called nobody", "It names no service.", "/incident page")


# Silence moves on


def test_nobody_answers_and_the_last_resort_is_told(night: Night) -> None:
    incident = night.declared(by=MO)
    night.passes(minutes=5, seconds=1)
    assert night.paged(BEN, incident), "the second tier after five minutes"
    assert not night.paged(CY, incident)
    night.passes(minutes=10, seconds=1)
    assert night.paged(CY, incident), "the third one after ten more"
    night.passes(minutes=16)
    assert night.incident(incident).escalations["e1"].standing is Standing.EXHAUSTED
    assert night.posted("CMANAGERS", incident, "nobody has answered")
    assert kinds(night, incident, "escalation.exhausted") == ["escalation.exhausted"]
    assert [len(night.paged(person, incident)) for person in (ANA, BEN, CY)] == [1, 1, 1]


def test_an_answer_ends_it_and_every_message_says_who_answers(night: Night) -> None:
    incident = night.declared(by=MO)
    night.passes(minutes=6)
    night.does(o.acknowledge(by=BEN), incident)
    night.passes(minutes=60)
    for person in (ANA, BEN):
        (message,) = night.paged(person, incident)
        assert "Ben answers for Payments" in message["text"]
    assert not night.paged(CY, incident)
    assert [letter.to for letter in night.mailbox.letters()] == [("ana@local.test",)], "Ben's was not sent any more"


def test_not_me_calls_the_one_who_is_named(night: Night) -> None:
    incident = night.declared(by=MO)
    night.passes(seconds=10)
    night.does(o.pass_on(DEE, "I am on a train", by=ANA), incident)
    night.passes(seconds=10)
    (message,) = night.paged(DEE, incident)
    assert "named by Ana" in message["text"]
    night.passes(minutes=4)
    assert not night.mailbox.letters(), "Ana is left in peace"
    night.passes(minutes=1)
    assert night.paged(BEN, incident), "and silence still moves on"


# The processes


def test_a_clock_that_was_dead_for_ten_minutes_calls_each_tier_once(night: Night) -> None:
    incident = night.declared(by=MO)
    night.passes(minutes=1)
    night.clocks_sleep = True
    night.passes(minutes=10)
    assert not night.paged(BEN, incident)
    night.clocks_sleep = False
    night.passes(seconds=1)
    assert night.paged(BEN, incident)
    night.passes(minutes=11)
    assert [len(night.paged(person, incident)) for person in (ANA, BEN, CY)] == [1, 1, 1]
    assert [event.tier for event in night.events(incident) if isinstance(event, e.EscalationCalled)] == [0, 1, 2]


def test_two_clocks_at_once_call_each_tier_once(night: Night) -> None:
    incident = night.declared(by=MO)
    night.passes(seconds=5)
    for minutes in (6, 11, 16):
        night.clock.wind(minutes=minutes)
        with ThreadPoolExecutor(4) as clocks:
            for _ in range(12):
                clocks.submit(night.clockwork().tick)
        night.works()
    calls = [event.call for event in night.events(incident) if isinstance(event, e.EscalationCalled)]
    assert calls == [1, 2, 3]
    assert [len(night.paged(person, incident)) for person in (ANA, BEN, CY)] == [1, 1, 1]


def test_workers_that_were_dead_tell_everybody_whom_nobody_has_told(night: Night) -> None:
    night.workers_sleep = True
    incident = night.declared(by=MO)
    night.passes(minutes=20)
    assert not night.paged(ANA, incident)
    night.workers_sleep = False
    night.passes(seconds=30)
    assert night.paged(ANA, incident), "late, and yet told"


def test_an_answer_and_the_clock_at_the_same_instant_have_one_winner(night: Night) -> None:
    for _ in range(6):
        incident = night.declared(by=MO)
        night.passes(seconds=5)
        night.clock.wind(minutes=5)
        now = night.clock.now()
        tick = Tick(incident=incident, by="muster", at=now, cause=f"due:{incident}")
        with ThreadPoolExecutor(2) as both:
            clock = both.submit(night.does, tick, incident)
            ben = both.submit(night.does, o.acknowledge(by=BEN), incident)
        assert not isinstance(clock.result(), Rejected)
        assert not isinstance(ben.result(), Rejected)
        night.works()
        kept = kinds(night, incident, "escalation")
        assert kept[-1] == "escalation.acknowledged"
        assert kept.count("escalation.called") in {1, 2}
        assert not night.paged(BEN, incident), "nobody is called after an answer"
        tried = [n for n, event in enumerate(night.events(incident)) if event.type == "page.tried"]
        assert max(tried) < [event.type for event in night.events(incident)].index("escalation.acknowledged")


# What changes meanwhile


def test_a_running_escalation_keeps_the_policy_it_began_with(night: Night) -> None:
    incident = night.declared(by=MO)
    night.passes(minutes=1)
    night.write(book(("limit: 5m", "limit: 55m"), ("schedule: payments-second", "person: dee")))
    night.starts()
    night.passes(minutes=4, seconds=5)
    assert night.paged(BEN, incident), "after five minutes, the second line: as it was when it began"
    assert not night.paged(DEE, incident)
    fresh = night.declared(by=MO, title="checkout is down again")
    night.passes(minutes=50)
    assert not night.paged(DEE, fresh)
    night.passes(minutes=6)
    assert night.paged(DEE, fresh), "what begins now goes by the new one"


def test_an_override_in_the_middle_of_a_shift_is_who_is_called(night: Night) -> None:
    now = night.clock.now()
    when = Stretch(schedule="payments-first", start=now, end=now + timedelta(hours=2))
    order = PutOn(by=DEE, at=now, cause="o1", person=DEE, when=when, because="Ana is at the dentist's")
    night.wired.house.planner.submit(order)
    during = night.declared(by=MO)
    night.passes(seconds=5)
    assert night.paged(DEE, during)
    assert not night.paged(ANA, during)
    assert night.incident(during).assigned == (DEE,)
    night.does(o.acknowledge(by=DEE), during)
    night.passes(minutes=125)
    after = night.declared(by=MO)
    night.passes(seconds=5)
    assert night.paged(ANA, after)


# Ways that fail


def test_a_pager_that_is_told_is_settled_when_somebody_answers(night: Night) -> None:
    night.write(book(PAGER))
    night.starts()
    incident = night.declared(by=MO)
    night.passes(seconds=5)
    (page,) = night.pager.pages()
    assert incident in page.title
    night.does(o.acknowledge(by=ANA), incident)
    night.passes(seconds=5)
    night.does(o.resolve(by=ANA), incident)
    night.does(o.approve(by=BEN, mitigation="g1"), incident)
    night.passes(seconds=5)
    actions = [request.json["event_action"] for request in night.pager.requests]
    assert actions == ["trigger", "acknowledge", "resolve"]
    assert len({request.json["dedup_key"] for request in night.pager.requests}) == 1


def test_a_way_that_refuses_makes_the_next_one_go_at_once(night: Night) -> None:
    night.write(book(("    contacts:\n      - by: slack\n      - {by: email, to: ana@local.test, after: 2m}",
                      "    contacts: [{by: pager}, {by: email, to: ana@local.test, after: 10m}]")))  # fmt: skip
    night.starts()
    night.pager.answers(400, '{"status": "invalid event", "errors": ["no"]}')
    incident = night.declared(by=MO)
    night.passes(seconds=5)
    assert [letter.to for letter in night.mailbox.letters()] == [("ana@local.test",)]
    assert said(night, incident, "could not reach", "by pager", "400")


def test_a_way_that_is_held_up_makes_the_next_one_go_at_once_and_says_how_late_it_was(night: Night) -> None:
    night.write(book(PAGER, ("- {by: pager}", "- {by: pager}\n      - {by: email, to: ana@local.test, after: 10m}")))
    night.starts()
    night.pager.answers(429, "slow down", {"Retry-After": "40"})
    incident = night.declared(by=MO)
    night.passes(seconds=5)
    assert len(night.mailbox.letters()) == 1
    night.pager.works()
    night.passes(seconds=60)
    assert len(night.pager.pages()) == 1
    assert said(night, incident, "reached", "by pager", "40 s late", "429")


def test_slack_that_is_down_does_not_keep_the_mail_and_the_message_comes_once(night: Night) -> None:
    night.slack_fails({"kind": "status", "status": 503})
    incident = night.declared(by=MO)
    night.passes(minutes=1)
    assert [letter.to for letter in night.mailbox.letters()] == [("ana@local.test",)], "two minutes early"
    night.slack_fails()
    night.passes(minutes=1)
    assert len(night.paged(ANA, incident)) <= 1
    assert night.incident(incident).escalations["e1"].standing is Standing.RUNNING
    night.passes(minutes=5)
    assert night.paged(BEN, incident)


def test_whoever_cannot_be_reached_at_all_is_stood_in_for(night: Night) -> None:
    night.write(book(("      - {by: email, to: ana@local.test, after: 2m}\n", "")))
    night.starts()
    httpx.post(night.world.url("slack") + "/control/deactivate", json={"user": ANA}).raise_for_status()
    incident = night.declared(by=MO)
    night.passes(seconds=10)
    (message,) = night.paged(DEE, incident)
    assert "deputy of Ana" in message["text"]
    assert said(night, incident, "could not reach", ANA)


def test_with_nobody_to_reach_in_a_tier_the_next_one_is_called_at_once(night: Night) -> None:
    night.write(book(("    deputies: [dee]\n", ""), ("      - {by: email, to: ana@local.test, after: 2m}\n", "")))
    night.starts()
    night.slack_fails({"kind": "error", "error": "user_not_found", "method": "conversations.open", "times": 1})
    incident = night.declared(by=MO)
    night.passes(seconds=10)
    assert night.paged(BEN, incident)
    assert said(night, incident, "called nobody at this tier")


def test_a_burst_is_one_letter_for_many_and_each_incident_knows_it(night: Night) -> None:
    few = ("sender: muster@local.test}", "sender: muster@local.test, most: 2, within: 60s}")
    night.write(book(few, ("{by: email, to: ana@local.test, after: 2m}", "{by: email, to: ana@local.test}")))
    night.starts()
    burst = [night.declared(by=MO, title=f"checkout is down {n}") for n in range(6)]
    night.passes(seconds=30)
    assert len(night.mailbox.letters()) == 2
    night.passes(minutes=2)
    *_, last = letters = night.mailbox.letters()
    assert len(letters) == 3
    assert "and 3 more" in last.subject
    assert all(sum(incident in letter.text for letter in letters) >= 1 for incident in burst)
    for incident in burst:
        sent = [
            ev for ev in night.events(incident) if isinstance(ev, e.PageSent) and ev.page == "e1.1.1" and ev.way == 1
        ]
        assert len(sent) == 1


def test_a_severity_that_rises_calls_whoever_was_left_in_peace(night: Night) -> None:
    incident = night.declared(by=MO, severity=Severity.P4)
    night.passes(minutes=10)
    assert not night.paged(ANA, incident)
    night.does(o.change_severity(Severity.P1, "it is everywhere", by=MO), incident)
    night.passes(seconds=5)
    assert night.paged(ANA, incident)
