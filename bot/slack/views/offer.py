"""The question to the other side of a hand-over, in private: will you take this hat? Then, what came of it."""

from typing import assert_never

from bot.domain.effects import OfferStanding
from bot.domain.hats import Hat
from bot.domain.incident.state import Incident
from bot.domain.workflow.policy import Policy
from bot.slack.controls import AnswerOfferButton
from bot.slack.kit import Message, Names, actions, button, line, message, prose, section, who


def offer(incident: Incident, hat: Hat, giver: str, names: Names, policy: Policy) -> Message:
    giver_name, where = who(giver, names), f" (<#{incident.channel}>)" if incident.channel else ""
    called = line(policy.called(hat), 80)
    asks = f"{giver_name} offers you the {called} hat of {incident.id}{where}: {line(incident.title)}"
    brief = policy.hat(hat).brief
    duty = f"*Focus* {prose(brief.focus, 600)}\n*Never* {prose(brief.never, 600)}\n" if brief else ""
    until = (
        f"{giver_name} wears it until you accept. Ask for the picture first: what is known, what runs, what is owed."
    )
    return message(
        f"{asks}. {until}",
        section(f"{asks}.\n{duty}{until}"),
        actions(
            button("Accept", AnswerOfferButton(incident=incident.id, hat=hat, accept=True), "primary"),
            button("Decline", AnswerOfferButton(incident=incident.id, hat=hat, accept=False)),
        ),
    )


def offer_ended(incident: Incident, hat: Hat, standing: OfferStanding, names: Names) -> Message:
    """Say in one line what became of an offer; nothing is asked any more."""
    text = f"{incident.id}, {hat.label} hat: {_became(incident, hat, standing, names)}"
    return message(text, section(text))


def _became(incident: Incident, hat: Hat, standing: OfferStanding, names: Names) -> str:
    match standing:
        case "accepted":
            return "✓ you took it over."
        case "declined":
            return "you declined it."
        case "overtaken" if hat in incident.offers:
            return f"it was offered to {who(incident.offers[hat], names)} instead."
        case "closed":
            return f"{incident.id} was closed before you answered."
        case "asked" | "withdrawn" | "overtaken":
            return "it is no longer offered to you."
        case _:
            assert_never(standing)
