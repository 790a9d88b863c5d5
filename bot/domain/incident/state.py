"""What is true of one incident now."""

from datetime import datetime
from typing import Literal

from bot.domain.gates.gate import Gate
from bot.domain.hats import Hat
from bot.domain.ids import digest
from bot.domain.incident.escalations import Escalation, Page
from bot.domain.incident.findings import ActionItem, Confirmation, Hypothesis
from bot.domain.incident.mitigations import Mitigation, Progress
from bot.domain.incident.reminders import Reminder, Snooze, Stop
from bot.domain.runbook import Frozen
from bot.domain.severity import Severity
from bot.domain.workflow.lifecycle import OF_A_WORD, Stage
from bot.domain.workflow.reminders import Kind

POST_MORTEM_TIMER = "post-mortem"


class Change(Frozen):
    """The card's last line: what changed last, by whom."""

    by: str
    at: datetime
    type: str


class Review(Frozen):
    """What was arranged when the review opened."""

    author: str
    """Empty: nobody could be given the hat; so with the tracker's."""
    tracker: str
    opened_at: datetime
    meeting_at: datetime | None = None
    minutes: int = 30


class Incident(Frozen):
    id: str
    title: str
    severity: Severity
    severity_because: str = ""
    """What shows that it is as bad as that: the words of the latest change, or of whoever justified it."""
    service: str | None = None
    summary: str = ""
    private: bool = False
    origin: str | None = None
    policy: str
    stage: Stage = OF_A_WORD["detected"]
    declared_by: str
    declared_at: datetime
    channel: str | None = None
    channel_name: str | None = None
    hats: dict[Hat, tuple[str, ...]] = {}
    offers: dict[Hat, str] = {}
    """Hand-overs that wait for the other side."""
    givers: dict[Hat, str] = {}
    """Who offered what waits there: a shared hat has several wearers, and only one of them gives it away."""
    confirmed: dict[str, Confirmation] = {}
    """By criterion."""
    owed: dict[str, str] = {}
    """Criteria that were missing when it moved on all the same, with their titles then."""
    sources: tuple[str, ...] = ()
    """What notes lead to; the last ten."""
    hypotheses: dict[str, Hypothesis] = {}
    action_items: dict[str, ActionItem] = {}
    mitigations: dict[str, Mitigation] = {}
    gates: dict[str, Gate] = {}
    """A mitigation's gate has the mitigation's own id."""
    pins: dict[str, str] = {}
    """Pinned messages by ts, with a fingerprint of the text as last recorded: the texts stand in the record."""
    last_update_at: datetime | None = None
    last_update: str = ""
    next_update_due: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    resolution: str = ""
    review: Review | None = None
    exports: dict[str, Literal["wanted", "delivered", "failed"]] = {}
    """By request; the last twenty."""
    troubles: tuple[str, ...] = ()
    """What the outside refused for good; the last three, with their cure."""
    people: tuple[str, ...] = ()
    """Who took part, in order of appearance: invited to the channel."""
    assigned: tuple[str, ...] = ()
    """Whoever was on call for it when it was declared."""
    escalations: dict[str, Escalation] = {}
    pages: dict[str, Page] = {}
    active_at: datetime | None = None
    """When a person last did something about it."""
    moved_at: datetime | None = None
    """When it last moved on: reading it, and putting reminders off, moves nothing."""
    acted: dict[str, datetime] = {}
    """When each person did something last; only what is still just now."""
    stage_at: datetime | None = None
    """Since when it is in its stage; None: since it was declared."""
    overdue_at: datetime | None = None
    """When it was found to have been in its stage for longer than the workflow promises."""
    put_down_at: dict[Hat, datetime] = {}
    """When hats that nobody wears were worn last."""
    offered_at: dict[Hat, datetime] = {}
    """Since when the hand-overs in `offers` wait."""
    reminders: dict[Kind, Reminder] = {}
    """By kind: the latest time that it was missing for too long."""
    snoozed: dict[Kind, Snooze] = {}
    stopped: dict[Kind, Stop] = {}
    timers: dict[str, datetime] = {}
    last_change: Change

    @property
    def number(self) -> int:
        return int(self.id.rpartition("-")[2])

    @property
    def is_open(self) -> bool:
        return not self.stage.is_over

    def wearers(self, hat: Hat) -> tuple[str, ...]:
        return self.hats.get(hat, ())

    def wears(self, person: str) -> tuple[Hat, ...]:
        return tuple(hat for hat, people in self.hats.items() if person in people)

    @property
    def unanswered(self) -> tuple[Escalation, ...]:
        """Escalations that nobody has acknowledged."""
        return tuple(escalation for escalation in self.escalations.values() if escalation.standing.wants_answer)

    def called(self, escalation: str, call: int | None = None) -> tuple[Page, ...]:
        """Return the pages of an escalation, or of one of its calls."""
        pages = (page for page in self.pages.values() if page.escalation == escalation)
        return tuple(page for page in pages if call is None or page.call == call)

    @property
    def next_due(self) -> datetime | None:
        return min(self.timers.values(), default=None)

    @property
    def current_mitigation(self) -> Mitigation | None:
        return next(reversed(self.mitigations.values()), None)

    @property
    def latest_run(self) -> Mitigation | None:
        """The latest mitigation of which a step was taken."""
        return next((mitigation for mitigation in reversed(self.mitigations.values()) if mitigation.has_run), None)

    @property
    def proposed(self) -> tuple[Mitigation, ...]:
        """Mitigations that wait for their gate."""
        return tuple(m for m in self.mitigations.values() if m.progress is Progress.PROPOSED)

    @property
    def open_gates(self) -> tuple[Gate, ...]:
        return tuple(gate for gate in self.gates.values() if gate.is_open)

    @property
    def moves_asked(self) -> tuple[Gate, ...]:
        """Open gates before moves into a stage."""
        return tuple(gate for gate in self.open_gates if gate.subject.purpose in {"stage", "resolution"})

    @property
    def notices_asked(self) -> tuple[Gate, ...]:
        """Open gates before customers are told."""
        return tuple(gate for gate in self.open_gates if gate.subject.purpose == "notification")

    @property
    def owed_gates(self) -> tuple[Gate, ...]:
        """Gates whose glass was broken, and for which a countersignature is owed."""
        return tuple(gate for gate in self.gates.values() if gate.debt is not None and gate.debt.is_owed)

    def gate_of(self, mitigation: Mitigation) -> Gate | None:
        """Return the gate that decides a mitigation; None where nobody's yes is needed."""
        return self.gates.get(mitigation.id)

    def rollback_gate_of(self, mitigation: str) -> Gate | None:
        """Return the latest gate before a mitigation's rollback, open or not; None: nobody was asked."""
        undoing = (gate for gate in reversed(self.gates.values()) if gate.subject.purpose == "rollback")
        return next((gate for gate in undoing if gate.subject.parameters["mitigation"] == mitigation), None)

    def waits_to_undo(self, mitigation: str) -> bool:
        """Say whether a mitigation's rollback waits for somebody's yes."""
        gate = self.rollback_gate_of(mitigation)
        return gate is not None and gate.is_open

    @property
    def rollbacks_asked(self) -> tuple[Gate, ...]:
        """Open gates before rollbacks: each holds its target."""
        return tuple(gate for gate in self.open_gates if gate.subject.purpose == "rollback")


def fingerprint(text: str) -> str:
    """Tell two texts of one message apart in a few characters; the state is written anew with every command."""
    return digest({"text": text})[:16]
