"""Counting votes: who fills which seat, so that nobody counts twice, and whether a tier passes, or still could.

A person fills one seat, and a principal's voice is heard once, whoever speaks for them. Which votes fill which seats
is a matching: persons → principals → seats. The sets of seats that can be filled together are a gammoid, which is a
matroid, so filling the seats that must be filled first, and then the heaviest ones, gives the greatest weight that
there is (J. Edmonds, Matroids and the greedy algorithm, 1971).
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.gates.gate import Call, Chair, Gate, StandIn, Vote
from bot.domain.gates.pairs import one_each
from bot.domain.gates.policy import Choice, Tier


@dataclass(frozen=True, slots=True)
class Count:
    tier: Tier
    seated: dict[str, int]
    """Each person who counts, with the seat that they fill."""
    heard: Mapping[str, str] = field(default_factory=dict)
    """Each person who counts, with whoever's voice it is."""

    @property
    def weight(self) -> int:
        return sum(self.tier.seats[seat].weight for seat in self.seated.values())

    @property
    def unmet(self) -> tuple[int, ...]:
        """Seats that must say yes and haven't."""
        taken = set(self.seated.values())
        return tuple(n for n, seat in enumerate(self.tier.seats) if seat.must and n not in taken)

    @property
    def missing(self) -> int:
        """The weight that is still needed."""
        return max(0, self.tier.needs - self.weight)

    @property
    def lacks(self) -> int:
        """The least weight that makes it pass, with the seats that must say yes."""
        return max(self.missing, sum(self.tier.seats[n].weight for n in self.unmet))

    @property
    def passes(self) -> bool:
        return not self.missing and not self.unmet


@dataclass(frozen=True, slots=True)
class Place:
    """A person who may speak for a principal in a seat."""

    person: str
    principal: str
    seat: int


def ayes(gate: Gate, call: Call) -> Count:
    """Count a tier's yeses; of a step that others follow, no more of them than it passes with."""
    barred = barred_from(gate, call.ballot)
    if call.ballot in gate.passed and call.ballot + 1 < len(gate.order):
        return _spared(gate, call, barred)
    return _counted(gate, call, "approve", barred)


def noes(gate: Gate, call: Call) -> Count:
    return _counted(gate, call, "reject", barred_from(gate, call.ballot))


def passing(gate: Gate, ballot: int) -> Call | None:
    """Return the tier by which a ballot passes, the first one; None: none does, yet."""
    return next((call for call in gate.calls_of(ballot) if ayes(gate, call).passes), None)


def rejecting(gate: Gate, ballot: int) -> tuple[Vote, ...]:
    """Return the noes by which a ballot is rejected, in their order; none where it isn't."""
    for call in gate.calls_of(ballot):
        count = noes(gate, call)
        if len(count.seated) >= gate.tier_of(call).noes:
            return tuple(vote for person, vote in gate.votes_of(ballot).items() if person in count.seated)
    return ()


def could_pass(gate: Gate, call: Call) -> bool:
    """Say whether those who haven't answered can still make a tier pass; also while nobody knows who they are."""
    return not is_known(gate, call) or _suffice_as_they_come(gate, call) or possible(gate, call).passes


def _suffice_as_they_come(gate: Gate, call: Call) -> bool:
    """Say whether those who sit there for themselves are enough, each seated where they come first.

    That is quickly seen, and so as a rule; where it isn't, they may be seated better, or deputies asked.
    """
    tier, voted, barred = gate.tier_of(call), gate.votes_of(call.ballot), barred_from(gate, call.ballot)
    taken, filled = set[str](barred), [seat.voices if seat.anyone else 0 for seat in tier.seats]
    for chair in call.chairs:
        person = gate.person(chair.account)
        vote = voted.get(person)
        says_yes = not chair.is_away if vote is None else vote.choice == "approve"
        is_own = not chair.declined and person == gate.person(chair.principal)
        if says_yes and is_own and person not in taken and filled[chair.seat] < tier.seats[chair.seat].voices:
            taken.add(person)
            filled[chair.seat] += 1
    weight = sum(seat.weight * number for seat, number in zip(tier.seats, filled, strict=True))
    return weight >= tier.needs and all(number for seat, number in zip(tier.seats, filled, strict=True) if seat.must)


def in_play(gate: Gate) -> tuple[Call, ...]:
    """Return the tiers of the open ballot by which it may still pass; the last one is, or others are asked soon."""
    calls = gate.calls_of(gate.current)
    return (*(call for call in calls[:-1] if could_pass(gate, call)), *calls[-1:])


def awaited(gate: Gate, call: Call) -> tuple[Chair, ...]:
    """Return those of a tier who are silent and whose yes would count: there is room for it."""
    silent, room = gate.silent(call), room_in(gate, call)
    return silent if room is None else tuple(chair for chair in silent if room.takes(gate.person(chair.account)))


@dataclass(frozen=True, slots=True)
class Room:
    """A tier of which some seat is full. Whoever fills it may sit elsewhere, too, and make room by moving there."""

    tier: Tier
    places: Sequence[Place]
    voters: Sequence[str]
    seated: int

    def takes(self, person: str, *places: Place) -> bool:
        """Say whether one more yes would count; `places`: where that person could sit beside what is known."""
        return len(_count(self.tier, [*self.places, *places], [*self.voters, person]).seated) > self.seated


def room_in(gate: Gate, call: Call) -> Room | None:
    """Return a tier's room; None: no seat is full, so there is room for anybody's yes."""
    voted = gate.votes_of(call.ballot)
    if not voted:
        return None
    tier, now = gate.tier_of(call), ayes(gate, call)
    taken = Counter(now.seated.values())
    if all(taken[n] < seat.voices for n, seat in enumerate(tier.seats)):
        return None
    barred = barred_from(gate, call.ballot)
    voters = [person for person, vote in voted.items() if vote.choice == "approve" and person not in barred]
    return Room(tier, list(_places(gate, call, voted)), voters, len(now.seated))


def is_known(gate: Gate, call: Call) -> bool:
    """Say whether nothing is left to look up: who sits there was found, or anybody does."""
    return call.is_answered or all(seat.anyone for seat in gate.tier_of(call).seats)


def possible(gate: Gate, call: Call) -> Count:
    """Count as if everybody who may still answer said yes."""
    tier, barred = gate.tier_of(call), barred_from(gate, call.ballot)
    voted = gate.votes_of(call.ballot)
    places = list(_places(gate, call, voted))
    there = {gate.person(chair.account) for chair in call.chairs if not chair.is_away}
    coming = [place.person for place in places if place.person not in voted and place.person in there]
    for chair, deputy in deputies(gate, call):
        stand_in = gate.person(deputy.account)
        places.append(Place(stand_in, gate.person(chair.principal), chair.seat))
        coming += [stand_in] if stand_in not in voted else []
    if tier.is_open_to_all:
        coming += [f"somebody {n}" for n in range(sum(seat.voices for seat in tier.seats))]
    yes = [person for person, vote in voted.items() if vote.choice == "approve"]
    return _count(tier, places, [who for who in dict.fromkeys([*yes, *coming]) if who not in barred])


def deputies(gate: Gate, call: Call) -> Iterator[tuple[Chair, StandIn]]:
    """Go through those who are silent, each with the deputy to ask: one who may decide, and isn't asked there yet.

    Each gets one of their own, if that can be; else one who is asked in others' place only. They still count once.
    """
    alone = [chair for chair in gate.unanswered(call) if chair.deputy is None and chair.deputies]
    if not alone:
        return
    own = one_each(_free_deputies(gate, call, alone))
    shared = _stand_ins(gate, call) | set(own.values())
    for chair in alone:
        person = gate.person(chair.account)
        asked = {own[person]} if person in own else shared - _speakers(gate, call, person)
        if (deputy := next((one for one in chair.deputies if gate.person(one.account) in asked), None)) is not None:
            yield chair, deputy


def _free_deputies(gate: Gate, call: Call, alone: Iterable[Chair]) -> dict[str, list[str]]:
    """Return the deputies of each who may decide and are not asked there."""
    barred, voted = barred_from(gate, call.ballot), gate.votes_of(call.ballot)
    taken = {gate.person(chair.account) for chair in call.chairs} | barred | voted.keys()
    free = dict[str, list[str]]()
    for chair in alone:
        theirs = (gate.person(deputy.account) for deputy in chair.deputies)
        free.setdefault(gate.person(chair.account), []).extend(one for one in theirs if one not in taken)
    return free


def _stand_ins(gate: Gate, call: Call) -> set[str]:
    """Return who sits there in others' place only, can be asked or has answered, and may decide."""
    barred, voted = barred_from(gate, call.ballot), gate.votes_of(call.ballot)
    sit, for_themselves = set[str](), set[str]()
    for chair in call.chairs:
        person = gate.person(chair.account)
        sit.add(person)
        if chair.declined or gate.person(chair.principal) == person or (chair.is_away and person not in voted):
            for_themselves.add(person)
    return sit - for_themselves - barred


def _speakers(gate: Gate, call: Call, principal: str) -> set[str]:
    """Return who is asked in somebody's place already."""
    return {gate.person(chair.account) for chair in call.chairs if gate.person(chair.principal) == principal}


def barred_from(gate: Gate, ballot: int, asks: Iterable[str] = ()) -> frozenset[str]:
    """Return who can't count on a ballot: whoever proposed it or changed it, and whoever a step before passes with.

    `asks`: accounts that are about to be asked on it.
    """
    barred = frozenset(gate.person(author) for author in gate.authors)
    if ballot == gate.override_ballot:
        return barred
    for earlier in sorted(gate.passed):
        if earlier < ballot:
            counts = (_spared(gate, call, barred, asks) for call in gate.calls_of(earlier))
            barred |= next((count.seated.keys() for count in counts if count.passes), frozenset())
    return barred


def _spared(gate: Gate, call: Call, barred: frozenset[str], asks: Iterable[str] = ()) -> Count:
    """Count a tier's yeses without those that it passes without: who counts here can't count in a later step.

    Whoever has voted there is spared first, so that no vote is lost again; then whoever is asked there; then whoever
    voted last.
    """
    count = _counted(gate, call, "approve", barred)
    if not count.passes:
        return count
    later = range(call.ballot + 1, gate.override_ballot)
    voted = (gate.person(vote.account) for vote in gate.votes if vote.ballot in later)
    asked = (chair.account for other in gate.calls for chair in other.chairs if other.ballot in later)
    wanted = (gate.person(account) for account in (*asked, *asks))
    for person in dict.fromkeys((*voted, *wanted, *reversed(gate.votes_of(call.ballot)))):
        if person in count.seated:
            fewer = _counted(gate, call, "approve", barred | {person})
            if fewer.passes:
                count, barred = fewer, barred | {person}
    return count


def _counted(gate: Gate, call: Call, choice: Choice, barred: frozenset[str]) -> Count:
    tier, voted = gate.tier_of(call), gate.votes_of(call.ballot)
    voters = [person for person, vote in voted.items() if vote.choice == choice and person not in barred]
    return _count(tier, _places(gate, call, voted), voters)


def _places(gate: Gate, call: Call, voted: Iterable[str]) -> Iterator[Place]:
    """Go through who may speak for whom. Somebody who has voted needs nobody to speak for them."""
    for chair in call.chairs:
        person, principal = gate.person(chair.account), gate.person(chair.principal)
        if not chair.declined and (person == principal or principal not in voted):
            yield Place(person, principal, chair.seat)


def _count(tier: Tier, places: Iterable[Place], voters: Sequence[str]) -> Count:
    sat = _seat(tier, places, voters)
    seated, heard = {place.person: place.seat for place in sat}, {place.person: place.principal for place in sat}
    return Count(tier, seated, heard)


def fill(tier: Tier, places: Iterable[Place], voters: Sequence[str]) -> dict[str, int]:
    """Seat voters so that the seats that must be filled are, if they can be, and the others weigh most."""
    return {place.person: place.seat for place in _seat(tier, places, voters)}


def _seat(tier: Tier, places: Iterable[Place], voters: Sequence[str]) -> list[Place]:
    if not voters:
        return []
    flow = _Flow(tier, places, voters)
    musts = [n for n, seat in enumerate(tier.seats) if seat.must]
    rest = [n for n, seat in enumerate(tier.seats) for _ in range(min(seat.voices, len(voters)) - seat.must)]
    for seats in (musts, rest):
        seats.sort(key=lambda n: -tier.seats[n].weight)
    for seat in (*musts, *rest):
        flow.seat_one_more(seat)
    return list(flow.seated())


Node = tuple[str, str | int]
SOURCE: Node = ("source", "")
SINK: Node = ("sink", "")


class _Flow:
    """Ways from voters over principals to seats; each voter and each principal lies on one way at most.

    Ford and Fulkerson's: what is left of each arc, and a path is looked for that may take earlier ways back.
    A principal is two nodes with one arc between them, since only one way may lead through. Whoever speaks for a
    principal does so in all of their seats, so it needn't be told apart by which seat they came.
    """

    def __init__(self, tier: Tier, places: Iterable[Place], voters: Sequence[str]) -> None:
        self.left = defaultdict[Node, dict[Node, int]](dict)
        self.voters = voters
        anyone = [
            Place(voter, voter, n)
            for n, seat in enumerate(tier.seats)
            if seat.anyone
            for voter in dict.fromkeys(voters)
        ]
        for voter in voters:
            self._arc(SOURCE, ("voter", voter))
        present = set(voters)
        for place in (*places, *anyone):
            if place.person in present:
                self._arc(("voter", place.person), ("heard", place.principal))
                self._arc(("heard", place.principal), ("speaks", place.principal))
                self._arc(("speaks", place.principal), ("seat", place.seat))

    def _arc(self, start: Node, end: Node) -> None:
        self.left[start][end] = 1
        self.left[end].setdefault(start, 0)

    def seat_one_more(self, seat: int) -> None:
        """Fill one more place of a seat, moving others where that helps."""
        node: Node = ("seat", seat)
        self.left[node][SINK] = 1
        came = self._search()
        if SINK not in came:
            self.left[node][SINK] = 0
            return
        end = SINK
        while end != SOURCE:
            start = came[end]
            self.left[start][end] -= 1
            self.left[end][start] = self.left[end].get(start, 0) + 1
            end = start

    def _search(self) -> dict[Node, Node]:
        """Return all that can be reached from the source, each with where it was reached from; stop at the end."""
        came, todo = {SOURCE: SOURCE}, deque([SOURCE])
        while todo and SINK not in came:
            node = todo.popleft()
            for following, left in self.left[node].items():
                if left and following not in came:
                    came[following] = node
                    todo.append(following)
        return came

    def seated(self) -> Iterator[Place]:
        """Read the ways: whatever flows back from a node came from there."""
        for voter in self.voters:
            for (kind, principal), left in self.left["voter", voter].items():
                if kind == "heard" and not left:
                    yield Place(voter, str(principal), self._seat_of(principal))

    def _seat_of(self, principal: str | int) -> int:
        return next(int(n) for (kind, n), left in self.left["speaks", principal].items() if kind == "seat" and not left)
