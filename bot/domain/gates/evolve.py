"""What is true of a gate after a fact. Nothing is decided here, and no time is reckoned."""

from collections.abc import Iterable, Iterator
from typing import Any, assert_never

from bot.domain.gates import events as e
from bot.domain.gates.gate import Call, Chair, Debt, Fallen, Gate, Vote


def replay(facts: Iterable[e.AnyFact]) -> Gate | None:
    gate = None
    for fact in facts:
        gate = evolve(gate, fact)
    return gate


def evolve(gate: Gate | None, fact: e.AnyFact) -> Gate:
    if gate is None:
        assert isinstance(fact, e.GateOpened), "a gate's history begins with its opening"
        return _opened(fact)
    if fact.linked:
        gate = gate.model_copy(update={"linked": {**gate.linked, **fact.linked}})
    return gate.model_copy(update=_changes(gate, fact))


def _opened(fact: e.GateOpened) -> Gate:
    return Gate(
        id=fact.gate,
        policy=fact.policy,
        subject=fact.subject,
        proposer=fact.by,
        authors=(fact.by,),
        opened_at=fact.at,
        wakes=fact.wakes,
        order=fact.order,
        seed=fact.seed,
        limit_due=fact.limit_due,
        trial_due=fact.trial_due,
        linked=fact.linked,
        declared=fact.declared,
        stricter=fact.stricter,
    )


def _changes(gate: Gate, fact: e.AnyFact) -> dict[str, Any]:
    match fact:
        case e.GateOpened() | e.TierStuck() | e.GateExhausted():
            return {}
        case e.TierCalled():
            called = Call(
                turn=fact.turn,
                ballot=fact.ballot,
                tier=fact.tier,
                at=fact.at,
                due=fact.due,
                told=1,
                notice_at=fact.notice_at,
            )
            return {"calls": (*gate.calls, called), "turns": fact.turn}
        case e.PeopleAsked():
            changes = {"chairs": fact.chairs, "missing": fact.missing, "is_answered": True}
            return {"calls": gate.with_call(fact.turn, **changes)}
        case e.QuorumEased():
            return {"policy": gate.declared or gate.policy, "declared": None}
        case e.PersonOutOfReach():
            return _out_of_reach(gate, fact)
        case e.DeputyAsked():
            deputy = fact.chairs[0].account
            return _seated(gate, fact.turn, fact.instead_of, fact.chairs, deputy=deputy)
        case e.PassedOn():
            return _seated(gate, fact.turn, fact.by, fact.chairs, declined=True)
        case e.PeopleReminded():
            return _reminded(gate, fact)
        case e.ChannelReminded():
            call = gate.call(fact.turn)
            told = call.told + 1 if call else 0
            return {"calls": gate.with_call(fact.turn, told=told, notice_at=fact.following)}
        case e.PlanOpened():
            return {"readers": (*gate.readers, fact.by)}
        case e.VoteCast():
            return {"votes": (*gate.votes, _vote(fact, fact.ballot, fact.subject))}
        case e.VoteWithdrawn():
            return _withdrawn(gate, fact)
        case e.VoteCameLate():
            return {"late": (*gate.late, _vote(fact, gate.current, gate.subject.hash))}
        case e.StepPassed():
            return {"passed": (*gate.passed, fact.ballot)}
        case e.StepReopened():
            return {"passed": tuple(n for n in gate.passed if n < fact.ballot), "calls": tuple(_reopened(gate, fact))}
        case e.Contested():
            return {"is_contested": True, "contest": fact.because}
        case e.ContestEnded():
            return _uncontested(gate, fact)
        case e.SubjectChanged():
            return _changed(gate, fact)
        case e.DryRunShown():
            subject = gate.subject.model_copy(update={"dry_run": fact.dry_run})
            limit_due = fact.limit_due or gate.limit_due
            since = {**gate.since, gate.subject.hash: ("dry run",)}
            return {"subject": subject, "trial_due": None, "readers": (), "limit_due": limit_due, "since": since}
        case e.LimitPutOff():
            calls = gate.with_call(fact.turn, since=fact.since, due=fact.due)
            return {"calls": calls, "limit_due": fact.limit_due or gate.limit_due}
        case e.LimitPassed():
            return {"limit_due": None}
        case e.GlassBroken():
            return {"debt": _owed(fact)}
        case e.Countersigned():
            return _debt(gate, signed_by=fact.by, agrees=fact.agrees, comment=fact.comment)
        case e.DebtOverdue():
            return _debt(gate, is_told=True, remind_at=fact.remind_at)
        case e.DebtReminded():
            nagged = gate.debt.nagged + gate.debt.is_told if gate.debt else 0
            return _debt(gate, remind_at=fact.remind_at, nagged=nagged)
        case e.GateClosed():
            return {
                "outcome": fact.outcome,
                "how": fact.how,
                "because": fact.because,
                "rolls_back": fact.rolls_back,
                "closed_by": fact.by,
                "closed_at": fact.at,
            }
        case _:
            assert_never(fact)


def _seated(gate: Gate, turn: int, account: str, more: tuple[Chair, ...], **changes: object) -> dict[str, Any]:
    """Seat somebody else beside a person, whose own chairs keep a note of it."""
    person = gate.person(account)
    calls = tuple(
        call.model_copy(
            update={
                "chairs": (
                    *(
                        chair.model_copy(update=changes) if gate.person(chair.account) == person else chair
                        for chair in call.chairs
                    ),
                    *more,
                )
            }
        )
        if call.turn == turn
        else call
        for call in gate.calls
    )
    return {"calls": calls}


def _out_of_reach(gate: Gate, fact: e.PersonOutOfReach) -> dict[str, Any]:
    """Wait for somebody no more; where they were asked as a deputy, the next one may be."""
    call = gate.call(fact.turn)
    assert call is not None
    person = gate.person(fact.account)
    chairs = tuple(
        chair.model_copy(update={"is_away": True, "notice_at": None, "deputy_at": fact.at})
        if gate.person(chair.account) == person
        else chair.model_copy(update={"deputy": None})
        if chair.deputy is not None and gate.person(chair.deputy) == person
        else chair
        for chair in call.chairs
    )
    missing = tuple(dict.fromkeys((*call.missing, f"<@{fact.account}> can't be asked: {fact.because}.")))
    return {"calls": gate.with_call(fact.turn, chairs=chairs, missing=missing)}


def _reminded(gate: Gate, fact: e.PeopleReminded) -> dict[str, Any]:
    call = gate.call(fact.turn)
    assert call is not None
    chairs = tuple(
        chair.model_copy(update={"told": chair.told + 1, "notice_at": fact.following[chair.account]})
        if chair.account in fact.following
        else chair
        for chair in call.chairs
    )
    return {"calls": gate.with_call(fact.turn, chairs=chairs)}


def _vote(fact: e.VoteCast | e.VoteCameLate, ballot: int, subject: str) -> Vote:
    return Vote(account=fact.by, ballot=ballot, choice=fact.choice, at=fact.at, comment=fact.comment, subject=subject)


def _withdrawn(gate: Gate, fact: e.VoteWithdrawn) -> dict[str, Any]:
    person = gate.person(fact.by)
    gone = [vote for vote in gate.votes if vote.ballot == fact.ballot and gate.person(vote.account) == person]
    fallen = [Fallen(vote=vote, because="withdrawn") for vote in gone]
    return {
        "votes": tuple(vote for vote in gate.votes if vote not in gone),
        "fallen": (*gate.fallen, *fallen),
    }


def _uncontested(gate: Gate, fact: e.ContestEnded) -> dict[str, Any]:
    gone = [vote for vote in gate.votes if vote.ballot == gate.override_ballot]
    fallen = [Fallen(vote=vote, because="the rejection that it was about is gone") for vote in gone]
    return {
        "is_contested": False,
        "contest": "",
        "limit_due": fact.limit_due,
        "calls": tuple(_reopened(gate, fact)),
        "votes": tuple(vote for vote in gate.votes if vote not in gone),
        "fallen": (*gate.fallen, *fallen),
    }


def _reopened(gate: Gate, fact: e.StepReopened | e.ContestEnded) -> Iterator[Call]:
    """Keep the calls up to this step; the last one's limit runs anew."""
    last = max(call.turn for call in gate.calls_of(fact.ballot))
    for call in gate.calls:
        if call.ballot <= fact.ballot:
            yield call.model_copy(update={"due": fact.due}) if call.turn == last else call


def _changed(gate: Gate, fact: e.SubjectChanged) -> dict[str, Any]:
    because = f"what is asked has changed since ({', '.join(fact.changed)})"
    return {
        "subject": fact.subject,
        "policy": fact.policy or gate.policy,
        **({"declared": None, "stricter": ()} if fact.policy is not None else {}),
        "changed": fact.changed,
        "since": _since(gate, fact),
        "authors": tuple(dict.fromkeys((*gate.authors, fact.by))),
        "order": fact.order,
        "limit_due": fact.limit_due,
        "trial_due": fact.trial_due,
        "calls": (),
        "passed": (),
        "is_contested": False,
        "contest": "",
        "votes": (),
        "fallen": (*gate.fallen, *(Fallen(vote=vote, because=because) for vote in gate.votes)),
        "readers": (),
    }


def _since(gate: Gate, fact: e.SubjectChanged) -> dict[str, tuple[str, ...]]:
    """Add a change to what has changed since each edition. What is asked now is none of the earlier ones."""
    earlier = {seen: tuple(dict.fromkeys((*was, *fact.changed))) for seen, was in gate.since.items()}
    every = {**earlier, gate.subject.hash: fact.changed}
    return {seen: changed for seen, changed in every.items() if seen != fact.subject.hash}


def _owed(fact: e.GlassBroken) -> Debt:
    return Debt(by=fact.by, at=fact.at, because=fact.because, due=fact.due, remind_at=fact.remind_at)


def _debt(gate: Gate, **changes: object) -> dict[str, Any]:
    return {"debt": gate.debt.model_copy(update=changes) if gate.debt else None}
