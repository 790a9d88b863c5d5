"""Votes: cast, too late, taken back. Each is bound to what was asked, and to the ballot that it was meant for."""

from bot.domain.gates import events as e
from bot.domain.gates import orders as o
from bot.domain.gates.count import barred_from
from bot.domain.gates.decide.case import Case
from bot.domain.gates.decide.people import check_asked, whom
from bot.domain.gates.gate import Gate, Outcome
from bot.domain.gates.rejections import (
    AnotherQuestion,
    GateIsClosed,
    HasVoted,
    NobodyAsksYou,
    NotInTheChannel,
    NoVoteOfYours,
    SayWhy,
    StepIsPassed,
    SubjectHasChanged,
    YouProposedIt,
    YourYesCounts,
)
from bot.domain.words import check_length, has_words


def vote(case: Case, order: o.CastVote) -> None:
    gate = case.gate
    check_length(order.comment)
    if gate.outcome is not None:
        _vote_late(case, order, gate.outcome)
        return
    if gate.is_author(order.by):
        raise YouProposedIt(asked=whom(case))
    check_subject(case, order.subject)
    check_asked(case)
    ballot = gate.current
    if _has_said(case, order):
        return
    if gate.vote_of(order.by, ballot) is not None:
        raise HasVoted
    if order.ballot in gate.passed:
        raise StepIsPassed
    if order.ballot not in {None, ballot}:
        raise AnotherQuestion
    _check_seat(case, order)
    if gate.policy.asks_why(order.choice) and not has_words(order.comment):
        raise SayWhy(way=order.choice)
    case.add(
        e.VoteCast(
            by=order.by,
            at=case.at,
            ballot=ballot,
            choice=order.choice,
            comment=order.comment,
            subject=gate.subject.hash,
        )
    )


def _has_said(case: Case, order: o.CastVote) -> bool:
    """Say whether this vote is there already. A no in words, while that very no is contested, isn't another one."""
    ballots = [case.gate.current if order.ballot is None else order.ballot]
    if order.ballot is None and order.choice == "reject":
        ballots.append(case.gate.step)
    said = (case.gate.vote_of(order.by, ballot) for ballot in ballots)
    return any(vote is not None and vote.choice == order.choice for vote in said)


def _vote_late(case: Case, order: o.CastVote, outcome: Outcome) -> None:
    """Record a vote that came after the outcome, once for each person; one's own vote again is none.

    A stranger's is no vote at all: nobody had asked them. Nor is an author's, who may not decide.
    """
    person = case.gate.person(order.by)
    if not _was_asked(case.gate, person, order):
        raise GateIsClosed(outcome=outcome.value)
    if any(case.gate.person(vote.account) == person for vote in case.gate.late):
        return
    if any(case.gate.person(vote.account) == person and vote.choice == order.choice for vote in case.gate.votes):
        return
    case.add(e.VoteCameLate(by=order.by, at=case.at, choice=order.choice, outcome=outcome, comment=order.comment))


def _was_asked(gate: Gate, person: str, order: o.CastVote) -> bool:
    if gate.is_author(order.by):
        return False
    if order.here and any(gate.tier_of(call).is_open_to_all for call in gate.calls):
        return True
    asked = (chair.account for call in gate.calls for chair in call.chairs)
    voted = (vote.account for vote in (*gate.votes, *(fallen.vote for fallen in gate.fallen)))
    return any(gate.person(account) == person for account in (*asked, *voted))


def check_subject(case: Case, seen: str | None) -> None:
    if seen is not None and seen != case.gate.subject.hash:
        changed = case.gate.since.get(seen, case.gate.changed)
        tried = "dry run" if case.gate.subject.dry_run else "it is another one"
        raise SubjectHasChanged(changed=", ".join(changed) or tried)


def _check_seat(case: Case, order: o.CastVote) -> None:
    gate, account = case.gate, order.by
    if gate.sits(account, gate.current, here=order.here):
        if gate.person(account) in barred_from(gate, gate.current):
            raise YourYesCounts
        return
    if any(gate.sits(account, ballot, here=order.here) for ballot in gate.passed):
        raise StepIsPassed
    if not order.here and gate.sits(account, gate.current):
        raise NotInTheChannel(channel=order.channel)
    raise NobodyAsksYou(asked=whom(case))


def take_back(case: Case, order: o.WithdrawVote) -> None:
    """Take a vote back: on the ballot that is meant; in words, the one that is open, or else the latest vote."""
    gate = case.gate
    if gate.outcome is not None:
        raise GateIsClosed(outcome=gate.outcome.value)
    person = gate.person(order.by)
    mine = [vote.ballot for vote in gate.votes if gate.person(vote.account) == person]
    gone = [fallen.vote.ballot for fallen in gate.fallen if gate.person(fallen.vote.account) == person]
    ballot = gate.current if order.ballot is None else order.ballot
    if ballot not in mine:
        if ballot in gone:
            return
        if order.ballot is not None or not mine:
            raise NoVoteOfYours
        ballot = mine[-1]
    case.add(e.VoteWithdrawn(by=order.by, at=case.at, ballot=ballot))
