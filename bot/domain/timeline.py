"""What a timeline tells, and in which sentence; Slack, terminal, managers and exports all use these words."""

from collections.abc import Sequence
from typing import assert_never

from bot.domain.gates.gate import Outcome
from bot.domain.incident import events as e
from bot.domain.incident.record import Recorded
from bot.domain.incident.state import Incident


def tag(event: e.AnyEvent) -> str:
    """A word to filter by: the noun of the stored type, e.g. `hat`, `vote`, `step`."""
    return event.type.partition(".")[0]


QUIET = "starts of steps, unchanged signal readings, exports"
"""What a reader of the timeline can do without; an export has it all."""


def worth_telling(records: Sequence[Recorded]) -> list[e.AnyEvent]:
    """Leave out what is quiet."""
    told, health = list[e.AnyEvent](), dict[str, bool]()
    ended = {_run(record.event) for record in records if isinstance(record.event, e.StepFinished)}
    for record in records:
        match record.event:
            case e.ExportRequested() | e.ExportDelivered():
                continue
            case e.StepStarted() as started if _run(started) in ended:
                continue  # its end says it all
            case e.StageChanged() if told and isinstance(told[-1], e.Resolved):
                continue  # resolving is the move
            case e.SignalRead() as read if health.get(read.mitigation) is read.healthy:
                continue
            case e.SignalRead() as read:
                health[read.mitigation] = read.healthy
            case e.VerificationStarted() as begun:
                health.pop(begun.mitigation, None)
            case _:
                pass
        told.append(record.event)
    return told


def _run(event: e.StepStarted | e.StepFinished) -> tuple[str, str, int]:
    return event.mitigation, event.phase, event.step


def sentence(event: e.AnyEvent, incident: Incident) -> str:
    """Say what happened, in one sentence, with people as `<@id>`. `incident` gives names to mitigations."""
    match event:
        case e.Declared():
            about = f" for {event.service}" if event.service else ""
            return f"declared {event.severity.label}{about}: {event.title}"
        case e.ChannelOpened():
            return f"opened the channel #{event.name}"
        case e.HatTaken():
            return f"took the {event.hat.label} hat"
        case e.HatGiven():
            return f"gave the {event.hat.label} hat to <@{event.to}>"
        case e.HatReleased():
            return f"put the {event.hat.label} hat down"
        case e.HatOffered():
            return f"offered the {event.hat.label} hat to <@{event.to}>"
        case e.HatHandedOver():
            return f"took the {event.hat.label} hat over from <@{event.giver}>"
        case e.OfferDeclined():
            return f"declined the {event.hat.label} hat that <@{event.giver}> offered"
        case e.NoteAdded():
            return f"noted: {event.text}"
        case e.MessagePinned():
            return f"pinned what <@{event.author}> wrote: {event.text}"
        case e.MessageUnpinned():
            return "took a pin off a message; what it said stands above"
        case e.PinEdited():
            return f"edited a pinned message; it now reads: {event.text}"
        case e.PinDeleted():
            return "deleted a pinned message; what it said stands above"
        case e.UpdatePosted():
            return f"sent an update: {event.text}"
        case e.SeverityChanged():
            return f"changed the severity from {event.before.label} to {event.to.label}{_why(event.because)}"
        case e.StageChanged():
            return f"moved the incident from {event.before.label} to {event.to.label}{_why(event.because)}"
        case e.Resolved():
            return f"resolved the incident: {event.summary}"
        case e.ExportRequested():
            return f"asked for the timeline as {event.format}"
        case e.ExportDelivered():
            return f"delivered the timeline as {event.file}"
        case e.ExportFailed():
            return f"could not deliver the timeline as {event.format}: {event.because}"
        case e.TroubleMet():
            return f"met trouble ({event.effect}): {event.why} {event.cure}"
        case e.MitigationProposed():
            how = "" if event.quorum else "; at this severity it needs nobody's approval"
            return f"proposed {_of(event.mitigation, event.plan.title)} on {event.plan.target}{how}"
        case e.MitigationAmended():
            changed = ", ".join(event.changed)
            return f"changed the plan of {named(incident, event.mitigation)} ({changed}); earlier votes don't count"
        case e.VoteCast():
            said = "approved" if event.choice == "approve" else "rejected"
            return f"{said} {named(incident, event.mitigation)}{_why(event.comment)}"
        case e.VoteCameLate():
            return f"voted late on {named(incident, event.mitigation)}, which was {event.outcome.value}; not counted"
        case e.GateClosed():
            return _closed(event, incident)
        case e.RunWaits():
            return f"let {named(incident, event.mitigation)} wait: {event.holder} holds its target"
        case e.StepStarted():
            return f"started {_step(event, incident)}"
        case e.StepFinished():
            return f"{'finished' if event.ok else 'failed at'} {_step(event, incident)}{_why(event.detail)}"
        case e.VerificationStarted():
            return f"began to verify {named(incident, event.mitigation)} by its signal"
        case e.SignalRead():
            return f"read the signal: {event.reading} ({'healthy' if event.healthy else 'not healthy'})"
        case e.MitigationVerified():
            settle = incident.mitigations[event.mitigation].plan.verify.settle
            return f"verified {named(incident, event.mitigation)}: the signal stayed healthy for {settle:g} s"
        case e.RollbackStarted():
            return f"began to roll back {named(incident, event.mitigation)}: {event.because}"
        case e.MitigationRolledBack():
            return f"rolled back {named(incident, event.mitigation)}"
        case e.HumanNeeded():
            return f"needs a human for {named(incident, event.mitigation)}: {event.because}"
        case e.RunStopped():
            return f"stopped {named(incident, event.mitigation)}"
        case _:
            assert_never(event)


def named(incident: Incident, mitigation: str) -> str:
    return _of(mitigation, incident.mitigations[mitigation].plan.title)


def _of(mitigation: str, title: str) -> str:
    return f"“{title}” ({mitigation})"


def _step(event: e.StepStarted | e.StepFinished, incident: Incident) -> str:
    steps = incident.mitigations[event.mitigation].steps_of(event.phase)
    word = "step" if event.phase == "plan" else "rollback step"
    return f"{word} {event.step + 1} of {len(steps)}, {steps[event.step].id}"


def _closed(event: e.GateClosed, incident: Incident) -> str:
    what = named(incident, event.mitigation)
    if event.outcome is Outcome.WITHDRAWN:
        return f"withdrew {what}"
    return f"closed the gate on {what} as {event.outcome.value}{_why(event.because)}"


def _why(words: str) -> str:
    return f": {words}" if words else ""
