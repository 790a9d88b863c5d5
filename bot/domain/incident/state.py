"""What is true of one incident now, folded from its events: `evolve` one by one, `replay` all of them."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, assert_never

from bot.domain.gates.gate import Gate, Outcome, Vote
from bot.domain.hats import BRIEFS, Hat
from bot.domain.ids import SYSTEM, digest
from bot.domain.incident import events as e
from bot.domain.incident.commands import Phase
from bot.domain.incident.escalations import Call, Escalation, Page, Standing, call_timer, lapse_timer
from bot.domain.incident.lifecycle import Stage
from bot.domain.incident.reminders import JUST_NOW, Kind, Reminder, Snooze, Stop
from bot.domain.runbook import Frozen, Plan, Step
from bot.domain.severity import Severity

POST_MORTEM_TIMER = "post-mortem"


class Progress(StrEnum):
    """How far a mitigation has come."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    RUNNING = "running"
    VERIFYING = "verifying"
    ROLLING_BACK = "rolling-back"
    VERIFIED = "verified"
    ROLLED_BACK = "rolled-back"
    NEEDS_HUMAN = "needs-human"
    STOPPED = "stopped"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"

    @property
    def is_live(self) -> bool:
        """It holds, or is about to hold, its target."""
        return self in {Progress.APPROVED, Progress.RUNNING, Progress.VERIFYING, Progress.ROLLING_BACK}


class StepRun(Frozen):
    phase: Phase
    step: int
    started_at: datetime
    finished_at: datetime | None = None
    ok: bool | None = None
    detail: str = ""


class Mitigation(Frozen):
    id: str
    plan: Plan
    plan_hash: str
    proposer: str
    proposed_at: datetime
    gate: Gate | None
    """None where the policy asks for nobody's yes."""
    progress: Progress
    amended: tuple[str, ...] = ()
    """Fields that the latest change of the plan touched: why earlier votes fell."""
    steps: tuple[StepRun, ...] = ()
    rollbacks: int = 0
    """How often a rollback was begun. `steps` holds the latest one's; a second try must not pass for the first."""
    waits_for: str | None = None
    """The mitigation that holds the target meanwhile."""
    verify_until: datetime | None = None
    healthy_since: datetime | None = None
    reading: str = ""
    ended_at: datetime | None = None
    because: str = ""

    def steps_of(self, phase: Phase) -> tuple[Step, ...]:
        return self.plan.steps if phase == "plan" else self.plan.rollback

    def run_of(self, phase: Phase, step: int) -> StepRun | None:
        return next((run for run in self.steps if run.phase == phase and run.step == step), None)

    @property
    def approvers(self) -> tuple[str, ...]:
        return self.gate.approvals if self.gate else ()


class Change(Frozen):
    """The card's last line: what changed last, by whom."""

    by: str
    at: datetime
    type: str


class Incident(Frozen):
    id: str
    title: str
    severity: Severity
    service: str | None = None
    summary: str = ""
    private: bool = False
    origin: str | None = None
    policy: str
    stage: Stage = Stage.DETECTED
    declared_by: str
    declared_at: datetime
    channel: str | None = None
    channel_name: str | None = None
    hats: dict[Hat, tuple[str, ...]] = {}
    offers: dict[Hat, str] = {}
    """Hand-overs that wait for the other side."""
    givers: dict[Hat, str] = {}
    """Who offered what waits there: a shared hat has several wearers, and only one of them gives it away."""
    mitigations: dict[str, Mitigation] = {}
    pins: dict[str, str] = {}
    """Pinned messages by ts, with a fingerprint of the text as last recorded: the texts stand in the record."""
    last_update_at: datetime | None = None
    last_update: str = ""
    next_update_due: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    resolution: str = ""
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
    def open_gates(self) -> tuple[Mitigation, ...]:
        return tuple(m for m in self.mitigations.values() if m.progress is Progress.PROPOSED)


def replay(history: Iterable[e.AnyEvent], incident_id: str) -> Incident | None:
    """Fold a whole history; None for an empty one."""
    incident: Incident | None = None
    for event in history:
        incident = evolve(incident, event, incident_id)
    return incident


def evolve(incident: Incident | None, event: e.AnyEvent, incident_id: str) -> Incident:
    """Fold one event. Anything that may be declared may be folded: no rule is checked here."""
    if incident is None:
        assert isinstance(event, e.Declared), "a history begins with incident.declared"
        return _declared(event, incident_id)
    changes = _changes(incident, event)
    if not isinstance(event, e.PageEvent) and type(event) not in e.REMINDER_EVENTS:
        changes["last_change"] = Change(by=event.by, at=event.at, type=event.type)
    if event.by != SYSTEM:
        changes |= _active(incident, changes, event.at)
        changes["acted"] = _acted(incident, event.by, event.at)
    if type(event) in BY_A_RUN or (event.by != SYSTEM and type(event) not in MOVES_NOTHING):
        changes["moved_at"] = event.at
    return incident.model_copy(update=changes)


BY_A_RUN = frozenset(
    {
        e.RunWaits,
        e.StepStarted,
        e.StepFinished,
        e.VerificationStarted,
        e.SignalRead,
        e.MitigationVerified,
        e.RollbackStarted,
        e.MitigationRolledBack,
    }
)
"""While a mitigation runs, the incident moves on without anybody's doing."""

MOVES_NOTHING = frozenset({e.ExportRequested, e.PinEdited, e.PinDeleted, *e.REMINDER_EVENTS})
"""What people do without moving the incident on: they read, they chat, they put reminders off."""


def _acted(incident: Incident, person: str, at: datetime) -> dict[str, datetime]:
    """Keep who did something just now: the state is written with every command, and must not grow with people."""
    return {other: when for other, when in incident.acted.items() if at - when < JUST_NOW} | {person: at}


def _active(incident: Incident, changes: dict[str, Any], at: datetime) -> dict[str, Any]:
    """A person does something: no acknowledgement lapses while its time runs anew from here."""
    timers = changes.get("timers", incident.timers)
    escalations: dict[str, Escalation] = changes.get("escalations", incident.escalations)
    lapses = {
        timer: at + escalation.lapses_after
        for name, escalation in escalations.items()
        if (timer := lapse_timer(name)) in timers and escalation.lapses_after is not None
    }
    return {"active_at": at, "timers": {**timers, **lapses}} if lapses else {"active_at": at}


def _declared(event: e.Declared, incident_id: str) -> Incident:
    return Incident(
        id=incident_id,
        title=event.title,
        severity=event.severity,
        service=event.service,
        summary=event.summary,
        private=event.private,
        origin=event.origin,
        policy=event.policy,
        declared_by=event.by,
        declared_at=event.at,
        people=(event.by,),
        last_change=Change(by=event.by, at=event.at, type=event.type),
    )


def _changes(incident: Incident, event: e.AnyEvent) -> dict[str, Any]:  # the one long table of this file
    if isinstance(event, e.MitigationEvent):
        return _mitigated(incident, event)
    if isinstance(event, e.EscalationEvent):
        return _escalated(incident, event)
    match event:
        case e.NoteAdded() | e.NobodyOnCall():
            return {}
        case e.OnCallAssigned():
            people = (*incident.people, *(person for person in event.people if person not in incident.people))
            return {"assigned": event.people, "people": people}
        case e.Declared():
            raise AssertionError("an incident is declared once")
        case e.ChannelOpened():
            return {"channel": event.channel, "channel_name": event.name}
        case e.HatTaken():
            return _wear(incident, event.hat, event.by)
        case e.HatGiven():
            return _wear(incident, event.hat, event.to)
        case e.HatReleased():
            gone = _no_offer(incident, event.hat) if incident.givers.get(event.hat) == event.by else {}
            hats = _without(incident, event.hat, event.by)
            bare = {} if event.hat in hats else {"put_down_at": {**incident.put_down_at, event.hat: event.at}}
            return {"hats": hats, **gone, **bare}
        case e.HatOffered():
            offered = {
                "offers": {**incident.offers, event.hat: event.to},
                "givers": {**incident.givers, event.hat: event.by},
                "offered_at": {**incident.offered_at, event.hat: event.at},
            }
            return {**offered, **_with_person(incident, event.to)}
        case e.HatHandedOver():
            rest = tuple(p for p in incident.wearers(event.hat) if p not in {event.giver, event.by})
            hats = {**incident.hats, event.hat: (*rest, event.by)}
            return {"hats": hats, **_no_offer(incident, event.hat), **_with_person(incident, event.by)}
        case e.OfferDeclined():
            return _no_offer(incident, event.hat)
        case e.MessagePinned() | e.PinEdited():
            return {"pins": {**incident.pins, event.ts: fingerprint(event.text)}}
        case e.MessageUnpinned() | e.PinDeleted():
            return {"pins": {ts: text for ts, text in incident.pins.items() if ts != event.ts}}
        case e.UpdatePosted():
            return {"last_update_at": event.at, "last_update": event.text, "next_update_due": event.next_due}
        case e.SeverityChanged():
            return {"severity": event.to}
        case e.StageChanged():
            return _stage(incident, event)
        case e.Resolved():
            calls = {timer for name in incident.escalations for timer in (call_timer(name), lapse_timer(name))}
            timers = {name: due for name, due in incident.timers.items() if name not in calls}
            return {
                "resolution": event.summary,
                "resolved_at": event.at,
                "next_update_due": None,
                "escalations": {name: _ended(escalation) for name, escalation in incident.escalations.items()},
                "timers": {**timers, POST_MORTEM_TIMER: event.review_at},
            }
        case e.ExportRequested():
            return _export(incident, event.request, "wanted")
        case e.ExportDelivered():
            return _export(incident, event.request, "delivered")
        case e.ExportFailed():
            return _export(incident, event.request, "failed")
        case e.TroubleMet():
            return {"troubles": (*incident.troubles, f"{event.why} {event.cure}")[-3:]}
        case e.MitigationProposed():
            return _proposed(incident, event)
        case (
            e.ReminderGiven()
            | e.ReminderHeld()
            | e.ReminderEnded()
            | e.RemindersSnoozed()
            | e.RemindersStopped()
            | e.RemindersResumed()
        ):
            return _reminded(incident, event)
        case _:
            assert_never(event)


def fingerprint(text: str) -> str:
    """Tell two texts of one message apart in a few characters; the state is written anew with every command."""
    return digest({"text": text})[:16]


def _wear(incident: Incident, hat: Hat, person: str) -> dict[str, Any]:
    others = () if BRIEFS[hat].exclusive else tuple(p for p in incident.wearers(hat) if p != person)
    worn = {"hats": {**incident.hats, hat: (*others, person)}, **_with_person(incident, person)}
    if hat in incident.put_down_at:
        worn["put_down_at"] = {other: at for other, at in incident.put_down_at.items() if other != hat}
    return worn


def _without(incident: Incident, hat: Hat, person: str) -> dict[Hat, tuple[str, ...]]:
    rest = tuple(p for p in incident.wearers(hat) if p != person)
    others = {h: people for h, people in incident.hats.items() if h != hat}
    return {**others, hat: rest} if rest else others


def _no_offer(incident: Incident, hat: Hat) -> dict[str, Any]:
    return {
        "offers": {h: to for h, to in incident.offers.items() if h != hat},
        "givers": {h: giver for h, giver in incident.givers.items() if h != hat},
        "offered_at": {h: at for h, at in incident.offered_at.items() if h != hat},
    }


def _with_person(incident: Incident, person: str) -> dict[str, Any]:
    return {} if person in incident.people else {"people": (*incident.people, person)}


def _export(incident: Incident, request: str, status: str) -> dict[str, Any]:
    return {"exports": dict(list({**incident.exports, request: status}.items())[-20:])}


def _stage(incident: Incident, event: e.StageChanged) -> dict[str, Any]:
    changes: dict[str, Any] = {"stage": event.to, "stage_at": event.at}
    if event.to is Stage.POST_MORTEM:
        changes["timers"] = _no_timer(incident, POST_MORTEM_TIMER)
    return changes


def _no_timer(incident: Incident, name: str) -> dict[str, datetime]:
    return {key: due for key, due in incident.timers.items() if key != name}


def gate_timer(mitigation: str) -> str:
    return f"gate:{mitigation}"


def _proposed(incident: Incident, event: e.MitigationProposed) -> dict[str, Any]:
    gate = (
        Gate(subject=event.plan.hash, proposer=event.by, quorum=event.quorum, due=event.due, then=event.then)
        if event.quorum
        else None
    )
    mitigation = Mitigation(
        id=event.mitigation,
        plan=event.plan,
        plan_hash=event.plan.hash,
        proposer=event.by,
        proposed_at=event.at,
        gate=gate,
        progress=Progress.PROPOSED if gate else Progress.APPROVED,
    )
    timers = {**incident.timers, gate_timer(event.mitigation): event.due} if gate else incident.timers
    return {"mitigations": {**incident.mitigations, event.mitigation: mitigation}, "timers": timers}


def _ended(escalation: Escalation) -> Escalation:
    return (
        escalation.model_copy(update={"standing": Standing.ENDED}) if escalation.standing.wants_answer else escalation
    )


def _escalated(incident: Incident, event: e.EscalationEvent) -> dict[str, Any]:
    match event:
        case e.EscalationStarted():
            escalation = Escalation(
                id=event.escalation,
                team=event.team,
                policy=event.policy,
                through=event.through,
                wakes=event.wakes,
                because=event.because,
                by=event.by,
                at=event.at,
            )
            return {"escalations": {**incident.escalations, event.escalation: escalation}}
        case e.EscalationCalled():
            call = Call(
                number=event.call,
                round=event.round,
                tier=event.tier,
                person=event.person,
                at=event.at,
                due=event.due,
            )
            waits = {"call": call, "standing": Standing.RUNNING, "answered_by": None, "answered_at": None}
            timers = {**_no_timer(incident, lapse_timer(event.escalation)), call_timer(event.escalation): event.due}
            return {**_escalation(incident, event.escalation, waits), "timers": timers}
        case e.CallWasEmpty():
            return {}
        case e.SomebodyMissing():
            told = (*incident.escalations[event.escalation].missing, event.because)[-MISSING:]
            return _escalation(incident, event.escalation, {"missing": told})
        case e.PageOrdered():
            page = Page(
                id=event.page,
                escalation=event.escalation,
                call=event.call,
                kind=event.kind,
                who=event.who,
                because=event.because,
                at=event.at,
                ways=event.ways,
                mention=event.mention,
            )
            joins = _with_person(incident, event.who) if event.kind == "person" else {}
            return {"pages": {**incident.pages, event.page: page}, **joins}
        case e.PageTried():
            return _way(incident, event, state="tried", tries=incident.pages[event.page].ways[event.way].tries + 1)
        case e.PageSent():
            return _way(incident, event, state="sent", detail=event.detail)
        case e.PageFailed():
            return _way(incident, event, state="failed", detail=event.why)
        case e.PageDelayed():
            return _way(incident, event, detail=event.why)
        case e.Acknowledged() | e.TakenOver():
            return _answered(incident, event)
        case e.PassedOn():
            pages = {
                name: page.model_copy(update={"declined": True})
                for name, page in incident.pages.items()
                if page.escalation == event.escalation and page.who == event.by
            }
            return {"pages": {**incident.pages, **pages}, **_with_person(incident, event.to)}
        case e.AcknowledgementLapsed():
            return {"timers": _no_timer(incident, lapse_timer(event.escalation))}
        case e.EscalationExhausted():
            last = incident.escalations[event.escalation].call
            spent = last.model_copy(update={"number": event.call}) if last else None
            changes = {"standing": Standing.EXHAUSTED, "call": spent, "answered_by": None, "answered_at": None}
            over = {call_timer(event.escalation), lapse_timer(event.escalation)}
            timers = {name: due for name, due in incident.timers.items() if name not in over}
            return {**_escalation(incident, event.escalation, changes), "timers": timers}
        case _:
            assert_never(event)


MISSING = 5
"""Of those who can't be called, the last ones are kept at hand; the record has all."""


def _escalation(incident: Incident, name: str, changes: dict[str, Any]) -> dict[str, Any]:
    return {
        "escalations": {**incident.escalations, name: incident.escalations[name].model_copy(update=changes)},
    }


def _way(
    incident: Incident, event: e.PageTried | e.PageSent | e.PageFailed | e.PageDelayed, **changes: object
) -> dict[str, Any]:
    page = incident.pages[event.page].with_way(event.way, **changes)
    return {"pages": {**incident.pages, event.page: page}}


def _answered(incident: Incident, event: e.Acknowledged | e.TakenOver) -> dict[str, Any]:
    """Somebody answers for it: nothing is due any more, but where silence counts as a no."""
    call = incident.escalations[event.escalation].call
    answer = {
        "standing": Standing.ACKNOWLEDGED,
        "answered_by": event.by,
        "answered_at": event.at,
        "settled": call.number if call else 0,
    }
    timers = _no_timer(incident, call_timer(event.escalation))
    if (silence := incident.escalations[event.escalation].lapses_after) is not None:
        timers[lapse_timer(event.escalation)] = event.at + silence
    return {**_escalation(incident, event.escalation, answer), **_with_person(incident, event.by), "timers": timers}


ENDS = {
    Outcome.APPROVED: Progress.APPROVED,
    Outcome.REJECTED: Progress.REJECTED,
    Outcome.EXPIRED: Progress.EXPIRED,
    Outcome.WITHDRAWN: Progress.WITHDRAWN,
}


def _mitigated(incident: Incident, event: e.MitigationEvent) -> dict[str, Any]:
    before = incident.mitigations[event.mitigation]
    after = before.model_copy(update=_mitigation_changes(before, event))
    changes: dict[str, Any] = {"mitigations": {**incident.mitigations, event.mitigation: after}}
    match event:
        case e.MitigationAmended():
            changes["timers"] = {**incident.timers, gate_timer(event.mitigation): event.due}
        case e.GateClosed():
            changes["timers"] = _no_timer(incident, gate_timer(event.mitigation))
        case e.MitigationVerified() if incident.mitigated_at is None:
            changes["mitigated_at"] = event.at
        case e.RollbackStarted() if before.progress is Progress.VERIFIED:
            changes["mitigated_at"] = None
        case _:
            pass
    return changes


def _mitigation_changes(mitigation: Mitigation, event: e.MitigationEvent) -> dict[str, Any]:
    match event:
        case e.MitigationAmended():
            gate = mitigation.gate.asking_again(event.plan.hash, event.due) if mitigation.gate else None
            return {"plan": event.plan, "plan_hash": event.plan.hash, "gate": gate, "amended": event.changed}
        case e.VoteCast():
            assert mitigation.gate is not None
            vote = Vote(choice=event.choice, at=event.at, comment=event.comment)
            return {"gate": mitigation.gate.with_vote(event.by, vote)}
        case e.VoteCameLate():
            assert mitigation.gate is not None
            return {"gate": mitigation.gate.model_copy(update={"late": (*mitigation.gate.late, event.by)})}
        case e.GateClosed():
            gate = mitigation.gate.model_copy(update={"outcome": event.outcome}) if mitigation.gate else None
            ended = None if event.outcome is Outcome.APPROVED else event.at
            return {"gate": gate, "progress": ENDS[event.outcome], "ended_at": ended, "because": event.because}
        case e.RunWaits():
            return {"waits_for": event.holder}
        case e.StepStarted():
            run = StepRun(phase=event.phase, step=event.step, started_at=event.at)
            progress = Progress.RUNNING if event.phase == "plan" else Progress.ROLLING_BACK
            return {"steps": (*mitigation.steps, run), "progress": progress, "waits_for": None}
        case e.StepFinished():
            return {"steps": tuple(_finish(run, event) for run in mitigation.steps)}
        case e.VerificationStarted():
            return {"progress": Progress.VERIFYING, "verify_until": event.deadline, "healthy_since": None}
        case e.SignalRead():
            since = (mitigation.healthy_since or event.at) if event.healthy else None
            return {"healthy_since": since, "reading": event.reading}
        case e.MitigationVerified():
            return {"progress": Progress.VERIFIED, "ended_at": event.at}
        case e.RollbackStarted():
            return {
                "progress": Progress.ROLLING_BACK,
                "because": event.because,
                "ended_at": None,
                "rollbacks": mitigation.rollbacks + 1,
                "steps": tuple(run for run in mitigation.steps if run.phase == "plan"),
            }
        case e.MitigationRolledBack():
            return {"progress": Progress.ROLLED_BACK, "ended_at": event.at}
        case e.HumanNeeded():
            return {"progress": Progress.NEEDS_HUMAN, "because": event.because, "ended_at": event.at}
        case e.RunStopped():
            return {"progress": Progress.STOPPED, "because": f"<@{event.by}> stopped it.", "ended_at": event.at}
        case _:
            assert_never(event)


def _finish(run: StepRun, event: e.StepFinished) -> StepRun:
    if (run.phase, run.step) != (event.phase, event.step):
        return run
    return run.model_copy(update={"finished_at": event.at, "ok": event.ok, "detail": event.detail})


def _reminded(incident: Incident, event: e.ReminderEvent) -> dict[str, Any]:
    match event:
        case e.ReminderGiven():
            before = incident.reminders.get(event.kind)
            asked = before.asked if before is not None and before.is_on else ()
            given = Reminder(
                since=event.since,
                at=event.at,
                number=event.number,
                count=event.count,
                asked=tuple(dict.fromkeys((*asked, *event.to))),
                to=event.to,
                last=event.last,
            )
            return {"reminders": {**incident.reminders, event.kind: given}}
        case e.ReminderHeld():
            given = incident.reminders[event.kind]
            asked = given.asked if given.number > 1 else ()
            untold = {"number": given.number - 1, "count": given.count - 1, "asked": asked, "to": (), "last": False}
            return _reminder(incident, event.kind, **untold, held_until=event.until)
        case e.ReminderEnded():
            ended = {"ended_at": event.at, "ended_by": event.by, "because": event.because, "held_until": None}
            return _reminder(incident, event.kind, **ended)
        case e.RemindersSnoozed():
            snooze = Snooze(by=event.by, at=event.at, until=event.until)
            return {"snoozed": {**incident.snoozed, **dict.fromkeys(event.kinds, snooze)}}
        case e.RemindersStopped():
            stop = Stop(by=event.by, at=event.at, because=event.because)
            return {"stopped": {**incident.stopped, **dict.fromkeys(event.kinds, stop)}}
        case e.RemindersResumed():
            return {
                "stopped": {kind: stop for kind, stop in incident.stopped.items() if kind not in event.kinds},
                "snoozed": {kind: snooze for kind, snooze in incident.snoozed.items() if kind not in event.kinds},
            }
        case _:
            assert_never(event)


def _reminder(incident: Incident, kind: Kind, **changes: object) -> dict[str, Any]:
    changed = incident.reminders[kind].model_copy(update=changes)
    return {"reminders": {**incident.reminders, kind: changed}}
