"""Could every step pass although nobody counts in two of them? A search that is bounded for every policy there can be.

One tier of each step must be filled by people who fill no other: choosing tiers is a search, filling them is a flow
(L. Ford and D. Fulkerson, 1956). What is wanted of the steps that are not chosen yet, at the least, is let flow
along, so that a hopeless choice is left at once. Where all seats weigh the same, that is nearly all there is to do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

LIMIT = 10_000
"""People who are looked at, in all. A policy that takes more is let through: its gates say themselves where they are
stuck, and ask on. None that people write takes a thousand."""
WAYS = 60
"""Ways to fill one tier that are tried at most, where its seats weigh differently."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """A seat, and who could fill it."""

    weight: int
    voices: int = 1
    must: bool = False
    people: frozenset[str] | None = None
    """None: as many as it has voices, and none of those who are named elsewhere."""


@dataclass(frozen=True, slots=True)
class Asks:
    """What a tier asks for."""

    needs: int
    sittings: tuple[Sitting, ...]


@dataclass(frozen=True, slots=True)
class Want:
    """So many people are wanted of these seats: for each, its voices and who could fill it."""

    many: int
    seats: tuple[tuple[int, frozenset[str]], ...]


Way = tuple[Want, ...]
"""All that is wanted of named people for a tier to pass."""


def can_all_pass(steps: Sequence[Sequence[Asks]], limit: int = LIMIT) -> bool:
    """Say whether some tier of each step can pass, with nobody in two steps; True, too, past the limit."""
    return Search(steps, limit).succeeds()


@lru_cache(maxsize=1024)
def _ways(tier: Asks) -> tuple[Way, ...]:
    return tuple(_each_way(tier))


def _each_way(tier: Asks) -> Iterator[Way]:
    """Go through the ways to fill a tier, none of which asks more than another."""
    left, musts, by_weight = tier.needs, list[Want](), dict[int, list[tuple[int, frozenset[str]]]]()
    for one in tier.sittings:
        if one.people is None:
            left -= one.weight * one.voices
            continue
        if one.must:
            left -= one.weight
            musts.append(Want(1, ((1, one.people),)))
        if more := min(one.voices, len(one.people)) - one.must:
            by_weight.setdefault(one.weight, []).append((more, one.people))
    weights = sorted(by_weight, reverse=True)
    room = [sum(voices for voices, _ in by_weight[weight]) for weight in weights]
    amounts = list(islice(_amounts(left, weights, room), WAYS + 1))
    for many in amounts[:WAYS]:
        wanted = (Want(n, tuple(by_weight[weight])) for n, weight in zip(many, weights, strict=True) if n)
        yield (*musts, *wanted)
    if len(amounts) > WAYS:  # the heaviest are the fewest: no way that is left out wants less
        yield (*musts, Want(sum(amounts[0]), tuple(seat for seats in by_weight.values() for seat in seats)))


def _amounts(left: int, weights: Sequence[int], room: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Go through how many of each weight come to what is left, with none to spare: the heaviest first."""
    if left <= 0:
        yield (0,) * len(weights)
    elif left <= sum(weight * many for weight, many in zip(weights, room, strict=True)):
        weight = weights[0]
        for many in range(min(room[0], -(-left // weight)), -1, -1):
            for rest in _amounts(left - many * weight, weights[1:], room[1:]):
                yield (many, *rest)


def _at_least(ways: Sequence[Way]) -> Want:
    """Return what any way to fill a step wants at the least: as many people, out of all who are named in it."""
    people = frozenset(person for way in ways for want in way for _, some in want.seats for person in some)
    fewest = min(sum(want.many for want in way) for way in ways)
    return Want(fewest, ((fewest, people),))


class Filling:
    """Who fills which seat, in all steps that are chosen."""

    def __init__(self, before: "Filling | None" = None) -> None:
        self.held: dict[str, tuple[int, int]] = dict(before.held) if before else {}
        """Each person with the want that they fill, and its seat."""
        self.used: dict[tuple[int, int], int] = dict(before.used) if before else {}
        self.wants: list[Want] = list(before.wants) if before else []
        self.looked = 0

    def takes(self, want: Want) -> bool:
        """Fill what is wanted, moving others where that helps; False: there are too few."""
        self.wants.append(want)
        return all(self._one_more(len(self.wants) - 1, set()) for _ in range(want.many))

    def _one_more(self, number: int, seen: set[str]) -> bool:
        for n, (voices, people) in enumerate(self.wants[number].seats):
            seat = number, n
            if self.used.get(seat, 0) == voices:
                continue
            self.used[seat] = self.used.get(seat, 0) + 1
            for person in people:
                if person not in seen and self._comes(person, seat, seen):
                    return True
            self.used[seat] -= 1
        return False

    def _comes(self, person: str, seat: tuple[int, int], seen: set[str]) -> bool:
        """Have somebody fill a seat, if whatever they fill by now can be filled by others."""
        seen.add(person)
        self.looked += 1
        before = self.held.get(person)
        if before is not None:
            self.used[before] -= 1
            if not self._one_more(before[0], seen):
                self.used[before] += 1
                return False
        self.held[person] = seat
        return True


class Search:
    """Chooses a way for one step after the other."""

    def __init__(self, steps: Sequence[Sequence[Asks]], limit: int) -> None:
        ways = [list(dict.fromkeys(way for tier in tiers for way in _ways(tier))) for tiers in steps]
        self.is_hopeless = not all(ways)
        self.ways = sorted((one for one in ways if () not in one), key=len)
        self.least = [_at_least(one) for one in self.ways if one]
        self.limit, self.looked = limit, 0

    def succeeds(self) -> bool:
        return not self.is_hopeless and (self._finds(0, Filling()) or self._is_over)

    @property
    def _is_over(self) -> bool:
        return self.looked >= self.limit

    def _finds(self, step: int, so_far: Filling) -> bool:
        """Say whether the steps from this one on can be filled, too."""
        if step == len(self.ways):
            return True
        if not self._fits(so_far, self.least[step:]):
            return False
        for way in self.ways[step]:
            if self._is_over:
                return False
            filling = Filling(so_far)
            if self._fits(filling, way, keep=True) and self._finds(step + 1, filling):
                return True
        return False

    def _fits(self, filling: Filling, wants: Sequence[Want], *, keep: bool = False) -> bool:
        """Say whether all of this can be filled, too. `keep`: and fill it."""
        tried = filling if keep else Filling(filling)
        before = tried.looked
        fits = all(tried.takes(want) for want in wants)
        self.looked += tried.looked - before + 1
        return fits
