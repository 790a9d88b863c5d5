"""Every picture looks as it was agreed on, fits into Slack, and pings nobody but the one whose move it is."""

import pytest

from bot.slack.kit import Message
from tests.slack.views.gallery import GOLDEN, gallery, painted, place
from tests.slack.views.limits import check_message, check_view, pings
from tests.slack.views.scene import ANA, BEN, CY, DEE

PICTURES = gallery()

MAY_PING = {
    "mitigation/asked": {ANA},
    "mitigation/asked-without-rollback": {ANA},
    "mitigation/asked-again": {ANA},
    "mitigation/asked-stricter": {ANA},
    "mitigation/asked-of-what-was-never-read": {ANA},
    "mitigation/tried": {ANA},
    "mitigation/tried-in-vain": {ANA},
    "mitigation/tried-without-an-answer": {ANA},
    "mitigation/tried-again-with-another-answer": {ANA},
    "mitigation/half-approved": {ANA},
    "mitigation/with-glass": {ANA},
    "mitigation/needs-human": {ANA},
    "mitigation/rollback-failed": {ANA},
    "mitigation/rejected-unless-overridden": {ANA},
    "debt/reminder": {CY, DEE},
    "reminder/told": {ANA},
    "reminder/nudge": {ANA},
    "told/hat.given": {BEN},
    "told/hat.offer-declined": {ANA},
    "told/mitigation.needs-human": {ANA},
    "told/mitigation.needs-human and asks": {ANA},
    "told/gate.ended of a rollback": {CY},
    "gate/rollback": {ANA},
    "gate/rollback-of-what-was-proven": {ANA},
    "gate/rollback-of-customer-data": {ANA},
    "mitigation/rollback-asked": {ANA},
    "mitigation/rollback-asked-of-what-was-proven": {ANA},
    "mitigation/rollback-rejected": {ANA},
}


@pytest.mark.parametrize("name", PICTURES)
def test_it_looks_as_agreed(name: str) -> None:
    assert painted(PICTURES[name]) == place(name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PICTURES)
def test_it_fits_into_slack(name: str) -> None:
    picture = PICTURES[name]
    if isinstance(picture, Message):
        check_message(picture)
    else:
        check_view(picture)


@pytest.mark.parametrize("name", PICTURES)
def test_it_pings_only_whoever_must_act(name: str) -> None:
    assert pings(PICTURES[name]) == MAY_PING.get(name, set())


def test_no_picture_is_left_over() -> None:
    assert set(GOLDEN.rglob("*.json")) == {place(name) for name in PICTURES}
