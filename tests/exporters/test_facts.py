"""The facts above a timeline: what a review needs, each with who said it and what shows it."""

from datetime import date
from typing import Any

from bot.domain.hats import Hat
from bot.domain.incident import commands as c
from bot.domain.incident.events import CriterionConfirmed, CriterionWithdrawn
from bot.domain.incident.findings import Priority
from bot.domain.severity import Severity
from bot.exporters.facts import facts
from bot.exporters.markdown import MARKDOWN
from tests.exporters.incidents import Story, declared
from tests.harness.clock import NOON
from tests.harness.people import ANA, BEN, CY
from tests.harness.stages import Stages


def told(story: Story) -> list[tuple[str, str]]:
    return [(fact.label, fact.text) for fact in facts(story.export())]


def test_a_severity_that_fell_is_shown_with_its_evidence() -> None:
    evidence = "Lyon only, https://graphs.example/d/1"
    story = declared().by(ANA, c.ChangeSeverity, to=Severity.P1, because="Nobody can buy")
    story.by(BEN, c.ChangeSeverity, to=Severity.P2, because=evidence)
    shown = told(story)
    assert ("Severity justified", "P1 by Ana Ruiz: Nobody can buy") in shown
    assert ("Severity lowered", f"from P1 to P2 by Ben Okafor: {evidence}") in shown
    assert b"from P1 to P2 by Ben Okafor: Lyon only" in MARKDOWN.render(story.export())


def test_findings_and_promises_are_shown_and_what_was_ruled_out() -> None:
    story = declared().by(CY, c.StateHypothesis, text="the cache is full", evidence="evictions rise")
    story.by(CY, c.StateHypothesis, text="the deploy").by(
        BEN, c.RuleOutHypothesis, hypothesis="h2", because="it is old"
    )
    item: dict[str, Any] = {
        "title": "alarm",
        "owner": CY,
        "priority": Priority.HIGH,
        "due": date(2026, 7, 3),
        "link": "https://t.b/1",
    }
    story.by(ANA, c.AddActionItem, **item)
    shown = told(story)
    assert ("Hypothesis", "the cache is full: evictions rise") in shown
    assert ("Hypothesis", "the deploy; ruled out by Ben Okafor: it is old") in shown
    assert ("Action item", "alarm; Cy Lindqvist; high; due 2026-07-03; https://t.b/1") in shown


def test_only_confirmations_that_stand_are_shown() -> None:
    said: dict[str, Any] = {
        "by": ANA,
        "criterion": "blast-radius",
        "title": "Who is hit is known",
        "stage": Stages.TRIAGE,
    }
    confirmed = CriterionConfirmed(**said, at=NOON, hat=Hat.FIRST_RESPONDER, evidence="eu-west")
    story = declared().happens(confirmed)
    stands = [text for label, text in told(story) if label == "Confirmed"]
    assert stands == ["Who is hit is known: by Ana Ruiz as first responder: eu-west"]
    story.happens(CriterionWithdrawn(**said, at=NOON, because="us, too"))
    assert "Confirmed" not in dict(told(story))
