"""Given what happened, when somebody orders something, then these events (or this no)."""

from bot.domain.effects import AnyEffect
from bot.domain.gates.events import FactBase
from bot.domain.incident.commands import AnyCommand, Command
from bot.domain.incident.decide import decide
from bot.domain.incident.events import AnyEvent, EventBase
from bot.domain.incident.evolve import evolve
from bot.domain.incident.react import react
from bot.domain.incident.record import GENESIS, chain
from bot.domain.incident.state import Incident
from bot.domain.rejected import Rejected
from bot.domain.workflow.policy import Policy
from tests.harness.orders import INC
from tests.harness.plans import POLICY

Item = AnyEvent | AnyCommand


def given(*happened: Item, policy: Policy = POLICY) -> "Given":
    """What has happened so far: events as they are, commands by what they lead to."""
    world = Given(policy)
    for item in happened:
        world.takes(item)
    return world


class Given:
    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.state: Incident | None = None
        self.events: list[AnyEvent] = []
        self.effects: list[AnyEffect] = []
        """What followed outside from what was taken last."""

    @property
    def incident(self) -> Incident:
        assert self.state is not None, "given() begins with a declaration"
        return self.state

    def takes(self, item: Item) -> None:
        events = self.would(item) if isinstance(item, Command) else [item]
        before = self.state
        for event in events:
            self.state = evolve(self.state, event, INC)
        records = chain(INC, events, "cause", len(self.events), GENESIS)
        self.effects = react(records, before, self.incident) if events else []
        self.events += events

    def would(self, command: AnyCommand) -> list[AnyEvent]:
        """Say what would happen; raises Rejected."""
        return decide(command, self.state, self.policy)

    def when(self, command: AnyCommand) -> "Then":
        try:
            return Then(self, command, decide(command, self.state, self.policy), None)
        except Rejected as no:
            return Then(self, command, [], no)


class Then:
    def __init__(self, before: Given, command: AnyCommand, events: list[AnyEvent], no: Rejected | None) -> None:
        self._before = before
        self._command = command
        self._no = no
        self.events = events

    def then(self, *expected: AnyEvent | type[EventBase] | type[FactBase]) -> "Then":
        """Exactly these events, in this order; a class stands for any event of its kind."""
        assert self._no is None, f"rejected: {self._no!r}"
        shape = [type(got) if isinstance(want, type) else got for want, got in zip(expected, self.events, strict=False)]
        assert [*shape, *self.events[len(shape) :]] == list(expected)
        return self

    def then_nothing(self) -> None:
        self.then()

    def then_rejected(self, kind: type[Rejected], *words: str) -> None:
        """This no, and each of these words in its sentence."""
        assert type(self._no) is kind, f"{self._no!r}, {self.events}"
        assert "{" not in self._no.sentence
        for word in words:
            assert word in self._no.sentence, self._no.sentence

    @property
    def incident(self) -> Incident:
        """What is true afterwards."""
        state = self._before.state
        for event in self.events:
            state = evolve(state, event, INC)
        assert state is not None
        return state

    @property
    def effects(self) -> list[AnyEffect]:
        """What follows outside."""
        records = chain(INC, self.events, self._command.cause, len(self._before.events), GENESIS)
        return react(records, self._before.state, self.incident)
