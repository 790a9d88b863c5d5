"""Why a gate is where it is: by which rule, on which votes, and which were not counted and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.durations import lasted
from bot.domain.gates.count import Count, awaited, ayes, barred_from, could_pass, in_play, noes
from bot.domain.gates.due import told_later
from bot.domain.gates.gate import Gate, Outcome, Vote, names
from bot.domain.gates.policy import Tier
from bot.domain.gates.seat import in_words
from bot.domain.gates.standing import deciding, objections, opponents, overriders, waited_for
from bot.domain.gates.stricter import reasons_said


@dataclass(frozen=True, slots=True)
class Counted:
    """A vote that counts, and where."""

    account: str
    choice: str
    ballot: int
    seat: str
    in_place_of: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A vote that doesn't count, and why."""

    account: str
    choice: str
    because: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who is asked, and why."""

    account: str
    seat: str
    because: tuple[str, ...]
    waits: bool
    """Their answer is still wanted."""
    told_from: datetime | None = None
    """When they are told of it, where they are left in peace so far."""


@dataclass(frozen=True, slots=True)
class Explanation:
    rules: tuple[str, ...]
    """Each step's rule in a sentence, and how far it has come."""
    asked: tuple[Asked, ...]
    missing: tuple[str, ...]
    """Who was meant and isn't asked, in sentences."""
    counted: tuple[Counted, ...]
    left_out: tuple[LeftOut, ...]
    readers: tuple[str, ...]
    """Who opened the plan, as it is now."""
    stricter: str
    """Why it asks for more than its policy does by itself, in a sentence; empty: it doesn't."""
    outcome: str
    """How it ended, in a sentence; or what it waits for."""
    debt: str
    """What became of the countersignature, in a sentence; empty: the glass was not broken."""


def explain(gate: Gate) -> Explanation:
    """Tell all that led to where a gate is now."""
    counted = tuple(_counted(gate))
    wanted, later = waited_for(gate), told_later(gate) if gate.is_open else {}
    silent = {(call.turn, chair.account) for call in in_play(gate) for chair in awaited(gate, call)}
    return Explanation(
        rules=tuple(_rule(gate, ballot) for ballot in range(len(gate.order) + gate.is_contested)),
        asked=tuple(
            Asked(
                account=chair.account,
                seat=gate.tier_of(call).seats[chair.seat].words,
                because=chair.because,
                waits=gate.is_open and (call.turn, chair.account) in silent and chair.account in wanted,
                told_from=later.get(chair.account),
            )
            for call, chair in gate.asked(gate.current)
        ),
        missing=tuple(dict.fromkeys(sentence for call in gate.calls for sentence in call.missing)),
        counted=counted,
        left_out=tuple(_left_out(gate, {(one.account, one.ballot) for one in counted})),
        readers=gate.readers,
        stricter=stricter_said(gate),
        outcome=_outcome(gate),
        debt=_debt(gate),
    )


def in_sentences(gate: Gate) -> list[str]:
    """Tell all of it, a line each, people as `<@id>`."""
    told = explain(gate)
    return [
        told.outcome,
        *([told.debt] if told.debt else []),
        *([drawn_said(gate)] if gate.policy.shuffle else []),
        *told.rules,
        *([told.stricter] if told.stricter else []),
        *([f"Votes are bound to this dry run: {gate.subject.dry_run}."] if gate.subject.dry_run else []),
        *(_is_asked(one) for one in told.asked if one.waits),
        *told.missing,
        *([f"Opened the plan: {names(told.readers)}."] if told.readers else []),
        *(f"Counted: {_counts(one, gate)}." for one in told.counted),
        *(f"Not counted: <@{one.account}> {_said(one.choice)}, because {one.because}." for one in told.left_out),
    ]


def objection(gate: Gate, said: str = "said") -> str:
    """Say by whose no it was rejected, and why: `<@UDEE> said no: the pool is full`."""
    return "; ".join(
        f"<@{vote.account}> {said} no{f': {vote.comment}' if vote.comment else ''}" for vote in objections(gate)
    )


def _counts(one: Counted, gate: Gate) -> str:
    instead = f", in place of <@{one.in_place_of}>" if one.in_place_of else ""
    return f"<@{one.account}> {_said(one.choice)}{_where(one.ballot, gate)} as {one.seat}{instead}"


def _where(ballot: int, gate: Gate) -> str:
    """Say which vote it was, where there are several."""
    if ballot == gate.override_ballot:
        return " the override"
    return f" step {ballot + 1}" if len(gate.order) > 1 else ""


def _said(choice: str) -> str:
    return "approved" if choice == "approve" else "rejected"


def _is_asked(one: Asked) -> str:
    later = f"; left in peace until {one.told_from:%Y-%m-%d %H:%M} UTC" if one.told_from is not None else ""
    return f"<@{one.account}> ({one.seat}), {because_of(one.because)}{later}"


def because_of(reasons: tuple[str, ...]) -> str:
    """Say why somebody is asked: `asked because: owner of checkout, on shift, median 3 min`."""
    return f"asked because: {', '.join(reasons)}" if reasons else "asked"


def _ballots(gate: Gate) -> Iterator[int]:
    yield from sorted({call.ballot for call in gate.calls})


def _rule(gate: Gate, ballot: int) -> str:
    tiers = (gate.policy.override,) if ballot == gate.override_ballot else gate.steps[ballot].tiers
    name = "To override the rejection" if ballot == gate.override_ballot else f"Step {ballot + 1} of {len(gate.order)}"
    said = "; or ".join(_tier(tier) for tier in tiers if tier is not None)
    return f"{name}: {said}. {_state(gate, ballot)}."


def _state(gate: Gate, ballot: int) -> str:
    """Say how far each tier has come that was asked; those that can't pass any more say so."""
    calls = gate.calls_of(ballot)
    if not calls:
        return "Nobody has been asked yet"
    counts = [ayes(gate, call) for call in calls]
    if any(count.passes for count in counts):
        return "It has passed"
    if len(counts) == 1:
        return f"It has {_so_far(counts[0])}"
    spent = [gate.is_open and not could_pass(gate, call) for call in calls]
    return "; ".join(
        f"Tier {call.tier + 1} has {count.weight} of {count.tier.needs} and can't pass any more"
        if is_spent
        else f"Tier {call.tier + 1} has {_so_far(count)}"
        for call, count, is_spent in zip(calls, counts, spent, strict=True)
    )


def _so_far(count: Count) -> str:
    unmet = f", and a yes from {in_words([count.tier.seats[n] for n in count.unmet])} is missing" if count.unmet else ""
    return f"{count.weight} of {count.tier.needs} so far{unmet}"


def drawn_said(gate: Gate) -> str:
    """Say in which order the steps come where chance decided, and by which seed anybody can draw it again."""
    steps = ", then ".join(in_words(gate.policy.steps[n].tiers[0].seats) for n in gate.order)
    return f"The order was drawn by the seed {(gate.seed or gate.id)[:12]}: {steps}."


def stricter_said(gate: Gate) -> str:
    """Say why it asks for more than its policy does by itself: people read this in several places."""
    if not gate.stricter:
        return ""
    why = reasons_said(gate.stricter)
    if gate.declared is None:
        return f"It was to be stricter than usual, because {why}; too few could be asked for that."
    step = gate.order[gate.step]
    now, usual = (policy.steps[step].tiers[0].needs for policy in (gate.policy, gate.declared))
    counts = f", {now} instead of {usual}" if now != usual else ""
    return f"Stricter than usual{counts}, because {why}."


def _tier(tier: Tier) -> str:
    musts = [seat for seat in tier.seats if seat.must]
    must = f", with a yes from {in_words(musts)}" if musts else ""
    return f"{tier.needs} of {sum(seat.most for seat in tier.seats)} from {in_words(tier.seats)}{must}"


def _counted(gate: Gate) -> Iterator[Counted]:
    """Go through the votes that count: noes in any tier, yeses in the one that decides."""
    for ballot in _ballots(gate):
        decides = deciding(gate, ballot)
        counts = [noes(gate, call) for call in gate.calls_of(ballot)]
        counts += [ayes(gate, decides)] if decides is not None else []
        seated = {person: count for count in counts for person in count.seated}
        for person, vote in gate.votes_of(ballot).items():
            if person in seated:
                count = seated[person]
                yield Counted(
                    account=vote.account,
                    choice=vote.choice,
                    ballot=ballot,
                    seat=count.tier.seats[count.seated[person]].words,
                    in_place_of=_in_place_of(gate, ballot, person, count.heard[person]),
                )


def _in_place_of(gate: Gate, ballot: int, person: str, principal: str) -> str | None:
    """Name the account of whoever's voice it is; None: their own."""
    if person == principal:
        return None
    meant = (chair.principal for _, chair in gate.asked(ballot))
    return next((account for account in meant if gate.person(account) == principal), None)


def _left_out(gate: Gate, counted: set[tuple[str, int]]) -> Iterator[LeftOut]:
    for vote in gate.votes:
        if (vote.account, vote.ballot) not in counted:
            yield LeftOut(vote.account, vote.choice, _why_not(gate, vote))
    for fallen in gate.fallen:
        because = "they took it back" if fallen.because == "withdrawn" else fallen.because
        yield LeftOut(fallen.vote.account, fallen.vote.choice, because)
    for vote in gate.late:
        yield LeftOut(vote.account, vote.choice, "it came after the outcome")


def _why_not(gate: Gate, vote: Vote) -> str:
    person = gate.person(vote.account)
    if gate.is_author(vote.account):
        return "they proposed or changed it"
    if gate.votes_of(vote.ballot)[person].account != vote.account:
        return f"they voted as {names([gate.votes_of(vote.ballot)[person].account])}, too, and that counts"
    if person in barred_from(gate, vote.ballot):
        return "they count in an earlier step already"
    if not gate.calls_of(vote.ballot):
        return "its step isn't asked now"
    principals = {
        gate.person(chair.principal) for _, chair in gate.asked(vote.ballot) if gate.person(chair.account) == person
    }
    if principals and principals <= gate.votes_of(vote.ballot).keys() - {person}:
        return "whoever they stood in for has voted"
    decides = deciding(gate, vote.ballot)
    sits = decides is not None and (
        gate.tier_of(decides).is_open_to_all or any(gate.person(chair.account) == person for chair in decides.chairs)
    )
    if decides is not None and not sits:
        theirs = {call.turn for call, chair in gate.asked(vote.ballot) if gate.person(chair.account) == person}
        if vote.ballot == gate.current and gate.is_open and not any(call.turn in theirs for call in in_play(gate)):
            return "those who were asked with them can't make it pass any more"
        return "another tier has come further than theirs"
    if vote.choice == "approve" and vote.ballot in gate.passed and vote.ballot + 1 < len(gate.order):
        return "its step passes without it"
    return "all places of their seat were taken"


def whose_answer(gate: Gate) -> str:
    """Say whose answer an open gate waits for: by name, or by the seats that were asked last."""
    latest = gate.latest
    return names(waited_for(gate)) or (in_words(gate.tier_of(latest).seats) if latest else "somebody")


def _outcome(gate: Gate) -> str:
    if gate.outcome is None and gate.trial_due is not None:
        return f"It waits for its dry run until {gate.trial_due:%H:%M:%S} UTC at most; people are asked then."
    if gate.outcome is None:
        said = f"Rejected, unless it is overridden: {objection(gate)}. " if gate.is_contested else ""
        return f"{said}It waits for {whose_answer(gate)}."
    after = lasted((gate.closed_at or gate.opened_at) - gate.opened_at)
    why = f": {gate.because}" if gate.because else ""
    match gate.how:
        case "votes" if gate.outcome is Outcome.REJECTED:
            return f"Rejected by {names(opponents(gate)) or 'its votes'} after {after}{why}."
        case "votes":
            return f"Approved by its votes after {after}."
        case "override":
            return f"Overridden by {names(overriders(gate))} after {after}{why}; {objection(gate, 'had said')}."
        case "glass":
            return f"<@{gate.closed_by}> broke the glass after {after}{why}."
        case "time" | "last-resort":
            ended = "rolled back" if gate.rolls_back and gate.subject.purpose != "mitigation" else gate.outcome.value
            return f"Its policy says: {ended}, after {after}{why}."
        case _:
            return f"It was {gate.outcome.value} after {after}{why}."


def _debt(gate: Gate) -> str:
    owed = gate.debt
    if owed is None:
        return ""
    if owed.signed_by is not None:
        why = f": {owed.comment}" if owed.comment else ""
        if owed.agrees:
            return f"<@{owed.signed_by}> countersigned it{why}."
        return f"<@{owed.signed_by}> did not agree that the glass was broken{why}. That stands for the review."
    whom = in_words(gate.policy.glass.countersigned_by) if gate.policy.glass is not None else "somebody else"
    by = f"{owed.due:%Y-%m-%d %H:%M} UTC"
    late = f"has been overdue since {by}" if owed.is_told else f"is owed by {by}"
    return f"A countersignature {late}, from {whom}: `/incident countersign`."
