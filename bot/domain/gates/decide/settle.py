"""What follows from the votes as they stand: steps pass, are rejected, stuck or contested, and the gate ends."""

from datetime import datetime
from typing import assert_never

from bot.domain.gates import events as e
from bot.domain.gates.count import ayes, could_pass, passing, possible, rejecting
from bot.domain.gates.decide.case import Case
from bot.domain.gates.decide.notices import channel_notice
from bot.domain.gates.due import nobody_was_told
from bot.domain.gates.evolve import evolve
from bot.domain.gates.gate import Call, How, Outcome
from bot.domain.gates.limits import after
from bot.domain.gates.policy import ApprovalPolicy, LastResort
from bot.domain.gates.seat import in_words
from bot.domain.gates.standing import allowed, goes_ahead
from bot.domain.ids import SYSTEM


def settle(case: Case) -> None:
    """Draw every conclusion."""
    while not case.is_settled:
        case.is_settled = not (case.gate.is_open and _conclude(case))


def _conclude(case: Case) -> bool:
    """Draw one conclusion; False: there is none."""
    gate = case.gate
    if gate.trial_due is not None:
        return False  # nobody is asked yet
    if gate.is_contested:
        return _conclude_contest(case)
    for ballot in sorted(gate.passed):
        if passing(gate, ballot) is None:
            case.add(e.StepReopened(by=SYSTEM, at=case.at, ballot=ballot, due=_anew(case, gate.calls_of(ballot)[-1])))
            return True
    ballot = gate.current
    if not gate.calls_of(ballot):
        _call(case, ballot, 0, "")
        return True
    if noes := rejecting(gate, ballot):
        _reject(case, "; ".join(vote.comment for vote in noes if vote.comment))
        return True
    if (call := passing(gate, ballot)) is not None:
        last = len(gate.passed) + 1 == len(gate.order)
        case.add(e.StepPassed(by=SYSTEM, at=case.at, ballot=ballot, tier=call.tier, last=last))
        if last:
            close(case, Outcome.APPROVED, how="votes")
        return True
    return _conclude_stuck(case, ballot)


def _conclude_stuck(case: Case, ballot: int) -> bool:
    """Go on where nobody who is asked can make it pass any more."""
    calls = case.gate.calls_of(ballot)
    if any(could_pass(case.gate, call) for call in calls):
        return False
    because = _why_stuck(case, calls[-1])
    if _ease(case, ballot, because):
        return True
    case.add(e.TierStuck(by=SYSTEM, at=case.at, turn=calls[-1].turn, because=because))
    go_on(case, because)
    return True


def _ease(case: Case, ballot: int, because: str) -> bool:
    """Go back to the declared quorum where nobody else is left to ask, and those who are asked can reach that."""
    latest = case.gate.latest
    if case.gate.declared is None or latest is None or latest.tier + 1 < len(case.gate.steps[ballot].tiers):
        return False
    eased = e.QuorumEased(by=SYSTEM, at=case.at, because=because)
    gate = evolve(case.gate, eased)
    if not any(could_pass(gate, call) for call in gate.calls_of(ballot)):
        return False
    case.add(eased)
    return True


def _why_stuck(case: Case, call: Call) -> str:
    tier, best = case.gate.tier_of(call), possible(case.gate, call)
    if best.unmet:
        return f"nobody can say yes for {in_words(tier.seats[n] for n in best.unmet)}"
    return f"at most {best.weight} of {tier.needs} can be reached"


def _conclude_contest(case: Case) -> bool:
    gate, ballot = case.gate, case.gate.override_ballot
    step = gate.step
    if not rejecting(gate, step):
        due = _anew(case, gate.calls_of(step)[-1])
        contested_at = min((call.at for call in gate.calls_of(ballot)), default=case.at)
        whole = gate.limit_due and case.at + (gate.limit_due - contested_at)
        case.add(e.ContestEnded(by=SYSTEM, at=case.at, ballot=step, due=due, limit_due=whole))
        return True
    if not gate.calls_of(ballot):
        _call(case, ballot, 0, gate.contest)
        return True
    if (call := passing(gate, ballot)) is not None:
        weight = ayes(gate, call).weight
        because = f"{weight} of {gate.tier_of(call).needs} overrode the rejection"
        close(case, Outcome.OVERRIDDEN, how="override", because=because)
        return True
    calls = gate.calls_of(ballot)
    if rejecting(gate, ballot) or not any(could_pass(gate, call) for call in calls):
        close(case, Outcome.REJECTED, how="votes", because=gate.contest)
        return True
    return False


def _reject(case: Case, because: str) -> None:
    if case.gate.policy.override is None:
        close(case, Outcome.REJECTED, how="votes", because=because)
    else:
        case.add(e.Contested(by=SYSTEM, at=case.at, because=because))


def _anew(case: Case, call: Call) -> datetime:
    """Return when a tier's limit is up that begins again now."""
    tier = case.gate.tier_of(call)
    return after(case.at, tier.limit, tier.hours, tier.zone)


def _call(case: Case, ballot: int, tier: int, because: str) -> None:
    gate = case.gate
    override = gate.policy.override if ballot == gate.override_ballot else None
    asked = override or gate.steps[ballot].tiers[tier]
    due = after(case.at, asked.limit, asked.hours, asked.zone)
    case.add(
        e.TierCalled(
            by=SYSTEM,
            at=case.at,
            turn=gate.turns + 1,
            ballot=ballot,
            tier=tier,
            due=due,
            because=because,
            notice_at=channel_notice(case, asked, 1),
        )
    )


def go_on(case: Case, because: str) -> None:
    """Ask the next tier, too. After the last one the last resort decides, and that is recorded for the review."""
    gate, call = case.gate, case.gate.latest
    if gate.is_contested:
        close(case, Outcome.REJECTED, how="votes", because=gate.contest)
        return
    if call is not None and call.tier + 1 < len(gate.steps[call.ballot].tiers):
        _call(case, call.ballot, call.tier + 1, because)
        return
    case.add(e.GateExhausted(by=SYSTEM, at=case.at, because=because, channel=gate.policy.tells))
    end(case, gate.policy.last_resort, "last-resort", because)


def end(case: Case, wish: LastResort, how: How, because: str) -> None:
    """End without a decision, as the policy says; never with a yes that nobody may be spared."""
    ending, why = allowed(case.gate, wish)
    if goes_ahead(case.gate.subject, ending) and nobody_was_told(case.gate):
        ending, why = "expire", "what nobody was told of never approves itself"
    because = f"{because}; {why}" if why else because
    match ending:
        case "approve":
            close(case, Outcome.APPROVED, how=how, because=because)
        case "reject":
            close(case, Outcome.REJECTED, how=how, because=because)
        case "roll-back":
            close(case, Outcome.EXPIRED, how=how, because=because, rolls_back=True)
        case "expire":
            close(case, Outcome.EXPIRED, how=how, because=because)
        case _:
            assert_never(ending)


def close(
    case: Case, outcome: Outcome, *, how: How, because: str = "", by: str = SYSTEM, rolls_back: bool = False
) -> None:
    """End it: this is the one outcome."""
    case.add(e.GateClosed(by=by, at=case.at, outcome=outcome, how=how, because=because, rolls_back=rolls_back))


def limit_due(policy: ApprovalPolicy, at: datetime) -> datetime | None:
    """Return when the limit of a whole gate is up that begins now; None: it has none."""
    return None if policy.limit is None else after(at, policy.limit)
