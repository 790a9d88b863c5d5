"""`propose`: ask for a mitigation from a runbook, with its parameters as `name=value`."""

import difflib

from bot.domain.incident.commands import Propose
from bot.domain.incident.mitigations import Progress
from bot.domain.runbook import BadParameter
from bot.verbs.request import Answer, Ask, House, Request, Said, Verb, known, plan
from bot.verbs.words import first, pairs


def act(request: Request, house: House) -> Answer:
    runbook, rest = first(request.words)
    if not runbook:
        return Ask("propose")
    if runbook not in house.runbooks:
        near = difflib.get_close_matches(runbook, house.runbooks, n=1)
        hint = f" Did you mean `{near[0]}`?" if near else ""
        return Said(f"There is no runbook “{runbook}”.{hint} There are: {', '.join(sorted(house.runbooks))}.")
    try:
        wanted = plan(house, str(request.incident), runbook, pairs(rest))
    except BadParameter as error:
        return Said(str(error)) if rest else Ask("propose", runbook=runbook)
    found = known(house, str(request.incident), request.at, runbook)
    receipt = house.engine.submit(Propose(**request.facts(), plan=wanted, known=found))
    newest = receipt.incident.current_mitigation
    asks = newest is not None and newest.progress is Progress.PROPOSED
    said = (
        "It waits for somebody else's approval." if asks else "It needs nobody's approval at this severity and begins."
    )
    return Said(f"“{wanted.title}” is proposed. {said}", receipt)


VERB = Verb(
    name="propose",
    aliases=("mitigate", "run", "runbook"),
    usage="restart-checkout [name=value …]",
    summary="Propose a mitigation from a runbook. Without words it asks which.",
    act=act,
)
