"""Escalations: calling people tier by tier until somebody answers, and what may still be sent to them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from bot.domain.durations import lasted
from bot.domain.ids import SYSTEM
from bot.domain.incident.commands import (
    Acknowledge,
    Command,
    EscalateNow,
    PassOn,
    RecordCalled,
    RecordNobodyOnCall,
    RecordPageDelayed,
    RecordPageFailed,
    RecordPageSent,
    StartEscalation,
    TakeOver,
    Tick,
    TryPage,
)
from bot.domain.incident.decide.moves import following, moved_by_itself
from bot.domain.incident.escalations import Escalation, Page, Standing, lapse_timer
from bot.domain.incident.events import (
    Acknowledged,
    AcknowledgementLapsed,
    AnyEvent,
    CallWasEmpty,
    EscalationCalled,
    EscalationExhausted,
    EscalationStarted,
    NobodyOnCall,
    OnCallAssigned,
    PageDelayed,
    PageFailed,
    PageOrdered,
    PageSent,
    PageTried,
    PassedOn,
    SomebodyMissing,
    TakenOver,
)
from bot.domain.incident.evolve import evolve
from bot.domain.incident.rejections import (
    AcknowledgedAlready,
    AlreadyCalled,
    IsOver,
    NobodyIsCalled,
    NobodyIsLeft,
    PassOnToYourself,
)
from bot.domain.incident.state import Incident
from bot.domain.oncall.reach import SLACK, Reachable, Way
from bot.domain.words import check_length, check_text
from bot.domain.workflow.lifecycle import Trigger
from bot.domain.workflow.policy import Policy


def start(command: StartEscalation, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Begin to call. For what a person orders twice they are told; what the bot finds called already stays so."""
    if incident.stage.is_over:
        if command.by == SYSTEM:
            return []
        raise IsOver(incident=incident.id, stage=incident.stage.label.lower())
    check_text(command.because)
    wanted = command.policy
    for other in incident.escalations.values():
        if (other.team, other.policy.id, other.policy.title) != (command.team, wanted.id, wanted.title):
            continue
        if command.by == SYSTEM and not (command.again and other.standing is not Standing.RUNNING):
            return []
        if other.standing is Standing.RUNNING:
            raise AlreadyCalled(title=other.policy.title)
    name = f"e{len(incident.escalations) + 1}"
    started = EscalationStarted(
        by=command.by,
        at=command.at,
        escalation=name,
        team=command.team,
        policy=command.policy,
        through=command.through,
        wakes=command.wakes,
        because=command.because,
    )
    events: list[AnyEvent] = [
        *_assigned(command, incident, policy),
        *_ordered(command, command.told, incident),
        started,
    ]
    here = next((person for person in command.assigned if _is_here(incident, person)), None)
    if here is not None:
        return [*events, Acknowledged(by=here, at=command.at, escalation=name)]
    escalation = evolve(incident, started, incident.id).escalations[name]
    return [*events, _call(command, escalation, (0, 0), person=command.person)]


def _assigned(command: StartEscalation, incident: Incident, policy: Policy) -> Iterator[AnyEvent]:
    if not command.assigned:
        return
    assigned = OnCallAssigned(by=command.by, at=command.at, people=command.assigned, team=command.team)
    yield assigned
    incident = following(incident, [assigned])
    names = " and ".join(f"<@{person}>" for person in command.assigned)
    because = f"{names} {'is' if len(command.assigned) == 1 else 'are'} on call for it"
    yield from moved_by_itself(Trigger.ON_CALL, incident, policy, by=SYSTEM, at=command.at, because=because)


def _is_here(incident: Incident, person: str) -> bool:
    """Whoever declared it, or wears a hat, need not be woken for it."""
    return person == incident.declared_by or bool(incident.wears(person))


def nobody_on_call(command: RecordNobodyOnCall, incident: Incident) -> list[AnyEvent]:
    nobody = NobodyOnCall(by=command.by, at=command.at, why=command.why, cure=command.cure)
    return [*_ordered(command, command.told, incident), nobody]


def called(command: RecordCalled, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Order the pages of a call, unless somebody has answered since. Behind an empty call the next begins at once.

    A lookup that comes late, when all workers were away, still counts: those whom it found have not been told.
    """
    escalation = incident.escalations.get(command.escalation)
    if escalation is None or not escalation.standing.wants_answer or command.call <= escalation.settled:
        return []
    pages = incident.called(escalation.id, command.call)
    wanted = tuple(one for one in command.called if one.who not in {page.who for page in pages})
    facts = {"by": command.by, "at": command.at, "escalation": escalation.id, "call": command.call}
    events: list[AnyEvent] = [SomebodyMissing(**facts, because=because) for because in command.missing]
    events += _ordered(command, wanted, incident, escalation.id, command.call)
    if wanted or any(not page.failed for page in pages) or not escalation.waits_for(command.call):
        return events
    because = "nobody behind it can be reached"
    return [*events, CallWasEmpty(**facts, because=because), *_go_on(command, escalation, policy, incident, because)]


def _ordered(
    command: Command, reachable: Sequence[Reachable], incident: Incident, escalation: str = "", call: int = 0
) -> list[AnyEvent]:
    before = len(incident.called(escalation, call))
    return [
        PageOrdered(
            by=command.by,
            at=command.at,
            page=f"{escalation or 'told'}.{call}.{number}",
            escalation=escalation,
            call=call,
            kind=one.kind,
            who=one.who,
            because=one.because,
            ways=one.ways,
            mention=one.mention,
        )
        for number, one in enumerate(reachable, start=before + 1)
    ]


def time_is_up(command: Tick, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Nobody has answered in time: call the next tier. Or whoever has answered was silent for too long."""
    events = list[AnyEvent]()
    for escalation in incident.escalations.values():
        call = escalation.call
        if escalation.standing is Standing.RUNNING and call is not None and call.due <= command.at:
            waited = command.at - call.at
            events += _go_on(command, escalation, policy, incident, f"nobody answered in {lasted(waited)}")
        elif escalation.standing is Standing.ACKNOWLEDGED:
            events += _lapse(command, escalation, incident)
    return events


def _lapse(command: Tick, escalation: Escalation, incident: Incident) -> list[AnyEvent]:
    """Silence after an acknowledgement: the tier that was called last is called again."""
    due = incident.timers.get(lapse_timer(escalation.id))
    if due is None or command.at < due or escalation.answered_by is None:
        return []
    silent = command.at - (incident.active_at or escalation.at)
    lapsed = AcknowledgementLapsed(
        by=SYSTEM,
        at=command.at,
        escalation=escalation.id,
        answered_by=escalation.answered_by,
        seconds=silent.total_seconds(),
    )
    turn = (escalation.call.round, escalation.call.tier) if escalation.call else (0, 0)
    because = f"<@{escalation.answered_by}> was silent for {lasted(silent)}"
    return [lapsed, _call(command, escalation, turn, because)]


def _go_on(
    command: Command, escalation: Escalation, policy: Policy, incident: Incident, because: str
) -> list[AnyEvent]:
    """Call whoever comes next; after the last tier, the last resort is told and the failure is recorded."""
    if (turn := escalation.next_turn()) is not None:
        return [_call(command, escalation, turn, because)]
    channel = escalation.policy.last_resort or policy.channels.managers
    last = escalation.following
    spent = EscalationExhausted(by=command.by, at=command.at, escalation=escalation.id, call=last, channel=channel)
    resort = Reachable(
        kind="channel", who=channel, because="the last resort: nobody has answered", ways=(Way(by=SLACK),)
    )
    return [spent, *_ordered(command, (resort,), incident, escalation.id, last)]


def _call(
    command: Command,
    escalation: Escalation,
    turn: tuple[int, int],
    because: str = "",
    person: str | None = None,
) -> EscalationCalled:
    round_, tier = turn
    limit = timedelta(seconds=escalation.policy.tiers[tier].limit)
    return EscalationCalled(
        by=command.by,
        at=command.at,
        escalation=escalation.id,
        call=escalation.following,
        round=round_,
        tier=tier,
        person=person,
        due=command.at + limit,
        because=because,
    )


def acknowledge(command: Acknowledge, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Answer for all that is being called in this incident."""
    if unanswered := incident.unanswered:
        return answers(command, unanswered, incident, policy)
    escalation = _latest(incident)
    if escalation is None or escalation.answered_by is None:
        raise NobodyIsCalled
    if escalation.answered_by == command.by:
        return []
    raise AcknowledgedAlready(person=escalation.answered_by)


def answers(command: Command, escalations: Iterable[Escalation], incident: Incident, policy: Policy) -> list[AnyEvent]:
    """List what an answer means: nobody is called any more, and the incident has somebody who looks at it."""
    events: list[AnyEvent] = [
        Acknowledged(by=command.by, at=command.at, escalation=escalation.id) for escalation in escalations
    ]
    if events:
        because = f"<@{command.by}> acknowledged it"
        incident = following(incident, events)
        events += moved_by_itself(Trigger.ON_CALL, incident, policy, by=SYSTEM, at=command.at, because=because)
    return events


def answers_by_hat(command: Command, incident: Incident) -> list[AnyEvent]:
    """Whoever is being called and puts a hat on has answered."""
    called = {page.escalation for page in incident.pages.values() if page.who == command.by}
    mine = [escalation for escalation in incident.unanswered if escalation.id in called]
    return [Acknowledged(by=command.by, at=command.at, escalation=escalation.id) for escalation in mine]


def take_over(command: TakeOver, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Answer in somebody's place; where nobody has answered yet, this is an acknowledgement."""
    if incident.unanswered:
        return answers(command, incident.unanswered, incident, policy)
    answered = [escalation for escalation in incident.escalations.values() if escalation.answered_by is not None]
    if not answered or incident.stage.is_over:
        raise NobodyIsCalled
    return [
        TakenOver(by=command.by, at=command.at, escalation=escalation.id, before=escalation.answered_by)
        for escalation in answered
        if escalation.answered_by is not None and escalation.answered_by != command.by
    ]


def pass_on(command: PassOn, incident: Incident) -> list[AnyEvent]:
    """“Not me”: the person who was named is called instead, at the same tier, for as long as a tier has."""
    if command.to == command.by:
        raise PassOnToYourself
    check_length(command.because)
    mine = [
        escalation
        for escalation in incident.escalations.values()
        if escalation.standing.wants_answer or escalation.answered_by == command.by
    ]
    if not mine or incident.stage.is_over:
        raise NobodyIsCalled
    events = list[AnyEvent]()
    for escalation in mine:
        passed = PassedOn(
            by=command.by, at=command.at, escalation=escalation.id, to=command.to, because=command.because
        )
        turn = (escalation.call.round, escalation.call.tier) if escalation.call else (0, 0)
        because = f"<@{command.by}> said: not me"
        events += [passed, _call(command, escalation, turn, because, command.to)]
    return events


def escalate_now(command: EscalateNow, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Call whoever comes next without waiting; after an acknowledgement, too: somebody needs help."""
    check_length(command.because)
    escalation = next(iter(incident.unanswered), None) or _latest(incident)
    if escalation is None or incident.stage.is_over:
        raise NobodyIsCalled
    if escalation.next_turn() is None and escalation.standing is Standing.EXHAUSTED:
        raise NobodyIsLeft
    because = f"<@{command.by}> asked for it" + (f": {command.because}" if command.because else "")
    return _go_on(command, escalation, policy, incident, because)


def try_page(command: TryPage, incident: Incident) -> list[AnyEvent]:
    """Let a page out, unless it is no longer wanted: what follows an answer never goes."""
    page = incident.pages.get(command.page)
    if page is None or not is_wanted(page, incident):
        return []
    way = page.ways[command.way]
    if way.is_over or (way.state == "tried" and not command.again):
        return []
    return [PageTried(by=command.by, at=command.at, page=page.id, way=command.way)]


def is_wanted(page: Page, incident: Incident) -> bool:
    """Say whether this page may still go out."""
    if incident.stage.is_over or page.declined:
        return False
    escalation = incident.escalations.get(page.escalation)
    return escalation is None or (escalation.standing.wants_answer and page.call > escalation.settled)


def page_sent(command: RecordPageSent, incident: Incident) -> list[AnyEvent]:
    if _is_over(command.page, command.way, incident):
        return []
    return [
        PageSent(
            by=command.by,
            at=command.at,
            page=command.page,
            way=command.way,
            detail=command.detail,
            late=command.late,
            held_up=incident.pages[command.page].ways[command.way].detail,
        )
    ]


def page_failed(command: RecordPageFailed, incident: Incident) -> list[AnyEvent]:
    if _is_over(command.page, command.way, incident):
        return []
    return [
        PageFailed(by=command.by, at=command.at, page=command.page, way=command.way, why=command.why, cure=command.cure)
    ]


def page_delayed(command: RecordPageDelayed, incident: Incident) -> list[AnyEvent]:
    if _is_over(command.page, command.way, incident):
        return []
    return [
        PageDelayed(
            by=command.by,
            at=command.at,
            page=command.page,
            way=command.way,
            why=command.why,
            seconds=command.seconds,
        )
    ]


def _is_over(page: str, way: int, incident: Incident) -> bool:
    return page not in incident.pages or incident.pages[page].ways[way].is_over


def _latest(incident: Incident) -> Escalation | None:
    return next(reversed(incident.escalations.values()), None)
