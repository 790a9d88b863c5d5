"""What whoever is called sees: a direct message or a post with the buttons to answer, then one line of who did."""

from collections.abc import Sequence

from bot.domain.incident.escalations import Escalation, Page, Standing
from bot.domain.incident.state import Incident
from bot.slack.controls import AcknowledgeButton, EscalateButton, OpenFormButton, TakeOverButton
from bot.slack.kit import (
    Block,
    Message,
    Names,
    actions,
    bold,
    button,
    context,
    header,
    line,
    message,
    section,
    sentences,
    when,
    who,
)


def page(incident: Incident, shown: Page, names: Names, along: Sequence[str] = ()) -> Message:
    """Show one page. Where it only tells, nothing is asked. `along`: others that it stands for, a line each."""
    escalation = incident.escalations.get(shown.escalation)
    if escalation is None:
        return _told(incident, shown, names)
    match escalation.standing:
        case Standing.ACKNOWLEDGED:
            return _answered(incident, escalation, shown, names)
        case Standing.ENDED:
            return _over(incident, "resolved before anybody answered")
        case _ if not incident.is_open:
            return _over(incident, "resolved")
        case _ if shown.declined:
            return _over(incident, "you passed it on")
        case _:
            return _asked(incident, escalation, shown, names, along)


def headline(incident: Incident) -> str:
    """Say in one line what it is about, for a lock screen."""
    return f"{incident.severity.label} {incident.id} {line(incident.title)}"


def _asked(incident: Incident, escalation: Escalation, shown: Page, names: Names, along: Sequence[str]) -> Message:
    because = f"Why {_you(shown)}: {line(shown.because, 300, names)}."
    why = "" if escalation.because == incident.title else line(escalation.because, 1000, names)
    limit = _limit(escalation)
    where, others = _where(incident), [line(one) for one in along]
    first = f"{bold(incident.id)} {where} {_mention(shown)}".strip()
    return message(
        sentences(_mention(shown), headline(incident), why, because, limit, *others, where),
        header(f"{incident.severity.label} · {incident.title}"),
        section("\n".join(part for part in (first, why, because) if part)),
        answering(incident, escalation),
        section("\n".join(f"• {other}" for other in others)) if others else None,
        context(limit) if limit else None,
    )


def _you(shown: Page) -> str:
    return "you" if shown.kind == "person" else "here"


def answering(incident: Incident, escalation: Escalation) -> Block:
    """The buttons by which an escalation is answered."""
    can_escalate = escalation.next_turn() is not None or escalation.standing is Standing.RUNNING
    return actions(
        button("Acknowledge", AcknowledgeButton(incident=incident.id), "primary"),
        button("Not me …", OpenFormButton(incident=incident.id, form="not-me")),
        button("Escalate now", EscalateButton(incident=incident.id)) if can_escalate else None,
    )


def _limit(escalation: Escalation) -> str:
    if escalation.standing is Standing.EXHAUSTED:
        return "Everybody was called, and nobody has answered."
    if escalation.call is None:
        return ""
    last = "the last resort is told" if escalation.next_turn() is None else "the next ones are called"
    return f"Without an answer by {when(escalation.call.due)}, {last}."


def _mention(shown: Page) -> str:
    """Ping a user group, where one is called: only ids of Slack's form."""
    return f"<!subteam^{shown.mention}>" if shown.mention.isalnum() else ""


def _where(incident: Incident) -> str:
    return f"<#{incident.channel}>" if incident.channel else ""


def _answered(incident: Incident, escalation: Escalation, shown: Page, names: Names) -> Message:
    answered = f"✓ {who(escalation.answered_by or '', names)} answers for {escalation.policy.title}"
    at = f" since {when(escalation.answered_at)}" if escalation.answered_at else ""
    text = f"{answered}{at} · {headline(incident)} {_where(incident)}"
    can_take_over = incident.is_open and shown.who != escalation.answered_by
    return message(
        text, section(text, button("Take over", TakeOverButton(incident=incident.id)) if can_take_over else None)
    )


def _over(incident: Incident, how: str) -> Message:
    text = f"✓ {headline(incident)}: {how} {_where(incident)}"
    return message(text, section(text))


def _told(incident: Incident, shown: Page, names: Names) -> Message:
    """Tell a place of an incident, as long as it is open; then how it ended."""
    status = f"{incident.stage.label} · {line(shown.because, 300, names)}"
    text = f"{headline(incident)}"
    return message(
        sentences(_mention(shown), text, status, _where(incident)),
        section(f"{bold(text)} {_where(incident)} {_mention(shown)}".strip()),
        context(status),
    )
