"""What people do so that a criterion is met: orders for the rules, lines for the doors."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import assert_never

from bot.config import load
from bot.domain.hats import Hat
from bot.domain.incident import commands as c
from bot.domain.incident.findings import Priority
from bot.domain.workflow.criterion import Check, Criterion
from bot.domain.workflow.policy import Policy
from tests.harness import orders as o
from tests.harness.given import Given
from tests.harness.people import BEN, CY, DEE

HYBRID: Policy = load(Path(__file__).parents[2] / "manifests", {}).policy
"""The workflow that is shipped."""

WEARERS = {Hat.AUTHOR: CY, Hat.ACTION_TRACKER: DEE}


def complete() -> c.AddActionItem:
    """An action item that lacks nothing."""
    due, link = date(2026, 12, 1), "https://tickets.example/1"
    return o.action("alarm on evictions", owner=CY, priority=Priority.HIGH, due=due, link=link, by=DEE)


def meet(criterion: Criterion, world: Given) -> None:
    """Do what it takes, by whoever may: DEE commands where nobody else does."""
    for order in _orders(criterion, world):
        world.takes(order)


def _orders(criterion: Criterion, world: Given) -> Iterator[c.AnyCommand]:
    incident = world.incident
    if criterion.confirmed_by:
        yield from _confirmed(criterion, world)
        return
    match criterion.check:
        case Check.SEVERITY_JUSTIFIED:
            yield o.change_severity(incident.severity, "nobody in eu-west can buy")
        case Check.COMMANDER_NAMED:
            yield o.take(Hat.COMMANDER, by=DEE)
        case Check.HATS_WORN:
            yield from (o.take(hat, by=WEARERS.get(hat, BEN)) for hat in world.policy.needs(incident.stage))
        case Check.STAKEHOLDERS_TOLD:
            yield o.update("we look at it", by=BEN)
        case Check.TWO_SOURCES:
            yield from (o.note(f"it begins at 14:02: https://graphs.example/{n}", by=CY) for n in (1, 2))
        case Check.CAUSE_STATED:
            yield o.hypothesis("the cache is full", "evictions rise", by=CY)
        case Check.TWO_ALTERNATIVES_RULED_OUT:
            for text in ("the deploy", "the network"):
                yield o.hypothesis(text, by=CY)
                yield o.rule_out(f"h{len(world.incident.hypotheses)}", by=BEN)
        case Check.ACTION_ITEMS_OWNED:
            yield complete()
        case Check.ON_CALL_ASSIGNED | Check.ROLLBACK_DECLARED | Check.CHANGE_RECORDED | Check.VERIFIED_BY_SIGNAL | None:
            raise AssertionError(f"{criterion.id} is confirmed, too, where these are shipped")
        case _:
            assert_never(criterion.check)


JUDGES = (Hat.VERIFIER, Hat.REVIEWER)
"""Hats whose wearers judge what others did: BEN wears them, so that nobody judges their own work."""


def _confirmed(criterion: Criterion, world: Given) -> Iterator[c.AnyCommand]:
    hat = criterion.confirmed_by[0]
    if hat in JUDGES:
        if BEN not in world.incident.wearers(hat):
            yield o.take(hat, by=BEN)
    elif not world.incident.wearers(Hat.COMMANDER):
        yield o.take(Hat.COMMANDER, by=DEE)
    by = BEN if hat in JUDGES else world.incident.wearers(Hat.COMMANDER)[0]
    yield o.confirm(criterion.id, "https://graphs.example/1", by=by)


CLOSING = (
    ("ben", "severity p2 because nobody in Lyon can search"),
    ("ben", "update the index is being warmed"),
    ("cy", "hat author"),
    ("ana", "hat action-tracker"),
    ("cy", "hat verifier"),
    ("cy", "hat reviewer"),
    ("ana", "action @cy alarm on a cold index by friday priority high https://tickets.example/1"),
    *(
        ("ben", f"confirm {name} https://wiki.example/1")
        for name in (
            "on-call", "real", "blast-radius", "first-anomaly", "contributing", "rollback", "change", "side-effects",
            "fix", "regression-test", "fix-deployed", "narrative",
        )
    ),
    *(("cy", line) for line in (
        "confirm verified the dashboard is green again",
        "confirm fix-reviewed https://reviews.example/1",
        "confirm reviewed https://wiki.example/1",
        "note the index https://graphs.example/1",
        "note the queue https://graphs.example/2",
        "hypothesis the index is cold because it was restarted",
        "hypothesis the deploy",
        "rule-out h2 because the old one is slow, too",
        "hypothesis the network",
        "rule-out h3 because its graph is flat",
    )),
)  # fmt: skip
"""Who types what so that a P2 that Ben commands may be closed, whichever way it went."""
