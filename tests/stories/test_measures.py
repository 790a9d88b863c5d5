"""Gates are measured, and that counts: the report, the weekly digest, stricter gates, who opens the plan."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.config import load
from bot.domain.effects import PostDigest
from bot.domain.gates import events as g
from bot.domain.gates import orders as go
from bot.domain.gates.gate import Outcome
from bot.domain.gates.measures import stamps
from bot.domain.gates.stricter import Ended
from bot.domain.incident.commands import Declare
from bot.domain.incident.gates import histories
from bot.domain.severity import Severity
from bot.domain.workflow.digest import DigestPolicy
from bot.engine import TooBusy
from bot.slack.answers import reply_to
from bot.slack.clicks.mitigations import open_plan
from bot.slack.controls import OpenPlanButton
from bot.slack.door import Door, Opens
from bot.slack.kit import Message
from bot.slack.requests import Click
from bot.verbs import run
from bot.verbs.request import Request
from tests.harness import orders as o
from tests.harness.night import Night
from tests.harness.people import ANA, BEN, CY, DEE, MO
from tests.harness.world import ROOT

pytestmark = pytest.mark.story

TWO_OF_THREE = "kind: parallel\nseats: [{team: team-payments, voices: 3}]\nquorum: 2\ncost_per_hour: 1200"
STRICTER = """
kind: parallel
seats: [{team: team-payments, voices: 3}]
quorum: 1
stricter: {stale-runbook: 1, rubber-stamps: 1}
"""
MONDAY = datetime(2026, 11, 9, 8, tzinfo=UTC)
"""09:00 in Berlin, a week after the night began."""


def proposed(night: Night, line: str = "propose restart-checkout", by: str = DEE) -> str:
    incident = night.declared(by=by)
    night.passes(seconds=5)
    assert "is proposed" in night.types(line, by, incident)
    return incident


def approves(night: Night, incident: str, *people: str, after: float = 60) -> None:
    night.passes(seconds=after)
    for person in people:
        night.does(o.at_gate(go.CastVote, by=person, choice="approve"), incident)
    night.passes(seconds=5)


def winds_to(night: Night, at: datetime) -> None:
    """Let time go by without anybody's looking."""
    night.clock.wind((at - night.clock.now()).total_seconds())


def digests(night: Night) -> list[dict[str, Any]]:
    return night.posted("CMANAGERS", "Approvals")


def clicks_open_plan(night: Night, incident: str, by: str, number: int = 1) -> Any:
    door = Door(night.wired.house, night.clock, night.wired.outbox, night.wired.waker)
    control = OpenPlanButton(incident=incident, mitigation="m1")
    cause = f"click:{incident}:{by}:{number}"
    return open_plan(Click(user=by, cause=cause, action_id=control.action_id, value=control.value), control, door)


def asks_anywhere(night: Night, line: str, by: str = MO) -> str:
    """Type a verb where no incident lives, and read what Slack shows."""
    door = Door(night.wired.house, night.clock, night.wired.outbox, night.wired.waker)
    request = Request(by=by, at=night.clock.now(), cause=line)
    reply = reply_to(run(line, request, night.wired.house), request, door)
    assert isinstance(reply, Message)
    return f"{reply.text}\n{reply.blocks}"


# The weekly digest


def test_the_digest_comes_on_monday_once_however_many_clocks_look(night: Night) -> None:
    night.asks(TWO_OF_THREE)
    approves(night, proposed(night), ANA, BEN)
    others = [night.clockwork() for _ in range(2)]
    winds_to(night, MONDAY - timedelta(minutes=1))
    night.passes()
    assert digests(night) == []
    winds_to(night, MONDAY)
    for clock in (night.ticking, *others):
        clock.tick()
    night.works()
    (post,) = digests(night)
    assert "1 approval asked for, 1 decided or ended" in post["text"]
    assert "Tried" in str(post["blocks"])
    assert "Ben" in str(post["blocks"])
    assert f"<@{BEN}>" not in str(post), "it pings nobody"
    night.passes(minutes=60 * 24)
    assert len(digests(night)) == 1
    winds_to(night, MONDAY + timedelta(days=7))
    night.passes()
    first, second = sorted(digests(night), key=lambda one: float(one["ts"]))
    assert first["text"] == post["text"]
    assert "none was asked for, and none waits" in second["text"]


def test_after_a_dead_clock_the_digest_comes_late_of_its_own_week_and_of_no_other(night: Night) -> None:
    night.asks(TWO_OF_THREE)
    approves(night, proposed(night), ANA, BEN)
    night.clocks_sleep = True
    winds_to(night, MONDAY + timedelta(days=16))
    night.starts()
    night.clocks_sleep = False
    night.passes()
    (post,) = digests(night)
    due = int((MONDAY + timedelta(days=14)).timestamp())
    assert f"<!date^{due}^" in post["text"]


def test_while_slack_is_down_the_digest_waits_and_comes_once(night: Night) -> None:
    approves(night, proposed(night), ANA)
    winds_to(night, MONDAY)
    night.slack_fails({"kind": "down"})
    night.ticks()
    night.works()
    assert digests(night) == []
    night.slack_fails()
    night.passes(minutes=1)
    assert len(digests(night)) == 1


def test_a_worker_that_dies_over_the_digest_is_followed_by_one_that_finds_it_posted(night: Night) -> None:
    approves(night, proposed(night), ANA)
    winds_to(night, MONDAY)
    night.ticks()
    night.works()
    night.wired.outbox.put(PostDigest(due=MONDAY), id=f"digest:{MONDAY.isoformat()}", at=night.clock.now())
    night.wired.waker.wake(["digest"])
    night.works()
    assert len(digests(night)) == 1


def test_where_the_managers_channel_is_not_there_it_stands_as_a_problem_until_it_is(night: Night) -> None:
    workflow = night.folder / "manifests" / "workflows" / "hybrid.yaml"
    right = workflow.read_text()
    workflow.write_text(right.replace("managers: incident-managers ", "managers: nowhere "))
    night.starts()
    night.ticks()
    winds_to(night, MONDAY)
    night.passes()
    problem = night.wired.problems.all()["digest"]
    assert "There is no channel #nowhere" in problem.why
    workflow.write_text(right)
    night.starts()
    winds_to(night, MONDAY + timedelta(days=7))
    night.passes()
    assert "digest" not in night.wired.problems.all()


# The report


def test_the_report_is_told_anywhere_and_names_nothing_of_private_incidents(night: Night) -> None:
    night.asks(TWO_OF_THREE)
    approves(night, proposed(night), ANA, BEN)
    secret = Declare(
        **{**o.header(DEE, 0), "at": night.clock.now()}, title="a leak", severity=Severity.P1, private=True
    )
    incident = night.wired.house.engine.declare(secret).incident.id
    night.passes(seconds=5)
    night.types("propose scale-checkout instances=8", DEE, incident)
    told = asks_anywhere(night, "gates report 2d")
    assert "2 approvals asked for, 1 decided or ended" in told
    assert "Something in a private incident" in told
    assert "Scale checkout" not in told
    assert "2 approvals asked for" in asks_anywhere(night, "gates report since 2026-11-02")
    assert "I can't read “yesterdayish” as a time to look back" in asks_anywhere(night, "gates report yesterdayish")
    assert "Here I look back 100 days at most" in asks_anywhere(night, "gates report 365d")
    assert "Which incident" in asks_anywhere(night, "gates"), "its other form is about one"
    night.clock.wind(minutes=60 * 24 * 3)
    assert "1 approval asked for, 0 decided" in asks_anywhere(night, "gates report 12h"), "it still waits"


def test_the_gates_of_an_incident_say_how_such_gates_usually_do(night: Night) -> None:
    night.asks(TWO_OF_THREE)
    for seconds in (60, 120, 600):
        incident = proposed(night)
        approves(night, incident, ANA, BEN, after=seconds)
        night.does(o.stop(by=DEE), incident)
        night.passes(seconds=5)
    incident = proposed(night)
    assert "Such approvals are usually decided in 2 min; 0 of 3 ran out of time." in night.types("gates", CY, incident)


# Opening the plan


def test_who_opens_the_plan_is_recorded_and_their_quick_vote_is_no_rubber_stamp(night: Night) -> None:
    night.asks(TWO_OF_THREE)
    incident = proposed(night)
    assert isinstance(clicks_open_plan(night, incident, BEN), Opens)
    clicks_open_plan(night, incident, BEN, 2)
    approves(night, incident, ANA, BEN, after=0)
    opened = [event.by for event in night.events(incident) if isinstance(event, g.PlanOpened)]
    assert opened == [BEN]
    assert "Opened the plan: <@UBEN>." in night.types("gates", CY, incident)
    assert [stamp.account for stamp in stamps(histories(night.events(incident))["m1"])] == [ANA]
    clicks_open_plan(night, incident, CY)
    assert len([event for event in night.events(incident) if isinstance(event, g.PlanOpened)]) == 1, "it is over"


def test_the_plan_opens_also_where_that_can_not_be_recorded(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    night.asks(TWO_OF_THREE)
    incident = proposed(night)
    monkeypatch.setattr("bot.engine.RACES", 0)
    with pytest.raises(TooBusy):
        night.wired.house.engine.submit(o.at_gate(go.OpenPlan, by=BEN).model_copy(update={"incident": incident}))
    assert isinstance(clicks_open_plan(night, incident, BEN), Opens)


def test_reading_the_plan_is_not_what_the_card_shows_as_the_last_change(night: Night) -> None:
    night.asks(TWO_OF_THREE)
    incident = proposed(night)
    before = night.incident(incident)
    night.passes(minutes=3)
    clicks_open_plan(night, incident, BEN)
    after = night.incident(incident)
    assert (after.last_change, after.moved_at) == (before.last_change, before.moved_at)
    assert after.gates["m1"].readers == (BEN,)


# Stricter where there is reason


def test_a_stale_runbook_raises_the_quorum_and_the_message_says_why(night: Night) -> None:
    runbook = night.folder / "manifests" / "runbooks" / "restart-checkout.yaml"
    runbook.write_text(runbook.read_text().replace("reviewed: 2026-11-21", "reviewed: 2026-05-12"))
    night.asks(STRICTER)
    incident = proposed(night)
    (message,) = night.posted(str(night.incident(incident).channel), "approvals needed")
    assert "Reviewed 12 May 2026, stale since 10 Aug 2026" in message["text"]
    assert "Stricter than usual, 2 instead of 1, because the runbook was reviewed on 2026-05-12" in message["text"]
    assert night.direct(ANA, "Approve?") or night.direct(ANA, "Your approval is asked for")
    approves(night, incident, ANA)
    assert night.incident(incident).gates["m1"].is_open
    assert "because the runbook was reviewed on 2026-05-12" in night.types("gates", CY, incident)
    approves(night, incident, BEN)
    assert night.incident(incident).gates["m1"].outcome is Outcome.APPROVED
    fresh = proposed(night, "propose scale-checkout")
    assert night.incident(fresh).gates["m1"].stricter == ()


def test_a_runbook_that_somebody_reviews_again_is_asked_for_as_usual(night: Night) -> None:
    runbook = night.folder / "manifests" / "runbooks" / "restart-checkout.yaml"
    text = runbook.read_text()
    runbook.write_text(text.replace("reviewed: 2026-11-21", "# nobody has"))
    night.asks(STRICTER)
    stale = proposed(night)
    assert "nobody has reviewed the runbook" in night.types("gates", CY, stale)
    night.types("withdraw", DEE, stale)
    runbook.write_text(text)
    night.starts()
    assert "is proposed" in night.types("propose restart-checkout", DEE, stale)
    assert night.incident(stale).gates["m2"].stricter == ()


def test_rubber_stamps_make_the_next_gate_of_that_approval_stricter(night: Night) -> None:
    night.asks(STRICTER)
    for _ in range(5):
        incident = proposed(night)
        assert night.incident(incident).gates["m1"].stricter == (), "not before it is a habit"
        night.does(o.at_gate(go.CastVote, by=ANA, choice="approve"), incident)
        night.passes(seconds=5)
        night.does(o.stop(by=DEE), incident)
        night.passes(seconds=5)
    incident = proposed(night)
    (reason,) = night.incident(incident).gates["m1"].stricter
    assert reason.because.startswith("5 of 5 votes on gates of the last 30 days came within 10 s")
    approves(night, incident, ANA)
    assert night.incident(incident).gates["m1"].is_open
    approves(night, incident, BEN)
    assert not night.incident(incident).gates["m1"].is_open


def test_a_move_is_asked_for_more_strictly_too(night: Night) -> None:
    night.asks(STRICTER, before="stage", stages="investigating")
    for number in range(5):
        known = Ended(at=night.clock.now(), seconds=3, in_time=True, votes=1, stamps=1)
        night.wired.house.gates.remember("tried", f"INC-0/m{number}", known)
    incident = night.declared(by=DEE)
    night.passes(seconds=5)
    night.types("stage investigating because we know where", DEE, incident)
    assert [reason.concern for reason in night.incident(incident).gates["g1"].stricter] == ["rubber-stamps"]
    (question,) = night.posted(str(night.incident(incident).channel), "asks for", "Move to Investigating")
    assert "Stricter than usual, 2 instead of 1" in question["text"]


def test_where_too_few_are_left_to_be_stricter_the_channel_hears_that_it_is_as_usual(
    night: Night,
) -> None:
    runbook = night.folder / "manifests" / "runbooks" / "restart-checkout.yaml"
    runbook.write_text(runbook.read_text().replace("reviewed: 2026-11-21", "reviewed: 2025-11-21"))
    night.asks("kind: parallel\nseats: [{person: ben}, {person: dee}]\nquorum: 1\nstricter: {stale-runbook: 1}")
    incident = proposed(night)
    assert night.posted(str(night.incident(incident).channel), "asks for no more than usual", "at most 1 of 2")
    approves(night, incident, BEN)
    assert not night.incident(incident).gates["m1"].is_open


def test_the_digest_that_is_shipped_is_due_on_monday_morning() -> None:
    shipped = load(ROOT / "manifests", {}).policy
    assert shipped.digest == DigestPolicy(at="mon 09:00", zone="Europe/Berlin")
