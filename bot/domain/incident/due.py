"""What is missing in an incident, since when, and when its people are reminded of it: state and policy in, times out.

Nothing of this is stored: the times follow from the state and from the policy as it is now. The store keeps the
earliest of them as an index, so that the clock looks in time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident.guards import lets
from bot.domain.incident.reminders import JUST_NOW, Reminder, Snooze, Stop
from bot.domain.incident.state import POST_MORTEM_TIMER, Incident
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.reminders import HatReminder, Kind, ReminderPolicy


def next_due(incident: Incident, policy: Policy) -> datetime | None:
    """Return when something of it falls due next: a timer of its own, or a reminder. Every command asks this."""
    times = timers_due(incident, policy)
    if incident.overdue_at is None and (overdue := stage_due(incident, policy)) is not None:
        times.append(overdue)
    if incident.is_open:
        told_of = incident.reminders or incident.snoozed or incident.stopped
        due_at = reminder_due if told_of else overdue_at  # where nothing was told or put off, the two are the same
        for kind, rule in policy.reminders_at(incident.severity).items():
            if (due := due_at(kind, rule, incident, policy)) is not None:
                times.append(due)
    return min(times, default=None)


def timers_due(incident: Incident, policy: Policy) -> list[datetime]:
    """List when its own timers are up. A review that is held is due once what holds it is gone, not before."""
    times = [due for name, due in incident.timers.items() if name != POST_MORTEM_TIMER]
    review = review_due(incident, policy)
    return times if review is None else [*times, review]


def review_due(incident: Incident, policy: Policy) -> datetime | None:
    """Return when what is resolved moves on by itself; None: not in time, or something holds it now."""
    due, move = incident.timers.get(POST_MORTEM_TIMER), policy.move_in_time(incident.stage)
    if due is None or move is None or move.pause is None or not lets(move, incident, policy):
        return None
    return max(due, _in_stage_since(incident) + move.pause)


def reminder_due(kind: Kind, rule: ReminderPolicy, incident: Incident, policy: Policy) -> datetime | None:
    """Return when a kind is told next; None where nothing is missing, somebody stopped it, or it was told enough."""
    if incident.stopped and kind in incident.stopped:
        return None
    overdue = overdue_at(kind, rule, incident, policy)
    if overdue is None:
        return None
    told = incident.reminders.get(kind)
    due = overdue if told is None or not told.is_on else _again(told, rule)
    snooze = incident.snoozed.get(kind)
    return max(due, snooze.until) if due is not None and snooze is not None else due


def _again(told: Reminder, rule: ReminderPolicy) -> datetime | None:
    if told.held_until is not None:
        return told.held_until
    return told.at + rule.pause if told.number < rule.most else None


def overdue_at(kind: Kind, rule: ReminderPolicy, incident: Incident, policy: Policy) -> datetime | None:
    """Return when it is, or was, missing for as long as the policy lets it; None where nothing is missing."""
    if kind is Kind.STUCK and (due := stage_due(incident, policy)) is not None:
        return due
    since = missing_since(kind, rule, incident, policy)
    return since + rule.patience_in(incident.stage) if since is not None else None


def stage_due(incident: Incident, policy: Policy) -> datetime | None:
    """Return until when an incident should have left its stage; None where the workflow promises nothing."""
    sla = policy.sla(incident.stage, incident.severity)
    return _in_stage_since(incident) + sla if sla is not None else None


def is_overdue(kind: Kind, incident: Incident, policy: Policy, at: datetime) -> bool:
    """Say whether the policy wants it to be told at this time, however often it was told."""
    rule = policy.reminders_at(incident.severity).get(kind)
    overdue = overdue_at(kind, rule, incident, policy) if rule and incident.is_open else None
    return overdue is not None and overdue <= at


def missing_since(kind: Kind, rule: ReminderPolicy, incident: Incident, policy: Policy) -> datetime | None:
    match kind:
        case Kind.NO_COMMANDER:
            return None if incident.hats.get(Hat.COMMANDER) else _bare_since(Hat.COMMANDER, incident)
        case Kind.EMPTY_HAT:
            bare = [_bare_since(hat, incident) for hat in missing_hats(rule, incident, policy)]
            return max(min(bare), _in_stage_since(incident)) if bare else None
        case Kind.STUCK:
            return _in_stage_since(incident)
        case Kind.NO_ACTIVITY:
            return incident.moved_at or incident.declared_at
        case Kind.UPDATE_OVERDUE:
            return update_due(incident, policy)
        case Kind.OFFER_WAITS:
            return min([incident.offered_at.get(hat, incident.declared_at) for hat in incident.offers], default=None)


def missing_hats(rule: ReminderPolicy | None, incident: Incident, policy: Policy) -> list[Hat]:
    """Name the hats that the stage needs, the policy minds and nobody wears."""
    minded = rule.hats if type(rule) is HatReminder else ()
    return [hat for hat in policy.needs(incident.stage) if hat in minded and hat not in incident.hats]


def _bare_since(hat: Hat, incident: Incident) -> datetime:
    return incident.put_down_at.get(hat, incident.declared_at)


def _in_stage_since(incident: Incident) -> datetime:
    return incident.stage_at or incident.declared_at


def update_due(incident: Incident, policy: Policy) -> datetime | None:
    """Return by when stakeholders are owed the next update: as promised in the last one, else by the cadence."""
    if not incident.is_open:
        return None
    if incident.next_update_due is not None:
        return incident.next_update_due
    cadence = policy.of(incident.severity).cadence
    return (incident.last_update_at or incident.declared_at) + cadence if cadence else None


def owed_by(kind: Kind, incident: Incident) -> tuple[str, ...]:
    """Name who can put it right: the commander; while there is none, whoever answered, is on call, or declared it."""
    if kind is Kind.OFFER_WAITS:
        return tuple(dict.fromkeys([*incident.offers.values(), *incident.givers.values()]))
    answered = [one.answered_by for one in incident.escalations.values() if one.answered_by is not None]
    found = incident.wearers(Hat.COMMANDER) or answered or incident.assigned or (incident.declared_by,)
    return tuple(person for person in dict.fromkeys(found) if person != SYSTEM)


def has_just_acted(person: str, incident: Incident, at: datetime) -> bool:
    acted = incident.acted.get(person)
    return acted is not None and at - acted < JUST_NOW


@dataclass(frozen=True, slots=True)
class Outlook:
    """What becomes of one kind of reminder in an incident, as things stand."""

    kind: Kind
    since: datetime | None
    """Since when it is missing; None: it isn't."""
    due: datetime | None
    """When it is told next. None: nothing is missing, it was told enough (`told.last`), or somebody stopped it."""
    told: Reminder | None
    snooze: Snooze | None
    stop: Stop | None


def outlook(incident: Incident, policy: Policy, at: datetime) -> Iterator[Outlook]:
    """Go through the reminders that the policy has for an open incident; each is due, or says why it is not."""
    if not incident.is_open:
        return
    for kind, rule in policy.reminders_at(incident.severity).items():
        told, snooze = incident.reminders.get(kind), incident.snoozed.get(kind)
        yield Outlook(
            kind=kind,
            since=missing_since(kind, rule, incident, policy),
            due=reminder_due(kind, rule, incident, policy),
            told=told if told is not None and told.is_on else None,
            snooze=snooze if snooze is not None and snooze.until > at else None,
            stop=incident.stopped.get(kind),
        )
