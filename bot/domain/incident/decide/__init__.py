"""May it be done? One file per noun, one function per command; `decide` is their table."""

from typing import assert_never

from bot.domain.incident import commands as c
from bot.domain.incident.decide import (
    conflicts,
    customers,
    declare,
    escalations,
    exports,
    facts,
    findings,
    gates,
    hats,
    mitigations,
    policies,
    reminders,
    runs,
    stages,
    ticks,
)
from bot.domain.incident.events import AnyEvent
from bot.domain.incident.evolve import evolve
from bot.domain.incident.rejections import IsClosed, NoSuchIncident
from bot.domain.incident.state import Incident
from bot.domain.workflow.lifecycle import Purpose
from bot.domain.workflow.policy import Policy

AFTER_THE_END = (
    c.RequestExport,
    c.RecordExport,
    c.RecordTrouble,
    c.RecordDryRun,
    c.RecordChannel,
    c.RecordPinEdited,
    c.RecordPinDeleted,
    c.RecordTargetBusy,
    c.RecordStepStarted,
    c.RecordStepFinished,
    c.RecordSignal,
    c.RecordCalled,
    c.TryPage,
    c.RecordPageSent,
    c.RecordPageFailed,
    c.RecordPageDelayed,
    c.RecordReminderHeld,
    c.AtGate,
    c.Tick,
)
"""What a closed incident still takes: a wish to read it, and what happened outside whether we like it or not."""

MINDS_THE_LIMIT = (c.Propose, c.Withdraw, c.ChangeStage, c.Resolve, c.RollBack, c.TellCustomers)
"""Orders that depend on gates: what has fallen due there comes first, even if the clock has not got round to it."""


def decide(command: c.AnyCommand, incident: Incident | None, policy: Policy) -> list[AnyEvent]:
    """Return what happens by this command; nothing where it is so already.

    Raises Rejected where it may not be done.
    """
    if isinstance(command, c.Declare):
        return declare.declare(command, incident, policy)
    if incident is None:
        raise NoSuchIncident(incident=command.incident)
    events = _decide(command, incident, policy)
    events += conflicts.met(command, events, incident, policy)
    if incident.gates:
        events += gates.overtaken(command, events, incident)
    if isinstance(command, c.AdoptPolicy):
        policy = command.to  # by which its reminders go on, or end
    return [*events, *reminders.ended(command, events, incident, policy)] if incident.reminders else events


def _decide(command: c.AnyCommand, incident: Incident, policy: Policy) -> list[AnyEvent]:
    if incident.stage.purpose is Purpose.CLOSED and not isinstance(command, AFTER_THE_END):
        raise IsClosed(incident=incident.id)
    if isinstance(command, MINDS_THE_LIMIT) and (overdue := gates.time_is_up(command, incident, policy)):
        for event in overdue:
            incident = evolve(incident, event, incident.id)
        return [*overdue, *_decide(command, incident, policy)]
    match command:
        case c.Declare():
            return declare.declare(command, incident, policy)
        case c.AddNote():
            return facts.note(command)
        case (
            c.StateHypothesis()
            | c.RuleOutHypothesis()
            | c.AddActionItem()
            | c.ChangeActionItem()
            | c.ConfirmCriterion()
            | c.WithdrawConfirmation()
        ):
            return findings.find(command, incident, policy)
        case c.RecordChannel():
            return declare.record_channel(command, incident)
        case c.TakeHat():
            return hats.take(command, incident, policy)
        case c.GiveHat():
            return hats.give(command, incident, policy)
        case c.ReleaseHat():
            return hats.release(command, incident, policy)
        case c.OfferHat():
            return hats.offer(command, incident, policy)
        case c.AnswerOffer():
            return hats.answer_offer(command, incident, policy)
        case c.PinMessage():
            return facts.pin(command, incident)
        case c.UnpinMessage():
            return facts.unpin(command, incident)
        case c.RecordPinEdited():
            return facts.pin_edited(command, incident)
        case c.RecordPinDeleted():
            return facts.pin_deleted(command, incident)
        case c.PostUpdate() | c.TellCustomers():
            return customers.inform(command, incident, policy)
        case c.RecordTrouble():
            return facts.trouble(command, incident)
        case c.ChangeSeverity():
            return stages.change_severity(command, incident)
        case c.ChangeStage():
            return stages.change_stage(command, incident, policy)
        case c.AdoptPolicy():
            return policies.adopt(command, incident, policy)
        case c.Resolve():
            return stages.resolve(command, incident, policy)
        case c.Propose():
            return mitigations.propose(command, incident, policy)
        case c.AtGate():
            return gates.at_gate(command, incident, policy)
        case c.Withdraw() | c.TryAgain() | c.RecordDryRun():
            return mitigations.while_asked(command, incident, policy)
        case c.StopRun():
            return runs.stop(command, incident)
        case c.RollBack():
            return runs.roll_back(command, incident, policy)
        case c.RecordTargetBusy():
            return runs.target_busy(command, incident)
        case c.RecordStepStarted():
            return runs.step_started(command, incident)
        case c.RecordStepFinished():
            return runs.step_finished(command, incident, policy)
        case c.RecordSignal():
            return runs.signal_read(command, incident, policy)
        case c.RequestExport():
            return exports.request(command)
        case c.RecordExport():
            return exports.record(command, incident)
        case c.StartEscalation():
            return escalations.start(command, incident, policy)
        case c.RecordNobodyOnCall():
            return escalations.nobody_on_call(command, incident)
        case c.RecordCalled():
            return escalations.called(command, incident, policy)
        case c.TryPage():
            return escalations.try_page(command, incident)
        case c.RecordPageSent():
            return escalations.page_sent(command, incident)
        case c.RecordPageFailed():
            return escalations.page_failed(command, incident)
        case c.RecordPageDelayed():
            return escalations.page_delayed(command, incident)
        case c.Acknowledge():
            return escalations.acknowledge(command, incident, policy)
        case c.TakeOver():
            return escalations.take_over(command, incident, policy)
        case c.PassOn():
            return escalations.pass_on(command, incident)
        case c.EscalateNow():
            return escalations.escalate_now(command, incident, policy)
        case c.SnoozeReminders() | c.StopReminders() | c.ResumeReminders() | c.RecordReminderHeld():
            return reminders.put_off(command, incident, policy)
        case c.Tick():
            return ticks.time_is_up(command, incident, policy)
        case _:
            assert_never(command)
