"""One gate and the world around it: a book that says who sits where, a clock, and people who vote."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.domain.gates import events as e
from bot.domain.gates import orders as o
from bot.domain.gates.decide import decide
from bot.domain.gates.due import wanted
from bot.domain.gates.evolve import evolve
from bot.domain.gates.gate import Found, Gate, StandIn
from bot.domain.gates.policy import ApprovalPolicy
from bot.domain.gates.seat import Seat
from bot.domain.gates.subject import Subject
from bot.domain.ids import SYSTEM
from tests.harness.clock import at
from tests.harness.people import ANA, BEN, CY, DEE, MO

EVE, FAY, GUS = "UEVE", "UFAY", "UGUS"

MINUTE = 60
HOUR = 3600

SUBJECT = Subject(purpose="mitigation", action="Restart checkout", target="checkout", parameters={"replicas": 3})

SITS: Mapping[str, tuple[str, ...]] = {
    "person ben": (BEN,),
    "person cy": (CY,),
    "person dee": (DEE,),
    "hat commander": (BEN,),
    "team payments": (BEN, CY, DEE),
    "team managers": (MO, EVE),
    "team leads": (BEN, CY, DEE, MO, EVE),
    "schedule search": (CY,),
    "role security": (FAY,),
}
"""Who sits in which seat, unless a test says otherwise. ANA proposes."""


def policy(**given: Any) -> ApprovalPolicy:
    return ApprovalPolicy.model_validate({"id": "a-gate", "title": "A gate", **given})


TWO_OF_THREE = policy(kind="parallel", seats=[{"team": "payments", "voices": 3}], quorum=2, noes=1)
IN_TURN = policy(kind="sequential", chain=[{"person": "ben"}, {"person": "cy"}], second=[{"team": "managers"}])

ROLLBACK = policy(kind="parallel", seats=[{"anyone": True}], renotify="1m", limit="5m", then="roll-back")
"""Before a rollback: any one, and after five minutes it happens all the same (mission.md, E5)."""


class Asking:
    """A gate that ANA has opened: at noon, unless said."""

    def __init__(
        self,
        policy: ApprovalPolicy = TWO_OF_THREE,
        subject: Subject = SUBJECT,
        *,
        sits: Mapping[str, Iterable[str]] | None = None,
        deputies: Mapping[str, Iterable[str]] | None = None,
        quiet: Mapping[str, tuple[str, ...]] | None = None,
        linked: Mapping[str, str] | None = None,
        looks_up: bool = True,
        now: float = 0.0,
        **opening: Any,
    ) -> None:
        self.sits: Mapping[str, Iterable[str]] = {**SITS, **(sits or {})}
        self.deputies = deputies or {}
        self.quiet = quiet or {}
        self.linked = dict(linked or {})
        self.looks_up = looks_up
        self.now = now
        self.facts = list[e.AnyFact]()
        self.state: Gate | None = None
        self.takes(o.OpenGate(by=ANA, at=at(now), gate="g1", policy=policy, subject=subject, **opening))

    @property
    def gate(self) -> Gate:
        assert self.state is not None
        return self.state

    def takes(self, order: o.AnyOrder) -> list[e.AnyFact]:
        """Obey an order, and whatever it wants looked up."""
        facts = decide(order, self.state)
        for fact in facts:
            assert e.FACTS.validate_json(e.FACTS.dump_json(fact)) == fact
            self.state = evolve(self.state, fact)
        self.facts += facts
        if self.looks_up:
            for want in wanted(self.gate):
                facts += self.answers(want.turn)
        return facts

    def answers(self, turn: int, *found: Found, missing: tuple[str, ...] = ()) -> list[e.AnyFact]:
        """Answer a lookup: with whoever is given, or as the book has it."""
        call = self.gate.call(turn)
        seats = self.gate.tier_of(call).seats if call else ()
        people = found or [one for n, seat in enumerate(seats) for one in self.sitting(n, seat)]
        order = o.RecordAsked(
            by=SYSTEM, at=at(self.now), turn=turn, found=tuple(people), missing=missing, linked=self.linked
        )
        return self.takes(order)

    def sitting(self, n: int, seat: Seat) -> list[Found]:
        return [
            Found(
                account=account,
                seat=n,
                because=(f"sits as {seat.name}",),
                deputies=tuple(
                    StandIn(account=deputy, quiet=self.quiet.get(deputy, ()))
                    for deputy in self.deputies.get(account, ())
                ),
                quiet=self.quiet.get(account, ()),
            )
            for account in self.sits.get(seat.name, ())
        ]

    def after(self, seconds: float) -> "Asking":
        """Wind the clock to this many seconds after noon; nothing ticks."""
        self.now = seconds
        return self

    def ticks(self, seconds: float | None = None) -> list[e.AnyFact]:
        self.now = self.now if seconds is None else seconds
        return self.takes(o.Tick(by=SYSTEM, at=at(self.now)))

    def approves(self, by: str, **more: Any) -> list[e.AnyFact]:
        return self.takes(o.CastVote(by=by, at=at(self.now), choice="approve", **{"here": True, **more}))

    def rejects(self, by: str, comment: str = "too risky now", **more: Any) -> list[e.AnyFact]:
        order = o.CastVote(by=by, at=at(self.now), choice="reject", comment=comment, **{"here": True, **more})
        return self.takes(order)

    def takes_back(self, by: str) -> list[e.AnyFact]:
        return self.takes(o.WithdrawVote(by=by, at=at(self.now)))

    def passes_on(self, by: str, to: str) -> list[e.AnyFact]:
        return self.takes(o.PassOn(by=by, at=at(self.now), to=to))

    def changes(self, by: str = ANA, **fields: Any) -> list[e.AnyFact]:
        subject = self.gate.subject.model_copy(update=fields)
        return self.takes(o.ChangeSubject(by=by, at=at(self.now), subject=subject))

    def breaks_glass(
        self, by: str, because: str = "customers can't pay", *holds: str, here: bool = True
    ) -> list[e.AnyFact]:
        order = o.BreakGlass(by=by, at=at(self.now), because=because, holds=holds, here=here, channel="#inc-1")
        return self.takes(order)

    def countersigns(
        self, by: str, *holds: str, agrees: bool = True, comment: str = "", here: bool = True
    ) -> list[e.AnyFact]:
        order = o.Countersign(
            by=by, at=at(self.now), holds=holds, agrees=agrees, comment=comment, here=here, channel="#inc-1"
        )
        return self.takes(order)

    @property
    def asked(self) -> list[str]:
        """Who is asked in the open ballot and hasn't passed it on."""
        return [chair.account for _, chair in self.gate.asked(self.gate.current) if not chair.declined]


def approved(after: float, kind: ApprovalPolicy = TWO_OF_THREE) -> list[e.AnyFact]:
    """Return the facts of a gate that BEN, and where one isn't enough CY, approved so many seconds after noon."""
    asking = Asking(kind).after(after)
    asking.approves(BEN)
    asking.approves(CY) if asking.gate.is_open else None
    assert not asking.gate.is_open
    return asking.facts
