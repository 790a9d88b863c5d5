"""One tier, its votes counted by trying every way to seat people: the gate passes, waits or gives up as that says."""

from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.gates import events as e
from bot.domain.gates import orders as o
from bot.domain.gates.decide import decide
from bot.domain.gates.evolve import evolve
from bot.domain.gates.gate import Found, Gate, Outcome, StandIn
from bot.domain.gates.policy import ApprovalPolicy, Tier
from bot.domain.ids import SYSTEM
from bot.domain.rejected import Rejected
from tests.domain.gates.asking import EVE, GUS, SUBJECT, policy
from tests.harness.clock import at
from tests.harness.people import ANA, BEN, CY, DEE, MO

ACCOUNTS = (BEN, CY, DEE, MO, EVE, GUS, "UBEN2")
LINKED = {BEN: "ben", "UBEN2": "ben"}

Seating = tuple[tuple[str, int], ...]
"""Who speaks for whom is settled by then: each principal that is heard, with the seat."""


def person(account: str) -> str:
    return LINKED.get(account, account)


def seatings(places: list[tuple[str, str, int]], people: list[str], tier: Tier) -> Iterator[Seating]:
    """Go through every way to seat people: each for one principal at most, no voice twice, no seat too full."""
    if not people:
        yield ()
        return
    first, *others = people
    for sat in seatings(places, others, tier):
        yield sat
        for who, principal, seat in places:
            full = [taken for _, taken in sat].count(seat) >= tier.seats[seat].voices
            if who == first and not full and principal not in {heard for heard, _ in sat}:
                yield (*sat, (principal, seat))


def passes(places: list[tuple[str, str, int]], people: set[str], tier: Tier) -> bool:
    """Say whether some way to seat them is enough."""
    for sat in seatings(places, sorted(people), tier):
        seats = [seat for _, seat in sat]
        if sum(tier.seats[seat].weight for seat in seats) >= tier.needs and all(
            n in seats for n, seat in enumerate(tier.seats) if seat.must
        ):
            return True
    return False


def expected(gate: Gate) -> tuple[bool, bool]:
    """Say by trying whether a gate's only tier passes, and whether it still could: who sits there is no deputy."""
    (call,) = gate.calls_of(0)
    tier, votes = gate.tier_of(call), {person(vote.account): vote.choice for vote in gate.votes}
    places = list[tuple[str, str, int]]()
    coming = list[tuple[str, str, int]]()
    seated = {person(chair.account) for chair in call.chairs if chair.account == chair.principal}
    for chair in call.chairs:
        mine, principal = person(chair.account), person(chair.principal)
        if chair.declined or (mine != principal and principal in votes):
            continue
        places.append((mine, principal, chair.seat))
        if not chair.is_away:
            coming.append((mine, principal, chair.seat))
        if mine == principal and mine not in votes and chair.deputy is None:  # one deputy is asked for each
            theirs = {person(deputy.account) for deputy in chair.deputies} - seated
            coming += [(deputy, principal, chair.seat) for deputy in theirs]
    yes = {who for who, choice in votes.items() if choice == "approve"}
    may = {who for who, _, _ in coming if who not in votes and who != ANA}
    return passes(places, yes, tier), passes([*places, *coming], yes | may, tier)


seats = st.lists(
    st.fixed_dictionaries(
        {
            "team": st.sampled_from(("one", "two", "three")),
            "weight": st.integers(1, 3),
            "voices": st.integers(1, 2),
            "must": st.sampled_from((True, False, False)),
        }
    ),
    min_size=1,
    max_size=2,
    unique_by=lambda seat: str(seat["team"]),
)


@st.composite
def tiers(draw: st.DrawFn) -> ApprovalPolicy:
    given: Any = draw(seats)
    most = sum(seat["weight"] * seat["voices"] for seat in given)
    quorum, noes = draw(st.integers(1, most)), draw(st.integers(1, sum(seat["voices"] for seat in given)))
    return policy(kind="parallel", seats=given, quorum=quorum, noes=noes, next_after="20h", renotify=None)


@st.composite
def lookups(draw: st.DrawFn) -> tuple[Mapping[str, Any], ...]:
    """Say who sits there: people of at most two seats, each with at most two deputies."""
    accounts = draw(st.lists(st.sampled_from(ACCOUNTS), min_size=1, max_size=4, unique=True))
    shared = draw(st.sampled_from(((), (GUS,), (GUS, EVE))))
    return tuple(
        {
            "account": account,
            "seat": draw(st.integers(0, 1)),
            "deputies": tuple(StandIn(account=one) for one in draw(st.permutations(shared)) if one != account),
            "is_away": draw(st.booleans()),
        }
        for account in accounts
    )


orders = st.tuples(
    st.sampled_from(ACCOUNTS), st.sampled_from(("approve", "approve", "approve", "reject", "back", "hour"))
)


@settings(max_examples=300)
@given(kind=tiers(), found=lookups(), said=st.lists(orders, max_size=8))
def test_a_tier_passes_waits_and_gives_up_as_every_way_to_seat_its_people_says(
    kind: ApprovalPolicy, found: tuple[Mapping[str, Any], ...], said: list[tuple[str, str]]
) -> None:
    people = tuple(Found(**one) for one in found if one["seat"] < len(kind.steps[0].tiers[0].seats))
    gate = obeyed(None, o.OpenGate(by=ANA, at=at(0), gate="g1", policy=kind, subject=SUBJECT, linked=LINKED))
    gate = obeyed(gate, o.RecordAsked(by=SYSTEM, at=at(0), turn=1, found=people, linked=LINKED))
    hours = 0
    for by, what in said:
        hours += what == "hour"
        now = at(3600 * hours + 1)
        match what:
            case "approve" | "reject":
                gate = obeyed(gate, o.CastVote(by=by, at=now, choice=what, comment="no" if what == "reject" else ""))
            case "back":
                gate = obeyed(gate, o.WithdrawVote(by=by, at=now))
            case _:
                gate = obeyed(gate, o.Tick(by=SYSTEM, at=now))


def obeyed(gate: Gate | None, order: o.AnyOrder) -> Gate:
    """Obey, and hold what came of it against what every way to seat people says."""
    try:
        facts = decide(order, gate)
    except Rejected:
        assert gate is not None
        return gate
    for fact in facts:
        if isinstance(fact, e.TierStuck):
            assert gate is not None
            assert not expected(gate)[1], "it gave up though it could pass"
        gate = evolve(gate, fact)
    assert gate is not None
    if any(isinstance(fact, e.StepPassed) for fact in facts):
        assert expected(gate)[0], "it passed with too few"
    if gate.is_open and gate.calls[0].is_answered:
        now, ever = expected(gate)
        assert not now, "it waits though it passes"
        assert ever, "it waits in vain"
    assert gate.outcome in {None, Outcome.APPROVED, Outcome.REJECTED, Outcome.EXPIRED}
    return gate
