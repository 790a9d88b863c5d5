"""Reminders: telling what is missing when its time has come, and no longer; snoozing, stopping, taking that back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, assert_never

from bot.domain.incident.commands import (
    Command,
    RecordReminderHeld,
    ResumeReminders,
    SnoozeReminders,
    StopReminders,
    Tick,
)
from bot.domain.incident.due import has_just_acted, is_overdue, missing_since, owed_by, reminder_due
from bot.domain.incident.events import (
    AnyEvent,
    ReminderEnded,
    ReminderGiven,
    ReminderHeld,
    RemindersResumed,
    RemindersSnoozed,
    RemindersStopped,
)
from bot.domain.incident.evolve import evolve
from bot.domain.incident.rejections import IsOver, NothingToRemindOf, SnoozeDoesNotFit
from bot.domain.incident.reminders import JUST_NOW, SNOOZE_LIMIT_MINUTES
from bot.domain.incident.state import Incident
from bot.domain.words import check_length
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.reminders import Kind, ReminderPolicy


def time_is_up(command: Tick, incident: Incident, policy: Policy) -> list[AnyEvent]:
    """Tell whatever has been missing for long enough, each kind by itself; nobody is pinged for two at a time."""
    if not incident.is_open:
        return []
    events = list[AnyEvent]()
    for kind, rule in policy.reminders_at(incident.severity).items():
        due = reminder_due(kind, rule, incident, policy)
        if due is not None and due <= command.at:
            given = _given(kind, rule, incident, policy, command.at, by=command.by)
            events.append(given)
            incident = evolve(incident, given, incident.id)
    return events


def _given(
    kind: Kind, rule: ReminderPolicy, incident: Incident, policy: Policy, at: datetime, *, by: str
) -> ReminderGiven:
    before = incident.reminders.get(kind)
    number = before.number + 1 if before is not None and before.is_on else 1
    since = missing_since(kind, rule, incident, policy)
    assert since is not None, "what is due is missing"
    return ReminderGiven(
        by=by,
        at=at,
        kind=kind,
        since=since,
        number=number,
        count=before.count + 1 if before is not None else 1,
        to=_to(kind, rule, number, incident, at),
        last=number >= rule.most,
    )


def _to(kind: Kind, rule: ReminderPolicy, number: int, incident: Incident, at: datetime) -> tuple[str, ...]:
    """Name who is to be pinged: not who just did something, nor who was just pinged for something else."""
    if number > 1 and rule.again == "edit":
        return ()
    others = (told for other, told in incident.reminders.items() if other is not kind and at - told.at < JUST_NOW)
    pinged = {person for told in others for person in told.to}
    owing = owed_by(kind, incident)
    return tuple(person for person in owing if person not in pinged and not has_just_acted(person, incident, at))


def ended(command: Command, events: Sequence[AnyEvent], incident: Incident, policy: Policy) -> list[AnyEvent]:
    """List the reminders that end with a command: by what it did, or because the policy wants them no more."""
    running = [kind for kind, told in incident.reminders.items() if told.is_on]
    if not running or not (events or isinstance(command, Tick)):
        return []
    after = incident
    for event in events:
        after = evolve(after, event, after.id)
    return [
        ReminderEnded(by=command.by, at=command.at, kind=kind, because=_because(kind, after, policy))
        for kind in running
        if not is_overdue(kind, after, policy, command.at)
    ]


def _because(kind: Kind, after: Incident, policy: Policy) -> Literal["done", "over", "changed"]:
    if not after.is_open:
        return "over"
    rule = policy.reminders_at(after.severity).get(kind)
    told = after.reminders[kind]
    if rule is None or missing_since(kind, rule, after, policy) == told.since:
        return "changed"
    return "done"


def put_off(
    command: SnoozeReminders | StopReminders | ResumeReminders | RecordReminderHeld, incident: Incident, policy: Policy
) -> list[AnyEvent]:
    """Let reminders come later, not at all, or again; a worker holds one back while whom it would ping sleeps."""
    match command:
        case SnoozeReminders():
            return _snooze(command, incident, policy)
        case StopReminders():
            return _stop(command, incident, policy)
        case ResumeReminders():
            return _resume(command, incident, policy)
        case RecordReminderHeld():
            return _held(command, incident)
        case _:
            assert_never(command)


def _held(command: RecordReminderHeld, incident: Incident) -> list[AnyEvent]:
    told = incident.reminders.get(command.kind)
    if told is None or not told.is_on or told.count != command.count or told.held_until is not None:
        return []
    return [
        ReminderHeld(
            by=command.by,
            at=command.at,
            kind=command.kind,
            count=command.count,
            until=command.until,
            because=command.because,
        )
    ]


def _snooze(command: SnoozeReminders, incident: Incident, policy: Policy) -> list[AnyEvent]:
    kinds = _meant(command.kinds, incident, policy)
    if not 1 <= command.minutes <= SNOOZE_LIMIT_MINUTES:
        raise SnoozeDoesNotFit
    until = command.at + timedelta(minutes=command.minutes)
    return [RemindersSnoozed(by=command.by, at=command.at, kinds=kinds, until=until)]


def _stop(command: StopReminders, incident: Incident, policy: Policy) -> list[AnyEvent]:
    check_length(command.because)
    kinds = tuple(kind for kind in _meant(command.kinds, incident, policy) if kind not in incident.stopped)
    return [RemindersStopped(by=command.by, at=command.at, kinds=kinds, because=command.because)] if kinds else []


def _resume(command: ResumeReminders, incident: Incident, policy: Policy) -> list[AnyEvent]:
    put_off = {*incident.stopped, *(kind for kind, one in incident.snoozed.items() if one.until > command.at)}
    kinds = tuple(kind for kind in _meant(command.kinds, incident, policy) if kind in put_off)
    return [RemindersResumed(by=command.by, at=command.at, kinds=kinds)] if kinds else []


def _meant(kinds: Sequence[Kind], incident: Incident, policy: Policy) -> tuple[Kind, ...]:
    """Read which reminders an order is about; it must be about one that there is."""
    if not incident.is_open:
        raise IsOver(incident=incident.id, stage=incident.stage.label.lower())
    there = policy.reminders_at(incident.severity)
    meant = tuple(kinds) or tuple(there)
    if not meant or any(kind not in there for kind in meant):
        raise NothingToRemindOf(severity=incident.severity.label)
    return meant
