"""Dry runs: what a plan's trial has said, made short and harmless, for it comes from a service and is shown to people.

A trial is a part of what people approve: its words are put to the vote by their hash.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from pydantic import AwareDatetime

from bot.domain.ids import digest
from bot.domain.runbook import Frozen, Plan

PATIENCE = timedelta(seconds=30)
"""How long nobody is asked because a trial is awaited. A dead service, or no worker, must not keep people longer."""
ROOM = 4000
"""Characters that are recorded of all answers of one trial together."""
SHORT = 200
"""Characters in the one line that an approval message has for it."""
NO_ANSWER = f"no answer within {PATIENCE.total_seconds():.0f} s"
"""What is put to the vote where a trial said nothing in time."""

UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""Control characters, and those that nobody sees or that turn words round."""
ADDRESSED = re.compile("<(?=[@#!])")
"""How Slack writes that somebody is to be called."""


class Answer(Frozen):
    """What one step of a trial came to."""

    step: str
    """Its id in the runbook."""
    ok: bool
    text: str
    """What the service said would happen; where it failed, why."""
    is_cut: bool = False
    """There was more."""


class Trial(Frozen):
    """One trial of a plan that has come back."""

    number: int
    at: AwareDatetime
    answers: tuple[Answer, ...]

    @property
    def failed(self) -> bool:
        return not all(answer.ok for answer in self.answers)

    @property
    def words(self) -> str:
        """Say in one line what it said, or why it failed."""
        return in_short(self.answers)

    @property
    def asked(self) -> str:
        """What is put to the vote: the line, and the hash of every word that was recorded."""
        return f"{self.words} ({digest({'answers': [answer.model_dump() for answer in self.answers]})[:32]})"


def in_short(answers: Iterable[Answer]) -> str:
    """Say in one line what a trial said: what failed, or else each answer."""
    answers = tuple(answers)
    failed = [f"failed at {answer.step}: {answer.text}" for answer in answers if not answer.ok]
    said = " · ".join(failed or [answer.text for answer in answers])
    flat = " ".join(said.split()) or "it answered nothing"
    return flat if len(flat) <= SHORT else flat[: SHORT - 1].rstrip() + "…"


def harmless(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Keep so much of what a service answered as there is room for, with nothing in it that acts on a reader's screen.

    Whoever controls the service could otherwise call people, or hide words from those who vote.
    """
    return tuple(_within(answers))


def _within(answers: Iterable[Answer]) -> Iterator[Answer]:
    left = ROOM
    for answer in answers:
        text = ADDRESSED.sub("< ", UNSEEN.sub("", answer.text.encode(errors="replace").decode())).strip()
        kept = text[:left]
        left -= len(kept)
        yield answer.model_copy(update={"text": kept, "is_cut": answer.is_cut or kept != text})


def said_by(plan: Plan, answer: Answer) -> str:
    """Name a step of a trial in the runbook's words."""
    return next((step.says for step in plan.dry_run if step.id == answer.step), answer.step)
