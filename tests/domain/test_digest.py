"""When the weekly digest is due by a clock on some wall, which week it is about, and until when a review holds."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.freshness import freshness
from bot.domain.workflow.digest import DigestPolicy
from tests.harness.clock import NOON
from tests.harness.plans import RESTART

BERLIN = DigestPolicy(at="mon 09:00", zone="Europe/Berlin")
QUARTER = timedelta(days=90)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (utc(2026, 11, 2, 8), utc(2026, 11, 2, 8)),
        (utc(2026, 11, 2, 7, 59, 59), utc(2026, 10, 26, 8)),
        (utc(2026, 11, 8, 23), utc(2026, 11, 2, 8)),
        (utc(2026, 10, 26, 7, 59), utc(2026, 10, 19, 7)),
        (utc(2026, 10, 26, 8), utc(2026, 10, 26, 8)),
        (utc(2026, 3, 30, 7), utc(2026, 3, 30, 7)),
    ],
    ids=["on time", "a second before", "on Sunday", "winter time came", "and holds", "summer time came"],
)
def test_it_is_due_when_the_wall_says_so(now: datetime, due: datetime) -> None:
    assert BERLIN.last_due(now) == due


def test_a_time_that_the_clock_skips_is_when_it_jumps_and_one_shown_twice_is_the_first() -> None:
    night = DigestPolicy(at="sun 02:30", zone="Europe/Berlin")
    assert night.last_due(utc(2026, 3, 29, 2)) == utc(2026, 3, 29, 1)
    assert night.last_due(utc(2026, 10, 25, 0, 30)) == utc(2026, 10, 25, 0, 30)
    assert night.last_due(utc(2026, 10, 25, 1, 30)) == utc(2026, 10, 25, 0, 30)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Pacific/Apia", "UTC"])
@pytest.mark.parametrize("at", ["mon 09:00", "sun 02:30", "sat 00:00"])
def test_weeks_follow_each_other_without_gap_or_overlap(at: str, zone: str) -> None:
    policy = DigestPolicy(at=at, zone=zone)
    due = policy.last_due(utc(2027, 1, 5))
    for _ in range(60):
        since, until = policy.span(due)
        assert until == due
        assert abs((until - since) - timedelta(weeks=1)) <= timedelta(hours=1)
        assert policy.last_due(since) == since
        due = since


def test_a_review_holds_for_as_long_as_the_workflow_says() -> None:
    reviewed = RESTART.model_copy(update={"reviewed": date(2026, 8, 5)})
    fresh = freshness(reviewed, QUARTER)
    assert fresh.until == date(2026, 11, 3)
    assert not fresh.is_stale(NOON)
    assert fresh.is_stale(NOON + timedelta(hours=12))
    assert fresh.why == "the runbook was reviewed on 2026-08-05, which held until 2026-11-03"


def test_what_nobody_has_reviewed_is_stale() -> None:
    never = freshness(RESTART, QUARTER)
    assert never.is_stale(NOON)
    assert never.why == "nobody has reviewed the runbook"
