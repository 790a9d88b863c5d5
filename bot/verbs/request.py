"""What every door hands to a verb, and what a verb answers: no Slack here, no terminal either."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from bot.config import Manifests
from bot.domain.effects import AnyEffect
from bot.domain.freshness import freshness
from bot.domain.gates.report import Report
from bot.domain.gates.stricter import Known, stamping
from bot.domain.hats import Hat
from bot.domain.incident.commands import AnyCommand
from bot.domain.incident.criteria import Item, Way
from bot.domain.incident.due import Outlook
from bot.domain.incident.record import Recorded
from bot.domain.incident.rejections import NoSuchRunbook
from bot.domain.incident.state import Incident
from bot.domain.oncall.book import Book
from bot.domain.oncall.duty import Duty, Planned
from bot.domain.oncall.people import Person
from bot.domain.oncall.schedule import Override
from bot.domain.runbook import Plan, Runbook, Service, fill_in, plan_of
from bot.domain.workflow.differences import Difference
from bot.domain.workflow.policy import Policy
from bot.engine import Engine, Receipt
from bot.planner import Planner
from bot.ports import KnownGates, People, Roster
from bot.verbs.words import first


@dataclass(frozen=True, slots=True)
class Request:
    """Somebody typed a verb."""

    by: str
    at: datetime
    cause: str
    words: str = ""
    """What follows the verb."""
    incident: str | None = None
    """The incident of the channel, or the one named in the terminal."""
    origin: str | None = None
    """The message it is about, as `channel:ts`."""
    here: bool = False
    """It was said in the incident's channel, or in the terminal, which is trusted whatever it says."""

    def facts(self) -> dict[str, Any]:
        """Return the fields that every command of this request shares."""
        assert self.incident is not None, "a verb that needs an incident is called with one"
        return {"incident": self.incident, "by": self.by, "at": self.at, "cause": self.cause}


FormName = Literal[
    "declare",
    "note",
    "update",
    "notify",
    "severity",
    "stage",
    "policy",
    "propose",
    "resolve",
    "export",
    "hat",
    "hand-over",
    "approve",
    "reject",
    "page",
    "not-me",
    "override",
    "stand-in",
    "confirm",
    "hypothesis",
    "rule-out",
    "action",
    "break-glass",
    "countersign",
]


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence to the person, and to them only."""

    text: str
    receipt: Receipt | None = None
    done: bool = False
    """Something was done, though it left no trace in an incident."""


@dataclass(frozen=True, slots=True)
class Ask:
    """The words are missing: ask for them with a form, or with the usage in a terminal."""

    form: FormName
    words: str = ""
    gate: str = ""
    runbook: str = ""


@dataclass(frozen=True, slots=True)
class Confirm:
    """Show what will happen before it does."""

    form: FormName
    words: str
    """What fills the form."""
    at_once: str
    """What to type to have it done without being asked."""
    lines: tuple[str, ...]
    text: str
    """What those who are told will read."""


@dataclass(frozen=True, slots=True)
class ShowPanel:
    incident: Incident


@dataclass(frozen=True, slots=True)
class ShowTimeline:
    incident: Incident
    records: Sequence[Recorded]


@dataclass(frozen=True, slots=True)
class ShowList:
    incidents: Sequence[Incident]
    words: str = ""
    """What they were asked for by; empty for all that are open."""


@dataclass(frozen=True, slots=True)
class ShowReminders:
    incident: Incident
    reminders: Sequence[Outlook]
    """Each that the policy has for it; empty for an incident that is over."""


@dataclass(frozen=True, slots=True)
class ShowStage:
    """How far the stage has come, for the one who asks."""

    incident: Incident
    person: str
    items: Sequence[Item]
    """What it asks for before it ends."""
    ways: Sequence[Way]
    owed: Sequence[Item]
    """What was missing when the incident moved on all the same, and still is."""
    due: datetime | None
    """By when it should end."""
    bare: Mapping[Hat, str] = field(default_factory=dict)
    """Hats that somebody must wear here, and nobody does, with what they are called."""


@dataclass(frozen=True, slots=True)
class ShowReport:
    """How gates did over a span of time."""

    report: Report


@dataclass(frozen=True, slots=True)
class ShowPolicy:
    incident: Incident
    policy: Policy
    """By which it goes: its own, or what stands in for it."""
    now: Policy
    """By which it would go, were it declared now."""
    differences: Sequence[Difference]

    @property
    def is_lost(self) -> bool:
        """Its own can't be had."""
        return self.policy.hash != self.incident.policy


@dataclass(frozen=True, slots=True)
class Called:
    """Who is on call for a team, schedule by schedule."""

    title: str
    duties: tuple[Duty, ...]


@dataclass(frozen=True, slots=True)
class ShowOnCall:
    called: Sequence[Called]
    at: datetime
    clock: str = ""
    """On which clock a time was read that is not now."""
    overrides: Sequence[Override] = ()
    """What was arranged in these schedules, and is not over."""
    asked: Sequence[Override] = ()
    """What waits for somebody's yes."""


@dataclass(frozen=True, slots=True)
class ShowShifts:
    """One person's shifts, those of now included."""

    person: Person
    shifts: Sequence[Planned]
    at: datetime
    days: int


@dataclass(frozen=True, slots=True)
class Wish:
    """Have a worker do it, and say so."""

    effect: AnyEffect
    text: str


@dataclass(frozen=True, slots=True)
class ShowHelp:
    verb: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such verb; `nearest` is what was probably meant, with the words that follow."""

    word: str
    nearest: str | None
    rest: str


@dataclass(frozen=True, slots=True)
class Pick:
    """The verb needs an incident, and the place does not say which."""

    verb: str
    words: str
    incidents: Sequence[Incident]


Answer = (
    Said
    | Ask
    | Confirm
    | ShowPanel
    | ShowTimeline
    | ShowList
    | ShowOnCall
    | ShowShifts
    | ShowReminders
    | ShowStage
    | ShowReport
    | ShowPolicy
    | Wish
    | ShowHelp
    | Unknown
    | Pick
)


class House(Protocol):
    """What a verb may use."""

    @property
    def engine(self) -> Engine: ...
    @property
    def people(self) -> People: ...
    @property
    def manifests(self) -> Manifests: ...
    @property
    def services(self) -> Mapping[str, Service]: ...
    @property
    def runbooks(self) -> Mapping[str, Runbook]: ...
    @property
    def book(self) -> Book: ...
    @property
    def roster(self) -> Roster: ...
    @property
    def planner(self) -> Planner: ...
    @property
    def gates(self) -> KnownGates: ...


@dataclass(frozen=True, slots=True)
class Verb:
    name: str
    usage: str
    """What follows the verb, e.g. `p1 checkout is down`."""
    summary: str
    act: Callable[[Request, House], Answer]
    aliases: tuple[str, ...] = ()
    needs_incident: bool = True
    anywhere: tuple[str, ...] = ()
    """First words after which it is about all incidents, and needs none."""

    def wants_incident(self, words: str) -> bool:
        """Say whether it is about one incident, with these words behind it."""
        return self.needs_incident and first(words)[0].lower() not in self.anywhere


def submit(house: House, command: AnyCommand, said: str) -> Said:
    """Submit and answer; asking for what is so already is answered as well."""
    receipt = house.engine.submit(command)
    return Said(said if receipt.events or receipt.repeated else f"That is so already. {said}", receipt)


def policy_of(request: Request, house: House) -> Policy:
    """Return the policy that the request's incident goes by. Raises NoSuchIncident."""
    return house.engine.policy_of(house.engine.incident(str(request.incident)))


def known(house: House, incident: str, at: datetime, runbook: str = "") -> Known:
    """Look up what may make an approval stricter: a runbook that is stale, votes of people who don't read."""
    policy = house.engine.policy_of(house.engine.incident(incident))
    book = house.runbooks.get(runbook)
    review = freshness(book, policy.runbooks.review_holds) if book is not None else None
    watched = [name for name, approval in policy.approvals.items() if "rubber-stamps" in approval.stricter]
    return Known(
        stale=review.why if review is not None and review.is_stale(at) else "",
        stamped={name: shown for name in watched if (shown := stamping(house.gates.of(name), at))},
    )


def plan(house: House, incident: str, runbook: str, given: Mapping[str, str]) -> Plan:
    """Make a plan from a runbook's name and a person's words. Raises BadParameter; NoSuchRunbook, NoSuchIncident."""
    policy = house.engine.policy_of(house.engine.incident(incident))
    now = house.manifests
    book = now.runbooks.get(runbook)
    if book is None:
        raise NoSuchRunbook(runbook=runbook)
    service = now.services[book.target]
    assert service.signal is not None, "start-up refuses a runbook whose target has no signal"
    return plan_of(book, service, service.signal, fill_in(book, given), policy.hash)
