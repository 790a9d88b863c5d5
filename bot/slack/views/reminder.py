"""A reminder in the incident's channel: what is missing, who can put it right, and the button that does it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bot.domain.durations import lasted
from bot.domain.hats import Hat
from bot.domain.incident.due import Outlook, missing_hats
from bot.domain.incident.reminders import SNOOZE_MINUTES, Reminder
from bot.domain.incident.state import Incident
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.reminders import Kind
from bot.slack.controls import AnswerOfferButton, OpenFormButton, SnoozeButton, StopReminderButton, TakeHatButton
from bot.slack.kit import (
    Block,
    Message,
    Names,
    actions,
    bold,
    button,
    context,
    day,
    each,
    line,
    mention,
    message,
    section,
    sentences,
    when,
    who,
)


@dataclass(frozen=True, slots=True)
class Pinged:
    """Who is pinged when a reminder is told, and who is let sleep."""

    awake: tuple[str, ...] = ()
    asleep: tuple[str, ...] = ()


def reminder(incident: Incident, kind: Kind, policy: Policy, names: Names, pinged: Pinged | None = None) -> Message:
    """Show a kind's latest reminder. Only where it is told does it ping: `pinged`."""
    told = incident.reminders[kind]
    if not told.is_on:
        return _line(f"✓ {_ended(incident, kind, told, names)}")
    missing = _missing(incident, kind, told, policy, names)
    if (stop := incident.stopped.get(kind)) is not None:
        why = f": {line(stop.because, 300, names)}" if stop.because else ""
        return _line(f"{missing}. {who(stop.by, names)} stopped this reminder for {incident.id}{why}")
    asked = _asked(kind, told, names, pinged)
    state = _state(incident, kind, told, names)
    return message(
        sentences(f"⏰ {missing}", asked, state),
        section(f"⏰ {bold(missing)}" + (f"\n{asked}" if asked else "")),
        _buttons(incident, kind, policy, told),
        context(state) if state else None,
    )


def nudge(incident: Incident, kind: Kind, policy: Policy, names: Names, people: Sequence[str]) -> Message:
    """Ping whoever owes it, below a reminder that already stands in the channel."""
    missing = _missing(incident, kind, incident.reminders[kind], policy, names)
    return _line(f"{_mentions(people)} {missing}.")


def overview(incident: Incident, reminders: Sequence[Outlook], names: Names) -> Message:
    """List what is due when, and what somebody put off."""
    if not reminders:
        none = "is over" if not incident.is_open else f"has no reminders at {incident.severity.label}"
        return _line(f"{incident.id} {none}.")
    rows = [f"{one.kind.label} (`{one.kind.value}`): {_prospect(one, names)}" for one in reminders]
    tip = "`/incident snooze 30m [what]` · `/incident remind stop [what]` · `/incident remind start [what]`"
    return message(
        sentences(f"Reminders of {incident.id}", *rows),
        section("\n".join([f"*Reminders of {incident.id}*", *(f"• {row}" for row in rows)])),
        context(tip),
    )


def _prospect(one: Outlook, names: Names) -> str:
    if one.stop is not None:
        why = f": {line(one.stop.because, 300, names)}" if one.stop.because else ""
        return f"stopped by {who(one.stop.by, names)} {day(one.stop.at)}{why}"
    snoozed = f", snoozed by {who(one.snooze.by, names)} until {day(one.snooze.until)}" if one.snooze else ""
    if one.since is None:
        return f"nothing is missing{snoozed}"
    if one.due is None:
        asked = each(one.told.asked, names) if one.told else ""
        return f"told {one.told.number if one.told else 0} times, and no more" + (f"; asked: {asked}" if asked else "")
    return f"due {day(one.due)}{snoozed}"


def _missing(incident: Incident, kind: Kind, told: Reminder, policy: Policy, names: Names) -> str:
    since = when(told.since)
    match kind:
        case Kind.NO_COMMANDER:
            return f"Nobody commands {incident.id}, since {since}"
        case Kind.EMPTY_HAT:
            rule = policy.reminders_at(incident.severity).get(kind)
            hats = " and ".join(f"the {policy.called(hat)} hat" for hat in missing_hats(rule, incident, policy))
            return f"Nobody wears {hats or 'a hat that the stage needs'}, since {since}"
        case Kind.STUCK:
            return f"{incident.id} is in {incident.stage.label} since {since}"
        case Kind.NO_ACTIVITY:
            return f"Nothing has happened in {incident.id} since {since}: no note, no update, no decision"
        case Kind.UPDATE_OVERDUE:
            return f"The update was due at {since}"
        case Kind.OFFER_WAITS:
            waits = [
                f"{who(incident.givers[hat], names)} offered {who(to, names)} the {policy.called(hat)} hat"
                for hat, to in incident.offers.items()
            ]
            return f"{' and '.join(waits) or 'A hand-over'}: no answer since {since}"
        case _:
            assert_never(kind)


def _asked(kind: Kind, told: Reminder, names: Names, pinged: Pinged | None) -> str:
    """Name who can put it right."""
    if pinged is None:
        named, asleep = each(told.to, names), ""
    else:
        named = _mentions(pinged.awake)
        asleep = f"Not pinged in their quiet hours: {each(pinged.asleep, names)}." if pinged.asleep else ""
    asks = f"{named}: {ASKS[kind]}" if named else ASKS[kind][:1].upper() + ASKS[kind][1:]
    return f"{asks} {asleep}".strip()


ASKS = {
    Kind.NO_COMMANDER: "take the hat, or give it to somebody: `/incident commander @somebody`.",
    Kind.EMPTY_HAT: "take it, or give it to somebody: `/incident hat … @somebody`.",
    Kind.STUCK: "move it on, or note what it waits for.",
    Kind.NO_ACTIVITY: "say where it stands, even if that is “still looking”.",
    Kind.UPDATE_OVERDUE: "people wait for it; two sentences will do.",
    Kind.OFFER_WAITS: "accept or decline; until then nothing has changed hands.",
}


def _mentions(people: Sequence[str]) -> str:
    return " ".join(mention(person) for person in people)


def _state(incident: Incident, kind: Kind, told: Reminder, names: Names) -> str:
    snooze = incident.snoozed.get(kind)
    if snooze is not None and snooze.until > told.at:
        return f"Snoozed by {who(snooze.by, names)} until {when(snooze.until)}."
    if told.last:
        asked = f" Asked were: {each(told.asked, names)}." if told.asked else " Nobody was there to be pinged."
        return f"That was the last reminder of it.{asked}"
    return f"Reminder {told.number}." if told.number > 1 else ""


def _buttons(incident: Incident, kind: Kind, policy: Policy, told: Reminder) -> Block:
    rest = [
        button(f"Snooze {SNOOZE_MINUTES} min", SnoozeButton(incident=incident.id, kind=kind))
        if not told.last
        else None,
        button("Stop for this incident", StopReminderButton(incident=incident.id, kind=kind)),
    ]
    return actions(*_remedies(incident, kind, policy), *rest)


def _remedies(incident: Incident, kind: Kind, policy: Policy) -> list[Block]:
    match kind:
        case Kind.NO_COMMANDER:
            return [button("Take this hat", TakeHatButton(incident=incident.id, hat=Hat.COMMANDER), "primary")]
        case Kind.EMPTY_HAT:
            rule = policy.reminders_at(incident.severity).get(kind)
            return [
                button(f"Take it: {policy.called(hat)}", TakeHatButton(incident=incident.id, hat=hat), "primary")
                for hat in missing_hats(rule, incident, policy)
            ]
        case Kind.STUCK:
            return [button("Stage", OpenFormButton(incident=incident.id, form="stage"), "primary")]
        case Kind.NO_ACTIVITY:
            return [
                button("Add a note", OpenFormButton(incident=incident.id, form="note"), "primary"),
                button("Update", OpenFormButton(incident=incident.id, form="update")),
            ]
        case Kind.UPDATE_OVERDUE:
            return [button("Send update", OpenFormButton(incident=incident.id, form="update"), "primary")]
        case Kind.OFFER_WAITS:
            return [
                button(f"{answer}: {policy.called(hat)}", AnswerOfferButton(incident=incident.id, hat=hat, accept=yes))
                for hat in incident.offers
                for answer, yes in (("Accept", True), ("Decline", False))
            ]
        case _:
            assert_never(kind)


def _ended(incident: Incident, kind: Kind, told: Reminder, names: Names) -> str:
    """Say in one line how it ended."""
    ended_at = told.ended_at or told.at
    if told.because == "over":
        return f"{incident.id} is over: no more reminders ({kind.label})"
    if told.because == "changed":
        return f"No longer reminded of at {incident.severity.label}: {kind.label}"
    by, took = who(told.ended_by, names), _took(told.since, ended_at)
    match kind:
        case Kind.NO_COMMANDER:
            return f"{each(incident.wearers(Hat.COMMANDER), names) or by} took the commander's hat after {took}"
        case Kind.EMPTY_HAT:
            return f"The hats that were missing are worn, or needed no longer, after {took}"
        case Kind.STUCK:
            return f"{by} moved it on to {incident.stage.label} after {took}"
        case Kind.NO_ACTIVITY:
            return f"{by} moved it on after {took} of silence"
        case Kind.UPDATE_OVERDUE:
            return f"{by} sent the update, {took} late"
        case Kind.OFFER_WAITS:
            return f"The hand-over was settled after {took}"
        case _:
            assert_never(kind)


def _took(since: datetime, until: datetime) -> str:
    return lasted(until - since)


def _line(text: str) -> Message:
    return message(text, section(text))
