"""One person's Home: what waits for their vote, their hats, what is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.gates.explain import objection
from bot.domain.gates.gate import Gate
from bot.domain.incident.state import Incident
from bot.domain.oncall.book import Book
from bot.domain.oncall.duty import Planned
from bot.domain.oncall.roster import Asked
from bot.slack.controls import OpenFormButton, OpenPlanButton, TestPageButton
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
    link,
    plural,
    section,
    who,
)
from bot.slack.views.gate import about, in_short, may_vote, voting
from bot.slack.views.listing import row, visible_to
from bot.slack.views.oncall import find_stand_in, shift_row
from bot.slack.views.stand_in import question

VOTES, OPEN, RECENT, SHIFTS, QUESTIONS = 10, 25, 5, 10, 5
"""How much of each is shown: 100 blocks fit a Home."""


@dataclass(frozen=True, slots=True)
class OwnShifts:
    """What concerns somebody of the on-call book: their shifts of the next days, and what waits for their yes."""

    book: Book
    shifts: Sequence[Planned] = ()
    asked: Sequence[Asked] = ()
    calendar: str = ""
    """Where they may subscribe to a calendar of their shifts."""


def home(
    person: str,
    open_incidents: Sequence[Incident],
    recent: Sequence[Incident],
    names: Names,
    now: datetime,
    *,
    own: OwnShifts | None = None,
) -> dict[str, Any]:
    """Build the Home view; `recent` may hold open incidents too, they are shown once.

    `own`: None for whoever isn't in the on-call book, and has no shifts.
    """
    seen = visible_to(person, open_incidents)
    over = [incident for incident in visible_to(person, recent) if not incident.is_open][:RECENT]
    blocks = [
        actions(button("Declare an incident", OpenFormButton(incident="", form="declare"), "primary")),
        header("Waiting for your vote"),
        *_votes(person, seen, names),
        *(_own(own, names, now) if own else ()),
        header("Your hats"),
        section(_hats(person, seen)),
        header("Open incidents"),
        *_open(seen, names, now),
        *([divider(), section("*Lately*\n" + "\n".join(_ended(incident) for incident in over))] if over else []),
    ]
    return {"type": "home", "blocks": blocks}


def _votes(person: str, incidents: Sequence[Incident], names: Names) -> list[Block]:
    asked = ((incident, gate) for incident in incidents for gate in incident.open_gates)
    waiting = [(incident, gate) for incident, gate in asked if may_vote(person, gate, incident)]
    if not waiting:
        return [section("Nothing waits for you.")]
    more = len(waiting) - VOTES
    blocks = [block for incident, gate in waiting[:VOTES] for block in _vote(incident, gate, names)]
    return [*blocks, context(f"{plural(more, 'more vote')} in the incidents' channels")] if more > 0 else blocks


def _vote(incident: Incident, gate: Gate, names: Names) -> list[Block]:
    where = f" · <#{incident.channel}>" if incident.channel else ""
    m = incident.mitigations.get(gate.id)
    place = f" on {line(m.plan.target, 80)}" if m is not None else ""
    what = f"{bold(line(gate.subject.action, 150))}{place} · {incident.id} · {incident.severity.label}{where}"
    objected = f"\n{line(objection(gate), 400, names)}" if gate.is_contested else ""
    risk = f"\nRisk: {line(m.plan.risk, 400)}" if m is not None else ""
    parts = "".join(f"\n*{label}* {text}" for label, text in about(incident, gate, names).items())
    return [
        section(f"{what}\nproposed by {who(gate.proposer, names)} · {in_short(gate, names)}{objected}{risk}{parts}"),
        actions(
            *voting(incident, gate),
            button("Open plan", OpenPlanButton(incident=incident.id, mitigation=m.id)) if m is not None else None,
        ),
    ]


def _own(own: OwnShifts, names: Names, now: datetime) -> list[Block]:
    asked = [block for each in own.asked[:QUESTIONS] for block in question(each, own.book, names).blocks]
    rows = [section(_shift(each, own.book, now), find_stand_in(each)) for each in own.shifts[:SHIFTS]]
    more = len(own.shifts) - SHIFTS
    calendar = link(own.calendar, "Subscribe to your shifts")
    return [
        *([header("Waiting for your yes"), *asked] if asked else []),
        header("Your shifts"),
        *(rows or [section("You aren't on call within the next 14 days.")]),
        *([context(f"{plural(more, 'more shift')} within 14 days")] if more > 0 else []),
        actions(button("Test my page", TestPageButton())),
        *([context(f"{calendar} in your own calendar. Whoever has the address can read it.")] if calendar else []),
    ]


def _shift(planned: Planned, book: Book, now: datetime) -> str:
    now_ = "*Now:* " if planned.shift.start <= now else ""
    return f"{now_}{shift_row(planned, book)}"


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
    owed = " · *a countersignature is owed*" if incident.owed_gates else ""
    return f"{incident.id} · {incident.stage.label} · {line(incident.title, 150)}{ended}{where}{owed}"
