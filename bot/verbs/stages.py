"""`severity`, `stage`, `resolve`, `close`: how bad it is and how far it has come."""

from bot.domain.incident.commands import ChangeSeverity, ChangeStage, Resolve
from bot.domain.lifecycle import Purpose
from bot.domain.severity import severity
from bot.verbs.request import Answer, Ask, House, Request, Said, Verb, policy_of, submit
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
        return Ask("stage")
    policy = policy_of(request, house)
    to = policy.stage(head)
    if to is None:
        return Said(f"“{head}” is no stage. There are: {', '.join(policy.stages)}.")
    if to.purpose is Purpose.RESOLVED and not rest:
        return Ask("resolve")
    command = ChangeStage(**request.facts(), to=to.id, because=plain(because(rest), house.people.name))
    return submit(house, command, f"The incident is at {to.label}.")


def resolve(request: Request, house: House) -> Answer:
    text = plain(because(request.words), house.people.name)
    if not text:
        return Ask("resolve")
    return submit(house, Resolve(**request.facts(), summary=text), "Resolved. The managers get the timeline.")


def close(request: Request, house: House) -> Answer:
    end = policy_of(request, house).stage_for(Purpose.CLOSED)
    command = ChangeStage(**request.facts(), to=end.id, because=plain(because(request.words), house.people.name))
    return submit(house, command, "Closed. The timeline stands as it is.")


SEVERITY = Verb(
    name="severity",
    aliases=("sev", "prio", "priority"),
    usage="p2 because traffic is back",
    summary="Change the severity. Lowering it needs evidence in words.",
    act=change_severity,
)
STAGE = Verb(name="stage", aliases=("move",), usage="investigating", summary="Move to another stage.", act=change_stage)
RESOLVE = Verb(
    name="resolve",
    aliases=("resolved", "fixed"),
    usage="how it ended",
    summary="Customers are fine again.",
    act=resolve,
)
CLOSE = Verb(name="close", usage="[because …]", summary="The review is done; close the incident.", act=close)
