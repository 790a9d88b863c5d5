"""What a timeline tells, and in which sentence; Slack, terminal, managers and exports all use these words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from bot.domain.dry_run import in_short
from bot.domain.durations import lasted
from bot.domain.gates import events as g
from bot.domain.gates import telling
from bot.domain.gates.explain import objection
from bot.domain.gates.gate import Outcome
from bot.domain.gates.standing import overriders
from bot.domain.incident import events as e
from bot.domain.incident.escalations import Page
from bot.domain.incident.evolve import evolve
from bot.domain.incident.record import Recorded
from bot.domain.incident.state import Incident
from bot.domain.workflow.reminders import Kind


def tag(event: e.AnyEvent) -> str:
    """A word to filter by: the noun of the stored type, e.g. `hat`, `vote`, `step`."""
    return event.type.partition(".")[0]


QUIET = (
    "starts of steps, unchanged signal readings, orders of dry runs, tries to reach somebody, questions asked anew, "
    "reminders that ended, exports"
)
"""What a reader of the timeline can do without; an export has it all."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event in its words."""

    event: e.AnyEvent
    sentence: str


def tell(records: Sequence[Recorded], after: int = 0) -> list[Told]:
    """Tell what is worth telling of the events behind number `after`, in the words that held when they happened.

    `records`: from the first event on; a plan that was changed since had another title then.
    """
    wanted = {record.version for record in _worth([record for record in records if record.version > after])}
    return [
        Told(record.event, sentence(record.event, then))
        for record, then in as_it_was(records)
        if record.version in wanted
    ]


def as_it_was(records: Sequence[Recorded]) -> Iterator[tuple[Recorded, Incident]]:
    """Go through a history from its first event on, each event with what was so once it had happened."""
    incident: Incident | None = None
    for record in records:
        incident = evolve(incident, record.event, record.incident)
        yield record, incident


def is_said_by_then(event: e.AnyEvent, incident: Incident) -> bool:
    """Say whether an event's sentence needs what was so then: what it names has changed since, or may have."""
    match event:
        case e.UpdatePosted():
            return True
        case g.TierCalled() | g.Contested() | g.GlassBroken():
            return True
        case _ if isinstance(event, e.GateEvent):
            return bool(incident.gates[event.gate].changed)
        case _ if isinstance(event, e.MitigationEvent):
            gate = incident.gates.get(event.mitigation)
            return gate is not None and bool(gate.changed)
        case _:
            return False


def worth_telling(records: Sequence[Recorded]) -> list[e.AnyEvent]:
    """Leave out what is quiet."""
    return [record.event for record in _worth(records)]


def _worth(records: Sequence[Recorded]) -> list[Recorded]:
    told, health = list[Recorded](), dict[str, bool]()
    ended = {_run(record.event) for record in records if isinstance(record.event, e.StepFinished)}
    for record in records:
        if isinstance(record.event, e.GateEvent) and not telling.worth_telling(record.event):
            continue
        match record.event:
            case e.ExportRequested() | e.ExportDelivered():
                continue
            case e.StepStarted() as started if _run(started) in ended:
                continue  # its end says it all
            case e.DryRunOrdered():
                continue  # what it said stands below
            case e.PageTried() | e.EscalationStarted():
                continue  # what came of it stands below
            case e.ReminderEnded() | e.ReminderHeld():
                continue  # what ended it stands above; what was held was not told
            case e.StageChanged() as moved if told and isinstance(told[-1].event, e.Resolved) and not moved.missing:
                continue  # resolving is the move
            case e.SignalRead() as read if health.get(read.mitigation) is read.healthy:
                continue
            case e.SignalRead() as read:
                health[read.mitigation] = read.healthy
            case e.VerificationStarted() as begun:
                health.pop(begun.mitigation, None)
            case _:
                pass
        told.append(record)
    return told


def _run(event: e.StepStarted | e.StepFinished) -> tuple[str, str, int]:
    return event.mitigation, event.phase, event.step


def sentence(event: e.AnyEvent, incident: Incident) -> str:
    """Say what happened, in one sentence, with people as `<@id>`.

    `incident`: as it was once it had happened. Whoever gives today's tells an old event by what was changed since.
    """
    if isinstance(event, e.EscalationEvent):
        return _of_escalation(event, incident)
    if isinstance(event, e.GateEvent):
        return telling.sentence(event, incident.gates[event.gate], asked(incident, event.gate))
    if isinstance(event, e.ReminderEvent):
        return _of_reminder(event)
    if isinstance(event, e.HatEvent):
        return _of_hat(event)
    if isinstance(event, e.StageEvent):
        return _of_stage(event)
    if isinstance(event, e.FindingEvent):
        return _of_finding(event, incident)
    match event:
        case e.Declared():
            about = f" for {event.service}" if event.service else ""
            return f"declared {event.severity.label}{about}: {event.title}"
        case e.ChannelOpened():
            return f"opened the channel #{event.name}"
        case e.NoteAdded():
            return f"noted: {event.text}{f' ({event.source})' if event.source not in event.text else ''}"
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
        case e.CustomersTold():
            return f"told customers in #{event.channel}{_agreed(event, incident)}: {event.text}"
        case e.PolicyAdopted():
            before, to = version_of(event.workflow_before, event.before), version_of(event.workflow, event.to)
            return f"moved the incident from the policy {before} to {to}{_why(event.because)}"
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
            how = "" if event.gate or event.quorum else "; at this severity it needs nobody's approval"
            return f"proposed {_of(event.mitigation, event.plan.title)} on {event.plan.target}{how}"
        case e.MitigationAmended():
            changed = ", ".join(event.changed)
            now = _of(event.mitigation, event.plan.title)
            return f"changed the plan ({changed}), now {now}; earlier votes don't count"
        case e.DryRunOrdered():
            return f"asked what {named(incident, event.mitigation)} would do (dry run {event.trial})"
        case e.MitigationTried():
            return f"tried {named(incident, event.mitigation)} without doing anything: {in_short(event.answers)}"
        case e.VoteCast() | e.VoteCameLate() | e.GateClosed():
            return _of_gate_before(event, incident)
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
            rollback = f"; its rollback {event.rollback}" if event.rollback else ""
            return f"needs a human for {named(incident, event.mitigation)}: {event.because}{rollback}"
        case e.RunStopped():
            return f"stopped {named(incident, event.mitigation)}"
        case e.OnCallAssigned():
            names = _people(event.people)
            return f"made {names} responsible: on call" + (f" for {incident.service}" if incident.service else "")
        case e.NobodyOnCall():
            return f"called nobody: {event.why} {event.cure}"
        case _:
            assert_never(event)


def _agreed(event: e.CustomersTold, incident: Incident) -> str:
    """Say on whose yes customers were told, or on what else."""
    if event.gate and incident.gates[event.gate].how == "override":
        gate = incident.gates[event.gate]
        return f" (overridden by {_people(overriders(gate))}; {objection(gate, 'had said')})"
    if event.approved_by:
        return f" (approved by {_people(event.approved_by)})"
    if not event.gate:
        return ""
    is_broken = incident.gates[event.gate].how == "glass"
    return " (without the approval: the glass was broken)" if is_broken else " (approved by its policy)"


def _of_escalation(event: e.EscalationEvent, incident: Incident) -> str:
    match event:
        case e.EscalationStarted():
            return f"began to call {event.policy.title}: {event.because}"
        case e.EscalationCalled():
            return _called(event, incident)
        case e.CallWasEmpty():
            return f"called nobody at this tier: {event.because}"
        case e.SomebodyMissing():
            return f"could not call somebody: {event.because}"
        case e.PageOrdered():
            return f"called {_whom(event)}: {event.because}"
        case e.PageTried():
            return f"tried to reach {_reached(event, incident)}"
        case e.PageSent():
            late = f", {_span(event.late)} late{_why(event.held_up)}" if event.late >= LATE else ""
            return f"reached {_reached(event, incident)}{late}" + (f" ({event.detail})" if event.detail else "")
        case e.PageFailed():
            return f"could not reach {_reached(event, incident)}: {event.why}" + (
                f" {event.cure}" if event.cure else ""
            )
        case e.PageDelayed():
            seconds = _span(event.seconds)
            return f"must wait {seconds} to reach {_reached(event, incident)}: {event.why}; the next way is taken now"
        case e.Acknowledged():
            return f"acknowledged: they answer for {incident.escalations[event.escalation].policy.title}"
        case e.TakenOver():
            return f"took over from <@{event.before}>: they answer now"
        case e.PassedOn():
            return f"said “not me” and named <@{event.to}>{_why(event.because)}"
        case e.AcknowledgementLapsed():
            return f"took <@{event.answered_by}>'s answer back after {_span(event.seconds)} of silence"
        case e.EscalationExhausted():
            title = incident.escalations[event.escalation].policy.title
            return f"found nobody who answers for {title}; #{event.channel} was told"
        case _:
            assert_never(event)


def _of_hat(event: e.HatEvent) -> str:
    match event:
        case e.HatTaken():
            return f"took the {called(event)} hat"
        case e.HatGiven():
            return f"gave the {called(event)} hat to <@{event.to}>"
        case e.HatReleased():
            return f"put the {called(event)} hat down"
        case e.HatOffered():
            return f"offered the {called(event)} hat to <@{event.to}>"
        case e.HatHandedOver():
            return f"took the {called(event)} hat over from <@{event.giver}>"
        case e.OfferDeclined():
            return f"declined the {called(event)} hat that <@{event.giver}> offered"
        case e.ConflictMet():
            return _conflict(event)
        case _:
            assert_never(event)


def _or_nobody(person: str) -> str:
    return f"<@{person}>" if person else "nobody yet"


def called(
    event: e.HatTaken | e.HatGiven | e.HatReleased | e.HatOffered | e.HatHandedOver | e.OfferDeclined,
) -> str:
    """Return what the hat of an event was called then."""
    return event.title or event.hat.label


def _conflict(event: e.ConflictMet) -> str:
    hats = " and the ".join(f"{hat.label} hat" for hat in event.hats)
    does = " and ran the fix" if event.deed is not None else ""
    return f"warned <@{event.person}>, who wears the {hats}{does}: {event.because}"


def _of_stage(event: e.StageEvent) -> str:
    match event:
        case e.SeverityChanged():
            return f"changed the severity from {event.before.label} to {event.to.label}{_why(event.because)}"
        case e.SeverityJustified():
            return f"said why it is {event.severity.label}: {event.because}"
        case e.StageChanged():
            titles = ", ".join(f"“{title}”" for title in event.missing.values())
            missing = f"; still missing: {titles}" if titles else ""
            return f"moved the incident from {event.before.label} to {event.to.label}{_why(event.because)}{missing}"
        case e.CriterionConfirmed():
            return f"confirmed “{event.title}” as {event.called or event.hat.label}{_why(event.evidence)}"
        case e.CriterionWithdrawn():
            return f"took back that “{event.title}”: {event.because}"
        case e.ReviewOpened():
            owners = f"{_or_nobody(event.author)} writes it, {_or_nobody(event.tracker)} tracks its action items"
            meeting = f"; its meeting is on {event.meeting_at:%Y-%m-%d %H:%M} UTC" if event.meeting_at else ""
            return f"opened the review: {owners}{meeting}"
        case e.StageOverdue():
            return f"found {event.stage.label} overdue: it should have ended by {event.due:%Y-%m-%d %H:%M} UTC"
        case _:
            assert_never(event)


def _of_finding(event: e.FindingEvent, incident: Incident) -> str:
    match event:
        case e.HypothesisStated():
            return f"stated a hypothesis ({event.hypothesis}): {event.text}" + (
                f" — evidence: {event.evidence}" if event.evidence else ""
            )
        case e.HypothesisRuledOut():
            text = incident.hypotheses[event.hypothesis].text
            return f"ruled out “{text}” ({event.hypothesis}): {event.because}"
        case e.ActionItemAdded():
            return f"added an action item ({event.item}): {event.title}{_promised(event)}"
        case e.ActionItemChanged():
            title = incident.action_items[event.item].title
            return f"changed the action item “{title}” ({event.item}){_promised(event)}"
        case _:
            assert_never(event)


def _promised(event: e.ActionItemAdded | e.ActionItemChanged) -> str:
    owner = f"<@{event.owner}>" if event.owner else ""
    priority = f"priority {event.priority.value}" if event.priority else ""
    due = f"due {event.due:%Y-%m-%d}" if event.due else ""
    said = ", ".join(filter(None, (owner, priority, due, event.link)))
    return f"; {said}" if said else ""


def _of_reminder(event: e.ReminderEvent) -> str:
    match event:
        case e.ReminderGiven():
            whom = f" and asked {_people(event.to)}" if event.to else ""
            last = "; it was the last time" if event.last else ""
            return f"reminded of {_missing(event)}{whom}{last}"
        case e.ReminderHeld():
            return f"held a reminder back ({event.kind.label}) until {event.until:%H:%M} UTC{_why(event.because)}"
        case e.ReminderEnded():
            why = {"done": "it was put right", "over": "the incident is over", "changed": "it is no longer wanted"}
            return f"ended a reminder ({event.kind.label}): {why[event.because]}"
        case e.RemindersSnoozed():
            return f"put reminders off ({_kinds(event.kinds)}) until {event.until:%H:%M} UTC"
        case e.RemindersStopped():
            return f"stopped reminders for this incident ({_kinds(event.kinds)}){_why(event.because)}"
        case e.RemindersResumed():
            return f"let reminders come again ({_kinds(event.kinds)})"
        case _:
            assert_never(event)


def _missing(event: e.ReminderGiven) -> str:
    waited = lasted(event.at - event.since)
    match event.kind:
        case Kind.NO_COMMANDER:
            return f"a missing commander, after {waited}"
        case Kind.EMPTY_HAT:
            return f"a hat that nobody wears, after {waited}"
        case Kind.STUCK:
            return f"the stage, the same for {waited}"
        case Kind.NO_ACTIVITY:
            return f"{waited} in which nothing happened"
        case Kind.UPDATE_OVERDUE:
            return f"an update that is {waited} late"
        case Kind.OFFER_WAITS:
            return f"a hand-over that waits for an answer for {waited}"
        case _:
            assert_never(event.kind)


def _kinds(kinds: Sequence[Kind]) -> str:
    return ", ".join(kind.label for kind in kinds)


LATE = 15
"""Seconds from which on a page is called late: two tries and their pauses take less."""


def _span(seconds: float) -> str:
    return lasted(timedelta(seconds=seconds))


def _called(event: e.EscalationCalled, incident: Incident) -> str:
    policy = incident.escalations[event.escalation].policy
    if event.person is not None:
        return f"called <@{event.person}> for {policy.title}{_why(event.because)}"
    again = f", round {event.round + 1}" if event.round else ""
    return f"called tier {event.tier + 1} of {len(policy.tiers)} of {policy.title}{again}{_why(event.because)}"


def _people(people: Sequence[str]) -> str:
    return " and ".join(f"<@{person}>" for person in people)


def _whom(page: e.PageOrdered | Page) -> str:
    match page.kind:
        case "person":
            return f"<@{page.who}>"
        case "channel":
            return f"#{page.who}"
        case "group":
            return f"the user group {page.who}"


def _reached(event: e.PageTried | e.PageSent | e.PageFailed | e.PageDelayed, incident: Incident) -> str:
    page = incident.pages[event.page]
    return f"{_whom(page)} by {page.ways[event.way].by}"


def asked(incident: Incident, gate: str) -> str:
    """Name what a gate stands before."""
    if gate in incident.mitigations:
        return named(incident, gate)
    return _of(gate, incident.gates[gate].subject.action)


def named(incident: Incident, mitigation: str) -> str:
    return _of(mitigation, incident.mitigations[mitigation].plan.title)


def _of(mitigation: str, title: str) -> str:
    return f"“{title}” ({mitigation})"


def _step(event: e.StepStarted | e.StepFinished, incident: Incident) -> str:
    steps = incident.mitigations[event.mitigation].steps_of(event.phase)
    word = "step" if event.phase == "plan" else "rollback step"
    return f"{word} {event.step + 1} of {len(steps)}, {steps[event.step].id}"


def _of_gate_before(event: e.VoteCast | e.VoteCameLate | e.GateClosed, incident: Incident) -> str:
    """Say what happened at a gate before gates had events of their own."""
    what = named(incident, event.mitigation)
    match event:
        case e.VoteCast():
            return f"{'approved' if event.choice == 'approve' else 'rejected'} {what}{_why(event.comment)}"
        case e.VoteCameLate():
            return f"voted late on {what}, which was {event.outcome.value}; not counted"
        case e.GateClosed() if event.outcome is Outcome.WITHDRAWN:
            return f"withdrew {what}"
        case e.GateClosed():
            return f"closed the gate on {what} as {event.outcome.value}{_why(event.because)}"


def version_of(workflow: str, hash_: str) -> str:
    """Name a policy as people read it: `hybrid 3f2a9c01b7de`."""
    return f"{workflow} {hash_[:12]}".strip()


def _why(words: str) -> str:
    return f": {words}" if words else ""
