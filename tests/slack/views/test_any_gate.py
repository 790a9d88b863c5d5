"""Whatever is asked of whom, and whatever they do: each view can be drawn, and says how many are missing."""

import re

from hypothesis import given, settings

from bot.domain.gates.count import in_play, possible
from bot.domain.gates.explain import in_sentences
from bot.domain.gates.gate import Gate
from bot.domain.gates.policy import ApprovalPolicy
from bot.domain.gates.standing import waits_for, within_reach
from bot.domain.gates.telling import sentence
from bot.slack.views.asked import asked, still_waits
from bot.slack.views.gate import gate as shown
from bot.slack.views.gate import in_short
from tests.domain.gates.anything import Act, acts, policies, states, subject
from tests.domain.gates.asking import Asking
from tests.harness.people import ANA
from tests.slack.views.gallery import stages
from tests.slack.views.limits import check_message
from tests.slack.views.scene import names

INCIDENT = stages()["fresh"].incident


@settings(max_examples=300, deadline=None)
@given(kind=policies(), done=acts)
def test_each_state_of_a_gate_is_drawn(kind: ApprovalPolicy | None, done: list[Act]) -> None:
    if kind is not None:
        for asking in states(Asking(kind, subject("stage")), done):
            draw(asking)


def draw(asking: Asking) -> None:
    """Draw all of it, and hold what is said to be missing against what would pass."""
    gate = asking.gate
    incident = INCIDENT.model_copy(update={"gates": {gate.id: gate}})
    drawn = [shown(incident, gate, names), still_waits(incident, gate, names)]
    drawn += [asked(incident, gate, call.turn, chair.account, names) for call in gate.calls for chair in call.chairs]
    for message in drawn:
        check_message(message)
    told = [in_short(gate, names), *in_sentences(gate), *(sentence(fact, gate, "it") for fact in asking.facts)]
    assert all(told)
    if gate.is_open:
        says_what_is_missing(gate, drawn[0].text)


def says_what_is_missing(gate: Gate, text: str) -> None:
    assert all(call == gate.latest or possible(gate, call).passes for call in in_play(gate))
    assert all(count.lacks for count in within_reach(gate)), "it waits though it passes"
    nearest = within_reach(gate)[0]
    if all(seat.weight == 1 for seat in nearest.tier.seats) and nearest.missing:
        assert re.search(rf"\b{nearest.lacks} (more )?approvals? needed", text), text
    assert not waits_for(gate, ANA, here=True), "who proposed it does not decide"
