"""What is true of a gate: what is asked, who was asked for which seat and why, who has voted, how it ended."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime

from bot.domain.declared import Weekly, Zone
from bot.domain.gates.pairs import one_each
from bot.domain.gates.policy import ApprovalPolicy, Choice, Step, Tier
from bot.domain.gates.stricter import Reason
from bot.domain.gates.subject import Subject
from bot.domain.runbook import Frozen


class Outcome(StrEnum):
    """How a gate ended: exactly one of these."""

    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    """Another gate asks in its place."""
    OVERRIDDEN = "overridden"
    """A rejection was outvoted, or the glass was broken: it goes ahead."""

    @property
    def goes_ahead(self) -> bool:
        return self in {Outcome.APPROVED, Outcome.OVERRIDDEN}


How = Literal["votes", "time", "last-resort", "override", "glass", "person"]
"""What closed a gate."""


class StandIn(Frozen):
    """Somebody's deputy, as the book has them."""

    account: str
    quiet: tuple[Weekly, ...] = ()
    zone: Zone = "UTC"


class Found(Frozen):
    """Somebody whom a lookup has found for a seat."""

    account: str
    seat: int
    """Which of the tier's seats, from 0."""
    because: tuple[str, ...] = ()
    """Why they are asked: owner of checkout, on shift, median 3 min."""
    deputies: tuple[StandIn, ...] = ()
    quiet: tuple[Weekly, ...] = ()
    """Their quiet hours: they are told when these are over, unless the gate wakes people."""
    zone: Zone = "UTC"
    is_away: bool = False
    """On leave, or out of Slack's reach: nobody waits for them, and their deputy is asked at once."""
    wakes: bool = False
    """Quiet hours don't hold their notices, whatever the gate does: the route that has found them says so."""


class Chair(Frozen):
    """One person who is asked for one seat: whoever was meant, or whoever stands in for them."""

    account: str
    seat: int
    principal: str
    """Whose voice it is. However many speak for them, it counts once."""
    because: tuple[str, ...] = ()
    at: AwareDatetime
    deputies: tuple[StandIn, ...] = ()
    deputy: str | None = None
    """The deputy who was asked, too."""
    deputy_at: AwareDatetime | None = None
    """Without an answer by then, a deputy is asked."""
    told: int = 0
    notice_at: AwareDatetime | None = None
    """When they are told next, as long as they haven't answered."""
    quiet: tuple[Weekly, ...] = ()
    zone: Zone = "UTC"
    declined: bool = False
    """They said “not me”."""
    is_away: bool = False
    """Nobody waits for them. If they answer all the same, it counts."""
    wakes: bool = False
    """Quiet hours don't hold their notices."""
    links: int = 0
    """How often “not me” has passed this question on until it came here."""


class Call(Frozen):
    """One tier that is asked."""

    turn: int
    """Grows with every call of the gate: what a lookup brings for a call that is gone is too late."""
    ballot: int
    tier: int
    at: AwareDatetime
    due: AwareDatetime
    since: AwareDatetime | None = None
    """From when its limit runs, where nobody was told at once; None: since it was called."""
    is_answered: bool = False
    """The lookup has said who sits there."""
    chairs: tuple[Chair, ...] = ()
    missing: tuple[str, ...] = ()
    """Who was meant and isn't asked, each as a sentence with its reason."""
    told: int = 0
    """How often the whole channel was told, where anybody there may answer."""
    notice_at: AwareDatetime | None = None
    """When the channel is told next."""

    @property
    def begins(self) -> datetime:
        """When its limit begins to run."""
        return self.since or self.at


class Vote(Frozen):
    account: str
    ballot: int
    choice: Choice
    at: AwareDatetime
    comment: str = ""
    subject: str = ""
    """The hash of what they voted on."""


class Fallen(Frozen):
    """A vote that no longer counts."""

    vote: Vote
    because: str


class Debt(Frozen):
    """The countersignature that is owed since the glass was broken."""

    by: str
    at: AwareDatetime
    because: str
    due: AwareDatetime
    is_told: bool = False
    """It was overdue, and that was recorded."""
    remind_at: AwareDatetime | None = None
    """When whoever may sign is reminded next; None: not before it is due, or no more."""
    nagged: int = 0
    """How often it was reminded of since it is overdue."""
    signed_by: str | None = None
    agrees: bool | None = None
    comment: str = ""

    @property
    def is_owed(self) -> bool:
        return self.signed_by is None


class Gate(Frozen):
    id: str
    policy: ApprovalPolicy
    """As it was when the gate was opened, or when its subject changed last."""
    declared: ApprovalPolicy | None = None
    """As the workflow declares it, where there was reason for a stricter one; None: it is `policy`."""
    stricter: tuple[Reason, ...] = ()
    """Why it is stricter than declared, or was until too few could be reached."""
    subject: Subject
    proposer: str
    authors: tuple[str, ...]
    """Accounts that proposed or changed what is asked: none of them decides."""
    opened_at: AwareDatetime
    wakes: bool = False
    """Quiet hours don't hold its notices."""
    order: tuple[int, ...]
    """Which of the policy's steps comes when."""
    seed: str = ""
    limit_due: AwareDatetime | None = None
    """When the whole gate's limit is up; None: it has none, or it is past."""
    trial_due: AwareDatetime | None = None
    """Until when its dry run is awaited, and nobody is asked; None: it isn't."""
    changed: tuple[str, ...] = ()
    """Fields that the latest change touched: why earlier votes fell."""
    since: dict[str, tuple[str, ...]] = {}
    """What has changed since each earlier edition of what is asked, by the hash that people saw."""
    turns: int = 0
    """How many tiers were called."""
    calls: tuple[Call, ...] = ()
    """The tiers that are asked now, in the order in which they were called."""
    passed: tuple[int, ...] = ()
    is_contested: bool = False
    """Its votes rejected it, and those who can override that are asked."""
    contest: str = ""
    """The reason of the rejection that is contested."""
    votes: tuple[Vote, ...] = ()
    fallen: tuple[Fallen, ...] = ()
    late: tuple[Vote, ...] = ()
    """Votes after the outcome: recorded once for each person, counted never."""
    readers: tuple[str, ...] = ()
    """Accounts that opened the plan as it is now."""
    linked: dict[str, str] = {}
    """Accounts that are one person's: account → person."""
    outcome: Outcome | None = None
    how: How | None = None
    rolls_back: bool = False
    because: str = ""
    closed_by: str = ""
    closed_at: AwareDatetime | None = None
    debt: Debt | None = None

    # who is who

    def person(self, account: str) -> str:
        """Return who is behind an account."""
        return self.linked.get(account, account)

    def is_author(self, account: str) -> bool:
        return self.person(account) in {self.person(author) for author in self.authors}

    # what is asked now

    @property
    def is_open(self) -> bool:
        return self.outcome is None

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps in the order in which they come."""
        return tuple(self.policy.steps[n] for n in self.order)

    @property
    def override_ballot(self) -> int:
        """The number of the ballot that can override a rejection; it comes after those of the steps."""
        return len(self.order)

    @property
    def current(self) -> int:
        """The ballot that is open now."""
        if self.is_contested:
            return self.override_ballot
        return self.step

    @property
    def step(self) -> int:
        """The first step that has not passed; the last one where all have."""
        return next((n for n in range(len(self.order)) if n not in self.passed), len(self.order) - 1)

    def tier_of(self, call: Call) -> Tier:
        if call.ballot == self.override_ballot and self.policy.override is not None:
            return self.policy.override
        return self.policy.steps[self.order[call.ballot]].tiers[call.tier]

    def calls_of(self, ballot: int) -> tuple[Call, ...]:
        return tuple(call for call in self.calls if call.ballot == ballot)

    @property
    def latest(self) -> Call | None:
        """The tier of the open ballot that was called last: its limit is running."""
        return next((call for call in reversed(self.calls) if call.ballot == self.current), None)

    def call(self, turn: int) -> Call | None:
        return next((call for call in self.calls if call.turn == turn), None)

    # votes

    def votes_of(self, ballot: int) -> dict[str, Vote]:
        """Return each person's vote, whichever of their accounts it came from; their latest counts."""
        return {self.person(vote.account): vote for vote in self.votes if vote.ballot == ballot}

    def vote_of(self, account: str, ballot: int) -> Vote | None:
        return self.votes_of(ballot).get(self.person(account))

    def asked(self, ballot: int) -> Iterator[tuple[Call, Chair]]:
        for call in self.calls_of(ballot):
            for chair in call.chairs:
                yield call, chair

    def sits(self, account: str, ballot: int, *, here: bool = True) -> bool:
        """Say whether somebody is asked on a ballot, and has not passed it on. `here`: they are in the channel."""
        person = self.person(account)
        mine = [chair.declined for _, chair in self.asked(ballot) if self.person(chair.account) == person]
        if mine:
            return not all(mine)
        return here and self.is_open_to_all(ballot)

    def is_open_to_all(self, ballot: int) -> bool:
        """Say whether a ballot asks everybody in the channel."""
        return any(self.tier_of(call).is_open_to_all for call in self.calls_of(ballot))

    def silent(self, call: Call) -> tuple[Chair, ...]:
        """Return those of a tier whose answer is waited for."""
        return tuple(chair for chair in self.unanswered(call) if not chair.is_away)

    def unanswered(self, call: Call) -> tuple[Chair, ...]:
        """Return those of a tier who neither voted nor passed it on, nor anybody for them."""
        here = (chair for chair in call.chairs if not chair.declined)
        voted = self.votes_of(call.ballot)
        if not voted:
            return tuple(here)
        spoken_for = self._spoken_for(call.ballot)
        return tuple(
            chair
            for chair in here
            if self.person(chair.account) not in voted and self.person(chair.principal) not in spoken_for
        )

    def _spoken_for(self, ballot: int) -> set[str]:
        """Return whose voice those who voted are: each is one's, and their own where they sit for themselves."""
        voted, speak = self.votes_of(ballot), dict[str, list[str]]()
        for _, chair in self.asked(ballot):
            person, principal = self.person(chair.account), self.person(chair.principal)
            if person in voted and not chair.declined:
                theirs = speak.setdefault(person, [])
                if person == principal:
                    theirs.insert(0, person)
                elif principal not in voted:
                    theirs.append(principal)
        return set(one_each(speak).values())

    def with_call(self, turn: int, **changes: object) -> tuple[Call, ...]:
        return tuple(call.model_copy(update=changes) if call.turn == turn else call for call in self.calls)


def names(accounts: Iterable[str]) -> str:
    """Name people as Slack does, in one line."""
    return ", ".join(f"<@{account}>" for account in dict.fromkeys(accounts))
