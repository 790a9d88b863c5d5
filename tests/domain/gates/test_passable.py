"""Whether all steps can pass: as if every way had been tried, and soon for the worst that can be declared."""

from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.gates.passable import LIMIT, Asks, Search, Sitting, can_all_pass
from bot.domain.gates.policy import ApprovalPolicy, Tier, asked_of

SITTINGS = st.builds(
    Sitting,
    weight=st.integers(1, 3),
    voices=st.integers(1, 2),
    must=st.booleans(),
    people=st.none() | st.frozensets(st.sampled_from("abcd"), min_size=1),
)
TIERS = st.builds(Asks, needs=st.integers(1, 4), sittings=st.lists(SITTINGS, min_size=1, max_size=3).map(tuple))
STEPS = st.lists(st.lists(TIERS, min_size=1, max_size=2), min_size=1, max_size=3)


@given(STEPS)
def test_it_says_what_trying_every_way_says(steps: list[list[Asks]]) -> None:
    assert can_all_pass(steps) == any(can_be_filled(tiers) for tiers in product(*steps))


def can_be_filled(tiers: tuple[Asks, ...]) -> bool:
    """Try to put each person everywhere."""
    named = {(n, m): one.people for n, tier in enumerate(tiers) for m, one in enumerate(tier.sittings) if one.people}
    people = sorted(set().union(*named.values()))
    places = ([None, *(place for place, some in named.items() if person in some)] for person in people)
    return any(all(passes(n, tier, placed) for n, tier in enumerate(tiers)) for placed in product(*places))


def passes(n: int, tier: Asks, placed: tuple[tuple[int, int] | None, ...]) -> bool:
    filled = [one.voices if one.people is None else placed.count((n, m)) for m, one in enumerate(tier.sittings)]
    fits = all(
        count <= one.voices and (count or not one.must) for count, one in zip(filled, tier.sittings, strict=True)
    )
    return fits and sum(count * one.weight for count, one in zip(filled, tier.sittings, strict=True)) >= tier.needs


def alone(people: int) -> Asks:
    return Asks(1, tuple(Sitting(1, people=frozenset([f"p{n}"])) for n in range(people)))


@pytest.mark.parametrize(("people", "steps", "tiers"), [(7, 8, 1), (5, 6, 3), (7, 8, 10)])
def test_too_few_people_for_the_steps_are_found_at_once(people: int, steps: int, tiers: int) -> None:
    search = Search([[alone(people)] * tiers] * steps, LIMIT)
    assert not search.succeeds()
    assert search.looked < 100


@pytest.mark.parametrize("seed", range(8))
def test_the_largest_policies_that_can_be_declared_take_a_bounded_number_of_looks(seed: int) -> None:
    """Eight steps, ten tiers each, twenty people in each of them, of any weight."""
    chance = Random(seed)
    people = [f"p{n}" for n in range(chance.randint(20, 60))]

    def tier() -> Asks:
        some = chance.sample(people, 20)
        seats = (Sitting(chance.randint(1, 10), must=chance.random() < 0.1, people=frozenset([one])) for one in some)
        return Asks(chance.randint(1, 60), tuple(seats))

    search = Search([[tier() for _ in range(10)] for _ in range(8)], LIMIT)
    search.succeeds()
    assert search.looked < LIMIT + 8 * 20 * len(people), "the last look may end what it began"


def test_what_takes_too_many_looks_is_let_through() -> None:
    """Triples of which eight must be apart: nobody knows a short way to tell."""
    chance = Random(72)
    triples = [[chance.sample(range(24), 3) for _ in range(6)] for _ in range(8)]
    steps = [
        [Asks(3, tuple(Sitting(1, must=True, people=frozenset([str(one)])) for one in triple)) for triple in some]
        for some in triples
    ]
    search = Search(steps, 200)
    assert search.succeeds()
    assert search.looked >= 200
    assert not can_all_pass(steps, 10**6), "so short a look can't tell"


def test_a_policy_of_seven_people_in_eight_steps_is_refused() -> None:
    seats = [{"person": f"p{n}"} for n in range(7)]
    given = {"id": "x", "title": "X", "steps": [{"tiers": [{"seats": seats, "quorum": 1}]}] * 8}
    with pytest.raises(ValueError, match="one person would have to count in two steps"):
        ApprovalPolicy.model_validate(given)


def test_a_seat_in_which_one_person_sits_at_a_time_is_one_person() -> None:
    tier = Tier.model_validate({"seats": [{"hat": "commander", "voices": 2}], "quorum": 2})
    assert can_all_pass([[asked_of(tier)]])
    assert not can_all_pass([[asked_of(tier, ["hat commander"])]])
