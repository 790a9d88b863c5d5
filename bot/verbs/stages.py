"""`severity`, `stage`, `resolve`, `close`: how bad it is and how far it has come."""

from dataclasses import replace

from bot.domain.gates.events import GateOpened
from bot.domain.incident.commands import ChangeSeverity, ChangeStage, Resolve
from bot.domain.incident.criteria import bare_hats, exits, owed
from bot.domain.incident.due import stage_due
from bot.domain.incident.events import StageChanged
from bot.domain.incident.ways import ways
from bot.domain.severity import severity
from bot.domain.workflow.lifecycle import Purpose
from bot.verbs.request import Answer, Ask, House, Request, Said, ShowStage, Verb, known, policy_of, submit
from bot.verbs.words import because, first, plain


def change_severity(request: Request, house: House) -> Answer:
    head, rest = first(request.words)
    if not head:
        return Ask("severity")
    to = severity(head)
    if to is None:
        return Said(f"“{head}” is no severity. There are p1, p2, p3 and p4: `/incident severity p2 because …`.")
    command = ChangeSeverity(**request.facts(), to=to, because=plain(because(rest), house.people.name))
    return submit(house, command, f"The severity is {to.label}.")


def change_stage(request: Request, house: House) -> Answer:
    head, rest = first(request.words)
    if not head:
        return _shown(request, house)
    policy = policy_of(request, house)
    to = policy.stage(head)
    if to is None:
        return Said(f"“{head}” is no stage. There are: {', '.join(policy.stages)}.")
    if to.purpose is Purpose.RESOLVED and not rest:
        return Ask("resolve")
    why, found = plain(because(rest), house.people.name), known(house, str(request.incident), request.at)
    command = ChangeStage(**request.facts(), to=to.id, because=why, known=found)
    return _warned(submit(house, command, f"The incident is at {to.label}."))


def _shown(request: Request, house: House) -> ShowStage:
    incident = house.engine.incident(str(request.incident))
    policy = house.engine.policy_of(incident)
    return ShowStage(
        incident=incident,
        person=request.by,
        items=exits(incident, policy),
        ways=ways(incident, policy, request.at, request.by),
        owed=tuple(item for item in owed(incident, policy) if not item.done),
        due=stage_due(incident, policy),
        bare=bare_hats(incident, policy),
    )


def _warned(said: Said) -> Said:
    """Say that a move waits for somebody's yes, or what the workflow wanted for it and let be missing."""
    opened = [event for event in said.receipt.events if isinstance(event, GateOpened)] if said.receipt else []
    if opened:
        asked = f"“{opened[0].subject.action}” waits for approval: {opened[0].policy.title}."
        return replace(said, text=f"{asked} `/incident gates` tells who is asked.")
    moves = [event for event in said.receipt.events if isinstance(event, StageChanged)] if said.receipt else []
    lacking = {name: title for move in moves for name, title in move.missing.items()}
    if not lacking:
        return said
    titles = ", ".join(f"“{title}”" for title in lacking.values())
    return replace(said, text=f"{said.text} Still missing: {titles}. `/incident stage` shows who can do it.")


def resolve(request: Request, house: House) -> Answer:
    text = plain(because(request.words), house.people.name)
    if not text:
        return Ask("resolve")
    command = Resolve(**request.facts(), summary=text, known=known(house, str(request.incident), request.at))
    return _warned(submit(house, command, "Resolved. The managers get the timeline."))


def close(request: Request, house: House) -> Answer:
    end = policy_of(request, house).stage_for(Purpose.CLOSED)
    why, found = plain(because(request.words), house.people.name), known(house, str(request.incident), request.at)
    command = ChangeStage(**request.facts(), to=end.id, because=why, known=found)
    return _warned(submit(house, command, "Closed. The timeline stands as it is."))


SEVERITY = Verb(
    name="severity",
    aliases=("sev", "prio", "priority"),
    usage="p2 because traffic is back",
    summary="Change the severity. Lowering it needs evidence in words.",
    act=change_severity,
)
STAGE = Verb(
    name="stage",
    aliases=("move",),
    usage="[investigating [because …]]",
    summary="See what this stage asks for and who can do it; or move to another one.",
    act=change_stage,
)
RESOLVE = Verb(
    name="resolve",
    aliases=("resolved", "fixed"),
    usage="how it ended",
    summary="Customers are fine again.",
    act=resolve,
)
CLOSE = Verb(name="close", usage="[because …]", summary="The review is done; close the incident.", act=close)
