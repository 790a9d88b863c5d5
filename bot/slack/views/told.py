"""What the channels are told of one event, in the place where it is read."""

from bot.domain.effects import Place
from bot.domain.gates import events as g
from bot.domain.gates.explain import explain
from bot.domain.gates.gate import Outcome
from bot.domain.gates.policy import Purpose
from bot.domain.ids import SYSTEM
from bot.domain.incident import events as e
from bot.domain.incident.record import Recorded
from bot.domain.incident.state import Incident
from bot.domain.timeline import asked, called, sentence
from bot.domain.timeline import named as mitigation_named
from bot.slack.controls import OpenFormButton, RunVerbButton, StopButton
from bot.slack.kit import (
    Block,
    Message,
    Names,
    bold,
    button,
    context,
    day,
    header,
    line,
    mention,
    message,
    paragraphs,
    prose,
    section,
    sentences,
    who,
)
from bot.slack.views.debt import owes
from bot.slack.views.gate import WHOLE, called_by, limit
from bot.slack.views.mitigation import in_charge


def told(record: Recorded, incident: Incident, names: Names, place: Place, *, then: Incident | None = None) -> Message:
    """Tell one event. Outside its own channel a private incident says that it moved, and nothing else.

    `incident`: as it is now, for those who are called. `then`: as it was once the event had happened, for what is said
    of it; unless given, nothing that the event names has changed since.
    """
    event, then = record.event, then or incident
    if place == "customers":
        assert isinstance(event, e.CustomersTold), "nothing else is for customers"
        return _notice(event, incident)
    if place != "channel" and incident.private:
        return _line(
            f"{incident.id} · {incident.severity.label} · {incident.stage.label}: a private incident moved on."
        )
    match event:
        case e.UpdatePosted():
            return _update(event, then, names, place)
        case e.CustomersTold():
            head = sentence(event.model_copy(update={"text": ""}), then).rstrip(": ")
            said = f"{who(event.by, names)} {line(head, 300, names)}:"
            return message(f"{said}\n{prose(event.text)}", section(said), *map(section, _whole(event)))
        case e.HatGiven():
            gave = f"{who(event.by, names)} gave the {line(called(event), 80)} hat to {mention(event.to)}."
            return _line(f"{gave} Its brief comes to them in private.")
        case e.OfferDeclined():
            declined = f"{who(event.by, names)} declined the {line(called(event), 80)} hat"
            return _line(f"{declined}; {mention(event.giver)}, it is still yours.")
        case e.MessagePinned():
            return _aside(f"{who(event.by, names)} pinned what {who(event.author, names)} wrote to the timeline.")
        case e.PinEdited() | e.PinDeleted():
            did = "edited" if isinstance(event, e.PinEdited) else "deleted"
            return _aside(f"{who(event.by, names)} {did} a pinned message. The timeline keeps what it said before.")
        case g.GateClosed() if event.outcome in {Outcome.REJECTED, Outcome.EXPIRED} and place == "channel":
            return _undecided(event, then, names)
        case g.GlassBroken() if place != "channel":
            return _glass(event, then, names)
        case g.VoteCameLate():
            return _too_late(event, incident, then, names)
        case g.ChannelReminded() if place == "channel":
            people = " ".join(mention(person) for person in called_by(incident, incident.gates[event.gate], event.at))
            what = line(asked(incident, event.gate), names=names)
            return _line(f"{people or 'Anybody here'}: {what} still waits. {limit(incident.gates[event.gate])}")
        case e.HumanNeeded():
            charged = mention(in_charge(incident, incident.mitigations[event.mitigation]))
            what = line(mitigation_named(incident, event.mitigation))
            rollback = f"; its rollback {line(event.rollback, 1000, names)}" if event.rollback else ""
            return _line(f"⚠ {charged}: {what} needs a human: {line(event.because, 1000, names)}{rollback}")
        case e.MitigationVerified():
            resolve = button("Resolve", OpenFormButton(incident=incident.id, form="resolve"))
            return _with_next(event, incident, _said(event, then, names), names, resolve)
        case e.MitigationRolledBack():
            another = button("Propose another", OpenFormButton(incident=incident.id, form="propose"))
            return _with_next(event, incident, _said(event, then, names), names, another)
        case e.TroubleMet():
            return _line(f"⚠ {line(event.why, 1000, names)} {line(event.cure, 1000, names)}")
        case e.ExportFailed():
            again = RunVerbButton(incident=incident.id, words=f"export {event.format}")
            text = f"⚠ The timeline could not be delivered as {line(event.format)}: {line(event.because, 1000, names)}"
            return message(text, section(text, button("Try again", again)))
        case _:
            about = "" if place == "channel" else f"{bold(_headed(incident))}\n"
            return _line(f"{about}{who(event.by, names)} {_said(event, then, names)}")


def _notice(event: e.CustomersTold, incident: Incident) -> Message:
    """Show customers what somebody wrote for them, and nothing else of ours but the number to ask about."""
    return message(prose(event.text), *map(section, _whole(event)), context(f"{incident.id} · {day(event.at)}"))


def _whole(event: e.CustomersTold) -> list[str]:
    return paragraphs(prose(event.text, WHOLE))


def _glass(event: g.GlassBroken, incident: Incident, names: Names) -> Message:
    """Say where it can't be overlooked that the glass was broken: by whom, why, what was skipped, what is owed."""
    gate = incident.gates[event.gate]
    assert gate.debt is not None, "the glass was broken"
    what = line(asked(incident, gate.id), 300, names)
    broke = f"{who(event.by, names)} broke the glass: {what} goes ahead without its approval"
    because = f"because {line(event.because, 1000, names)}"
    skipped = f"Skipped: {line(gate.policy.title, 150)}. {line(explain(gate).rules[gate.step], 600, names)}"
    where = f"<#{incident.channel}>" if incident.channel else ""
    owed = owes(gate, gate.debt)
    return message(
        sentences(f"⚠ {_headed(incident)}: {broke}, {because}", skipped, owed, where),
        header(f"⚠ The glass was broken · {incident.id} · {incident.severity.label}"),
        section(f"*{broke}*, {because}"),
        section(f"{skipped}\n{owed}"),
        context(line(incident.title), where),
    )


def _too_late(event: g.VoteCameLate, incident: Incident, then: Incident, names: Names) -> Message:
    """Tell a no that came while what was approved runs: it decides nothing, and may be a reason to stop."""
    what, m = line(asked(then, event.gate), 300, names), incident.mitigations.get(event.gate)
    why = f": {line(event.comment, 1000, names)}" if event.comment else ""
    text = f"⚠ {who(event.by, names)} said no to {what}, too late{why}"
    if m is None or not m.progress.can_stop:
        return _line(text)
    stop = button("Stop", StopButton(incident=incident.id, mitigation=m.id), "danger")
    return message(sentences(text, "Stop stops it"), section(f"{text}\n*Stop* stops it.", stop))


def _undecided(event: g.GateClosed, incident: Incident, names: Names) -> Message:
    """Tell whoever asked that there was no yes, and that nothing is done; what is undone instead is told for itself."""
    gate = incident.gates[event.gate]
    proposer = f"{mention(gate.proposer)}: " if gate.proposer != SYSTEM else ""
    nothing = NOTHING.get(gate.subject.purpose, "Nothing of it is done.") if not event.rolls_back else ""
    return _line(f"{proposer}{who(event.by, names)} {_said(event, incident, names)}. {nothing}".strip())


NOTHING: dict[Purpose, str] = {"rollback": "Nothing is rolled back.", "notification": "Nothing is sent."}


def _update(event: e.UpdatePosted, incident: Incident, names: Names, place: Place) -> Message:
    """Format an update: in its channel without what everybody there knows, elsewhere with title and link."""
    status = f"{incident.severity.label} · {incident.stage.label}"
    headline = f"Update · {status}" if place == "channel" else f"{_headed(incident)} · {incident.stage.label}"
    after = f"Next update by {day(event.next_due)}" if event.next_due else "No further update is owed"
    where = f"<#{incident.channel}>" if place != "channel" and incident.channel else ""
    text = prose(event.text, names=names)
    return message(
        f"{headline}\n{text}\n{after}",
        section(bold(headline)),
        section(text),
        context(f"{after} · {who(event.by, names)}", where),
    )


def _with_next(event: e.AnyEvent, incident: Incident, said: str, names: Names, step: Block) -> Message:
    text = f"{who(event.by, names)} {said}"
    return message(text, section(text, step if incident.is_open else None))


def _headed(incident: Incident) -> str:
    return f"{incident.id} · {incident.severity.label} · {line(incident.title)}"


def _said(event: e.AnyEvent, incident: Incident, names: Names) -> str:
    return line(sentence(event, incident), 2000, names)


def _line(text: str) -> Message:
    return message(text, section(text))


def _aside(text: str) -> Message:
    return message(text, context(text))
