"""Actions: what a move brings with it, as the workflow names it."""

from collections.abc import Iterator
from typing import assert_never

from bot.domain.hats import Hat
from bot.domain.ids import SYSTEM
from bot.domain.incident.events import AnyEvent, ExportRequested, HatGiven, ReviewOpened, StageChanged
from bot.domain.incident.state import Incident
from bot.domain.workflow.lifecycle import Action
from bot.domain.workflow.policy import Policy

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
    """Create the review, once: whoever wears its hats does it, else who led and who answered first get them."""
    if incident.review is not None:
        return
    answered = (*incident.wearers(Hat.FIRST_RESPONDER), *incident.assigned)
    led = next(iter((*incident.wearers(Hat.COMMANDER), *answered, incident.declared_by)))
    owners = dict[Hat, str]()
    for hat, otherwise in ((Hat.AUTHOR, led), (Hat.ACTION_TRACKER, next(iter((*answered, led))))):
        worn = incident.wearers(hat)
        owners[hat] = next(iter((*worn, otherwise)))
        if not worn:
            yield HatGiven(by=SYSTEM, at=changed.at, hat=hat, to=otherwise, title=policy.own_title(hat))
    rules = policy.review
    yield ReviewOpened(
        by=SYSTEM,
        at=changed.at,
        author=owners[Hat.AUTHOR],
        tracker=owners[Hat.ACTION_TRACKER],
        meeting_at=rules.meeting_at(incident.severity, changed.at) if rules is not None else None,
        minutes=rules.minutes if rules is not None else 30,
    )
