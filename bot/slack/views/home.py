"""One person's Home: what waits for their vote, their hats, what is open."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.domain.incident.state import Incident, Mitigation
from bot.slack.controls import OpenFormButton, OpenPlanButton
from bot.slack.kit import (
    Block,
    Names,
    actions,
    bold,
    button,
    context,
    day,
    divider,
    header,
    line,
    plural,
    section,
    when,
    who,
)
from bot.slack.views.listing import row, visible_to
from bot.slack.views.mitigation import voting

VOTES, OPEN, RECENT = 10, 25, 5
"""How much of each is shown: 100 blocks fit a Home."""


def home(
    person: str, open_incidents: Sequence[Incident], recent: Sequence[Incident], names: Names, now: datetime
) -> dict[str, Any]:
    """Build the Home view; `recent` may hold open incidents too, they are shown once."""
    seen = visible_to(person, open_incidents)
    over = [incident for incident in visible_to(person, recent) if not incident.is_open][:RECENT]
    blocks = [
        actions(button("Declare an incident", OpenFormButton(incident="", form="declare"), "primary")),
        header("Waiting for your vote"),
        *_votes(person, seen, names),
        header("Your hats"),
        section(_hats(person, seen)),
        header("Open incidents"),
        *_open(seen, names, now),
        *([divider(), section("*Lately*\n" + "\n".join(_ended(incident) for incident in over))] if over else []),
    ]
    return {"type": "home", "blocks": blocks}


def _votes(person: str, incidents: Sequence[Incident], names: Names) -> list[Block]:
    waiting = [(incident, m) for incident in incidents for m in incident.open_gates if _may_vote(person, m)]
    if not waiting:
        return [section("Nothing waits for you.")]
    more = len(waiting) - VOTES
    blocks = [block for incident, m in waiting[:VOTES] for block in _vote(incident, m, names)]
    return [*blocks, context(f"{plural(more, 'more vote')} in the incidents' channels")] if more > 0 else blocks


def _may_vote(person: str, m: Mitigation) -> bool:
    return m.gate is not None and person != m.gate.proposer and person not in m.gate.votes


def _vote(incident: Incident, m: Mitigation, names: Names) -> list[Block]:
    due = f" · until {when(m.gate.due)}" if m.gate else ""
    where = f" · <#{incident.channel}>" if incident.channel else ""
    title, place = bold(line(m.plan.title, 150)), line(m.plan.target, 80)
    what = f"{title} on {place} · {incident.id} · {incident.severity.label}{where}"
    asked = f"proposed by {who(m.proposer, names)}{due}\nRisk: {line(m.plan.risk, 400)}"
    return [
        section(f"{what}\n{asked}"),
        actions(
            button("Approve", voting(incident, m, "approve"), "primary"),
            button("Reject", voting(incident, m, "reject"), "danger"),
            button("Open plan", OpenPlanButton(incident=incident.id, mitigation=m.id)),
        ),
    ]


def _hats(person: str, incidents: Sequence[Incident]) -> str:
    worn = [
        f"*{', '.join(hat.label for hat in hats)}* · {incident.id} · {line(incident.title, 150)}"
        f"{f' · <#{incident.channel}>' if incident.channel else ''}"
        for incident in incidents
        if (hats := incident.wears(person))
    ]
    return "\n".join(worn[:10]) or "You wear none. An incident's card has a button for each hat that is free."


def _open(incidents: Sequence[Incident], names: Names, now: datetime) -> list[Block]:
    if not incidents:
        return [section("All is quiet. If something looks wrong, declare it: a false alarm costs nothing.")]
    more = len(incidents) - OPEN
    rows = [section(row(incident, names, now)) for incident in incidents[:OPEN]]
    return [*rows, context(f"{more} more: `/incident list`")] if more > 0 else rows


def _ended(incident: Incident) -> str:
    ended = f" · resolved {day(incident.resolved_at)}" if incident.resolved_at else ""
    where = f" · <#{incident.channel}>" if incident.channel else ""
    return f"{incident.id} · {incident.stage.label} · {line(incident.title, 150)}{ended}{where}"
