"""Could an approval pass today, with the people there are? What stands in its way, before somebody has to find out.

The same lookup and the same counting as a gate's own, over an incident that nobody has declared: who wears a hat then,
and whom a route would pick, is not known, so any of those who might be are taken to say yes.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.gates.count import Count, Place, fill
from bot.domain.gates.passable import Asks, Sitting, can_all_pass
from bot.domain.gates.policy import ApprovalPolicy, Tier
from bot.domain.gates.seat import Route, Seat, in_words
from bot.domain.gates.seating import Surroundings, find
from bot.domain.hats import Hat


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What can't work today."""

    why: str
    """A sentence."""
    stops: bool = False
    """A whole step can't pass: gates go to their last resort at once."""


def shortfalls(
    policy: ApprovalPolicy, around: Surroundings, out: Mapping[str, str], shared: Collection[Hat] = ()
) -> Iterator[Shortfall]:
    """Go through what of an approval could not work now. `out`: accounts that can't be asked, with why.

    `shared`: hats that several may wear; any other has one wearer.
    """
    could = list[list[Asks]]()
    for n, step in enumerate(policy.steps, start=1):
        whose = f"step {n}, " if len(policy.steps) > 1 else ""
        stuck = [why for tier in step.tiers if (why := _why_stuck(tier, around, out, shared))]
        could.append([_asked_of(tier, around, out, shared) for tier in step.tiers])
        if len(stuck) == len(step.tiers):
            yield Shortfall(f"{whose}nobody there can pass it: {' '.join(dict.fromkeys(stuck))}", stops=True)
            continue
        for m, tier in enumerate(step.tiers, start=1):
            if why := _why_stuck(tier, around, out, shared):
                yield Shortfall(f"{whose}tier {m} can't pass, so the next is asked at once: {why}")
    if all(can_all_pass([tiers]) for tiers in could) and not can_all_pass(could):
        why = "each step could pass, but not all: one person counts in one step, and there are too few for all of them."
        yield Shortfall(why, stops=True)
    if policy.override is not None and (why := _why_stuck(policy.override, around, out, shared)):
        yield Shortfall(f"nobody can override a rejection: {why}")
    if policy.glass is not None:
        yield from _glass(policy.glass.who, "nobody can break the glass", around, out)
        yield from _glass(policy.glass.countersigned_by, "nobody can countersign", around, out)


def _asked_of(tier: Tier, around: Surroundings, out: Mapping[str, str], shared: Collection[Hat]) -> Asks:
    """Say what a tier asks of the people there are; of those who aren't known there may be as many as it wants."""

    def who(seat: Seat) -> frozenset[str] | None:
        if seat.anyone or seat.hat in shared:
            return None
        places, _ = _places([seat], around, out, shared)
        return frozenset(place.person for place in places) | _deputies(seat, around, out)

    return Asks(tier.needs, tuple(Sitting(seat.weight, seat.voices, seat.must, who(seat)) for seat in tier.seats))


def _deputies(seat: Seat, around: Surroundings, out: Mapping[str, str]) -> frozenset[str]:
    """Name who is asked where somebody of a seat counts in an earlier step."""
    if seat.route is not None or seat.hat is not None:
        return frozenset()
    accounts = {deputy.account for one in find([seat], around)[0] for deputy in one.deputies} - out.keys()
    return frozenset(around.book.linked.get(account, account) for account in accounts)


def _why_stuck(tier: Tier, around: Surroundings, out: Mapping[str, str], shared: Collection[Hat]) -> str:
    """Say why a tier can't pass; empty: it can."""
    places, missing = _places(tier.seats, around, out, shared)
    count = Count(tier, fill(tier, places, list(dict.fromkeys(place.person for place in places))))
    if count.passes:
        return ""
    said = " ".join(missing)
    if count.unmet:
        return f"nobody can say yes for {in_words(tier.seats[n] for n in count.unmet)}. {said}".strip()
    return f"at most {count.weight} of {tier.needs} can be reached. {said}".strip()


def _glass(seats: Sequence[Seat], what: str, around: Surroundings, out: Mapping[str, str]) -> Iterator[Shortfall]:
    """A user group lets nobody: Slack would have to be asked while somebody waits."""
    places, missing = _places([seat for seat in seats if seat.group is None], around, out, ())
    if not places:
        missing += [
            f"{seat.words} can't be looked up while somebody waits." for seat in seats if seat.group is not None
        ]
        yield Shortfall(f"{what}: {' '.join(missing) or 'nobody sits there.'}")


def _places(
    seats: Sequence[Seat], around: Surroundings, out: Mapping[str, str], shared: Collection[Hat]
) -> tuple[list[Place], list[str]]:
    """Seat whoever could sit there, and say who is missing."""
    places, missing = list[Place](), list[str]()
    for number, seat in enumerate(seats):
        people, why = _people(seat, around, shared)
        missing += [why] if why else []
        for account in people:
            if account in out:
                missing.append(f"<@{account}> can't be asked: {out[account]}.")
            else:
                person = around.book.linked.get(account, account)
                places.append(Place(person, person, number))
    return places, list(dict.fromkeys(missing))


def _people(seat: Seat, around: Surroundings, shared: Collection[Hat]) -> tuple[list[str], str]:
    if seat.route is not None:
        return _candidates(seat.route, around)
    if seat.hat is not None and seat.hat not in shared:
        return [f"somebody as {seat.name}"], ""
    if seat.anyone or seat.hat is not None:
        return [f"somebody as {seat.name} {n}" for n in range(seat.voices)], ""
    found, missing = find([seat], around)
    return [one.account for one in found], " ".join(missing)


def _candidates(route: Route, around: Surroundings) -> tuple[list[str], str]:
    """Take a team's members; where whoever owns the service is asked, those of any team that owns one."""
    book = around.book
    teams = [book.teams[name] for name in ([route.among] if route.among else book.teams) if name in book.teams]
    members = [book.people[name].slack for team in teams for name in team.members if name in book.people]
    return members, "" if members else "There is nobody whom the route could pick."


def orphans(policies: Sequence[ApprovalPolicy], services: Mapping[str, str | None], teams: Sequence[str]) -> list[str]:
    """Name the services for which a route would find nobody, since no team of the book owns them."""
    routes = [seat.route for policy in policies for step in policy.steps for tier in step.tiers for seat in tier.seats]
    if not any(route is not None and route.among is None for route in routes):
        return []
    return [name for name, owner in services.items() if owner not in teams]
