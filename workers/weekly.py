"""The clock's look at what comes once a week: the digest of approvals, for the managers."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.effects import PostDigest
from bot.engine import Engine
from bot.ports import Outbox, Rounds, Waker


@dataclass(slots=True)
class Weekly:
    engine: Engine
    rounds: Rounds
    outbox: Outbox
    waker: Waker
    _known: str = field(default="", init=False)
    """The latest digest of which this process knows that somebody has taken it on."""

    def look(self, now: datetime) -> None:
        """Line the digest up that was due last, unless a clock has taken it on.

        So one that was due while no clock lived comes late, and those of the weeks before it never. At the very first
        look there is nothing to tell of.
        """
        policy = self.engine.workflows.in_force.digest
        if policy is None:
            return
        due = policy.last_due(now)
        word = due.isoformat()
        if word == self._known:
            return
        before = self.rounds.last("digest")
        if before and before < word:  # lined up first, then taken on: whoever dies in between loses nothing
            effect = PostDigest(due=due)
            self.waker.wake(self.outbox.put(effect, id=f"digest:{word}", at=now))
        if before < word:
            self.rounds.claim("digest", word, None, now)
        self._known = word
