"""The message about an escalation in the incident's channel: who is called, by which ways, and who has answered."""

from collections.abc import Sequence

from bot.domain.durations import lasted
from bot.domain.incident.escalations import Escalation, Page, Standing
from bot.domain.incident.state import Incident
from bot.domain.oncall.reach import Way
from bot.slack.controls import TakeOverButton
from bot.slack.kit import Message, Names, bold, button, context, line, message, section, sentences, when, who
from bot.slack.views.page import answering

MARKS = {"waiting": "to come", "tried": "being tried", "sent": "✓", "failed": "✗"}
SHOWN = 12
"""Pages in the message; the timeline has all."""


def escalation(incident: Incident, shown: Escalation, names: Names) -> Message:
    title = line(shown.policy.title, 150)
    match shown.standing:
        case Standing.ACKNOWLEDGED:
            took = lasted((shown.answered_at or shown.at) - shown.at)
            text = f"✓ {title}: {who(shown.answered_by or '', names)} answered after {took}{_tier(shown)}"
            take_over = button("Take over", TakeOverButton(incident=incident.id)) if incident.is_open else None
            return message(text, section(text, take_over))
        case Standing.ENDED:
            text = f"✓ {title}: resolved before anybody answered{_tier(shown)}"
            return message(text, section(text))
        case _:
            return _calling(incident, shown, title, names)


def _calling(incident: Incident, shown: Escalation, title: str, names: Names) -> Message:
    pages = incident.called(shown.id)[-SHOWN:]
    rows = [_row(page, names) for page in pages]
    why = "" if shown.because == incident.title else f": {line(shown.because, 600, names)}"
    state = f"📟 *Calling {title}*{_tier(shown)}{why}"
    if shown.standing is Standing.EXHAUSTED:
        state = f"⚠ *Nobody has answered for {title}.* Everybody was called; the last resort was told."
    missing, after = [line(one, 300, names) for one in shown.missing], _next(shown)
    return message(
        sentences(state, *rows, *missing, after),
        section(state),
        section("\n".join(f"• {row}" for row in (*rows, *missing))) if rows or missing else None,
        answering(incident, shown),
        context(after) if after else None,
    )


def _tier(shown: Escalation) -> str:
    if shown.call is None or len(shown.policy.tiers) == 1:
        return ""
    return f" · tier {shown.call.tier + 1} of {len(shown.policy.tiers)}"


def _row(page: Page, names: Names) -> str:
    declined = " · said “not me”" if page.declined else ""
    return f"{bold(_whom(page, names))} · {line(page.because, 200, names)} · {_ways(page.ways)}{declined}"


def _whom(page: Page, names: Names) -> str:
    match page.kind:
        case "person":
            return who(page.who, names)
        case "channel":
            return f"#{line(page.who, 80)}"
        case "group":
            return f"<!subteam^{line(page.who, 30)}>"


def _ways(ways: Sequence[Way]) -> str:
    return ", ".join(
        f"{line(way.by, 40)} {MARKS[way.state]}{f' ({line(way.detail, 120)})' if _matters(way) else ''}" for way in ways
    )


def _matters(way: Way) -> bool:
    return bool(way.detail) and way.state != "sent"


def _next(shown: Escalation) -> str:
    if shown.standing is not Standing.RUNNING or shown.call is None:
        return ""
    turn = shown.next_turn()
    if turn is None:
        return f"Without an answer by {when(shown.call.due)} the last resort is told."
    again = f", round {turn[0] + 1}" if turn[0] else ""
    return f"Without an answer by {when(shown.call.due)}, tier {turn[1] + 1} is called{again}."
