"""Any policy that can be declared, and anything that people do at its gate: for what holds whatever happens."""

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from bot.domain.gates.policy import ApprovalPolicy
from bot.domain.gates.subject import Subject
from bot.domain.rejected import Rejected
from tests.domain.gates.asking import EVE, FAY, HOUR, MINUTE, Asking, policy
from tests.harness.people import BEN, CY, DEE, MO

PEOPLE = (BEN, CY, DEE, MO, EVE, FAY)

Act = tuple[str, str]
"""Somebody, and what they do."""

acts = st.lists(
    st.tuples(
        st.sampled_from(PEOPLE),
        st.sampled_from(("approve", "approve", "reject", "back", "not me", "change", "wait", "wait", "hour")),
    ),
    max_size=8,
)
deputies = st.dictionaries(st.sampled_from(PEOPLE), st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2))
quiet = st.dictionaries(
    st.sampled_from(PEOPLE),
    st.sampled_from((("mon-sun 11:00-13:00",), ("mon-sun 12:20-12:50",), ("mon-sun 12:00-14:10",))),
)
"""Quiet hours on a UTC clock; gates open at noon."""

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
    hours = draw(st.sampled_from(((), (), ("mon-sun 12:00-12:40", "mon-sun 14:00-15:00"))))
    limit = draw(st.sampled_from((HOUR / 2, HOUR, 2 * HOUR)))
    return {"seats": given, "quorum": draw(st.integers(1, most)), "noes": noes, "limit": limit, "hours": hours}


@st.composite
def policies(draw: st.DrawFn) -> ApprovalPolicy | None:
    """Return a policy; None where it was refused, since it could never pass."""
    asked = st.lists(
        st.fixed_dictionaries({"tiers": st.lists(tiers(), min_size=1, max_size=3)}), min_size=1, max_size=2
    )
    ends: dict[str, Any] = {"last_resort": draw(st.sampled_from(("approve", "reject", "expire", "roll-back")))}
    if draw(st.booleans()):
        ends["then"] = draw(st.sampled_from(("approve", "reject", "expire", "roll-back", "escalate")))
        ends["limit"] = draw(st.sampled_from((900, 2700, 9000)))
    leads = {"seats": [{"team": "leads", "voices": 5, "weight": 9}], "quorum": draw(st.sampled_from((9, 18, 45)))}
    try:
        return policy(steps=draw(asked), override=draw(st.sampled_from((None, None, leads))), **ends)
    except ValueError:
        return None


def states(asking: Asking, done: list[Act]) -> Iterator[Asking]:
    """Go through what is so at first and after each act; what is refused changes nothing."""
    yield asking
    seconds = 0
    for person, act in done:
        seconds += {"wait": 5 * MINUTE, "hour": HOUR}.get(act, 0)
        asking.after(seconds)
        try:
            _do(asking, person, act)
        except Rejected:
            continue
        yield asking


def _do(asking: Asking, person: str, act: str) -> None:
    match act:
        case "approve":
            asking.approves(person)
        case "reject":
            asking.rejects(person)
        case "back":
            asking.takes_back(person)
        case "not me":
            asking.passes_on(person, BEN)
        case "change":
            asking.changes(parameters={"replicas": len(asking.facts)})
        case _:
            asking.ticks()


def subject(purpose: Any = "mitigation", touches: tuple[str, ...] = ()) -> Subject:
    parameters = {"because": "it works", "replicas": 3}
    return Subject(purpose=purpose, action="Do it", target="checkout", parameters=parameters, touches=touches)
