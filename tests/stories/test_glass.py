"""Broken glass: told loudly, and owed until somebody answers for it; by buttons, forms and words."""

import pytest

from bot.domain.gates import events as g
from tests.harness.actors import buttons
from tests.harness.night import Night
from tests.harness.people import BEN, CY, DEE, MO
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


def test_managers_hear_of_it_when_somebody_does_not_agree(night: Night) -> None:
    incident = proposed(night, ASKED)
    night.types("break-glass because customers wait", MO, incident)
    night.types("countersign no there was time", CY, incident)
    (refused,) = night.posted("CMANAGERS", incident, "Cy did not countersign")
    assert "there was time; that stands for the review" in refused["text"]


def test_managers_who_heard_that_it_is_overdue_hear_that_it_is_signed(night: Night) -> None:
    incident = proposed(night, ASKED)
    night.types("break-glass because customers wait", MO, incident)
    night.passes(minutes=241)
    night.types("countersign", CY, incident)
    assert night.posted("CMANAGERS", incident, "Cy countersigned that the glass was broken")


def test_gates_tells_what_is_owed_overdue_and_refused(night: Night) -> None:
    incident = proposed(night, ASKED)
    night.types("break-glass because customers wait", MO, incident)
    assert "A countersignature is owed by 2026-" in night.types("gates", DEE, incident)
    night.passes(minutes=241)
    assert "A countersignature has been overdue since 2026-" in night.types("gates", DEE, incident)
    night.types("countersign no there was time", CY, incident)
    assert "<@UCY> did not agree that the glass was broken: there was time." in night.types("gates", DEE, incident)


def test_broken_glass_can_not_be_overlooked_outside_the_channel(night: Night) -> None:
    incident = proposed(night, ASKED)
    night.types("break-glass because customers wait", MO, incident)
    for place in ("CINCIDENTS", "CMANAGERS"):
        (loud,) = night.posted(place, "⚠", incident, "Mo broke the glass")
        assert loud["blocks"][0]["type"] == "header", "a line would drown between two timelines"
        for word in ("because customers wait", "Skipped: Tried", "2 of 3 from the team", "countersignature is owed by"):
            assert word in loud["text"], word


def test_the_card_says_what_is_owed(night: Night) -> None:
    incident = proposed(night, ASKED)
    night.types("break-glass because customers wait", MO, incident)
    channel = str(night.incident(incident).channel)
    assert night.posted(channel, f"{incident} · P1", "Owed: A countersignature for “Scale")
    night.types("countersign", CY, incident)
    assert not night.posted(channel, f"{incident} · P1", "Owed: A countersignature")


def _reminders(night: Night, channel: str, ts: str) -> list[str]:
    """Return what stands in the thread of the message."""
    desk = night.wired.desk
    page = desk.call("conversations.replies", channel, ts=ts)
    return [message["text"] for message in page["messages"] if message["ts"] != ts]
