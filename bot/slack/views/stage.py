"""How far a stage has come: what is done and what shows it, what is missing, and a button for whoever can do it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import assert_never

from bot.domain.hats import Hat
from bot.domain.incident.criteria import Item, Way, spoken_for
from bot.domain.incident.rejections import GateStillOpen, NeedsApproval, StillRunning
from bot.domain.incident.state import Incident
from bot.domain.incident.ways import waits
from bot.domain.rejected import Rejected
from bot.domain.workflow.criterion import Check, Evidence, Strictness
from bot.domain.workflow.lifecycle import Purpose, Stage
from bot.slack.controls import ConfirmButton, OpenFormButton, RunVerbButton, StopButton, TakeHatButton
from bot.slack.kit import (
    Block,
    Message,
    Names,
    actions,
    bold,
    button,
    context,
    day,
    header,
    line,
    message,
    plural,
    section,
    sentences,
    when,
    who,
)
from bot.verbs.request import FormName, ShowStage

SHOWN = 24
"""Missing criteria with a button each; a message holds 50 blocks, and some 13,000 characters."""


def stage(shown: ShowStage, names: Names, now: datetime) -> Message:
    """Show one person how far the stage has come, and what they can do about what is missing."""
    incident = shown.incident
    done = [item for item in shown.items if item.done]
    missing = [item for item in shown.items if not item.done]
    what = f"{incident.id} · {incident.severity.label} · {incident.stage.label}"
    count = f"{len(done)} of {len(shown.items)} done" if shown.items else "It asks for nothing before it ends"
    due = f"To end by {day(shown.due)}{' · *late*' if now > shown.due else ''}" if shown.due else ""
    told = [_done(item, names) for item in done]
    above = {item.criterion.id for item in (*missing, *shown.owed)}
    ways = [_way(way, names, above) for way in shown.ways]
    bare = f"Nobody wears: {', '.join(line(title, 80) for title in shown.bare.values())}" if shown.bare else ""
    moves = button("Move on", OpenFormButton(incident=incident.id, form="stage")) if shown.ways else None
    freeing = _freeing(incident, [no for way in shown.ways for no in way.held])
    return message(
        sentences(f"{what}: {count}", due, *_said(missing, names), *_said(shown.owed, names), *ways),
        header(what),
        section("\n".join(filter(None, (f"*{count}*", due, *told)))),
        *_asked(missing, incident, shown.person, names),
        section(f"*Owed from before*: {plural(len(shown.owed), 'thing')}") if shown.owed else None,
        *_asked(shown.owed, incident, shown.person, names, room=SHOWN - min(len(missing), SHOWN)),
        section(bold(bare)) if bare else None,
        actions(*(_take(hat, title, incident) for hat, title in shown.bare.items())) if bare else None,
        section("\n".join(["*From here*", *ways])) if ways else None,
        actions(moves, *freeing) if moves else None,
    )


def refused(incident: Incident, to: Stage, items: Sequence[Item], person: str, names: Names) -> Message:
    """Say why a move was refused: what is missing, with a button for each, and one to try again."""
    headline = f"{incident.id} stays in {incident.stage.label}: {to.label} asks for {_things(len(items))}"
    again = RunVerbButton(incident=incident.id, words=f"stage {to.id}")
    return message(
        sentences(headline, *_said(items, names)),
        section(bold(headline)),
        *_asked(items, incident, person, names),
        actions(button(f"Try again: {to.label}", again)),
    )


def held(incident: Incident, no: Rejected) -> Message | None:
    """Say what something waits for, with the button that frees it; None: there is none."""
    buttons = _freeing(incident, [no])
    return message(no.sentence, section(line(no.sentence, 2000)), actions(*buttons)) if buttons else None


def _freeing(incident: Incident, noes: Iterable[Rejected]) -> list[Block]:
    """Offer what frees moves that were refused so: a proposal, the end of a run, a look at who decides."""
    found = dict[str, Block]()
    for no in noes:
        match no:
            case NeedsApproval() if not no.gate:
                form = OpenFormButton(incident=incident.id, form="propose")
                found.setdefault("propose", button("Propose mitigation", form))
            case StillRunning():
                for m in incident.mitigations.values():
                    if m.progress.can_stop:
                        stop = StopButton(incident=incident.id, mitigation=m.id)
                        found.setdefault("stop", button(f"Stop {m.id}", stop, "danger"))
            case NeedsApproval() | GateStillOpen():
                look = RunVerbButton(incident=incident.id, words=f"gates {no.gate}")
                found.setdefault(no.gate, button(f"Who decides {no.gate}", look))
            case _:
                pass
    return [*found.values()]


def lines(ways: Iterable[Way], names: Names) -> list[str]:
    """Say of each way on what stands before it, for a form."""
    return [_way(way, names) for way in ways]


def _things(count: int) -> str:
    return "one thing more" if count == 1 else f"{count} things more"


def _done(item: Item, names: Names) -> str:
    shown = f": {line(item.shown, 200, names)}" if item.shown else ""
    by = f" · {who(item.by, names)}, {when(item.at)}" if item.by and item.at else ""
    return f"✓ {line(item.criterion.title, 150)}{shown}{by}"


def _said(items: Sequence[Item], names: Names) -> list[str]:
    return [f"Missing: {_takes(item, names)}" for item in items[:SHOWN]]


def _takes(item: Item, names: Names) -> str:
    return f"{line(item.criterion.title, 150)} — {line(item.takes, 300, names)}"


def _asked(
    items: Sequence[Item], incident: Incident, person: str, names: Names, *, room: int = SHOWN
) -> Iterable[Block]:
    """Show what is missing, each with the button that does it."""
    for item in items[:room]:
        so_far = f"\nSo far: {line(item.shown, 80, names)}" if item.shown else ""
        told = f"○ {bold(line(item.criterion.title, 120))}\n{line(item.takes, 220, names)}{so_far}"
        shown = section(told, _remedy(item, incident, person))
        yield {**shown, "block_id": f"{item.criterion.id}-{shown['block_id']}"}  # one button may help with several
    if len(items) > room:
        rest = ", ".join(line(item.criterion.title, 60) for item in items[room:])
        yield context(f"And {len(items) - room} more: {rest}")


def _way(way: Way, names: Names, above: Collection[str] = ()) -> str:
    """Say what stands before a way on; criteria by name where they do not stand above."""
    refused = [line(no.sentence.rstrip("."), 300, names) for no in way.held]
    asked = [line(said, 300, names) for said in waits(way)]
    lacking = _lacking(way, above)
    if not lacking:
        nothing = [] if refused or asked else ["nothing is missing"]
    elif way.strictness is Strictness.WARN:
        nothing = [f"it stays owed: {lacking}" if refused or asked else f"may be done now; it stays owed: {lacking}"]
    else:
        nothing = [f"not before {lacking}"]
    return f"{way.to.label}: {'; '.join([*refused, *nothing, *asked])}"


def _lacking(way: Way, above: Collection[str]) -> str:
    others = [item for item in way.missing if item.criterion.id not in above]
    named = [f"“{line(item.criterion.title, 80)}”" for item in others[:5]]
    named += [f"{len(others) - 5} more"] if len(others) > 5 else []
    known = len(way.missing) - len(others)
    return " and ".join(filter(None, (f"{known} of the above" if known else "", ", ".join(named))))


def _remedy(item: Item, incident: Incident, person: str) -> Block:
    """Offer what this person can do about it."""
    criterion = item.criterion
    if criterion.confirmed_by and (criterion.check is None or not incident.is_open or _waits(criterion.check)):
        if not spoken_for(person, criterion, incident):
            free = next((hat for hat in criterion.confirmed_by if not incident.wearers(hat)), None)
            if free is not None:
                return _take(free, item.titles.get(free, free.label), incident)
        label = "Confirm" if criterion.evidence is Evidence.NONE else "Confirm …"
        return button(label, ConfirmButton(incident=incident.id, criterion=criterion.id), "primary")
    assert criterion.check is not None, "a criterion is checked or confirmed"
    return _doing(criterion.check, incident)


def _take(hat: Hat, title: str, incident: Incident) -> Block:
    return button(f"Take hat: {title}", TakeHatButton(incident=incident.id, hat=hat))


def _waits(check: Check) -> bool:
    """Say whether the record would show it had it been done from here: whoever may confirm it is asked then."""
    return check in {Check.VERIFIED_BY_SIGNAL, Check.CHANGE_RECORDED}


def _doing(check: Check, incident: Incident) -> Block:
    """Offer what makes the record show it."""
    form: FormName
    match check:
        case Check.COMMANDER_NAMED:
            return button("Take this hat", TakeHatButton(incident=incident.id, hat=Hat.COMMANDER), "primary")
        case Check.HATS_WORN:
            label, form = "Hats", "hat"
        case Check.SEVERITY_JUSTIFIED:
            label, form = "Say why", "severity"
        case Check.ON_CALL_ASSIGNED:
            label, form = "Page somebody", "page"
        case Check.STAKEHOLDERS_TOLD:
            label, form = "Send update", "update"
        case Check.TWO_SOURCES:
            label, form = "Add a note", "note"
        case Check.CAUSE_STATED:
            label, form = "State it", "hypothesis"
        case Check.TWO_ALTERNATIVES_RULED_OUT:
            stands = any(one.stands for one in incident.hypotheses.values())
            label, form = ("Rule one out", "rule-out") if stands else ("State one", "hypothesis")
        case Check.ROLLBACK_DECLARED | Check.CHANGE_RECORDED | Check.VERIFIED_BY_SIGNAL:
            label, form = "Propose mitigation", "propose"
        case Check.ACTION_ITEMS_OWNED:
            label, form = "Action item", "action"
        case _:
            assert_never(check)
    return button(label, OpenFormButton(incident=incident.id, form=form), "primary")


def progress(items: Sequence[Item], incident: Incident) -> str:
    """Say in a few words how far the stage has come; nothing where it asks for nothing."""
    if not items or incident.stage.purpose is Purpose.CLOSED:
        return ""
    return f"{sum(item.done for item in items)} of {len(items)} done"
