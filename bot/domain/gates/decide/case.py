"""One order before one gate: the facts so far, and what is true after them."""

from bot.domain.gates import events as e
from bot.domain.gates.evolve import evolve
from bot.domain.gates.gate import Gate
from bot.domain.gates.orders import Order


class Case:
    """What the rules work on. Each fact that they add is true at once for the next rule."""

    def __init__(self, gate: Gate, order: Order) -> None:
        self.at = order.at
        self.facts = list[e.AnyFact]()
        self.learnt = {account: who for account, who in order.linked.items() if gate.person(account) != who}
        """What the order knows of people's accounts and the gate doesn't. It is recorded with the first fact."""
        self.is_settled = False
        """Every conclusion has been drawn from what is true by now."""
        self.gate = gate.model_copy(update={"linked": {**gate.linked, **self.learnt}}) if self.learnt else gate

    def add(self, fact: e.AnyFact) -> None:
        fact = fact.model_copy(update={"gate": self.gate.id, "linked": self.learnt or fact.linked})
        self.learnt = {}
        self.facts.append(fact)
        self.gate = evolve(self.gate, fact)
        self.is_settled = False
