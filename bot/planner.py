"""The planner: order something about who is on call, get what came of it. What the engine is to incidents."""

from dataclasses import dataclass

from bot.domain.effects import TellArrangement
from bot.domain.oncall.arrange import AnyOrder, Facts, decide
from bot.domain.oncall.book import Arranged, Book
from bot.domain.oncall.roster import AnyFact, RosterState, about
from bot.engine import TooBusy
from bot.ports import Roster, Waker

RACES = 100
"""Lost races after which an order gives up: who is on call changes a few times a day."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of an order."""

    override: str
    """The id of what it is about: `o7`."""
    state: RosterState
    """What holds now."""
    fact: AnyFact | None = None
    """None: the same cause had been obeyed before."""


class Planner:
    def __init__(self, roster: Roster, waker: Waker, book: Book) -> None:
        self._roster = roster
        self._waker = waker
        self._book = book

    def go_by(self, book: Book) -> None:
        """Decide by this book from now on."""
        self._book = book

    def submit(self, order: AnyOrder) -> Settled:
        """Obey an order, once per cause.

        Raises Rejected with its sentence where the rules say no, TooBusy after many lost races.
        """
        for _ in range(RACES):
            number, state = self._roster.state()
            if (known := state.causes.get(order.cause)) is not None:
                return Settled(known, state)
            arranged = Arranged(overrides=tuple(state.overrides.values()), elsewhere=self._roster.elsewhere())
            fact = decide(order, Facts(state, arranged, self._book, number + 1))
            telling = TellArrangement(number=number + 1, override=about(fact))
            if self._roster.append(fact, number, telling):
                self._waker.wake([telling.lane])
                return Settled(about(fact), self._roster.state()[1], fact)
        raise TooBusy
