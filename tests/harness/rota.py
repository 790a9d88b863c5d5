"""A small on-call book for arranging: two lines of payments, a line kept elsewhere, people with their own clocks."""

from datetime import datetime, timedelta

from bot.domain.oncall.arrange import AnyOrder, Facts, PutOn, Stretch, decide
from bot.domain.oncall.book import Arranged, Book
from bot.domain.oncall.escalation import EscalationPolicy, Target, Tier
from bot.domain.oncall.people import Choice, Contact, Person, Team
from bot.domain.oncall.roster import AnyFact, RosterState, fold
from bot.domain.oncall.schedule import Elsewhere, Layer, Schedule, Shift
from tests.harness.clock import NOON
from tests.harness.people import ANA, BEN, CY, DEE

FIRST, SECOND, SEARCH = "payments-first", "payments-second", "search"

BOOK = Book(
    people={
        "ana": Person(id="ana", slack=ANA, name="Ana Ruiz", zone="Europe/Madrid"),
        "ben": Person(id="ben", slack=BEN, name="Ben Okafor", zone="Europe/London"),
        "cy": Person(id="cy", slack=CY, name="Cy Lindqvist", zone="Europe/Stockholm"),
        "dee": Person(id="dee", slack=DEE, name="Dee Park", zone="Asia/Seoul", contacts=(Contact(by="slack"),)),
    },
    teams={
        "team-payments": Team(
            id="team-payments",
            title="Payments",
            members=("ana", "ben"),
            channel="ops",
            escalations=(Choice(use="payments"),),
        ),
        "team-search": Team(id="team-search", title="Search", members=("cy",)),
    },
    schedules={
        FIRST: Schedule(
            id=FIRST,
            title="Payments, first line",
            zone="Europe/Madrid",
            layers=(Layer(rotation="weekly", starts="2026-01-12 09:00", people=("ana", "ben")),),
        ),
        SECOND: Schedule(
            id=SECOND,
            title="Payments, second line",
            zone="Europe/Madrid",
            layers=(Layer(rotation="weekly", starts="2026-01-12 09:00", people=("ben", "ana")),),
        ),
        SEARCH: Schedule(id=SEARCH, title="Search", elsewhere=Elsewhere(uses="ics", url="https://calendar.test/x.ics")),
    },
    escalations={
        "payments": EscalationPolicy(
            id="payments",
            title="Payments",
            tiers=(
                Tier(notify=(Target(schedule=FIRST),), limit=300),
                Tier(notify=(Target(schedule=SECOND),), limit=300),
            ),
        )
    },
)
"""At NOON, a Monday, Ana has been on call in the first line since 09:00 in Madrid, and Ben in the second."""


def hours(count: float) -> datetime:
    """Say a time as hours after NOON."""
    return NOON + timedelta(hours=count)


def put_on(person: str, start: float, end: float, *, by: str = BEN, at: float = 0, schedule: str = FIRST) -> PutOn:
    when = Stretch(schedule=schedule, start=hours(start), end=hours(end))
    return PutOn(by=by, at=hours(at), cause=f"{by}/{person}/{start}/{end}/{at}", person=person, when=when)


class Roster:
    """The Roster port and the rules without a store: what was ordered, and what holds."""

    def __init__(self) -> None:
        self.facts = list[AnyFact]()
        self.told = dict[str, tuple[Shift, ...]]()

    @property
    def now(self) -> RosterState:
        return fold(self.facts, RosterState())

    @property
    def arranged(self) -> Arranged:
        return Arranged(overrides=tuple(self.now.overrides.values()), elsewhere=self.told)

    def orders(self, order: AnyOrder) -> AnyFact:
        """Order something, in its turn. Raises Rejected."""
        fact = decide(order, Facts(self.now, self.arranged, BOOK, len(self.facts) + 1))
        self.facts.append(fact)
        return fact
