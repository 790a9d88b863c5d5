"""Broken glass: told loudly, and owed until somebody answers for it; by buttons, forms and words."""

import pytest

from bot.domain.gates import events as g
from tests.harness.actors import buttons
from tests.harness.night import Night
from tests.harness.people import BEN, CY, MO
from tests.stories.test_gates import proposed, told

pytestmark = pytest.mark.story

GLASS = "glass: {who: [{person: mo}], countersigned_by: [{team: team-payments}], within: 4h, nag: 2h, nags: 2}"
ASKED = f"kind: parallel\nseats: [{{team: team-payments, voices: 3}}]\nquorum: 2\n{GLASS}"


def test_a_debt_is_told_loudly_and_asked_for_until_it_is_signed(night: Night) -> None:
    incident = proposed(night, ASKED)
    channel = str(night.incident(incident).channel)
    night.types("break-glass because customers wait", MO, incident)
    (loud,) = night.posted(channel, "Mo", "broke the glass", "A countersignature")
    assert "A countersignature is owed by" in loud["text"]
    assert buttons(loud) == ["Countersign", "I don't agree"]
    for place in ("CINCIDENTS", "CMANAGERS"):
        assert night.posted(place, incident, "broke the glass"), place
    assert not _reminders(night, channel, loud["ts"])
    night.passes(minutes=121)
    (half,) = _reminders(night, channel, loud["ts"])
    assert half.count("<@") == 3, "those who may sign: not who broke it, nor who proposed it"
    night.passes(minutes=120)
    assert "A countersignature is overdue" in night.posted(channel, "broke the glass", "A countersignature")[0]["text"]
    assert len(_reminders(night, channel, loud["ts"])) == 2
    assert night.posted("CMANAGERS", incident, "no countersignature")
    night.passes(minutes=600)
    assert len(_reminders(night, channel, loud["ts"])) == 4, "twice more, and then no more"
    assert len(night.posted("CMANAGERS", incident, "reminded of the countersignature")) == 2
    night.types("countersign", BEN, incident)
    (signed,) = night.posted(channel, "Mo", "broke the glass", "ountersigned by")
    assert signed["ts"] == loud["ts"], "one message, edited"
    assert "Countersigned by Ben" in signed["text"]
    assert not buttons(signed)


def test_what_is_signed_in_time_is_asked_for_no_more(night: Night) -> None:
    incident = proposed(night, ASKED)
    night.types("break-glass because customers wait", MO, incident)
    assert "you do not countersign it" in night.types("countersign no there was time", CY, incident)
    night.passes(minutes=2000)
    assert not [event for event in night.events(incident) if isinstance(event, g.DebtReminded | g.DebtOverdue)]
    assert any("did not countersign" in line for line in told(night, incident))


def _reminders(night: Night, channel: str, ts: str) -> list[str]:
    """Return what stands in the thread of the message."""
    desk = night.wired.desk
    page = desk.call("conversations.replies", channel, ts=ts)
    return [message["text"] for message in page["messages"] if message["ts"] != ts]
