"""Policies: which one each open incident goes by, and whether it can be had."""

from collections.abc import Iterator

from redis.exceptions import RedisError

from bot.audit.finding import several
from bot.cli.checkup.finding import Finding, ok, warning
from bot.wiring import Wired

UNKNOWN = "it was never kept, for an older Muster declared them"
STANDS_IN = "The workflow in force stands in for it. `/incident policy adopt because …` in each makes that their own."


def check(wired: Wired) -> Iterator[Finding]:
    engine = wired.house.engine
    try:
        incidents = engine.open()
        lost = wired.policies.lost({incident.policy for incident in incidents})
    except RedisError:
        cure = "Mend Redis first, and run this again."
        yield warning("Which policies open incidents go by can't be told without Redis.", cure)
        return
    known = engine.workflows.by_hash()
    others = [one for one in incidents if one.policy not in known]
    for hash_, why in lost.items():
        if names := [one.id for one in others if one.policy == hash_]:
            yield warning(f"{several(names)}: the policy {hash_[:12]} can't be had: {why or UNKNOWN}.", STANDS_IN)
    if older := [one.id for one in others if one.policy not in lost]:
        what = f"{several(older)}: by an older policy than is in force now."
        yield ok(f"{what} `/incident policy` there says what differs.")
    if not others:
        yield ok("Every open incident goes by a workflow that is in force.")
