"""Which policy an incident goes by, and what would change if it went by the one in force."""

from bot.domain.timeline import version_of
from bot.domain.workflow.lifecycle import Purpose
from bot.domain.workflow.policy import Policy
from bot.slack.controls import OpenFormButton
from bot.slack.kit import Message, bold, button, context, line, message, section, sentences
from bot.verbs.request import ShowPolicy

SHOWN = 14
"""Differences that are listed; `muster workflow show` has the rest."""


def policy(shown: ShowPolicy) -> Message:
    incident, own, now = shown.incident, shown.policy, shown.now
    if shown.is_lost:
        gone = version_of("", incident.policy)
        goes_by = f"{incident.id} began with the policy {gone}, which can't be had; {_named(own)} stands in for it"
    else:
        goes_by = f"{incident.id} goes by {_named(own)}"
    if now.hash == incident.policy:
        text = f"{goes_by}, which is in force."
        return message(text, section(text))
    is_closed = incident.stage.purpose is Purpose.CLOSED
    adopt = button("Adopt …", OpenFormButton(incident=incident.id, form="policy")) if not is_closed else None
    if shown.is_lost and own.hash == now.hash:
        text = f"{goes_by}."
        tip = "`/incident policy adopt because …` makes it its own."
        return message(sentences(text, tip), section(text, adopt), context(tip))
    rows = [f"• {line(str(one), 200)}" for one in shown.differences[:SHOWN]]
    more = len(shown.differences) - len(rows)
    rows += [f"… and {more} more"] if more else []
    differs = "It differs:" if rows else "No field that this Muster knows differs."
    what = f"In force for it now: {_named(now)}. {differs}"
    tip = "`/incident policy adopt because …` moves this incident to it. Until then nothing of it changes here."
    return message(
        "\n".join([f"{goes_by}.", what, *rows, *([tip] if adopt else [])]),
        section(f"{bold(goes_by)}.\n{what}", adopt),
        section("\n".join(rows)) if rows else None,
        context(tip) if adopt else None,
    )


def _named(policy: Policy) -> str:
    return line(version_of(policy.name, policy.hash))
