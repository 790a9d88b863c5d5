"""`policy`: which policy an incident goes by, what differs from the one in force, and moving on to that."""

import difflib
import re
from dataclasses import replace

from bot.domain.incident.commands import AdoptPolicy
from bot.domain.incident.events import ConflictMet
from bot.domain.timeline import version_of
from bot.domain.workflow.differences import differences
from bot.domain.workflow.policy import Policy
from bot.verbs.request import Answer, Ask, House, Request, Said, ShowPolicy, Verb, submit
from bot.verbs.words import first, plain

ADOPT = re.compile(
    r"(?:(?!to\b|because\b)(?P<workflow>\S+)\s*)?(?:to\s+(?P<stage>.*?)\s*)?(?:because\b\s*(?P<why>.*))?",
    re.IGNORECASE | re.DOTALL,
)
"""`[workflow] [to stage] [because …]`"""

HOW = "`/incident policy adopt [workflow] [to stage] because …`"


def act(request: Request, house: House) -> Answer:
    head, rest = first(request.words)
    match head.lower():
        case "":
            return _show(request, house)
        case "adopt":
            return _adopt(rest, request, house)
        case _:
            return Said(
                f"I don't know what to do about “{head}”. `/incident policy` shows which policy this incident goes by, "
                f"{HOW} moves it to another one."
            )


def _show(request: Request, house: House) -> ShowPolicy:
    incident = house.engine.incident(str(request.incident))
    policy = house.engine.policy_of(incident)
    now = house.engine.workflows.for_new(incident.service, incident.severity)
    return ShowPolicy(incident, policy, now, differences(policy, now))


def _adopt(words: str, request: Request, house: House) -> Answer:
    said = ADOPT.fullmatch(words)
    if said is None:
        return Said(f"Say it like this: {HOW}.")
    incident, workflows = house.engine.incident(str(request.incident)), house.engine.workflows
    name = said["workflow"]
    to = workflows.by_name.get(name.lower()) if name else workflows.for_new(incident.service, incident.severity)
    if to is None:
        near = difflib.get_close_matches(name.lower(), workflows.by_name, n=1)
        hint = f"Did you mean “{near[0]}”?" if near else f"There are: {', '.join(workflows.by_name)}."
        return Said(f"No workflow is called “{name}”. {hint}")
    stage = to.stage(said["stage"]) if said["stage"] else None
    if not said["why"]:
        return Ask("policy", f"{to.name} to {stage.id}" if stage else to.name)
    command = AdoptPolicy(
        **request.facts(),
        to=to,
        stage=stage.id if stage else said["stage"] or "",
        because=plain(said["why"], house.people.name),
    )
    return _warned(submit(house, command, f"This incident goes by {version_of(to.name, to.hash)}."), to)


def _warned(said: Said, to: Policy) -> Said:
    """Name who wears what does not go together in the policy that was adopted."""
    met = [event for event in said.receipt.events if isinstance(event, ConflictMet)] if said.receipt else []
    told = [
        f"<@{one.person}> wears the {' hat and the '.join(to.called(hat) for hat in one.hats)} hat, which don't go "
        f"together there: {one.because.rstrip('.')}. One of them goes to somebody else: "
        f"`/incident hand-over {one.hats[-1].value} @somebody`."
        for one in met
    ]
    return replace(said, text=" ".join([said.text, *told]))


VERB = Verb(
    name="policy",
    aliases=("workflow",),
    usage="[adopt [workflow] [to stage] because …]",
    summary="See which policy this incident goes by and what differs in the one in force; move it on to that.",
    act=act,
)
