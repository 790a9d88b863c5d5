"""What must hold of every gate's record, read plainly from its facts: no rule of the gate's own is used to judge it."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.domain.gates import events as e
from bot.domain.gates.gate import Chair, Gate, Outcome
from bot.domain.gates.policy import Tier

AFTERWARDS = (e.VoteCameLate, e.Countersigned, e.DebtOverdue, e.DebtReminded)
"""What may still happen to a gate that is closed."""
TELLS = (e.TierCalled, e.PeopleAsked, e.DeputyAsked, e.PeopleReminded, e.PassedOn)
"""What makes somebody hear of it."""


def broken(facts: Sequence[e.AnyFact]) -> Iterator[str]:
    """Say which laws a record breaks, each in a sentence."""
    reader = Reader(facts)
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

    def person(self, account: str) -> str:
        return self.known.get(account, account)

    def is_author(self, person: str) -> bool:
        return person in {self.person(author) for author in self.authors}

    def tier(self, ballot: int, tier: int) -> Tier:
        if ballot == len(self.order):
            assert self.policy.override is not None
            return self.policy.override
        return self.policy.steps[self.order[ballot]].tiers[tier]

    def reads(self, fact: e.AnyFact) -> Iterator[str]:
        self.known |= fact.linked
        if self.outcome is not None and not isinstance(fact, AFTERWARDS):
            yield f"{fact.type} came after the outcome"
        if self.glass is not None and self.outcome is None and not isinstance(fact, e.GateClosed):
            yield f"{fact.type} came between the glass and the outcome"
        match fact:
            case e.TierCalled():
                yield from self._called(fact)
            case e.PeopleAsked() | e.DeputyAsked() | e.PassedOn():
                self.chairs += [(self.ballots[fact.turn], chair) for chair in fact.chairs]
            case e.PeopleReminded():
                answered = self.votes.get(self.ballots[fact.turn], {})
                if any(self.person(account) in answered for account in fact.following):
                    yield "somebody who has answered was told again"
            case e.VoteCast():
                yield from self._voted(fact)
            case e.VoteWithdrawn():
                self.votes.get(fact.ballot, {}).pop(self.person(fact.by), None)
            case e.VoteCameLate() if self.outcome is None:
                yield "a vote was late before there was an outcome"
            case e.StepPassed():
                yield from self._step_passed(fact)
            case e.StepReopened() | e.ContestEnded():
                for ballot in [ballot for ballot in self.tiers if ballot > fact.ballot]:
                    del self.tiers[ballot]
                self.passed = {ballot: tier for ballot, tier in self.passed.items() if ballot < fact.ballot}
                self.due[fact.ballot] = fact.due
                if isinstance(fact, e.ContestEnded):
                    self.votes.pop(len(self.order), None)
                    self.limit = fact.limit_due
            case e.LimitPassed():
                self.limit = None
            case e.SubjectChanged():
                self.policy, self.subject, self.order = fact.policy or self.policy, fact.subject, fact.order
                self.authors.add(fact.by)
                self.limit = fact.limit_due
                self.votes, self.tiers, self.passed, self.chairs = {}, {}, {}, []
            case e.GlassBroken():
                self.glass, self.owed = fact, True
                if fact.due <= fact.at or not fact.because.strip():
                    yield "the glass was broken without a debt or a reason"
            case e.DebtOverdue() | e.DebtReminded():
                yield from self._called_in(fact)
            case e.Countersigned():
                yield from self._signed(fact)
            case e.GateClosed():
                yield from self._closed(fact)
            case _:
                pass

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
        self.tiers[fact.ballot] = fact.tier
        self.due[fact.ballot] = fact.due
        self.ballots[fact.turn] = fact.ballot

    def _voted(self, fact: e.VoteCast) -> Iterator[str]:
        if fact.subject != self.subject.hash:
            yield "a vote was cast on something else"
        if self.is_author(self.person(fact.by)):
            yield "a proposer voted"
        is_override = fact.ballot == len(self.order)
        if fact.at >= self.due[fact.ballot] or (self.limit and fact.at >= self.limit and not is_override):
            yield "a vote counts that came after its limit"
        votes = self.votes.setdefault(fact.ballot, {})
        if self.person(fact.by) in votes:
            yield "somebody voted twice"
        votes[self.person(fact.by)] = fact.choice

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
        if fact.rolls_back and self.subject.purpose == "rollback" and self.subject.touches:
            yield "a rollback that touches customers' data approved itself"


def _is_enough(tier: Tier, people: set[str]) -> bool:
    """Say whether so many people could be enough at all, each in the heaviest seat there is."""
    places = sorted((seat.weight for seat in tier.seats for _ in range(seat.voices)), reverse=True)
    return sum(places[: len(people)]) >= tier.needs


def is_hopeless(gate: Gate) -> bool:
    """Say whether an open gate waits for people who could never be enough, even each in the heaviest seat."""
    voted = gate.votes_of(gate.current)
    said_no = {person for person, vote in voted.items() if vote.choice == "reject"}
    for call in gate.calls_of(gate.current):
        tier = gate.tier_of(call)
        asked = [chair for chair in call.chairs if not chair.declined]
        accounts = [*(chair.account for chair in asked), *(one.account for chair in asked for one in chair.deputies)]
        people = {gate.person(account) for account in accounts if not gate.is_author(account)} - said_no
        if not call.is_answered or tier.is_open_to_all or _is_enough(tier, people):
            return False
    return gate.is_open
