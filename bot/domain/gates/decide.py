"""May it be done? An order and a gate in, facts out; whatever has fallen due by then comes first.

So a vote that arrives after a limit is late, even where no clock has got round to saying that the limit has passed.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import assert_never

from bot.domain.durations import lasted
from bot.domain.gates import events as e
from bot.domain.gates import orders as o
from bot.domain.gates.count import ayes, barred_from, could_pass, next_deputy, passing, possible, rejecting
from bot.domain.gates.due import deputies_due, notices_due
from bot.domain.gates.evolve import evolve
from bot.domain.gates.limits import after, awake
from bot.domain.gates.policy import ApprovalPolicy, LastResort, Seat, Tier
from bot.domain.gates.rejections import (
    AnotherQuestion,
    CannotDecide,
    GateIsClosed,
    HasVoted,
    IsSigned,
    NobodyAsksYou,
    NobodyElseIsLeft,
    NoGlassHere,
    NothingToSign,
    NotTheirSeat,
    NotYou,
    NotYoursToBreak,
    NotYoursToSign,
    NotYoursToStop,
    NoVoteOfYours,
    PassedOnTooOften,
    SayWhy,
    SignedByAnother,
    StepIsPassed,
    SubjectHasChanged,
    YouProposedIt,
    YourYesCounts,
)
from bot.domain.gates.state import Call, Chair, Found, Gate, How, Outcome, StandIn, names
from bot.domain.ids import SYSTEM

SLEEPS = 7
"""How many nights in turn, somebody's own and the policy's, are waited for at most: then they are told."""


def decide(order: o.AnyOrder, gate: Gate | None) -> list[e.AnyFact]:
    """Return what an order brings about; asking for what is so gives no facts. Raises Rejected for what may not be."""
    if isinstance(order, o.OpenGate):
        return [] if gate is not None else _open(order)
    if gate is None:
        raise GateIsClosed(outcome="it was never opened")
    case = Case(gate, order)
    case.catch_up()
    case.obey()
    case.settle()
    case.catch_up()  # whoever has taken a vote back, and whose seat is free again, is waited for since long ago
    return case.facts


def _open(order: o.OpenGate) -> list[e.AnyFact]:
    opened = e.GateOpened(
        by=order.by,
        at=order.at,
        linked=order.linked,
        gate=order.gate,
        policy=order.policy,
        subject=order.subject,
        wakes=order.wakes,
        seed=order.seed,
        order=order_of(order.policy, order.seed or order.gate),
        limit_due=_limit_due(order.policy, order.at),
    )
    case = Case(evolve(None, opened), order)
    case.settle()
    return [opened, *case.facts]


def order_of(policy: ApprovalPolicy, seed: str) -> tuple[int, ...]:
    """Return which step comes when: as declared, or shuffled by a seed, the same way each time.

    Each step is drawn a number from the seed, and the numbers are sorted: no order is likelier than another.
    """
    steps = range(len(policy.steps))
    if not policy.shuffle:
        return tuple(steps)
    return tuple(sorted(steps, key=lambda n: hashlib.sha256(f"{seed}/{n}".encode()).digest()))


def _limit_due(policy: ApprovalPolicy, at: datetime) -> datetime | None:
    return None if policy.limit is None else after(at, policy.limit)


class Case:
    """One order before one gate: the facts so far, and what is true after them."""

    def __init__(self, gate: Gate, order: o.AnyOrder) -> None:
        self.order = order
        self.at = order.at
        self.facts = list[e.AnyFact]()
        self.learnt = {account: who for account, who in order.linked.items() if gate.person(account) != who}
        self.gate = gate.model_copy(update={"linked": {**gate.linked, **self.learnt}}) if self.learnt else gate

    def add(self, fact: e.AnyFact) -> None:
        if self.learnt:
            fact, self.learnt = fact.model_copy(update={"linked": self.learnt}), {}
        self.facts.append(fact)
        self.gate = evolve(self.gate, fact)

    # what has fallen due

    def catch_up(self) -> None:
        """Do what time has done by now: limits first, so that nobody is told of what is over."""
        while self.gate.is_open and (self._limit_is_up() or self._tier_is_up()):
            self.settle()
        self._ask_deputies()
        self._remind()
        debt = self.gate.debt
        if debt is not None and debt.signed_by is None and not debt.is_told and debt.due <= self.at:
            self.add(e.DebtOverdue(by=SYSTEM, at=self.at))

    def _limit_is_up(self) -> bool:
        gate = self.gate
        if gate.limit_due is None or gate.is_contested or self.at < gate.limit_due:
            return False
        then = gate.policy.then
        if then == "escalate":
            self.add(e.LimitPassed(by=SYSTEM, at=self.at))
            self._go_on(f"nobody decided in {lasted(timedelta(seconds=gate.policy.limit or 0))}")
        else:
            self._end(then, "time", "nobody decided in time")
        return True

    def _tier_is_up(self) -> bool:
        call = self.gate.latest
        if call is None or self.at < call.due:
            return False
        self._go_on(f"nobody decided in {lasted(call.due - call.at)}")
        return True

    def _ask_deputies(self) -> None:
        if not self.gate.is_open:
            return
        for call in self.gate.calls_of(self.gate.current):
            for chair, due in list(deputies_due(self.gate, call)):
                if due <= self.at:
                    self._ask_deputy(call.turn, chair)

    def _ask_deputy(self, turn: int, chair: Chair) -> None:
        """Ask a deputy for all seats that are one person's."""
        call = self.gate.call(turn)
        deputy = next_deputy(self.gate, call, chair) if call is not None else None
        if call is None or deputy is None:
            return
        person = self.gate.person(chair.account)
        theirs = [one for one in call.chairs if self.gate.person(one.account) == person and one.deputy is None]
        if any(one.deputy for one in call.chairs if self.gate.person(one.account) == person):
            return
        because = f"deputy of <@{chair.account}>, who {self._why_not(call, chair)}"
        seats = dict.fromkeys(one.seat for one in theirs)
        chairs = tuple(self._chair(call, deputy, seat, chair.principal, because) for seat in seats)
        self.add(e.DeputyAsked(by=SYSTEM, at=self.at, turn=turn, instead_of=chair.account, chairs=chairs))

    def _why_not(self, call: Call, chair: Chair) -> str:
        if self.gate.person(chair.account) in barred_from(self.gate, call.ballot):
            return "may not decide this"
        waited = self.at - chair.at
        return f"hasn't answered for {lasted(waited)}" if waited else "is away"

    def _chair(self, call: Call, who: StandIn, seat: int, principal: str, because: str, *, links: int = 0) -> Chair:
        """Seat somebody in another's place, and say when they are told."""
        told, notice_at = self._notices(self.gate.tier_of(call), who, seat)
        return Chair(
            account=who.account,
            seat=seat,
            principal=principal,
            because=(because,),
            at=self.at,
            told=told,
            notice_at=notice_at,
            quiet=who.quiet,
            zone=who.zone,
            links=links,
        )

    def _notices(self, tier: Tier, who: StandIn | Found, seat: int) -> tuple[int, datetime | None]:
        """Return how often somebody is told with this, and when next: whoever sleeps is told when they wake."""
        first = self._awake(self.at, who, tier.seats[seat])
        return (0, first) if first > self.at else (1, self._following(tier, 1, who, seat))

    def _following(self, tier: Tier, told: int, who: StandIn | Found | Chair, seat: int) -> datetime | None:
        if tier.renotify is None or told >= tier.notices:
            return None
        return self._awake(after(self.at, tier.renotify), who, tier.seats[seat])

    def _awake(self, at: datetime, who: StandIn | Found | Chair, seat: Seat) -> datetime:
        """Return when somebody may be told: outside their quiet hours, and the policy's, which spare shifts."""
        policy = self.gate.policy
        if self.gate.wakes:
            return at
        first = awake(at, who.quiet, who.zone)
        if seat.schedule is not None:
            return first
        for _ in range(SLEEPS):
            later = awake(first, policy.quiet, policy.zone)
            if later == first:
                break
            first = awake(later, who.quiet, who.zone)
        return first

    def _remind(self) -> None:
        if not self.gate.is_open:
            return
        for call in self.gate.calls_of(self.gate.current):
            following = dict[str, datetime | None]()
            for chair, due in notices_due(self.gate, call):
                if due <= self.at:
                    following[chair.account] = self._following(
                        self.gate.tier_of(call), chair.told + 1, chair, chair.seat
                    )
            if call.notice_at is not None and call.notice_at <= self.at:
                again = self._channel_notice(self.gate.tier_of(call), call.told + 1)
                self.add(e.ChannelReminded(by=SYSTEM, at=self.at, turn=call.turn, following=again))
            if following:
                self.add(e.PeopleReminded(by=SYSTEM, at=self.at, turn=call.turn, following=following))

    def _channel_notice(self, tier: Tier, told: int) -> datetime | None:
        if not tier.is_open_to_all or tier.renotify is None or told >= tier.notices:
            return None
        return after(self.at, tier.renotify)

    # what somebody orders

    def obey(self) -> None:
        match self.order:
            case o.OpenGate() | o.Tick():
                pass
            case o.RecordAsked() as order:
                self._asked(order)
            case o.CastVote() as order:
                self._vote(order)
            case o.WithdrawVote() as order:
                self._take_back(order)
            case o.PassOn() as order:
                self._pass_on(order)
            case o.OpenPlan() as order:
                self._read(order)
            case o.ChangeSubject() as order:
                self._change(order)
            case o.AskNext() as order:
                self._ask_next(order)
            case o.WithdrawGate() as order:
                self._withdraw(order)
            case o.Supersede() as order:
                self._supersede(order)
            case o.BreakGlass() as order:
                self._break_glass(order)
            case o.Countersign() as order:
                self._countersign(order)
            case _:
                assert_never(self.order)

    def _asked(self, order: o.RecordAsked) -> None:
        """Seat whoever was found. What was looked up for a call that is gone, or was answered, changes nothing."""
        call = self.gate.call(order.turn)
        if not self.gate.is_open or call is None or call.is_answered or call.ballot != self.gate.current:
            return
        tier, barred = self.gate.tier_of(call), barred_from(self.gate, call.ballot)
        chairs, missing = dict[tuple[str, int], Chair](), [*order.missing]
        for found in order.found:
            person = self.gate.person(found.account)
            if found.seat >= len(tier.seats) or (person, found.seat) in chairs:
                continue
            chairs[person, found.seat] = self._found(tier, found, is_barred=person in barred)
            if person in barred:
                missing.append(self._barred(found.account))
        self.add(
            e.PeopleAsked(
                by=order.by,
                at=self.at,
                turn=order.turn,
                chairs=tuple(chairs.values()),
                missing=tuple(dict.fromkeys(missing)),
            )
        )

    def _barred(self, account: str) -> str:
        if self.gate.is_author(account):
            return f"<@{account}> proposed or changed it, so others decide."
        return f"<@{account}> counts in an earlier step already."

    def _found(self, tier: Tier, found: Found, *, is_barred: bool) -> Chair:
        told, notice_at = (0, None) if is_barred or found.is_away else self._notices(tier, found, found.seat)
        deputy_at = None
        if is_barred or found.is_away:
            deputy_at = self.at
        elif tier.deputy_after is not None:
            since = self._awake(self.at, found, tier.seats[found.seat])
            deputy_at = after(since, tier.deputy_after, tier.hours, tier.zone)
        return Chair(
            account=found.account,
            seat=found.seat,
            principal=found.account,
            because=found.because,
            at=self.at,
            deputies=found.deputies,
            deputy_at=deputy_at,
            told=told,
            notice_at=notice_at,
            quiet=found.quiet,
            zone=found.zone,
        )

    def _vote(self, order: o.CastVote) -> None:
        gate = self.gate
        if gate.outcome is not None:
            self._vote_late(order, gate.outcome)
            return
        if gate.is_author(order.by):
            raise YouProposedIt(asked=self._whom())
        self._check_subject(order.subject)
        ballot = gate.current
        if self._has_said(order):
            return
        if gate.vote_of(order.by, ballot) is not None:
            raise HasVoted
        if order.ballot in gate.passed:
            raise StepIsPassed
        if order.ballot not in {None, ballot}:
            raise AnotherQuestion
        self._check_seat(order.by)
        comment = gate.policy.comment
        if (comment == "always" or (comment == "reject" and order.choice == "reject")) and not has_words(order.comment):
            raise SayWhy
        self.add(
            e.VoteCast(
                by=order.by,
                at=self.at,
                ballot=ballot,
                choice=order.choice,
                comment=order.comment,
                subject=gate.subject.hash,
            )
        )

    def _has_said(self, order: o.CastVote) -> bool:
        """Say whether this vote is there already. A no in words, while that very no is contested, isn't another one."""
        ballots = [self.gate.current if order.ballot is None else order.ballot]
        if order.ballot is None and order.choice == "reject":
            ballots.append(self.gate.step)
        said = (self.gate.vote_of(order.by, ballot) for ballot in ballots)
        return any(vote is not None and vote.choice == order.choice for vote in said)

    def _vote_late(self, order: o.CastVote, outcome: Outcome) -> None:
        """Record a vote that came after the outcome, once for each person; one's own vote again is none."""
        person = self.gate.person(order.by)
        if any(self.gate.person(vote.account) == person for vote in self.gate.late):
            return
        if any(self.gate.person(vote.account) == person and vote.choice == order.choice for vote in self.gate.votes):
            return
        self.add(e.VoteCameLate(by=order.by, at=self.at, choice=order.choice, outcome=outcome, comment=order.comment))

    def _check_subject(self, seen: str | None) -> None:
        if seen not in {None, self.gate.subject.hash}:
            raise SubjectHasChanged(changed=", ".join(self.gate.changed) or "it is another one")

    def _check_seat(self, account: str) -> None:
        gate = self.gate
        if gate.sits(account, gate.current):
            if gate.person(account) in barred_from(gate, gate.current):
                raise YourYesCounts
            return
        if any(gate.sits(account, ballot) for ballot in gate.passed):
            raise StepIsPassed
        raise NobodyAsksYou(asked=self._whom())

    def _whom(self) -> str:
        """Name who can decide now, for those who can't."""
        gate, barred = self.gate, barred_from(self.gate, self.gate.current)
        people = [
            chair.account
            for _, chair in gate.asked(gate.current)
            if gate.person(chair.account) not in barred and not chair.declined
        ]
        seats = [seat.name for call in gate.calls_of(gate.current) for seat in gate.tier_of(call).seats]
        return names(people) or ", ".join(dict.fromkeys(seats))

    def _take_back(self, order: o.WithdrawVote) -> None:
        """Take a vote back: on the ballot that is meant; in words, the one that is open, or else the latest vote."""
        gate = self.gate
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
        self.add(e.VoteWithdrawn(by=order.by, at=self.at, ballot=ballot))

    def _pass_on(self, order: o.PassOn) -> None:
        gate = self.gate
        if gate.outcome is not None:
            raise GateIsClosed(outcome=gate.outcome.value)
        person, to = gate.person(order.by), gate.person(order.to)
        if to == person:
            raise NotYou
        if gate.vote_of(order.by, gate.current) is not None:
            raise HasVoted
        mine = [(call, chair) for call, chair in gate.asked(gate.current) if gate.person(chair.account) == person]
        if not mine:
            raise NobodyAsksYou(asked=self._whom())
        mine = [(call, chair) for call, chair in mine if not chair.declined]
        if not mine:
            return
        if to in barred_from(gate, gate.current):
            raise CannotDecide(to=order.to)
        for call, chair in mine:
            self._check_passing_on(call, chair, order.to)
        for turn in dict.fromkeys(call.turn for call, _ in mine):
            self._pass_call_on(order, turn, [chair for call, chair in mine if call.turn == turn])

    def _check_passing_on(self, call: Call, chair: Chair, to: str) -> None:
        """Only a route lets anybody be named: other seats belong to those whom the policy names, and their deputies."""
        if chair.links >= self.gate.policy.max_depth:
            raise PassedOnTooOften(limit=chair.links)
        seat = self.gate.tier_of(call).seats[chair.seat]
        person = self.gate.person(to)
        sits = any(one.seat == chair.seat and self.gate.person(one.account) == person for one in call.chairs)
        stands_in = any(self.gate.person(deputy.account) == person for deputy in chair.deputies)
        if seat.route is None and not seat.anyone and not sits and not stands_in:
            raise NotTheirSeat(seat=seat.name)

    def _pass_call_on(self, order: o.PassOn, turn: int, mine: Sequence[Chair]) -> None:
        call = self.gate.call(turn)
        assert call is not None
        to = self.gate.person(order.to)
        taken = {chair.seat for chair in call.chairs if self.gate.person(chair.account) == to and not chair.declined}
        known = {deputy.account: deputy for chair in mine for deputy in chair.deputies}
        named = known.get(order.to, StandIn(account=order.to))
        because = f"named by <@{order.by}>, who said: not me"
        chairs = tuple(
            self._chair(call, named, chair.seat, chair.principal, because, links=chair.links + 1)
            for chair in mine
            if chair.seat not in taken
        )
        self.add(e.PassedOn(by=order.by, at=self.at, turn=turn, to=order.to, chairs=chairs, because=order.because))

    def _read(self, order: o.OpenPlan) -> None:
        if self.gate.is_open and order.by not in self.gate.readers:
            self.add(e.PlanOpened(by=order.by, at=self.at, subject=self.gate.subject.hash))

    def _change(self, order: o.ChangeSubject) -> None:
        gate = self.gate
        if gate.outcome is not None:
            raise GateIsClosed(outcome=gate.outcome.value)
        policy = order.policy or gate.policy
        changed = order.subject.differs_from(gate.subject)
        if policy != gate.policy and "policy" not in changed:
            changed = (*changed, "policy")
        if not changed:
            return
        self.add(
            e.SubjectChanged(
                by=order.by,
                at=self.at,
                subject=order.subject,
                policy=None if policy == gate.policy else policy,
                changed=changed,
                order=order_of(policy, gate.seed or gate.id),
                limit_due=_limit_due(policy, self.at),
            )
        )

    def _ask_next(self, order: o.AskNext) -> None:
        gate = self.gate
        if gate.outcome is not None:
            raise GateIsClosed(outcome=gate.outcome.value)
        call = gate.latest
        if call is None or gate.is_contested or call.tier + 1 >= len(gate.steps[call.ballot].tiers):
            raise NobodyElseIsLeft
        self._go_on(f"<@{order.by}> asked for it" + (f": {order.because}" if order.because else ""))

    def _withdraw(self, order: o.WithdrawGate) -> None:
        if self.gate.outcome is not None:
            return
        if not order.leads and not self.gate.is_author(order.by):
            raise NotYoursToStop(proposer=self.gate.proposer)
        because = order.because or f"<@{order.by}> withdrew it"
        self._close(Outcome.WITHDRAWN, how="person", because=because, by=order.by)

    def _supersede(self, order: o.Supersede) -> None:
        if self.gate.is_open:
            because = f"{order.successor} asks in its place"
            closed = e.GateClosed(
                by=order.by,
                at=self.at,
                outcome=Outcome.SUPERSEDED,
                how="person",
                because=because,
                successor=order.successor,
            )
            self.add(closed)

    def _break_glass(self, order: o.BreakGlass) -> None:
        gate, glass = self.gate, self.gate.policy.glass
        if gate.outcome is not None:
            if gate.debt is not None and gate.person(gate.debt.by) == gate.person(order.by):
                return
            raise GateIsClosed(outcome=gate.outcome.value)
        if glass is None:
            raise NoGlassHere
        seat = _seat_among(glass.who, order.holds)
        if seat is None:
            raise NotYoursToBreak(who=_named(glass.who))
        self._check_subject(order.subject)
        if not has_words(order.because):
            raise SayWhy
        due = after(self.at, glass.within)
        self.add(
            e.GlassBroken(by=order.by, at=self.at, because=order.because, seat=seat, subject=gate.subject.hash, due=due)
        )
        self._close(Outcome.OVERRIDDEN, how="glass", because=order.because, by=order.by)

    def _countersign(self, order: o.Countersign) -> None:
        gate, debt, glass = self.gate, self.gate.debt, self.gate.policy.glass
        if debt is None or glass is None:
            raise NothingToSign
        if debt.signed_by is not None:
            if gate.person(debt.signed_by) == gate.person(order.by) and debt.agrees == order.agrees:
                return
            raise IsSigned(by=debt.signed_by)
        if gate.is_author(order.by) or gate.person(order.by) == gate.person(debt.by):
            raise SignedByAnother
        seat = _seat_among(glass.countersigned_by, order.holds)
        if seat is None:
            raise NotYoursToSign(who=_named(glass.countersigned_by))
        if not order.agrees and not has_words(order.comment):
            raise SayWhy
        self.add(e.Countersigned(by=order.by, at=self.at, agrees=order.agrees, comment=order.comment, seat=seat))

    # what follows

    def settle(self) -> None:
        """Draw every conclusion from the votes as they stand; then ask the deputies of those who can't decide."""
        while self.gate.is_open and self._conclude():
            pass
        self._ask_deputies()

    def _conclude(self) -> bool:
        """Draw one conclusion; False: there is none."""
        gate = self.gate
        if gate.is_contested:
            return self._conclude_contest()
        for ballot in sorted(gate.passed):
            if passing(gate, ballot) is None:
                self.add(
                    e.StepReopened(by=SYSTEM, at=self.at, ballot=ballot, due=self._anew(gate.calls_of(ballot)[-1]))
                )
                return True
        ballot = gate.current
        if not gate.calls_of(ballot):
            self._call(ballot, 0, "")
            return True
        if noes := rejecting(gate, ballot):
            self._reject("; ".join(vote.comment for vote in noes if vote.comment))
            return True
        if (call := passing(gate, ballot)) is not None:
            self.add(e.StepPassed(by=SYSTEM, at=self.at, ballot=ballot, tier=call.tier))
            if len(self.gate.passed) == len(gate.order):
                self._close(Outcome.APPROVED, how="votes")
            return True
        return self._conclude_stuck(ballot)

    def _conclude_stuck(self, ballot: int) -> bool:
        """Go on where nobody who is asked can make it pass any more."""
        calls = self.gate.calls_of(ballot)
        if any(could_pass(self.gate, call) for call in calls):
            return False
        because = self._why_stuck(calls[-1])
        self.add(e.TierStuck(by=SYSTEM, at=self.at, turn=calls[-1].turn, because=because))
        self._go_on(because)
        return True

    def _why_stuck(self, call: Call) -> str:
        tier, best = self.gate.tier_of(call), possible(self.gate, call)
        if best.unmet:
            return f"nobody can say yes for the {_named(tier.seats[n] for n in best.unmet)}"
        return f"at most {best.weight} of {tier.needs} can be reached"

    def _conclude_contest(self) -> bool:
        gate, ballot = self.gate, self.gate.override_ballot
        step = gate.step
        if not rejecting(gate, step):
            due = self._anew(gate.calls_of(step)[-1])
            limit_due = gate.limit_due and _limit_due(gate.policy, self.at)
            self.add(e.ContestEnded(by=SYSTEM, at=self.at, ballot=step, due=due, limit_due=limit_due))
            return True
        if not gate.calls_of(ballot):
            self._call(ballot, 0, gate.contest)
            return True
        if (call := passing(gate, ballot)) is not None:
            weight = ayes(gate, call).weight
            because = f"{weight} of {gate.tier_of(call).needs} overrode the rejection"
            self._close(Outcome.OVERRIDDEN, how="override", because=because)
            return True
        calls = gate.calls_of(ballot)
        if rejecting(gate, ballot) or not any(could_pass(gate, call) for call in calls):
            self._close(Outcome.REJECTED, how="votes", because=gate.contest)
            return True
        return False

    def _reject(self, because: str) -> None:
        if self.gate.policy.override is None:
            self._close(Outcome.REJECTED, how="votes", because=because)
        else:
            self.add(e.Contested(by=SYSTEM, at=self.at, because=because))

    def _anew(self, call: Call) -> datetime:
        """Return when a tier's limit is up that begins again now."""
        tier = self.gate.tier_of(call)
        return after(self.at, tier.limit, tier.hours, tier.zone)

    def _call(self, ballot: int, tier: int, because: str) -> None:
        gate = self.gate
        override = gate.policy.override if ballot == gate.override_ballot else None
        asked = override or gate.steps[ballot].tiers[tier]
        due = after(self.at, asked.limit, asked.hours, asked.zone)
        self.add(
            e.TierCalled(
                by=SYSTEM,
                at=self.at,
                turn=gate.turns + 1,
                ballot=ballot,
                tier=tier,
                due=due,
                because=because,
                notice_at=self._channel_notice(asked, 1),
            )
        )

    def _go_on(self, because: str) -> None:
        """Ask the next tier, too. After the last one the last resort decides, and that is recorded for the review."""
        gate, call = self.gate, self.gate.latest
        if gate.is_contested:
            self._close(Outcome.REJECTED, how="votes", because=gate.contest)
            return
        if call is not None and call.tier + 1 < len(gate.steps[call.ballot].tiers):
            self._call(call.ballot, call.tier + 1, because)
            return
        self.add(e.GateExhausted(by=SYSTEM, at=self.at, because=because, channel=gate.policy.tells))
        self._end(gate.policy.last_resort, "last-resort", because)

    def _end(self, wish: LastResort, how: How, because: str) -> None:
        """End without a decision, as the policy says; never with a yes that nobody may be spared."""
        ending, why = self._allowed(wish)
        because = f"{because}; {why}" if why else because
        match ending:
            case "approve":
                self._close(Outcome.APPROVED, how=how, because=because)
            case "reject":
                self._close(Outcome.REJECTED, how=how, because=because)
            case "roll-back":
                self._close(Outcome.EXPIRED, how=how, because=because, rolls_back=True)
            case "expire":
                self._close(Outcome.EXPIRED, how=how, because=because)
            case _:
                assert_never(ending)

    def _allowed(self, wish: LastResort) -> tuple[LastResort, str]:
        """What touches customers' data or compliance doesn't approve itself, nor does what somebody said no to."""
        subject = self.gate.subject
        goes_ahead = wish == "approve" or (wish == "roll-back" and subject.purpose == "rollback")
        if not goes_ahead:
            return wish, ""
        if subject.touches:
            return "expire", f"what touches {', '.join(subject.touches)} never approves itself"
        if any(vote.choice == "reject" for vote in self.gate.votes):
            return "expire", "what somebody said no to never approves itself"
        return wish, ""

    def _close(
        self, outcome: Outcome, *, how: How, because: str = "", by: str = SYSTEM, rolls_back: bool = False
    ) -> None:
        self.add(e.GateClosed(by=by, at=self.at, outcome=outcome, how=how, because=because, rolls_back=rolls_back))


def has_words(text: str) -> bool:
    """Say whether there is anything to see: not only spaces, joiners and marks of direction."""
    return any(char.isprintable() and not char.isspace() for char in text)


def _seat_among(seats: Iterable[Seat], holds: Collection[str]) -> str | None:
    """Return the name of the first of these seats in which somebody sits."""
    return next((seat.name for seat in seats if seat.anyone or seat.name in holds), None)


def _named(seats: Iterable[Seat]) -> str:
    return ", ".join(dict.fromkeys(seat.name for seat in seats))
