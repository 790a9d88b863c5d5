"""What follows outside: events and the state before and after them in, effects out."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, assert_never

from bot.domain import effects as x
from bot.domain.gates import events as g
from bot.domain.gates.count import awaited, in_play
from bot.domain.gates.due import wanted
from bot.domain.gates.gate import Debt, Gate
from bot.domain.hats import Hat
from bot.domain.incident import events as e
from bot.domain.incident.escalations import Page
from bot.domain.incident.mitigations import Mitigation, Progress
from bot.domain.incident.record import Recorded
from bot.domain.incident.state import Incident
from bot.domain.oncall.reach import SLACK
from bot.domain.runbook import Phase
from bot.domain.workflow.lifecycle import Action, Purpose


def react(records: Sequence[Recorded], before: Incident | None, after: Incident) -> list[x.AnyEffect]:
    """List the effects of one command's events, in order; the card and its kin come once, last."""
    effects = list(dict.fromkeys(effect for record in records for effect in _of(record, after)))
    if before is None or after.gates is not before.gates:
        effects += _asks(before, after)
    if before is not None and before.offers:
        effects += _offers_ended(records, before, after)
    if after.channel is None:
        return effects  # what is shown is shown once there is a channel to show it in
    people = () if before is None else before.people
    if after.people != people or (before is not None and before.channel is None):
        effects.append(x.Invite(incident=after.id))
    if before is None or _headline(before) != _headline(after):
        effects += [x.DressChannel(incident=after.id), x.ShowAnnouncement(incident=after.id)]
    return [*effects, x.ShowCard(incident=after.id)]


def _offers_ended(records: Sequence[Recorded], before: Incident, after: Incident) -> Iterator[x.ShowOffer]:
    """Whoever was asked to take a hat over and need not answer any more sees what became of it."""
    answers = {record.event.hat: record.event for record in records if isinstance(record.event, ANSWERS)}
    is_closed = after.stage.purpose is Purpose.CLOSED and before.stage.purpose is not Purpose.CLOSED
    for hat, person in before.offers.items():
        at = before.offered_at.get(hat)
        if (after.offers.get(hat), after.offered_at.get(hat)) == (person, at) and not is_closed:
            continue
        standing: x.OfferStanding
        match answers.get(hat):
            case e.HatHandedOver():
                standing = "accepted"
            case e.OfferDeclined():
                standing = "declined"
            case _ if hat not in after.offers:
                standing = "withdrawn"
            case _:
                standing = "closed" if is_closed else "overtaken"
        yield x.ShowOffer(incident=after.id, person=person, hat=hat, at=at, standing=standing)


def _asks(before: Incident | None, after: Incident) -> Iterator[x.AnyEffect]:
    """Look up whom gates ask now; tell those who are asked, and those whose answer isn't wanted any more."""
    for name, gate in after.gates.items():
        was = before.gates.get(name) if before is not None else None
        if gate is was:
            continue
        known = {look.turn for look in wanted(was)} if was is not None else set()
        for look in wanted(gate):
            if look.turn not in known:
                yield x.LookUpSeats(incident=after.id, gate=name, turn=look.turn)
        told, now = _told(was) if was is not None else {}, _told(gate)
        for (turn, person), (number, _) in now.items():
            if number > told.get((turn, person), (0, False))[0]:
                yield x.AskPerson(incident=after.id, gate=name, turn=turn, person=person, number=number)
        for (turn, person), (number, waits) in told.items():
            if number and ((turn, person) not in now or waits is not now[turn, person][1]):
                yield x.ShowAsked(incident=after.id, gate=name, turn=turn, person=person)
        if not gate.is_open and (was is None or was.is_open):
            yield x.RememberAnswers(incident=after.id, gate=name)


def _told(gate: Gate) -> dict[tuple[int, str], tuple[int, bool]]:
    """Say of each who is asked, how often they were told, and whether their answer is wanted."""
    found, playing = dict[tuple[int, str], tuple[int, bool]](), in_play(gate) if gate.is_open else ()
    for call in gate.calls:
        silent = {chair.account for chair in awaited(gate, call)} if call in playing else set[str]()
        for chair in call.chairs:
            number, waits = found.get((call.turn, chair.account), (0, False))
            found[call.turn, chair.account] = max(number, chair.told), waits or chair.account in silent
    return found


ANSWERS = (e.HatHandedOver, e.OfferDeclined)


def _headline(incident: Incident) -> tuple[object, ...]:
    """What topic and announcement show."""
    commander, is_mitigated = incident.wearers(Hat.COMMANDER), incident.mitigated_at is not None
    return incident.channel, incident.stage, incident.severity, incident.policy, commander, is_mitigated


def _of(record: Recorded, after: Incident) -> list[x.AnyEffect]:
    event, incident, version = record.event, after.id, record.version
    if isinstance(event, e.MitigationEvent):
        return _mitigated(event, after, version)
    if isinstance(event, e.EscalationEvent):
        return _escalated(event, after, version)
    if isinstance(event, e.GateEvent):
        return _gated(event, after, version)
    if isinstance(event, e.ReminderEvent):
        return _reminded(event, after)
    if isinstance(event, e.StageEvent):
        return _staged(event, after, version)
    match event:
        case e.NoteAdded() | e.MessageUnpinned() | e.HatReleased():
            return []
        case e.Declared():
            return [x.OpenChannel(incident=incident), x.Summon(incident=incident)]
        case e.ChannelOpened():
            return [
                x.PinCard(incident=incident),
                *(x.ShowMitigation(incident=incident, mitigation=m.id) for m in after.mitigations.values()),
                *(x.ShowGate(incident=incident, gate=name) for name in after.gates if name not in after.mitigations),
                *(x.ShowEscalation(incident=incident, escalation=name) for name in after.escalations),
            ]
        case e.OnCallAssigned():
            return []  # the change of stage that comes with it is told
        case e.NobodyOnCall():
            return [x.Tell(incident=incident, version=version)]
        case e.HatTaken():
            told = x.Tell(incident=incident, version=version)
            return [told, x.GiveBrief(incident=incident, person=event.by, hat=event.hat)]
        case e.HatGiven():
            told = x.Tell(incident=incident, version=version)
            return [told, x.GiveBrief(incident=incident, person=event.to, hat=event.hat)]
        case e.HatOffered():
            return [x.ShowOffer(incident=incident, person=event.to, hat=event.hat, at=event.at)]
        case e.HatHandedOver():
            told = x.Tell(incident=incident, version=version)
            return [told, x.GiveBrief(incident=incident, person=event.by, hat=event.hat)]
        case e.ConflictMet():
            return [x.Warn(incident=incident, version=version, person=event.person)]
        case e.OfferDeclined() | e.MessagePinned() | e.PinEdited() | e.PinDeleted():
            return [x.Tell(incident=incident, version=version)]
        case e.UpdatePosted():
            return [
                x.Tell(incident=incident, version=version),
                x.Tell(incident=incident, version=version, place="announce"),
                x.Tell(incident=incident, version=version, place="managers"),
            ]
        case e.CustomersTold():
            return [
                x.Tell(incident=incident, version=version),
                x.Tell(incident=incident, version=version, place="customers"),
            ]
        case e.HypothesisStated() | e.HypothesisRuledOut() | e.ActionItemAdded() | e.ActionItemChanged():
            return [x.Tell(incident=incident, version=version)]
        case e.PolicyAdopted():
            return [x.Tell(incident=incident, version=version)]
        case e.Resolved():  # the change of stage that comes with it is told
            return _nobody_called(after)
        case e.ExportRequested():
            return [x.MakeExport(incident=incident, format=event.format, request=event.request)]
        case e.ExportDelivered():
            return []  # the file itself stands in the channel
        case e.ExportFailed():
            return [x.Tell(incident=incident, version=version)]
        case e.TroubleMet():
            return [
                x.Tell(incident=incident, version=version),
                x.Tell(incident=incident, version=version, place="managers"),
            ]
        case e.MitigationProposed():
            mitigation = after.mitigations[event.mitigation]
            begins = [_step(after, mitigation, "plan", 0)] if mitigation.progress is Progress.APPROVED else []
            return [*_shown(after, mitigation), *begins]
        case _:
            assert_never(event)


def _staged(event: e.StageEvent, after: Incident, version: int) -> list[x.AnyEffect]:
    told = x.Tell(incident=after.id, version=version)
    match event:
        case e.SeverityChanged():
            is_worse = event.before.is_lower_than(event.to) and after.is_open
            summons = [x.Summon(incident=after.id)] if is_worse else []
            return [*summons, told, x.Tell(incident=after.id, version=version, place="managers")]
        case e.StageChanged():
            whole = event.to.purpose in {Purpose.RESOLVED, Purpose.CLOSED}
            posted = x.PostTimeline(incident=after.id, version=version, whole=whole)
            called = [x.Summon(incident=after.id, again=True)] if Action.CALL_ON_CALL in event.actions else []
            past = after.stage.is_over and not event.before.is_over and event.to.purpose is not Purpose.RESOLVED
            ended = _nobody_called(after) if past else []  # by a workflow of before, which is refused now
            return [told, *called, *ended] if after.private else [told, posted, *called, *ended]
        case e.ReviewOpened():
            return [told, x.Tell(incident=after.id, version=version, place="managers")]
        case e.SeverityJustified() | e.StageOverdue() | e.CriterionConfirmed():
            return []  # the card and `/incident stage` say so; whoever should know is reminded
        case e.CriterionWithdrawn():
            return [told]
        case _:
            assert_never(event)


def _mitigated(event: e.MitigationEvent, after: Incident, version: int) -> list[x.AnyEffect]:
    mitigation = after.mitigations[event.mitigation]
    shown = _shown(after, mitigation)
    told = x.Tell(incident=after.id, version=version)
    freed = _freed(after, mitigation)
    match event:
        case e.StepFinished():
            following = event.step + 1
            goes_on = mitigation.progress in {Progress.RUNNING, Progress.ROLLING_BACK} and event.ok
            has_more = following < len(mitigation.steps_of(event.phase))
            same_phase = (mitigation.progress is Progress.ROLLING_BACK) == (event.phase == "rollback")
            if goes_on and has_more and same_phase:
                return [_step(after, mitigation, event.phase, following), *shown]
            return shown
        case e.DryRunOrdered():
            return [x.DryRun(incident=after.id, mitigation=mitigation.id, trial=event.trial), *shown]
        case e.VerificationStarted():
            return [x.ReadSignal(incident=after.id, mitigation=mitigation.id, delay=0), *shown]
        case e.SignalRead() if mitigation.progress is Progress.VERIFYING:
            every = mitigation.plan.verify.every
            return [x.ReadSignal(incident=after.id, mitigation=mitigation.id, delay=every), *shown]
        case e.RollbackStarted():
            return [_step(after, mitigation, "rollback", 0), told, *shown]
        case e.HumanNeeded() if mitigation.progress is not Progress.NEEDS_HUMAN or after.waits_to_undo(mitigation.id):
            return [told, *shown]  # it keeps its target: what is to be undone is not decided, or begins now
        case e.MitigationVerified() | e.MitigationRolledBack() | e.HumanNeeded() | e.RunStopped():
            return [freed, told, *shown]
        case _:
            return shown


def _gated(event: e.GateEvent, after: Incident, version: int) -> list[x.AnyEffect]:
    """What is told of a gate; its own message shows the rest."""
    gate = after.gates[event.gate]
    if gate.subject.purpose == "rollback":
        return _undoing(event, gate, after, version)
    mitigation = after.mitigations.get(event.gate)
    shown = _shown(after, mitigation) if mitigation is not None else _gate_shown(after, gate)
    if isinstance(event, g.GateClosed):
        if mitigation is not None and mitigation.progress is Progress.APPROVED:
            return [_step(after, mitigation, "plan", 0), *shown]
        if mitigation is None and event.outcome.goes_ahead:
            return shown  # what it stands before follows, and is told
    return _news(event, gate, after, version, shown)


def _news(event: e.GateEvent, gate: Gate, after: Incident, version: int, shown: list[x.AnyEffect]) -> list[x.AnyEffect]:
    told = x.Tell(incident=after.id, version=version)
    managers = x.Tell(incident=after.id, version=version, place="managers")
    match event:
        case g.VoteCameLate() if event.choice == "reject" and _can_stop(after.mitigations.get(gate.id)):
            return [told]
        case g.VoteCameLate() | g.PlanOpened():
            return []
        case g.Countersigned():
            waited = gate.debt is not None and gate.debt.is_told
            shown = [x.ShowDebt(incident=after.id, gate=gate.id), *shown]
            return [told, *([managers] if waited or not event.agrees else []), *shown]
        case g.GateClosed() | g.ChannelReminded() | g.QuorumEased() | g.PersonOutOfReach():
            return [told, *shown]
        case g.Contested():
            return [told, *shown]
        case g.TierCalled() if event.because and gate.is_open and event.ballot != gate.override_ballot:
            return [told, *shown]
        case g.SubjectChanged() if gate.subject.purpose == "notification":
            return [told, *shown]  # a mitigation's own message tells it
        case g.GateExhausted():
            return [told, managers, *shown]
        case g.GlassBroken():
            announced = x.Tell(incident=after.id, version=version, place="announce")
            return [x.ShowDebt(incident=after.id, gate=gate.id), managers, announced, *shown]
        case g.DebtOverdue() | g.DebtReminded():
            debt = gate.debt
            reminder = x.ShowDebt(incident=after.id, gate=gate.id, number=_reminders(debt) if debt is not None else 0)
            return [reminder, *([managers] if debt is not None and debt.is_told else [])]
        case _:
            return shown


def _can_stop(mitigation: Mitigation | None) -> bool:
    """Say whether what was approved is under way, and a late no is a reason to stop it."""
    return mitigation is not None and mitigation.progress.can_stop


def _reminders(debt: Debt) -> int:
    """Number the reminders of a debt: at half time, when it is overdue, and those after that."""
    return 1 + debt.is_told + debt.nagged


def _undoing(event: e.GateEvent, gate: Gate, after: Incident, version: int) -> list[x.AnyEffect]:
    """A gate before a rollback: the mitigation's own message shows it, too, and its target is held meanwhile."""
    mitigation = after.mitigations[str(gate.subject.parameters["mitigation"])]
    shown = [*_gate_shown(after, gate), *_shown(after, mitigation)]
    match event:
        case g.GateOpened() | g.TierCalled() | g.LimitPutOff() | g.StepReopened() | g.ContestEnded() if gate.is_open:
            held = x.HoldTarget(incident=after.id, mitigation=mitigation.id, gate=gate.id)
            return [held, *_news(event, gate, after, version, shown)]
        case g.GateClosed() if mitigation.progress is Progress.ROLLING_BACK:
            return shown  # the rollback begins, and is told
        case g.GateClosed() if mitigation.progress is Progress.NEEDS_HUMAN:
            return [_freed(after, mitigation), *shown]  # that a human is needed is told
        case g.GateClosed():
            return [_freed(after, mitigation), *_news(event, gate, after, version, shown)]
        case _:
            return _news(event, gate, after, version, shown)


def _escalated(event: e.EscalationEvent, after: Incident, version: int) -> list[x.AnyEffect]:
    if isinstance(event, e.PageEvent):
        return _paged(event, after)
    shown = _escalation_shown(after, event.escalation)
    told = x.Tell(incident=after.id, version=version)
    match event:
        case e.EscalationCalled():
            look_up = x.LookUp(
                incident=after.id,
                escalation=event.escalation,
                call=event.call,
                tier=event.tier,
                person=event.person,
                by=event.by,
            )
            return [look_up, *([told] if event.call > 1 else []), *shown]
        case e.Acknowledged() | e.TakenOver():
            settled = _settled(after, after.called(event.escalation), "acknowledged")
            return [*settled, told, *shown]
        case e.EscalationExhausted():
            return [told, *shown]
        case e.PassedOn():
            theirs = [page for page in after.called(event.escalation) if page.declined]
            return [*(x.ShowPage(incident=after.id, page=page.id) for page in theirs), *shown]
        case e.EscalationStarted() | e.CallWasEmpty() | e.SomebodyMissing() | e.AcknowledgementLapsed():
            return shown
        case _:
            assert_never(event)


def _reminded(event: e.ReminderEvent, after: Incident) -> list[x.AnyEffect]:
    match event:
        case e.ReminderGiven():
            return [x.Remind(incident=after.id, kind=event.kind, count=event.count)]
        case e.ReminderHeld():
            return []  # it was never told
        case e.ReminderEnded():
            return [x.ShowReminder(incident=after.id, kind=event.kind)]
        case e.RemindersSnoozed() | e.RemindersStopped() | e.RemindersResumed():
            told = (kind for kind in event.kinds if kind in after.reminders and after.reminders[kind].is_on)
            return [x.ShowReminder(incident=after.id, kind=kind) for kind in told]
        case _:
            assert_never(event)


def _paged(event: e.PageEvent, after: Incident) -> list[x.AnyEffect]:
    page = after.pages[event.page]
    shown = _escalation_shown(after, page.escalation)
    match event:
        case e.PageOrdered():
            ways = enumerate(event.ways)
            return [
                *(x.SendPage(incident=after.id, page=page.id, way=number, delay=way.after) for number, way in ways),
                *shown,
            ]
        case e.PageFailed() | e.PageDelayed():
            following = next((n for n, way in enumerate(page.ways) if n > event.way and way.state == "waiting"), None)
            if following is not None:
                return [x.SendPage(incident=after.id, page=page.id, way=following), *shown]
            is_lost = page.failed and page.kind == "person"
            return [*([x.FindDeputy(incident=after.id, page=page.id)] if is_lost else []), *shown]
        case e.PageTried():
            return []
        case e.PageSent():
            return [*_overtaken(after, page, event.way), *shown]
        case _:
            assert_never(event)


How = Literal["acknowledged", "resolved"]


def _overtaken(after: Incident, page: Page, way: int) -> list[x.AnyEffect]:
    """An answer came while this page was on its way: nobody else would tell whoever gets it now."""
    escalation = after.escalations.get(page.escalation)
    if after.stage.is_over:
        return [_settle(after, page, way, "resolved")]
    if escalation is not None and page.call <= escalation.settled:
        return [_settle(after, page, way, "acknowledged")]
    return []


def _settled(after: Incident, pages: Iterable[Page], how: How) -> list[x.AnyEffect]:
    """What was sent no longer asks for an answer; nor does what may have been, when a worker died over it."""
    return [
        _settle(after, page, number, how)
        for page in pages
        for number, way in enumerate(page.ways)
        if way.state in {"tried", "sent"}
    ]


def _nobody_called(after: Incident) -> list[x.AnyEffect]:
    """It is over: pages are settled elsewhere, and the messages about calls say that nobody is called any more."""
    return [
        *_settled(after, after.pages.values(), "resolved"),
        *(x.ShowEscalation(incident=after.id, escalation=name) for name in after.escalations),
    ]


def _settle(after: Incident, page: Page, way: int, how: How) -> x.AnyEffect:
    if page.ways[way].by == SLACK:
        return x.ShowPage(incident=after.id, page=page.id)
    return x.SettlePage(incident=after.id, page=page.id, way=way, how=how)


def _escalation_shown(incident: Incident, escalation: str) -> list[x.AnyEffect]:
    """Its message, once there is a channel to show it in."""
    if incident.channel is None or not escalation:
        return []
    return [x.ShowEscalation(incident=incident.id, escalation=escalation)]


def _gate_shown(incident: Incident, gate: Gate) -> list[x.AnyEffect]:
    """Its message, once there is a channel to show it in."""
    return [x.ShowGate(incident=incident.id, gate=gate.id)] if incident.channel is not None else []


def _shown(incident: Incident, mitigation: Mitigation) -> list[x.AnyEffect]:
    """Its message, once there is a channel to show it in."""
    return [x.ShowMitigation(incident=incident.id, mitigation=mitigation.id)] if incident.channel is not None else []


def _freed(incident: Incident, mitigation: Mitigation) -> x.ReleaseTarget:
    return x.ReleaseTarget(incident=incident.id, mitigation=mitigation.id, target=mitigation.plan.target)


def _step(incident: Incident, mitigation: Mitigation, phase: Phase, step: int) -> x.RunStep:
    return x.RunStep(incident=incident.id, mitigation=mitigation.id, phase=phase, step=step)
