"""Moves from stage to stage along the workflow's transitions, past guards and criteria; ordered, or by themselves."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from bot.domain.incident.criteria import missing
from bot.domain.incident.decide.actions import brought_by
from bot.domain.incident.events import AnyEvent, Resolved, StageChanged
from bot.domain.incident.evolve import evolve
from bot.domain.incident.guards import check
from bot.domain.incident.rejections import NoSuchMove
from bot.domain.incident.state import Incident
from bot.domain.rejected import Rejected
from bot.domain.workflow.lifecycle import Purpose, Stage, Trigger
from bot.domain.workflow.policy import Policy


def check_move(incident: Incident, to: Stage, policy: Policy) -> None:
    """Raise Rejected with what is missing where a move may not be made."""
    move = policy.move(incident.stage, to)
    if move is None:
        raise NoSuchMove(incident.stage, to, policy.next_stages(incident.stage))
    check(move, incident, policy)


def moved(incident: Incident, to: Stage, policy: Policy, *, by: str, at: datetime, because: str) -> StageChanged:
    """Make a move that may be made, with what the workflow wanted for it and let be missing."""
    lacking = {item.criterion.id: item.criterion.title for item in missing(incident, to, policy)}
    move = policy.move(incident.stage, to)
    actions = tuple(action.value for action in move.actions) if move is not None else ()
    return StageChanged(by=by, at=at, before=incident.stage, to=to, because=because, missing=lacking, actions=actions)


def made(incident: Incident, to: Stage, policy: Policy, *, by: str, at: datetime, because: str) -> list[AnyEvent]:
    """Make a move that may be made; into what is resolved it says how it ended."""
    changed = moved(incident, to, policy, by=by, at=at, because=because)
    move = [changed, *brought_by(changed, incident, policy)]
    if to.purpose is not Purpose.RESOLVED:
        return move
    review = policy.move_in_time(to)
    review_at = at + review.pause if review is not None and review.pause is not None else None
    return [Resolved(by=by, at=at, summary=because, review_at=review_at), *move]


def moved_by_itself(
    trigger: Trigger, incident: Incident, policy: Policy, *, by: str, at: datetime, because: str = ""
) -> Iterator[AnyEvent]:
    """Follow the moves that this makes happen, as far as guards and criteria let it; no stage is entered twice."""
    entered = {incident.stage.id}
    while (move := policy.move_by_itself(incident.stage, trigger)) is not None and move.to not in entered:
        if policy.approval_of_move(policy.stage_by_id[move.to], incident.severity, at) is not None:
            return  # what waits for somebody's yes doesn't happen by itself
        try:
            check(move, incident, policy)
        except Rejected:
            return
        changed = moved(incident, policy.stage_by_id[move.to], policy, by=by, at=at, because=because)
        with_it = [changed, *brought_by(changed, incident, policy)]
        yield from with_it
        entered.add(move.to)
        incident = following(incident, with_it)


def following(incident: Incident, events: Iterable[AnyEvent]) -> Incident:
    """Return what is true once these have happened: what they bring counts for the moves that they make happen."""
    for event in events:
        incident = evolve(incident, event, incident.id)
    return incident
