"""What every gate is: a question with votes, a quorum, a limit, and exactly one outcome."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from bot.domain.runbook import Frozen

Choice = Literal["approve", "reject"]


class Outcome(StrEnum):
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Vote(Frozen):
    choice: Choice
    at: datetime
    comment: str = ""


class Gate(Frozen):
    """One question to several people. Votes bind to `subject`, the hash of what is asked."""

    subject: str
    proposer: str
    quorum: int
    due: datetime
    then: Literal["expired", "rejected"]
    votes: dict[str, Vote] = {}
    """By person, so nobody counts twice."""
    outcome: Outcome | None = None
    late: tuple[str, ...] = ()
    """Who voted after the outcome: recorded once, counted never."""

    @property
    def approvals(self) -> tuple[str, ...]:
        return tuple(person for person, vote in self.votes.items() if vote.choice == "approve")

    @property
    def missing(self) -> int:
        return max(0, self.quorum - len(self.approvals))

    def with_vote(self, person: str, vote: Vote) -> "Gate":
        return self.model_copy(update={"votes": {**self.votes, person: vote}})

    def asking_again(self, subject: str, due: datetime) -> "Gate":
        """The same gate over a changed subject: every vote falls."""
        return self.model_copy(update={"subject": subject, "due": due, "votes": {}})

    def verdict(self) -> Outcome | None:
        """What the votes say by now: one no is a no, `quorum` yeses are a yes."""
        if any(vote.choice == "reject" for vote in self.votes.values()):
            return Outcome.REJECTED
        return Outcome.APPROVED if self.missing == 0 else None
