"""What is exported, and what an exporter is."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from typing import NamedTuple

from bot.domain.ids import SYSTEM
from bot.domain.incident.evolve import replay
from bot.domain.incident.record import Recorded
from bot.domain.incident.state import Incident
from bot.domain.timeline import as_it_was, sentence, tag

MENTION = re.compile(r"<@([^<>|\s]+)(?:\|[^<>]*)?>")
LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, halves of an emoji, and what turns the direction of the text around it."""


class Row(NamedTuple):
    """One event as people read it: “14:02:11 Ana took the incident commander hat”."""

    version: int
    at: datetime
    """In UTC."""
    by: str
    actor: str
    """The name that belongs to `by`."""
    sentence: str
    tag: str
    type: str
    hash: str


@dataclass(frozen=True)
class Export:
    records: Sequence[Recorded]
    """From the first event on; at least the declaration."""
    names: Callable[[str], str]
    """A person's id → their name."""
    made_at: datetime

    @cached_property
    def incident(self) -> Incident:
        """What the records add up to: facts and timeline are of one moment, however far the incident has gone on."""
        incident = replay((record.event for record in self.records), self.records[0].incident)
        assert incident is not None, "an incident begins with its declaration"
        return incident

    @property
    def head(self) -> str:
        """The hash of the last event: whoever knows it can tell any other history from this one."""
        return self.records[-1].hash

    @cached_property
    def name(self) -> Callable[[str], str]:
        """A person's id → their name, fit to be shown; each is asked for once."""
        return cache(lambda by: "Muster" if by == SYSTEM else visible(self.names(by)).strip() or visible(by))

    def words(self, text: str) -> str:
        """Make a sentence readable outside Slack: people by name, nothing unseen."""
        return visible(MENTION.sub(lambda found: self.name(found[1]), text))

    def rows(self) -> Iterator[Row]:
        for record, then in as_it_was(self.records):
            event = record.event
            yield Row(
                version=record.version,
                at=event.at.astimezone(UTC),
                by=event.by,
                actor=self.name(event.by),
                sentence=self.words(sentence(event, then)),
                tag=tag(event),
                type=event.type,
                hash=record.hash,
            )


@dataclass(frozen=True, slots=True)
class Exporter:
    name: str
    aliases: tuple[str, ...]
    suffix: str
    """With its dot."""
    media_type: str
    render: Callable[[Export], bytes]

    def filename(self, incident: str, version: int) -> str:
        """Return e.g. `inc-42-timeline-57.html`: ASCII, so that it survives every file system and header."""
        slug = re.sub(r"[^a-z0-9]+", "-", incident.lower()).strip("-") or "incident"
        return f"{slug}-timeline-{version}{self.suffix}"


def visible(text: str) -> str:
    """Give every unseen character a face, �, so that no text can hide or disguise itself or its neighbours."""
    return UNSEEN.sub("�", LINE_ENDS.sub("\n", text))


def iso(at: datetime) -> str:
    """Return e.g. `2026-07-01T14:02:11Z`; fractions of a second only where there are some."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def lasted(time: timedelta) -> str:
    """Say how long, in the two units that matter: `35 s`, `14 min`, `1 h 5 min`, `2 d 3 h`."""
    seconds = max(0, round(time.total_seconds()))
    minutes, hours = seconds // 60, seconds // 3600
    if seconds < 120:
        return f"{seconds} s"
    if minutes < 60:
        return f"{minutes} min"
    if hours < 24:
        return f"{hours} h {minutes % 60} min"
    return f"{hours // 24} d {hours % 24} h"
