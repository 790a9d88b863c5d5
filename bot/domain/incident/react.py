"""What follows outside: events and the state before and after them in, effects out."""

from collections.abc import Sequence
from typing import assert_never

from bot.domain import effects as x
from bot.domain.hats import Hat
from bot.domain.incident import events as e
from bot.domain.incident.commands import Phase
from bot.domain.incident.lifecycle import Stage
from bot.domain.incident.record import Recorded
from bot.domain.incident.state import Incident, Mitigation, Progress


def react(records: Sequence[Recorded], before: Incident | None, after: Incident) -> list[x.AnyEffect]:
    """List the effects of one command's events, in order; the card and its kin come once, last."""
    effects = [effect for record in records for effect in _of(record, after)]
    if after.channel is None:
        return effects  # what is shown is shown once there is a channel to show it in
    people = () if before is None else before.people
    if after.people != people or (before is not None and before.channel is None):
        effects.append(x.Invite(incident=after.id))
    if before is None or _headline(before) != _headline(after):
        effects += [x.DressChannel(incident=after.id), x.ShowAnnouncement(incident=after.id)]
    return [*effects, x.ShowCard(incident=after.id)]


def _headline(incident: Incident) -> tuple[object, ...]:
    """What topic and announcement show."""
    commander, is_mitigated = incident.wearers(Hat.COMMANDER), incident.mitigated_at is not None
    return incident.channel, incident.stage, incident.severity, commander, is_mitigated


def _of(record: Recorded, after: Incident) -> list[x.AnyEffect]:
    event, incident, version = record.event, after.id, record.version
    if isinstance(event, e.MitigationEvent):
        return _mitigated(event, after, version)
    match event:
        case e.NoteAdded() | e.MessageUnpinned() | e.HatReleased():
            return []
        case e.Declared():
            return [x.OpenChannel(incident=incident)]
        case e.ChannelOpened():
            return [x.ShowMitigation(incident=incident, mitigation=m.id) for m in after.mitigations.values()]
        case e.HatTaken():
            told = x.Tell(incident=incident, version=version)
            return [told, x.GiveBrief(incident=incident, person=event.by, hat=event.hat)]
        case e.HatGiven():
            told = x.Tell(incident=incident, version=version)
            return [told, x.GiveBrief(incident=incident, person=event.to, hat=event.hat)]
        case e.HatOffered():
            return [x.ShowOffer(incident=incident, person=event.to, hat=event.hat)]
        case e.HatHandedOver():
            told = x.Tell(incident=incident, version=version)
            return [told, x.GiveBrief(incident=incident, person=event.by, hat=event.hat)]
        case e.OfferDeclined() | e.MessagePinned() | e.PinEdited() | e.PinDeleted():
            return [x.Tell(incident=incident, version=version)]
        case e.UpdatePosted():
            return [
                x.Tell(incident=incident, version=version),
                x.Tell(incident=incident, version=version, place="announce"),
                x.Tell(incident=incident, version=version, place="managers"),
            ]
        case e.SeverityChanged():
            return [
                x.Tell(incident=incident, version=version),
                x.Tell(incident=incident, version=version, place="managers"),
            ]
        case e.StageChanged():
            whole = event.to in {Stage.RESOLVED, Stage.CLOSED}
            told = x.Tell(incident=incident, version=version)
            posted = x.PostTimeline(incident=incident, version=version, whole=whole)
            return [told] if after.private else [told, posted]
        case e.Resolved():
            return []  # the change of stage that comes with it is told
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


def _mitigated(event: e.MitigationEvent, after: Incident, version: int) -> list[x.AnyEffect]:
    mitigation = after.mitigations[event.mitigation]
    shown = _shown(after, mitigation)
    told = x.Tell(incident=after.id, version=version)
    freed = x.ReleaseTarget(incident=after.id, mitigation=mitigation.id, target=mitigation.plan.target)
    match event:
        case e.VoteCameLate():
            return []
        case e.GateClosed() if mitigation.progress is Progress.APPROVED:
            return [_step(after, mitigation, "plan", 0), *shown]
        case e.GateClosed():
            return [told, *shown]
        case e.StepFinished():
            following = event.step + 1
            goes_on = mitigation.progress in {Progress.RUNNING, Progress.ROLLING_BACK} and event.ok
            has_more = following < len(mitigation.steps_of(event.phase))
            same_phase = (mitigation.progress is Progress.ROLLING_BACK) == (event.phase == "rollback")
            if goes_on and has_more and same_phase:
                return [_step(after, mitigation, event.phase, following), *shown]
            return shown
        case e.VerificationStarted():
            return [x.ReadSignal(incident=after.id, mitigation=mitigation.id, delay=0), *shown]
        case e.SignalRead() if mitigation.progress is Progress.VERIFYING:
            every = mitigation.plan.verify.every
            return [x.ReadSignal(incident=after.id, mitigation=mitigation.id, delay=every), *shown]
        case e.RollbackStarted():
            return [_step(after, mitigation, "rollback", 0), told, *shown]
        case e.MitigationVerified() | e.MitigationRolledBack() | e.HumanNeeded() | e.RunStopped():
            return [freed, told, *shown]
        case _:
            return shown


def _shown(incident: Incident, mitigation: Mitigation) -> list[x.AnyEffect]:
    """Its message, once there is a channel to show it in."""
    return [x.ShowMitigation(incident=incident.id, mitigation=mitigation.id)] if incident.channel is not None else []


def _step(incident: Incident, mitigation: Mitigation, phase: Phase, step: int) -> x.RunStep:
    return x.RunStep(incident=incident.id, mitigation=mitigation.id, phase=phase, step=step)
