"""What came of trying a person's contacts: one line each, filled in as the results come."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.slack.controls import TestPageButton
from bot.slack.kit import Message, actions, bold, button, context, line, message, section

SHOWN = 20
"""Contacts: 50 blocks fit a message."""

MARKS = {"waiting": "…", "sent": "✓", "failed": "✗"}


@dataclass(frozen=True, slots=True)
class Tried:
    """One contact, and how far its trial has come."""

    by: str
    state: Literal["waiting", "sent", "failed"] = "waiting"
    seconds: float = 0
    detail: str = ""
    """What was sent where, or why not."""
    cure: str = ""


def trial(tried: Sequence[Tried], *, is_known: bool = True) -> Message:
    """Show every contact; while one is still being tried, no other trial is offered."""
    rows = [_row(contact) for contact in tried]
    is_over = all(contact.state != "waiting" for contact in tried)
    title = "Your contacts were tried" if is_over else "Your contacts are being tried"
    hints = [] if is_known else ["You aren't in the on-call book, so a direct message is all there is."]
    if is_over:
        hints.append("“Sent” means that the other side has taken it: look whether it reached you.")
    return message(
        "\n".join([title, *rows, *hints]),
        section(bold(title)),
        *(section(row) for row in rows[:SHOWN]),
        context(*hints) if hints else None,
        actions(button("Test again", TestPageButton())) if is_over else None,
    )


def sample(by: str) -> Message:
    """The trial of a direct message: what a page would look like, and that it is none."""
    text = f"TEST of {line(by)}: a page would come like this. Nothing is wrong, and there is nothing to do."
    return message(text, section(text))


def _row(contact: Tried) -> str:
    said = f"{MARKS[contact.state]} {line(contact.by, 60)}"
    match contact.state:
        case "waiting":
            return said
        case "sent":
            what = f" ({line(contact.detail, 200)})" if contact.detail else ""
            return f"{said}: sent in {contact.seconds:.1f} s{what}"
        case "failed":
            return f"{said}: {line(contact.detail, 250)} {line(contact.cure, 200)}"
