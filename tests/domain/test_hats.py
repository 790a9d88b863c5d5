"""Hats: who may take, give, release and hand over."""

from bot.domain.hats import Hat
from bot.domain.incident.events import HatTaken, StageChanged
from tests.harness.given import given
from tests.harness.orders import declare, take
from tests.harness.people import BEN


def test_the_first_hat_moves_the_incident_to_triage() -> None:
    given(declare()).when(take(Hat.COMMANDER, by=BEN)).then(HatTaken, StageChanged)
