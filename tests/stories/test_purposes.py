"""Gates before what was done is undone, and before customers are told, in the local workspace on a clock to wind."""

from collections.abc import Callable

import httpx
import pytest

from bot.domain.gates.gate import Outcome
from bot.domain.incident.commands import Declare
from bot.domain.incident.events import CustomersTold, TroubleMet
from bot.domain.incident.mitigations import Progress
from bot.domain.severity import Severity
from bot.domain.timeline import as_it_was, sentence
from bot.slack.clicks.mitigations import roll_back
from bot.slack.controls import RollBackButton
from bot.slack.door import Door
from bot.slack.kit import Message
from bot.slack.requests import Click
from tests.harness.actors import Place, buttons, declare
from tests.harness.night import Night
from tests.harness.orders import header
from tests.harness.people import ANA, BEN, CY, DEE, MO
from tests.harness.world import World

pytestmark = pytest.mark.story

ANYBODY = "kind: parallel\nseats: [{anyone: true}]\nlimit: 5m\nthen: "
Run = Callable[[Night, str], str]


@pytest.fixture
def ran(quiet_world: World) -> Run:
    """Run the shipped runbook that scales checkout, at P2, against the real demo service: it helps, or it does not."""
    if "checkout" not in quiet_world.running:
        quiet_world.start("checkout")

    def run(night: Night, how: str) -> str:
        checkout = quiet_world.url("checkout")
        httpx.post(checkout + "/reset").raise_for_status()
        if how == "failed":
            httpx.post(checkout + "/break", json={"how": "stubborn"}).raise_for_status()
        incident = night.declared(by=DEE, severity=Severity.P2)
        night.passes(seconds=5)
        assert "begins" in night.types("propose scale-checkout instances=6", DEE, incident)
        night.passes(seconds=30)
        return incident

    return run


def progress(night: Night, incident: str) -> Progress:
    return night.incident(incident).mitigations["m1"].progress


def channel(night: Night, incident: str) -> str:
    return str(night.incident(incident).channel)


def told(night: Night, incident: str) -> list[str]:
    history = night.wired.house.engine.history(incident)
    return [sentence(record.event, then) for record, then in as_it_was(history)]


def instances(quiet_world: World) -> int:
    return int(httpx.get(quiet_world.url("checkout") + "/admin/calls").json()["calls"][-1]["asked"]["instances"])


def customers_read(night: Night) -> list[str]:
    """What stands in the channel for customers, but for who joined it."""
    return [message["text"] for message in night.posted("CSTATUS") if "has joined" not in message["text"]]


# Before what was done is undone


def test_as_shipped_what_was_proven_is_undone_by_somebody_elses_yes(night: Night, ran: Run, quiet_world: World) -> None:
    incident = ran(night, "verified")
    assert progress(night, incident) is Progress.VERIFIED
    said = night.types("rollback because carts are slow", DEE, incident)
    assert "waits for approval: Anybody else, within five minutes. `/incident gates g1` tells" in said
    place = channel(night, incident)
    (question,) = night.posted(place, "asks for", "Roll back: Scale checkout to 6 instances")
    for words in (
        "carts are slow",
        "1. Scale checkout back to its usual 3 instances",
        "it is rolled back all the same",
    ):
        assert words in question["text"], words
    (own,) = night.posted(place, "Scale checkout to 6 instances on", "verified")
    assert "Its rollback waits for a yes* (g1): 1 approval needed" in own["text"]
    assert "That is so already." in night.types("rollback", MO, incident)
    assert "somebody else must decide" in night.types("approve", DEE, incident)
    assert "waits for its votes already" in night.types("propose restart-checkout", BEN, incident)
    assert "waits for" in night.types("gates g1", BEN, incident)
    assert night.types("approve g1", BEN, incident) == "You approved “Roll back: Scale checkout to 6 instances”."
    night.passes(seconds=30)
    assert progress(night, incident) is Progress.ROLLED_BACK
    assert instances(quiet_world) == 3, "the service was really called"
    (ended,) = night.posted(place, "Roll back: Scale checkout to 6 instances", "approved by Ben")
    assert ended["ts"] == question["ts"], "the same message says how it ended"
    assert any(f"ordered it: carts are slow; approved by <@{BEN}>" in line for line in told(night, incident))


def test_as_shipped_after_five_minutes_it_is_done_all_the_same(night: Night, ran: Run) -> None:
    incident = ran(night, "verified")
    night.types("rollback", DEE, incident)
    night.passes(minutes=4)
    assert progress(night, incident) is Progress.VERIFIED
    night.passes(minutes=2)
    assert progress(night, incident) is Progress.ROLLED_BACK
    assert night.posted(channel(night, incident), "↩", "rolled back without a decision")


def test_as_shipped_what_fails_is_undone_at_once(night: Night, ran: Run) -> None:
    incident = ran(night, "failed")
    assert progress(night, incident) is Progress.ROLLED_BACK
    assert night.incident(incident).gates == {}


def test_what_was_proven_stays_after_a_no(night: Night, ran: Run) -> None:
    incident = ran(night, "verified")
    night.types("rollback", DEE, incident)
    night.types("reject because it helped", BEN, incident)
    night.passes(minutes=10)
    assert progress(night, incident) is Progress.VERIFIED
    (no,) = night.posted(channel(night, incident), f"<@{DEE}>:", "it helped")
    assert no["text"].endswith("Nothing is rolled back.")


def test_a_failure_that_waits_is_a_humans_until_somebody_says_yes(night: Night, ran: Run) -> None:
    night.asks(f"{ANYBODY}expire", severities="p2", before="rollback", of="failed")
    incident = ran(night, "failed")
    assert progress(night, incident) is Progress.NEEDS_HUMAN
    place = channel(night, incident)
    (asked,) = night.posted(place, "needs a human", "had not settled")
    assert "its rollback waits for approval (g1)" in asked["text"]
    (question,) = night.posted(place, "Muster asks for", "Roll back: Scale checkout to 6 instances")
    assert "from anyone in this channel. One no rejects it." in question["text"]
    assert "it expires, and nothing is rolled back" in question["text"]
    night.passes(minutes=4)
    holder = night.wired.targets.acquire("checkout", "INC-9/m1", 1)
    assert holder == f"{incident}/m1", "its target is held for as long as it is asked"
    night.types("approve", DEE, incident)  # who proposed the mitigation is not who proposes its rollback
    night.passes(seconds=30)
    assert progress(night, incident) is Progress.ROLLED_BACK


@pytest.mark.parametrize("how", ["reject because it makes it worse", ""])
def test_a_failure_without_a_yes_stays_a_humans_and_says_so(night: Night, ran: Run, how: str) -> None:
    night.asks(f"{ANYBODY}expire", severities="p2", before="rollback", of="failed")
    incident = ran(night, "failed")
    if how:
        night.types(how, BEN, incident)
    night.passes(minutes=6)
    assert progress(night, incident) is Progress.NEEDS_HUMAN
    ended = "was rejected (g1): it makes it worse" if how else "was expired (g1): nobody decided in time"
    assert night.posted(channel(night, incident), f"<@{DEE}>", "needs a human", f"its rollback {ended}")
    assert isinstance(night.wired.targets.acquire("checkout", "INC-9/m1", 1), int), "its target is free"


def test_a_move_that_nobody_decides_undoes_what_was_done_last(night: Night, ran: Run) -> None:
    night.asks(f"{ANYBODY}roll-back", severities="p2", before="stage", stages="investigating")
    incident = ran(night, "verified")
    night.types("stage investigating because it may come back", DEE, incident)
    (question,) = night.posted(channel(night, incident), "asks for", "Move to Investigating")
    assert "it expires, and what was done last is rolled back" in question["text"]
    night.passes(minutes=6)
    assert progress(night, incident) is Progress.ROLLED_BACK
    assert night.incident(incident).stage.id == "mitigating"
    assert night.posted(channel(night, incident), "began to roll back", "Move to Investigating")


def test_a_resolution_that_nobody_decides_says_why_nothing_was_undone(night: Night) -> None:
    night.asks(f"{ANYBODY}roll-back", before="resolution")
    incident = night.declared(by=DEE)
    night.passes(seconds=5)
    night.types("resolve it healed by itself", DEE, incident)
    night.passes(minutes=6)
    assert night.incident(incident).gates["g1"].outcome is Outcome.EXPIRED
    (trouble,) = [event for event in night.events(incident) if isinstance(event, TroubleMet)]
    assert "nothing that was done has a rollback" in trouble.why
    assert night.posted(channel(night, incident), "⚠", "nothing that was done has a rollback")


# Before customers are told


def test_customers_read_it_word_for_word_once_somebody_else_agrees(night: Night) -> None:
    incident = night.declared(by=DEE)
    night.passes(seconds=5)
    text = "Orders work again for everybody.\nWe are sorry & will say why."
    said = night.types(f"notify {text}", DEE, incident)
    assert said.startswith("“Tell customers in #status” waits for approval: Anybody in the channel.")
    (question,) = night.posted(channel(night, incident), "asks for", "Tell customers in #status")
    assert "Orders work again for everybody.\nWe are sorry &amp; will say why." in str(question["text"])
    assert "Orders work again for everybody." in str(question["blocks"])
    assert customers_read(night) == []
    night.types("approve", BEN, incident)
    assert customers_read(night) == ["Orders work again for everybody.\nWe are sorry &amp; will say why."]
    (event,) = [event for event in night.events(incident) if isinstance(event, CustomersTold)]
    assert (event.by, event.approved_by, event.text) == (DEE, (BEN,), text)
    assert night.posted(channel(night, incident), "told customers in #status (approved by Ben", "for everybody")


def test_a_changed_text_is_asked_anew_and_says_so(night: Night) -> None:
    night.asks("kind: parallel\nseats: [{anyone: true, voices: 2}]\nquorum: 2", before="notification")
    incident = night.declared(by=DEE)
    night.passes(seconds=5)
    night.types("notify orders work again", DEE, incident)
    night.types("approve", BEN, incident)
    said = night.types("notify most orders work again", DEE, incident)
    assert said.startswith("The text is changed, so earlier votes fell. “Tell customers in #status” waits")
    place = channel(night, incident)
    (question,) = night.posted(place, "asks for", "Tell customers in #status")
    assert "Changed: text. Earlier votes fell." in question["text"]
    assert night.posted(place, "earlier votes don't count — most orders work again")
    assert "Tell customers in #status waits for its votes already" in night.types("notify x", CY, incident)
    for person in (BEN, CY):
        night.types("approve", person, incident)
    assert customers_read(night) == ["most orders work again"]


def test_a_no_leaves_customers_untold(night: Night) -> None:
    incident = night.declared(by=DEE)
    night.passes(seconds=5)
    night.types("customers all is well", DEE, incident)
    night.types("reject because it is not", BEN, incident)
    night.passes(minutes=40)
    assert customers_read(night) == []
    (no,) = night.posted(channel(night, incident), f"<@{DEE}>:", "it is not")
    assert no["text"].endswith("Nothing is sent.")


def test_whoever_is_asked_by_name_reads_the_text_in_private(night: Night) -> None:
    night.asks("kind: parallel\nseats: [{person: ben}]", before="notification")
    incident = night.declared(by=DEE)
    night.passes(seconds=5)
    night.types("notify orders work again", DEE, incident)
    (question,) = night.asked(BEN, incident)
    assert "orders work again" in question["text"]
    night.types("approve", BEN, incident)
    assert "you approved it" in night.asked(BEN, incident)[0]["text"]


def test_where_nobody_is_asked_they_are_told_at_once_also_of_a_private_incident(night: Night) -> None:
    order = Declare(**{**header(DEE, 0), "at": night.clock.now()}, title="a leak", severity=Severity.P3, private=True)
    incident = night.wired.house.engine.declare(order).incident.id
    night.passes(seconds=5)
    assert night.types("tell-customers search is slow today", DEE, incident) == "Customers are told in #status."
    assert customers_read(night) == ["search is slow today"]


def test_without_a_channel_for_them_it_is_refused_and_names_the_key(night: Night) -> None:
    workflow = night.folder / "manifests" / "workflows" / "hybrid.yaml"
    lines = workflow.read_text().splitlines()
    workflow.write_text("\n".join(line for line in lines if not line.startswith("  customers:")))
    night.starts()
    incident = night.declared(by=DEE)
    night.passes(seconds=5)
    for line in ("notify orders work again", "notify"):
        said = night.types(line, DEE, incident)
        assert "Add `customers: status`, say, under channels in manifests/workflows/hybrid.yaml" in said


def test_the_terminal_asks_and_tells_as_well(night: Night, quiet_world: World) -> None:
    incident = night.declared(by=DEE)
    night.passes(seconds=5)
    home = {"MANIFESTS": str(night.folder / "manifests")}
    bare = quiet_world.terminal("--in", incident, "notify", by=DEE, **home)
    assert (bare.returncode, bare.stdout) == (2, "Say more: muster incident notify orders work again for everybody\n")
    asked = quiet_world.terminal("--in", incident, "notify", "orders", "work", "again", by=DEE, **home)
    assert "waits for approval: Anybody in the channel. `muster incident gates g1` tells who is asked" in asked.stdout
    night.passes(seconds=5)
    assert quiet_world.terminal("--in", incident, "approve", by=BEN, **home).returncode == 0
    night.passes(seconds=5)
    assert customers_read(night) == ["orders work again"]
    listed = quiet_world.terminal("--in", incident, "timeline", by=ANA, **home).stdout
    assert "told customers in #status (approved by" in listed


# In Slack


def test_the_form_holds_the_last_update_and_a_click_sends_what_was_agreed(world: World) -> None:
    story = declare(world, "p1 orders fail")
    place = story.channel.id
    story.ana.types("/incident update Half of Lyon can pay again", place)
    form = story.ana.opens("/incident notify", place)
    assert form["blocks"][0]["element"]["initial_value"] == "Half of Lyon can pay again"
    story.ana.submits(text=f"Everybody can pay again ({story.id}).")
    question = story.channel.sees("Ana asks for", "Tell customers in #status", "Everybody can pay again")
    assert buttons(question) == ["Approve", "Reject", "Withdraw"]
    story.ben.clicks("Approve", on=question, channel=place)
    Place(story.ana, "CSTATUS").sees(f"Everybody can pay again ({story.id}).")
    story.channel.sees("told customers in #status (approved by Ben", "Everybody can pay again")
    assert "There is no text yet" in story.ana.types("/incident notify \u200b", place)


def test_the_button_that_rolls_back_says_that_it_waits(night: Night, ran: Run) -> None:
    night.asks(f"{ANYBODY}expire", severities="p2", before="rollback", of="failed")
    incident = ran(night, "failed")
    night.types("reject because not yet", BEN, incident)
    wired = night.wired
    door = Door(wired.house, wired.clock, wired.outbox, wired.waker)
    control = RollBackButton(incident=incident, mitigation="m1")
    click = Click(user=DEE, user_name="dee", cause="a click", action_id=control.action_id, value=control.value)
    answer = roll_back(click, control, door)
    assert isinstance(answer, Message)
    assert "The rollback of “Scale checkout to 6 instances” waits for approval: Tried." in answer.text
    assert night.incident(incident).gates["g2"].proposer == DEE
