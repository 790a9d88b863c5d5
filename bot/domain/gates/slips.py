"""Slips of an approval: what it says and can never be, told where it is declared.

A stored one is read as it was agreed to, so this is no part of the shape: it is asked of manifests alone.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.durations import lasted
from bot.domain.gates.passable import can_all_pass
from bot.domain.gates.policy import ApprovalPolicy, Step, Tier, asked_of, can_pass
from bot.domain.gates.seat import in_words
from bot.domain.oncall.hours import spans

LONGEST = timedelta(days=90)
"""A limit that takes longer, because its hours are so rare, is none."""
A_WEEK = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 12, tzinfo=UTC)

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Slip:
    place: Place
    """Where in the approval, written out as steps and tiers."""
    what: str
    instead: str


def slips(policy: ApprovalPolicy, alone: Collection[str] = ()) -> Iterator[Slip]:
    """Go through what can never be. `alone`: names of seats in which one person sits at a time: `hat commander`."""
    found = [slip for place, tier in _tiers(policy) for slip in _of_tier(place, tier, alone)]
    yield from found
    yield from _unknown_routes(policy)
    yield from _late_limit(policy)
    yield from _own_signature(policy)
    if not found and not can_pass(policy.steps, alone):
        twice = in_words(seat for _, tier in _tiers(policy) for seat in tier.seats if seat.name in alone)
        yield Slip(
            ("steps",),
            f"it can never pass: one person would have to count in two steps, and {twice} is one person at a time",
            "Name somebody else in one of them, or a team.",
        )


def _tiers(policy: ApprovalPolicy) -> Iterator[tuple[Place, Tier]]:
    for n, step in enumerate(policy.steps):
        for m, tier in enumerate(step.tiers):
            yield ("steps", n, "tiers", m), tier
    if policy.override is not None:
        yield ("override",), policy.override


def _of_tier(place: Place, tier: Tier, alone: Collection[str]) -> Iterator[Slip]:
    if not can_all_pass([[asked_of(tier, alone)]]):
        single = in_words(seat for seat in tier.seats if seat.name in alone)
        yield Slip(
            (*place, "quorum"),
            f"a quorum of {tier.needs} can never be reached: {single} is one person at a time, and counts once",
            "Remove voices and write a smaller quorum, or add a seat for somebody else.",
        )
    by_the_clock = {} if tier.hours else {"renotify": tier.renotify}  # the limit runs in these hours only
    for key, seconds in ({"deputy_after": tier.deputy_after} | by_the_clock).items():
        if key in tier.model_fields_set and seconds is not None and seconds > tier.limit:
            yield Slip(
                (*place, key),
                f"it never comes: this is over after {lasted(timedelta(seconds=tier.limit))}",
                "Write less than that, or null for never.",
            )
    yield from _rare_hours(place, tier)


def _rare_hours(place: Place, tier: Tier) -> Iterator[Slip]:
    if not tier.hours:
        return
    weekly = sum((span.end - span.start for span in spans(tier.hours, "UTC", *A_WEEK)), timedelta())
    longest = timedelta(seconds=max(tier.limit, tier.deputy_after or 0))
    if weekly * (LONGEST / timedelta(days=7)) < longest:
        yield Slip(
            (*place, "hours"),
            f"{lasted(longest)} of these hours take more than {LONGEST.days} days: there are {lasted(weekly)} a week",
            "Write more hours, or a shorter limit.",
        )


def _unknown_routes(policy: ApprovalPolicy) -> Iterator[Slip]:
    """Find steps that ask whoever is known to answer, and nobody else: at first nobody is."""
    for n, step in enumerate(policy.steps):
        if _asks_routes_alone(step):
            yield Slip(
                ("steps", n, "tiers", 0, "seats", 0),
                "nobody is asked until enough is known of how soon people answer, and so nothing ever is",
                "Add fallback: [{team: …}], or write history: 0.",
            )


def _asks_routes_alone(step: Step) -> bool:
    return all(seat.route is not None and seat.route.history > 0 for tier in step.tiers for seat in tier.seats)


def _late_limit(policy: ApprovalPolicy) -> Iterator[Slip]:
    """Find a limit of the whole gate behind those of its tiers, each taken in turn to its last second."""
    tiers = [tier for step in policy.steps for tier in step.tiers]
    latest = sum(tier.limit for tier in tiers)
    if policy.limit is not None and policy.limit > latest and not any(tier.hours for tier in tiers):
        yield Slip(
            ("limit",),
            f"it never comes: the tiers' own limits are over after {lasted(timedelta(seconds=latest))}",
            "Write less than that, or remove it: last_resort says what comes then.",
        )


def _own_signature(policy: ApprovalPolicy) -> Iterator[Slip]:
    """Find somebody who may break the glass and would be the only one who may sign for it."""
    if policy.glass is None:
        return
    signers = {seat.person for seat in policy.glass.countersigned_by}
    for person in (seat.person for seat in policy.glass.who if seat.person is not None):
        if signers == {person}:
            yield Slip(
                ("glass", "countersigned_by"),
                f"if {person} breaks it, nobody could sign for it: only {person} may",
                "Name somebody else here, or write {anyone: true}.",
            )
