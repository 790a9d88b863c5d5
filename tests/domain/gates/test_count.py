"""Counting against a naive count: every way to seat the voters is tried, and the best one is what counts."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.gates.count import Place, fill
from bot.domain.gates.policy import Tier
from bot.domain.gates.seat import Seat

PEOPLE = ("a", "b", "c", "d")


@st.composite
def tiers(draw: st.DrawFn) -> Tier:
    numbers = range(draw(st.integers(1, 3)))
    return Tier(
        seats=tuple(
            Seat(
                team=None if (anyone := draw(st.integers(0, 5)) == 0) else f"team-{n}",
                anyone=anyone,
                weight=draw(st.integers(1, 3)),
                voices=draw(st.integers(1, 2)),
                must=draw(st.booleans()),
            )
            for n in numbers
        )
    )


places = st.lists(
    st.builds(Place, person=st.sampled_from(PEOPLE), principal=st.sampled_from(PEOPLE), seat=st.integers(0, 2)),
    max_size=7,
)


def best_by_trying(tier: Tier, places: list[Place], voters: list[str]) -> tuple[int, int]:
    """Return how many must-seats can be filled at once, and the greatest weight with so many."""
    best = (0, 0)
    open_to = [
        [None, *((place.principal, place.seat) for place in places if place.person == voter)]
        + [(voter, n) for n, seat in enumerate(tier.seats) if seat.anyone]
        for voter in voters
    ]
    for chosen in product(*open_to):
        sat = [one for one in chosen if one is not None]
        principals, seats = [one[0] for one in sat], [one[1] for one in sat]
        if len(set(principals)) < len(principals):
            continue
        if any(seats.count(n) > seat.voices for n, seat in enumerate(tier.seats)):
            continue
        musts = sum(seat.must and n in seats for n, seat in enumerate(tier.seats))
        best = max(best, (musts, sum(tier.seats[n].weight for n in seats)))
    return best


@given(tier=tiers(), places=places, voters=st.lists(st.sampled_from(PEOPLE), unique=True))
def test_voters_are_seated_as_well_as_can_be(tier: Tier, places: list[Place], voters: list[str]) -> None:
    places = [place for place in uniform(tier, places) if place.seat < len(tier.seats)]
    seated = fill(tier, places, voters)
    assert set(seated) <= set(voters)
    taken = list(seated.values())
    assert all(taken.count(n) <= seat.voices for n, seat in enumerate(tier.seats))
    musts = sum(seat.must and n in taken for n, seat in enumerate(tier.seats))
    assert (musts, sum(tier.seats[n].weight for n in taken)) == best_by_trying(tier, places, voters)


def uniform(tier: Tier, places: list[Place]) -> list[Place]:
    """Let whoever speaks for a principal do so in all of their seats, as a gate has it."""
    anyone = [n for n, seat in enumerate(tier.seats) if seat.anyone]
    all_places = [*places, *(Place(person, person, n) for person in PEOPLE for n in anyone)]
    speak = {(place.person, place.principal) for place in all_places}
    return [
        Place(person, principal, seat)
        for person, principal in sorted(speak)
        for seat in sorted({place.seat for place in all_places if place.principal == principal})
    ]


def test_one_person_with_two_hats_fills_the_seat_that_nobody_else_can() -> None:
    tier = Tier(seats=(Seat(hat="commander"), Seat(team="payments")))
    places = [Place("ben", "ben", 0), Place("ben", "ben", 1), Place("cy", "cy", 0)]
    assert fill(tier, places, ["ben"]) in ({"ben": 0}, {"ben": 1})
    assert fill(tier, places, ["ben", "cy"]) == {"ben": 1, "cy": 0}


def test_a_deputy_speaks_in_one_place_only() -> None:
    tier = Tier(seats=(Seat(team="payments", voices=3),))
    places = [Place("dee", "ben", 0), Place("dee", "cy", 0), Place("dee", "dee", 0), Place("ben", "ben", 0)]
    assert len(fill(tier, places, ["dee"])) == 1
    assert len(fill(tier, places, ["dee", "ben"])) == 2
