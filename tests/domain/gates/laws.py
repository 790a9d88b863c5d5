"""What must hold of every gate's record, read plainly from its facts: no rule of the gate's own is used to judge it.

The invariants of a gate, each with what reads it here:

1. *One outcome; what comes later is late.* `reads`: nothing but `AFTERWARDS` follows the outcome. `_closed`: the
   outcome is what the votes, the time or the glass let it be.
2. *Nobody counts twice, deputies included, nor the proposer.* `_voted`, `_enough` and the end of `_closed`: a person is
   one, whatever their accounts, a voice is heard once, and who wasn't asked doesn't count; `unheard`: nor who is
   elsewhere. A quorum that was raised counts as raised until `_eased` lets it be the declared one.
3. *A vote is for what was seen.* `_voted`: its hash is the subject's; `SubjectChanged` lets all votes fall. `_shown`:
   what a dry run says is a part of it, and nobody is asked, and nobody votes, before it has answered.
4. *Escalation only rises, and is bounded.* `_called`: tier after tier, no deeper than the policy lets it, each with
   time to answer. `_eased`: no quorum falls while anybody else is left to ask.
   *Time runs for whoever was told.* `_too_soon`: no limit is up before the first who was told has had all of it;
   `_closed`: nothing approves itself of which nobody was told.
5. *Nobody is told after they have answered, or after the outcome.* `_asks`, at `PeopleReminded`; `_stood_in`: nor is
   anybody asked in their place; `_gave_up` and `_left_alone`: nor waited for who can't be asked.
11. *Broken glass leaves a record, a notice and a debt.* `_owes`, at `GlassBroken`; `_called_in` and `_signed`: the debt
    is asked for in time, not too often, not once it is signed, and never signed by who owes it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from bot.domain.gates import events as e
from bot.domain.gates import orders as o
from bot.domain.gates.gate import Chair, Gate, Outcome
from bot.domain.gates.policy import ApprovalPolicy, Tier

AFTERWARDS = (e.VoteCameLate, e.Countersigned, e.DebtOverdue, e.DebtReminded)
"""What may still happen to a gate that is closed."""
MOMENT = 60
"""Seconds that a lookup may take, and nobody's time is put off for it."""


def broken(facts: Sequence[e.AnyFact]) -> Iterator[str]:
    """Say which laws a record breaks, each in a sentence."""
    reader = Reader(facts)
    yield from reader.opens(facts[0])
    for fact in facts[1:]:
        yield from reader.reads(fact)


class Reader:
    """Somebody who reads a record from its beginning and keeps a list."""

    def __init__(self, facts: Sequence[e.AnyFact]) -> None:
        opened = facts[0]
        assert isinstance(opened, e.GateOpened)
        self.policy, self.subject, self.order = opened.policy, opened.subject, opened.order
        self.authors = {opened.by}
        # Links are facts about people, not about votes: what is known in the end was always so.
        self.people = {account: person for fact in facts for account, person in fact.linked.items()}
        self.known = dict(opened.linked)
        self.outcome: Outcome | None = None
        self.votes = dict[int, dict[str, str]]()
        self.tiers = dict[int, int]()
        self.ballots = dict[int, int]()
        """turn → ballot"""
        self.passed = dict[int, int]()
        """ballot → tier"""
        self.chairs = list[tuple[int, Chair]]()
        """Who was asked, each with the ballot."""
        self.glass: e.GlassBroken | None = None
        self.owed = self.overdue = False
        self.reminded: datetime | None = None
        """When somebody was told last of the debt."""
        self.nags = 0
        self.turns = 0
        self.limit = opened.limit_due
        self.due = dict[int, datetime]()
        """ballot → when the tier's limit is up that was called last"""
        self.declared = opened.declared
        """What a stricter gate falls back on, once."""
        self.asked = dict[int, list[Chair]]()
        """turn → who sits there; a turn that is asked no more is gone"""
        self.declined = dict[int, list[Chair]]()
        """turn → whose “not me” was heard"""
        self.tier_of_turn = dict[int, int]()
        self.found = set[int]()
        """Turns of which somebody has looked up who sits there."""
        self.away = set[tuple[int, str]]()
        """Who can't be asked: turn and account."""
        self.stand_ins = dict[tuple[int, str], str]()
        """For whom a deputy was asked: turn and account → the deputy's."""
        self.trial = opened.trial_due
        """Until when the dry run is awaited."""
        self.told = dict[int, datetime]()
        """turn → when the first of it was told who could be"""
        self.told_at = dict[tuple[int, str], datetime]()
        """When each was told first: turn and account."""
        self.at = opened.at
        self.is_exhausted = False
        self.limited: datetime | None = None
        """When the gate's limit had the next tier asked."""

    def person(self, account: str) -> str:
        return self.known.get(account, account)

    def is_author(self, person: str) -> bool:
        return person in {self.person(author) for author in self.authors}

    def tier(self, ballot: int, tier: int) -> Tier:
        if ballot == len(self.order):
            assert self.policy.override is not None
            return self.policy.override
        return self.policy.steps[self.order[ballot]].tiers[tier]

    def opens(self, fact: e.AnyFact) -> Iterator[str]:
        """Read whether it is stricter than declared by no more than there are reasons for, and never laxer."""
        assert isinstance(fact, e.GateOpened)
        if (fact.declared is None) != (not fact.stricter):
            yield "it is stricter without a reason, or not in spite of one"
        if fact.declared is not None:
            grown = [*_grown(fact.declared, fact.policy)]
            if not any(grown) or min(grown) < 0 or max(grown) > sum(reason.by for reason in fact.stricter):
                yield "its quorum is not raised by what there are reasons for"

    def reads(self, fact: e.AnyFact) -> Iterator[str]:
        if fact.at > self.at and self.outcome is None and self._left_alone():
            yield "nobody was asked in the place of who can't be asked"
        self.at = fact.at
        self.known |= fact.linked
        if self.outcome is not None and not isinstance(fact, AFTERWARDS):
            yield f"{fact.type} came after the outcome"
        if self.glass is not None and self.outcome is None and not isinstance(fact, e.GateClosed):
            yield f"{fact.type} came between the glass and the outcome"
        if self.trial is not None and isinstance(fact, e.TierCalled | e.VoteCast):
            yield f"{fact.type} came before the dry run had answered"
        match fact:
            case e.DryRunShown():
                yield from self._shown(fact)
            case e.LimitPutOff():
                yield from self._put_off(fact)
            case e.TierCalled():
                yield from self._called(fact)
            case e.PeopleAsked() | e.DeputyAsked() | e.PassedOn() | e.PersonOutOfReach() | e.PeopleReminded():
                yield from self._asks(fact)
            case e.QuorumEased():
                yield from self._eased()
            case e.VoteCast():
                yield from self._voted(fact)
            case e.VoteWithdrawn():
                self.votes.get(fact.ballot, {}).pop(self.person(fact.by), None)
            case e.VoteCameLate() if self.outcome is None:
                yield "a vote was late before there was an outcome"
            case e.StepPassed():
                yield from self._step_passed(fact)
            case e.StepReopened() | e.ContestEnded():
                self._reopened(fact)
            case e.LimitPassed():
                self.limit, self.limited = None, fact.at
            case e.GateExhausted():
                self.is_exhausted = True
            case e.SubjectChanged():
                self.policy, self.subject, self.order = fact.policy or self.policy, fact.subject, fact.order
                self.authors.add(fact.by)
                self.limit, self.trial = fact.limit_due, fact.trial_due
                self.votes, self.tiers, self.passed, self.chairs, self.asked = {}, {}, {}, [], {}
                self.declared = None if fact.policy is not None else self.declared
            case e.GlassBroken() | e.DebtOverdue() | e.DebtReminded() | e.Countersigned():
                yield from self._owes(fact)
            case e.GateClosed():
                yield from self._closed(fact)
            case _:
                pass

    def _reopened(self, fact: e.StepReopened | e.ContestEnded) -> None:
        for ballot in [ballot for ballot in self.tiers if ballot > fact.ballot]:
            del self.tiers[ballot]
        self.passed = {ballot: tier for ballot, tier in self.passed.items() if ballot < fact.ballot}
        self.due[fact.ballot] = fact.due
        if isinstance(fact, e.ContestEnded):
            self.votes.pop(len(self.order), None)
            self.limit = fact.limit_due
        for turn in [turn for turn in self.asked if self.ballots[turn] > fact.ballot]:
            del self.asked[turn]

    # the dry run, and time

    def _shown(self, fact: e.DryRunShown) -> Iterator[str]:
        """Read that it came once, in time or when its time was up, and that the gate's limit runs from then."""
        if self.trial is None or fact.late != (fact.at >= self.trial):
            yield "a dry run answered that nobody waits for, or is said to be late wrongly"
        if (fact.limit_due is None) != (self.policy.limit is None):
            yield "the limit doesn't run from the dry run on"
        self.subject = self.subject.model_copy(update={"dry_run": fact.dry_run})
        self.trial, self.limit = None, fact.limit_due or self.limit

    def _put_off(self, fact: e.LimitPutOff) -> Iterator[str]:
        ballot = self.ballots[fact.turn]
        if fact.turn != max(self.asked) or fact.due < self.due[ballot] or fact.due <= fact.since:
            yield "the wrong limit was put off, or brought forward"
        if fact.turn in self.told and self.told[fact.turn] < fact.since:
            yield "a limit was put off though somebody had been told"
        if fact.limit_due is not None:
            if self.limit is None or fact.limit_due <= self.limit or ballot == len(self.order):
                yield "a gate's limit was put off that doesn't run, or not put off"
            self.limit = fact.limit_due
        self.due[ballot] = fact.due

    def _tells(self, turn: int, accounts: Iterable[str], at: datetime) -> None:
        for account in accounts:
            self.told_at.setdefault((turn, account), at)
        self._knows(turn)

    def _knows(self, turn: int) -> None:
        """Find when the first of a tier was told who can be asked."""
        times = [at for (one, who), at in self.told_at.items() if one == turn and not self._is_away(turn, who)]
        self.told.pop(turn, None)
        if times:
            self.told[turn] = min(times)

    def _too_soon(self, at: datetime, ballot: int) -> bool:
        """Say whether whoever was told first in the tier that was called last has not had all of its limit."""
        turn = max((turn for turn in self.asked if self.ballots[turn] == ballot), default=0)
        if turn not in self.told:
            return False
        tier = self.tier(ballot, self.tier_of_turn[turn])
        return (at - self.told[turn]).total_seconds() < tier.limit - MOMENT

    # who is asked

    def _asks(
        self, fact: e.PeopleAsked | e.DeputyAsked | e.PassedOn | e.PersonOutOfReach | e.PeopleReminded
    ) -> Iterator[str]:
        match fact:
            case e.PersonOutOfReach():
                yield from self._gave_up(fact)
            case e.PeopleReminded():
                self._tells(fact.turn, fact.following, fact.at)
                if any(self._has_voted(fact.turn, account) for account in fact.following):
                    yield "somebody who has answered was told again"
                if any(self._is_away(fact.turn, account) for account in fact.following):
                    yield "somebody who can't be asked was told again"
            case _:
                yield from self._seated(fact)

    def _seated(self, fact: e.PeopleAsked | e.DeputyAsked | e.PassedOn) -> Iterator[str]:
        self.chairs += [(self.ballots[fact.turn], chair) for chair in fact.chairs]
        if isinstance(fact, e.PeopleAsked):
            self.found.add(fact.turn)
            there = {chair.account for chair in fact.chairs if not chair.is_away}
            self.away |= {(fact.turn, chair.account) for chair in fact.chairs if chair.account not in there}
        elif isinstance(fact, e.DeputyAsked):
            yield from self._stood_in(fact)
        else:
            gone = [chair for chair in self.asked[fact.turn] if self.person(chair.account) == self.person(fact.by)]
            self.asked[fact.turn] = [chair for chair in self.asked[fact.turn] if chair not in gone]
            self.declined.setdefault(fact.turn, []).extend(gone)
        if not isinstance(fact, e.PeopleAsked):  # whoever is named is asked anew
            named = {self.person(chair.account) for chair in fact.chairs if not chair.is_away}
            self.away = {one for one in self.away if one[0] != fact.turn or self.person(one[1]) not in named}
        self.asked[fact.turn] += fact.chairs
        self._tells(fact.turn, (chair.account for chair in fact.chairs if chair.told), fact.at)

    def _stood_in(self, fact: e.DeputyAsked) -> Iterator[str]:
        if self._has_voted(fact.turn, fact.instead_of):
            yield "a deputy was asked for somebody who has answered"
        deputies = {
            self.person(deputy.account)
            for chair in self.asked[fact.turn]
            if self.person(chair.account) == self.person(fact.instead_of)
            for deputy in chair.deputies
        }
        if not {self.person(chair.account) for chair in fact.chairs} <= deputies:
            yield "somebody was asked as the deputy of who has another one"
        self.stand_ins[fact.turn, fact.instead_of] = fact.chairs[0].account

    def _gave_up(self, fact: e.PersonOutOfReach) -> Iterator[str]:
        person = self.person(fact.account)
        if person not in {self.person(chair.account) for chair in self.asked.get(fact.turn, [])}:
            yield "somebody was given up whom nobody had asked"
        elif self._has_voted(fact.turn, fact.account):
            yield "somebody was given up who had answered"
        self.away.add((fact.turn, fact.account))
        self._knows(fact.turn)
        gone = [key for key, deputy in self.stand_ins.items() if key[0] == fact.turn and self.person(deputy) == person]
        for key in gone:
            del self.stand_ins[key]

    def _left_alone(self) -> bool:
        """Say whether an order has passed, and nobody was asked for who can't be asked, though somebody could be."""
        ballot = max((self.ballots[turn] for turn in self.asked), default=0)
        for turn in [turn for turn in self.asked if self.ballots[turn] == ballot]:
            seated = {self.person(chair.account) for chair in (*self.asked[turn], *self.declined.get(turn, ()))}
            spent = seated | self._people(self.votes.get(ballot, {})) | self._counted_before(ballot)
            for chair in self.asked[turn]:
                free = {self.person(one.account) for one in chair.deputies} - spent
                waits = self._is_away(turn, chair.account) and not self._is_heard(ballot, chair.principal)
                if (
                    waits
                    and not self._has_stand_in(turn, chair.account)
                    and any(not self.is_author(one) for one in free)
                ):
                    return True
        return False

    def _eased(self) -> Iterator[str]:
        """Read that the declared quorum holds again: once, with nobody left to ask, and with too few for the other."""
        ballot = max(self.tiers)
        if self.declared is None or ballot == len(self.order):
            yield "a quorum was eased that nobody had raised"
            return
        if self.tiers[ballot] + 1 < len(self.policy.steps[self.order[ballot]].tiers):
            yield "a quorum was eased while others were left to ask"
        if any(self._could_pass(turn) for turn in self.asked if self.ballots[turn] == ballot):
            yield "a quorum was eased that could be reached"
        self.policy, self.declared = self.declared, None

    def _could_pass(self, turn: int) -> bool:
        """Say whether those who are there are surely enough, each for themselves in the first seat they were found for.

        Deputies and second seats may make more of it: this says yes only where it must be yes.
        """
        ballot = self.ballots[turn]
        tier = self.tier(ballot, self.tier_of_turn[turn])
        if turn not in self.found and not all(seat.anyone for seat in tier.seats):
            return True
        noes = {self.person(who) for who, choice in self.votes.get(ballot, {}).items() if choice == "reject"}
        spent = noes | self._counted_before(ballot)
        first = dict[str, int]()
        for chair in self.asked[turn]:
            person = self.person(chair.account)
            there = not self._is_away(turn, chair.account) or self._has_voted(turn, chair.account)
            if chair.account == chair.principal and there and person not in spent and not self.is_author(person):
                first.setdefault(person, chair.seat)
        sits = [*first.values()]
        filled = [seat.voices if seat.anyone else min(seat.voices, sits.count(n)) for n, seat in enumerate(tier.seats)]
        if any(seat.must and not many for seat, many in zip(tier.seats, filled, strict=True)):
            return False
        return sum(seat.weight * many for seat, many in zip(tier.seats, filled, strict=True)) >= tier.needs

    def _people(self, accounts: Iterable[str]) -> set[str]:
        return {self.person(account) for account in accounts}

    def _has_voted(self, turn: int, account: str) -> bool:
        return self.person(account) in self._people(self.votes.get(self.ballots[turn], {}))

    def _is_heard(self, ballot: int, principal: str) -> bool:
        """Say whether somebody has answered for this person, or they themselves."""
        voted = self._people(self.votes.get(ballot, {}))
        speaking = (chair for turn in self.asked if self.ballots[turn] == ballot for chair in self.asked[turn])
        mine = {
            self.person(chair.account) for chair in speaking if self.person(chair.principal) == self.person(principal)
        }
        return bool(mine & voted)

    def _is_away(self, turn: int, account: str) -> bool:
        return any(one == turn and self.person(who) == self.person(account) for one, who in self.away)

    def _has_stand_in(self, turn: int, account: str) -> bool:
        return any(one == turn and self.person(who) == self.person(account) for one, who in self.stand_ins)

    def _counted_before(self, ballot: int) -> set[str]:
        """Name who may count in an earlier step: whoever said yes there."""
        if ballot == len(self.order):
            return set()
        return set().union(*(self._yeses(earlier) for earlier in self.passed if earlier < ballot))

    # what they say

    def _owes(self, fact: e.GlassBroken | e.DebtOverdue | e.DebtReminded | e.Countersigned) -> Iterator[str]:
        match fact:
            case e.GlassBroken():
                self.glass, self.owed = fact, True
                if fact.due <= fact.at or not fact.because.strip():
                    yield "the glass was broken without a debt or a reason"
            case e.Countersigned():
                yield from self._signed(fact)
            case _:
                yield from self._called_in(fact)

    def _signed(self, fact: e.Countersigned) -> Iterator[str]:
        if self.glass is None or not self.owed:
            yield "a countersignature that nobody owes"
        elif self.person(fact.by) == self.person(self.glass.by) or self.is_author(self.person(fact.by)):
            yield "somebody countersigned for themselves"
        self.owed = False

    def _called_in(self, fact: e.DebtOverdue | e.DebtReminded) -> Iterator[str]:
        """Read that a debt was asked for: once at half time, when it falls due, and then a few times, apart."""
        glass = self.policy.glass
        if self.glass is None or glass is None or not self.owed:
            yield "a debt was asked for that nobody owes"
            return
        if isinstance(fact, e.DebtOverdue):
            if self.overdue or fact.at < self.glass.due:
                yield "a debt was overdue twice, or too early"
            self.overdue = True
        elif not self.overdue:
            if self.reminded is not None or fact.at >= self.glass.due:
                yield "a debt was asked for twice before it was due"
        else:
            self.nags += 1
            if self.reminded is None or (fact.at - self.reminded).total_seconds() < glass.nag or self.nags > glass.nags:
                yield "a debt was asked for too often"
        self.reminded = fact.at

    def _called(self, fact: e.TierCalled) -> Iterator[str]:
        if fact.turn <= self.turns:
            yield "turns don't grow"
        self.turns = fact.turn
        if fact.tier != self.tiers.get(fact.ballot, -1) + 1:
            yield "a tier was called out of its turn"
        if fact.tier >= self.policy.max_depth:
            yield "tiers go deeper than the policy lets them"
        if fact.due <= fact.at:
            yield "a tier has no time to answer"
        by_time = fact.because.startswith("nobody decided in") and self.limited != fact.at
        if by_time and self._too_soon(fact.at, fact.ballot):
            yield "a tier's time was up before whoever was told had had it"
        self.tiers[fact.ballot] = fact.tier
        self.due[fact.ballot] = fact.due
        self.ballots[fact.turn] = fact.ballot
        self.asked[fact.turn], self.tier_of_turn[fact.turn] = [], fact.tier
        if self.tier(fact.ballot, fact.tier).is_open_to_all:
            self.told[fact.turn] = fact.at

    def _voted(self, fact: e.VoteCast) -> Iterator[str]:
        if fact.subject != self.subject.hash:
            yield "a vote was cast on something else"
        if self.is_author(self.person(fact.by)):
            yield "a proposer voted"
        if not self._sits(fact.by, fact.ballot):
            yield "somebody voted whom nobody asks"
        is_override = fact.ballot == len(self.order)
        if fact.at >= self.due[fact.ballot] or (self.limit and fact.at >= self.limit and not is_override):
            yield "a vote counts that came after its limit"
        votes = self.votes.setdefault(fact.ballot, {})
        if self.person(fact.by) in votes:
            yield "somebody voted twice"
        votes[self.person(fact.by)] = fact.choice

    def _sits(self, account: str, ballot: int) -> bool:
        """Say whether somebody is asked: by name, and hasn't said “not me”; or as anybody is."""
        turns = [turn for turn in self.asked if self.ballots[turn] == ballot]
        person = self.person(account)
        if any(self.person(chair.account) == person for turn in turns for chair in self.asked[turn]):
            return True
        if any(self.person(chair.account) == person for turn in turns for chair in self.declined.get(turn, ())):
            return False
        return any(self.tier(ballot, self.tier_of_turn[turn]).is_open_to_all for turn in turns)

    def _yeses(self, ballot: int) -> set[str]:
        """Name who said yes; one person however many accounts, and never a proposer."""
        said = {self.person(account): choice for account, choice in self.votes.get(ballot, {}).items()}
        return {person for person, choice in said.items() if choice == "approve" and not self.is_author(person)}

    def _step_passed(self, fact: e.StepPassed) -> Iterator[str]:
        self.passed[fact.ballot] = fact.tier
        yield from self._enough(fact.ballot, self.tier(fact.ballot, fact.tier))

    def _enough(self, ballot: int, tier: Tier) -> Iterator[str]:
        """Say whether so many people, and so many whose voice they are, could be enough at all."""
        people = self._yeses(ballot)
        voices = {
            self.person(chair.principal)
            for asked, chair in self.chairs
            if asked == ballot and self.person(chair.account) in people
        }
        if not _is_enough(tier, people):
            yield "it passed with too few"
        elif not tier.is_open_to_all and not _is_enough(tier, voices):
            yield "one voice was heard twice"

    def _closed(self, fact: e.GateClosed) -> Iterator[str]:
        self.outcome = fact.outcome
        noes = [who for votes in self.votes.values() for who, choice in votes.items() if choice == "reject"]
        if fact.how == "time" and (self.limit is None or fact.at < self.limit):
            yield "time ended it before its time"
        if fact.how == "last-resort" and not self.is_exhausted:
            yield "the last resort came before all had been asked"
        match fact.outcome, fact.how:
            case Outcome.APPROVED, "votes":
                if set(self.passed) != set(range(len(self.order))):
                    yield "it was approved before all steps had passed"
                voices = set[str]().union(*(self._yeses(ballot) for ballot in self.passed))
                needed = sum(self.tier(ballot, tier).needs for ballot, tier in self.passed.items())
                heaviest = max(seat.weight for step in self.policy.steps for tier in step.tiers for seat in tier.seats)
                if len(voices) * heaviest < needed:
                    yield "somebody counted twice"
            case Outcome.APPROVED, how:
                says = self.policy.then if how == "time" else self.policy.last_resort
                if says != "approve" or self.subject.touches or noes:
                    yield "it approved itself where it may not"
                if self._could_object() and not self._was_told():
                    yield "it approved itself, and nobody was told"
            case Outcome.REJECTED, "votes":
                if not noes:
                    yield "it was rejected by nobody"
            case Outcome.OVERRIDDEN, "override":
                ballot = len(self.order)
                yield from self._enough(ballot, self.tier(ballot, 0))
            case Outcome.OVERRIDDEN, _:
                if self.glass is None:
                    yield "it was overridden by nothing"
            case _:
                pass
        if fact.rolls_back:
            yield from self._rolled_back(fact, noes)

    def _could_object(self) -> bool:
        """Say whether somebody who can be asked sits in what is open now."""
        now = max((self.ballots[turn] for turn in self.asked), default=0)
        return any(
            not self._is_away(turn, chair.account) and not self.is_author(self.person(chair.account))
            for turn, chairs in self.asked.items()
            if self.ballots[turn] == now
            for chair in chairs
            if self.person(chair.account) not in self._counted_before(now)
        )

    def _was_told(self) -> bool:
        now = max((self.ballots[turn] for turn in self.asked), default=0)
        return any(self.ballots[turn] == now and turn in self.told for turn in self.asked)

    def _rolled_back(self, fact: e.GateClosed, noes: Sequence[str]) -> Iterator[str]:
        says = self.policy.then if fact.how == "time" else self.policy.last_resort
        if fact.how not in {"time", "last-resort"} or says != "roll-back":
            yield "it rolls back what nobody said that it would"
        if self.subject.purpose == "rollback" and self.subject.touches:
            yield "a rollback that touches customers' data approved itself"
        if self.subject.purpose == "rollback" and noes:
            yield "a rollback that somebody said no to approved itself"
        if self.subject.purpose == "rollback" and self._could_object() and not self._was_told():
            yield "a rollback of which nobody was told approved itself"


def unheard(order: o.AnyOrder, facts: Sequence[e.AnyFact], before: Gate) -> Iterator[str]:
    """Say what somebody decided from outside the channel although nobody asks them by name. What they say is no fact
    of the gate's, so the order is read with what came of it.
    """
    if not isinstance(order, o.Spoken) or order.here:
        return
    known = {**before.linked, **order.linked}
    me = known.get(order.by, order.by)
    more = [fact for fact in facts if isinstance(fact, e.PeopleAsked | e.DeputyAsked | e.PassedOn)]
    chairs = [chair for call in (*before.calls, *more) for chair in call.chairs]
    voted = [*(vote.account for vote in before.votes), *(fallen.vote.account for fallen in before.fallen)]
    named = me in {known.get(account, account) for account in (*(chair.account for chair in chairs), *voted)}
    for fact in facts:
        match fact:
            case e.VoteCast() if not named:
                yield "a vote from elsewhere counts where only those in the channel are asked"
            case e.VoteCameLate() if not named and me not in {known.get(one, one) for one in before.authors}:
                yield "a stranger's vote came late"
            case e.GlassBroken() | e.Countersigned() if isinstance(order, o.BreakGlass | o.Countersign):
                if fact.seat not in order.holds:
                    yield "somebody elsewhere answers where only those in the channel may"
            case _:
                pass


def _grown(declared: ApprovalPolicy, asked: ApprovalPolicy) -> Iterator[int]:
    """Go through all tiers; say by how much each asks more than it is declared to."""
    for before, after in zip(declared.steps, asked.steps, strict=True):
        for lower, higher in zip(before.tiers, after.tiers, strict=True):
            yield higher.needs - lower.needs


def _is_enough(tier: Tier, people: set[str]) -> bool:
    """Say whether so many people could be enough at all, each in the heaviest seat there is."""
    places = sorted((seat.weight for seat in tier.seats for _ in range(seat.voices)), reverse=True)
    return sum(places[: len(people)]) >= tier.needs


def is_hopeless(gate: Gate) -> bool:
    """Say whether an open gate waits for people who could never be enough, even each in the heaviest seat."""
    if gate.trial_due is not None:
        return False
    voted = gate.votes_of(gate.current)
    said_no = {person for person, vote in voted.items() if vote.choice == "reject"}
    for call in gate.calls_of(gate.current):
        tier = gate.tier_of(call)
        asked = [chair for chair in call.chairs if not chair.declined]
        coming = (chair.account for chair in asked if not chair.is_away or gate.person(chair.account) in voted)
        accounts = [*coming, *(one.account for chair in asked for one in chair.deputies)]
        people = {gate.person(account) for account in accounts if not gate.is_author(account)} - said_no
        if not call.is_answered or tier.is_open_to_all or _is_enough(tier, people):
            return False
    return gate.is_open
