"""Whatever is asked of whom, and whatever they do: each view can be drawn, and says how many are missing."""

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.gates.count import in_play, possible
from bot.domain.gates.explain import in_sentences
from bot.domain.gates.gate import Gate
from bot.domain.gates.standing import waits_for, within_reach
from bot.domain.gates.subject import Subject
from bot.domain.gates.telling import sentence
from bot.domain.rejected import Rejected
from bot.slack.views.asked import asked, still_waits
from bot.slack.views.gate import gate as shown
from bot.slack.views.gate import in_short
from tests.domain.gates.asking import EVE, FAY, HOUR, Asking, policy
from tests.harness.people import ANA, BEN, CY, DEE, MO
from tests.slack.views.gallery import stages
from tests.slack.views.limits import check_message
from tests.slack.views.scene import names

INCIDENT = stages()["fresh"].incident
SUBJECT = Subject(purpose="stage", action="Move to Resolved", target="resolved", parameters={"because": "it works"})
PEOPLE = (BEN, CY, DEE, MO, EVE, FAY)

seats = st.fixed_dictionaries(
    {
        "team": st.sampled_from(("payments", "managers", "leads", "nobody")),
        "weight": st.sampled_from((1, 1, 1, 2)),
        "voices": st.integers(1, 3),
        "must": st.sampled_from((True, False, False)),
    }
) | st.sampled_from(({"person": "ben", "must": True}, {"anyone": True}, {"hat": "verifier", "must": True}))


@st.composite
def tiers(draw: st.DrawFn) -> dict[str, Any]:
    given: Any = draw(st.lists(seats, min_size=1, max_size=3, unique_by=str))
    most = sum(seat.get("weight", 1) * seat.get("voices", 1) for seat in given)
    noes = draw(st.integers(1, min(2, sum(seat.get("voices", 1) for seat in given))))
    return {"seats": given, "quorum": draw(st.integers(1, most)), "noes": noes, "limit": "2h"}


steps = st.lists(st.fixed_dictionaries({"tiers": st.lists(tiers(), min_size=1, max_size=3)}), min_size=1, max_size=2)
acts = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(("approve", "approve", "reject", "back", "wait", "wait")))


@settings(max_examples=300, deadline=None)
@given(asks=steps, overrides=st.booleans(), done=st.lists(acts, max_size=8))
def test_each_state_of_a_gate_is_drawn(
    asks: list[dict[str, Any]], overrides: bool, done: list[tuple[str, str]]
) -> None:
    contest = {"seats": [{"team": "leads", "voices": 5, "weight": 9}]} if overrides else None
    try:
        kind = policy(steps=asks, override=contest)
    except ValueError:
        return  # never passable, so it is refused when it is read
    asking = Asking(kind, SUBJECT)
    draw(asking)
    hours = 0
    for person, act in done:
        hours += act == "wait"
        asking.after(hours * HOUR)
        try:
            do(asking, person, act)
        except Rejected:
            continue
        draw(asking)


def do(asking: Asking, person: str, act: str) -> None:
    match act:
        case "approve":
            asking.approves(person)
        case "reject":
            asking.rejects(person)
        case "back":
            asking.takes_back(person)
        case _:
            asking.ticks()


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
