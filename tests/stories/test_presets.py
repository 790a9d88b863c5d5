"""One incident through each of the three shipped workflows, from its declaration to its end, with checkout repaired."""

from collections.abc import Iterator

import httpx
import pytest

from bot.domain.gates.gate import Outcome
from bot.domain.incident.events import HatTaken, StageChanged
from bot.domain.incident.mitigations import Progress
from bot.domain.incident.state import Incident
from tests.harness.night import Night
from tests.harness.people import ANA, BEN, CY, DEE, MO
from tests.harness.world import World

pytestmark = pytest.mark.story

LINK = "https://graphs.example/1"
REVIEW = 7 * 24 * 60 + 1
"""Minutes after which the review opens by itself, as the tests' installations have it."""


@pytest.fixture(autouse=True)
def broken_checkout(quiet_world: World) -> Iterator[None]:
    """The demo service, failing until somebody restarts it."""
    if "checkout" not in quiet_world.running:
        quiet_world.start("checkout")
    for call, body in (("reset", {}), ("break", {"how": "leak"})):
        httpx.post(f"{quiet_world.url('checkout')}/{call}", json=body).raise_for_status()
    yield
    quiet_world.kill("checkout")


def says(night: Night, incident: str, *lines: tuple[str, str, str]) -> None:
    """Have people type, one after the other; each hears what stands beside it."""
    for person, line, heard in lines:
        answer = night.types(line, person, incident)
        assert heard in answer, f"{line}: {answer}"


def stages(night: Night, incident: str) -> list[str]:
    return [event.to.id for event in night.events(incident) if isinstance(event, StageChanged)]


def outcomes(state: Incident) -> dict[str, tuple[str, str]]:
    """Say of each gate what it stood before, whose approval it wanted, and how it ended."""
    return {gate.subject.action: (gate.policy.id, str(gate.outcome)) for gate in state.gates.values()}


def proven(night: Night, incident: str) -> None:
    """Let the mitigation run, and its signal settle."""
    night.passes(seconds=70)
    (mitigation,) = night.incident(incident).mitigations.values()
    assert mitigation.progress is Progress.VERIFIED, mitigation.because


def test_linear_goes_stage_by_stage_with_a_hand_over_and_a_sign_off_each(night: Night) -> None:
    night.goes_by("linear")
    incident = night.declared(by=DEE)
    night.passes(seconds=10)
    says(
        night,
        incident,
        (DEE, "propose restart-checkout", "Nothing is changed in Queued: this workflow takes mitigations in Change re"),
        (CY, "stage triage", "Triage asks for more"),
        (BEN, "hat commander", ""),
        (CY, "hat first-responder", ""),
        (CY, "stage triage because it is real", "“Move to Triage” waits for approval: The commander signs the stage"),
    )
    night.passes(minutes=45)
    assert night.incident(incident).stage.id == "detected", "nobody has looked at it for three quarters of an hour"
    says(
        night,
        incident,
        (CY, "approve because I am sure", "somebody else must decide"),
        (BEN, "approve", "Ask"),
        (BEN, "approve because it is real", "You approved"),
        (CY, "severity p1 because nobody can buy", "The severity is P1"),
        (CY, f"confirm real {LINK}", "Confirmed"),
        (CY, "confirm blast-radius all regions", "Confirmed"),
        (BEN, "update we look at it", "Your update"),
        (CY, "stage investigating because it is known how bad it is", "The investigators have taken over"),
        (DEE, "hat investigator", ""),
        (ANA, "hat log-analyst", ""),
        (CY, "stage investigating because it is known how bad it is", "waits for approval"),
        (BEN, "approve because all is there", "You approved"),
        (ANA, f"confirm first-anomaly {LINK}", "Confirmed"),
        (ANA, f"note memory grows {LINK}", "Noted"),
        (DEE, "note and so does the heap https://heaps.example/2", "Noted"),
        (DEE, f"hypothesis a leak because {LINK}", "It stands until"),
        (DEE, "hypothesis the deploy", ""),
        (DEE, "rule-out h2 because the old version fails, too", ""),
        (DEE, "hypothesis the network", ""),
        (DEE, "rule-out h3 because its graph is flat", ""),
        (DEE, "confirm contributing the alarm was off", "Confirmed"),
        (BEN, "hat mitigator", "Whoever decides keeps their hands free"),
        (ANA, "hat mitigator", ""),
        (CY, "hat verifier", ""),
        (MO, "hat reviewer", ""),
        (BEN, "confirm window now, with Ana and Cy", "Confirmed"),
        (DEE, "stage change because a restart will do", "waits for approval"),
        (BEN, "approve because all is there", "You approved"),
    )
    assert night.incident(incident).stage.id == "change"
    says(
        night,
        incident,
        (ANA, "propose restart-checkout", "It waits for somebody else's approval"),
        (BEN, "approve because I want it", "You aren't asked here"),
        (MO, "approve because the plan is sound", "You approved"),
        (BEN, "approve because it must be", "You approved"),
    )
    proven(night, incident)
    assert night.incident(incident).stage.id == "mitigating", "the approved change was the way there"
    says(
        night,
        incident,
        (ANA, "confirm side-effects none", "is confirmed by whoever wears the hat of verifier"),
        (CY, "confirm side-effects none but a slow minute", "Confirmed"),
        (DEE, "hat engineer", ""),
        (DEE, "stage eradicating because it holds", "waits for approval"),
        (BEN, "approve because it holds", "You approved"),
        (DEE, f"confirm fix {LINK}", "Confirmed"),
        (DEE, "confirm regression-test test_heap", "Confirmed"),
        (MO, f"confirm fix-reviewed {LINK}", "Confirmed"),
        (DEE, f"confirm fix-deployed {LINK}", "Confirmed"),
        (DEE, "resolve the leak is gone", "waits for approval: The verifier, then the commander"),
        (CY, f"approve because {LINK}", "You approved"),
        (BEN, "approve because customers buy", "You approved"),
    )
    assert night.incident(incident).stage.id == "resolved"
    night.passes(minutes=REVIEW)
    says(
        night,
        incident,
        (CY, "confirm recovered orders flow", "Confirmed"),
        (BEN, "hand-over author <@UDEE>", ""),
        (DEE, "accept", ""),
        (CY, "hand-over action-tracker <@UANA>", ""),
        (ANA, "accept", ""),
        (DEE, f"confirm narrative {LINK}", "Confirmed"),
        (ANA, f"action @dee alarm on memory by friday priority high {LINK}", ""),
        (MO, f"confirm reviewed {LINK}", "Confirmed"),
        (DEE, "close because all is written down", "waits for approval"),
        (BEN, "approve because it is", "You approved"),
    )
    state = night.incident(incident)
    assert stages(night, incident) == [
        "triage", "investigating", "change", "mitigating", "eradicating", "resolved", "post-mortem", "closed",
    ]  # fmt: skip
    assert outcomes(state) == {
        "Move to Triage": ("sign-off", "approved"),
        "Move to Investigating": ("sign-off", "approved"),
        "Move to Change request": ("sign-off", "approved"),
        "Restart checkout": ("change", "approved"),
        "Move to Eradication": ("sign-off", "approved"),
        "Move to Recovery": ("recovery", "approved"),
        "Move to Closed": ("sign-off", "approved"),
    }
    handed_over = [event.hat.value for event in night.events(incident) if isinstance(event, HatTaken)]
    assert handed_over == [
        "commander", "first-responder", "investigator", "log-analyst", "mitigator", "verifier", "reviewer", "engineer",
    ]  # fmt: skip
    assert state.review is not None
    assert (state.review.author, state.review.tracker) == (BEN, CY), "as it was opened; they handed it over since"


def test_streaming_acts_at_once_and_asks_only_for_customers_data(night: Night) -> None:
    runbook = (night.folder / "manifests" / "runbooks" / "restart-checkout.yaml").read_text()
    touching = runbook.replace("title: Restart checkout", "title: Purge carts\ntouches: [customer-data]")
    (night.folder / "manifests" / "runbooks" / "purge-carts.yaml").write_text(touching)
    night.goes_by("streaming")
    incident = night.declared(by=DEE)
    night.passes(seconds=10)
    assert night.incident(incident).stage.id == "triage", "whoever is on call has it"
    says(
        night,
        incident,
        (ANA, "propose restart-checkout", "It needs nobody's approval at this severity and begins"),
    )
    proven(night, incident)
    assert stages(night, incident) == ["triage", "mitigating"]
    assert not night.incident(incident).gates, "nobody was asked"
    says(
        night,
        incident,
        (ANA, "propose purge-carts", "It waits for somebody else's approval"),
    )
    (asked,) = night.incident(incident).gates.values()
    assert asked.policy.kind == "dynamic"
    says(night, incident, (ANA, "approve", "somebody else must decide"))
    night.passes(minutes=31)
    assert night.incident(incident).gates["m2"].outcome is Outcome.REJECTED, "time never says yes to it"
    says(
        night,
        incident,
        (ANA, "propose purge-carts", "It waits for somebody else's approval"),
        (BEN, "approve", "You approved"),
    )
    night.passes(seconds=70)
    assert night.incident(incident).mitigations["m3"].progress is Progress.VERIFIED
    says(night, incident, (ANA, "resolve a restart cured it", "Resolved"))
    night.passes(minutes=REVIEW)
    says(
        night,
        incident,
        (ANA, "close", "more"),
        (ANA, "severity p1 because nobody could buy", ""),
        (ANA, "hat engineer", ""),
        (ANA, "hat author", ""),
        (ANA, f"confirm fix {LINK}", "Confirmed"),
        (ANA, f"confirm narrative {LINK}", "Confirmed"),
        (ANA, f"action @dee alarm on memory by friday priority high {LINK}", ""),
        (ANA, "close", "Closed"),
    )
    assert stages(night, incident) == ["triage", "mitigating", "resolved", "post-mortem", "closed"]
    assert outcomes(night.incident(incident)) == {"Purge carts": ("whoever-fits", "approved")}


def test_hybrid_contains_fast_and_asks_before_it_is_called_over(night: Night) -> None:
    incident = night.declared(by=DEE)
    night.passes(seconds=10)
    says(
        night,
        incident,
        (BEN, "hat commander", ""),
        (CY, "hat verifier", ""),
        (ANA, "propose restart-checkout", "It waits for somebody else's approval"),
        (BEN, "approve", "You approved"),
    )
    proven(night, incident)
    assert stages(night, incident) == ["triage", "mitigating"]
    says(
        night,
        incident,
        (CY, "confirm side-effects none seen", "Confirmed"),
        (ANA, "resolve a restart cured it", "waits for approval: Somebody else sees that it works again"),
        (ANA, "approve", "somebody else must decide"),
    )
    night.passes(minutes=29)
    assert night.incident(incident).is_open
    night.passes(minutes=2)
    state = night.incident(incident)
    assert (state.gates["g1"].how, state.stage.id) == ("time", "resolved"), "whoever is alone at night may go to bed"
    night.passes(minutes=REVIEW)
    assert night.incident(incident).stage.id == "post-mortem"
    assert night.posted("CMANAGERS", incident, "opened the review: Ben", "its meeting is on 2026-11-12 13:00 UTC")
    assert night.direct(BEN, "author"), "who led writes it, and has the hat's brief"
    says(night, incident, *_CLOSING, (BEN, "close", "waits for approval: The reviewer agrees that the cause is gone"))
    says(
        night,
        incident,
        (CY, "approve because the fix is out", "You aren't asked here"),
        (MO, "approve because the fix is out", "You approved"),
    )
    assert stages(night, incident) == ["triage", "mitigating", "resolved", "post-mortem", "closed"]
    assert outcomes(night.incident(incident)) == {
        "Restart checkout": ("anybody", "approved"),
        "Move to Resolved": ("recovery", "approved"),
        "Move to Closed": ("eradication", "approved"),
    }


_CLOSING = (
    (BEN, "close", "more"),
    (ANA, "severity p1 because nobody could buy", ""),
    (BEN, "update it is over", "Your update"),
    (ANA, "hat author", ""),
    (DEE, "hat action-tracker", ""),
    (DEE, "hat engineer", ""),
    (MO, "hat reviewer", ""),
    (DEE, f"action @dee alarm on memory by friday priority high {LINK}", ""),
    *((BEN, f"confirm {name} {LINK}", "Confirmed") for name in ("real", "blast-radius", "narrative")),
    *((DEE, f"confirm {name} {LINK}", "Confirmed") for name in ("fix", "regression-test", "fix-deployed")),
    *((MO, f"confirm {name} {LINK}", "Confirmed") for name in ("fix-reviewed", "reviewed")),
)
"""What was put off at three in the morning."""
