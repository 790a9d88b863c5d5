"""What an open gate lacks: how many yeses, of whom, and how many noes reject it."""

from collections.abc import Sequence

from bot.domain.gates.count import Count
from bot.domain.gates.gate import Gate
from bot.domain.gates.policy import Tier
from bot.domain.gates.seat import Seat, in_words
from bot.domain.gates.standing import within_reach
from bot.domain.ids import SYSTEM
from bot.slack.kit import Names, each, line, plural


def lacking(gate: Gate, names: Names) -> str:
    """Say which yeses would make it pass, tier by tier, and which noes reject it: in sentences."""
    authors = each([author for author in gate.authors if author != SYSTEM], names)
    nearest, *others = within_reach(gate)
    is_for_all = not others and all(seat.anyone for seat in nearest.tier.seats)
    but = f" but {authors}, who proposed it" if is_for_all and authors else ""
    whose = f"anyone in this channel{but}" if is_for_all else line(_whose(nearest.tier.seats), 600)
    first = (
        f"{_amount(nearest)} needed, from {whose}{_with(nearest)}" if nearest.missing else f"{_musts(nearest)} needed"
    )
    or_else = "".join(f"; or {_way(count)}" for count in others)
    not_from = f"; not from {authors}, who proposed it" if authors and not is_for_all else ""
    noes = _noes([gate.tier_of(call) for call in gate.calls_of(gate.current)])
    return f"{first[0].upper()}{first[1:]}{or_else}{not_from}. {noes}"


def in_brief(gate: Gate) -> str:
    """Say in a few words what the tier lacks that has come furthest; empty while it is being looked up."""
    counts = within_reach(gate)
    if not counts:
        return ""
    return f"{_amount(counts[0], more='') if counts[0].missing else _musts(counts[0])} missing"


def _way(count: Count) -> str:
    if not count.missing:
        return _musts(count)
    return f"{_amount(count)} from {line(_whose(count.tier.seats), 600)}{_with(count)}"


def _amount(count: Count, more: str = "more ") -> str:
    more = more if count.weight else ""
    if any(seat.weight > 1 for seat in count.tier.seats):
        return f"{more}approvals worth {count.lacks}"
    return plural(count.lacks, f"{more}approval")


def _musts(count: Count) -> str:
    return f"a yes from {line(in_words(count.tier.seats[n] for n in count.unmet))}"


def _with(count: Count) -> str:
    return f", with {_musts(count)}" if count.unmet else ""


def _whose(seats: Sequence[Seat]) -> str:
    """Name seats, with what a yes from there is worth where that differs."""
    if all(seat.weight == 1 for seat in seats):
        return in_words(seats)
    said = (f"{seat.words} (worth {seat.weight}{' each' if seat.voices > 1 else ''})" for seat in seats)
    return " and ".join(dict.fromkeys(said))


def _noes(tiers: Sequence[Tier]) -> str:
    if len({tier.noes for tier in tiers}) > 1:
        said = " or ".join(f"{_no(tier.noes)} from {line(in_words(tier.seats), 600)}" for tier in tiers)
        return f"It is rejected by {said}."
    return f"{_no(tiers[0].noes).capitalize()} reject{'s' if tiers[0].noes == 1 else ''} it."


def _no(count: int) -> str:
    return "one no" if count == 1 else f"{count} noes"
