"""Reminders: told once more, with a ping for whoever owes it and is awake; edited when they end or are put off."""

from datetime import datetime, timedelta

from bot.domain.effects import Remind, ShowReminder
from bot.domain.incident.commands import RecordReminderHeld
from bot.domain.incident.due import has_just_acted
from bot.domain.oncall.hours import spans
from bot.domain.workflow.reminders import Kind
from bot.slack.views.reminder import Pinged, nudge
from bot.slack.views.reminder import reminder as reminder_view
from workers.crew import EDITS_APART, Crew, Done, Job

ONE_NIGHT = timedelta(days=1)
"""How far ahead quiet hours are read: whoever has them round the clock is asked again after a day."""


def remind(effect: Remind, job: Job) -> Done:
    """Tell what is missing, unless it has been put right, put off or told again since.

    The first time in an incident it is a message with a ping in it. Later it is an edit of that message, and the ping
    a reply below it: Slack notifies nobody of a mention that is edited in (its help page on editing messages).
    """
    incident, crew = job.incident(), job.crew
    channel = job.channel_of(incident)
    told, now = incident.reminders[effect.kind], crew.clock.now()
    snooze = incident.snoozed.get(effect.kind)
    is_put_off = effect.kind in incident.stopped or (snooze is not None and snooze.until > now)
    if not told.is_on or told.count != effect.count or told.held_until is not None or is_put_off:
        return _edited(effect.kind, job)
    rule = crew.engine.policy_of(incident).reminders_at(incident.severity).get(effect.kind)
    asked = [person for person in told.to if not has_just_acted(person, incident, now)]
    asleep = {person: until for person in asked if (until := _quiet_until(person, now, crew)) is not None}
    night = rule.night if rule else "silent"
    if night == "wait" and asked and len(asleep) == len(asked):
        because = f"quiet hours of {', '.join(crew.names(person) for person in asked)}"
        until = min(asleep.values())
        held = RecordReminderHeld(
            **job.facts("held"), kind=effect.kind, count=effect.count, until=until, because=because
        )
        return Done((held,))
    awake = tuple(person for person in asked if night == "ping" or person not in asleep)
    pinged = Pinged(awake, tuple(person for person in asked if person not in awake))
    name = f"reminder:{effect.kind.value}"
    if effect.count == 1 or crew.desk.find(incident.id, name) is None:
        message = reminder_view(incident, effect.kind, crew.engine.policy_of(incident), crew.names, pinged)
        crew.desk.show(incident.id, name, channel, message, again=job.again, since=job.since)
        return Done(rest=EDITS_APART)
    done = _edited(effect.kind, job)
    if awake and (post := crew.desk.find(incident.id, name)) is not None:
        ping = nudge(incident, effect.kind, crew.engine.policy_of(incident), crew.names, awake)
        crew.desk.reply(incident.id, f"{name}:{effect.count}", post, ping, again=job.again, since=job.since)
    return done


def _quiet_until(person: str, now: datetime, crew: Crew) -> datetime | None:
    """Return when the person's quiet hours end; None where it is none of them, or nobody knows."""
    known = crew.house.book.by_slack.get(person)
    found = spans(known.quiet, known.zone, now, now + ONE_NIGHT) if known else []
    return found[0].end if found and found[0].start <= now else None


def show_reminder(effect: ShowReminder, job: Job) -> Done:
    return _edited(effect.kind, job)


def _edited(kind: Kind, job: Job) -> Done:
    """Edit the message to what is true now; what was never told is not told for that."""
    incident, crew = job.incident(), job.crew
    name = f"reminder:{kind.value}"
    if kind not in incident.reminders or (post := crew.desk.find(incident.id, name)) is None:
        return Done()
    message = reminder_view(incident, kind, crew.engine.policy_of(incident), crew.names)
    crew.desk.show(incident.id, name, post.channel, message, again=job.again, since=job.since)
    return Done(rest=EDITS_APART)
