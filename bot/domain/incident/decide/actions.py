"""Actions: what a move brings with it, as the workflow names it."""

from collections.abc import Iterator
from typing import assert_never

from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident.events import AnyEvent, ExportRequested, HatGiven, ReviewOpened, StageChanged
from bot.domain.incident.evolve import evolve
from bot.domain.incident.state import Incident
from bot.domain.workflow.lifecycle import Action
from bot.domain.workflow.policy import Policy
from bot.domain.workflow.wearing import Firmness

FORMAT = "html"
"""Of a timeline that nobody has asked for: everybody can open it."""


def brought_by(changed: StageChanged, incident: Incident, policy: Policy) -> Iterator[AnyEvent]:
    """Do what a move brings with it. `incident` is as it was before."""
    for name in changed.actions:
        action = Action(name)
        match action:
            case Action.OPEN_REVIEW:
                yield from _opened(changed, incident, policy)
            case Action.EXPORT:
                request = f"{changed.to.id}:{changed.at.isoformat()}"
                yield ExportRequested(by=SYSTEM, at=changed.at, format=FORMAT, request=request)
            case Action.CALL_ON_CALL:
                pass  # it must be looked up who that is: a worker does, and orders it
            case _:
                assert_never(action)


def _opened(changed: StageChanged, incident: Incident, policy: Policy) -> Iterator[AnyEvent]:
    """Create the review, once: whoever wears its hats does it, else who led and who answered first get them.

    Whom an enforced conflict rules out is passed over for the next in line; where nobody is left the hat stays bare.
    """
    if incident.review is not None:
        return
    led, answered = incident.wearers(Hat.COMMANDER), (*incident.wearers(Hat.FIRST_RESPONDER), *incident.assigned)
    owners = dict[Hat, str]()
    for hat, in_line in ((Hat.AUTHOR, (*led, *answered)), (Hat.ACTION_TRACKER, (*answered, *led))):
        worn, declared = incident.wearers(hat), incident.declared_by
        may = (person for person in (*in_line, declared) if _goes_with_what_they_wear(hat, person, incident, policy))
        owners[hat] = next(iter((*worn, *may)), "")
        if not worn and owners[hat]:
            given = HatGiven(by=SYSTEM, at=changed.at, hat=hat, to=owners[hat], title=policy.own_title(hat))
            yield given
            incident = evolve(incident, given, incident.id)
    rules = policy.review
    yield ReviewOpened(
        by=SYSTEM,
        at=changed.at,
        author=owners[Hat.AUTHOR],
        tracker=owners[Hat.ACTION_TRACKER],
        meeting_at=rules.meeting_at(incident.severity, changed.at) if rules is not None else None,
        minutes=rules.minutes if rules is not None else 30,
    )


def _goes_with_what_they_wear(hat: Hat, person: str, incident: Incident, policy: Policy) -> bool:
    return not any(
        conflict.firmness is Firmness.ENFORCED
        and (other := conflict.other(hat)) is not None
        and person in incident.wearers(other)
        for conflict in policy.conflicts
    )
