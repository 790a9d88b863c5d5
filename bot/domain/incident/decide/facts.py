"""Facts for the timeline: notes, pinned messages and what becomes of them, updates, troubles met outside."""

from datetime import timedelta

from bot.domain.incident.commands import (
    AddNote,
    PinMessage,
    PostUpdate,
    RecordPinDeleted,
    RecordPinEdited,
    RecordTrouble,
    UnpinMessage,
)
from bot.domain.incident.decide.findings import check_link
from bot.domain.incident.events import (
    AnyEvent,
    MessagePinned,
    MessageUnpinned,
    NoteAdded,
    PinDeleted,
    PinEdited,
    TroubleMet,
    UpdatePosted,
)
from bot.domain.incident.findings import link_in
from bot.domain.incident.rejections import TooManyPins
from bot.domain.incident.state import Incident, fingerprint
from bot.domain.words import TEXT_LIMIT, check_text
from bot.domain.workflow.policy import Policy

PIN_LIMIT = 1000
"""Pinned messages that an incident keeps an eye on; the state stays small, so that commands stay fast."""


def note(command: AddNote) -> list[AnyEvent]:
    check_text(command.text)
    check_link(command.source)
    source = command.source or link_in(command.text)
    return [NoteAdded(by=command.by, at=command.at, text=command.text, source=source)]


def pin(command: PinMessage, incident: Incident) -> list[AnyEvent]:
    if command.ts in incident.pins:
        return []
    if len(incident.pins) >= PIN_LIMIT:
        raise TooManyPins(limit=PIN_LIMIT)
    return [
        MessagePinned(
            by=command.by,
            at=command.at,
            channel=command.channel,
            ts=command.ts,
            author=command.author,
            text=command.text[:TEXT_LIMIT],
            permalink=command.permalink,
        )
    ]


def unpin(command: UnpinMessage, incident: Incident) -> list[AnyEvent]:
    if command.ts not in incident.pins:
        return []
    return [MessageUnpinned(by=command.by, at=command.at, ts=command.ts)]


def pin_edited(command: RecordPinEdited, incident: Incident) -> list[AnyEvent]:
    text = command.text[:TEXT_LIMIT]
    if incident.pins.get(command.ts) in {None, fingerprint(text)}:
        return []
    return [PinEdited(by=command.by, at=command.at, ts=command.ts, text=text)]


def pin_deleted(command: RecordPinDeleted, incident: Incident) -> list[AnyEvent]:
    if command.ts not in incident.pins:
        return []
    return [PinDeleted(by=command.by, at=command.at, ts=command.ts)]


def update(command: PostUpdate, incident: Incident, policy: Policy) -> list[AnyEvent]:
    check_text(command.text)
    minutes = command.next_in_minutes or policy.of(incident.severity).update_every_minutes
    due = command.at + timedelta(minutes=minutes) if minutes and incident.is_open else None
    return [UpdatePosted(by=command.by, at=command.at, text=command.text, next_due=due)]


def trouble(command: RecordTrouble, incident: Incident) -> list[AnyEvent]:
    """Record it once: telling of it may meet the same trouble again."""
    if f"{command.why} {command.cure}" in incident.troubles:
        return []
    return [TroubleMet(by=command.by, at=command.at, effect=command.effect, why=command.why, cure=command.cure)]
